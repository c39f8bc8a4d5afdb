package quiz

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"greenroom/bot/chat"
	"greenroom/bot/grade"
	"greenroom/content"
	"greenroom/store"
)

func answerFeature() feature {
	return feature{
		looks: map[string]func(*look) (chat.Reply, error){
			"answer": lookAt((*look).answerForm),
			"mine":   lookAt((*look).showFeedback),
		},
		forms: map[string]func(*step) (chat.Reply, error){"answer": withSubject((*step).answered)},
	}
}

// subject is what a button or form is about: a post, its question, one part of it and the member's attempt.
type subject struct {
	p        *post
	q        *content.Question
	a        *attempt
	n        int // which part
	question string
	answer   string
	keys     []content.KeyPoint
}

// asks tells whether the part can be answered. Any other is only asked to think about.
func (t *subject) asks() bool { return t.answer != "" && len(t.keys) > 0 }

// canScore tells whether seeing the answer now would cost the member something.
func (t *subject) canScore() bool {
	return t.p.Channel != "" && t.p.State != postClosed && t.asks() && !t.at().answered() && !t.at().Seen
}

// at is the member's attempt at the part.
func (t *subject) at() *part { return t.a.part(t.n) }

// subject reads what the event's value names; nil when it is no longer there, or not the member's.
func (l *look) subject(v chat.Value) (*subject, error) {
	p, err := l.post(v.Post)
	if err != nil || p == nil || p.State == postWaiting || p.State == postLost {
		return nil, err
	}
	if p.Member != "" && p.Member != l.ev.Member {
		return nil, nil
	}
	q, err := l.question(p)
	if err != nil || q == nil {
		return nil, err
	}
	a, err := l.attempt(p.ID, l.ev.Member)
	if err != nil {
		return nil, err
	}
	t := &subject{p: p, q: q, a: a, n: v.Part}
	var ok bool
	if t.question, t.answer, t.keys, ok = partOf(q, v.Part); !ok {
		return nil, nil
	}
	return t, nil
}

// withSubject wraps a handler of a click that is about a part.
func withSubject(f func(*step, *subject) (chat.Reply, error)) func(*step) (chat.Reply, error) {
	return func(s *step) (chat.Reply, error) {
		t, err := s.subject(s.ev.Value)
		if err != nil {
			return chat.Reply{}, err
		}
		if t == nil {
			return tell(noLongerOpen()), nil
		}
		return f(s, t)
	}
}

// lookAt is withSubject for what only reads.
func lookAt(f func(*look, *subject) (chat.Reply, error)) func(*look) (chat.Reply, error) {
	return func(l *look) (chat.Reply, error) {
		t, err := l.subject(l.ev.Value)
		if err != nil {
			return chat.Reply{}, err
		}
		if t == nil {
			return tell(noLongerOpen()), nil
		}
		return f(l, t)
	}
}

// answerForm opens the form for an answer, or shows the grade of a part that has been answered.
func (l *look) answerForm(t *subject) (chat.Reply, error) {
	redraft := l.ev.Value.Arg == "2"
	switch {
	case !t.asks():
		return tell(l.sayThinkAbout(t)), nil
	case redraft && !mayRedraft(t.p, t.at()):
		return l.feedback(t, true)
	case !redraft && t.at().answered():
		return l.feedback(t, false)
	}
	return chat.Reply{Form: l.sayAnswerForm(t, redraft)}, nil
}

// mayRedraft tells whether a part can be improved: once, before its answer was seen and before the end of late points.
func mayRedraft(p *post, at *part) bool {
	return p.State != postClosed && at.answered() && !at.Aloud && !at.Redrafted && !at.Seen && !at.Abstained
}

// answered takes a submitted answer.
func (s *step) answered(t *subject) (chat.Reply, error) {
	return s.take(t, s.ev.Field("answer"), s.ev.Value.Arg == "2")
}

// take grades an answer. Whoever sends the same draft twice sees the grade of the first.
func (s *step) take(t *subject, text string, redraft bool) (chat.Reply, error) {
	at := t.at()
	if !t.asks() {
		return tell(s.sayThinkAbout(t)), nil
	}
	if redraft && !mayRedraft(t.p, at) || !redraft && at.answered() {
		return s.feedback(t, true)
	}
	if problem := notAnAnswer(text); problem != "" {
		again := t.lookButton("Answer", "answer", t.n)
		again.Value.Arg = s.ev.Value.Arg
		return refuse(map[string]string{"answer": problem}, again.Label, again.Value), nil
	}
	if grade.GivesUp(text) {
		return s.giveUp(t)
	}
	if err := s.d.Preload(s.usualOf(t)...); err != nil {
		return chat.Reply{}, err
	}
	g, err := s.grade(t, text)
	if err != nil {
		return chat.Reply{}, err
	}
	if redraft {
		takeRedraft(at, text, g)
	} else if err := s.takeFirst(t, text, g); err != nil {
		return chat.Reply{}, err
	}
	if err := s.saveAttempt(t.p, t.a); err != nil {
		return chat.Reply{}, err
	}
	return s.feedback(t, true)
}

