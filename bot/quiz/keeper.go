package quiz

import (
	"time"

	"greenroom/bot/chat"
)

// Records:
//
//	workspace/told/ID    chat.Message: a notice on its way to a keeper, kept until it has arrived
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
		looks: map[string]func(*look) (chat.Reply, error){"move-form": (*look).moveForm},
		clicks: map[string]func(*step) (chat.Reply, error){
			"try-again":  func(s *step) (chat.Reply, error) { return s.scheduleRun([]string{s.ev.Value.Post}) },
			"understood": (*step).understood,
		},
		forms:  map[string]func(*step) (chat.Reply, error){"move": (*step).move},
		timers: map[string]func(*step, []string) error{"trouble": (*step).troubleLasts},
		sent:   map[string]func(*step, []string) error{"notice": (*step).noticeSent},
		failed: map[string]func(*step, []string) error{"notice": (*step).noticeFailed},
		events: map[chat.Kind]func(*step) (chat.Reply, error){chat.Left: (*step).left},
	}
}

// notify tells a member something by direct message; what does not arrive is shown to the next manager.
func (s *step) notify(to chat.Member, key chat.Key, m chat.Message) error {
	if to == "" {
		return nil
	}
	save(s.d, s.ref("told", digest(string(key))), m)
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
	m, err := load[chat.Message](s.v, ref)
	if err != nil || m == nil {
		return err
	}
	s.d.Delete(ref)
	s.ws.Notices = append(s.ws.Notices, notice{s.ev.Key, *m})
	s.ws.Notices = s.ws.Notices[max(0, len(s.ws.Notices)-noticesKept):]
	s.saveWorkspace()
	return nil
}

// withNotices puts what no keeper could be told on top of a manager's reply.
func (l *look) withNotices(r chat.Reply) chat.Reply {
	if len(l.ws.Notices) == 0 || !l.manages() || r.Message == nil {
		return r
	}
	top := sayNotices(l.ws.Notices)
	m := *r.Message
	m.Blocks = append(top.Blocks, m.Blocks...)
	m.Buttons = append(top.Buttons, m.Buttons...)
	if m.Check() != nil {
		m = top // both together are too much: trouble first, the command can be repeated
	}
	r.Message = &m
	return r
}

func (s *step) understood() (chat.Reply, error) {
	if !s.manages() {
		return tell(managersOnly()), nil
	}
	s.ws.Notices = nil
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
	if c.Trouble != nil {
		return nil
	}
	c.Trouble = &trouble{Since: s.ev.At, Reason: reason}
	name := "left"
	if p != nil {
		c.Trouble.Post, name = p.ID, p.ID
	}
	s.saveSchedule(c)
	s.wake(s.ev.At.Add(troubleAgain), chat.ChannelRoom(c.Channel), c.Channel, "trouble", c.ID)
	others, err := s.otherChannels(c)
	if err != nil {
		return err
	}
	return s.notify(c.Keeper, chat.Key(s.ref("notice", "trouble", c.ID, name)), s.sayTrouble(c, p, others))
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
	key := chat.Key(s.ref("notice", "still", c.ID, c.Trouble.Since.UTC().Format(time.RFC3339)))
	return s.notify(c.Keeper, key, s.sayStillTrouble(c))
}

// recovered tells the keeper that a schedule in trouble works again.
func (s *step) recovered(p *post) error {
	c, err := s.schedule(p.Schedule)
	if p.Schedule == "" || err != nil || c == nil || c.Trouble == nil {
		return err
	}
	c.Trouble = nil
	s.saveSchedule(c)
	s.wake(time.Time{}, chat.ChannelRoom(c.Channel), c.Channel, "trouble", c.ID)
	return s.notify(c.Keeper, chat.Key(s.ref("notice", "again", p.ID)), s.sayWorksAgain(c, p))
}

// left marks the schedules of a channel that the bot was taken out of.
func (s *step) left() (chat.Reply, error) {
	all, err := s.schedules(s.ev.Channel)
	if err != nil {
		return chat.Reply{}, err
	}
	for _, c := range all {
		if err := s.trouble(c, nil, chat.ReasonGone); err != nil {
			return chat.Reply{}, err
		}
	}
	return chat.Reply{}, nil
}

func (l *look) moveForm() (chat.Reply, error) {
	c, err := l.schedule(l.ev.Value.Post)
	if err != nil || c == nil {
		return tell(noLongerOpen()), err
	}
	return chat.Reply{Form: sayMoveForm(c)}, nil
}

// move gives a schedule another channel, which is announced there first.
func (s *step) move() (chat.Reply, error) {
	c, err := s.schedule(s.ev.Value.Post)
	switch {
	case err != nil || c == nil:
		return tell(noLongerOpen()), err
	case !s.manages():
		return tell(managersOnly()), nil
	}
	to, ok := channelOf(s.ev.Field("channel"))
	if !ok {
		return refuse(map[string]string{"channel": channelNeeded()}, "Use another channel",
			chat.Value{Look: true, Verb: "move-form", Post: c.ID}), nil
	}
	s.disarm(c)
	s.wake(time.Time{}, chat.ChannelRoom(c.Channel), c.Channel, "trouble", c.ID)
	s.d.Delete(s.scheduleRef(c.ID))
	next := *c
	next.Channel, next.Trouble, next.Silent = to, nil, 0
	if err := s.addSchedule(&next); err != nil {
		return chat.Reply{}, err
	}
	return tell(s.sayScheduleSaved(&next)), nil
}
