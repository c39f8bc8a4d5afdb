package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/quiz"
	"greenroom/bot/slack/slackfake"
	"greenroom/content"
	"greenroom/content/library"
	"greenroom/store"
	"greenroom/store/bolt"
)

// loadChannels is how many channels the team has. Each has a post of its own, open during the whole run.
const loadChannels = 60

// loadTeam is a Slack workspace whose members answer the posts of its channels, every member each post once, and the
// fake Slack that holds it.
type loadTeam struct {
	slack   *slackfake.Fake
	server  *http.Server
	space   *slackfake.Workspace
	secret  string
	token   string
	members []string
	banks   []*content.Bank
	values  []chat.Value // by channel: what the form of its post carries
	answers []loadAnswer // in the order in which they are sent
	early   []loadAnswer // sent before anything is measured
	signed  int          // submissions: each has a trigger of its own
}

// loadAnswer is one member's answer to the main part of one channel's post.
type loadAnswer struct {
	channel int
	member  string
	text    string
}

// newLoadTeam makes a team with as many answers to give, and serves its Slack on this machine.
func newLoadTeam(answers int) (*loadTeam, error) {
	banks, err := loadBanksOfChannels()
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the stand-in of Slack: %w", err)
	}
	t := &loadTeam{secret: "load", banks: banks, slack: slackfake.New(slackfake.Config{SigningSecret: "load"})}
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
	t.writeAnswers(answers)
	return t, nil
}

const (
	loadWorkspace = "T0LOAD"
	loadKeeper    = "U0KEEPER"
)

func channelID(i int) string { return fmt.Sprintf("C%07d", i) }

func (t *loadTeam) close() {
	_ = t.server.Close()
	t.slack.Close()
}

// loadBanksOfChannels has a bank for each channel: the library's questions, each in words of its own, because a member
// scores with a question once, wherever it is asked.
func loadBanksOfChannels() ([]*content.Bank, error) {
	shipped, problems := library.Banks()
	if len(shipped) == 0 || len(problems) > 0 {
		return nil, fmt.Errorf("the library cannot be read: %v", problems)
	}
	var all []content.Question
	for _, b := range shipped {
		all = append(all, b.Questions...)
	}
	var banks []*content.Bank
	for i := range loadChannels {
		q := all[i%len(all)]
		q.Bank = topicOf(i)
		q.ID, q.Topic, q.Tags = q.Bank+"/only", q.Bank, nil
		q.Main += fmt.Sprintf(" Say it for project %d.", i)
		banks = append(banks, &content.Bank{Name: q.Bank, Lang: q.Lang, Questions: []content.Question{q}})
	}
	return banks, nil
}

func topicOf(channel int) string { return fmt.Sprint("project", channel) }

// writeAnswers makes what members will say: two to four of the key points in the bank's words, amid words of their own.
func (t *loadTeam) writeAnswers(n int) {
	random := rand.New(rand.NewPCG(1, 2))
	for m, member := range t.members {
		for c, bank := range t.banks {
			points := bank.Questions[0].KeyPoints
			said := []string{fmt.Sprintf("As member %d I would put it like this.", m)}
			for _, i := range random.Perm(len(points))[:min(len(points), 2+random.IntN(3))] {
				said = append(said, points[i].Text)
			}
			one := loadAnswer{channel: c, member: member, text: strings.Join(said, " ")}
			t.answers = append(t.answers, one)
		}
	}
	random.Shuffle(len(t.answers), func(i, j int) { t.answers[i], t.answers[j] = t.answers[j], t.answers[i] })
	t.answers = t.answers[:n]
}

// prepare has a question posted in every channel and answered by one more member, so that all are open.
func (t *loadTeam) prepare(ctx context.Context, address string, connections int) error {
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

// awaitLoad tries something until it works, for half a minute.
func awaitLoad(ctx context.Context, what string, try func() error) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		err := try()
		if err == nil {
			return nil
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("waited until %s: %w", what, err)
		}
	}
}

// findPost reads what the form of a channel's post carries from the button that opens it.
func (t *loadTeam) findPost(channel int) error {
	for _, m := range t.space.Messages(channelID(channel)) {
		for _, b := range m.Buttons {
			if v, err := chat.ParseValue(b.Value); err == nil && v.Verb == "answer" {
				v.Look, v.Arg = false, "1"
				t.values = append(t.values, v)
				return nil
			}
		}
	}
	return errors.New("no message has a button to answer")
}

// sign makes the requests with which Slack would deliver answers, sent at a time.
func (t *loadTeam) sign(answers []loadAnswer, address string, at time.Time) [][]byte {
	requests := make([][]byte, len(answers))
	for i, a := range answers {
		form := url.Values{"payload": {t.submission(a, at)}}.Encode()
		requests[i] = t.signedRequest(address, "/slack/interactive", form, at)
	}
	return requests
}

func (t *loadTeam) signedRequest(address, path, form string, at time.Time) []byte {
	stamp := strconv.FormatInt(at.Unix(), 10)
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: Slackbot 1.0 (+https://api.slack.com/robots)\r\n"+
		"Accept: application/json,*/*\r\nContent-Type: application/x-www-form-urlencoded\r\n%s: %s\r\n%s: %s\r\nContent-Length: %d\r\n\r\n%s",
		path, address, stampHeader, stamp, signatureHeader, signed([]byte(t.secret), stamp, []byte(form)), len(form), form)
}

// submission is the payload of a form that was sent, with everything that Slack's has.
func (t *loadTeam) submission(a loadAnswer, at time.Time) string {
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

// audit compares the store with what was sent: each answer once, and boards that are the sum of the attempts.
func (t *loadTeam) audit(ctx context.Context, file string) error {
	db, err := bolt.Open(file, bolt.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer db.Close()
	workspace := chat.Workspace("slack:" + loadWorkspace)
	if err := quiz.Audit(store.NewReader(ctx, db), workspace); err != nil {
		return err
	}
	kept := map[string]string{} // text by member and post
	records, err := db.List(ctx, store.Prefix(string(workspace), "attempt"), "", len(t.answers)+len(t.early)+1)
	if err != nil {
		return err
	}
	for _, r := range records {
		var attempt struct {
			Post, Member string
			Parts        map[int]struct{ Text string }
		}
		if err := json.Unmarshal(r.Bytes[1:], &attempt); err != nil {
			return fmt.Errorf("%s: %w", r.Ref, err)
		}
		kept[attempt.Member+" "+attempt.Post] = attempt.Parts[0].Text
	}
	if len(kept) != len(t.answers)+len(t.early) {
		return fmt.Errorf("%d answers were sent and %d are kept", len(t.answers)+len(t.early), len(kept))
	}
	for _, a := range slices.Concat(t.answers, t.early) {
		if kept[a.member+" "+t.values[a.channel].Post] != a.text {
			return fmt.Errorf("the answer of %s in %s is not kept", a.member, channelID(a.channel))
		}
	}
	return nil
}
