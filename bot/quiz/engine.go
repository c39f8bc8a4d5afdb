// Package quiz is the engine: what Greenroom does with an event. It is a function of a draft and an event; it has no
// clock, no randomness, no network and no log of its own, so an event replayed on the same records gives the same
// unit. Output exists only as answer to input: a Reply on the spot, or outbox rows in the draft.
//
// One feature stands in one file, with the records that it owns documented at its top; a feature names the command
// words, buttons, forms, timers and delivery reports that it handles (see feature), and New puts them together.
// words.go holds every sentence.
package quiz

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"greenroom/bot/chat"
	"greenroom/content"
	"greenroom/store"
)

// Config is what an engine is made from.
type Config struct {
	Banks     *content.Index // the questions; required
	FollowUps time.Duration  // default of new schedules: the n-th follow-up comes after n times this; 0 means 2 h
	Result    time.Duration  // default of new schedules: the result comes this long after the post; 0 means 24 h
	Cron      string         // default of new schedules that name neither time nor days: an expression that when.Cron takes
}

// Engine decides. It holds no state but its configuration and what can be computed again.
type Engine struct {
	banks     *content.Index
	followUps time.Duration
	result    time.Duration
	cron      string
	rubrics   rubrics
	touching  cache[[][]float64]       // see touches
	copies    cache[*content.Question] // see question
	tenants   latest[workspace]        // every event reads its workspace
	people    latest[member]           // and its member
	on        feature
}

// New puts an engine together.
func New(c Config) *Engine {
	e := &Engine{banks: c.Banks, followUps: c.FollowUps, result: c.Result, cron: c.Cron}
	if e.followUps == 0 {
		e.followUps = 2 * time.Hour
	}
	if e.result == 0 {
		e.result = 24 * time.Hour
	}
	e.on = merge(
		setupFeature(), scheduleFeature(), postFeature(), answerFeature(), typedFeature(), correctFeature(), claimFeature(),
		hintFeature(), aloudFeature(), showFeature(), followUpFeature(), resultFeature(), shareFeature(),
		questionFeature(), boardFeature(), progressFeature(), settingsFeature(), dataFeature(), helpFeature(),
		keeperFeature(), changeFeature(), directFeature(), sleepFeature(), sweepFeature(),
	)
	return e
}

// feature names what one file handles. Buttons, forms and timers are known by a verb, command lines by their first
// word, delivery reports by the kind of action (the second part of its key).
type feature struct {
	lines  map[string]command
	looks  map[string]func(*look) (chat.Reply, error) // buttons that only read
	clicks map[string]func(*step) (chat.Reply, error)
	forms  map[string]func(*step) (chat.Reply, error)
	events map[chat.Kind]func(*step) (chat.Reply, error)
	timers map[string]func(*step, []string) error
	sent   map[string]func(*step, []string) error
	failed map[string]func(*step, []string) error
}

// command is a verb of /greenroom. Exactly one of look, step and choose is set; choose picks by the words that follow.
type command struct {
	usage  string // shown by help; empty hides it
	says   string
	look   func(*look, []string) (chat.Reply, error)
	step   func(*step, []string) (chat.Reply, error)
	choose func(words []string) command
}

func (c command) chosen(words []string) command {
	if c.choose != nil {
		return c.choose(words)
	}
	return c
}

func merge(features ...feature) feature {
	all := feature{
		lines: map[string]command{}, looks: map[string]func(*look) (chat.Reply, error){},
		clicks: map[string]func(*step) (chat.Reply, error){}, forms: map[string]func(*step) (chat.Reply, error){},
		events: map[chat.Kind]func(*step) (chat.Reply, error){}, timers: map[string]func(*step, []string) error{},
		sent: map[string]func(*step, []string) error{}, failed: map[string]func(*step, []string) error{},
	}
	for _, f := range features {
		add(all.lines, f.lines)
		add(all.looks, f.looks)
		add(all.clicks, f.clicks)
		add(all.forms, f.forms)
		add(all.events, f.events)
		add(all.timers, f.timers)
		add(all.sent, f.sent)
		add(all.failed, f.failed)
	}
	return all
}

func add[K comparable, V any](to, from map[K]V) {
	for k, v := range from {
		if _, twice := to[k]; twice {
			panic(fmt.Sprintf("two features handle %v", k)) // unreachable: New is called in every test
		}
		to[k] = v
	}
}

// Looks tells from the event alone whether it only reads.
func (e *Engine) Looks(ev chat.Event) bool {
	if ev.Kind == chat.Line {
		c, words, ok := e.command(ev.Text)
		return ok && c.chosen(words).look != nil
	}
	return ev.Looks()
}

// Look answers an event that only reads.
func (e *Engine) Look(v store.View, ev chat.Event) (chat.Reply, error) {
	l, err := e.look(v, ev)
	if err != nil {
		return chat.Reply{}, err
	}
	switch ev.Kind {
	case chat.Complete:
		return l.complete()
	case chat.Home:
		r, err := l.home()
		return l.withNotices(r), err
	case chat.Line:
		c, words, ok := e.command(ev.Text)
		if !ok || c.chosen(words).look == nil {
			return chat.Reply{}, fmt.Errorf("line %q does not only look", ev.Text) // unreachable: see Looks
		}
		return l.line(c.chosen(words), words)
	default:
		if f, ok := e.on.looks[ev.Value.Verb]; ok {
			return f(l)
		}
		return tell(noLongerOpen()), nil
	}
}

