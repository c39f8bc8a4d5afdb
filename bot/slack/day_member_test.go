package slack_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/slack/slackfake"
)

// workspace is one team: its channels, their schedules, its people.
type workspace struct {
	d         *day
	id        string
	space     *slackfake.Workspace
	keeper    string
	channels  []string
	members   []*member
	schedules []schedule

	mu     sync.Mutex
	posted map[string]bool // keys of posts that appeared
	random *rand.Rand
}

// schedule is what fires once in the day.
type schedule struct {
	id      string // as the bot numbers it
	channel string
	topic   string
	at      time.Time
}

func newWorkspace(d *day, n int) *workspace {
	t := &workspace{d: d, id: fmt.Sprintf("T0TEAM%d", n), keeper: "U0KEEPER", posted: map[string]bool{}, random: rand.New(rand.NewPCG(d.seed, uint64(100+n)))}
	t.space = d.slack.fake.AddWorkspace(t.id)
	t.space.AddPerson(slackfake.Person{ID: t.keeper, Name: "Keeper", Owner: true, TZ: "Etc/UTC"})
	var ids []string
	for i := range d.members {
		id := fmt.Sprintf("U%d%05d", n, i)
		t.space.AddPerson(slackfake.Person{ID: id, Name: fmt.Sprint("Member ", i), TZ: "Europe/Berlin", Locale: "en-GB"})
		t.members = append(t.members, newMember(t, id, i))
		ids = append(ids, id)
	}
	for c := range d.channels {
		id := fmt.Sprintf("C%d%05d", n, c)
		sit := []string{t.keeper}
		for i := range d.seats {
			sit = append(sit, ids[(c*5+i)%len(ids)])
		}
		t.space.AddChannel(id, fmt.Sprint("prep-", c), c%5 == 4, sit...)
		t.channels = append(t.channels, id)
		for half := range 2 {
			instant := (c + half*d.instants/2) % d.instants
			at := midnight.Add(5*time.Hour + time.Duration(instant)*(11*time.Hour)/time.Duration(d.instants)) // results come the same day
			k := len(t.schedules)
			t.schedules = append(t.schedules, schedule{fmt.Sprint("s", k+1), id, topicOf(k), at.Truncate(time.Minute)})
		}
	}
	return t
}

// setUp signs the workspaces in, invites the bot and saves the schedules.
func (d *day) setUp(t *testing.T) {
	t.Helper()
	for _, team := range d.teams {
		d.slack.signIn(t, team.id, team.keeper)
	}
	for _, team := range d.teams {
		for _, c := range team.channels {
			d.await(t, "the bot is in "+c, func() bool { return team.space.Invite(c, team.keeper) == nil })
		}
		for _, s := range team.schedules {
			team.save(t, s)
		}
		d.await(t, "every schedule is on", team.allOn)
	}
}

// allOn tells whether every announcement has come back to the bot as sent: a schedule has no slots before that.
func (t *workspace) allOn() bool {
	t.space.Reload(t.keeper)
	if t.space.Command(t.keeper, t.channels[0], "/greenroom", "schedule list") != nil {
		return false
	}
	said := t.space.Ephemerals(t.keeper)
	return len(said) > 0 && !strings.Contains(said[len(said)-1].Plain, "Being announced")
}

// save adds one schedule: a command, and the button under what it answers.
func (t *workspace) save(tt *testing.T, s schedule) {
	tt.Helper()
	line := fmt.Sprintf("schedule add %s daily UTC %s follow-ups 1h result 6h", s.at.Format("15:04"), s.topic)
	if err := t.space.Command(t.keeper, s.channel, "/greenroom", line); err != nil {
		tt.Fatalf("%s: %q: %v\n%s", t.id, line, err, t.d.lastWords())
	}
	t.d.await(tt, fmt.Sprintf("%q is saved in %s", line, s.channel), func() bool {
		for _, m := range slices.Backward(t.space.Ephemerals(t.keeper)) {
			if b, ok := button(m.Buttons, "save"); ok {
				return t.space.Click(t.keeper, m.Place(), b.Value) == nil
			}
		}
		return false
	})
	t.d.await(tt, fmt.Sprintf("%q is announced", line), func() bool { return t.announced(s.channel) >= t.schedulesOf(s) })
	t.space.Reload(t.keeper)
}

