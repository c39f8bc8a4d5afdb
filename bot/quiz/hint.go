package quiz

import (
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"

	"greenroom/bot/chat"
	"greenroom/bot/grade"
	"greenroom/content"
)

// hintFeature is [Hint, minus 1]: first how many points there are and what each is about in a word, then one uncovered
// point's name at a time. The explanation is never a hint: it is the marking scheme.
func hintFeature() feature {
	return feature{clicks: map[string]func(*step) (chat.Reply, error){"hint": withSubject((*step).hint)}}
}

// hint takes the hint that the button names: the post's is about the first, so that a second click takes no second one.
func (s *step) hint(t *subject) (chat.Reply, error) {
	at, wanted := t.at(), 1
	if arg := s.ev.Value.Arg; arg != "" {
		n, err := strconv.Atoi(arg)
		if err != nil {
			return turn(noLongerOpen()), nil
		}
		wanted = n
	}
	switch {
	case !t.asks():
		return tell(s.sayThinkAbout(t)), nil
	case at.answered():
		return s.feedback(t, false)
	case at.Seen || wanted <= at.Hints:
		return turn(s.sayHints(t)), nil
	case wanted != at.Hints+1 || wanted > len(t.keys)+1:
		return turn(noLongerOpen()), nil
	}
	at.Hints++
	if err := s.saveAttempt(t.p, t.a); err != nil {
		return chat.Reply{}, err
	}
	return turn(s.sayHints(t)), nil
}

// about is what each key point is about, in a word: the longest content word of its name that neither the question nor
// another point has used. Where that word is all that the name says it would give the point away, so it is one of the
// text behind the name; empty where there is none.
func about(keys []content.KeyPoint, question string) []string {
	asked := map[string]bool{}
	for _, w := range words(question) {
		asked[w] = true
	}
	names, used := make([][]string, len(keys)), maps.Clone(asked)
	for i, k := range keys {
		if names[i] = fresh(k.Name, asked); len(names[i]) == 1 {
			used[names[i][0]] = true
		}
	}
	list := make([]string, len(keys))
	for i, k := range keys {
		from := names[i]
		if len(from) < 2 {
			from = fresh(k.Text, asked)
		}
		for _, w := range from {
			if !used[w] && utf8.RuneCountInString(w) > utf8.RuneCountInString(list[i]) {
				list[i] = w
			}
		}
		used[list[i]] = true
	}
	return list
}

// fresh are the content words of a text that the question does not use, each once.
func fresh(text string, asked map[string]bool) []string {
	var list []string
	for _, w := range words(text) {
		if !asked[w] && !slices.Contains(list, w) && grade.Words(w) > 0 {
			list = append(list, w)
		}
	}
	return list
}
