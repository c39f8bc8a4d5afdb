package slack

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/page"
)

// The one way in, whether a payload came over a socket or by HTTP:
//
//	deliver   takes it off the connection at once, bounded
//	Decode    reads it (decode.go); what was answered before is not answered again (redelivery.go)
//	locate    is Greenroom installed there
//	know      who is it (people.go)
//	hand      the bot; returns once what changed is durable
//	respond   the acknowledgement with what rides on it, then the calls that show the rest (reply.go, reply_show.go)
//
// What is not acknowledged was not taken: Slack delivers an event again, up to three times. It delivers a command, a click and
// a form only once, so a person is always told (excuse.go).

const (
	mostTaken   = 1024 // deliveries under way; what comes on top is answered with "busy", and not even so beyond mostRefused more
	mostOfOne   = 512  // of one workspace, likewise: one in a flood, or in which Slack is slow, leaves room for the others
	mostRefused = 128

	workingAfter = 2 * time.Second // then the acknowledgement goes out without an answer; Slack gives up after three (ackWithin)
	handleWithin = 25 * time.Second
	showWithin   = 15 * time.Second

	knowInTime = 1200 * time.Millisecond // where a trigger may be needed, which lives three seconds
	knowAtEase = 5 * time.Second
)

// delivery is one payload as it arrived.
type delivery struct {
	kind   Payload
	body   []byte
	sent   time.Time          // by Slack's clock; zero where Slack does not say
	late   time.Duration      // how much longer than others it was on its way; see lag
	answer func(receipt) bool // is called at most once, from any goroutine; false where nobody heard it
}

// receipt is what Slack gets for a delivery.
type receipt struct {
	Taken bool // otherwise Slack delivers it again, if it is an event
	Body  any  // rides on the acknowledgement; nil is nothing
}

// deliver takes a delivery and returns at once. It is false where nobody will answer it: Slack delivers it again, if it is an event.
func (s *Slack) deliver(d delivery) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bot == nil || s.taking >= mostTaken+mostRefused {
		return false
	}
	s.taking++
	full, work := s.taking > mostTaken, s.work
	s.jobs.Go(func() {
		s.take(work, d, full)
		s.mu.Lock()
		s.taking--
		s.mu.Unlock()
	})
	return true
}

// acknowledgement goes out once, whoever comes first.
type acknowledgement struct {
	mu     sync.Mutex
	answer func(receipt) bool
}

// send is false where another was first, and where nobody heard it.
func (a *acknowledgement) send(r receipt) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	answer := a.answer
	a.answer = nil
	return answer != nil && answer(r)
}

// take brings a delivery all its way. full says that too much is under way for the bot to see it.
func (s *Slack) take(work context.Context, d delivery, full bool) {
	a := &acknowledgement{answer: d.answer}
	defer a.send(receipt{}) // not taken, unless it was
	defer func() {
		if p := recover(); p != nil { // one payload must not end the others
			s.cfg.Log.Error("slack: a delivery panicked", slog.String("kind", string(d.kind)), slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
		}
	}()
	now := s.cfg.Now()
	if !d.sent.IsZero() {
		now = d.sent.Add(d.late)
	}
	in, err := Decode(d.kind, d.body, d.sent, now)
	switch {
	case errors.Is(err, ErrOrgWide):
		s.excuse(work, in, a, err)
		return
	case err != nil:
		s.leave(d, err)
		a.send(receipt{Taken: true})
		return
	case in.Event.Expired && in.Event.Kind != chat.Submit:
		s.cfg.Log.Info("slack: a delivery came too late to be answered", attrs(in)...)
		a.send(receipt{Taken: true})
		return
	}
	d.body = nil // it may be large, and may wait
	if in.Event.Kind == chat.Gone {
		s.removed(work, in, a)
		return
	}
	n, leave := s.arrive(in.Event.Workspace)
	defer leave()
	if n > mostOfOne+mostRefused {
		return
	}
	defer s.promise(in, a)()
	s.once(work, in, a, full || n > mostOfOne)
}

// arrive counts a delivery among those under way in its workspace.
func (s *Slack) arrive(w chat.Workspace) (n int, leave func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.takingOf == nil {
		s.takingOf = map[chat.Workspace]int{}
	}
	s.takingOf[w]++
	return s.takingOf[w], func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.takingOf[w]--; s.takingOf[w] == 0 {
			delete(s.takingOf, w)
		}
	}
}