// announced counts the messages in a channel that say that a schedule begins.
func (t *workspace) announced(channel string) int {
	n := 0
	for _, m := range t.space.Messages(channel) {
		if key, _ := keyOf(m.Metadata); key != "" && !isPost(key) && !strings.Contains(key, "/greet/") {
			n++
		}
	}
	return n
}

// schedulesOf counts the schedules of a channel up to one.
func (t *workspace) schedulesOf(last schedule) int {
	n := 0
	for _, s := range t.schedules {
		if s.channel == last.channel {
			n++
		}
		if s.id == last.id {
			break
		}
	}
	return n
}

// expected are the schedules that should have posted until now.
func (t *workspace) expected(now time.Time) (due []schedule) {
	for _, s := range t.schedules {
		if s.at.After(t.d.began) && !s.at.After(now) {
			due = append(due, s)
		}
	}
	return due
}

func (t *workspace) postedSlots() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.posted)
}

// appeared has members play a post that they see for the first time. The fake calls it under its lock.
func (t *workspace) appeared(e entry) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.posted[e.Key] {
		return
	}
	t.posted[e.Key] = true
	c := slices.Index(t.channels, e.Message.Channel)
	for i := range t.d.seats {
		if !t.d.idle && t.random.IntN(2) == 0 {
			t.members[(c*5+i)%len(t.members)].take(e)
		}
	}
}

// standing are the copies of each post that stand now, oldest first.
func (t *workspace) standing() map[string][]slackfake.Message {
	all := map[string][]slackfake.Message{}
	for _, c := range t.channels {
		for _, m := range t.space.Messages(c) {
			if key, page := keyOf(m.Metadata); isPost(key) && page == "1" {
				all[key] = append(all[key], m)
			}
		}
	}
	return all
}

// keeperClicks clicks a copy of a post.
func (t *workspace) keeperClicks(key string, m slackfake.Message) error {
	defer t.space.Reload(t.keeper)
	b, ok := button(m.Buttons, "answer")
	if !ok {
		return fmt.Errorf("%s has no button to answer", key)
	}
	t.d.slack.clicks(m)
	return t.space.Click(t.keeper, m.Place(), b.Value)
}

// button finds a button by the verb of its value.
func button(all []slackfake.Button, verb string) (slackfake.Button, bool) {
	for _, b := range all {
		if v, err := chat.ParseValue(b.Value); err == nil && v.Verb == verb {
			return b, true
		}
	}
	return slackfake.Button{}, false
}

func (t *workspace) busy() bool {
	return slices.ContainsFunc(t.members, func(m *member) bool { return m.doing() != "" })
}

// awaken lets the members play; rest ends that and waits for them.
func (d *day) awaken(ctx context.Context) (rest func()) {
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	for _, t := range d.teams {
		for _, m := range t.members {
			all.Go(func() { m.live(ctx) })
		}
	}
	return func() {
		cancel()
		all.Wait()
	}
}

// member is a person with one screen, who plays one post after the other. What the bot has shown as taken is a promise
// that the judge holds against the store.
type member struct {
	team   *workspace
	id     string
	random *rand.Rand
	wake   chan struct{} // holds one: there is something to play

	glances int // in vain, one after the other

	mu       sync.Mutex
	todo     []entry
	at       string // what it is doing
	said     int
	promises []promise
	wrong    []string // what should have worked and did not
}

