package quiz

import (
	"slices"
	"strconv"

	"greenroom/bot/chat"
	"greenroom/store"
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
	Attempts map[int]int       `json:"attempts,omitempty"` // by part
	Claimed  map[string]int    `json:"claimed,omitempty"`  // by claimKey, since the keeper looked
	Looked   map[string]int    `json:"looked,omitempty"`   // by claimKey: attempts before the keeper looked
	Asked    map[string]bool   `json:"asked,omitempty"`    // by claimKey: the keeper was asked to look
	Held     map[string][]held `json:"held,omitempty"`     // by claimKey: claims that wait for the keeper to look
}

// held is whose claim waits.
type held struct {
	Post   string      `json:"post"`
	Member chat.Member `json:"member"`
}

// claim is one that was sent to the keeper.
type claim struct {
	Post   string      `json:"post"`
	Member chat.Member `json:"member"`
	Part   int         `json:"part"`
	Point  int         `json:"point"`
	Words  string      `json:"words"`
	Ruling ruling      `json:"ruling,omitempty"`
}

// ruling is what a keeper said about a claim.
type ruling string

const (
	claimTaken ruling = "accepted"
	claimLeft  ruling = "declined"
)

const (
	maxClaimWords = 200 // characters that a member may send to the keeper
	maxWordings   = 20  // accepted wordings of a key point; older ones give way
)

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

func (l *look) claimsRef(question string) store.Ref { return l.ref("claims", question) }

func (l *look) wordingsRef(question string) store.Ref { return l.ref("wordings", question) }

func (l *look) claims(question string) (*claims, error) {
	c, err := load[claims](l.v, l.claimsRef(question))
	if c == nil {
		c = &claims{}
	}
	if c.Attempts == nil {
		c.Attempts = map[int]int{}
	}
	if c.Claimed == nil {
		c.Claimed = map[string]int{}
	}
	if c.Looked == nil {
		c.Looked = map[string]int{}
	}
	if c.Asked == nil {
		c.Asked = map[string]bool{}
	}
	if c.Held == nil {
		c.Held = map[string][]held{}
	}
	return c, err
}

func (s *step) saveClaims(question string, c *claims) { save(s.d, s.claimsRef(question), c) }

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
			c.Held[key] = append(c.Held[key], held{t.p.ID, t.a.Member})
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
			key := claimKey(t.n, i)
			c.Claimed[key] = max(0, c.Claimed[key]-1)
			c.release(key, t.p.ID, t.a.Member)
			at.free(i)
		}
	}
	s.saveClaims(t.p.QuestionID, c)
	return nil
}

func (c *claims) tooMany(part int, key string) bool {
	n := c.Attempts[part] - c.Looked[key]
	return n >= 10 && c.Claimed[key]*100 > n*30
}

// release forgets that a claim waits.
func (c *claims) release(key, post string, m chat.Member) {
	if c.Held[key] = slices.DeleteFunc(c.Held[key], func(h held) bool { return h == held{post, m} }); len(c.Held[key]) == 0 {
		delete(c.Held, key)
	}
}

