package grade

// polarity says what stands over a word.
type polarity uint8

const (
	upheld   polarity = iota
	negation          // "does not block"
	denial            // "it is not true that it blocks"
)

// negationReach is how many content words a negation turns round, inside its clause; "non-" turns one.
const negationReach = 4

// scope follows a text word by word and knows what stands under a negation.
type scope struct {
	sentence, clause int32 // of the last word
	left             int   // content words that the negation still reaches
	negator          bool  // no content word since the negation
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
		s.left, s.negator, s.denier = negationReach, true, false
		if w.text == "non" {
			s.left = 1
		}
		return upheld
	}
	s.denied = s.denied || s.denier && w.class&claimer != 0
	s.denier = w.class&denier != 0 || w.class&affirmer != 0 && s.negator
	under := upheld
	switch {
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