// promise is an answer whose grade was shown, or a correction that was taken.
type promise struct {
	Member  string
	Post    string
	Part    int
	Draft   int // 1 or 2; 0 for a correction
	Text    string
	Claimed string
}

func newMember(t *workspace, id string, n int) *member {
	return &member{team: t, id: id, random: rand.New(rand.NewPCG(t.d.seed, uint64(1000+n))), wake: make(chan struct{}, 1)}
}

// take puts a post on the list of what to play.
func (m *member) take(e entry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.todo = append(m.todo, e)
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

func (m *member) doing() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.at == "" && len(m.todo) > 0 {
		return "will play " + m.todo[0].Key
	}
	return m.at
}

func (m *member) does(what string, about ...any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at = fmt.Sprintf(what, about...)
}

func (m *member) note(format string, about ...any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.wrong = append(m.wrong, fmt.Sprintf(m.team.id+" "+m.id+": "+format, about...))
}

func (m *member) promised(p promise) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p.Member = m.id
	m.promises = append(m.promises, p)
}

func (m *member) live(ctx context.Context) {
	for {
		m.mu.Lock()
		var e entry
		if len(m.todo) > 0 {
			e, m.todo = m.todo[0], m.todo[1:]
			m.at = "plays " + e.Key
		}
		m.mu.Unlock()
		if e.Key == "" {
			select {
			case <-m.wake:
				continue
			case <-ctx.Done():
				return
			}
		}
		m.play(ctx, e)
		m.team.space.Reload(m.id) // closes what is open
		m.does("")
	}
}

// chance is true in p of a hundred.
func (m *member) chance(p int) bool { return m.random.IntN(100) < p }

// play plays one post, in the disorder of people.
func (m *member) play(ctx context.Context, e entry) {
	space := m.team.space
	if m.chance(15) { // whether these are heard of is nobody's promise
		_ = space.OpenHome(m.id)
	}
	if m.chance(10) {
		_ = space.Command(m.id, e.Message.Channel, "/greenroom", []string{"leaderboard", "progress", "help"}[m.random.IntN(3)])
	}
	if m.chance(5) {
		_ = space.DM(m.id, "leaderboard")
	}
	if m.chance(20) {
		m.press(m.copy(e), "hint")
	}
	main := about{post: postOf(e.Key)}
	if !m.answer(ctx, e, main) {
		return
	}
	if m.chance(30) {
		m.improve(ctx, main)
	}
	if m.chance(30) {
		m.correct(ctx, main)
	}
	if m.chance(40) {
		m.followUp(ctx, main)
	}
	if m.chance(10) {
		m.press(m.copy(e), "answer") // and looks again at the grade
	}
}

// copy is one of the messages in which a post stands now.
func (m *member) copy(e entry) slackfake.Message {
	var copies []slackfake.Message
	for _, c := range m.team.space.Messages(e.Message.Channel) {
		if key, page := keyOf(c.Metadata); key == e.Key && page == "1" {
			copies = append(copies, c)
		}
	}
	if len(copies) == 0 {
		return e.Message
	}
	return copies[m.random.IntN(len(copies))]
}

// press clicks a message's button, sometimes twice.
func (m *member) press(in slackfake.Message, verb string) bool {
	b, ok := button(in.Buttons, verb)
	if !ok {
		return false
	}
	m.team.d.slack.clicks(in)
	if m.chance(10) {
		var second sync.WaitGroup
		defer second.Wait()
		second.Go(func() { _ = m.team.space.Click(m.id, in.Place(), b.Value) })
	}
	return m.team.space.Click(m.id, in.Place(), b.Value) == nil
}

const (
	patience = 3 * time.Minute        // for one thing that a member wants; then it is noted as wrong
	glance   = 400 * time.Millisecond // for what should appear on the screen; longer each time that it was in vain
)