// usualOf names what taking an answer nearly always reads.
func (l *look) usualOf(t *subject) []store.Ref {
	return []store.Ref{
		l.wordingsRef(t.p.QuestionID), l.claimsRef(t.p.QuestionID), l.metRef(t.a.Member, t.p.QuestionID),
		l.weeksRef(t.a.Member, t.p.Channel),
	}
}

// notAnAnswer says what keeps a text from being an attempt; empty when nothing does.
func notAnAnswer(text string) string {
	text = strings.TrimSpace(text)
	switch n := utf8.RuneCountInString(text); {
	case n > chat.MaxAnswer:
		return answerTooLong(n)
	case strings.HasPrefix(text, "/"):
		return answerIsCommand()
	case grade.GivesUp(text):
		return ""
	case !grade.Says(text, 4):
		return answerTooShort()
	}
	return ""
}

// giveUp shows the answer kindly to who says that they have no idea: it is not an attempt.
func (s *step) giveUp(t *subject) (chat.Reply, error) {
	if err := s.see(t.p, t.a, t.n); err != nil {
		return chat.Reply{}, err
	}
	return turn(s.sayGivenUp(t)), nil
}

// takeFirst makes a first attempt of a graded answer.
func (s *step) takeFirst(t *subject, text string, g grade.Grade) error {
	at := t.at()
	at.Text, at.Written, at.Flags, at.Abstained = text, s.ev.At, g.Flags, g.Abstained
	if g.Abstained {
		return nil // no attempt before something is ticked; see correct.go
	}
	at.Found, at.Because = found(g)
	return s.begin(t)
}

// begin dates a first attempt and counts it.
func (s *step) begin(t *subject) error {
	at := t.at()
	at.At, at.Date = s.ev.At, s.date(s.ev.At)
	if err := s.judge(t.p, t.n, at); err != nil {
		return err
	}
	if err := s.countAttempt(t); err != nil {
		return err
	}
	if err := s.firstOf(t.p, t.n, at.Aloud); err != nil {
		return err
	}
	return s.askForBoard(t.p)
}

// takeRedraft adds what only the redraft covers.
func takeRedraft(at *part, text string, g grade.Grade) {
	at.Redraft, at.Redrafted = text, true
	points, because := found(g)
	for _, i := range points {
		if slices.Contains(at.Found, i) {
			continue
		}
		at.Later = append(at.Later, i)
		if at.Because == nil {
			at.Because = map[int][]string{}
		}
		at.Because[i] = because[i]
	}
}

func found(g grade.Grade) (points []int, because map[int][]string) {
	because = map[int][]string{}
	for i, p := range g.Points {
		if p.Found {
			points = append(points, i)
			because[i] = p.Because
		}
	}
	return points, because
}

// grade asks the grader, with the wordings that a keeper has accepted.
func (s *step) grade(t *subject, text string) (grade.Grade, error) {
	known, err := s.wordings(t.p.QuestionID)
	if err != nil {
		return grade.Grade{}, err
	}
	return s.rubrics.of(t, known).Grade(text), nil
}

// feedback shows a member's grade of a part. again says that it may replace the private message it was asked from.
func (l *look) feedback(t *subject, again bool) (chat.Reply, error) {
	m, err := l.member(l.ev.Member)
	if err != nil {
		return chat.Reply{}, err
	}
	message := l.sayFeedback(t, m)
	if again {
		return turn(message), nil
	}
	return tell(message), nil
}

// showFeedback answers [How I did].
func (l *look) showFeedback(t *subject) (chat.Reply, error) {
	if !t.at().answered() && !t.at().Abstained {
		return tell(l.sayNotAnswered(t)), nil
	}
	return l.feedback(t, false)
}

// rubrics keeps what was prepared from a part: the same for everybody, so it is shared. It is only a memory of a pure
// function, so replays are not changed by it.
type rubrics struct{ cache cache[*grade.Rubric] }

func (r *rubrics) of(t *subject, known map[string][]string) *grade.Rubric {
	id := t.p.Question + " " + strconv.Itoa(t.n)
	if len(known) > 0 {
		for i := range t.keys {
			id += "\x00" + strings.Join(known[claimKey(t.n, i)], "\x00")
		}
	}
	return r.cache.get(id, func() *grade.Rubric {
		keys := slices.Clone(t.keys)
		for i := range keys {
			keys[i].Also = append(slices.Clone(keys[i].Also), known[claimKey(t.n, i)]...)
		}
		task := grade.Task{Question: t.question, Refs: []string{t.answer}, KeyPoints: keys, Lang: t.q.Lang}
		if t.n == 0 {
			task.Explanation = t.q.Explanation
		}
		return grade.Prepare(task)
	})
}
