package quiz_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"greenroom/bot/chat"
	"greenroom/bot/quiz"
	"greenroom/content"
	"greenroom/store"
)

// TestMachine lets random members do random things, valid and hostile, while time passes, places refuse and events come
// twice. After every step it holds what must always hold; see (*machine).step and (*machine).heard. rapid writes down
// the steps that failed: run them again with -rapid.failfile.
func TestMachine(t *testing.T) {
	if testing.Short() && !given("rapid.checks") {
		set(t, "rapid.checks", "4")
	}
	banks := machineBanks(t)
	rapid.Check(t, func(t *rapid.T) {
		m := newMachine(t, quiz.New(quiz.Config{Banks: banks}))
		for range 60 {
			m.anything(rapid.Uint64().Draw(t, "step"))
			m.settle()
		}
	})
}

func given(name string) (found bool) {
	flag.Visit(func(f *flag.Flag) { found = found || f.Name == name })
	return found
}

func set(t *testing.T, name, value string) {
	before := flag.Lookup(name).Value.String()
	if err := flag.Set(name, value); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = flag.Set(name, before) })
}

// machineBanks are the scripts' questions and some that strain every limit.
func machineBanks(t testing.TB) *content.Index {
	src, err := os.ReadFile("testdata/bank.md")
	if err != nil {
		t.Fatal(err)
	}
	bank, _ := content.Parse("bank.md", src)
	same := strings.Repeat("the same beginning ", 3)
	point := func(name string) content.KeyPoint { return content.KeyPoint{Name: name, Text: "cheap words behind it"} }
	odd := &content.Bank{Name: "odd", Questions: []content.Question{
		{
			ID: "odd/long", Topic: strings.Repeat("Long topic ", 30), Main: "Why " + strings.Repeat("so very ", 200) + "long?",
			Answer: "Because of the same beginning.", Full: "Because.",
			KeyPoints: []content.KeyPoint{point(same + "one"), point(same + "two"), point("twin"), point("twin"), point(strings.Repeat("é", 75))},
			FollowUps: []content.FollowUp{{Question: "And?"}, {Question: "But?", Answer: "No points to this one."}},
		},
		{ID: "odd/unanswered", Topic: "Odd", Main: "What is the sound of one hand?"},
		{ID: "odd/pointless", Topic: "Odd", Main: "What is there to say?", Answer: "Something.", Full: "Something."},
	}}
	return content.NewIndex([]*content.Bank{bank, odd})
}

const machineWorkspace = chat.Workspace("test:w")

var (
	longID   = strings.Repeat("x", 60)
	people   = []chat.Member{"mira", "sam", "ana", chat.Member(longID)}
	places   = []chat.Channel{"team", "other", chat.Channel(longID)}
	managers = []chat.Member{"mira", chat.Member(longID)}
)

// machine is a world in which everything is possible.
type machine struct {
	t        rapid.TB
	random   *rand.Rand
	db       *store.Memory
	engine   *quiz.Engine
	now      time.Time
	events   int
	away     bool
	last     []chat.Event
	refusals map[string]chat.Reason
	seen     []shown // what stands somewhere, newest last
	forms    []opened
	threads  map[chat.Key]int
	answers  []answer
}

// shown is a message with whoever can see it: everybody where Only is empty.
type shown struct {
	only    chat.Member
	channel chat.Channel
	key     chat.Key
	message chat.Message
}

type opened struct {
	by   chat.Member
	form chat.Form
}

// answer is what somebody wrote, known by a word that nobody else writes.
type answer struct {
	by     chat.Member
	word   string
	shared bool // they chose to show something: this test does not tell what
}

func newMachine(t rapid.TB, e *quiz.Engine) *machine {
	m := &machine{
		t: t, random: rand.New(rand.NewPCG(1, 2)), db: store.NewMemory(), engine: e, now: time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC),
		refusals: map[string]chat.Reason{}, threads: map[chat.Key]int{},
	}
	m.line("mira", "team", "setup now 9:00 daily Europe/Berlin follow-ups 3h")
	m.settle()
	return m
}

// between draws from a range, both ends included. rapid itself prefers small numbers, and then little happens; so it only
// gives each step its seed.
func (m *machine) between(low, high int) int { return low + m.random.IntN(high-low+1) }

func pick[T any](m *machine, from []T) T { return from[m.random.IntN(len(from))] }

