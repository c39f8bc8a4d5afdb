package grade

import (
	"hash/maphash"
	"strings"
	"sync/atomic"

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
	slot := &stems[maphash.String(stemSeed, w)%uint64(len(stems))]
	if known := slot.Load(); known != nil && known.word == w {
		return known.stem
	}
	w = strings.Clone(w) // it is a part of a text, which shall not be kept for it
	s.env.SetCurrent(w)
	english.Stem(s.env)
	stem := s.env.Current()
	slot.Store(&stemmed{w, stem})
	return stem
}

// stems remembers stems of this process, at most one for each slot: people's answers to one question, and their English,
// use much the same words, and finding a stem costs more than all else that is done with a word.
var stems [1 << 13]atomic.Pointer[stemmed]

var stemSeed = maphash.MakeSeed()

type stemmed struct{ word, stem string }

func letters(w string) bool {
	for i := range len(w) {
		if w[i] < 'a' || w[i] > 'z' {
			return false
		}
	}
	return true
}
