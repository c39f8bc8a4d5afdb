package bottest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"greenroom/bot/chat"
)

// player is a member who plays every post of a workspace: sometimes a hint, an answer, sometimes a redraft, a
// correction, a follow-up. What the bot has acknowledged is a promise that the judge holds against the store.
type player struct {
	client    *Client
	clock     *Clock
	workspace chat.Workspace
	member    chat.Member
	random    *rand.Rand
	said      int
	played    atomic.Int64 // posts that it is through with

	mu       sync.Mutex
	promises []promise
	stuck    []string // what should have worked and did not
}

// promise is something that the bot has acknowledged.
type promise struct {
	Workspace chat.Workspace
	Member    chat.Member
	Post      string
	Part      int
	Draft     string   // "1" or "2"; empty for a correction
	Text      string   // of the answer
	Claimed   []string // of the correction: indexes of key points
}

// say does something and waits for the reply, over as many lives of the bot as it takes.
func (p *player) say(ctx context.Context, e chat.Event) chat.Reply {
	p.said++
	e.ID = chat.EventID{At: p.clock.Now(), Name: fmt.Sprintf("%s-%d", p.member, p.said)}
	e.Workspace, e.Member, e.At, e.Manager = p.workspace, p.member, e.ID.At, true
	e.Room = chat.ChannelRoom(e.Channel)
	for ctx.Err() == nil {
		r, err := p.client.Say(ctx, e)
		if err == nil {
			return r
		}
	}
	return chat.Reply{}
}

// play plays one post.
func (p *player) play(ctx context.Context, post Entry) {
	defer p.played.Add(1)
	answer, ok := button(post.Action.Message, "answer")
	if !ok {
		p.note("post %s has no button to answer", post.Action.Key)
		return
	}
	channel := post.Action.Channel
	if p.random.IntN(4) == 0 {
		if hint, ok := button(post.Action.Message, "hint"); ok {
			p.say(ctx, chat.Event{Kind: chat.Click, Channel: channel, Value: hint, Clicked: post.ID, Key: post.Action.Key})
		}
	}
	if !p.answer(ctx, channel, answer, post) {
		return
	}
	if p.random.IntN(3) == 0 {
		redraft := answer
		redraft.Arg = "2"
		p.answer(ctx, channel, redraft, post)
	}
	if p.random.IntN(3) == 0 {
		p.correct(ctx, channel, chat.Value{Look: true, Verb: "correct", Post: answer.Post})
	}
	if p.random.IntN(2) == 0 {
		followUp := answer
		followUp.Part = 1
		p.answer(ctx, channel, followUp, post)
	}
}

// answer clicks until the form opens and sends it. A post is answerable once the bot knows that it stands, which may be
// a life later than its being seen. A redraft may be refused, as the grader may have abstained.
func (p *player) answer(ctx context.Context, channel chat.Channel, v chat.Value, post Entry) bool {
	var form *chat.Form
	for tries := 0; form == nil && ctx.Err() == nil; tries++ {
		if tries > 0 {
			if v.Arg == "2" {
				return false
			}
			if tries == 1000 {
				p.note("%s cannot answer part %d of %s", p.member, v.Part, v.Post)
				return false
			}
			time.Sleep(20 * time.Millisecond)
		}
		form = p.say(ctx, chat.Event{Kind: chat.Click, Channel: channel, Value: v, Clicked: post.ID, Key: post.Action.Key}).Form
	}
	if form == nil {
		return false
	}
	text := p.text(v)
	r := p.say(ctx, chat.Event{Kind: chat.Submit, Channel: channel, Value: form.Value, Fields: map[string][]string{"answer": {text}}})
	if len(r.Errors) > 0 {
		p.note("%s: answer to part %d of %s is refused: %v", p.member, v.Part, v.Post, r.Errors)
		return false
	}
	draft := "1"
	if v.Arg == "2" {
		draft = "2"
	}
	p.promised(ctx, promise{Post: v.Post, Part: v.Part, Draft: draft, Text: text})
	return true
}

// text is an answer with some ideas in it, unlike any other.
func (p *player) text(v chat.Value) string {
	text := fmt.Sprintf("This is what %s thinks in sentence %d.", p.member, p.said)
	for range 1 + p.random.IntN(3) {
		text += " " + ideas[p.random.IntN(len(ideas))] + "."
	}
	return text
}

// correct claims the first key point that is offered.
func (p *player) correct(ctx context.Context, channel chat.Channel, v chat.Value) {
	form := p.say(ctx, chat.Event{Kind: chat.Click, Channel: channel, Value: v}).Form
	if form == nil {
		return
	}
	for _, f := range form.Fields {
		if f.Name != "said" || len(f.Choices) == 0 {
			continue
		}
		claim := []string{f.Choices[0].Value}
		p.say(ctx, chat.Event{Kind: chat.Submit, Channel: channel, Value: form.Value, Fields: map[string][]string{"said": claim}})
		p.promised(ctx, promise{Post: v.Post, Part: v.Part, Claimed: claim})
	}
}

func (p *player) promised(ctx context.Context, one promise) {
	if ctx.Err() != nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	one.Workspace, one.Member = p.workspace, p.member
	p.promises = append(p.promises, one)
}

func (p *player) note(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stuck = append(p.stuck, fmt.Sprintf(format, args...))
}

// button finds a message's button by its verb.
func button(m chat.Message, verb string) (chat.Value, bool) {
	for _, b := range m.Buttons {
		if b.Value.Verb == verb {
			return b.Value, true
		}
	}
	return chat.Value{}, false
}