// insist tries something again and again. It is false when ctx has ended, and notes when it takes too long.
func (m *member) insist(ctx context.Context, what string, try func() bool) bool {
	m.does("%s", what)
	for end := time.Now().Add(patience); ctx.Err() == nil; {
		if try() {
			return true
		}
		if time.Now().After(end) {
			m.note("%s does not work", what)
			return false
		}
		m.pause(ctx, time.Duration(10+m.random.IntN(30))*time.Millisecond)
	}
	return false
}

func (m *member) pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// screen is the topmost modal.
func (m *member) screen() (slackfake.View, bool) {
	views := m.team.space.Views(m.id)
	if len(views) == 0 {
		return slackfake.View{}, false
	}
	return views[len(views)-1], true
}

// see waits a moment until the topmost modal is as it should be.
func (m *member) see(ctx context.Context, as func(slackfake.View) bool) bool {
	return m.glance(ctx, func() bool {
		v, open := m.screen()
		return open && as(v)
	})
}

// glance waits a moment until something appears.
func (m *member) glance(ctx context.Context, appears func() bool) bool {
	for end := time.Now().Add(glance << min(m.glances, 4)); time.Now().Before(end) && ctx.Err() == nil; m.pause(ctx, 5*time.Millisecond) {
		if appears() {
			m.glances = 0
			return true
		}
	}
	m.glances++
	return false
}

// about is what a form or the grade on a screen is about, as a person reads it in its title and text.
type about struct {
	post  string
	part  int
	draft string // of a form: 1 or 2
}

// isForm tells whether a view is the form for an answer.
func (a about) isForm(v slackfake.View) bool {
	var origin struct{ V chat.Value }
	if v.Submit == "" || json.Unmarshal([]byte(v.PrivateMetadata), &origin) != nil {
		return false
	}
	f := origin.V
	return f.Verb == "answer" && f.Post == a.post && f.Part == a.part && (f.Arg == "2") == (a.draft == "2")
}

// isGrade tells whether a view shows the grade.
func (a about) isGrade(v slackfake.View) bool { return a.grades(v.Plain, v.Buttons) }

func (a about) grades(text string, buttons []slackfake.Button) bool {
	return strings.Contains(text, "I found ") && slices.ContainsFunc(buttons, func(b slackfake.Button) bool {
		value, err := chat.ParseValue(b.Value)
		return err == nil && value.Verb != "follow" && value.Post == a.post && value.Part == a.part
	})
}

// graded tells whether a member sees the grade anywhere: in the form, or where Slack still let the bot show it.
func (m *member) graded(a about) bool {
	if v, open := m.screen(); open && a.isGrade(v) {
		return true
	}
	return slices.ContainsFunc(slices.Concat(m.team.space.Ephemerals(m.id), m.team.space.Directs(m.id)), func(shown slackfake.Message) bool {
		return a.grades(shown.Plain, shown.Buttons)
	})
}

func isCorrection(v slackfake.View) bool {
	return slices.ContainsFunc(v.Fields, func(f slackfake.Field) bool { return f.BlockID == "said" })
}

// answer answers the main part of a post: by its button, over as many lives of the bot as it takes, until the grade is shown.
func (m *member) answer(ctx context.Context, e entry, main about) bool {
	text := m.text(0)
	sent := false
	ok := m.insist(ctx, "answers "+e.Key, func() bool {
		if v, open := m.screen(); !open || !main.isForm(v) {
			m.team.space.Reload(m.id)
			if !m.press(m.copy(e), "answer") {
				return false
			}
			if !m.glance(ctx, func() bool {
				v, open := m.screen()
				return open && main.isForm(v) || m.graded(main)
			}) {
				return false
			}
		}
		if m.graded(main) {
			if !sent {
				m.note("has a grade for %s without an answer", e.Key)
			}
			return true
		}
		sent = true
		return m.send(ctx, main.isForm, map[string][]string{"answer": {text}}) && m.glance(ctx, func() bool { return m.graded(main) })
	})
	if ok {
		m.promised(promise{Post: main.post, Draft: 1, Text: text})
	}
	return ok
}