// once answers an event the first time that it is delivered. A form that is delivered again is answered in itself again, because
// its acknowledgement decides what it shows; all else is only acknowledged.
func (s *Slack) once(work context.Context, in Inbound, a *acknowledgement, full bool) {
	if in.Event.Kind == chat.Home {
		done := s.homes.turn(in.Event)
		if done == nil {
			a.send(receipt{Taken: true})
			return
		}
		defer done()
	}
	ctx, cancel := context.WithTimeout(work, handleWithin)
	defer cancel()
	turn, err := s.answered.begin(ctx, in.Event)
	switch {
	case err != nil:
		s.excuse(work, in, a, err)
	case turn.ok && in.Event.Kind == chat.Submit:
		s.respond(work, in, turn.reply, a)
	case turn.ok:
		a.send(receipt{Taken: true})
	default:
		defer s.answered.end(in.Event, turn)
		reply, err := s.reply(ctx, &in, full)
		if turn.ok = err == nil; !turn.ok {
			s.excuse(work, in, a, err)
			return
		}
		if in.Event.Kind == chat.Submit { // no other reply is shown again, and they are large
			turn.reply = reply
		}
		s.respond(work, in, reply, a)
	}
}

// reply asks the bot, which returns once what changed is durable.
func (s *Slack) reply(ctx context.Context, in *Inbound, full bool) (chat.Reply, error) {
	if err := s.locate(ctx, in); err != nil {
		return chat.Reply{}, err
	}
	switch {
	case turnsPage(in.Event): // see drawn
		return chat.Reply{}, nil
	case full:
		return chat.Reply{}, chat.ErrBusy
	}
	s.know(ctx, in)
	r, err := s.hand(ctx, in.Event)
	if err == nil && r.Forget {
		err = s.forgetMember(ctx, in.Event.Workspace, in.Event.Member)
	}
	return r, err
}

// locate finds the workspace in which Greenroom is installed: a channel may be shared with others.
func (s *Slack) locate(ctx context.Context, in *Inbound) error {
	_, err := s.installs.of(ctx, in.Event.Workspace)
	for _, w := range in.Way.Also {
		if !errors.Is(err, errNotInstalled) {
			break
		}
		if _, err = s.installs.of(ctx, w); err == nil {
			in.Event.Workspace = w
		}
	}
	return err
}

