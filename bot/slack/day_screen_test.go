package slack_test

import (
	"encoding/json"
	"errors"
	"slices"

	"greenroom/bot/bottest"
	"greenroom/bot/bottest/campaign"
	"greenroom/bot/chat"
	"greenroom/bot/slack/slackfake"
)

// screen is Slack as one member has it before them.
type screen struct {
	team *workspace
	user string
}

// Copies are the messages in which a post stands now.
func (s screen) Copies(p campaign.Post) (copies []campaign.Sight) {
	for _, m := range s.team.space.Messages(p.Channel) {
		if key, page := keyOf(m.Metadata); key == p.Key && page == "1" {
			copies = append(copies, message(m))
		}
	}
	return copies
}

// Private are ephemeral and direct messages and, before all else, the topmost modal.
func (s screen) Private() (all []campaign.Sight) {
	for _, m := range slices.Concat(s.team.space.Ephemerals(s.user), s.team.space.Directs(s.user)) {
		all = append(all, message(m))
	}
	if views := s.team.space.Views(s.user); len(views) > 0 {
		all = append(all, modal(views[len(views)-1]))
	}
	return all
}

func message(m slackfake.Message) campaign.Sight {
	return campaign.Sight{Place: m.Place(), State: m.Channel + "/" + m.TS + " " + m.Plain, Text: m.Plain, Buttons: values(m.Buttons)}
}

func modal(v slackfake.View) campaign.Sight {
	s := campaign.Sight{Place: slackfake.Place{}, State: v.ID + " " + v.Hash, Text: v.Plain, Buttons: values(v.Buttons)}
	var origin struct{ V chat.Value }
	if v.Submit == "" || json.Unmarshal([]byte(v.PrivateMetadata), &origin) != nil {
		return s
	}
	s.Form = &origin.V
	for _, f := range v.Fields {
		field := chat.Field{Name: f.BlockID, Label: f.Label}
		for _, o := range f.Options {
			field.Choices = append(field.Choices, chat.Choice{Label: o.Label, Value: o.Value})
		}
		s.Fields = append(s.Fields, field)
	}
	return s
}

// values are what buttons carry.
func values(buttons []slackfake.Button) (all []chat.Value) {
	for _, b := range buttons {
		if v, err := chat.ParseValue(b.Value); err == nil {
			all = append(all, v)
		}
	}
	return all
}

// Press presses a button.
func (s screen) Press(in campaign.Sight, button chat.Value) error {
	at := in.Place.(slackfake.Place)
	s.team.d.slack.clicks(at)
	return s.team.space.Click(s.user, at, button.Encode())
}

// Send submits the topmost modal.
func (s screen) Send(values map[string][]string) error {
	s.team.d.slack.Moment(submit)
	err := s.team.space.Submit(s.user, values)
	var fields slackfake.FieldErrors
	if errors.As(err, &fields) {
		return campaign.Refused(bottest.ErrorText(fields))
	}
	return err
}

// Reload starts Slack anew.
func (s screen) Reload() { s.team.space.Reload(s.user) }

// Wander opens the home page, asks for something, or writes.
func (s screen) Wander(p campaign.Post, n int) {
	switch {
	case n < 50:
		_ = s.team.space.OpenHome(s.user)
	case n < 80:
		_ = s.team.space.Command(s.user, p.Channel, "/greenroom", []string{"leaderboard", "progress", "help"}[n%3])
	default:
		_ = s.team.space.DM(s.user, "leaderboard")
	}
}
