package quiz

import (
	"crypto/sha256"
	"encoding/base32"
	"slices"
	"strconv"
	"strings"
	"time"

	"greenroom/bot/chat"
	"greenroom/content"
	"greenroom/store"
)

// Records:
//
//	workspace/channel/C         channel: the number of its last post, how often each question was asked
//	workspace/post/ID           post: ID is made from schedule and slot, so a slot is decided once
//	workspace/question/HASH     content.Question: a post keeps its own copy, so a changed bank changes no open post
//
// Timers:
//
//	workspace/close/ID          the end of the week of a post's result: late points end
//
// Actions:
//
//	workspace/post/ID           the channel message

// channel is what is kept about a channel.
type channel struct {
	Number int            `json:"number"`          // of the last post
	Asked  map[string]int `json:"asked,omitempty"` // by question id
	Weeks  map[string]int `json:"weeks,omitempty"` // posts that went out, by ISO week of their result
}

func (l *look) channelRef(c chat.Channel) store.Ref { return l.ref("channel", string(c)) }

func (l *look) channel(c chat.Channel) (*channel, error) {
	p, err := load[channel](l.v, l.channelRef(c))
	if p == nil {
		p = &channel{}
	}
	if p.Asked == nil {
		p.Asked = map[string]int{}
	}
	if p.Weeks == nil {
		p.Weeks = map[string]int{}
	}
	return p, err
}

// postState is where a post is in its life.
type postState string

const (
	postWaiting postState = "waiting" // decided, not in the channel yet
	postOpen    postState = "open"    // full points
	postLate    postState = "late"    // after its result: half points
	postClosed  postState = "closed"  // no points
	postLost    postState = "lost"    // never came into the channel
)

// post is one question delivered to one channel, or to one member on demand.
type post struct {
	ID         string        `json:"id"`
	Number     int           `json:"number"`
	Channel    chat.Channel  `json:"channel,omitempty"`
	Member     chat.Member   `json:"member,omitempty"` // on demand: whose it is; scores nothing
	Schedule   string        `json:"schedule,omitempty"`
	Slot       string        `json:"slot,omitempty"` // nominal local time
	QuestionID string        `json:"question_id"`
	Question   string        `json:"question"` // content hash
	State      postState     `json:"state"`
	Decided    time.Time     `json:"decided"`
	Late       bool          `json:"late,omitempty"` // the slot was posted late
	Sent       time.Time     `json:"sent,omitzero"`
	ResultAt   time.Time     `json:"result_at"` // as told in the post's text; counts from Sent once it is known
	Closes     time.Time     `json:"closes,omitzero"`
	Week       string        `json:"week,omitempty"` // ISO week of the result, in the workspace's zone
	FollowUps  time.Duration `json:"follow_ups"`
	Result     time.Duration `json:"result"`
	Answered   int           `json:"answered,omitempty"`
	Aloud      int           `json:"aloud,omitempty"`
	Shown      int           `json:"shown,omitempty"`   // the count that stands in the message
	Fresh      bool          `json:"fresh,omitempty"`   // somebody has answered since the part before
	Said       []int         `json:"said,omitempty"`    // follow-ups that went into the thread
	Told       bool          `json:"told,omitempty"`    // the result went out
	Outside    bool          `json:"outside,omitempty"` // into the channel, as the thread is gone
	Think      bool          `json:"think,omitempty"`   // nobody can answer it: there are no key points to compare with
	By         chat.Member   `json:"by,omitempty"`      // who posted it by hand
	Sweep      time.Time     `json:"sweep,omitzero"`    // when answer texts are next erased
}

func (l *look) postRef(id string) store.Ref { return l.ref("post", id) }

func (l *look) post(id string) (*post, error) {
	if id == "" {
		return nil, nil
	}
	return load[post](l.v, l.postRef(id))
}

func (s *step) savePost(p *post) { save(s.d, s.postRef(p.ID), p) }

