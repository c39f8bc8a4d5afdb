package content

import (
	"fmt"
	"slices"
	"strings"
)

// Index finds questions. It never changes, so it may be shared.
type Index struct {
	questions []*Question
	byID      map[string]*Question
	topics    []TopicCount
	names     []string           // topics, banks, tags and difficulties, as they are written
	exact     map[string]meaning // by a whole name
	part      map[string]meaning // by one word of a topic's or a bank's name
}

// TopicCount is a topic and how many questions it has.
type TopicCount struct {
	Topic string
	N     int
}

// meaning is what a word selects.
type meaning struct {
	kind      wordKind
	questions map[*Question]bool
}

// wordKind is what a word names. Of two that share a name the lower counts, with the questions of both.
type wordKind int

const (
	subject wordKind = iota // a topic or a bank
	tag
	difficulty
)

// NewIndex makes an index of banks in their order; of two questions with the same id the first counts. The banks must
// not change afterwards.
func NewIndex(banks []*Bank) *Index {
	x := &Index{byID: map[string]*Question{}, exact: map[string]meaning{}, part: map[string]meaning{}}
	for _, b := range banks {
		for i := range b.Questions {
			q := &b.Questions[i]
			if _, twice := x.byID[q.ID]; !twice {
				x.add(q)
			}
		}
	}
	return x
}

func (x *Index) add(q *Question) {
	x.byID[q.ID] = q
	x.questions = append(x.questions, q)
	at := slices.IndexFunc(x.topics, func(t TopicCount) bool { return strings.EqualFold(t.Topic, q.Topic) })
	if at < 0 {
		at = len(x.topics)
		x.topics = append(x.topics, TopicCount{Topic: q.Topic})
	}
	x.topics[at].N++
	for _, name := range [...]string{q.Topic, q.Bank} {
		x.name(name, subject, q)
		for w := range strings.SplitSeq(nameKey(name), "-") {
			put(x.part, w, subject, q)
		}
	}
	for _, name := range q.Tags {
		x.name(name, tag, q)
	}
	x.name(q.Difficulty, difficulty, q)
}

// name makes a whole name select a question.
func (x *Index) name(name string, kind wordKind, q *Question) {
	if name == "" {
		return
	}
	if _, known := x.exact[nameKey(name)]; !known {
		x.names = append(x.names, name)
	}
	put(x.exact, nameKey(name), kind, q)
}

// nameKey is what spellings of one name share: "Python async" is python-async, but C++ is not C#.
func nameKey(name string) string {
	return strings.ReplaceAll(fold(strings.NewReplacer("-", " ", "_", " ").Replace(strings.ToLower(name))), " ", "-")
}

func put(in map[string]meaning, word string, kind wordKind, q *Question) {
	m, known := in[word]
	if !known {
		m = meaning{kind, map[*Question]bool{}}
	}
	m.kind = min(m.kind, kind)
	m.questions[q] = true
	in[word] = m
}

// Questions are all questions, in file order.
func (x *Index) Questions() []*Question { return slices.Clone(x.questions) }

// Question finds a question by its id.
func (x *Index) Question(id string) (*Question, bool) {
	q, ok := x.byID[id]
	return q, ok
}

// Topics are the topics in the order in which they first appear.
func (x *Index) Topics() []TopicCount { return slices.Clone(x.topics) }

// Select returns the questions, in file order, that words allow: topics, tags, banks and difficulties in any case, a
// name of several words as several words or with hyphens, a topic or bank also by one of its words. Topics and banks
// widen each other, so do tags, and so do difficulties; the three together narrow. No words mean all questions. A word
// that names nothing is an *UnknownWord error. The words may name too much together: then there are no questions.
func (x *Index) Select(words []string) ([]*Question, error) {
	var asked [difficulty + 1]map[*Question]bool
	for len(words) > 0 {
		m, n, ok := x.longest(words)
		if !ok {
			return nil, &UnknownWord{Word: words[0], Near: near(words[0], x.names)}
		}
		if asked[m.kind] == nil {
			asked[m.kind] = map[*Question]bool{}
		}
		for q := range m.questions {
			asked[m.kind][q] = true
		}
		words = words[n:]
	}
	var out []*Question
	for _, q := range x.questions {
		allowed := true
		for _, kind := range asked {
			allowed = allowed && (kind == nil || kind[q])
		}
		if allowed {
			out = append(out, q)
		}
	}
	return out, nil
}

// longest reads the longest name that words begin with, and how many words it takes.
func (x *Index) longest(words []string) (meaning, int, bool) {
	for n := min(len(words), 8); n > 0; n-- {
		key := strings.Join(words[:n], " ")
		if m, ok := x.exact[nameKey(key)]; ok {
			return m, n, true
		}
	}
	m, ok := x.part[nameKey(words[0])]
	return m, 1, ok
}

// UnknownWord is a selection word that names no topic, tag, bank or difficulty.
type UnknownWord struct {
	Word string
	Near []string // nearest names, best first; may be empty
}

func (e *UnknownWord) Error() string {
	if len(e.Near) == 0 {
		return fmt.Sprintf("no topic, tag, bank or difficulty is called %q", e.Word)
	}
	return fmt.Sprintf("no topic, tag, bank or difficulty is called %q; did you mean %s?", e.Word, strings.Join(e.Near, " or "))
}
