package quiz

import (
	"slices"

	"greenroom/bot/chat"
	"greenroom/store"
)

// A week counts when at least 60 % of a channel's posts of the week were answered before it ended; weeks without posts
// are skipped, and a post that never went out is none. Records: see attempt.go (weeks) and post.go (channel.Weeks).

// countWeek counts a post that the event's member has answered within the week of its result.
func (s *step) countWeek(p *post) error {
	weeks, err := s.weeks(s.ev.Member, p.Channel)
	if err != nil {
		return err
	}
	weeks[p.Week]++
	save(s.d, s.weeksRef(s.ev.Member, p.Channel), weeks)
	return nil
}

func (l *look) weeksRef(m chat.Member, c chat.Channel) store.Ref {
	return l.ref("of", string(m), "weeks", string(c))
}

func (l *look) weeks(m chat.Member, c chat.Channel) (map[string]int, error) {
	weeks, err := load[map[string]int](l.v, l.weeksRef(m, c))
	if err != nil || weeks == nil {
		return map[string]int{}, err
	}
	return *weeks, nil
}

// streak is how many weeks in a row count for a member in a channel; the running week counts once it is full enough
// and breaks nothing before.
func (l *look) streak(m chat.Member, c chat.Channel) (int, error) {
	ch, err := l.channel(c)
	if err != nil {
		return 0, err
	}
	answered, err := l.weeks(m, c)
	if err != nil {
		return 0, err
	}
	thisWeek, _ := isoWeek(l.ev.At.In(l.zone()))
	return streakOf(ch.Weeks, answered, thisWeek), nil
}

func streakOf(posts, answered map[string]int, thisWeek string) int {
	var weeks []string
	for week, n := range posts {
		if n > 0 {
			weeks = append(weeks, week)
		}
	}
	slices.Sort(weeks)
	n := 0
	for _, week := range slices.Backward(weeks) {
		switch {
		case answered[week]*100 >= posts[week]*60:
			n++
		case week < thisWeek:
			return n
		}
	}
	return n
}

// longestStreak is the longest that runs in any channel, and this week's answers and posts over the member's channels.
func (l *look) longestStreak(m chat.Member) (longest, answered, posts int, err error) {
	thisWeek, _ := isoWeek(l.ev.At.In(l.zone()))
	err = each(l.v, l.below("of", string(m), "weeks"), func(ref store.Ref, weeks *map[string]int) error {
		ch, err := l.channel(chat.Channel(lastPart(ref)))
		if err != nil {
			return err
		}
		longest = max(longest, streakOf(ch.Weeks, *weeks, thisWeek))
		answered += (*weeks)[thisWeek]
		posts += ch.Weeks[thisWeek]
		return nil
	})
	return longest, answered, posts, err
}
