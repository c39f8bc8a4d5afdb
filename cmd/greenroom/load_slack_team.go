package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/slack/slackfake"
)

// slackTeam is a team in Slack, and the fake Slack that holds it.
type slackTeam struct {
	loadTeam
	slack  *slackfake.Fake
	server *http.Server
	space  *slackfake.Workspace
	secret string
	token  string
	values []chat.Value // by channel: what the form of its post carries
	signed int          // submissions: each has a trigger of its own
}

// newSlackTeam makes a team with as many answers to give, and serves its Slack on this machine.
func newSlackTeam(answers int) (*slackTeam, error) {
	banks, err := loadBanksOfChannels()
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the stand-in of Slack: %w", err)
	}
	t := &slackTeam{secret: "load", loadTeam: loadTeam{banks: banks}, slack: slackfake.New(slackfake.Config{SigningSecret: "load"})}
	t.slack.ServedAt("http://" + listener.Addr().String())
	t.server = &http.Server{Handler: t.slack.Handler(), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = t.server.Serve(listener) }() // until close
	t.space = t.slack.AddWorkspace(loadWorkspace)
	t.space.AddPerson(slackfake.Person{ID: loadKeeper, Name: "Keeper", Owner: true})
	t.token = t.space.Install("commands", "chat:write", "im:write", "im:history", "users:read")
	for i := range (answers + loadChannels - 1) / loadChannels {
		id := fmt.Sprintf("U%07d", i)
		t.space.AddPerson(slackfake.Person{ID: id, Name: fmt.Sprint("Member ", i), TZ: "Europe/Berlin"})
		t.members = append(t.members, id)
	}
	for i := range loadChannels {
		t.space.AddChannel(channelID(i), fmt.Sprint("prep-", i), false, append(slices.Clone(t.members), loadKeeper, t.space.Bot())...)
	}
	random := rand.New(rand.NewPCG(1, 2))
	t.writeAnswers(random)
	random.Shuffle(len(t.answers), func(i, j int) { t.answers[i], t.answers[j] = t.answers[j], t.answers[i] })
	t.answers = t.answers[:answers]
	return t, nil
}

const (
	loadWorkspace = "T0LOAD"
	loadKeeper    = "U0KEEPER"
)

func channelID(i int) string { return fmt.Sprintf("C%07d", i) }

func (t *slackTeam) close() {
	_ = t.server.Close()
	t.slack.Close()
}

// prepare has a question posted in every channel and answered by one more member, so that all are open.
func (t *slackTeam) prepare(ctx context.Context, address string, connections int) error {
	var lines [][]byte
	for i := range loadChannels {
		lines = append(lines, t.signedRequest(address, "/slack/commands", url.Values{
			"command": {"/greenroom"}, "text": {"setup 9:00 weekdays UTC " + topicOf(i) + " now"},
			"team_id": {loadWorkspace}, "channel_id": {channelID(i)}, "user_id": {loadKeeper},
			"trigger_id": {fmt.Sprintf("1.2.setup%d", i)}, "response_url": {t.slack.API() + "response"},
		}.Encode(), time.Now()))
	}
	if err := awaitLoad(ctx, "the commands are taken", func() error {
		_, err := drive(ctx, address, lines, 1, nil)
		return err
	}); err != nil {
		return err
	}
	for i := range loadChannels {
		if err := awaitLoad(ctx, "there is a question in "+channelID(i), func() error { return t.findPost(i) }); err != nil {
			return err
		}
		one := loadAnswer{channel: i, member: loadKeeper, text: t.banks[i].Questions[0].Answer}
		t.early = append(t.early, one)
		if err := awaitLoad(ctx, "the question in "+channelID(i)+" is open", func() error {
			_, err := drive(ctx, address, t.sign([]loadAnswer{one}, address, time.Now()), 1, gradedInTheForm)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// findPost reads what the form of a channel's post carries from the button that opens it.
func (t *slackTeam) findPost(channel int) error {
	for _, m := range t.space.Messages(channelID(channel)) {
		for _, b := range m.Buttons {
			if v, err := chat.ParseValue(b.Value); err == nil && v.Verb == "answer" {
				v.Look, v.Arg = false, "1"
				t.values, t.posts = append(t.values, v), append(t.posts, v.Post)
				return nil
			}
		}
	}
	return errors.New("no message has a button to answer")
}

// sign makes the requests with which Slack would deliver answers, sent at a time.
func (t *slackTeam) sign(answers []loadAnswer, address string, at time.Time) [][]byte {
	requests := make([][]byte, len(answers))
	for i, a := range answers {
		form := url.Values{"payload": {t.submission(a, at)}}.Encode()
		requests[i] = t.signedRequest(address, "/slack/interactive", form, at)
	}
	return requests
}

func (t *slackTeam) signedRequest(address, path, form string, at time.Time) []byte {
	stamp := strconv.FormatInt(at.Unix(), 10)
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: Slackbot 1.0 (+https://api.slack.com/robots)\r\n"+
		"Accept: application/json,*/*\r\nContent-Type: application/x-www-form-urlencoded\r\n%s: %s\r\n%s: %s\r\nContent-Length: %d\r\n\r\n%s",
		path, address, stampHeader, stamp, signatureHeader, signed([]byte(t.secret), stamp, []byte(form)), len(form), form)
}

// submission is the payload of a form that was sent, with everything that Slack's has.
func (t *slackTeam) submission(a loadAnswer, at time.Time) string {
	channel := channelID(a.channel)
	origin, _ := json.Marshal(map[string]string{"c": channel, "m": channel + "/1.2", "v": t.values[a.channel].Encode()})
	view := "V" + a.member[1:] + channel[1:]
	t.signed++
	plain := func(text string) map[string]any {
		return map[string]any{"type": "plain_text", "text": text, "emoji": true}
	}
	body, err := json.Marshal(map[string]any{
		"type": "view_submission", "token": "legacy", "api_app_id": "A0GREENROOM", "trigger_id": fmt.Sprintf("1.2.%d", t.signed),
		"team": map[string]any{"id": loadWorkspace, "domain": "load"}, "enterprise": nil, "is_enterprise_install": false,
		"user":          map[string]any{"id": a.member, "username": "someone", "name": "someone", "team_id": loadWorkspace},
		"response_urls": []any{},
		"view": map[string]any{
			"id": view, "team_id": loadWorkspace, "type": "modal", "callback_id": "greenroom", "private_metadata": string(origin),
			"blocks": []any{
				map[string]any{"type": "section", "block_id": "intro", "text": map[string]any{
					"type": "mrkdwn", "verbatim": false, "text": t.banks[a.channel].Questions[0].Main}},
				map[string]any{"type": "input", "block_id": "answer", "label": plain("Your answer"), "optional": false, "dispatch_action": false,
					"element": map[string]any{"type": "plain_text_input", "action_id": "answer", "multiline": true, "max_length": 3000}},
			},
			"state": map[string]any{"values": map[string]any{"answer": map[string]any{"answer": map[string]any{"type": "plain_text_input", "value": a.text}}}},
			"hash":  strconv.FormatInt(at.Unix(), 10) + ".cd33ad1f",
			"title": plain("Question 1"), "submit": plain("Send"), "close": plain("Cancel"),
			"clear_on_close": false, "notify_on_close": false, "previous_view_id": nil, "root_view_id": view,
			"app_id": "A0GREENROOM", "external_id": "", "app_installed_team_id": loadWorkspace, "bot_id": "B0GREENROOM",
		},
	})
	if err != nil {
		panic(err) // unreachable: plain data
	}
	return string(body)
}
