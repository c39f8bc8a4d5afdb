package grade

import (
	"testing"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
)

// A stem that is remembered is the one that was found, also when other words have taken its place meanwhile.
func TestStemsRemembered(t *testing.T) {
	st := newStemmer()
	for range 2 {
		for a := 'a'; a <= 'z'; a++ { // more words than there are slots
			for b := 'a'; b <= 'z'; b++ {
				for c := 'a'; c <= 'z'; c++ {
					w := "sc" + string([]rune{a, b, c}) + "ings"
					env := snowballstem.NewEnv(w)
					english.Stem(env)
					if got := st.stem(w); got != env.Current() {
						t.Fatalf("the stem of %q is %q, want %q", w, got, env.Current())
					}
				}
			}
		}
	}
}
