package quiz

import (
	"strings"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/when"
)

// Actions:
//
//	workspace/announce/ID/N   tells a channel that a schedule moves there; its delivery moves it

// moving is a schedule on its way into another channel: until its announcement stands there, it stays where it is.
type moving struct {
	To   chat.Channel `json:"to"`
	Name string       `json:"name"` // of the announcement
}

// changeFeature gives a schedule other days, another time or another channel. It keeps its id.
func changeFeature() feature {
	return feature{
		looks: map[string]func(*look) (chat.Reply, error){
			"move-form": lookAtSchedule(func(l *look, c *schedule) (chat.Reply, error) { return chat.Reply{Form: sayMoveForm(c)}, nil }),
			"days-form": lookAtSchedule((*look).daysForm),
		},
		forms: map[string]func(*step) (chat.Reply, error){
			"move": withSchedule((*step).move),
			"days": withSchedule((*step).daysChosen),
		},
	}
}

// lookAtSchedule is withSchedule for what only reads.
func lookAtSchedule(f func(*look, *schedule) (chat.Reply, error)) func(*look) (chat.Reply, error) {
	return func(l *look) (chat.Reply, error) {
		c, err := l.schedule(l.ev.Value.Post)
		switch {
		case err != nil:
			return chat.Reply{}, err
		case c == nil:
			return tell(noLongerOpen()), nil
		case !l.mayChange(c):
			return tell(managersOnly()), nil
		}
		return f(l, c)
	}
}

func (l *look) daysForm(c *schedule) (chat.Reply, error) {
	spec, err := c.spec()
	if err != nil {
		return chat.Reply{}, err
	}
	days, clock := daysAndClock(spec, l.ev.At)
	return chat.Reply{Form: sayDaysForm(c, days, clock)}, nil
}

// daysAndClock are the words of a schedule's days and time, as its form and schedule add take them. A cron expression has
// no days that could be said so.
func daysAndClock(spec when.Spec, now time.Time) (days, clock string) {
	days, _, _ = strings.Cut(spec.String(), " at ")
	if _, ok := when.ParseDays(days); !ok {
		days = ""
	}
	if next, ok := spec.Next(now); ok {
		_, clock, _ = strings.Cut(next.Nominal, "T")
	}
	return days, clock
}

func (s *step) daysChosen(c *schedule) (chat.Reply, error) {
	days, okDays := when.ParseDays(s.ev.Field("days"))
	hour, minute, okTime := when.ParseClock(s.ev.Field("time"))
	errs := map[string]string{}
	if !okDays {
		errs["days"] = daysNeeded()
	}
	if !okTime {
		errs["time"] = timeNeeded()
	}
	if len(errs) > 0 {
		return refuse(errs, "Change the days", chat.Value{Look: true, Verb: "days-form", Post: c.ID}), nil
	}
	return s.changeTimes(c, days, hour, minute)
}

// scheduleChange is schedule change s1 mon,wed 10:00: what is not named stays.
func (s *step) scheduleChange(words []string) (chat.Reply, error) {
	id := words[:min(1, len(words))]
	if len(id) > 0 && !strings.HasPrefix(strings.ToLower(id[0]), "s") || number(join(id)) == 0 {
		id = nil // the only schedule there is
	}
	c, instead, err := s.named(id)
	switch {
	case err != nil || c == nil:
		return chat.Reply{Message: instead}, err
	case !s.mayChange(c):
		return tell(managersOnly()), nil
	}
	spec, err := c.spec()
	if err != nil {
		return chat.Reply{}, err
	}
	dayWords, clock := daysAndClock(spec, s.ev.At)
	var named []string
	for _, w := range words[len(id):] {
		if _, _, ok := when.ParseClock(w); ok {
			clock = w
			continue
		}
		named = append(named, w)
	}
	if len(named) > 0 {
		dayWords = join(named)
	}
	days, okDays := when.ParseDays(dayWords)
	hour, minute, okTime := when.ParseClock(clock)
	if !okDays || !okTime || len(words) == len(id) {
		return tell(s.sayChangeNeeds(c, cut(join(words), 120))), nil
	}
	return s.changeTimes(c, days, hour, minute)
}

func (s *step) changeTimes(c *schedule, days []time.Weekday, hour, minute int) (chat.Reply, error) {
	old, err := c.spec()
	if err != nil {
		return chat.Reply{}, err
	}
	spec, err := when.At(hour, minute, days, old.Zone())
	if err != nil {
		return chat.Reply{}, err // unreachable: the days and the time were read
	}
	c.When, c.Keeper, c.Silent = spec.Encode(), s.ev.Member, 0
	if c.State == scheduleActive {
		if err := s.arm(c, s.ev.At); err != nil {
			return chat.Reply{}, err
		}
	}
	s.saveSchedule(c)
	return tell(s.sayTimesChanged(c, spec)), nil
}

// move gives a schedule another channel, which is announced there first.
func (s *step) move(c *schedule) (chat.Reply, error) {
	to, ok := channelOf(s.ev.Field("channel"))
	switch {
	case !ok || to == c.Channel:
		return refuse(map[string]string{"channel": channelNeeded()}, "Use another channel",
			chat.Value{Look: true, Verb: "move-form", Post: c.ID}), nil
	case c.State == schedulePending:
		return tell(s.sayScheduleSaved(c)), nil
	case c.Moving != nil && c.Moving.To == to:
		return tell(s.sayMoving(c)), nil
	}
	spec, err := c.spec()
	if err != nil {
		return chat.Reply{}, err
	}
	c.Moving, c.Keeper = &moving{to, short(s.ev.ID.Name)}, s.ev.Member
	s.saveSchedule(c)
	return tell(s.sayMoving(c)), s.send(chat.Action{
		Key: chat.Key(s.ref("announce", c.ID, c.Moving.Name)), Do: chat.Post, Channel: to, Tell: true,
		Message: s.sayAnnouncement(c, spec), Until: s.ev.At.Add(grace),
	})
}

// moved moves a schedule: its new channel can be written to.
func (s *step) moved(c *schedule, name string) error {
	if c.Moving == nil || c.Moving.Name != name {
		return nil
	}
	s.calm(c)
	c.Channel, c.Silent, c.Moving = c.Moving.To, 0, nil
	if c.State == scheduleActive {
		if err := s.arm(c, s.ev.At); err != nil {
			return err
		}
	}
	s.saveSchedule(c)
	return nil
}

// notMoved leaves a schedule where it is, and tells who wanted to move it what to do.
func (s *step) notMoved(c *schedule, name string) error {
	if c.Moving == nil || c.Moving.Name != name {
		return nil
	}
	to := c.Moving.To
	c.Moving = nil
	s.saveSchedule(c)
	return s.notify(c.Keeper, chat.Key(s.ref("notice", "move", c.ID, name)), s.sayNotMoved(c, to, s.ev.Reason))
}
