package quiz

import (
	"encoding/json"
	"strings"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

// dataFeature lets a member see, export and erase everything that is kept about them.
func dataFeature() feature {
	return feature{
		looks: map[string]func(*look) (chat.Reply, error){
			"data":      func(l *look) (chat.Reply, error) { return l.data(nil) },
			"export":    (*look).export,
			"erase-ask": func(l *look) (chat.Reply, error) { return turn(eraseAsk()), nil },
		},
		clicks: map[string]func(*step) (chat.Reply, error){"erase": (*step).eraseMe},
	}
}

// kept is everything that is kept about a member.
type kept struct {
	Settings member                        `json:"settings"`
	Attempts []*attempt                    `json:"attempts"`
	Weeks    map[string]map[string]int     `json:"weeks"`  // by channel: posts answered in time, by ISO week
	Scored   map[string]map[int]scoredPart `json:"scored"` // by question: when parts scored or were seen
	Dealt    map[string]int                `json:"dealt,omitempty"`
	Claims   []*claim                      `json:"claims,omitempty"` // sent to a keeper
}

func (l *look) kept(m chat.Member) (*kept, error) {
	k := &kept{Attempts: []*attempt{}, Weeks: map[string]map[string]int{}, Scored: map[string]map[int]scoredPart{}}
	var err error
	if k.Settings, err = l.member(m); err != nil {
		return nil, err
	}
	if err := l.eachAttempt(m, func(p *post, a *attempt) error { return k.add(l, p, a) }); err != nil {
		return nil, err
	}
	err = each(l.v, l.below("of", string(m), "weeks"), func(ref store.Ref, weeks *map[string]int) error {
		k.Weeks[lastPart(ref)] = *weeks
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = each(l.v, l.below("of", string(m), "met"), func(ref store.Ref, r *met) error {
		if len(r.Parts) > 0 {
			k.Scored[lastPart(ref)] = r.Parts
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	dealt, err := load[map[string]int](l.v, l.dealtRef(m))
	if err == nil && dealt != nil {
		k.Dealt = *dealt
	}
	return k, err
}

// add puts an attempt with its claims to the rest; a question that was only asked for holds none.
func (k *kept) add(l *look, p *post, a *attempt) error {
	if len(a.Parts) == 0 {
		return nil
	}
	k.Attempts = append(k.Attempts, a)
	for _, n := range a.numbers() {
		for _, i := range a.Parts[n].Sent {
			c, err := load[claim](l.v, l.ref("claim", claimID(p.ID, a.Member, n, i)))
			if err != nil {
				return err
			}
			if c != nil {
				k.Claims = append(k.Claims, c)
			}
		}
	}
	return nil
}

func (l *look) data([]string) (chat.Reply, error) {
	k, err := l.kept(l.ev.Member)
	if err != nil {
		return chat.Reply{}, err
	}
	return tell(l.sayData(k)), nil
}

func (l *look) export() (chat.Reply, error) {
	k, err := l.kept(l.ev.Member)
	if err != nil {
		return chat.Reply{}, err
	}
	var b strings.Builder
	write := json.NewEncoder(&b)
	write.SetIndent("", "  ")
	write.SetEscapeHTML(false) // it is read by people, and what they wrote stands in it as they wrote it
	if err := write.Encode(k); err != nil {
		return chat.Reply{}, err // unreachable: records are plain data
	}
	return tell(sayExport(strings.TrimSuffix(b.String(), "\n"))), nil
}

// eraseMe erases everything that is kept about the event's member: answers, points, cards, settings. Counts that name
// nobody stay. What they shared in results is taken out of them. The adapter does the same with what it keeps.
func (s *step) eraseMe() (chat.Reply, error) {
	m := s.ev.Member
	err := s.eachAttempt(m, func(p *post, a *attempt) error { return s.eraseAttempt(p, a) })
	if err != nil {
		return chat.Reply{}, err
	}
	err = each(s.v, s.below("of", string(m)), func(ref store.Ref, _ *any) error {
		s.d.Delete(ref)
		return nil
	})
	if err != nil {
		return chat.Reply{}, err
	}
	s.d.Delete(s.memberRef(m))
	s.wake(time.Time{}, chat.DirectRoom(m), "", "pending", string(m))
	r := turn(erased())
	r.Forget = true
	return r, nil
}

// eraseAttempt removes an attempt with its points and with what it showed to others.
func (s *step) eraseAttempt(p *post, a *attempt) error {
	shared := a.SharedResult
	for _, n := range a.numbers() {
		at := a.Parts[n]
		shared = shared || at.Shared
		if err := s.eraseClaims(p, a.Member, n, at); err != nil {
			return err
		}
		s.d.Points(store.Points{
			Workspace: string(s.ev.Workspace), Channel: string(p.Channel), Member: string(a.Member),
			Date: at.Date, N: -at.Points,
		})
	}
	s.d.Delete(s.attemptRef(p.ID, a.Member))
	if p.Member != "" {
		s.d.Delete(s.postRef(p.ID))
		s.wakeSweep(p, time.Time{})
	}
	if !shared {
		return nil
	}
	return s.redrawResult(p, &attempt{Post: p.ID, Member: a.Member})
}

// eraseClaims removes what a member claimed to have said in a part, as far as it names them.
func (s *step) eraseClaims(p *post, m chat.Member, n int, at *part) error {
	for _, i := range at.Sent {
		s.d.Delete(s.ref("claim", claimID(p.ID, m, n, i)))
	}
	if len(at.Held) == 0 {
		return nil
	}
	c, err := s.claims(p.QuestionID)
	if err != nil {
		return err
	}
	for _, i := range at.Held {
		c.release(claimKey(n, i), p.ID, m)
	}
	s.saveClaims(p.QuestionID, c)
	return nil
}