// Step handles an event that may change something. Everything that it changes is in the draft.
func (e *Engine) Step(d *store.Draft, ev chat.Event) (chat.Reply, error) {
	if err := d.Preload(usual(ev)...); err != nil {
		return chat.Reply{}, err
	}
	l, err := e.look(d, ev)
	if err != nil {
		return chat.Reply{}, err
	}
	s := &step{look: *l, d: d}
	if ev.Member != "" {
		if err := s.meet(); err != nil {
			return chat.Reply{}, err
		}
	}
	switch ev.Kind {
	case chat.Timer:
		return chat.Reply{}, dispatch(s, e.on.timers, store.Ref(ev.Name))
	case chat.Sent:
		return chat.Reply{}, dispatch(s, e.on.sent, store.Ref(ev.Key))
	case chat.Failed:
		if chat.IsEdit(ev.Key) {
			return chat.Reply{}, nil // the message stands as it was; the next change of it tries again
		}
		return chat.Reply{}, dispatch(s, e.on.failed, store.Ref(ev.Key))
	}
	reply, err := s.handled()
	if err != nil {
		return chat.Reply{}, err
	}
	return s.direct(reply)
}

// usual names what nearly every event of its kind reads.
func usual(ev chat.Event) []store.Ref {
	refs := []store.Ref{workspaceRef(ev.Workspace)}
	if ev.Member == "" {
		return refs
	}
	l := &look{ev: ev}
	refs = append(refs, l.memberRef(ev.Member))
	if ev.Kind == chat.Submit && ev.Value.Verb == "answer" {
		refs = append(refs, l.postRef(ev.Value.Post), l.attemptRef(ev.Value.Post, ev.Member))
	}
	return refs
}

// handled calls the handler of what a person or a platform did.
func (s *step) handled() (chat.Reply, error) {
	switch s.ev.Kind {
	case chat.Line:
		return s.said()
	case chat.Click:
		if f, ok := s.on.clicks[s.ev.Value.Verb]; ok {
			return f(s)
		}
	case chat.Submit:
		if f, ok := s.on.forms[s.ev.Value.Verb]; ok {
			return f(s)
		}
	default:
		if f, ok := s.on.events[s.ev.Kind]; ok {
			return f(s)
		}
		return chat.Reply{}, nil
	}
	return tell(noLongerOpen()), nil
}

// dispatch calls the handler that the second part of a name asks for, with the parts after it. Names are Refs:
// workspace, kind, ids. What nobody handles (an edit that was refused, say) changes nothing.
func dispatch(s *step, handlers map[string]func(*step, []string) error, name store.Ref) error {
	parts := name.Parts()
	if len(parts) < 2 || handlers[parts[1]] == nil {
		return nil
	}
	return handlers[parts[1]](s, parts[2:])
}

// look is one event's way through the engine when it only reads.
type look struct {
	*Engine
	v  store.View
	ev chat.Event
	ws workspace
}

func (e *Engine) look(v store.View, ev chat.Event) (*look, error) {
	l := &look{Engine: e, v: v, ev: ev}
	var err error
	l.ws, err = l.workspace()
	return l, err
}

// ref names a record of the event's workspace.
func (l *look) ref(parts ...string) store.Ref {
	return store.Key(append([]string{string(l.ev.Workspace)}, parts...)...)
}

// below is what the refs of the event's workspace begin with that have these parts and more.
func (l *look) below(parts ...string) store.Ref { return l.ref(parts...) + "/" }

// lastPart is the id at the end of a ref.
func lastPart(ref store.Ref) string {
	parts := ref.Parts()
	return parts[len(parts)-1]
}

// step is one event's way through the engine when it may change something.
type step struct {
	look
	d *store.Draft
}

// send puts an action into the outbox. Workspace and, where it is not set, room are the event's.
func (s *step) send(a chat.Action) error {
	if !s.ws.Asleep.IsZero() {
		return nil // the workspace has removed the bot: nothing can reach it
	}
	a.Workspace = s.ev.Workspace
	if a.Room == "" {
		a.Room = chat.ChannelRoom(a.Channel)
		if a.Do == chat.Direct {
			a.Room = chat.DirectRoom(a.Member)
		}
	}
	if a.Do != chat.Delete {
		if err := a.Message.Check(); err != nil {
			return fmt.Errorf("message %s: %w", a.Key, err)
		}
	}
	body, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("message %s: %w", a.Key, err) // unreachable: an action is plain data
	}
	s.d.Send(store.Row{Key: string(a.Key), Place: a.Place(), Body: body})
	return nil
}

// wake sets, moves or (zero time) removes a timer of a room. Its name says who handles it.
func (s *step) wake(at time.Time, room chat.Room, channel chat.Channel, parts ...string) {
	name := string(s.ref(parts...))
	body, err := json.Marshal(chat.Event{Kind: chat.Timer, Workspace: s.ev.Workspace, Room: room, Channel: channel, Name: name})
	if err != nil {
		panic(err) // unreachable: an event is plain data
	}
	s.d.Wake(store.Wake{Name: name, At: at, Body: body})
}

const day = 24 * time.Hour

// tell is a private reply.
func tell(m chat.Message) chat.Reply { return chat.Reply{Message: &m} }

// turn is a private reply that replaces the message whose button was clicked.
func turn(m chat.Message) chat.Reply { return chat.Reply{Message: &m, Update: true} }

// refuse keeps a form open with an error at each named field; where a platform cannot, a message says the same and has
// the button that opens it again.
func refuse(errs map[string]string, label string, again chat.Value) chat.Reply {
	var m chat.Message
	for _, name := range slices.Sorted(maps.Keys(errs)) {
		m.Blocks = append(m.Blocks, chat.Text(errs[name]))
	}
	m.Buttons = []chat.Button{{Label: label, Value: again}}
	return chat.Reply{Errors: errs, Message: &m}
}

// fields splits a command line into words.
func fields(s string) []string { return strings.Fields(s) }
