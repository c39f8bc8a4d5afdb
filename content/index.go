package content

// Index finds questions. It never changes, so it may be shared.
type Index struct {
	questions []*Question
	byID      map[string]*Question
}

// TopicCount is a topic and how many questions it has.
type TopicCount struct {
	Topic string
	N     int
}

// NewIndex makes an index of banks in their order; of two questions with the same id the first counts.
func NewIndex(banks []*Bank) *Index { return &Index{} }

// Questions are all questions, in file order.
func (x *Index) Questions() []*Question { return x.questions }

// Question finds a question by its id.
func (x *Index) Question(id string) (*Question, bool) {
	q, ok := x.byID[id]
	return q, ok
}

// Topics are the topics in the order in which they first appear.
func (x *Index) Topics() []TopicCount { return nil }

// Select returns the questions that every kind of word allows: words of one kind (topic, tag, bank, difficulty) widen,
// words of different kinds narrow. No words mean all questions. A word that names nothing is an UnknownWord error.
func (x *Index) Select(words []string) ([]*Question, error) { return x.questions, nil }

// UnknownWord is a selection word that names no topic, tag, bank or difficulty.
type UnknownWord struct {
	Word string
	Near []string // nearest names, best first; may be empty
}

func (e *UnknownWord) Error() string { return "unknown word " + e.Word }
