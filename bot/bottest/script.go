// Package bottest holds what tests of the bot are made with: conversation scripts, a platform that makes faults, and the
// campaign that kills the bot. Only tests and the load command import it.
package bottest

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/quiz"
	"greenroom/content"
	"greenroom/store"
)

// A script is a conversation as text: who says what and when, and what is shown to whom. Lines:
//
//	# a comment
//	clock 2026-11-23T08:00:00Z          sets the clock and runs the timers that are due by then, each at its time
//	wait 24h                            lets time pass in the same way
//	down / up                           the bot is away: time passes, timers do not run
//	mira says schedule list             a command in the channel; "in #other" after the name names another
//	mira writes no idea                 a direct message to the bot
//	mira clicks Answer                  the newest button of that label that mira can see; "Answer in thread", "in private", "in #team"
//	mira sends                          submits the form that is open; indented lines "name = value" fill fields, commas part choices
//	mira opens home                     the bot's own page
//	mira types "schedule "              a command being typed
//	joined #team, left #team            the bot is added to a channel or removed
//	gone, back                          the workspace removes the bot, installs it again
//	refuse #team forbidden              the platform refuses the channel (or @mira); accept #team
//	again                               the last event is delivered once more
//	twice                               the last click or submission is made once more, as a double click is
//	late                                the next submission's interaction has expired
//	manager mira, plain mira            who the platform says manages the place; all do at first
//	zone mira America/New_York          what the platform tells of a member
//
// Under a line stand, each behind "> ", the messages that it led to; -update writes them. A message begins with where it
// is shown: "#team", "#team thread 1" (under the first message), "#team 1 now" (an edit), "mira" (private), "mira form",
// "mira dm". "> nothing" says that nothing is shown.
var update = flag.Bool("update", false, "write what scripts show")

// Scripts runs every script of a folder as a subtest, with the questions of its bank.md.
func Scripts(t *testing.T, dir string) {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(dir, "bank.md"))
	if err != nil {
		t.Fatal(err)
	}
	bank, problems := content.Parse("bank.md", src)
	for _, p := range problems {
		if !p.Error {
			continue // a part without an answer, say
		}
		t.Errorf("%s:%d: %s", p.File, p.Line, p.Text)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts in %s: %v", dir, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { runFile(t, file, bank) })
	}
}

func runFile(t *testing.T, file string, bank *content.Bank) {
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := newStage(t, bank)
	var got bytes.Buffer
	lines := bufio.NewScanner(bytes.NewReader(src))
	var block []string
	play := func() {
		if len(block) == 0 {
			return
		}
		s.play(block)
		for _, line := range block {
			fmt.Fprintln(&got, line)
		}
		got.WriteString(s.takeShown())
		block = nil
	}
	defer func() {
		if t.Failed() {
			t.Logf("the end of what was shown:\n%s", tail(got.String()+s.takeShown(), 30))
		}
	}()
	for lines.Scan() {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, ">"):
		case strings.HasPrefix(line, "  ") && len(block) > 0:
			block = append(block, line)
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#"):
			play()
			fmt.Fprintln(&got, line)
		default:
			play()
			block = []string{line}
		}
	}
	play()
	s.finish()
	if got.String() == string(src) {
		return
	}
	if *update {
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("%s: what is shown differs (-update writes it):\n%s", file, firstDifference(string(src), got.String()))
}

// tail is the end of a text.
func tail(s string, n int) string {
	lines := strings.Split(s, "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		var a, b string
		if i < len(w) {
			a = w[i]
		}
		if i < len(g) {
			b = g[i]
		}
		if a != b {
			return fmt.Sprintf("line %d\n  want %s\n  got  %s", i+1, a, b)
		}
	}
	return ""
}

// stage is the world of one script: the engine on a memory store, a platform that shows everything, a scripted clock.
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
	refusals map[string]chat.Reason
	messages []*standing
	forms    map[chat.Member]*chat.Form
	shown    strings.Builder
	threads  map[chat.Key]int // messages in each thread: the noise budget
}

// standing is a message that stands somewhere.
type standing struct {
	key     chat.Key
	where   string // "#team", "#team thread 1", "mira", "mira dm"
	n       int    // number of a channel message, from 1
	channel chat.Channel
	private chat.Member
	message chat.Message
}

const workspace = chat.Workspace("test:w")

func newStage(t *testing.T, bank *content.Bank) *stage {
	return &stage{
		t: t, db: store.NewMemory(), engine: quiz.New(quiz.Config{Banks: content.NewIndex([]*content.Bank{bank})}),
		now: time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC), plain: map[string]bool{}, zones: map[string]string{},
		refusals: map[string]chat.Reason{}, forms: map[chat.Member]*chat.Form{}, threads: map[chat.Key]int{},
	}
}

