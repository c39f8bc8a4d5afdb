package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/discord/discordfake"
)

// loadGuild is a guild in a fake Discord of its own, in which one bot is.
type loadGuild struct {
	fake    *discordfake.Fake
	server  *http.Server
	members []string
}

const (
	loadGuildID      = "1000000000000000001"
	loadGuildKeeper  = "1000000000000000002"
	loadToken        = "MTEwMDAwMDAwMDAwMDAwMDAwMQ.load.token"
	firstLoadChannel = 1000000000000100000
	firstLoadMember  = 1000000000001000000
)

func guildChannel(i int) string { return strconv.Itoa(firstLoadChannel + i) }

// newLoadGuild makes a guild with so many members besides its keeper, and serves its Discord on this machine.
func newLoadGuild(members int) (*loadGuild, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the stand-in of Discord: %w", err)
	}
	g := &loadGuild{fake: discordfake.New(discordfake.Config{
		Token: loadToken, Forget: true, Gateway: discordfake.Gateway{Buffer: 1000}, Interactions: discordfake.Interactions{Token: time.Minute},
	})}
	g.fake.ServedAt("http://" + listener.Addr().String())
	g.server = &http.Server{Handler: g.fake.Handler(), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = g.server.Serve(listener) }() // until close
	guild := g.fake.AddGuild(loadGuildID)
	guild.AddMember(discordfake.Person{ID: loadGuildKeeper, Name: "Keeper", ManageGuild: true})
	for i := range members {
		id := strconv.Itoa(firstLoadMember + i)
		guild.AddMember(discordfake.Person{ID: id, Name: fmt.Sprint("Member ", i)})
		g.members = append(g.members, id)
	}
	for i := range loadChannels {
		guild.AddChannel(discordfake.Channel{ID: guildChannel(i), Name: fmt.Sprint("prep-", i)})
	}
	guild.Install()
	return g, nil
}

func (g *loadGuild) close() {
	g.fake.Close()
	_ = g.server.Close()
}

// answerable is a message with a button that opens the form of an answer.
type answerable struct {
	place  discordfake.Place
	button string // custom_id
}

// open is somebody opening the form of a message.
func (g *loadGuild) open(member string, m answerable) error {
	if err := g.fake.Click(member, m.place, m.button); err != nil {
		return fmt.Errorf("a click on a button that opens a form: %w", err)
	}
	return nil
}

// submit is somebody sending the form that they have open. It returns once the bot has responded.
func (g *loadGuild) submit(member, text string) error {
	if err := g.fake.Submit(member, map[string][]string{"answer": {text}}); err != nil {
		return fmt.Errorf("an answer: %w", err)
	}
	return nil
}

// feedback takes what somebody was told last off their screen.
func (g *loadGuild) feedback(member string) (discordfake.Message, error) {
	seen := g.fake.Ephemerals(member)
	g.fake.Reload(member)
	if len(seen) == 0 || !strings.Contains(seen[len(seen)-1].Plain, "I found ") {
		return discordfake.Message{}, fmt.Errorf("an answer is not graded: %v", seen)
	}
	return seen[len(seen)-1], nil
}

// meter does something and notes what it took.
type meter func(do func() (turn, error)) error

// unmetered does it only.
func unmetered(do func() (turn, error)) error {
	_, err := do()
	return err
}

// turn has members answer, each once, so many at a time. Forms are opened before; what they were told is given back.
func (g *loadGuild) turn(
	ctx context.Context, answers []loadAnswer, to func(channel int) answerable, atATime int, metered meter,
) ([]discordfake.Message, error) {
	if _, err := takeTurn(ctx, len(answers), atATime, func(_, i int) error { return g.open(answers[i].member, to(answers[i].channel)) }); err != nil {
		return nil, err
	}
	if err := metered(func() (turn, error) {
		return takeTurn(ctx, len(answers), atATime, func(_, i int) error { return g.submit(answers[i].member, answers[i].text) })
	}); err != nil {
		return nil, err
	}
	told := make([]discordfake.Message, len(answers))
	for i, a := range answers {
		var err error
		if told[i], err = g.feedback(a.member); err != nil {
			return nil, err
		}
	}
	return told, nil
}

// findAnswerable finds the message in a channel with a button that opens a form.
func (g *loadGuild) findAnswerable(channel string) (answerable, discordfake.Message, chat.Value, error) {
	for _, m := range g.fake.Messages(channel) {
		for _, b := range m.Buttons {
			if v, err := chat.ParseValue(b.CustomID); err == nil && v.Verb == "answer" {
				return answerable{discordfake.Place{Channel: channel, Message: m.ID}, b.CustomID}, m, v, nil
			}
		}
	}
	return answerable{}, discordfake.Message{}, chat.Value{}, errors.New("no message has a button to answer")
}

// sayable is a message as a bot sends it that says the same.
func sayable(m discordfake.Message) (loadMessage, error) {
	var said loadMessage
	if err := json.Unmarshal(m.Raw, &said); err != nil {
		return loadMessage{}, fmt.Errorf("read a message: %w", err)
	}
	return said, nil
}

// typical is the message whose size is the nearest to the average.
func typical(messages []discordfake.Message) discordfake.Message {
	sum := 0
	for _, m := range messages {
		sum += len(m.Raw)
	}
	off := func(m discordfake.Message) int {
		return max(len(m.Raw)*len(messages)-sum, sum-len(m.Raw)*len(messages))
	}
	return slices.MinFunc(messages, func(a, b discordfake.Message) int { return off(a) - off(b) })
}