// know completes the event with what Slack says of its member. A trigger must not grow old over that.
func (s *Slack) know(ctx context.Context, in *Inbound) {
	if in.Event.Member == "" {
		return
	}
	wait := knowAtEase
	if in.Event.Kind != chat.Submit && in.Way.Trigger != "" || in.Event.Kind == chat.Complete {
		wait = knowInTime
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	in.Know(s.people.person(ctx, in.Event.Workspace, in.Event.Member))
}

// promise acknowledges what a person waits for when it takes long. Events are not acknowledged before they are done, because
// Slack delivers them again.
func (s *Slack) promise(in Inbound, a *acknowledgement) (stop func()) {
	if repeated(in.Event) {
		return func() {}
	}
	s.jobs.Add(1) // this is a job, so Run still waits
	timer := time.AfterFunc(workingAfter, func() {
		defer s.jobs.Done()
		body := Working(in, nobody)
		if in.Event.Kind == chat.Complete {
			body = options(nil)
		}
		a.send(receipt{Taken: true, Body: body})
	})
	return func() {
		if timer.Stop() {
			s.jobs.Done()
		}
	}
}

// repeated tells whether Slack delivers an event again that was not acknowledged: it does with those of the Events API; a command and
// an interaction come once.
func repeated(e chat.Event) bool {
	switch e.Kind {
	case chat.Click, chat.Submit, chat.Complete:
		return false
	case chat.Line:
		return e.Typed
	}
	return true
}

// nobody names members where there is no time to ask who they are.
func nobody(chat.Member) string { return unnamed }

// respond acknowledges with what rides on it and shows the rest.
func (s *Slack) respond(work context.Context, in Inbound, r chat.Reply, a *acknowledgement) {
	if in.Event.Member == "" { // nobody is there to be answered
		a.send(receipt{Taken: true})
		return
	}
	names := s.namesFor(work, in, r)
	answer, err := s.drawn(work, in, r, names)
	if err != nil {
		s.excuse(work, in, a, err)
		return
	}
	if !a.send(receipt{Taken: true, Body: answer.Ack}) && answer.Ack != nil { // "working on it" was first, or nobody heard it
		if len(r.Errors) > 0 {
			r = returned(in, r)
		}
		answer = Respond(in, r, names, true)
	}
	s.follow(work, in, r, answer)
}

// drawn is how a reply is shown, with everything kept that it needs. A page that is turned is no business of the bot's.
func (s *Slack) drawn(work context.Context, in Inbound, r chat.Reply, names Names) (Answer, error) {
	ctx, cancel := context.WithTimeout(work, showWithin)
	defer cancel()
	if turnsPage(in.Event) {
		return s.pages.turn(ctx, in)
	}
	answer := Respond(in, r, names, false)
	if err := s.pages.keep(ctx, answer.Keep); err != nil { // the first page is worth showing
		s.cfg.Log.Error("slack: the further pages of an answer are lost", append(attrs(in), slog.Any("err", err))...)
	}
	return answer, nil
}

func (s *Slack) namesFor(work context.Context, in Inbound, r chat.Reply) Names {
	var messages []chat.Message
	if r.Message != nil {
		messages = append(messages, *r.Message)
	}
	if r.Form != nil {
		messages = append(messages, chat.Message{Blocks: r.Form.Intro})
	}
	ctx, cancel := context.WithTimeout(work, knowInTime)
	defer cancel()
	return s.people.names(ctx, in.Event.Workspace, messages...)
}

// follow makes the calls that follow an acknowledgement.
func (s *Slack) follow(work context.Context, in Inbound, r chat.Reply, answer Answer) {
	ctx, cancel := context.WithTimeout(work, showWithin)
	defer cancel()
	if err := s.show(ctx, in, r, answer); err != nil {
		s.cfg.Log.Warn("slack: an answer was not shown", append(attrs(in), slog.Any("err", err))...)
	}
}

// removed passes on that a workspace removed Greenroom. Where that cannot be told, Slack says it again.
func (s *Slack) removed(work context.Context, in Inbound, a *acknowledgement) {
	ctx, cancel := context.WithTimeout(work, handleWithin)
	defer cancel()
	if _, err := s.installs.gone(ctx, in.Event.Workspace); err != nil {
		s.cfg.Log.Error("slack: cannot tell whether a workspace removed Greenroom", append(attrs(in), slog.Any("err", err))...)
		return
	}
	a.send(receipt{Taken: true})
}

// leave acknowledges what is not for us and what nobody can read: it would come again the same. Nothing that people wrote is
// logged, only what it was.
func (s *Slack) leave(d delivery, err error) {
	switch {
	case errors.Is(err, ErrWithheld):
		s.cfg.Log.Error("slack: events are lost, a workspace has too many of them", slog.Any("err", err))
	case errors.Is(err, ErrUnknown):
		s.cfg.Log.Info("slack: a delivery of an unknown type is left", slog.String("kind", page.Clip(string(d.kind), 40)), slog.Any("err", err))
	case errors.Is(err, ErrIgnored):
		s.cfg.Log.Debug("slack: a delivery is not for Greenroom", slog.String("kind", string(d.kind)), slog.Any("err", err))
	default:
		s.cfg.Log.Error("slack: a delivery cannot be read and is left", slog.String("kind", string(d.kind)), slog.Int("bytes", len(d.body)), slog.Any("err", err))
	}
}

// attrs name an event in the log: ids and kinds.
func attrs(in Inbound) []any {
	return []any{
		slog.String("payload", in.Way.Payload), slog.String("kind", string(in.Event.Kind)),
		slog.String("workspace", string(in.Event.Workspace)), slog.String("room", string(in.Event.Room)),
	}
}
