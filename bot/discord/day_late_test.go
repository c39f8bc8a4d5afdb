package discord_test

import (
	"fmt"
	"strings"
	"sync/atomic"

	"greenroom/bot/bottest/campaign"
	"greenroom/bot/discord/discordfake"
)

// latecomer is a member who has the form open when the bot dies, sends their answer to nobody, and does nothing more. The gateway's
// session brings it to the next life.
type latecomer struct {
	screen
	post campaign.Post
	text string
	open atomic.Bool   // the form is
	sent atomic.Bool   // the form was
	said error         // what Discord said of the form that was sent, once over is closed
	over chan struct{} // nobody waits for anything any more
}

// latecomer adds one to a guild whose post stands.
func (g *server) latecomer() *latecomer {
	id := snowflake(g.n, 5)
	g.d.tap.fake.Guild(g.id).AddMember(discordfake.Person{ID: id, Name: fmt.Sprint("Latecomer of ", g.n)})
	post, _ := g.standing()
	l := &latecomer{
		screen: screen{g, id}, post: post, over: make(chan struct{}),
		text: fmt.Sprintf("The latecomer of %d says: caching keeps results, a stored result is reused instead of computed again.", g.n),
	}
	g.late = l
	go func() {
		for !l.opens() {
		}
		l.open.Store(true)
	}()
	return l
}

// opens opens the form; false where the bot does not answer now.
func (l *latecomer) opens() bool {
	for _, c := range l.Copies(l.post) {
		if v, ok := c.Button("answer"); ok {
			_ = l.Press(c, v)
		}
	}
	_, open := l.guild.d.tap.fake.Form(l.user)
	return open
}

// sends sends the form and does not wait for what comes of it.
func (l *latecomer) sends() {
	l.sent.Store(true)
	go func() {
		defer close(l.over)
		l.said = l.Send(map[string][]string{"answer": {l.text}})
	}()
}

// grades counts where the member was told the grade: in direct messages, and on the spot.
func (l *latecomer) grades() (direct, here int) {
	for _, s := range l.Private() {
		switch at := s.Place.(spot); {
		case !strings.Contains(s.Text, "I found ") || s.Form != nil:
		case at.Channel == "":
			direct++
		default:
			here++
		}
	}
	return direct, here
}

// judge says what is wrong: an answer that found nobody in time is graded by one direct message, any other on the spot.
func (l *latecomer) judge() (wrong []string) {
	<-l.over
	direct, here := l.grades()
	if direct+here != 1 || l.said != nil && direct != 1 {
		wrong = append(wrong, fmt.Sprintf("%s, to whom Discord said %v, got %d grades by direct message and %d on the spot", l.user, l.said, direct, here))
	}
	return wrong
}

// promise is what Discord took from them.
func (l *latecomer) promise() campaign.Promise {
	return campaign.Promise{Member: l.user, Post: l.post.ID(), Draft: 1, Text: l.text}
}