// play carries out one line of a script, with the indented lines below it.
func (s *stage) play(block []string) {
	s.t.Helper()
	words := strings.Fields(block[0])
	arg := func(i int) string {
		if i < len(words) {
			return words[i]
		}
		s.t.Fatalf("line %q: word %d is missing", block[0], i+1)
		return ""
	}
	switch words[0] {
	case "clock":
		at, err := time.Parse(time.RFC3339, arg(1))
		if err != nil {
			s.t.Fatal(err)
		}
		s.pass(at)
	case "wait":
		d, err := time.ParseDuration(arg(1))
		if err != nil {
			s.t.Fatal(err)
		}
		s.pass(s.now.Add(d))
	case "down":
		s.away = true
	case "up":
		s.away = false
		s.pass(s.now)
	case "joined", "left":
		c := chat.Channel(strings.TrimPrefix(arg(1), "#"))
		s.event(chat.Event{Kind: chat.Kind(words[0]), Channel: c, Room: chat.ChannelRoom(c)})
	case "gone", "back":
		s.event(chat.Event{Kind: chat.Kind(words[0]), Room: "w"})
	case "refuse":
		s.refusals[arg(1)] = chat.Reason(arg(2))
	case "accept":
		delete(s.refusals, arg(1))
	case "manager":
		delete(s.plain, arg(1))
	case "plain":
		s.plain[arg(1)] = true
	case "zone":
		s.zones[arg(1)] = arg(2)
	case "late":
		s.late = true
	case "again":
		s.deliver(s.last)
	case "twice":
		s.replyTo(s.last, s.clicked)
	default:
		s.act(chat.Member(words[0]), words[1:], block)
	}
}

// act carries out what a member does.
func (s *stage) act(m chat.Member, words, block []string) {
	s.t.Helper()
	channel := chat.Channel("team")
	if len(words) > 1 && words[0] == "in" {
		channel, words = chat.Channel(strings.TrimPrefix(words[1], "#")), words[2:]
	}
	if len(words) == 0 {
		s.t.Fatalf("line %q: nothing to do", block[0])
	}
	_, rest, _ := strings.Cut(block[0], " "+words[0])
	rest = strings.TrimSpace(rest)
	ev := chat.Event{Member: m, Channel: channel, Room: chat.ChannelRoom(channel)}
	switch words[0] {
	case "says":
		ev.Kind, ev.Text = chat.Line, rest
	case "writes":
		ev.Kind, ev.Text, ev.Typed = chat.Line, rest, true
		ev.Channel, ev.Room = "", chat.DirectRoom(m)
	case "opens":
		ev.Kind, ev.Channel, ev.Room = chat.Home, "", chat.DirectRoom(m)
	case "types":
		ev.Kind, ev.Text = chat.Complete, strings.Trim(rest, `"`)
	case "clicks":
		s.click(ev, rest)
		return
	case "sends":
		s.submit(ev, block[1:])
		return
	default:
		s.t.Fatalf("line %q: what is %q?", block[0], words[0])
	}
	s.event(ev)
}

