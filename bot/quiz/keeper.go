package quiz

import (
	"cmp"
	"slices"
	"time"

	"greenroom/bot/chat"
)

// Records:
//
//	workspace/told/ID    told: a notice on its way to a keeper, kept until it has arrived
//
// Timers:
//
//	workspace/trouble/S   a schedule has been in trouble for seven days
//
// Actions:
//
//	workspace/notice/…    a direct message to a keeper

// trouble is a schedule's: the keeper is told once, after seven days, and when it works again.
type trouble struct {
	Since  time.Time   `json:"since"`
	Reason chat.Reason `json:"reason"`
	Post   string      `json:"post,omitempty"`
}

// notice is what could not be told to a keeper by direct message: the next manager who uses a command sees it on top.
type notice struct {
	Key     chat.Key     `json:"key"`
	Message chat.Message `json:"message"`
}

// troubleAgain is after how long the keeper is told of a trouble for the second and last time.
const troubleAgain = 7 * day

func keeperFeature() feature {
	return feature{
		clicks: map[string]func(*step) (chat.Reply, error){
			"try-again":  withSchedule((*step).tryAgain),
			"understood": (*step).understood,
		},
		timers: map[string]func(*step, []string) error{"trouble": (*step).troubleLasts},
		sent:   map[string]func(*step, []string) error{"notice": (*step).noticeSent},
		failed: map[string]func(*step, []string) error{"notice": (*step).noticeFailed},
		events: map[chat.Kind]func(*step) (chat.Reply, error){chat.Left: (*step).left},
	}
}

// told is a notice on its way.
type told struct {
	To      chat.Member  `json:"to"`
	Message chat.Message `json:"message"`
}

// notify tells a member something by direct message; what does not arrive is shown to the next manager.
func (s *step) notify(to chat.Member, key chat.Key, m chat.Message) error {
	if to == "" || !s.ws.Asleep.IsZero() {
		return nil
	}
	save(s.d, s.ref("told", digest(string(key))), told{to, m})
	return s.send(chat.Action{Key: key, Do: chat.Direct, Member: to, Message: m, Until: s.ev.At.Add(day), Tell: true})
}

func (s *step) noticeSent([]string) error {
	s.d.Delete(s.ref("told", digest(string(s.ev.Key))))
	return nil
}

// noticesKept is how many notices wait for a manager at most; older ones give way.
const noticesKept = 5

func (s *step) noticeFailed([]string) error {
	ref := s.ref("told", digest(string(s.ev.Key)))
	t, err := load[told](s.v, ref)
	if err != nil || t == nil {
		return err
	}
	s.d.Delete(ref)
	if err := s.unreachable(t.To); err != nil {
		return err
	}
	s.ws.Notices = append(s.ws.Notices, notice{s.ev.Key, t.Message})
	s.ws.Notices = s.ws.Notices[max(0, len(s.ws.Notices)-noticesKept):]
	s.saveWorkspace()
	return nil
}

// withNotices puts the oldest of what no keeper could be told on top of a manager's reply.
func (l *look) withNotices(r chat.Reply) chat.Reply {
	if len(l.ws.Notices) == 0 || !l.manages() || r.Message == nil {
		return r
	}
	m := sayNotice(l.ws.Notices[0], len(l.ws.Notices)-1)
	m.Blocks = append(m.Blocks, r.Message.Blocks...)
	m.Buttons = distinct(append(m.Buttons, r.Message.Buttons...))
	m.After = slices.Concat(m.After, r.Message.After)
	r.Message = &m
	return r
}

func (s *step) understood() (chat.Reply, error) {
	if !s.manages() {
		return tell(managersOnly()), nil
	}
	s.ws.Notices = slices.DeleteFunc(slices.Clone(s.ws.Notices), func(n notice) bool { return digest(string(n.Key)) == s.ev.Value.Arg })
	s.saveWorkspace()
	return turn(understood()), nil
}

