package quiz

import (
	"slices"
	"strconv"

	"greenroom/bot/chat"
)

// Records:
//
//	workspace/claims/Q      claims: how often each key point of a question is claimed
//	workspace/claim/ID      claim: one claim that was sent to the keeper, without a name in what the keeper sees
//	workspace/wordings/Q    map from claimKey to wordings that a keeper has accepted
//
// A point that more than 30 % of at least ten attempts claim stops scoring, for later claims, until the keeper has
// looked: then the counting starts anew. A point that the grader itself finds scores all the same.

// claims counts, for one question in one workspace.
type claims struct {
	Attempts map[int]int     `json:"attempts,omitempty"` // by part
	Claimed  map[string]int  `json:"claimed,omitempty"`  // by claimKey
	Asked    map[string]bool `json:"asked,omitempty"`    // the keeper was asked to look
}

// claim is one that was sent to the keeper.
type claim struct {
	Post   string      `json:"post"`
	Member chat.Member `json:"member"`
	Part   int         `json:"part"`
	Point  int         `json:"point"`
	Words  string      `json:"words"`
}

func claimKey(part, point int) string { return strconv.Itoa(part) + "." + strconv.Itoa(point) }

func claimID(post string, m chat.Member, part, point int) string {
	return digest("claim", post, string(m), claimKey(part, point))
}

func claimFeature() feature {
	return feature{clicks: map[string]func(*step) (chat.Reply, error){
		"claim-yes": (*step).acceptClaim,
		"claim-no":  (*step).declineClaim,
		"claim-ok":  (*step).lookedAtClaims,
	}}
}

func (l *look) claims(question string) (*claims, error) {
	c, err := load[claims](l.v, l.ref("claims", question))
	if c == nil {
		c = &claims{}
	}
	if c.Attempts == nil {
		c.Attempts = map[int]int{}
	}
	if c.Claimed == nil {
		c.Claimed = map[string]int{}
	}
	if c.Asked == nil {
		c.Asked = map[string]bool{}
	}
	return c, err
}

func (s *step) saveClaims(question string, c *claims) { save(s.d, s.ref("claims", question), c) }

// countAttempt counts an attempt that the grader has judged: ticks stay out.
func (s *step) countAttempt(t *subject) error {
	if t.at().Aloud || t.at().Abstained {
		return nil
	}
	c, err := s.claims(t.p.QuestionID)
	if err != nil {
		return err
	}
	c.Attempts[t.n]++
	s.saveClaims(t.p.QuestionID, c)
	return nil
}

// countClaims counts what is claimed now instead of before, holds what too many claim, and asks the keeper to look.
func (s *step) countClaims(t *subject, said []int) error {
	at := t.at()
	if at.Abstained {
		return nil
	}
	c, err := s.claims(t.p.QuestionID)
	if err != nil {
		return err
	}
	for _, i := range said {
		if slices.Contains(at.Claimed, i) {
			continue
		}
		key := claimKey(t.n, i)
		if c.tooMany(t.n, key) && !slices.Contains(at.Accepted, i) {
			at.Held = append(at.Held, i)
		}
		c.Claimed[key]++
		if c.tooMany(t.n, key) && !c.Asked[key] {
			c.Asked[key] = true
			if err := s.askAboutClaims(t, i, c); err != nil {
				return err
			}
		}
	}
	for _, i := range at.Claimed {
		if !slices.Contains(said, i) {
			c.Claimed[claimKey(t.n, i)]--
			at.Held = slices.DeleteFunc(at.Held, func(held int) bool { return held == i })
		}
	}
	s.saveClaims(t.p.QuestionID, c)
	return nil
}

func (c *claims) tooMany(part int, key string) bool {
	return c.Attempts[part] >= 10 && c.Claimed[key]*100 > c.Attempts[part]*30
}

func (s *step) askAboutClaims(t *subject, point int, c *claims) error {
	keeper, err := s.keeperOf(t.p)
	if err != nil || keeper == "" {
		return err
	}
	key := claimKey(t.n, point)
	name := chat.Key(s.ref("notice", "claims", t.p.ID, key, strconv.Itoa(c.Claimed[key])))
	return s.notify(keeper, name, s.sayManyClaims(t, point, c.Claimed[key], c.Attempts[t.n]))
}

