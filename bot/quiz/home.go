package quiz

import (
	"cmp"
	"slices"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

// The home page is what the bot shows of itself where a platform has a place for that (App Home), and what a command line
// without words shows: the set-up where there is no schedule, else the member's own page with what waits for an answer and what
// comes next.

const (
	homeOpen = 3 // posts that wait for an answer
	homeNext = 5 // next dates
)

// nextPost is when a schedule asks next.
type nextPost struct {
	schedule *schedule
	at       time.Time
	zone     string
}

func (l *look) home() (chat.Reply, error) {
	all, err := l.schedules("")
	if err != nil {
		return chat.Reply{}, err
	}
	if len(all) == 0 {
		return l.welcome()
	}
	pg, err := l.page()
	if err != nil {
		return chat.Reply{}, err
	}
	mine, err := l.myChannels()
	if err != nil {
		return chat.Reply{}, err
	}
	open, err := l.unanswered(mine)
	if err != nil {
		return chat.Reply{}, err
	}
	return tell(l.sayHome(pg, open, l.nextPosts(all, mine))), nil
}

// myChannels tells which channels are the member's: those in which they have answered; all, as long as there are none.
func (l *look) myChannels() (func(chat.Channel) bool, error) {
	in := map[chat.Channel]bool{}
	err := each(l.v, l.below("of", string(l.ev.Member), "weeks"), func(ref store.Ref, _ *map[string]int) error {
		in[chat.Channel(lastPart(ref))] = true
		return nil
	})
	return func(c chat.Channel) bool { return len(in) == 0 || in[c] }, err
}

// unanswered are the posts that give full points and that the member has not answered, newest first.
func (l *look) unanswered(mine func(chat.Channel) bool) ([]*post, error) {
	var open []*post
	for _, o := range slices.Backward(l.ws.Open) {
		if len(open) == homeOpen || !mine(o.Channel) {
			continue
		}
		p, err := l.post(o.Post)
		if err != nil {
			return nil, err
		}
		a, err := l.attempt(o.Post, l.ev.Member)
		if err != nil {
			return nil, err
		}
		if p != nil && p.State == postOpen && !p.Think && !a.part(0).answered() {
			open = append(open, p)
		}
	}
	return open, nil
}

// nextPosts are the next dates of schedules that are on, earliest first.
func (l *look) nextPosts(all []*schedule, mine func(chat.Channel) bool) []nextPost {
	var next []nextPost
	for _, c := range all {
		spec, err := c.spec()
		if err != nil || c.State != scheduleActive || c.Trouble != nil || !mine(c.Channel) {
			continue
		}
		if slot, ok := spec.Next(c.after(l.ev.At, spec.Zone())); ok {
			next = append(next, nextPost{c, slot.At, spec.Zone()})
		}
	}
	slices.SortStableFunc(next, func(a, b nextPost) int { return cmp.Compare(a.at.Unix(), b.at.Unix()) })
	return next[:min(homeNext, len(next))]
}
