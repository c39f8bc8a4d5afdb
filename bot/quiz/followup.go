package quiz

import (
	"slices"
	"strconv"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/grade"
	"greenroom/content"
)

// Timers:
//
//	workspace/follow/POST/N   follow-up N may go into the thread
//
// Actions:
//
//	workspace/follow/POST/N   the thread's copy of follow-up N

// threadFollowUps is how many follow-ups a thread gets at most; all others stand inside the result.
const threadFollowUps = 3

func followUpFeature() feature {
	return feature{
		looks:  map[string]func(*look) (chat.Reply, error){"follow": lookAt((*look).followUp)},
		clicks: map[string]func(*step) (chat.Reply, error){"not-today": withSubject((*step).notToday)},
		timers: map[string]func(*step, []string) error{"follow": (*step).followDue},
		failed: map[string]func(*step, []string) error{"follow": (*step).followFailed},
	}
}

// followUp shows one follow-up in private.
func (l *look) followUp(t *subject) (chat.Reply, error) {
	if t.n == 0 {
		return tell(noLongerOpen()), nil
	}
	return tell(l.sayFollowUp(t, l.leftOut(t))), nil
}

func (s *step) notToday(t *subject) (chat.Reply, error) { return turn(notToday()), nil }

// probing picks the follow-up to ask next in private: of those not answered yet, the one that touches most of what the
// main answer missed, else the first; 0 when none is left.
func (t *subject) probing() int {
	best, most := 0, -1.0
	missed := t.missedKeys()
	for i, f := range t.q.FollowUps {
		if !followUpAsks(f) || t.a.part(i+1).answered() || t.a.part(i+1).Seen {
			continue
		}
		if score := touches(missed, f); score > most {
			best, most = i+1, score
		}
	}
	return best
}

// missedKeys are the key points of the main question that the member's answer does not cover.
func (t *subject) missedKeys() []content.KeyPoint {
	var missed []content.KeyPoint
	covered := t.a.part(0).covers()
	for i, k := range t.q.KeyPoints {
		if !slices.Contains(covered, i) {
			missed = append(missed, k)
		}
	}
	return missed
}

// touches tells how much of some key points a follow-up is about: its question weighs more than its answer.
func touches(keys []content.KeyPoint, f content.FollowUp) float64 {
	if len(keys) == 0 {
		return 0
	}
	rubric := grade.Prepare(grade.Task{KeyPoints: keys})
	sum := 0.0
	for _, text := range []string{f.Question, f.Question, f.Question + ". " + f.Answer} {
		for _, p := range rubric.Grade(text).Points {
			sum += p.Coverage
		}
	}
	return sum
}

// leftOut names the missed key point that a follow-up is about most; empty where it is about none.
func (l *look) leftOut(t *subject) string {
	if !t.a.part(0).answered() {
		return ""
	}
	name, most := "", 0.3
	for _, k := range t.missedKeys() {
		if score := touches([]content.KeyPoint{k}, t.q.FollowUps[t.n-1]); score > most {
			name, most = k.Name, score
		}
	}
	return name
}

// followDue brings a follow-up into the thread, if somebody has answered since the part before.
func (s *step) followDue(ids []string) error {
	n, err := strconv.Atoi(ids[1])
	if err != nil {
		return nil
	}
	p, err := s.post(ids[0])
	if err != nil || p == nil || p.State != postOpen || !p.Fresh || !s.ws.Asleep.IsZero() {
		return err
	}
	q, err := s.question(p)
	if err != nil || q == nil || n > len(q.FollowUps) {
		return err
	}
	p.Fresh = false
	p.Said = append(p.Said, n)
	s.savePost(p)
	return s.send(chat.Action{
		Key: chat.Key(s.ref("follow", p.ID, strconv.Itoa(n))), Do: chat.Thread, Channel: p.Channel, Target: s.postKey(p),
		Message: s.sayThreadFollowUp(p, q, n), Until: s.ev.At.Add(day), Once: true,
	})
}

// followFailed lets a follow-up whose thread refused it stand inside the result, like those that were never sent.
func (s *step) followFailed(ids []string) error {
	n, err := strconv.Atoi(ids[1])
	if err != nil || s.ev.Reason == chat.ReasonDoubt { // it may stand there
		return nil
	}
	p, err := s.post(ids[0])
	if err != nil || p == nil {
		return err
	}
	p.Said = slices.DeleteFunc(p.Said, func(said int) bool { return said == n })
	s.savePost(p)
	return s.redrawResult(p, nil)
}

// followUpMinutes is a guess at how long a follow-up takes to answer.
func followUpMinutes(f content.FollowUp) time.Duration {
	return time.Duration(max(1, len(f.KeyPoints)/2)) * time.Minute
}
