package quiz

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/grade"
	"greenroom/content"
	"greenroom/store"
)

// Records:
//
//	workspace/attempt/POST/M   attempt: what a member did with a post, part by part
//	workspace/of/M/met/Q       met: what a question is to a member, wherever it was asked; finds a member's attempts
//	workspace/of/M/weeks/C     map from ISO week to how many of a channel's posts a member answered in time
//
// What stands below workspace/of/M is small and is one member's alone: it lies together in the store, because an answer writes
// several of these, and it is erased together.

// attempt is what a member did with a post.
type attempt struct {
	Post         string        `json:"post"`
	Member       chat.Member   `json:"member"`
	Parts        map[int]*part `json:"parts"` // 0 is the main question, n the n-th follow-up
	SharedResult bool          `json:"shared_result,omitempty"`
	Flagged      bool          `json:"flagged,omitempty"` // said that something is off with the question
}

// part is an attempt at one part. Before there is one it may hold hints, and that the answer was seen.
type part struct {
	At        time.Time        `json:"at,omitzero"`      // of the first attempt
	Date      string           `json:"date,omitempty"`   // local date of the first attempt: the board's
	Written   time.Time        `json:"written,omitzero"` // when Text was
	Text      string           `json:"text,omitempty"`   // erased after 30 days
	Redraft   string           `json:"redraft,omitempty"`
	Redrafted bool             `json:"redrafted,omitempty"`
	Aloud     bool             `json:"aloud,omitempty"`
	Abstained bool             `json:"abstained,omitempty"` // the grader could not tell: only ticks count
	Found     []int            `json:"found,omitempty"`     // key points, by index
	Later     []int            `json:"later,omitempty"`     // found by the redraft only
	Because   map[int][]string `json:"because,omitempty"`   // the member's words that counted; erased with the text
	Flags     []grade.Flag     `json:"flags,omitempty"`
	Claimed   []int            `json:"claimed,omitempty"`  // "I said this"
	Denied    []int            `json:"denied,omitempty"`   // "I did not"
	Accepted  []int            `json:"accepted,omitempty"` // claims that the keeper accepted
	Held      []int            `json:"held,omitempty"`     // claims that do not score: too many claim them
	Sent      []int            `json:"sent,omitempty"`     // claims that were sent to the keeper
	Seen      bool             `json:"seen,omitempty"`     // asked the bot for the answer
	Hints     int              `json:"hints,omitempty"`
	Half      bool             `json:"half,omitempty"`   // after the result
	Why       unscored         `json:"why,omitempty"`    // why it scores nothing
	Points    int64            `json:"points,omitempty"` // quarters of a point that the board has
	Shared    bool             `json:"shared,omitempty"` // the author shows it in the result
}

// unscored says why a part scores nothing.
type unscored string

const (
	unscoredPractice unscored = "practice" // asked for on demand
	unscoredAloud    unscored = "aloud"
	unscoredSeen     unscored = "seen"   // the answer was seen before
	unscoredTwice    unscored = "scored" // scored within the last 60 days
	unscoredClosed   unscored = "closed" // after the week of the result
)

// answered tells whether there is an attempt.
func (p *part) answered() bool { return p != nil && !p.At.IsZero() }

// covers lists the key points that count for learning: found or claimed, and not denied.
func (p *part) covers() []int {
	var all []int
	for _, list := range [][]int{p.Found, p.Later, p.Claimed} {
		for _, i := range list {
			if !slices.Contains(all, i) && !slices.Contains(p.Denied, i) {
				all = append(all, i)
			}
		}
	}
	slices.Sort(all)
	return all
}

// quarters is what a part is worth, in quarters of a point: 4 a point found, 2 one found by the redraft or claimed,
// minus 4 a hint, not below zero, then halved if late.
func (p *part) quarters() int64 {
	if p.Why != "" || !p.answered() {
		return 0
	}
	var sum int64
	for _, i := range p.covers() {
		switch {
		case slices.Contains(p.Found, i) || slices.Contains(p.Accepted, i):
			sum += 4
		case slices.Contains(p.Later, i):
			sum += 2
		case !slices.Contains(p.Held, i):
			sum += 2
		}
	}
	sum = max(0, sum-4*int64(p.Hints))
	if p.Half {
		sum /= 2
	}
	return sum
}

// points writes quarters of a point with at most one decimal.
func points(quarters int64) string {
	return strconv.FormatFloat(float64(quarters*10/4)/10, 'f', -1, 64)
}

func (l *look) attemptRef(post string, m chat.Member) store.Ref {
	return l.ref("attempt", post, string(m))
}

// attempt is what a member did with a post; never nil.
func (l *look) attempt(post string, m chat.Member) (*attempt, error) {
	a, err := load[attempt](l.v, l.attemptRef(post, m))
	if a == nil {
		a = &attempt{Post: post, Member: m}
	}
	if a.Parts == nil {
		a.Parts = map[int]*part{}
	}
	return a, err
}

// part is a member's attempt at a part, empty where there is none.
func (a *attempt) part(n int) *part {
	if a.Parts[n] == nil {
		a.Parts[n] = &part{}
	}
	return a.Parts[n]
}