// anything does one of everything.
func (m *machine) anything(seed uint64) {
	m.random = rand.New(rand.NewPCG(seed, uint64(m.events)))
	who := pick(m, people)
	where := pick(m, append(slices.Clone(places), ""))
	switch n := m.between(0, 99); {
	case n < 48:
		opened := len(m.forms)
		m.click(who)
		if len(m.forms) > opened && m.between(0, 9) > 0 {
			m.submit(m.forms[len(m.forms)-1], who)
		}
	case n < 55 && len(m.forms) > 0:
		m.submit(m.forms[len(m.forms)-1-min(len(m.forms)-1, m.between(0, 6))], who)
	case n < 67:
		m.line(who, where, m.words())
	case n < 79:
		days := pick(m, []int{1, 1, 1, 3, 3, 9, 35})
		m.pass(time.Duration(m.between(0, days*24*60)) * time.Minute)
	case n < 83:
		m.forged(who, where)
	case n < 87:
		place := pick(m, []string{"#team", "#other", "@mira", "@sam", "thread"})
		m.refusals[place] = pick(m, []chat.Reason{chat.ReasonForbidden, chat.ReasonArchived, chat.ReasonParentGone, chat.ReasonDMClosed, chat.ReasonExpired, chat.ReasonDoubt})
	case n < 90:
		clear(m.refusals)
	case n < 95 && len(m.last) > 0:
		m.step(pick(m, m.last))
	case n < 97:
		m.away = m.between(0, 3) == 0
	default:
		kind := pick(m, []chat.Kind{chat.Joined, chat.Left, chat.Gone, chat.Back, chat.Back, chat.Home, chat.Complete, chat.Complete})
		e := chat.Event{Kind: kind, Channel: where, Room: chat.ChannelRoom(where), Member: who, Text: m.words()}
		if kind != chat.Home && kind != chat.Complete {
			e.Member, e.Text = "", ""
		}
		if where == "" && (kind == chat.Joined || kind == chat.Left) {
			return
		}
		m.event(e)
	}
}

var lines = []string{
	"", "help", "hello", "thanks a lot", "setup", "setup now", "setup 9:00 weekdays tls", "question", "question caching", "question odd", "question nothing like it",
	"schedule", "schedule list", "schedule add 10:00 mon,wed America/New_York", "schedule add #other 9:30 daily UTC order shuffle odd", "schedule add 25:00 someday Berln result soon",
	"schedule preview", "schedule preview s1", "schedule preview add 9:00 daily", "schedule pause", "schedule pause s1", "schedule resume s1", "schedule run", "schedule run s1", "schedule run s2",
	"schedule remove s2", "schedule change s1 mon,tue 11:00", "schedule change s1 8:00", "schedule change s1", "schedule change", "schedule change someday", "Schedule LIST",
	"leaderboard", "leaderboard day", "leaderboard month all everywhere", "leaderboard #other week", "leaderbord",
	"progress", "settings", "settings zone Asia/Tokyo", "settings zone Mars/Phobos", "settings managers @sam", "settings managers <@!ana|Ana> <@&99>", "settings managers", "settings name fox", "settings name hide", "settings data",
	"/greenroom help", "@greenroom greenroom nonsense", "schedule add #\x00 9:00", "schedule pause \xff\xfe", "\u202e",
}

func (m *machine) words() string {
	switch m.between(0, 9) {
	case 0:
		return m.sentence()
	case 1:
		return pick(m, lines) + " " + strings.Repeat(pick(m, []string{"caching ", "#other ", "mon ", "ß"}), m.between(0, 600))
	case 2:
		return m.noise()
	}
	return pick(m, lines)
}

// noise is any text.
func (m *machine) noise() string {
	var b strings.Builder
	for range m.between(0, 60) {
		b.WriteString(pick(m, []string{" ", "a", "ß", "\x00", "\n", "<", ">", "@", "#", "`", "|", "\u202e", "한", "👩‍👩‍👧", "\xff", "9", ":", "/", "quiz", "-"}))
	}
	return b.String()
}

// sentence is an answer with a word of its own.
func (m *machine) sentence() string {
	said := []string{
		"PUT is idempotent, so sending it twice leaves the same state", "with POST the server chooses the address",
		"a failed PUT can simply be repeated", "nobody on the way can read the traffic", "the server proves who it is",
		"a lifetime says how long it is fresh", "the server answers 304 when nothing has changed", "when the method is idempotent",
	}
	word := fmt.Sprintf("quokka%dq", len(m.answers))
	m.answers = append(m.answers, answer{word: word})
	return pick(m, said) + " and " + word + ", " + pick(m, said) + "."
}

