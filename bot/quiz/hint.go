package quiz

import (
	"slices"

	"greenroom/bot/chat"
)

// hintFeature is [Hint, minus 1]: first how many points there are and what each is about in a word, then one uncovered
// point's name at a time. The explanation is never a hint: it is the marking scheme.
func hintFeature() feature {
	return feature{clicks: map[string]func(*step) (chat.Reply, error){"hint": withSubject((*step).hint)}}
}

func (s *step) hint(t *subject) (chat.Reply, error) {
	at := t.at()
	switch {
	case len(t.keys) == 0:
		return tell(s.sayThinkAbout(t)), nil
	case at.answered():
		return s.feedback(t, false)
	case at.Seen || at.Hints > len(t.keys):
		return turn(s.sayHints(t)), nil
	}
	at.Hints++
	if err := s.saveAttempt(t.p, t.a); err != nil {
		return chat.Reply{}, err
	}
	return turn(s.sayHints(t)), nil
}

// about is what a key point is about, in a word: its name's longest word that the question does not use.
func about(name, question string) string {
	asked := words(question)
	best := ""
	for _, w := range words(name) {
		if len([]rune(w)) > len([]rune(best)) && !slices.Contains(asked, w) {
			best = w
		}
	}
	if best == "" {
		return "the question itself"
	}
	return best
}