// question is a post's own copy; nobody may change it. Its record is named by what it holds, so it is read once.
func (l *look) question(p *post) (*content.Question, error) {
	ref := l.ref("question", p.Question)
	if q, ok := l.copies.known(string(ref)); ok {
		return q, nil
	}
	b, err := l.v.Fixed(ref)
	if err != nil || b == nil {
		return nil, err
	}
	q, err := decode[content.Question](ref, b)
	if err != nil {
		return nil, err
	}
	return l.copies.get(string(ref), func() *content.Question { return q }), nil
}

// keepQuestion stores a post's own copy, once for each content.
func (s *step) keepQuestion(q *content.Question) (hash string, err error) {
	hash = content.Hash(q)
	ref := s.ref("question", hash)
	b, err := s.v.Get(ref)
	if err == nil && b == nil {
		save(s.d, ref, q)
	}
	return hash, err
}

func postFeature() feature {
	return feature{
		timers: map[string]func(*step, []string) error{"close": (*step).closePost},
		sent:   map[string]func(*step, []string) error{"post": (*step).postSent},
		failed: map[string]func(*step, []string) error{"post": (*step).postFailed},
	}
}

// digest is a short id made from parts: the same for the same parts, 13 letters and digits.
func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:8]))
}

// short is an id made from a platform's event id.
func short(s string) string { return digest(s) }

// decide makes the one post of a slot: the row that brings it into the channel is in the same unit. It changes the
// schedule, which the caller saves.
func (s *step) decide(c *schedule, slot string, due time.Time, late bool) error {
	id := digest(c.ID, slot)
	before, err := s.post(id)
	if err != nil || before != nil {
		return err
	}
	q, err := s.choose(c)
	if err != nil {
		return err
	}
	told := c.Empty
	if c.Empty = q == nil; c.Empty {
		if told {
			return nil
		}
		return s.notify(c.Keeper, chat.Key(s.ref("notice", "empty", id)), s.sayNothingToAsk(c))
	}
	ch, err := s.channel(c.Channel)
	if err != nil {
		return err
	}
	ch.Number++
	ch.Asked[q.ID]++
	save(s.d, s.channelRef(c.Channel), ch)
	p := &post{
		ID: id, Number: ch.Number, Channel: c.Channel, Schedule: c.ID, Slot: slot, QuestionID: q.ID, State: postWaiting,
		Decided: s.ev.At, Late: late, ResultAt: s.ev.At.Add(c.Result), FollowUps: c.FollowUps, Result: c.Result,
		Think: !asked(q), By: s.ev.Member,
	}
	return s.putOut(p, q, due.Add(grace))
}

// putOut stores a decided post with the row that brings it into its channel.
func (s *step) putOut(p *post, q *content.Question, until time.Time) (err error) {
	if p.Question, err = s.keepQuestion(q); err != nil {
		return err
	}
	s.savePost(p)
	return s.send(chat.Action{
		Key: s.postKey(p), Do: chat.Post, Channel: p.Channel, Message: s.sayPost(p, q), Until: until, Tell: true,
	})
}

func (l *look) postKey(p *post) chat.Key { return chat.Key(l.ref("post", p.ID)) }

// postSent opens a post: everything counts from the instant of sending.
func (s *step) postSent(ids []string) error {
	p, err := s.post(ids[0])
	if err != nil || p == nil || p.State != postWaiting {
		return err
	}
	told := p.ResultAt
	p.State, p.Sent, p.ResultAt = postOpen, s.ev.Due, s.ev.Due.Add(p.Result)
	p.Week, p.Closes = isoWeek(p.ResultAt.In(s.zone()))
	s.savePost(p)
	if !p.Think {
		if err := s.opened(p); err != nil {
			return err
		}
	}
	s.postTimers(p)
	if off := p.ResultAt.Sub(told); off > time.Minute || off < -time.Minute {
		if err := s.redrawPost(p, false); err != nil {
			return err
		}
	}
	return s.recovered(p)
}