func (m *machine) line(who chat.Member, where chat.Channel, text string) {
	e := chat.Event{Kind: chat.Line, Member: who, Channel: where, Room: chat.ChannelRoom(where), Text: text, Typed: true}
	if where == "" {
		e.Room = chat.DirectRoom(who)
	}
	m.event(e)
}

// click presses a button that stands somewhere, perhaps one that was never shown to the member, perhaps with something
// in its value changed.
func (m *machine) click(who chat.Member) {
	var all []shown
	for _, s := range m.seen {
		if len(s.message.Buttons) > 0 {
			all = append(all, s)
		}
	}
	if len(all) == 0 {
		return
	}
	s := all[len(all)-1-min(len(all)-1, m.between(0, 40))]
	if s.only != "" && m.between(0, 9) > 0 {
		who = s.only
	}
	e := chat.Event{Kind: chat.Click, Member: who, Channel: s.channel, Room: chat.ChannelRoom(s.channel), Value: pick(m, s.message.Buttons).Value, Key: s.key}
	if s.channel == "" {
		e.Room = chat.DirectRoom(who)
	}
	if m.between(0, 9) == 0 {
		e.Value = m.change(e.Value)
	}
	m.event(e)
	if m.between(0, 4) == 0 {
		m.event(e)
	}
}

func (m *machine) change(v chat.Value) chat.Value {
	switch m.between(0, 3) {
	case 0:
		v.Post = pick(m, []string{"", "s1", "s2", "nothing", longID, "../x", "%"})
	case 1:
		v.Part = pick(m, []int{-1, 0, 1, 2, 3, 99})
	case 2:
		v.Arg = pick(m, []string{"", "0", "1", "2", "-1", "9", "x", "me", "day", longID})
	default:
		v.Look = !v.Look
	}
	return v
}

// submit fills in a form that was opened, perhaps somebody else's, perhaps with fields that it never had.
func (m *machine) submit(o opened, who chat.Member) {
	if m.between(0, 9) > 0 {
		who = o.by
	}
	e := chat.Event{
		Kind: chat.Submit, Member: who, Channel: "team", Room: "c:team", Value: o.form.Value, Fields: map[string][]string{},
		Expired: m.between(0, 9) == 0,
	}
	for _, f := range o.form.Fields {
		e.Fields[f.Name] = m.fill(f, who)
	}
	switch m.between(0, 19) {
	case 0:
		e.Fields = nil
	case 1:
		e.Fields["nick"], e.Fields["said"] = []string{strings.Repeat("n", 400)}, []string{"0", "0", "7", "-1", "x"}
	case 2:
		e.Value = m.change(e.Value)
	}
	m.event(e)
	if m.between(0, 4) == 0 {
		m.event(e)
	}
}

func (m *machine) fill(f chat.Field, who chat.Member) []string {
	if f.Kind == chat.OneField || f.Kind == chat.ManyField {
		var chosen []string
		for _, c := range f.Choices {
			if m.between(0, 1) == 0 {
				chosen = append(chosen, c.Value)
			}
		}
		return chosen
	}
	switch m.between(0, 9) {
	case 0:
		return nil
	case 1:
		return []string{pick(m, []string{"9:00", "mon,wed", "Europe/Berlin", "#other", "#team", "caching", "no idea", "/help", "fox", " ", "\xff"})}
	case 2:
		return []string{m.noise()}
	}
	switch f.Name {
	case "answer":
	case "channel":
		return []string{pick(m, []string{"#team", "#other", "<#" + longID + "|x>"})}
	default:
		return []string{f.Value}
	}
	text := m.sentence()
	m.answers[len(m.answers)-1].by = who
	return []string{text}
}

// forged is a click that no button of ours makes.
func (m *machine) forged(who chat.Member, where chat.Channel) {
	v := chat.Value{Verb: pick(m, []string{
		"answer", "mine", "correct", "hint", "aloud", "points", "tick", "untick", "show", "full", "flag", "more", "follow", "not-today", "share-answer",
		"keep-answer", "share-result", "keep-result", "another", "board", "name-form", "appear", "name", "export", "erase-ask", "erase", "save", "drop",
		"pause", "run", "try-again", "understood", "move", "move-form", "days", "days-form", "setup", "setup-form", "claim-yes", "claim-no", "claim-ok",
		"grade-it", "not-it", "schedules", "progress", "settings", "help", "data", "", "no-such-verb",
	})}
	for range 3 {
		v = m.change(v)
	}
	kind := pick(m, []chat.Kind{chat.Click, chat.Submit})
	m.event(chat.Event{Kind: kind, Member: who, Channel: where, Room: chat.ChannelRoom(where), Value: v})
}

