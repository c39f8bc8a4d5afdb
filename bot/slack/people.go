package slack

import (
	"cmp"
	lists "container/list"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"greenroom/bot/chat"
)

// Slack tells in no payload who a person is: each is asked about once (users.info), and again when that is ten minutes old. Whoever
// needs it meanwhile gets what was last known; only who was never heard of, or not for an hour, is waited for.
const (
	knownMost  = 20_000 // people
	knownFresh = 10 * time.Minute
	knownStale = time.Hour
	knownRetry = 30 * time.Second // after a failure
	askWithin  = 10 * time.Second
	askAtOnce  = 8 // in one workspace

	unnamed = "a member" // is what a person is called while Slack does not say
)

// people knows the members of workspaces, as far as it was asked about them.
type people struct {
	s *Slack

	mu     sync.Mutex
	asks   map[chat.Workspace]chan struct{} // one for each question under way in a workspace
	known  map[who]*lists.Element           // of *known
	recent *lists.List                      // the least lately needed at the back
}

type who struct {
	workspace chat.Workspace
	member    chat.Member
}

// known is what is known of one person. people.mu guards it.
type known struct {
	who
	person Person
	heard  time.Time     // when Slack said so; zero before it did
	again  time.Time     // not to be asked about before, because it did not say
	asking chan struct{} // closed when the question under way is over; nil without one
}

func newPeople(s *Slack) *people {
	return &people{s: s, asks: map[chat.Workspace]chan struct{}{}, known: map[who]*lists.Element{}, recent: lists.New()}
}

// person is what Slack says of a member; where it says nothing before ctx ends, what it last said; else the zero Person, who manages
// nothing.
func (p *people) person(ctx context.Context, w chat.Workspace, m chat.Member) Person {
	k, asking := p.look(ctx, who{w, m})
	if asking != nil {
		select {
		case <-asking:
		case <-ctx.Done():
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return k.person
}

// look finds a person, has Slack asked where that is due, and gives what to wait for; nil where what is known is good enough.
func (p *people) look(ctx context.Context, id who) (k *known, asking <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	k = p.remember(id)
	now := p.s.cfg.Now()
	age := now.Sub(k.heard)
	if age > knownFresh && !now.Before(k.again) && k.asking == nil {
		done := make(chan struct{})
		k.asking = done
		if !p.s.beside(func(ctx context.Context) { p.ask(ctx, k, done) }) { // before Run and after it nobody waits for it but us
			p.mu.Unlock()
			p.ask(ctx, k, done)
			p.mu.Lock()
		}
	}
	if age <= knownStale {
		return k, nil
	}
	return k, k.asking
}

// remember finds a person, or makes room for one.
func (p *people) remember(id who) *known {
	if e := p.known[id]; e != nil {
		p.recent.MoveToFront(e)
		return e.Value.(*known)
	}
	k := &known{who: id}
	p.known[id] = p.recent.PushFront(k)
	if p.recent.Len() > knownMost {
		delete(p.known, p.recent.Remove(p.recent.Back()).(*known).who)
	}
	return k
}

// forget drops what is known of some people.
func (p *people) forget(which func(who) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, e := range p.known {
		if which(id) {
			p.recent.Remove(e)
			delete(p.known, id)
		}
	}
}

// ask asks Slack about one person.
func (p *people) ask(ctx context.Context, k *known, done chan struct{}) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	person, err := p.fetch(ctx, k.who)
	now := p.s.cfg.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	defer close(done)
	k.asking = nil
	if err == nil {
		k.person, k.heard = person, now
		return
	}
	k.again = now.Add(knownRetry)
	var wait *chat.Wait
	if errors.As(err, &wait) && wait.Until.Before(k.again) {
		k.again = wait.Until
	}
	p.s.cfg.Log.Warn("slack: who a member is stays unknown for now", slog.String("workspace", string(k.workspace)), slog.String("member", string(k.member)), slog.Any("err", err))
}

// asksOf is where questions about people of a workspace wait for their turn: nobody waits for another workspace's.
func (p *people) asksOf(w chat.Workspace) chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	asks := p.asks[w]
	if asks == nil {
		asks = make(chan struct{}, askAtOnce)
		p.asks[w] = asks
	}
	return asks
}

func (p *people) fetch(ctx context.Context, id who) (Person, error) {
	asks := p.asksOf(id.workspace)
	select {
	case asks <- struct{}{}:
		defer func() { <-asks }()
	case <-ctx.Done():
		return Person{}, ctx.Err()
	}
	var user *slack.User
	err := p.s.ask(ctx, id.workspace, "users.info", func(ctx context.Context, api *slack.Client) (err error) {
		user, err = api.GetUserInfoContext(ctx, string(id.member))
		return err
	})
	if err != nil {
		return Person{}, fmt.Errorf("ask Slack about a member: %w", err)
	}
	return personOf(user, team(id.workspace)), nil
}

// personOf reads what users.info says. Only an owner or admin of the workspace in which Greenroom is installed manages it: no guest,
// and nobody from a connected workspace, whatever they are at home.
func personOf(u *slack.User, team string) Person {
	ours := u.TeamID == team || slices.Contains(u.Enterprise.Teams, team)
	guest := u.IsRestricted || u.IsUltraRestricted || u.IsStranger
	return Person{
		Name:    cmp.Or(u.Profile.DisplayName, u.Profile.RealName, u.RealName, u.Name),
		Manager: (u.IsAdmin || u.IsOwner || u.IsPrimaryOwner) && ours && !guest && !u.Deleted && !u.IsBot,
		Zone:    u.TZ,
		Locale:  u.Locale,
	}
}

// names fetches the names that messages need, so that drawing them asks nobody. It returns when ctx ends at the latest.
func (p *people) names(ctx context.Context, w chat.Workspace, messages ...chat.Message) Names {
	names := map[chat.Member]string{}
	for _, m := range messages {
		for _, member := range mentioned(m) {
			names[member] = ""
		}
	}
	for member := range names {
		p.look(ctx, who{w, member}) // all are asked about beside each other
	}
	for member := range names {
		names[member] = p.person(ctx, w, member).Name
	}
	return func(m chat.Member) string { return cmp.Or(names[m], unnamed) }
}

// mentioned is everybody whom a message names.
func mentioned(m chat.Message) []chat.Member {
	var members []chat.Member
	add := func(spans []chat.Span) {
		for _, s := range spans {
			if s.Kind == chat.WhoSpan {
				members = append(members, s.Member)
			}
		}
	}
	for _, b := range slices.Concat(m.Blocks, m.After) {
		add(b.Spans)
		for _, item := range b.Items {
			add(item)
		}
		for _, row := range b.Rows {
			for _, cell := range row {
				add(cell)
			}
		}
	}
	return members
}