// numbers are the parts that there is something about, in order.
func (a *attempt) numbers() []int { return slices.Sorted(maps.Keys(a.Parts)) }

// saveAttempt stores an attempt, brings the board to what its parts are worth now, and sees to the erasing of texts.
func (s *step) saveAttempt(p *post, a *attempt) error {
	for _, n := range a.numbers() {
		at := a.Parts[n]
		now := at.quarters()
		s.d.Points(store.Points{
			Workspace: string(s.ev.Workspace), Channel: string(p.Channel), Member: string(a.Member),
			Date: at.Date, N: now - at.Points,
		})
		at.Points = now
	}
	save(s.d, s.attemptRef(p.ID, a.Member), a)
	if err := s.meetPost(a.Member, p); err != nil {
		return err
	}
	return s.keepSwept(p)
}

// met is what a question is to a member: the posts at which they did something with it, and when its parts last scored
// or were seen.
type met struct {
	Posts []string           `json:"posts,omitempty"` // ids, oldest first
	Parts map[int]scoredPart `json:"parts,omitempty"`
}

type scoredPart struct {
	Post string    `json:"post,omitempty"`
	At   time.Time `json:"at,omitzero"`
	Seen time.Time `json:"seen,omitzero"`
}

// scoresAgain is how long a part scores once, and how long an answer that was seen counts as known.
const scoresAgain = 60 * day

func (l *look) metRef(m chat.Member, question string) store.Ref {
	return l.ref("of", string(m), "met", question)
}

// met is never nil.
func (l *look) met(m chat.Member, question string) (*met, error) {
	r, err := load[met](l.v, l.metRef(m, question))
	if r == nil {
		r = &met{}
	}
	if r.Parts == nil {
		r.Parts = map[int]scoredPart{}
	}
	return r, err
}

// meetPost makes a post one of a member's.
func (s *step) meetPost(m chat.Member, p *post) error {
	r, err := s.met(m, p.QuestionID)
	if err != nil || slices.Contains(r.Posts, p.ID) {
		return err
	}
	s.saveMet(m, p, r)
	return nil
}

func (s *step) saveMet(m chat.Member, p *post, r *met) {
	if !slices.Contains(r.Posts, p.ID) {
		r.Posts = append(r.Posts, p.ID)
	}
	save(s.d, s.metRef(m, p.QuestionID), r)
}

// judge says whether a first attempt at a part scores, and remembers it where it does.
func (s *step) judge(p *post, n int, at *part) error {
	r, err := s.met(s.ev.Member, p.QuestionID)
	if err != nil {
		return err
	}
	was := r.Parts[n]
	at.Half = p.State == postLate
	switch {
	case p.Channel == "":
		at.Why = unscoredPractice
	case at.Aloud:
		at.Why = unscoredAloud
	case at.Seen || within(was.Seen, s.ev.At):
		at.Why = unscoredSeen
	case was.Post != "" && was.Post != p.ID && within(was.At, s.ev.At):
		at.Why = unscoredTwice
	case p.State == postClosed || !s.ev.At.Before(p.Closes): // whose timer may be late
		at.Why = unscoredClosed
	default:
		was.Post, was.At = p.ID, s.ev.At
		r.Parts[n] = was
		s.saveMet(s.ev.Member, p, r)
	}
	return nil
}

func within(t, now time.Time) bool { return !t.IsZero() && now.Sub(t) < scoresAgain }

// see remembers that a member asked the bot for the answer of a part.
func (s *step) see(p *post, a *attempt, n int) error {
	at := a.part(n)
	if at.Seen {
		return nil
	}
	at.Seen = true
	r, err := s.met(s.ev.Member, p.QuestionID)
	if err != nil {
		return err
	}
	was := r.Parts[n]
	was.Seen = s.ev.At
	r.Parts[n] = was
	s.saveMet(s.ev.Member, p, r)
	return s.saveAttempt(p, a)
}

// asked tells whether a question's main part can be answered: it has an answer, and key points to find in one.
func asked(q *content.Question) bool { return q.Answer != "" && len(q.KeyPoints) > 0 }

func followUpAsks(f content.FollowUp) bool { return f.Answer != "" && len(f.KeyPoints) > 0 }

// firstOf counts a member's first attempt at a post: the post's counter, the member's week, the thread.
func (s *step) firstOf(p *post, n int, aloud bool) error {
	p.Fresh = true
	if n != 0 || p.Channel == "" {
		s.savePost(p)
		return nil
	}
	if aloud {
		p.Aloud++
	} else {
		p.Answered++
	}
	s.savePost(p)
	if s.ev.At.Before(p.Closes) {
		if err := s.countWeek(p); err != nil {
			return err
		}
	}
	if p.State != postOpen || !counts(p.Answered+p.Aloud) {
		return nil
	}
	return s.redrawPost(p, true)
}

// partOf is what a part of a question asks for.
func partOf(q *content.Question, n int) (question, answer string, keys []content.KeyPoint, ok bool) {
	switch {
	case n == 0:
		return q.Main, q.Answer, q.KeyPoints, true
	case n > 0 && n <= len(q.FollowUps):
		f := q.FollowUps[n-1]
		return f.Question, f.Answer, f.KeyPoints, true
	default:
		return "", "", nil, false
	}
}