// event gives an event its name and takes it through the engine.
func (m *machine) event(e chat.Event) {
	e.Manager = slices.Contains(managers, e.Member)
	m.unmanaged(e)
}

// unmanaged is an event whose platform tells what it tells of who manages.
func (m *machine) unmanaged(e chat.Event) {
	m.events++
	e.ID = chat.EventID{At: m.now, Name: fmt.Sprintf("e%d", m.events)}
	e.Workspace, e.At, e.Seed = machineWorkspace, m.now, uint64(m.events)*2654435761
	m.last = append(m.last, e)[max(0, len(m.last)-4):]
	m.step(e)
}

// twice is a store whose first commit of each event finds that something has changed, so that every event is decided
// twice on the same records.
type twice struct {
	*store.Memory
	commits int
}

func (d *twice) Commit(ctx context.Context, u store.Unit) error {
	if d.commits++; d.commits == 1 {
		return store.ErrConflict
	}
	return d.Memory.Commit(ctx, u)
}

// step takes an event through the engine and holds that it succeeds, that deciding again gives the same bytes, and that
// the boards are the sum of the attempts.
func (m *machine) step(e chat.Event) {
	ctx := context.Background()
	if m.engine.Looks(e) {
		reply, err := m.engine.Look(store.NewReader(ctx, m.db), e)
		if err != nil {
			m.t.Fatalf("look at %+v: %v", e, err)
		}
		m.told(e, reply)
		return
	}
	var decided []string
	var reply chat.Reply
	var unit store.Unit
	err := store.Update(ctx, &twice{Memory: m.db}, func(d *store.Draft) (err error) {
		d.Unit.Event = store.EventID{At: e.ID.At, Name: e.ID.Name}
		if e.Kind == chat.Timer {
			d.Unit.Fired = &store.Wake{Name: e.Name, At: e.Due}
		}
		if reply, err = m.engine.Step(d, e); err != nil {
			return err
		}
		unit = d.Unit
		decided = append(decided, bytesOf(m.t, unit)+bytesOf(m.t, reply))
		return nil
	})
	if len(decided) == 2 && decided[0] != decided[1] {
		m.t.Fatalf("%+v was decided in two ways on the same records:\n%s\n%s", e, decided[0], decided[1])
	}
	switch {
	case errors.Is(err, store.ErrSeen):
		return
	case err != nil:
		m.t.Fatalf("step %+v: %v", e, err)
	}
	m.heard(e, unit)
	m.told(e, reply)
	if err := quiz.Audit(store.NewReader(ctx, m.db), machineWorkspace); err != nil {
		m.t.Fatalf("after %+v: %v", e, err)
	}
}

