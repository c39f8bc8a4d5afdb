package web

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"greenroom/bot/chat"
	"greenroom/content"
	"greenroom/store"
)

// The sample members play along so that results, boards and shared answers are not empty. They do what people do: they
// click the real button, fill in the real form and send it through the Handler. What they know is taken from the
// question's key points, never all of them, and always the same for the same question.
var sampleMembers = []struct {
	id        chat.Member
	name      string
	opening   string
	links     []string            // before each further point, in turn
	knows     func(i, n int) bool // which of n key points, i counting from one that the question chooses
	followUps int                 // how many follow-ups they answer
	shares    bool                // shows the answer with the result
}{
	{"mira", "Mira", "I would put it like this: ", []string{" Then: ", " What is more: ", " And: "}, func(i, n int) bool { return n == 1 || i < n-1 }, 3, true},
	{"sam", "Sam", "As I know it: ", []string{" With it comes this: ", " And then: "}, func(i, _ int) bool { return i%2 == 0 }, 1, false},
	{"ana", "Ana", "I am not sure about all of it, but this I know: ", nil, func(i, _ int) bool { return i == 0 }, 0, false},
}

// Verbs of the buttons that samples click; a bot that has none of them is left alone.
const (
	verbAnswer = "answer"       // opens the form for an answer
	verbAppear = "appear"       // with the argument me: shows the member on boards
	verbShare  = "share-answer" // shows the answer with the result
)

// How samples keep on.
const (
	sampleMemory = 24 * time.Hour // older posts are left alone
	sampleTries  = 3
)

func sampleIndex(id chat.Member) int {
	for i, s := range sampleMembers {
		if s.id == id {
			return i + 1
		}
	}
	return 0
}

// samples play the sample members, one step after the other.
type samples struct {
	p     *Playground
	known map[string][]content.KeyPoint // by the question's text
	queue []turn                        // by time
	asked map[string]bool               // turns that were ever queued, by name
}

// turn is one answer that a sample will give.
type turn struct {
	due   time.Time
	who   int
	post  message
	open  chat.Value // of the button that opens the form
	tries int
}

// name is the same at each try and after each restart: the bot takes an event of that name once.
func (t turn) name() string { return string(sampleMembers[t.who].id) + ":" + string(t.post.ID) }

func newSamples(p *Playground, banks []*content.Bank) *samples {
	s := &samples{p: p, known: map[string][]content.KeyPoint{}, asked: map[string]bool{}}
	for _, b := range banks {
		for _, q := range b.Questions {
			s.learn(q.Main, q.KeyPoints)
			for _, f := range q.FollowUps {
				s.learn(f.Question, f.KeyPoints)
			}
		}
	}
	return s
}

func (s *samples) learn(question string, points []content.KeyPoint) {
	if len(points) > 0 {
		s.known[questionKey(question)] = points
	}
}

// questionKey is a question's text without its layout.
func questionKey(markdown string) string {
	return strings.Join(strings.Fields(content.Plain(markdown)), " ")
}

// run plays until ctx ends.
func (s *samples) run(ctx context.Context) {
	if s.p.cfg.SampleDelay < 0 || len(s.known) == 0 {
		<-ctx.Done()
		return
	}
	heard := s.p.hub.subscribe()
	defer func() { s.p.hub.leave(heard) }()
	s.catchUp(ctx)
	for {
		var next <-chan time.Time
		if len(s.queue) > 0 {
			next = time.After(s.queue[0].due.Sub(s.p.cfg.Now()))
		}
		select {
		case <-ctx.Done():
			return
		case changed, open := <-heard.news:
			if !open { // too slow: begin again
				heard = s.p.hub.subscribe()
				s.catchUp(ctx)
				continue
			}
			for _, m := range changed.messages {
				s.notice(m)
			}
		case <-next:
			t := s.queue[0]
			s.queue = s.queue[1:]
			s.play(ctx, t)
		}
	}
}

// catchUp looks at the posts that stand already: after a restart, those that no sample has answered yet.
func (s *samples) catchUp(ctx context.Context) {
	for _, c := range s.p.cfg.Channels {
		messages, err := s.p.history.room(ctx, chat.ChannelRoom(c), "")
		if err != nil {
			s.p.cfg.Log.Warn("playground: the samples cannot read a channel", "channel", c, "err", err)
			continue
		}
		for _, m := range messages {
			s.notice(m)
		}
	}
}

// notice queues the answers that samples will give to a post or to a follow-up in its thread.
func (s *samples) notice(m message) {
	if m.Body == nil || m.Channel == "" || m.Only != "" || m.From != "" || s.p.cfg.Now().Sub(m.At) > sampleMemory {
		return
	}
	for _, b := range m.Body.Buttons {
		// In a thread, the button of the main question is that of the result: for those who are late.
		if b.Value.Verb != verbAnswer || (m.Thread == "") != (b.Value.Part == 0) {
			continue
		}
		for who, sample := range sampleMembers {
			t := turn{due: s.p.cfg.Now().Add(time.Duration(who+1) * s.p.cfg.SampleDelay), who: who, post: m, open: b.Value}
			if b.Value.Part > sample.followUps || s.asked[t.name()] {
				continue
			}
			s.asked[t.name()] = true
			s.enqueue(t)
		}
	}
}

