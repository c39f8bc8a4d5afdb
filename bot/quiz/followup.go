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
func (l *look) probing(t *subject) int {
	best, most := 0, -1.0
	missed, touches := t.missedKeys(), l.touches(t)
	for i, f := range t.q.FollowUps {
		if !followUpAsks(f) || t.a.part(i+1).answered() || t.a.part(i+1).Seen {
			continue
		}
		sum := 0.0
		for _, k := range missed {
			sum += touches[k][i]
		}
		if sum > most {
			best, most = i+1, sum
		}
	}
	return best
}

// missedKeys are the key points of the main question that the member's answer does not cover, by index.
func (t *subject) missedKeys() []int {
	var missed []int
	covered := t.a.part(0).covers()
	for i := range t.q.KeyPoints {
		if !slices.Contains(covered, i) {
			missed = append(missed, i)
		}
	}
	return missed
}

// touches tells how much of each key point of the main question each follow-up is about.
func (l *look) touches(t *subject) [][]float64 {
	return l.touching.get(t.p.Question, func() [][]float64 {
		all := make([][]float64, len(t.q.KeyPoints))
		for i, k := range t.q.KeyPoints {
			for _, f := range t.q.FollowUps {
				all[i] = append(all[i], touch(k, f))
			}
		}
		return all
	})
}

// touch tells how much of a key point a follow-up is about: its question weighs more than its answer.
func touch(k content.KeyPoint, f content.FollowUp) float64 {
	rubric := grade.Prepare(grade.Task{KeyPoints: []content.KeyPoint{k}})
	return 2*rubric.Grade(f.Question).Points[0].Coverage + rubric.Grade(f.Question + ". " + f.Answer).Points[0].Coverage
}

// leftOut names the missed key point that a follow-up is about most; empty where it is about none.
func (l *look) leftOut(t *subject) string {
	if !t.a.part(0).answered() {
		return ""
	}
	name, most := "", 0.3
	for _, k := range t.missedKeys() {
		if much := l.touches(t)[k][t.n-1]; much > most {
			name, most = t.q.KeyPoints[k].Name, much
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
