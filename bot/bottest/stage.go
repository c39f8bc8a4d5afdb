package bottest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"testing"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/quiz"
	"greenroom/content"
	"greenroom/store"
)

// OnStage plays a script on a stage: what is shown must be what stands in the file, to the byte.
func OnStage(t *testing.T, s Script) Results {
	t.Helper()
	return s.Play(t, newStage(t, s))
}

// stage is the simplest World: the engine on a memory store, a platform that shows everything at once, a scripted clock.
type stage struct {
	t        *testing.T
	db       *store.Memory
	engine   *quiz.Engine
	now      time.Time
	away     bool
	events   int
	last     chat.Event
	clicked  *standing // the message whose button the last event pressed; nil for other events
	late     bool
	plain    map[string]bool // members who are no managers
	zones    map[string]string
	roles    map[string][]chat.Member // by member, as events have them
	refusals map[string]chat.Reason
	messages []*standing
	forms    map[chat.Member]*chat.Form
	shown    []Shown
	numbers  Numbers
}

// standing is a message that stands somewhere.
type standing struct {
	key     chat.Key
	where   string // "#team", "#team thread 1", "mira", "mira dm"
	n       int    // number of a channel message, from 1
	channel chat.Channel
	private chat.Member
	message chat.Message
	removed bool
}

const workspace = chat.Workspace("test:w")

func newStage(t *testing.T, s Script) *stage {
	return &stage{
		t: t, db: store.NewMemory(), engine: quiz.New(quiz.Config{Banks: content.NewIndex([]*content.Bank{s.Bank})}),
		now: s.Begin, plain: map[string]bool{}, zones: map[string]string{}, roles: map[string][]chat.Member{},
		refusals: map[string]chat.Reason{}, forms: map[chat.Member]*chat.Form{},
	}
}

// Differs compares to the byte.
func (s *stage) Differs(_ Line, want, got []Shown) string { return FirstDifference(want, got) }

// Finish audits the records.
func (s *stage) Finish() {
	s.t.Helper()
	if err := quiz.Audit(store.NewReader(context.Background(), s.db), workspace); err != nil {
		s.t.Errorf("after the script: %v", err)
	}
}

// Results are what the engine has made of the script.
func (s *stage) Results() Results {
	s.t.Helper()
	return ResultsOf(s.t, s.db, workspace, func(text string) string { return text })
}

// Do carries out a line.
func (s *stage) Do(l Line) []Shown {
	s.t.Helper()
	s.shown = nil
	switch l.Verb {
	case "clock", "wait":
		s.pass(l.At)
	case "down":
		s.away = true
	case "up":
		s.away = false
		s.pass(s.now)
	case "joined", "left":
		c := chat.Channel(l.Channel)
		s.event(chat.Event{Kind: chat.Kind(l.Verb), Channel: c, Room: chat.ChannelRoom(c), Member: chat.Member(l.Member), Reason: l.Reason})
	case "gone", "back":
		s.event(chat.Event{Kind: chat.Kind(l.Verb), Room: "w"})
	case "removed":
		s.remove(l)
	case "refuse":
		s.refusals[l.Place] = l.Reason
	case "accept":
		delete(s.refusals, l.Place)
	case "manager":
		delete(s.plain, l.Member)
	case "plain":
		s.plain[l.Member] = true
	case "zone":
		s.zones[l.Member] = l.Zone
	case "role":
		s.roles[l.Member] = append(s.roles[l.Member], chat.Member("&"+l.Role))
	case "norole":
		s.roles[l.Member] = slices.DeleteFunc(s.roles[l.Member], func(r chat.Member) bool { return string(r) == "&"+l.Role })
	case "late":
		s.late = true
	case "again":
		s.deliver(s.last)
	case "twice":
		s.replyTo(s.last, s.clicked)
	default:
		s.act(l)
	}
	return s.shown
}

// remove takes a message of a channel away.
func (s *stage) remove(l Line) {
	s.t.Helper()
	for _, m := range s.messages {
		if m.where == "#"+l.Channel && m.n == l.N && !m.removed {
			m.removed = true
			return
		}
	}
	s.t.Fatalf("line %q: there is no such message", l.Text)
}

// act carries out what a member does.
func (s *stage) act(l Line) {
	s.t.Helper()
	m, c := chat.Member(l.Member), chat.Channel(l.Channel)
	ev := chat.Event{Member: m, Channel: c, Room: chat.ChannelRoom(c)}
	switch l.Verb {
	case "says":
		ev.Kind, ev.Text = chat.Line, l.Said
	case "mentions":
		ev.Kind, ev.Text, ev.Typed = chat.Line, l.Said, true
	case "writes":
		ev.Kind, ev.Text, ev.Typed = chat.Line, l.Said, true
		ev.Channel, ev.Room = "", chat.DirectRoom(m)
	case "opens":
		ev.Kind, ev.Channel, ev.Room = chat.Home, "", chat.DirectRoom(m)
	case "types":
		ev.Kind, ev.Text = chat.Complete, l.Said
	case "clicks":
		s.click(ev, l)
		return
	case "sends":
		s.submit(ev, l.Filled)
		return
	}
	s.event(ev)
}

