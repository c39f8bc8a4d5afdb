package quiz

import (
	"strings"

	"greenroom/bot/chat"
	"greenroom/bot/when"
)

// setupFeature is the first run: channel, days and time, topics, a preview with the real first question, save.
func setupFeature() feature {
	return feature{
		lines: map[string]command{"setup": {
			usage: "setup", says: "set up the daily question of a channel", choose: setupCommand,
		}},
		looks:  map[string]func(*look) (chat.Reply, error){"setup-form": (*look).setupForm},
		forms:  map[string]func(*step) (chat.Reply, error){"setup": (*step).setupFilled},
		events: map[chat.Kind]func(*step) (chat.Reply, error){chat.Joined: (*step).joined},
	}
}

// setupCommand: without words it explains, with words it reads them as schedule add does; with "now" among them it
// saves at once and posts the first question.
func setupCommand(words []string) command {
	if len(words) == 0 {
		return command{look: func(l *look, _ []string) (chat.Reply, error) { return l.welcome() }}
	}
	return command{step: (*step).setupLine}
}

// welcome explains what will happen and offers the form; who may not set up learns whom to ask.
func (l *look) welcome() (chat.Reply, error) {
	switch {
	case l.ev.Alone:
		return tell(l.sayAlone()), nil
	case !l.manages():
		return tell(l.sayNotSetUp()), nil
	}
	return tell(l.sayWelcome()), nil
}

func (l *look) setupForm() (chat.Reply, error) {
	switch {
	case l.ev.Alone:
		return tell(l.sayAlone()), nil
	case !l.manages():
		return tell(managersOnly()), nil
	}
	return chat.Reply{Form: l.saySetupForm(l.usualZone())}, nil
}

func (s *step) setupLine(words []string) (chat.Reply, error) {
	if !s.manages() {
		return tell(managersOnly()), nil
	}
	now := false
	for _, w := range words {
		now = now || strings.EqualFold(w, "now")
	}
	if now && len(words) < 3 && s.cron == "" {
		words = append([]string{"9:00", "weekdays"}, words...)
	}
	c, problem := s.readSchedule(words)
	if problem != nil {
		return tell(*problem), nil
	}
	if !now {
		return s.propose(c)
	}
	c.FirstNow = true
	if err := s.addSchedule(c); err != nil {
		return chat.Reply{}, err
	}
	return tell(s.sayScheduleSaved(c)), nil
}

// setupFilled takes the form: what cannot be read is told at its field, and nothing is lost.
func (s *step) setupFilled() (chat.Reply, error) {
	if !s.manages() {
		return tell(managersOnly()), nil
	}
	value := func(name string) string { return strings.TrimSpace(s.ev.Field(name)) }
	errs := map[string]string{}
	var words []string
	if _, _, ok := when.ParseClock(value("time")); ok {
		words = append(words, value("time"))
	} else {
		errs["time"] = timeNeeded()
	}
	if _, ok := when.ParseDays(value("days")); ok {
		words = append(words, fields(value("days"))...)
	} else {
		errs["days"] = daysNeeded()
	}
	if _, err := when.Zone(value("zone")); err == nil {
		words = append(words, value("zone"))
	} else {
		errs["zone"] = sentence(err.Error())
	}
	topics := fields(value("topics"))
	if _, err := s.banks.Select(joined(s.banks, topics)); err != nil {
		errs["topics"] = s.topicsNeeded()
	}
	channel := "#" + s.ev.Value.Post // the form was opened in the channel
	if s.ev.Value.Post == "" {
		channel = value("channel")
	}
	if _, ok := channelOf(channel); !ok {
		errs["channel"] = channelNeeded()
	}
	if len(errs) > 0 {
		return refuse(errs, "Set it up", chat.Value{Look: true, Verb: "setup-form", Post: s.ev.Value.Post}), nil
	}
	c, problem := s.readSchedule(append(append(words, topics...), channel))
	if problem != nil {
		return tell(*problem), nil
	}
	return s.propose(c)
}

// joined greets a channel that the bot was invited to, once, unless it is known why it was invited.
func (s *step) joined() (chat.Reply, error) {
	expected, err := s.expected()
	if err != nil || expected {
		return chat.Reply{}, err
	}
	if s.ev.Text != "" {
		return s.said()
	}
	return chat.Reply{}, s.send(chat.Action{
		Key: chat.Key(s.ref("greet", string(s.ev.Channel))), Do: chat.Post, Channel: s.ev.Channel,
		Message: s.sayGreeting(), Until: s.ev.At.Add(grace),
	})
}

// expected tells whether the bot was invited for a schedule: one that is in that channel or moves there, one that the inviter is
// about to save there, or one of theirs that is in trouble and wants another channel.
func (l *look) expected() (bool, error) {
	all, err := l.schedules("")
	if err != nil {
		return false, err
	}
	for _, c := range all {
		moves := c.Moving != nil && c.Moving.To == l.ev.Channel
		if c.Channel == l.ev.Channel || moves || c.Trouble != nil && c.Keeper == l.ev.Member {
			return true, nil
		}
	}
	m, err := l.member(l.ev.Member)
	return l.ev.Member != "" && m.Draft != nil && m.Draft.Schedule.Channel == l.ev.Channel, err
}