// free lets a claim score.
func (p *part) free(point int) {
	p.Held = slices.DeleteFunc(p.Held, func(i int) bool { return i == point })
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

// lookedAtClaims is the keeper's word that a key point may be claimed again: what waited scores, and counting starts anew.
func (s *step) lookedAtClaims() (chat.Reply, error) {
	p, err := s.post(s.ev.Value.Post)
	if err != nil || p == nil {
		return turn(noLongerOpen()), err
	}
	q, err := s.question(p)
	if err != nil || q == nil {
		return turn(noLongerOpen()), err
	}
	_, _, keys, ok := partOf(q, s.ev.Value.Part)
	point, bad := strconv.Atoi(s.ev.Value.Arg)
	switch {
	case !ok || bad != nil || point < 0 || point >= len(keys):
		return turn(noLongerOpen()), nil
	case !s.keeps(p):
		return tell(managersOnly()), nil
	}
	c, err := s.claims(p.QuestionID)
	if err != nil {
		return chat.Reply{}, err
	}
	key := claimKey(s.ev.Value.Part, point)
	if !c.Asked[key] { // a second click
		return turn(sayClaimsOpen(keys[point])), nil
	}
	for _, h := range c.Held[key] {
		if err := s.freeClaim(h, s.ev.Value.Part, point); err != nil {
			return chat.Reply{}, err
		}
	}
	delete(c.Claimed, key)
	delete(c.Asked, key)
	delete(c.Held, key)
	c.Looked[key] = c.Attempts[s.ev.Value.Part]
	s.saveClaims(p.QuestionID, c)
	return turn(sayClaimsOpen(keys[point])), nil
}

// freeClaim lets a claim that waited score.
func (s *step) freeClaim(h held, part, point int) error {
	p, err := s.post(h.Post)
	if err != nil || p == nil {
		return err
	}
	a, err := s.attempt(h.Post, h.Member)
	if err != nil || !a.part(part).answered() {
		return err
	}
	a.part(part).free(point)
	return s.saveAttempt(p, a)
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
	switch {
	case !s.keeps(p):
		gone = tell(managersOnly())
	case c.Ruling == claimTaken:
		gone = turn(claimAccepted(c.Words))
	case c.Ruling == claimLeft:
		gone = turn(claimDeclined())
	default:
		return c, p, nil, nil
	}
	return nil, nil, &gone, nil
}

func (s *step) rule(c *claim, r ruling) {
	c.Ruling = r
	save(s.d, s.ref("claim", s.ev.Value.Post), c)
}

// acceptClaim makes a claim count whole and its wording known from then on.
func (s *step) acceptClaim() (chat.Reply, error) {
	c, p, instead, err := s.takeClaim()
	if err != nil || instead != nil {
		return orZero(instead), err
	}
	s.rule(c, claimTaken)
	key := claimKey(c.Part, c.Point)
	if err := s.learn(p.QuestionID, key, c.Words); err != nil {
		return chat.Reply{}, err
	}
	a, err := s.attempt(p.ID, c.Member)
	if err != nil {
		return chat.Reply{}, err
	}
	at := a.part(c.Part)
	if !at.answered() || !slices.Contains(at.Claimed, c.Point) || slices.Contains(at.Accepted, c.Point) {
		return turn(claimAccepted(c.Words)), nil
	}
	at.Accepted = append(at.Accepted, c.Point)
	at.free(c.Point)
	all, err := s.claims(p.QuestionID)
	if err != nil {
		return chat.Reply{}, err
	}
	all.release(key, p.ID, c.Member)
	s.saveClaims(p.QuestionID, all)
	return turn(claimAccepted(c.Words)), s.saveAttempt(p, a)
}

// learn makes a wording known.
func (s *step) learn(question, key, words string) error {
	known, err := s.wordings(question)
	if err != nil || slices.Contains(known[key], words) {
		return err
	}
	known[key] = append(known[key], words)
	known[key] = known[key][max(0, len(known[key])-maxWordings):]
	save(s.d, s.wordingsRef(question), known)
	return nil
}

func (s *step) declineClaim() (chat.Reply, error) {
	c, _, instead, err := s.takeClaim()
	if err != nil || instead != nil {
		return orZero(instead), err
	}
	s.rule(c, claimLeft)
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
	known, err := load[map[string][]string](l.v, l.wordingsRef(question))
	if err != nil || known == nil {
		return map[string][]string{}, err
	}
	return *known, nil
}

// keeperOf is the person who last changed the schedule of a post. Where that is gone, or the post was asked for on
// demand, it is the keeper of another schedule of the channel or the workspace; nobody where there is none.
func (l *look) keeperOf(p *post) (chat.Member, error) {
	c, err := l.schedule(p.Schedule)
	if err != nil {
		return "", err
	}
	if p.Schedule != "" && c != nil {
		return c.Keeper, nil
	}
	all, err := l.schedules("")
	if err != nil || len(all) == 0 {
		return "", err
	}
	if i := slices.IndexFunc(all, func(c *schedule) bool { return c.Channel == p.Channel }); i >= 0 {
		return all[i].Keeper, nil
	}
	return all[0].Keeper, nil
}

// keeps tells whether the event's member may decide about a post: its keeper, or a manager.
func (l *look) keeps(p *post) bool {
	keeper, err := l.keeperOf(p)
	return err == nil && keeper == l.ev.Member || l.manages()
}
