package quiz

import (
	"cmp"
	"slices"

	"greenroom/bot/chat"
	"greenroom/store"
)

// progressFeature is the member's own page.
func progressFeature() feature {
	return feature{
		lines: map[string]command{"progress": {
			usage: "progress", says: "your own page: this week, your topics, your place", look: (*look).progress,
		}},
		looks: map[string]func(*look) (chat.Reply, error){
			"progress": func(l *look) (chat.Reply, error) { return l.progress(nil) },
		},
	}
}

// topicScore is how much of a topic's key points a member's answers covered.
type topicScore struct {
	topic      string
	found, all int
}

// page is what a member's own page shows.
type page struct {
	answered, posts int // of this week
	streak          int
	strong, next    []topicScore
	board           []place
	me              member
}

func (l *look) progress([]string) (chat.Reply, error) {
	pg, err := l.page()
	if err != nil {
		return chat.Reply{}, err
	}
	return tell(l.sayProgress(pg)), nil
}

// page gathers what a member's own page shows.
func (l *look) page() (pg page, err error) {
	if pg.streak, pg.answered, pg.posts, err = l.longestStreak(l.ev.Member); err != nil {
		return page{}, err
	}
	if pg.strong, pg.next, err = l.topics(l.ev.Member); err != nil {
		return page{}, err
	}
	if pg.board, err = l.board(periodWeek, l.ev.Channel); err != nil {
		return page{}, err
	}
	pg.me, err = l.member(l.ev.Member)
	return pg, err
}

// topics are the topics that a member covers well (at least 70 % of the key points) and those that come next (under
// half), three of each at most.
func (l *look) topics(m chat.Member) (strong, next []topicScore, err error) {
	byTopic := map[string]*topicScore{}
	err = l.eachAttempt(m, func(p *post, a *attempt) error {
		q, err := l.question(p)
		if err != nil || q == nil {
			return err
		}
		for n, at := range a.Parts {
			_, _, keys, ok := partOf(q, n)
			if !ok || !at.answered() {
				continue
			}
			if byTopic[q.Topic] == nil {
				byTopic[q.Topic] = &topicScore{topic: q.Topic}
			}
			byTopic[q.Topic].found += len(at.covers())
			byTopic[q.Topic].all += len(keys)
		}
		return nil
	})
	for _, t := range byTopic {
		switch {
		case t.topic == "" || t.all < 3:
		case t.found*10 >= t.all*7:
			strong = append(strong, *t)
		case t.found*2 < t.all:
			next = append(next, *t)
		}
	}
	rate := func(t topicScore) float64 { return float64(t.found) / float64(t.all) }
	slices.SortFunc(strong, func(a, b topicScore) int {
		return cmp.Or(cmp.Compare(rate(b), rate(a)), cmp.Compare(a.topic, b.topic))
	})
	slices.SortFunc(next, func(a, b topicScore) int {
		return cmp.Or(cmp.Compare(rate(a), rate(b)), cmp.Compare(a.topic, b.topic))
	})
	return strong[:min(3, len(strong))], next[:min(3, len(next))], err
}

// eachAttempt visits all attempts of a member with their posts.
func (l *look) eachAttempt(m chat.Member, fn func(*post, *attempt) error) error {
	return each(l.v, l.below("of", string(m), "met"), func(_ store.Ref, r *met) error {
		for _, id := range r.Posts {
			p, err := l.post(id)
			if err != nil {
				return err
			}
			if p == nil {
				continue
			}
			a, err := l.attempt(p.ID, m)
			if err != nil {
				return err
			}
			if err := fn(p, a); err != nil {
				return err
			}
		}
		return nil
	})
}
