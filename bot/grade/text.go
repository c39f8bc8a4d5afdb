package grade

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// word is one word of a text. An identifier such as create_task or TaskGroup is several words of one run.
type word struct {
	text       string // lower case; what is compared
	start, end int32  // byte offsets in the text
	run        int32  // words with the same run were written as one
	clause     int32  // counts up at . ! ? ; , : brackets and line ends
	sentence   int32  // counts up at . ! ? ; and line ends
	class      class
}

// content reports whether a word says something about the matter.
func (w word) content() bool { return w.class&(stop|filler|negator) == 0 }

// words splits a text into words, in one pass. Offsets are those of the text as given.
func words(text string) []word {
	s := scanner{text: text, lower: lower(text), words: make([]word, 0, len(text)/5+1)}
	for s.pos < len(text) {
		s.step()
	}
	return joinPhrases(s.words)
}

// lower is the text in lower case with every byte where it was: a letter whose lower case has another length stays.
func lower(text string) string {
	if ascii(text) {
		return strings.ToLower(text)
	}
	var out []byte
	for i, r := range text {
		l := unicode.ToLower(r)
		if l == r || r == utf8.RuneError || utf8.RuneLen(l) != utf8.RuneLen(r) {
			continue
		}
		if out == nil {
			out = []byte(text)
		}
		utf8.EncodeRune(out[i:], l)
	}
	if out == nil {
		return text
	}
	return string(out)
}

func ascii(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// scanner walks over a text. Words are read in lower case; where capitals split them is seen in the text.
type scanner struct {
	text, lower string
	pos         int
	words       []word

	run, clause, sentence int32
}

// step reads one run of letters and digits, or skips what stands between two of them.
func (s *scanner) step() {
	r, size := utf8.DecodeRuneInString(s.text[s.pos:])
	switch {
	case inWord(r):
		s.run++
		s.readRun()
	case r == '\n' || r == ';':
		s.clause++
		s.sentence++
		s.pos += size
	case r == '.' || r == '!' || r == '?':
		s.pos += size
		// A full stop inside "asyncio.run" or "e.g." ends no sentence.
		if next, _ := utf8.DecodeRuneInString(s.text[s.pos:]); !inWord(next) {
			s.clause++
			s.sentence++
		}
	case r == ',' || r == ':' || r == '(' || r == ')' || r == '—' || r == '–':
		s.clause++
		s.pos += size
	default:
		s.pos += size
	}
}

// readRun reads "event", "don't", "create_task", "TaskGroup", "3.11", "C++", "I/O" or "O(n^2)".
func (s *scanner) readRun() {
	if n, class := complexity(s.lower[s.pos:]); n > 0 {
		s.add(s.pos, s.pos+n, class)
		s.pos += n
		return
	}
	start := s.pos
	prev := rune(0)
	for s.pos < len(s.text) {
		if c := s.text[s.pos]; c >= 'a' && c <= 'z' { // most of what there is, and it never ends a word
			prev = rune(c)
			s.pos++
			continue
		}
		r, size := utf8.DecodeRuneInString(s.text[s.pos:])
		next, nextSize := utf8.DecodeRuneInString(s.text[s.pos+size:])
		switch {
		case isApostrophe(r) && unicode.IsLetter(prev) && unicode.IsLetter(next):
		case (r == '.' || r == ',') && unicode.IsDigit(prev) && unicode.IsDigit(next):
		case r == '/' && s.pos-start == 1 && unicode.IsLetter(next) && !s.wordAt(s.pos+size+nextSize): // I/O
		case !inWord(r):
			s.end(start)
			return
		case r == '_' || standsAlone(r), splits(prev, r, next):
			s.end(start)
			start = s.pos
			if r == '_' {
				start += size
			}
		}
		s.pos += size
		if standsAlone(r) {
			s.end(start)
			start = s.pos
		}
		prev = r
	}
	s.end(start)
}

// end adds the word from start to here, with the signs that belong to C++ and C#.
func (s *scanner) end(start int) {
	if start >= s.pos {
		return
	}
	if s.pos-start == 1 && s.lower[start] >= 'a' && s.lower[start] <= 'z' {
		switch rest := s.text[s.pos:]; {
		case strings.HasPrefix(rest, "++"):
			s.pos += 2
		case strings.HasPrefix(rest, "#"):
			s.pos++
		}
	}
	s.add(start, s.pos, s.lower[start:s.pos])
}

func (s *scanner) add(start, end int, text string) {
	text = plain(text)
	s.words = append(s.words, word{text, int32(start), int32(end), s.run, s.clause, s.sentence, classes[text]})
}

func (s *scanner) wordAt(i int) bool {
	r, _ := utf8.DecodeRuneInString(s.text[i:])
	return inWord(r)
}

// plain takes an apostrophe's ending away ("loop's" is loop) but keeps n't, and writes I/O as io and 1,000 as 1000.
func plain(text string) string {
	if letters(text) {
		return text
	}
	text = inOneSpelling.Replace(text)
	if i := strings.IndexByte(text, '\''); i > 0 && !strings.HasSuffix(text, "n't") {
		return text[:i]
	}
	return strings.ReplaceAll(text, "'", "")
}

var inOneSpelling = strings.NewReplacer("’", "'", "/", "", ",", "")

func inWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || unicode.Is(unicode.Mn, r)
}

func isApostrophe(r rune) bool { return r == '\'' || r == '’' }

// standsAlone reports whether a letter is of a script that writes no spaces, where each is taken for a word.
func standsAlone(r rune) bool {
	return r >= 0x0e00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer)
}

// splits reports whether a new word begins at r: the T of createTask, the S of HTTPServer.
func splits(prev, r, next rune) bool {
	return unicode.IsUpper(r) && (unicode.IsLower(prev) || unicode.IsUpper(prev) && unicode.IsLower(next) && next != 's')
}

// complexity reads a class such as O(n log n) at the start of a lower-case text: how many bytes, and in one spelling.
func complexity(s string) (int, string) {
	if !strings.HasPrefix(s, "o(") {
		return 0, ""
	}
	end := strings.IndexByte(s[:min(len(s), 24)], ')')
	if end < 0 {
		return 0, ""
	}
	return end + 1, complexitySpelling.Replace(s[:end+1])
}

var complexitySpelling = strings.NewReplacer(" ", "", "*", "", "·", "", "²", "^2", "³", "^3", "lg", "log")