// send sends the form on the screen, sometimes twice at once. It is false where that is another one, or was not taken.
func (m *member) send(ctx context.Context, is func(slackfake.View) bool, values map[string][]string) bool {
	if v, open := m.screen(); !open || !is(v) {
		return false
	}
	m.team.d.slack.submitting()
	if m.chance(10) {
		var second sync.WaitGroup
		defer second.Wait()
		second.Go(func() { _ = m.team.space.Submit(m.id, values) })
	}
	err := m.team.space.Submit(m.id, values)
	var fields slackfake.FieldErrors
	if errors.As(err, &fields) {
		m.note("a form is refused: %v", fields)
	}
	return err == nil
}

// onward presses a button on the screen and looks whether what should follow comes.
func (m *member) onward(ctx context.Context, which func(chat.Value) bool, comes func(slackfake.View) bool) bool {
	v, _ := m.screen()
	for _, b := range v.Buttons {
		if value, err := chat.ParseValue(b.Value); err == nil && which(value) {
			return m.team.space.Click(m.id, slackfake.Place{}, b.Value) == nil && m.see(ctx, comes)
		}
	}
	return false
}

// improve, correct and followUp go on from the grade on the screen. They give up where something goes wrong, as people do.

func (m *member) improve(ctx context.Context, main about) {
	again, text := about{main.post, 0, "2"}, m.text(0)
	m.does("improves %s", main.post)
	if m.onward(ctx, func(v chat.Value) bool { return v.Verb == "answer" && v.Arg == "2" }, again.isForm) &&
		m.send(ctx, again.isForm, map[string][]string{"answer": {text}}) && m.see(ctx, again.isGrade) {
		m.promised(promise{Post: main.post, Draft: 2, Text: text})
	}
}

// correct claims the first key point that is offered.
func (m *member) correct(ctx context.Context, main about) {
	m.does("corrects %s", main.post)
	if !m.onward(ctx, func(v chat.Value) bool { return v.Verb == "correct" && v.Post == main.post }, isCorrection) {
		return
	}
	form, _ := m.screen()
	for _, f := range form.Fields {
		if f.BlockID != "said" || len(f.Options) == 0 {
			continue
		}
		claim := f.Options[0].Value
		if m.send(ctx, isCorrection, map[string][]string{"said": {claim}}) && m.see(ctx, main.isGrade) {
			m.promised(promise{Post: main.post, Claimed: claim})
		}
	}
}

func (m *member) followUp(ctx context.Context, main about) {
	m.does("answers a follow-up of %s", main.post)
	next := about{post: main.post}
	offered := func(v chat.Value) bool {
		next.part = v.Part
		return v.Verb == "follow"
	}
	canAnswer := func(v chat.Value) bool { return v.Verb == "answer" && v.Part == next.part }
	asks := func(v slackfake.View) bool {
		return slices.ContainsFunc(v.Buttons, func(b slackfake.Button) bool {
			value, err := chat.ParseValue(b.Value)
			return err == nil && canAnswer(value)
		})
	}
	text := m.text(1)
	if m.onward(ctx, offered, asks) && m.onward(ctx, canAnswer, next.isForm) &&
		m.send(ctx, next.isForm, map[string][]string{"answer": {text}}) && m.see(ctx, next.isGrade) {
		m.promised(promise{Post: main.post, Part: next.part, Draft: 1, Text: text})
	}
}

// text is an answer unlike any other, with so many ideas in it that one of them is of the question.
func (m *member) text(part int) string {
	m.said++
	text := fmt.Sprintf("This is what %s thinks of part %d in sentence %d.", m.id, part, m.said)
	for _, i := range m.random.Perm(len(ideas))[:6+m.random.IntN(2)] {
		text += " " + ideas[i] + "."
	}
	return text
}
