package content

import "strconv"

// Check looks at banks together: a question whose id one before it already has is an error, and is taken out of its
// bank. Ids that are twice in one bank are already found by Parse.
func Check(banks []*Bank) []Problem {
	var problems []Problem
	seen := map[string]Source{}
	for _, b := range banks {
		kept := b.Questions[:0:0]
		for _, q := range b.Questions {
			if before, twice := seen[q.ID]; twice {
				problems = append(problems, Problem{
					File: q.Source.File, Line: q.Source.Line, Col: 1, Error: true,
					Text: sameID(q.ID, q.Source, before),
				})
				continue
			}
			seen[q.ID] = q.Source
			kept = append(kept, q)
		}
		if len(kept) < len(b.Questions) {
			b.Questions = kept
		}
	}
	return problems
}

// sameID says that the question at here has the id of an earlier one.
func sameID(id string, here, before Source) string {
	file := ""
	if before.File != here.File {
		file = " of " + before.File
	}
	return "line " + strconv.Itoa(here.Line) + " has the id `" + id + "`, which line " + strconv.Itoa(before.Line) + file +
		" already has, so this question is skipped; write another under its heading: `<!-- id: … -->`"
}

// String is the problem as tools read it: file:line:col: text.
func (p Problem) String() string {
	return p.File + ":" + strconv.Itoa(p.Line) + ":" + strconv.Itoa(p.Col) + ": " + p.Text
}
