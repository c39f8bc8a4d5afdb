package grade

// Measured on exam answers with enumerated key points: a point counts as covered from half of its weight; the choice is
// sharp (quadratic weighted kappa 0.59 and 0.70 at 0.5, 0.20 and 0.54 at 0.7). From partlyAt it is worth showing why.
const (
	foundAt  = 0.5
	partlyAt = 0.35
)

// judge fills in how far an answer covers a key point, and by which words.
func (r *Rubric) judge(to *Point, p point, a answer, best sided) {
	c, by := p.cover(best)
	to.Coverage = float64(c)
	to.Found = c >= foundAt
	if c > partlyAt {
		to.Because = r.because(p.wordings[by], a)
	}
}

// cover is the coverage of a key point and the wording that has it.
func (p point) cover(best sided) (float32, int) {
	var most float32
	by := 0
	for i, w := range p.wordings {
		c := w.coverage(best)
		if c*w.total < w.least {
			c = min(c, partlyAt)
		}
		if c > most {
			most, by = c, i
		}
	}
	return most, by
}