// opened counts a post that can be answered among its channel's and offers it to typed answers.
func (s *step) opened(p *post) error {
	s.ws.Open = append(s.ws.Open, openPost{p.ID, p.Channel, p.Number})
	s.saveWorkspace()
	ch, err := s.channel(p.Channel)
	if err != nil {
		return err
	}
	ch.Weeks[p.Week]++
	save(s.d, s.channelRef(p.Channel), ch)
	return nil
}

// postTimers sets what happens to an open post by itself.
func (s *step) postTimers(p *post) {
	room := chat.ChannelRoom(p.Channel)
	s.wake(p.ResultAt, room, p.Channel, "result", p.ID)
	for n := 1; n <= threadFollowUps; n++ {
		if at := p.Sent.Add(time.Duration(n) * p.FollowUps); at.Before(p.ResultAt) {
			s.wake(at, room, p.Channel, "follow", p.ID, strconv.Itoa(n))
		}
	}
}

// redrawPost brings the channel message up to date. counter says that only the number of answers has changed.
func (s *step) redrawPost(p *post, counter bool) error {
	q, err := s.question(p)
	if err != nil || q == nil || p.Channel == "" {
		return err
	}
	p.Shown = p.Answered + p.Aloud
	s.savePost(p)
	return s.send(chat.Action{
		Key: chat.EditKey(s.postKey(p)), Do: chat.Edit, Channel: p.Channel, Target: s.postKey(p),
		Message: s.sayPost(p, q), Until: s.ev.At.Add(time.Minute), Counter: counter,
	})
}

// counts is when the number of answers in a post changes, as each edit costs: 1, 2, 5, 10, 25, 50, 100, 250, 500 …
func counts(n int) bool {
	for n >= 100 && n%10 == 0 {
		n /= 10
	}
	return slices.Contains([]int{1, 2, 5, 10, 25, 50}, n)
}

// postFailed marks a post that never came into its channel. Its question is kept for the next slot.
func (s *step) postFailed(ids []string) error {
	p, err := s.post(ids[0])
	if err != nil || p == nil || p.State != postWaiting {
		return err
	}
	p.State = postLost
	s.savePost(p)
	if err := s.giveBack(p); err != nil {
		return err
	}
	return s.troubled(p, s.ev.Reason)
}

// giveBack undoes the asking of a question that nobody could answer: it returns.
func (s *step) giveBack(p *post) error {
	ch, err := s.channel(p.Channel)
	if err != nil {
		return err
	}
	if ch.Asked[p.QuestionID]--; ch.Asked[p.QuestionID] <= 0 {
		delete(ch.Asked, p.QuestionID)
	}
	if p.State == postLost && ch.Number == p.Number {
		ch.Number-- // nobody has seen the number
	}
	save(s.d, s.channelRef(p.Channel), ch)
	return nil
}

// closePost ends the late points of a post.
func (s *step) closePost(ids []string) error {
	p, err := s.post(ids[0])
	if err != nil || p == nil || p.State != postLate {
		return err
	}
	p.State = postClosed
	s.savePost(p)
	if p.Think {
		return nil
	}
	return s.redrawPost(p, false)
}

// shut takes a post from the list of those that take full points.
func (s *step) shut(p *post) {
	open := slices.DeleteFunc(slices.Clone(s.ws.Open), func(o openPost) bool { return o.Post == p.ID })
	if len(open) != len(s.ws.Open) {
		s.ws.Open = open
		s.saveWorkspace()
	}
}

// isoWeek names the ISO week of a local time and the instant at which it ends.
func isoWeek(t time.Time) (name string, ends time.Time) {
	year, week := t.ISOWeek()
	name = strconv.Itoa(year) + "-W" + twoDigits(week)
	toMonday := (8 - int(t.Weekday())) % 7
	if toMonday == 0 {
		toMonday = 7
	}
	return name, time.Date(t.Year(), t.Month(), t.Day()+toMonday, 0, 0, 0, 0, t.Location()).UTC()
}

func twoDigits(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}
