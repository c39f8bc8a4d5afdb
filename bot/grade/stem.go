package grade

import (
	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
)

// maxStem is the length in bytes up to which a word is stemmed and compared letter by letter; nothing longer is English.
const maxStem = 40

// stemmer finds stems with Snowball's English rules (Porter2). It keeps a buffer: one for each goroutine.
type stemmer struct{ env *snowballstem.Env }

func newStemmer() stemmer { return stemmer{snowballstem.NewEnv("")} }

// stem of a lower-case word. What is not all a to z (numbers, C++, other scripts) stands for itself.
func (s stemmer) stem(w string) string {
	if len(w) > maxStem || !letters(w) {
		return w
	}
	if whole, ok := sameAs[w]; ok {
		w = whole
	} else if whole, ok := irregular[w]; ok {
		w = whole
	}
	if !letters(w) {
		return w
	}
	s.env.SetCurrent(w)
	english.Stem(s.env)
	return s.env.Current()
}

func letters(w string) bool {
	for i := range len(w) {
		if w[i] < 'a' || w[i] > 'z' {
			return false
		}
	}
	return true
}