// lookedAtClaims is the keeper's word that a key point may be claimed again.
func (s *step) lookedAtClaims() (chat.Reply, error) {
	return withSubject(func(s *step, t *subject) (chat.Reply, error) {
		if !s.keeps(t.p) {
			return tell(managersOnly()), nil
		}
		c, err := s.claims(t.p.QuestionID)
		if err != nil {
			return chat.Reply{}, err
		}
		point, err := strconv.Atoi(s.ev.Value.Arg)
		if err != nil || point < 0 || point >= len(t.keys) {
			return turn(noLongerOpen()), nil
		}
		key := claimKey(t.n, point)
		delete(c.Claimed, key)
		delete(c.Asked, key)
		c.Attempts[t.n] = 0
		s.saveClaims(t.p.QuestionID, c)
		return turn(s.sayClaimsOpen(t, point)), nil
	})(s)
}

// sendClaims sends the member's own words for what they claim to the keeper, without the name.
func (s *step) sendClaims(t *subject, words string) error {
	keeper, err := s.keeperOf(t.p)
	if err != nil || keeper == "" {
		return err
	}
	at := t.at()
	for _, i := range at.Claimed {
		if slices.Contains(at.Sent, i) {
			continue
		}
		at.Sent = append(at.Sent, i)
		id := claimID(t.p.ID, s.ev.Member, t.n, i)
		save(s.d, s.ref("claim", id), claim{Post: t.p.ID, Member: s.ev.Member, Part: t.n, Point: i, Words: words})
		if err := s.notify(keeper, chat.Key(s.ref("notice", "claim", id)), s.sayClaim(t, i, words, id)); err != nil {
			return err
		}
	}
	return nil
}

// takeClaim is the claim that a keeper's click is about; what it says instead is a reply.
func (s *step) takeClaim() (*claim, *post, *chat.Reply, error) {
	c, err := load[claim](s.v, s.ref("claim", s.ev.Value.Post))
	if err != nil {
		return nil, nil, nil, err
	}
	gone := turn(noLongerOpen())
	if c == nil {
		return nil, nil, &gone, nil
	}
	p, err := s.post(c.Post)
	if err != nil || p == nil {
		return nil, nil, &gone, err
	}
	if !s.keeps(p) {
		refused := tell(managersOnly())
		return nil, nil, &refused, nil
	}
	s.d.Delete(s.ref("claim", s.ev.Value.Post))
	return c, p, nil, nil
}

// acceptClaim makes a claim count whole and its wording known from then on.
func (s *step) acceptClaim() (chat.Reply, error) {
	c, p, instead, err := s.takeClaim()
	if err != nil || instead != nil {
		return orZero(instead), err
	}
	known, err := s.wordings(p.QuestionID)
	if err != nil {
		return chat.Reply{}, err
	}
	key := claimKey(c.Part, c.Point)
	if !slices.Contains(known[key], c.Words) {
		known[key] = append(known[key], c.Words)
		save(s.d, s.ref("wordings", p.QuestionID), known)
	}
	a, err := s.attempt(p.ID, c.Member)
	if err != nil {
		return chat.Reply{}, err
	}
	at := a.part(c.Part)
	if at.answered() && slices.Contains(at.Claimed, c.Point) && !slices.Contains(at.Accepted, c.Point) {
		at.Accepted = append(at.Accepted, c.Point)
		at.Held = slices.DeleteFunc(at.Held, func(i int) bool { return i == c.Point })
		if err := s.saveAttempt(p, a); err != nil {
			return chat.Reply{}, err
		}
	}
	return turn(claimAccepted(c.Words)), nil
}

func (s *step) declineClaim() (chat.Reply, error) {
	_, _, instead, err := s.takeClaim()
	if err != nil || instead != nil {
		return orZero(instead), err
	}
	return turn(claimDeclined()), nil
}

func orZero(r *chat.Reply) chat.Reply {
	if r == nil {
		return chat.Reply{}
	}
	return *r
}

// wordings are those that a keeper has accepted, by claimKey; never nil.
func (l *look) wordings(question string) (map[string][]string, error) {
	known, err := load[map[string][]string](l.v, l.ref("wordings", question))
	if err != nil || known == nil {
		return map[string][]string{}, err
	}
	return *known, nil
}

// keeperOf is the person who last changed the schedule of a post; nobody where it is gone.
func (l *look) keeperOf(p *post) (chat.Member, error) {
	if p.Schedule == "" {
		return "", nil
	}
	c, err := l.schedule(p.Schedule)
	if err != nil || c == nil {
		return "", err
	}
	return c.Keeper, nil
}

// keeps tells whether the event's member may decide about a post: its keeper, or a manager.
func (l *look) keeps(p *post) bool {
	keeper, err := l.keeperOf(p)
	return err == nil && keeper == l.ev.Member || l.manages()
}
