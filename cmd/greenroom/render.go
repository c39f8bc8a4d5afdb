package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"greenroom/bot/chat"
	"greenroom/bot/discord"
	"greenroom/bot/slack"
	"greenroom/content"
)

type render struct {
	Slack   renderSlack   `cmd:"" help:"Print the messages that questions become in Slack."`
	Discord renderDiscord `cmd:"" help:"Print the messages that questions become in Discord."`
}

type renderSlack struct{ rendered }

type renderDiscord struct{ rendered }

// rendered is what is printed.
type rendered struct {
	// ID picks one question. Optional; without it all are printed.
	ID    string   `name:"id" placeholder:"ID" help:"Only the question with this id; bank show lists them."`
	Paths []string `arg:"" name:"path" help:"Bank files, and folders with all *.md below them."`
}

// Run prints the messages as Slack would get them.
func (c renderSlack) Run(std streams) error {
	return c.print(std, scene{"slack:T0GREENROOM", "C0GREENROOM", "U0MEMBER"}, slackBodies)
}

// Run prints the messages as Discord would get them.
func (c renderDiscord) Run(std streams) error {
	return c.print(std, scene{discord.Guild("197038439483310086"), "290926798626357250", "80351110224678912"}, discordBodies)
}

// print writes one JSON array with every message that the questions become, as it would be sent: the post, each follow-up, the result, and what
// a member who answers sees in private (feedback and the full answer), with all pages. What leaves a question out is told on the error stream.
func (c rendered) print(std streams, at scene, draw func([]said) ([]json.RawMessage, error)) error {
	banks, problems, err := loadBanks(c.Paths)
	if err != nil {
		return err
	}
	for _, p := range problems {
		if p.Error {
			fmt.Fprintln(std.err, problemLine(p))
		}
	}
	questions, err := c.chosen(banks)
	if err != nil {
		return err
	}
	var bodies []json.RawMessage
	for _, q := range questions {
		played, err := play(q, at)
		if err != nil {
			return fmt.Errorf("play question %s: %w", q.ID, err)
		}
		drawn, err := draw(played)
		if err != nil {
			return fmt.Errorf("draw question %s: %w", q.ID, err)
		}
		bodies = append(bodies, drawn...)
	}
	out := json.NewEncoder(std.out)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(bodies)
}

// chosen are the questions to print, at least one.
func (c rendered) chosen(banks []*content.Bank) ([]*content.Question, error) {
	var all []*content.Question
	for _, b := range banks {
		for i := range b.Questions {
			all = append(all, &b.Questions[i])
		}
	}
	where := strings.Join(c.Paths, ", ")
	if len(all) == 0 {
		return nil, fmt.Errorf("there is no question in %s; greenroom bank check says why", where)
	}
	if c.ID == "" {
		return all, nil
	}
	i := slices.IndexFunc(all, func(q *content.Question) bool { return q.ID == c.ID })
	if i < 0 {
		return nil, fmt.Errorf("there is no question %q in %s; greenroom bank show lists the ids", c.ID, where)
	}
	return all[i : i+1], nil
}

// slackBodies draws what was said as the bodies that Slack would get. A private reply is drawn as the ephemeral message with which a
// button in the channel is answered.
func slackBodies(played []said) ([]json.RawMessage, error) {
	names := func(m chat.Member) string { return string(m) }
	var bodies []json.RawMessage
	add := func(body any) error {
		raw, err := unescaped(body)
		bodies = append(bodies, raw)
		return err
	}
	for _, s := range played {
		if s.action != nil {
			for _, m := range slack.Messages(*s.action, names) {
				if err := add(m); err != nil {
					return nil, err
				}
			}
			continue
		}
		in := slack.Inbound{Event: s.to, Way: slack.Way{Payload: "block_actions", Response: slack.ResponseURL}}
		answer := slack.Respond(in, s.reply, names, false)
		for _, call := range answer.Calls {
			if err := add(call.Body); err != nil {
				return nil, err
			}
		}
		if answer.Keep != nil { // its first page has been added
			bodies = append(bodies, answer.Keep.Pages[1:]...)
		}
	}
	return bodies, nil
}

// discordBodies draws what was said as the bodies that Discord would get; the files that go with them are only named.
func discordBodies(played []said) ([]json.RawMessage, error) {
	var bodies []json.RawMessage
	for _, s := range played {
		var drawn []any
		if s.action != nil {
			for _, b := range discord.Messages(*s.action) {
				drawn = append(drawn, b)
			}
		} else {
			for _, b := range discord.PrivateMessages(*s.reply.Message, s.to) {
				drawn = append(drawn, b)
			}
		}
		for _, b := range drawn {
			raw, err := unescaped(b)
			if err != nil {
				return nil, err
			}
			bodies = append(bodies, raw)
		}
	}
	return bodies, nil
}

// unescaped is JSON in which < and > stand as they are.
func unescaped(v any) (json.RawMessage, error) {
	var raw bytes.Buffer
	write := json.NewEncoder(&raw)
	write.SetEscapeHTML(false)
	err := write.Encode(v)
	return raw.Bytes(), err
}
