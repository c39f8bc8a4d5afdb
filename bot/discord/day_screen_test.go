package discord_test

import (
	"errors"
	"slices"
	"strings"
	"time"

	"greenroom/bot/bottest"
	"greenroom/bot/bottest/campaign"
	"greenroom/bot/chat"
	"greenroom/bot/discord/discordfake"
)

// screen is Discord as one member of a guild has it before them.
type screen struct {
	guild *server
	user  string
}

// spot is where something can be pressed, and under which ids.
type spot struct {
	discordfake.Place
	ids map[chat.Value]string
}

// value is what a custom_id of ours carries. In a direct message a guild's name stands before it.
func value(customID string) (chat.Value, bool) {
	if strings.HasPrefix(customID, "@") && len(customID) > 12 {
		customID = customID[12:]
	}
	v, err := chat.ParseValue(customID)
	return v, err == nil
}

// Copies are the messages in which a post stands now.
func (s screen) Copies(p campaign.Post) (copies []campaign.Sight) {
	for _, m := range s.guild.d.tap.fake.Messages(p.Channel) {
		if s.guild.keyOf(m) == p.Key {
			copies = append(copies, sight(m))
		}
	}
	return copies
}

// Private are ephemeral and direct messages, in the order in which they came up or changed, and before all else the form that is open.
func (s screen) Private() (all []campaign.Sight) {
	fake := s.guild.d.tap.fake
	messages := slices.Concat(fake.Ephemerals(s.user), fake.Directs(s.user))
	slices.SortStableFunc(messages, func(a, b discordfake.Message) int { return changed(a).Compare(changed(b)) })
	for _, m := range messages {
		if m.Author == fake.AppID() {
			all = append(all, sight(m))
		}
	}
	if f, open := fake.Form(s.user); open {
		all = append(all, formSight(f))
	}
	return all
}

// changed is when a message last became what it is.
func changed(m discordfake.Message) time.Time {
	if len(m.Edits) > 0 {
		return m.Edits[len(m.Edits)-1]
	}
	return m.At
}

func sight(m discordfake.Message) campaign.Sight {
	at := spot{discordfake.Place{Channel: m.Channel, Message: m.ID}, map[chat.Value]string{}}
	if m.Guild == "" {
		at.Channel = ""
	}
	s := campaign.Sight{Place: at, State: m.ID + " " + m.Plain, Text: m.Plain}
	for _, b := range m.Buttons {
		if v, ok := value(b.CustomID); ok {
			at.ids[v] = b.CustomID
			s.Buttons = append(s.Buttons, v)
		}
	}
	return s
}

func formSight(f discordfake.Form) campaign.Sight {
	s := campaign.Sight{Place: spot{}, State: "form " + f.ID + f.Text, Text: f.Title + "\n" + f.Text}
	if v, ok := value(f.ID); ok {
		s.Form = &v
	}
	for _, field := range f.Fields {
		seen := chat.Field{Name: field.ID, Label: field.Label}
		for _, o := range field.Options {
			seen.Choices = append(seen.Choices, chat.Choice{Label: o.Name, Value: o.Value})
		}
		s.Fields = append(s.Fields, seen)
	}
	return s
}

// Press presses a button.
func (s screen) Press(in campaign.Sight, button chat.Value) error {
	at := in.Place.(spot)
	return s.guild.d.tap.fake.Click(s.user, at.Place, at.ids[button])
}

// Send submits the form that is open.
func (s screen) Send(values map[string][]string) error {
	err := s.guild.d.tap.fake.Submit(s.user, values)
	var fields discordfake.FieldErrors
	if errors.As(err, &fields) {
		return campaign.Refused(bottest.ErrorText(fields))
	}
	return err
}

// Reload starts Discord anew.
func (s screen) Reload() { s.guild.d.tap.fake.Reload(s.user) }

// Wander asks for something, or writes.
func (s screen) Wander(p campaign.Post, n int) {
	line := []string{"leaderboard", "progress", "help"}[n%3]
	if n < 70 {
		_ = s.guild.command(s.user, line)
		return
	}
	_, _ = s.guild.d.tap.fake.DM(s.user, line)
}