func (s *samples) enqueue(t turn) {
	i, _ := slices.BinarySearchFunc(s.queue, t, func(a, b turn) int { return a.due.Compare(b.due) })
	s.queue = slices.Insert(s.queue, i, t)
}

// play gives one answer, unless it was given before a restart.
func (s *samples) play(ctx context.Context, t turn) {
	done := store.Key("sample", t.name())
	var played bool
	if _, err := get(store.NewReader(ctx, s.p.cfg.DB), done, &played); err != nil || played {
		return
	}
	err := s.answer(ctx, t)
	if err == nil {
		err = s.p.history.update(ctx, func(c *change) error { return put(c.d, done, true) })
	}
	if t.tries++; err != nil && ctx.Err() == nil {
		s.p.cfg.Log.Warn("playground: a sample could not answer", "sample", sampleMembers[t.who].name, "try", t.tries, "err", err)
		if t.tries < sampleTries {
			t.due = s.p.cfg.Now().Add(s.p.cfg.SampleDelay)
			s.enqueue(t)
		}
	}
}

// answer opens the form, fills it in, sends it, and says yes to what the bot then asks.
func (s *samples) answer(ctx context.Context, t turn) error {
	points, ok := s.known[questionIn(t.post.Body.Blocks)]
	if !ok {
		return nil // not of our banks
	}
	opened, err := s.do(ctx, t, chat.Event{Kind: chat.Click, Value: t.open, Clicked: t.post.ID, Key: t.post.Key})
	if err != nil || opened.Form == nil {
		return err
	}
	fields := map[string][]string{}
	for _, f := range opened.Form.Fields {
		if f.Kind == chat.LongField {
			fields[f.Name] = []string{compose(t.who, questionIn(t.post.Body.Blocks), points)}
		}
	}
	graded, err := s.do(ctx, t, chat.Event{Kind: chat.Submit, Value: opened.Form.Value, Fields: fields})
	if err != nil {
		return err
	}
	for field, problem := range graded.Errors {
		return fmt.Errorf("the bot refuses the field %s: %s", field, problem)
	}
	if graded.Message == nil {
		return nil
	}
	buttons, clicked := graded.Message.Buttons, map[chat.Value]bool{}
	for len(buttons) > 0 {
		v := buttons[0].Value
		buttons = buttons[1:]
		if clicked[v] || (v.Verb != verbAppear || v.Arg != "me") && (v.Verb != verbShare || !sampleMembers[t.who].shares) {
			continue
		}
		clicked[v] = true
		r, err := s.do(ctx, t, chat.Event{Kind: chat.Click, Value: v})
		if err != nil {
			return err
		}
		if r.Message != nil { // one question may follow another
			buttons = append(buttons, r.Message.Buttons...)
		}
	}
	return nil
}

// do hands one deed of a sample to the bot. Its id is made of the post's, so that it counts once.
func (s *samples) do(ctx context.Context, t turn, e chat.Event) (chat.Reply, error) {
	e.ID = chat.EventID{At: t.post.At, Name: "web:sample:" + t.name() + ":" + string(e.Kind) + ":" + e.Value.Encode()}
	e.Workspace, e.Channel, e.Room = Workspace, t.post.Channel, chat.ChannelRoom(t.post.Channel)
	e.Member, e.Manager, e.At = sampleMembers[t.who].id, true, s.p.cfg.Now()
	return s.p.handle(ctx, e)
}

// questionIn finds the question that a post shows.
func questionIn(blocks []chat.Block) string {
	for _, b := range blocks {
		if b.Kind == chat.MarkdownBlock && b.Strong {
			return questionKey(b.Text)
		}
	}
	return ""
}

// compose writes a sample's answer out of some key points of a question; which ones, the question's text decides.
func compose(who int, question string, points []content.KeyPoint) string {
	first := 0
	for _, b := range []byte(question) {
		first = (first + int(b)) % len(points)
	}
	sample := sampleMembers[who]
	answer, said := sample.opening, 0
	for i := range points {
		if !sample.knows(i, len(points)) {
			continue
		}
		if said > 0 {
			answer += sample.links[(said-1)%len(sample.links)]
		}
		answer += sayPoint(points[(first+i)%len(points)])
		said++
	}
	return answer
}

// longPoint is how many bytes of a key point somebody would still say; of a longer one they say its name.
const longPoint = 400

// sayPoint says a key point as a sentence: its text up to the first full stop.
func sayPoint(k content.KeyPoint) string {
	text := k.Text
	if text == "" {
		text = k.Name
	}
	text = strings.Join(strings.Fields(text), " ")
	if end := strings.Index(text, ". "); end > 0 {
		text = text[:end]
	}
	if len(text) > longPoint && k.Name != "" {
		text = k.Name
	}
	return strings.TrimRight(text, ".:;") + "."
}
