// Package content reads question banks: it parses them, checks them, indexes them, and turns their CommonMark (with
// LaTeX) into one small block tree that adapters draw. It is pure: bytes in, values out.
package content

// Bank is the questions from one file or folder.
type Bank struct {
	Name      string     // from the front matter, else from the file's name
	Lang      string     // natural language of its texts, BCP 47; "en" unless the front matter says otherwise
	Questions []Question // in file order; a question with an error is left out
}

// Question is a main question with what belongs to it.
type Question struct {
	ID          string     `json:"id"` // bank/slug-hash, or what the file declares
	Bank        string     `json:"bank"`
	Lang        string     `json:"lang,omitempty"`
	Source      Source     `json:"source"`
	Main        string     `json:"main"`
	Explanation string     `json:"explanation"`
	FollowUps   []FollowUp `json:"follow_ups"`
	Answer      string     `json:"answer"` // the main answer: CommonMark
	Full        string     `json:"full"`   // the whole answer section, in its own order with its own headings
	KeyPoints   []KeyPoint `json:"key_points"`
	Trap        *Trap      `json:"trap,omitempty"`
	Tags        []string   `json:"tags"`
	Topic       string     `json:"topic"`
	Difficulty  string     `json:"difficulty"` // easy, medium, hard or empty
	Warnings    []Problem  `json:"warnings"`
	Segments    []Segment  `json:"-"` // the partition of the answer section
}

// FollowUp is a follow-up question; its Answer is empty where the bank has none.
type FollowUp struct {
	Question  string     `json:"question"`
	Answer    string     `json:"answer"`
	KeyPoints []KeyPoint `json:"key_points"`
}

// KeyPoint is one idea that a good answer covers.
type KeyPoint struct {
	Name string   `json:"name"`           // at most 75 characters, plain text
	Text string   `json:"text"`           // the text behind it, plain text
	Also []string `json:"also,omitempty"` // other wordings
	Must bool     `json:"must,omitempty"`
}

// Trap is a plausible false claim and why it is false.
type Trap struct {
	Claim string `json:"claim"`
	Why   string `json:"why"`
}

// Source says where a question stands.
type Source struct {
	File string `json:"file"`
	Line int    `json:"line"` // 1 is the first
}

// SegmentKind says what a stretch of an answer section is.
type SegmentKind string

const (
	MainAnswer      SegmentKind = "main"
	FollowUpHeading SegmentKind = "heading"
	FollowUpAnswer  SegmentKind = "follow-up"
	Structure       SegmentKind = "structure" // the follow-ups' own header, noise at the start
)

// Segment is a stretch of an answer section: bytes Start to End of the normalised source (line ends as \n, no BOM).
// The segments of a section follow one another without a gap and without overlap.
type Segment struct {
	Kind       SegmentKind
	FollowUp   int // 1 is the first; 0 for what belongs to none
	Start, End int
}

// Problem is something in a bank that its author should know.
type Problem struct {
	File  string `json:"file"`
	Line  int    `json:"line"`
	Col   int    `json:"col"`
	Text  string `json:"text"`  // what is wrong and what to write instead
	Error bool   `json:"error"` // the question is skipped; otherwise it plays
}