// click presses the newest button of a label that the member can see.
func (s *stage) click(ev chat.Event, label string) {
	s.t.Helper()
	where := ""
	if i := strings.LastIndex(label, " in "); i >= 0 && placeWord(label[i+4:]) {
		label, where = label[:i], label[i+4:]
	}
	for _, m := range slices.Backward(s.messages) {
		if m.private != "" && m.private != ev.Member || where != "" && !strings.Contains(m.where, where) && !(where == "private" && m.private != "") {
			continue
		}
		for _, b := range m.message.Buttons {
			if b.Label != label {
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
	s.t.Fatalf("%s sees no button %q", ev.Member, label)
}

// placeWord tells whether a word after "in" names where a button stands; labels have that word too.
func placeWord(s string) bool {
	return s == "thread" || s == "private" || s == "dm" || strings.HasPrefix(s, "#")
}

func (s *stage) submit(ev chat.Event, lines []string) {
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
	for _, line := range lines {
		name, value, ok := strings.Cut(strings.TrimSpace(line)+" ", " = ")
		value = strings.TrimSpace(value)
		i := slices.IndexFunc(form.Fields, func(f chat.Field) bool { return f.Name == name })
		if !ok || i < 0 {
			s.t.Fatalf("the form of %s has no field for %q", ev.Member, line)
		}
		ev.Fields[name] = []string{value}
		if f := form.Fields[i]; f.Kind == chat.ManyField || f.Kind == chat.OneField {
			ev.Fields[name] = choose(s.t, f, value)
		}
	}
	s.event(ev)
}

// choose finds the values of choices by the beginnings of their labels.
func choose(t *testing.T, f chat.Field, labels string) []string {
	t.Helper()
	var values []string
	for _, label := range strings.Split(labels, ",") {
		label = strings.TrimSpace(label)
		if label == "" {
			continue
		}
		i := slices.IndexFunc(f.Choices, func(c chat.Choice) bool { return strings.HasPrefix(c.Label, label) })
		if i < 0 {
			t.Fatalf("field %q has no choice %q", f.Label, label)
		}
		values = append(values, f.Choices[i].Value)
	}
	return values
}

// event gives an event its name and time and delivers it.
func (s *stage) event(ev chat.Event) { s.replyTo(ev, nil) }

func (s *stage) replyTo(ev chat.Event, clicked *standing) {
	s.t.Helper()
	s.events++
	ev.ID = chat.EventID{At: s.now, Name: fmt.Sprintf("e%d", s.events)}
	ev.Workspace, ev.At = workspace, s.now
	ev.Manager, ev.Zone = !s.plain[string(ev.Member)], s.zones[string(ev.Member)]
	hash := fnv.New64a()
	hash.Write([]byte(ev.ID.Name))
	ev.Seed = hash.Sum64()
	s.last, s.clicked = ev, clicked
	reply, taken := s.deliver(ev)
	if taken {
		s.showReply(ev, reply, clicked)
	}
	s.settle()
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

// settle delivers the outbox until it is empty.
func (s *stage) settle() {
	s.t.Helper()
	ctx := context.Background()
	for range 1000 {
		rows, err := s.db.Outbox(ctx, "", 100)
		if err != nil {
			s.t.Fatal(err)
		}
		if len(rows) == 0 {
			return
		}
		for _, row := range rows {
			s.deliverRow(ctx, row)
		}
	}
	s.t.Fatal("the outbox never ends")
}

func (s *stage) deliverRow(ctx context.Context, row store.Row) {
	s.t.Helper()
	var a chat.Action
	if err := json.Unmarshal(row.Body, &a); err != nil {
		s.t.Fatal(err)
	}
	done := store.Done{Key: row.Key, Rev: row.Rev, At: s.now}
	back := chat.Event{Kind: chat.Sent, Workspace: a.Workspace, Room: a.Room, Channel: a.Channel, Key: a.Key, At: s.now, Due: s.now}
	reason, refused := s.refusal(a)
	switch {
	case refused:
		back.Kind, back.Reason = chat.Failed, reason
	case a.Do == chat.Edit || a.Do == chat.Delete:
		s.edit(a)
	default:
		done.ID = string(a.Key)
		s.stand(a)
	}
	if err := s.db.Commit(ctx, store.Unit{Sent: []store.Done{done}}); err != nil {
		s.t.Fatal(err)
	}
	if refused || a.Tell {
		s.deliver(back)
	}
}

func (s *stage) refusal(a chat.Action) (chat.Reason, bool) {
	place := "#" + string(a.Channel)
	if a.Do == chat.Direct {
		place = "@" + string(a.Member)
	}
	reason, ok := s.refusals[place]
	if a.Do == chat.Thread && !ok {
		reason, ok = s.refusals["thread"]
	}
	return reason, ok
}

// stand shows a new message.
func (s *stage) stand(a chat.Action) {
	s.t.Helper()
	m := &standing{key: a.Key, message: a.Message, channel: a.Channel}
	switch a.Do {
	case chat.Post:
		m.n = 1
		for _, other := range s.messages {
			if other.channel == a.Channel && other.n > 0 {
				m.n++
			}
		}
		m.where = "#" + string(a.Channel)
	case chat.Thread:
		parent := s.find(a.Target)
		if parent == nil {
			s.t.Fatalf("%s: no message %s to reply to", a.Key, a.Target)
		}
		if s.threads[a.Target]++; s.threads[a.Target] > 4 {
			s.t.Errorf("%s: more than four messages in the thread of %s", a.Key, a.Target)
		}
		m.where = fmt.Sprintf("#%s thread %d", a.Channel, parent.n)
	default:
		m.where, m.private = string(a.Member)+" dm", a.Member
	}
	s.messages = append(s.messages, m)
	s.show(m.where, a.Message)
}

func (s *stage) edit(a chat.Action) {
	s.t.Helper()
	m := s.find(a.Target)
	if m == nil {
		s.t.Fatalf("%s: no message %s to edit", a.Key, a.Target)
	}
	m.message = a.Message
	s.show(fmt.Sprintf("%s %d now", m.where, m.n), a.Message)
}

func (s *stage) find(key chat.Key) *standing {
	for _, m := range s.messages {
		if m.key == key {
			return m
		}
	}
	return nil
}

func (s *stage) showReply(ev chat.Event, r chat.Reply, clicked *standing) {
	s.t.Helper()
	who := string(ev.Member)
	if r.Form != nil {
		if err := r.Form.Check(); err != nil {
			s.t.Error(err)
		}
		if ev.Kind == chat.Submit {
			s.t.Errorf("a form is the reply to a form")
		}
		s.forms[ev.Member] = r.Form
		s.write(who+" form", formText(r.Form))
		return
	}
	if len(r.Choices) > 0 {
		var labels []string
		for _, c := range r.Choices {
			labels = append(labels, c.Label)
		}
		s.write(who+" may type", strings.Join(labels, ", "))
	}
	if len(r.Errors) > 0 {
		var lines []string
		for name, text := range r.Errors {
			lines = append(lines, name+": "+text)
		}
		slices.Sort(lines)
		s.write(who+" form, still open", strings.Join(lines, "\n"))
		if r.Message == nil || r.Message.Check() != nil {
			s.t.Errorf("errors come without a message for platforms that close forms")
		}
		return
	}
	if ev.Kind == chat.Submit {
		delete(s.forms, ev.Member)
	}
	if r.Message == nil {
		return
	}
	if r.Update && clicked != nil && clicked.private != "" {
		clicked.message = *r.Message
		s.show(who+" now", *r.Message)
		return
	}
	s.messages = append(s.messages, &standing{where: who, channel: ev.Channel, private: ev.Member, message: *r.Message})
	s.show(who, *r.Message)
}

func formText(f *chat.Form) string {
	text := f.Title
	if len(f.Intro) > 0 {
		text += "\n" + chat.Message{Blocks: f.Intro}.Plain(speak())
	}
	for _, field := range f.Fields {
		text += "\n" + field.Name + ": " + field.Label
		if field.Hint != "" {
			text += " (" + field.Hint + ")"
		}
		if field.Value != "" {
			text += " = " + field.Value
		}
		for _, c := range field.Choices {
			mark := "[ ] "
			if slices.Contains(field.Chosen, c.Value) {
				mark = "[x] "
			}
			text += "\n  " + mark + c.Label
		}
	}
	return text + "\n[" + f.Submit + "]"
}

// show writes a message as everybody without eyes would have it.
func (s *stage) show(where string, m chat.Message) {
	s.t.Helper()
	if err := m.Check(); err != nil {
		s.t.Errorf("%s: %v", where, err)
	}
	for _, b := range slices.Concat(m.Blocks, m.After) {
		for _, span := range b.Spans {
			if span.Ping {
				s.t.Errorf("%s: pings %s", where, span.Member)
			}
		}
	}
	s.write(where, m.Plain(speak()))
}

func (s *stage) write(where, text string) {
	fmt.Fprintf(&s.shown, "> %s\n", where)
	for _, line := range strings.Split(text, "\n") {
		if line == "" {
			s.shown.WriteString(">\n")
			continue
		}
		fmt.Fprintf(&s.shown, ">     %s\n", line)
	}
}

func (s *stage) takeShown() string {
	text := s.shown.String()
	s.shown.Reset()
	return text
}

func speak() chat.Speak {
	return chat.Speak{
		Who:     func(m chat.Member) string { return "@" + string(m) },
		Channel: func(c chat.Channel) string { return "#" + string(c) },
		When: func(span chat.Span) string {
			zone, err := time.LoadLocation(span.Zone)
			if err != nil {
				return span.At.Format(time.RFC3339)
			}
			layout := map[chat.WhenStyle]string{chat.TimeOnly: "15:04", chat.DayOnly: "Mon 2 Jan"}[span.Style]
			return span.At.In(zone).Format(cmp.Or(layout, "Mon 2 Jan 15:04"))
		},
		Markdown: content.Plain,
	}
}

// pass lets time pass until an instant and runs the timers that become due, each at its time.
func (s *stage) pass(until time.Time) {
	s.t.Helper()
	if s.events == 0 {
		s.now = until // where a script begins
	}
	if until.Before(s.now) {
		s.t.Fatalf("the clock would go back from %s to %s", s.now, until)
	}
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

// finish checks what must hold after every script.
func (s *stage) finish() {
	s.t.Helper()
	if err := quiz.Audit(store.NewReader(context.Background(), s.db), workspace); err != nil {
		s.t.Errorf("after the script: %v", err)
	}
}
