package campaign

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"greenroom/bot/chat"
)

// Person is a member with one screen, who plays one post after the other in the disorder of people. What the bot has shown as taken
// is a promise that the judge holds against the store.
type Person struct {
	ID string

	device  Device
	random  *rand.Rand
	wake    chan struct{} // holds one: there is something to play
	glances int           // in vain, one after the other

	mu       sync.Mutex
	todo     []Post
	at       string // what they are doing
	said     int
	promises []Promise
	wrong    []string // what should have worked and did not
}

// Promise is an answer whose grade was shown, or a correction that was taken.
type Promise struct {
	Member  string
	Post    string
	Part    int
	Draft   int // 1 or 2; 0 for a correction
	Text    string
	Claimed string // of a correction: the key point, by its index
}

// NewPerson is somebody who has nothing to play yet.
func NewPerson(id string, device Device, random *rand.Rand) *Person {
	return &Person{ID: id, device: device, random: random, wake: make(chan struct{}, 1)}
}

// Take puts a post on the list of what to play.
func (p *Person) Take(post Post) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.todo = append(p.todo, post)
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// Doing is what they are at, in words; empty when there is nothing to do.
func (p *Person) Doing() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.at == "" && len(p.todo) > 0 {
		return "will play " + p.todo[0].Key
	}
	return p.at
}

// Promises are what the bot has shown as taken.
func (p *Person) Promises() []Promise {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.promises)
}

// Wrong is what should have worked and did not, in words.
func (p *Person) Wrong() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.wrong)
}

func (p *Person) does(what string, about ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at = fmt.Sprintf(what, about...)
}

func (p *Person) note(format string, about ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wrong = append(p.wrong, fmt.Sprintf(p.ID+": "+format, about...))
}

func (p *Person) promised(one Promise) {
	p.mu.Lock()
	defer p.mu.Unlock()
	one.Member = p.ID
	p.promises = append(p.promises, one)
}

// Live plays what they are given until ctx ends.
func (p *Person) Live(ctx context.Context) {
	for {
		p.mu.Lock()
		var post Post
		if len(p.todo) > 0 {
			post, p.todo = p.todo[0], p.todo[1:]
			p.at = "plays " + post.Key
		}
		p.mu.Unlock()
		if post.Key == "" {
			select {
			case <-p.wake:
				continue
			case <-ctx.Done():
				return
			}
		}
		p.play(ctx, post)
		p.device.Reload()
		p.does("")
	}
}

// chance is true in n of a hundred.
func (p *Person) chance(n int) bool { return p.random.IntN(100) < n }

// play plays one post.
func (p *Person) play(ctx context.Context, post Post) {
	if p.chance(30) {
		p.device.Wander(post, p.random.IntN(100))
	}
	if p.chance(20) {
		p.press(post, "hint")
	}
	main := part{post: post.ID(), draft: 1}
	if !p.answer(ctx, post, main) {
		return
	}
	if p.chance(30) {
		p.improve(ctx, main)
	}
	if p.chance(30) {
		p.correct(ctx, main)
	}
	if p.chance(40) {
		p.followUp(ctx, main)
	}
	if p.chance(10) {
		p.press(post, "answer") // and looks again at the grade
	}
}

// press presses a button of one of the messages in which a post stands.
func (p *Person) press(post Post, verb string) bool {
	copies := p.device.Copies(post)
	if len(copies) == 0 {
		return false
	}
	in := copies[p.random.IntN(len(copies))]
	v, ok := in.Button(verb)
	return ok && p.doubly(func() error { return p.device.Press(in, v) }) == nil
}

// doubly does something, sometimes twice at once.
func (p *Person) doubly(do func() error) error {
	if p.chance(10) {
		var second sync.WaitGroup
		defer second.Wait()
		second.Go(func() { _ = do() })
	}
	return do()
}

const (
	patience = 3 * time.Minute        // for one thing that a person wants; then it is noted as wrong
	glance   = 400 * time.Millisecond // for what should appear; longer each time that it was in vain
)

