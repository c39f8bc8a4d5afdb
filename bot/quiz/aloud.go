package quiz

import (
	"slices"
	"strconv"

	"greenroom/bot/chat"
)

// aloudFeature is [Say it aloud]: the question, then the key points to tick, without a keyboard. Whoever has seen the
// points can no longer score the part.
func aloudFeature() feature {
	return feature{
		looks: map[string]func(*look) (chat.Reply, error){"aloud": lookAt((*look).aloudQuestion)},
		clicks: map[string]func(*step) (chat.Reply, error){
			"points": withSubject((*step).aloudPoints),
			"tick":   withSubject((*step).tick),
			"untick": withSubject((*step).tick),
		},
	}
}

func (l *look) aloudQuestion(t *subject) (chat.Reply, error) {
	switch {
	case t.at().answered() && !t.at().Aloud:
		return l.feedback(t, false)
	case !t.asks():
		return tell(l.sayThinkAbout(t)), nil
	case t.at().Aloud:
		return tell(l.sayTicks(t)), nil
	}
	return tell(l.sayAloud(t)), nil
}

// aloudPoints shows the key points to tick. From here on the answer is seen.
func (s *step) aloudPoints(t *subject) (chat.Reply, error) {
	if t.at().answered() && !t.at().Aloud {
		return s.feedback(t, true)
	}
	if err := s.see(t.p, t.a, t.n); err != nil {
		return chat.Reply{}, err
	}
	return turn(s.sayTicks(t)), nil
}

// tick ticks or unticks one point, as the button says. The first tick makes it an attempt.
func (s *step) tick(t *subject) (chat.Reply, error) {
	at := t.at()
	i, err := strconv.Atoi(s.ev.Value.Arg)
	if err != nil || i < 0 || i >= len(t.keys) || !at.Seen || at.answered() && !at.Aloud {
		return turn(noLongerOpen()), nil
	}
	if !at.answered() {
		if s.ev.Value.Verb != "tick" {
			return turn(s.sayTicks(t)), nil
		}
		at.Aloud = true
		if err := s.begin(t); err != nil {
			return chat.Reply{}, err
		}
	}
	at.Claimed = slices.DeleteFunc(at.Claimed, func(k int) bool { return k == i })
	if s.ev.Value.Verb == "tick" {
		at.Claimed = append(at.Claimed, i)
		slices.Sort(at.Claimed)
	}
	if err := s.saveAttempt(t.p, t.a); err != nil {
		return chat.Reply{}, err
	}
	return turn(s.sayTicks(t)), nil
}