// troubled marks the schedule of a post that could not be delivered, and tells its keeper.
func (s *step) troubled(p *post, reason chat.Reason) error {
	if p.Schedule == "" {
		return nil
	}
	c, err := s.schedule(p.Schedule)
	if err != nil || c == nil {
		return err
	}
	return s.trouble(c, p, reason)
}

func (s *step) trouble(c *schedule, p *post, reason chat.Reason) error {
	first := c.Trouble == nil
	if first {
		c.Trouble = &trouble{Since: s.ev.At}
		s.wake(s.ev.At.Add(troubleAgain), chat.ChannelRoom(c.Channel), c.Channel, "trouble", c.ID)
	}
	c.Trouble.Reason = reason
	name := "left-" + stamp(s.ev.At)
	if p != nil {
		c.Trouble.Post, name = p.ID, p.ID
	}
	s.saveSchedule(c)
	if p != nil && p.By != "" && (!first || p.By != c.Keeper) {
		if err := s.notify(p.By, chat.Key(s.ref("notice", "refused", p.ID)), s.sayStillRefused(c, first)); err != nil {
			return err
		}
	}
	if !first {
		return nil
	}
	others, err := s.otherChannels(c)
	if err != nil {
		return err
	}
	return s.notify(c.Keeper, chat.Key(s.ref("notice", "trouble", c.ID, name)), s.sayTrouble(c, p, others))
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// calm ends a schedule's trouble; the caller saves it.
func (s *step) calm(c *schedule) {
	if c.Trouble != nil {
		c.Trouble = nil
		s.wake(time.Time{}, chat.ChannelRoom(c.Channel), c.Channel, "trouble", c.ID)
	}
}

// tryAgain posts by hand where a schedule is in trouble. The keeper is told of a trouble only once, so a second refusal
// is told to whoever tried.
func (s *step) tryAgain(c *schedule) (chat.Reply, error) {
	if c.Trouble == nil {
		return tell(s.sayNoTrouble(c)), nil
	}
	return s.postNow(c, "again-"+cmp.Or(c.Trouble.Post, stamp(c.Trouble.Since)))
}

// otherChannels is how many other channels have a schedule that works.
func (l *look) otherChannels(c *schedule) (int, error) {
	all, err := l.schedules("")
	seen := map[chat.Channel]bool{c.Channel: true}
	n := 0
	for _, o := range all {
		if o.Trouble == nil && o.State == scheduleActive && !seen[o.Channel] {
			seen[o.Channel] = true
			n++
		}
	}
	return n, err
}

func (s *step) troubleLasts(ids []string) error {
	c, err := s.schedule(ids[0])
	if err != nil || c == nil || c.Trouble == nil {
		return err
	}
	key := chat.Key(s.ref("notice", "still", c.ID, stamp(c.Trouble.Since)))
	return s.notify(c.Keeper, key, s.sayStillTrouble(c))
}

// recovered tells the keeper that a schedule in trouble works again.
func (s *step) recovered(p *post) error {
	c, err := s.schedule(p.Schedule)
	if p.Schedule == "" || err != nil || c == nil || c.Trouble == nil {
		return err
	}
	s.calm(c)
	s.saveSchedule(c)
	return s.notify(c.Keeper, chat.Key(s.ref("notice", "again", p.ID)), s.sayWorksAgain(c, p))
}

// left marks the schedules of a channel that the bot was taken out of, or that is closed.
func (s *step) left() (chat.Reply, error) {
	all, err := s.schedules(s.ev.Channel)
	if err != nil {
		return chat.Reply{}, err
	}
	for _, c := range all {
		if c.State != scheduleActive || c.Trouble != nil {
			continue
		}
		if err := s.trouble(c, nil, cmp.Or(s.ev.Reason, chat.ReasonGone)); err != nil {
			return chat.Reply{}, err
		}
	}
	return chat.Reply{}, nil
}
