package grade

// polarity says what stands over a word.
type polarity uint8

const (
	upheld   polarity = iota
	negation          // the first content word behind a negation: "does not block"
	reached           // behind that, or under two: "does not block the loop" says nothing of loops
	denial            // "it is not true that it blocks"
)

// negationReach is how many content words a negation turns round, inside its clause; "non-" turns one.
const negationReach = 4

// polarities tells what stands over each word.
func polarities(ws []word) []polarity {
	out := make([]polarity, len(ws))
	var over scope
	last := -1 // what the last negation turned
	for i, w := range ws {
		out[i] = over.step(w)
		switch {
		case over.twice && last >= 0:
			out[last] = reached
		case w.class&negator != 0:
			last = -1
		case out[i] == negation && w.content():
			last = i
		}
	}
	return out
}

// scope follows a text word by word and knows what stands under a negation.
type scope struct {
	sentence, clause int32 // of the last word
	left             int   // content words that the negation still reaches
	negator          bool  // no content word since the negation
	twice            bool  // it stands in the reach of another: "cannot run without a loop"
	denier           bool  // the word before is one: "that" or "to" makes it deny the sentence
	denied           bool  // the sentence as a whole
}

// step takes the next word and tells what stands over it.
func (s *scope) step(w word) polarity {
	if w.sentence != s.sentence {
		*s = scope{}
	}
	if w.clause != s.clause || w.class&breaker != 0 {
		s.left = 0
	}
	s.sentence, s.clause = w.sentence, w.clause
	if w.class&negator != 0 {
		s.twice = s.left > 0 && (s.twice || !s.negator)
		s.left, s.negator, s.denier = negationReach, true, false
		if w.text == "non" {
			s.left = 1
		}
		return upheld
	}
	if s.negator && (w.text == "only" || w.text == "just") { // "does not only block"
		s.left = 0
	}
	if s.denier && w.class&claimer != 0 {
		s.denied, s.left = true, 0
	}
	s.denier = w.class&denier != 0 || w.class&affirmer != 0 && s.negator
	under := upheld
	switch {
	case s.left > 0 && (s.denied || s.twice || !s.negator):
		under = reached
	case s.denied:
		under = denial
	case s.left > 0:
		under = negation
	}
	if w.content() {
		s.negator = false
		s.left = max(0, s.left-1)
	}
	return under
}
