package quiz

import (
	"slices"
	"strconv"

	"greenroom/bot/chat"
)

// correctFeature is [Correct this]: the grader proposes, the person confirms. Where the grader abstained the same form
// is the only way to say what the answer covered.
func correctFeature() feature {
	return feature{
		looks: map[string]func(*look) (chat.Reply, error){"correct": lookAt((*look).correctForm)},
		forms: map[string]func(*step) (chat.Reply, error){"correct": withSubject((*step).correct)},
	}
}

func (l *look) correctForm(t *subject) (chat.Reply, error) {
	at := t.at()
	if at.Aloud || !at.answered() && !at.Abstained {
		return tell(l.sayNotAnswered(t)), nil
	}
	return chat.Reply{Form: sayCorrectForm(t)}, nil
}

// missing and proposed are the two lists of the form: key points that the grader did not find, and those that it did.
func (t *subject) missing() []int {
	var list []int
	for i := range t.keys {
		if !slices.Contains(t.proposed(), i) {
			list = append(list, i)
		}
	}
	return list
}

func (t *subject) proposed() []int { return append(slices.Clone(t.at().Found), t.at().Later...) }

func (s *step) correct(t *subject) (chat.Reply, error) {
	at := t.at()
	if at.Aloud || !at.answered() && !at.Abstained {
		return tell(s.sayNotAnswered(t)), nil
	}
	said := chosen(s.ev.Fields["said"], t.missing())
	if at.Abstained && !at.answered() {
		if len(said) == 0 {
			again := t.lookButton("Tick what I said", "correct", t.n)
			return refuse(map[string]string{"said": nothingTicked()}, again.Label, again.Value), nil
		}
		if err := s.begin(t); err != nil {
			return chat.Reply{}, err
		}
	}
	if err := s.countClaims(t, said); err != nil {
		return chat.Reply{}, err
	}
	at.Claimed = said
	at.Denied = chosen(s.ev.Fields["not"], t.proposed())
	if words := cut(join(fields(s.ev.Field("words"))), maxClaimWords); words != "" {
		if err := s.sendClaims(t, words); err != nil {
			return chat.Reply{}, err
		}
	}
	if err := s.saveAttempt(t.p, t.a); err != nil {
		return chat.Reply{}, err
	}
	return s.feedback(t, true)
}

// chosen reads the indexes that a form brought back; what was not offered is left out.
func chosen(values []string, offered []int) []int {
	var list []int
	for _, v := range values {
		i, err := strconv.Atoi(v)
		if err == nil && slices.Contains(offered, i) && !slices.Contains(list, i) {
			list = append(list, i)
		}
	}
	slices.Sort(list)
	return list
}