func bytesOf(t rapid.TB, v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// heard holds the noise budget for what an event sends: at most one message in a channel, and that one of a kind that may.
func (m *machine) heard(e chat.Event, u store.Unit) {
	posts := 0
	for _, row := range u.Send {
		a := action(m.t, row)
		if a.Do != chat.Post {
			continue
		}
		posts++
		kind := store.Ref(a.Key).Parts()[1]
		if !slices.Contains([]string{"post", "announce", "greet", "outside"}, kind) {
			m.t.Fatalf("%+v writes %s into a channel", e, a.Key)
		}
	}
	if posts > 1 {
		m.t.Fatalf("%+v writes %d messages into channels", e, posts)
	}
}

func action(t rapid.TB, row store.Row) chat.Action {
	var a chat.Action
	if err := json.Unmarshal(row.Body, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// told holds what every reply keeps to.
func (m *machine) told(e chat.Event, r chat.Reply) {
	if erases := e.Kind == chat.Click && !e.Value.Look && e.Value.Verb == "erase"; r.Forget != erases {
		m.t.Fatalf("%+v: the adapter is told to forget the member: %v", e, r.Forget)
	}
	if r.Form != nil {
		if e.Kind == chat.Submit {
			m.t.Fatalf("the reply to the form %+v is a form", e.Value)
		}
		if err := r.Form.Check(); err != nil {
			m.t.Fatalf("%+v: %v", e, err)
		}
		m.forms = append(m.forms, opened{e.Member, *r.Form})
	}
	if len(r.Errors) > 0 && (e.Kind != chat.Submit || r.Message == nil) {
		m.t.Fatalf("%+v: errors %v, for platforms that close forms: %v", e, r.Errors, r.Message)
	}
	if r.Message == nil {
		if e.Kind == chat.Click && r.Form == nil || e.Kind == chat.Submit && !e.Expired {
			m.t.Fatalf("%+v is not answered", e)
		}
		return
	}
	if e.Value.Verb == "share-answer" {
		m.shares(e.Member)
	}
	m.message(*r.Message, e.Member)
	m.seen = append(m.seen, shown{only: e.Member, channel: e.Channel, message: *r.Message})
}

func (m *machine) shares(who chat.Member) {
	for i := range m.answers {
		m.answers[i].shared = m.answers[i].shared || m.answers[i].by == who
	}
}

// message holds that a message fits everywhere, notifies nobody, and shows nobody's answer to others; to is empty for
// what a channel sees.
func (m *machine) message(msg chat.Message, to chat.Member) {
	if err := msg.Check(); err != nil {
		m.t.Fatalf("%v in %+v", err, msg)
	}
	for _, b := range slices.Concat(msg.Blocks, msg.After) {
		for _, s := range append(slices.Concat(b.Items...), b.Spans...) {
			if s.Ping {
				m.t.Fatalf("pings %s: %+v", s.Member, msg)
			}
		}
	}
	text := bytesOf(m.t, msg)
	for _, a := range m.answers {
		if a.by != "" && a.by != to && !a.shared && strings.Contains(text, a.word) {
			m.t.Fatalf("%q sees what %s answered: %s", to, a.by, text)
		}
	}
}

// settle delivers what is to go out.
func (m *machine) settle() {
	ctx := context.Background()
	for range 200 {
		rows, err := m.db.Outbox(ctx, "", 100)
		if err != nil {
			m.t.Fatal(err)
		}
		if len(rows) == 0 {
			return
		}
		for _, row := range rows {
			m.deliver(ctx, row)
		}
	}
	m.t.Fatal("the outbox never ends")
}

func (m *machine) deliver(ctx context.Context, row store.Row) {
	a := action(m.t, row)
	done := store.Done{Key: row.Key, Rev: row.Rev, At: m.now}
	back := chat.Event{Kind: chat.Sent, Workspace: a.Workspace, Room: a.Room, Channel: a.Channel, Key: a.Key, At: m.now, Due: m.now}
	reason, refused := m.refused(a)
	if refused {
		back.Kind, back.Reason = chat.Failed, reason
	} else {
		done.ID = string(a.Key)
		m.stands(a)
	}
	if err := m.db.Commit(ctx, store.Unit{Sent: []store.Done{done}}); err != nil {
		m.t.Fatal(err)
	}
	if refused || a.Tell {
		m.step(back)
	}
}

func (m *machine) refused(a chat.Action) (chat.Reason, bool) {
	place := "#" + string(a.Channel)
	if a.Do == chat.Direct {
		place = "@" + string(a.Member)
	}
	reason, ok := m.refusals[place]
	if a.Do == chat.Thread && !ok {
		reason, ok = m.refusals["thread"]
	}
	return reason, ok
}

// stands holds the noise budget of threads, and that a question in a channel names nobody.
func (m *machine) stands(a chat.Action) {
	m.message(a.Message, a.Member)
	if a.Do == chat.Thread {
		if m.threads[a.Target]++; m.threads[a.Target] > 4 {
			m.t.Fatalf("%d messages in the thread of %s", m.threads[a.Target], a.Target)
		}
	}
	if strings.Contains(string(a.Key), "/post/") && strings.Contains(bytesOf(m.t, a.Message), `"who"`) {
		m.t.Fatalf("the question names somebody: %+v", a.Message)
	}
	m.seen = append(m.seen, shown{only: a.Member, channel: a.Channel, key: a.Key, message: a.Message})
}

// pass lets time pass and runs the timers that become due, unless the bot is away.
func (m *machine) pass(d time.Duration) {
	until := m.now.Add(d)
	for range 500 {
		if m.away {
			break
		}
		due, err := m.db.Due(context.Background(), until, 1)
		if err != nil {
			m.t.Fatal(err)
		}
		if len(due) == 0 {
			break
		}
		if due[0].At.After(m.now) {
			m.now = due[0].At
		}
		var e chat.Event
		if err := json.Unmarshal(due[0].Body, &e); err != nil {
			m.t.Fatal(err)
		}
		e.At, e.Due = m.now, due[0].At
		m.step(e)
		m.settle()
	}
	m.now = until
}
