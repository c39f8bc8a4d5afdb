// Package grade tells which key points an answer covers, and why. It is pure and needs no model and no network: it
// compares words, says which ones counted, and abstains where it cannot tell.
package grade

import "greenroom/content"

// Task is what a rubric is made from.
type Task struct {
	Question    string
	Refs        []string // model answers, CommonMark
	Explanation string   // what the candidate should say
	KeyPoints   []content.KeyPoint
	Lang        string // BCP 47; in a language that it does not know a rubric always abstains
}

// Grade is what an answer covers.
type Grade struct {
	Score     float64 `json:"score"` // 0 to 1
	Abstained bool    `json:"abstained"`
	Points    []Point `json:"points"` // one for each key point, in order
	Flags     []Flag  `json:"flags"`
}

// Point is how far one key point is covered.
type Point struct {
	Text     string   `json:"text"`     // the key point's name
	Coverage float64  `json:"coverage"` // 0 to 1
	Found    bool     `json:"found"`
	Because  []string `json:"because"` // stretches of the answer, as written there, that counted
}

// Flag says what is odd about an answer. It changes the wording of the feedback, never silently the score.
type Flag string

const (
	FlagNegated  Flag = "negated"  // a negation stands near matched words where the reference has none
	FlagLong     Flag = "long"     // over six times the reference: the best stretch was graded
	FlagKeywords Flag = "keywords" // a list of words rather than sentences
	FlagParrot   Flag = "parrot"   // little more than the question's own words
	FlagEmpty    Flag = "empty"    // nothing, or "I don't know"
)
