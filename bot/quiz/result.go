package quiz

import (
	"cmp"
	"slices"

	"greenroom/bot/chat"
	"greenroom/content"
)

// Timers:
//
//	workspace/result/POST   the result of an open post is due
//
// Actions:
//
//	workspace/result/POST    the result, in the thread
//	workspace/outside/POST   the same in the channel, where the thread is gone

func resultFeature() feature {
	return feature{
		timers: map[string]func(*step, []string) error{"result": (*step).resultDue},
		failed: map[string]func(*step, []string) error{"result": (*step).resultFailed, "outside": (*step).resultFailed},
	}
}

// silentSlots is how many posts in a row nobody answers before the keeper is asked whether to slow down.
const silentSlots = 3

// resultDue ends the time of full points and tells the thread. Where nobody has answered there is no result, and the
// question returns.
func (s *step) resultDue(ids []string) error {
	p, err := s.post(ids[0])
	if err != nil || p == nil || p.State != postOpen {
		return err
	}
	p.State = postLate
	s.shut(p)
	s.wake(p.Closes, chat.ChannelRoom(p.Channel), p.Channel, "close", p.ID)
	if p.Think { // nothing about it changes
		s.savePost(p)
		return nil
	}
	silent, asleep := p.Answered+p.Aloud == 0, !s.ws.Asleep.IsZero()
	p.Told = !silent && !asleep
	if err := s.redrawPost(p, false); err != nil {
		return err
	}
	if asleep {
		return nil
	}
	if err := s.countSilence(p, silent); err != nil {
		return err
	}
	if silent {
		return s.giveBack(p)
	}
	return s.sendResult(p, chat.Action{Key: s.resultKey(p), Do: chat.Thread, Target: s.postKey(p)}, nil)
}

func (l *look) resultKey(p *post) chat.Key {
	if p.Outside {
		return chat.Key(l.ref("outside", p.ID))
	}
	return chat.Key(l.ref("result", p.ID))
}

func (s *step) sendResult(p *post, a chat.Action, changed *attempt) error {
	q, err := s.question(p)
	if err != nil || q == nil {
		return err
	}
	all, err := s.attempts(p, changed)
	if err != nil {
		return err
	}
	sharers, err := s.sharedLines(p, all)
	if err != nil {
		return err
	}
	a.Channel, a.Until, a.Once = p.Channel, s.ev.At.Add(day), a.Do != chat.Edit
	a.Message = s.sayResult(p, q, tally(q, all), sharers)
	return s.send(a)
}

// redrawResult brings the result up to date after somebody shared something.
func (s *step) redrawResult(p *post, changed *attempt) error {
	if !p.Told {
		return nil
	}
	return s.sendResult(p, chat.Action{Key: chat.EditKey(s.resultKey(p)), Do: chat.Edit, Target: s.resultKey(p)}, changed)
}

// resultFailed brings a result whose thread is gone or locked into the channel, where that can be written to; else the
// post keeps its grades and has no result.
func (s *step) resultFailed(ids []string) error {
	p, err := s.post(ids[0])
	if err != nil || p == nil || !p.Told {
		return err
	}
	if thread := s.ev.Reason == chat.ReasonParentGone || s.ev.Reason == chat.ReasonArchived; thread && !p.Outside {
		p.Outside = true
		s.savePost(p)
		return s.sendResult(p, chat.Action{Key: s.resultKey(p), Do: chat.Post}, nil)
	}
	p.Told = false
	return s.redrawPost(p, false)
}

// tallied is what the answers to a post say together.
type tallied struct {
	judged int   // answers to the main question that the grader has judged
	said   []int // key points by how many said them, most first
	by     []int // how many said each key point, by index
}

// tally counts who said which key point. Ticks stay out: they are nobody's words.
func tally(q *content.Question, all []*attempt) tallied {
	t := tallied{by: make([]int, len(q.KeyPoints))}
	for _, a := range all {
		at := a.Parts[0]
		if !at.answered() || at.Aloud || at.Abstained {
			continue
		}
		t.judged++
		for _, i := range at.covers() {
			if i < len(t.by) {
				t.by[i]++
			}
		}
	}
	for i := range t.by {
		t.said = append(t.said, i)
	}
	slices.SortStableFunc(t.said, func(a, b int) int { return cmp.Compare(t.by[b], t.by[a]) })
	return t
}

// sharedLine is what one member shows under a result.
type sharedLine struct {
	a      *attempt
	answer string // empty: only figures
	streak int
}

func (l *look) sharedLines(p *post, all []*attempt) ([]sharedLine, error) {
	var lines []sharedLine
	for _, a := range all {
		line := sharedLine{a: a}
		if at := a.Parts[0]; at.answered() && at.Shared {
			line.answer = cmp.Or(at.Redraft, at.Text)
		}
		if a.SharedResult {
			streak, err := l.streak(a.Member, p.Channel)
			if err != nil {
				return nil, err
			}
			line.streak = streak
		}
		if line.answer != "" || a.SharedResult {
			lines = append(lines, line)
		}
	}
	return lines, nil
}

// countSilence keeps how many posts in a row nobody answered, and asks the keeper after three.
func (s *step) countSilence(p *post, silent bool) error {
	if p.Schedule == "" {
		return nil
	}
	c, err := s.schedule(p.Schedule)
	if err != nil || c == nil {
		return err
	}
	if !silent {
		c.Silent = 0
		s.saveSchedule(c)
		return nil
	}
	c.Silent++
	s.saveSchedule(c)
	if c.Silent != silentSlots {
		return nil
	}
	return s.notify(c.Keeper, chat.Key(s.ref("notice", "silent", p.ID)), s.saySilent(c))
}
