package grade

import (
	"math"
	"slices"

	"greenroom/content"
)

// wording is one way to say something: its distinct key words, and what each counts in it.
type wording struct {
	terms   []int32
	weights []float32 // of the terms, in the same order
	sides   []side    // of the terms, likewise: a word counts only if the answer has it on the same side
	total   float32   // the weight that covers it whole
	least   float32   // the weight below which it is a mention, whatever the share
}

// newWording weighs terms; weigh gives the weight of one.
func newWording(terms []int32, sides []side, weigh func(int32) float32) wording {
	w := wording{terms: terms, sides: sides}
	for _, id := range terms {
		w.weights = append(w.weights, weigh(id))
		w.total += weigh(id)
	}
	w.least = min(leastMatch, nearlyAll*w.total)
	return w
}

// coverage is the mean of the best matches of a wording's key words, by weight: 0 to 1.
func (w wording) coverage(best sided) float32 {
	if w.total == 0 {
		return 0
	}
	var sum float32
	for i, id := range w.terms {
		sum += w.weights[i] * best.of(id, w.sides[i])
	}
	return min(1, sum/w.total)
}

// What the wordings of a key point ask for; weights are those of ordinary key words, which weigh 1.
const (
	leastMatch = 1.6  // one word of two is a mention, not the point: so much weight has to match whatever the share,
	nearlyAll  = 0.85 // or this share of a wording of less weight

	leastName = 1.2 // from which a name of several words says something by itself: "event loop"
	nameAlone = 0.8 // what such a name is worth at most
	leastAlso = 0.7 // of another wording; with less it has no key word of its own

	mostTitle = 3   // key words of a name that is a title; a longer one is a sentence
	titleHas  = 0.4 // of a wording's weight, at least

	longFrom = 5.0 // a plain sentence; nobody repeats every word of a longer one,
	longRest = 0.5 // so what is beyond counts by this much
)

// count notes what a key point says: a word that several say tells little about one of them.
func (b *builder) count(k content.KeyPoint) {
	terms, _ := b.read(words(k.Name + "\n" + k.Text))
	for _, id := range terms {
		b.points[id]++
	}
}

// wordings of a key point: its name with the text behind it, with each sentence of that (a point of a model answer says
// one thing in several), its name alone, and what its author knows to mean the same.
func (b *builder) wordings(k content.KeyPoint) []wording {
	name := b.wording(k.Name)
	var out []wording
	if k.Text == "" || k.Text == k.Name {
		out = append(out, name)
	} else {
		parts := sentences(k.Text)
		if len(parts) > 1 {
			parts = append(parts, k.Text)
		}
		for _, s := range parts {
			w := b.wording(k.Name + "\n" + s)
			b.stress(&w, name)
			out = append(out, w)
		}
		if len(name.terms) > 1 && name.total >= leastName {
			name.total /= nameAlone
			out = append(out, name)
		}
	}
	for _, also := range k.Also {
		if w := b.wording(also); w.total >= leastAlso {
			out = append(out, w)
		}
	}
	agree(out)
	return out
}

// agree lets a word that a key point's wordings have on different sides be said either way.
func agree(ws []wording) {
	sides := map[int32]side{}
	for _, w := range ws {
		for i, id := range w.terms {
			if s, ok := sides[id]; ok {
				sides[id] = s.and(w.sides[i])
			} else {
				sides[id] = w.sides[i]
			}
		}
	}
	for _, w := range ws {
		for i, id := range w.terms {
			w.sides[i] = sides[id]
		}
	}
}

// stress gives the words of a title more than a third of the wording: they are the gist, and yet a mention of it is not
// enough. What the question says is not stressed.
func (b *builder) stress(w *wording, title wording) {
	if len(title.terms) > mostTitle {
		w.total = soft(w.total)
		return
	}
	inTitle := func(id int32) bool { return slices.Contains(title.terms, id) && !b.v.terms[id].question }
	var named, rest float32
	for i, id := range w.terms {
		if inTitle(id) {
			named += w.weights[i]
		} else {
			rest += w.weights[i]
		}
	}
	rest = soft(rest)
	w.total = rest
	if named == 0 {
		return
	}
	more := max(1, titleHas/(1-titleHas)*rest/named)
	for i, id := range w.terms {
		if inTitle(id) {
			w.weights[i] *= more
		}
	}
	w.total += more * named
}

// soft asks less of what a wording has beyond a plain sentence.
func soft(total float32) float32 {
	return min(total, longFrom+longRest*(total-longFrom))
}

// wording is a text as a part of a key point.
func (b *builder) wording(text string) wording {
	terms, sides := b.read(words(text))
	return newWording(terms, sides, func(id int32) float32 {
		return b.v.terms[id].weight / float32(math.Sqrt(float64(max(1, b.points[id]))))
	})
}

// whole is a text as a reference for whole answers, of which only a flag tells what they deny.
func (b *builder) whole(ws []word) wording {
	terms, _ := b.read(ws)
	return newWording(terms, make([]side, len(terms)), func(id int32) float32 { return b.v.terms[id].weight })
}