// click presses the newest button of a label that the member can see.
func (s *stage) click(ev chat.Event, l Line) {
	s.t.Helper()
	for _, m := range slices.Backward(s.messages) {
		if m.removed || m.private != "" && m.private != ev.Member || !Stands(m.where, m.private != "", l.Where) {
			continue
		}
		for _, b := range m.message.Buttons {
			if b.Label != l.Said {
				continue
			}
			ev.Kind, ev.Value = chat.Click, b.Value
			if ev.Channel = m.channel; ev.Channel == "" {
				ev.Room = chat.DirectRoom(ev.Member)
			} else {
				ev.Room = chat.ChannelRoom(ev.Channel)
			}
			ev.Clicked, ev.Key = chat.MessageID(m.key), m.key
			s.replyTo(ev, m)
			return
		}
	}
	s.t.Fatalf("%s sees no button %q", ev.Member, l.Said)
}

func (s *stage) submit(ev chat.Event, filled []Filled) {
	s.t.Helper()
	form := s.forms[ev.Member]
	if form == nil {
		s.t.Fatalf("no form is open for %s", ev.Member)
	}
	ev.Kind, ev.Value, ev.Fields, ev.Expired = chat.Submit, form.Value, map[string][]string{}, s.late
	s.late = false
	for _, f := range form.Fields {
		ev.Fields[f.Name] = f.Chosen
		if f.Value != "" {
			ev.Fields[f.Name] = []string{f.Value}
		}
	}
	for _, fill := range filled {
		i := slices.IndexFunc(form.Fields, func(f chat.Field) bool { return f.Name == fill.Name })
		if i < 0 {
			s.t.Fatalf("the form of %s has no field %q", ev.Member, fill.Name)
		}
		ev.Fields[fill.Name] = []string{fill.Value}
		if f := form.Fields[i]; f.Kind == chat.ManyField || f.Kind == chat.OneField {
			values, err := Choose(f.Choices, fill.Value)
			if err != nil {
				s.t.Fatalf("field %q: %v", f.Label, err)
			}
			ev.Fields[fill.Name] = values
		}
	}
	s.event(ev)
}

// event gives an event its name and time and delivers it.
func (s *stage) event(ev chat.Event) { s.replyTo(ev, nil) }

func (s *stage) replyTo(ev chat.Event, clicked *standing) {
	s.t.Helper()
	s.events++
	ev.ID = chat.EventID{At: s.now, Name: fmt.Sprintf("e%d", s.events)}
	ev.Workspace, ev.At = workspace, s.now
	ev.Manager, ev.Zone, ev.Roles = !s.plain[string(ev.Member)], s.zones[string(ev.Member)], slices.Clone(s.roles[string(ev.Member)])
	ev.Seed = Seed(s.events)
	s.last, s.clicked = ev, clicked
	reply, taken := s.deliver(ev)
	if taken {
		s.showReply(ev, reply, clicked)
	}
	s.settle()
}

// Seed is the seed of the n-th event of a script, from 1: a line that is something people or the platform do.
func Seed(n int) uint64 {
	hash := fnv.New64a()
	_, _ = fmt.Fprintf(hash, "e%d", n) // a hash takes everything
	return hash.Sum64()
}

// deliver takes an event through the engine, as the shell does. An event that was seen before changes nothing.
func (s *stage) deliver(ev chat.Event) (reply chat.Reply, taken bool) {
	s.t.Helper()
	ctx := context.Background()
	if s.engine.Looks(ev) {
		reply, err := s.engine.Look(store.NewReader(ctx, s.db), ev)
		if err != nil {
			s.t.Fatalf("look at %+v: %v", ev, err)
		}
		return reply, true
	}
	err := store.Update(ctx, s.db, func(d *store.Draft) (err error) {
		d.Unit.Event = store.EventID{At: ev.ID.At, Name: ev.ID.Name}
		if ev.Kind == chat.Timer {
			d.Unit.Fired = &store.Wake{Name: ev.Name, At: ev.Due}
		}
		reply, err = s.engine.Step(d, ev)
		return err
	})
	switch {
	case errors.Is(err, store.ErrSeen):
		return reply, false
	case err != nil:
		s.t.Fatalf("step %+v: %v", ev, err)
	}
	return reply, true
}

// pass lets time pass until an instant and runs the timers that become due, each at its time.
func (s *stage) pass(until time.Time) {
	s.t.Helper()
	for range 10000 {
		if s.away {
			break
		}
		due, err := s.db.Due(context.Background(), until, 1)
		if err != nil {
			s.t.Fatal(err)
		}
		if len(due) == 0 {
			break
		}
		if due[0].At.After(s.now) {
			s.now = due[0].At
		}
		var ev chat.Event
		if err := json.Unmarshal(due[0].Body, &ev); err != nil {
			s.t.Fatal(err)
		}
		ev.At, ev.Due = s.now, due[0].At
		s.deliver(ev)
		s.settle()
	}
	s.now = until
}
