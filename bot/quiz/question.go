package quiz

import (
	"errors"

	"greenroom/bot/chat"
	"greenroom/content"
	"greenroom/store"
)

// Records:
//
//	workspace/of/M/dealt   map from question id to how often a member was given it on demand

func questionFeature() feature {
	return feature{
		lines: map[string]command{"question": {
			usage: "question python", says: "a question now, for you alone and without points", step: (*step).questionNow,
		}},
		clicks: map[string]func(*step) (chat.Reply, error){
			"another": func(s *step) (chat.Reply, error) { return s.questionNow(fields(s.ev.Value.Post)) },
		},
	}
}

func (l *look) dealtRef(m chat.Member) store.Ref { return l.ref("of", string(m), "dealt") }

// questionNow gives a member a question on demand: the one that they were given least often, then at random.
func (s *step) questionNow(words []string) (chat.Reply, error) {
	questions, err := s.banks.Select(joined(s.banks, words))
	var unknown *content.UnknownWord
	if errors.As(err, &unknown) {
		return tell(s.sayUnknownTopic(unknown)), nil
	}
	if err != nil {
		return chat.Reply{}, err
	}
	ref := s.dealtRef(s.ev.Member)
	dealt := map[string]int{}
	if before, err := load[map[string]int](s.v, ref); err != nil {
		return chat.Reply{}, err
	} else if before != nil {
		dealt = *before
	}
	q := leastDealt(questions, dealt, s.ev.Seed)
	if q == nil {
		return tell(s.sayUnknownTopic(&content.UnknownWord{})), nil
	}
	dealt[q.ID]++
	save(s.d, ref, dealt)
	p := &post{
		ID: digest("question", string(s.ev.Member), s.ev.ID.Name), Member: s.ev.Member, QuestionID: q.ID,
		State: postOpen, Decided: s.ev.At, Sent: s.ev.At,
	}
	if p.Question, err = s.keepQuestion(q); err != nil {
		return chat.Reply{}, err
	}
	s.savePost(p)
	return tell(s.sayQuestion(p, q)), s.meetPost(p.Member, p)
}

func leastDealt(questions []*content.Question, dealt map[string]int, seed uint64) *content.Question {
	var least []*content.Question
	for _, q := range questions {
		switch {
		case len(least) == 0 || dealt[q.ID] < dealt[least[0].ID]:
			least = []*content.Question{q}
		case dealt[q.ID] == dealt[least[0].ID]:
			least = append(least, q)
		}
	}
	if len(least) == 0 {
		return nil
	}
	return least[seed%uint64(len(least))]
}

// joined puts words together to the longest names of topics, tags, banks or difficulties that there are.
func joined(banks *content.Index, words []string) []string {
	var names []string
	for len(words) > 0 {
		n := nameLength(banks, words)
		names = append(names, join(words[:n]))
		words = words[n:]
	}
	return names
}

// nameLength is how many of the first words name one thing; 1 where they name nothing.
func nameLength(banks *content.Index, words []string) int {
	for n := min(len(words), 4); n > 1; n-- {
		if _, err := banks.Select([]string{join(words[:n])}); err == nil {
			return n
		}
	}
	return 1
}
