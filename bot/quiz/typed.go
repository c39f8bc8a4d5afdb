package quiz

import (
	"strings"
	"time"
	"unicode/utf8"

	"greenroom/bot/chat"
)

// Timers:
//
//	workspace/pending/M   a text that a member typed, and that may be an answer, is forgotten

// pendingKept is how long a text that may be an answer is kept.
const pendingKept = day

// typedFeature is what becomes of a text that was typed to the bot and names no command: it may be an answer.
func typedFeature() feature {
	return feature{
		clicks: map[string]func(*step) (chat.Reply, error){"grade-it": withSubject((*step).gradeIt), "not-it": (*step).notIt},
		timers: map[string]func(*step, []string) error{"pending": (*step).forgetPending},
	}
}

// offer asks what a typed text is the answer to: the newest open posts that the member has not answered.
func (s *step) offer(text string) (chat.Reply, error) {
	if n := utf8.RuneCountInString(strings.TrimSpace(text)); n > chat.MaxAnswer {
		return tell(plainly(answerTooLong(n))), nil
	}
	if notAnAnswer(text) != "" {
		return chat.Reply{}, nil
	}
	var open []*subject
	for i := len(s.ws.Open) - 1; i >= 0 && len(open) < 3; i-- {
		t, err := s.subject(chat.Value{Post: s.ws.Open[i].Post})
		if err != nil {
			return chat.Reply{}, err
		}
		if t != nil && (!t.at().answered() || mayRedraft(t.p, t.at())) {
			open = append(open, t)
		}
	}
	if len(open) == 0 {
		return chat.Reply{}, nil
	}
	m, err := s.member(s.ev.Member)
	if err != nil {
		return chat.Reply{}, err
	}
	m.Pending = &pending{Text: text, At: s.ev.At}
	save(s.d, s.memberRef(s.ev.Member), m)
	s.wake(s.ev.At.Add(pendingKept), chat.DirectRoom(s.ev.Member), "", "pending", string(s.ev.Member))
	return tell(s.sayOffer(open, m.Pending.name())), nil
}

// name is what buttons know the text by.
func (p *pending) name() string { return digest(p.Text) }

// draftNumber is 1 for a first answer, 2 for an improved one.
func draftNumber(answered bool) string {
	if answered {
		return "2"
	}
	return "1"
}

// takePending is the typed text of a name; empty when it is no longer there.
func (s *step) takePending(name string) (string, error) {
	m, err := s.member(s.ev.Member)
	if err != nil || m.Pending == nil || m.Pending.name() != name {
		return "", err
	}
	text := m.Pending.Text
	m.Pending = nil
	save(s.d, s.memberRef(s.ev.Member), m)
	return text, nil
}

// gradeIt takes a typed text as the answer to the part that the button names.
func (s *step) gradeIt(t *subject) (chat.Reply, error) {
	arg := s.ev.Value.Arg
	text, err := s.takePending(arg[min(1, len(arg)):])
	if err != nil {
		return chat.Reply{}, err
	}
	switch {
	case text == "" && t.at().answered():
		return s.feedback(t, true)
	case text == "":
		return turn(noLongerOpen()), nil
	}
	return s.take(t, text, arg[:1] == draftNumber(true))
}

func (s *step) notIt() (chat.Reply, error) {
	if _, err := s.takePending(s.ev.Value.Arg); err != nil {
		return chat.Reply{}, err
	}
	return turn(answerDropped()), nil
}

func (s *step) forgetPending(ids []string) error {
	id := chat.Member(ids[0])
	m, err := s.member(id)
	if err != nil || m.Pending == nil || m.Pending.At.Add(pendingKept).After(s.ev.At) {
		return err
	}
	m.Pending = nil
	save(s.d, s.memberRef(id), m)
	return nil
}

// pending is a text that was typed to the bot and may be an answer.
type pending struct {
	Text string    `json:"text"`
	At   time.Time `json:"at"`
}