// insist tries something again and again. It is false when ctx has ended, and notes when it takes too long.
func (p *Person) insist(ctx context.Context, what string, try func() bool) bool {
	p.does("%s", what)
	for end := time.Now().Add(patience); ctx.Err() == nil; {
		if try() {
			return true
		}
		if time.Now().After(end) {
			p.note("%s does not work", what)
			return false
		}
		pause(ctx, time.Duration(10+p.random.IntN(30))*time.Millisecond)
	}
	return false
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// newest is the last thing that came up before the person, or that has changed.
func (p *Person) newest() (Sight, bool) {
	all := p.device.Private()
	if len(all) == 0 {
		return Sight{}, false
	}
	return all[len(all)-1], true
}

// sees tells whether there is such a thing before the person now.
func (p *Person) sees(is func(Sight) bool) bool { return slices.ContainsFunc(p.device.Private(), is) }

// await waits a moment until something appears.
func (p *Person) await(ctx context.Context, appears func() bool) bool {
	for end := time.Now().Add(glance << min(p.glances, 4)); time.Now().Before(end) && ctx.Err() == nil; pause(ctx, 5*time.Millisecond) {
		if appears() {
			p.glances = 0
			return true
		}
	}
	p.glances++
	return false
}

// then does something and waits a moment until it brings such a thing up: one that was not there before, or not so.
func (p *Person) then(ctx context.Context, do func() bool, is func(Sight) bool) bool {
	before := map[string]bool{}
	for _, s := range p.device.Private() {
		before[s.State] = true
	}
	return do() && p.await(ctx, func() bool {
		return p.sees(func(s Sight) bool { return !before[s.State] && is(s) })
	})
}

// answer answers the main part of a post: by its button, over as many lives of the bot as it takes, until the grade is shown.
func (p *Person) answer(ctx context.Context, post Post, main part) bool {
	text := p.text(0)
	sent := false
	graded := func() bool { return p.sees(main.isGrade) }
	formOpen := func() bool {
		s, any := p.newest()
		return any && main.isForm(s)
	}
	ok := p.insist(ctx, "answers "+post.Key, func() bool {
		if !formOpen() {
			p.device.Reload()
			if !p.press(post, "answer") || !p.await(ctx, func() bool { return formOpen() || graded() }) {
				return false
			}
		}
		if graded() {
			if !sent {
				p.note("has a grade for %s without an answer", post.Key)
			}
			return true
		}
		sent = true
		return p.send(main.isForm, map[string][]string{"answer": {text}}) && p.await(ctx, graded)
	})
	if ok {
		p.promised(Promise{Post: main.post, Draft: 1, Text: text})
	}
	return ok
}

// send sends the form that is open. It is false where that is another one, or was not taken.
func (p *Person) send(is func(Sight) bool, values map[string][]string) bool {
	if s, any := p.newest(); !any || !is(s) {
		return false
	}
	err := p.doubly(func() error { return p.device.Send(values) })
	var refused Refused
	if errors.As(err, &refused) {
		p.note("a form is refused: %s", refused)
	}
	return err == nil
}

// onward presses a button of what came up last and waits for what should follow.
func (p *Person) onward(ctx context.Context, which func(chat.Value) bool, comes func(Sight) bool) bool {
	in, _ := p.newest()
	v, ok := in.button(which)
	return ok && p.then(ctx, func() bool { return p.device.Press(in, v) == nil }, comes)
}

// fill sends the form that is open and waits for what should follow.
func (p *Person) fill(ctx context.Context, is func(Sight) bool, values map[string][]string, comes func(Sight) bool) bool {
	return p.then(ctx, func() bool { return p.send(is, values) }, comes)
}

// improve, correct and followUp go on from the grade. They give up where something goes wrong, as people do.

func (p *Person) improve(ctx context.Context, main part) {
	again, text := part{main.post, 0, 2}, p.text(0)
	p.does("improves %s", main.post)
	if p.onward(ctx, func(v chat.Value) bool { return v.Verb == "answer" && v.Arg == "2" }, again.isForm) &&
		p.fill(ctx, again.isForm, map[string][]string{"answer": {text}}, again.isGrade) {
		p.promised(Promise{Post: main.post, Draft: 2, Text: text})
	}
}

// correct claims the first key point that is offered.
func (p *Person) correct(ctx context.Context, main part) {
	p.does("corrects %s", main.post)
	if !p.onward(ctx, func(v chat.Value) bool { return v.Verb == "correct" && v.Post == main.post }, main.isCorrection) {
		return
	}
	form, _ := p.newest()
	for _, f := range form.Fields {
		if f.Name != "said" || len(f.Choices) == 0 {
			continue
		}
		claim := f.Choices[0].Value
		if p.fill(ctx, main.isCorrection, map[string][]string{"said": {claim}}, main.isGrade) {
			p.promised(Promise{Post: main.post, Claimed: claim})
		}
	}
}

func (p *Person) followUp(ctx context.Context, main part) {
	p.does("answers a follow-up of %s", main.post)
	next := part{post: main.post, draft: 1}
	offered := func(v chat.Value) bool {
		if v.Verb == "follow" {
			next.n = v.Part
		}
		return v.Verb == "follow"
	}
	canAnswer := func(v chat.Value) bool { return v.Verb == "answer" && v.Part == next.n }
	asks := func(s Sight) bool { return slices.ContainsFunc(s.Buttons, canAnswer) }
	text := p.text(1)
	if p.onward(ctx, offered, asks) && p.onward(ctx, canAnswer, next.isForm) &&
		p.fill(ctx, next.isForm, map[string][]string{"answer": {text}}, next.isGrade) {
		p.promised(Promise{Post: main.post, Part: next.n, Draft: 1, Text: text})
	}
}

// text is an answer unlike any other, with so many ideas in it that one of them is of the question.
func (p *Person) text(part int) string {
	p.said++
	return opinion(fmt.Sprintf("This is what %s thinks of part %d in sentence %d.", p.ID, part, p.said), p.random, 6+p.random.IntN(2))
}
