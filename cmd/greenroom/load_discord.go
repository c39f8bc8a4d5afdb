package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"syscall"

	"greenroom/bot/discord/discordfake"
)

// loadDiscord drives two bots in turn, each a process of its own on this machine. One is Greenroom as Discord sees it: gateway,
// adapter, shell, engine and store; each interaction is a submitted form with an answer, which is graded, committed with its points and
// responded to. The other is the least that a bot of discord.js does.
type loadDiscord struct {
	// AtATime is how many interactions are under way at a time. Optional; defaults to 32.
	AtATime int `default:"32" placeholder:"32" help:"Interactions that are under way at a time (default 32)."`
	// Members is how many people answer, each in 60 channels. Optional; defaults to 400.
	Members int `default:"400" placeholder:"400" help:"People who answer, each in 60 channels (default 400)."`
	// Packages is the folder in which discord.js is installed. Optional; defaults to that of the fake Discord's own checks.
	Packages string `default:"bot/discord/discordfake/npm" placeholder:"FOLDER" help:"Folder in which discord.js is installed (default bot/discord/discordfake/npm)."`
	// Profile is the file that gets a CPU profile of Greenroom while it is measured. Optional.
	Profile string `placeholder:"FILE" help:"Write a CPU profile of Greenroom to FILE."`
}

// Help defines what is measured.
func (loadDiscord) Help() string {
	return `Two bots, each a process of its own, are connected by gateway, each to a stand-in for Discord, and get the same interactions in turn: in
each of 58 turns every member sends a form with an answer.

Greenroom: the answer is read, graded, committed with its points, its seen mark and the edit of the post's counter, and responded to with
the feedback.

discord.js: responds with the feedback that is nearest to the average in size, and keeps nothing.

interactions/s is all interactions of a bot over the time of its turns. p50 and p99 are over all of its interactions, each from the
member's action until the request with the bot's response has arrived and is carried out. As many interactions wait as are under way at a time, so
both grow as the rate falls. The forms are opened before a turn begins, and everyone's feedback is looked at after it. This client, and in it
the stand-ins for Discord, share the processors with the bot that is measured. Requests are held to Discord's own description only before and
after the measured turns, because that would take longer than all else.`
}

// What a run has to show: the goals that the project set itself, as shares of what the bot of discord.js has.
const (
	loadRateBeside   = 0.8
	loadRateAim      = 1.2
	loadMemoryBeside = 0.25
)

// Run measures, prints what it found, and fails where an answer was lost, taken twice or not graded.
func (c loadDiscord) Run(std streams) error {
	if c.AtATime < 1 || c.Members < 1 {
		return usagef("load discord needs at least one member, and one interaction at a time")
	}
	if err := findPeer(c.Packages); err != nil {
		return err
	}
	debug.SetGCPercent(1000) // this process has memory to spare, and the bots want the processors
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	folder, err := os.MkdirTemp("", "greenroom-load-")
	if err != nil {
		return fmt.Errorf("make a folder for the store: %w", err)
	}
	defer os.RemoveAll(folder)

	team, err := newDiscordTeam(c.Members, c.AtATime)
	if err != nil {
		return err
	}
	defer team.close()
	file := filepath.Join(folder, "greenroom.db")
	greenroom, err := startLoadServer(ctx, loadServerConfig{
		Serve: loadForDiscord, Data: file, API: team.ours.fake.API(), Token: loadToken, Profile: c.Profile,
	})
	if err != nil {
		return err
	}
	defer greenroom.kill()
	if err := team.prepare(ctx); err != nil {
		return fmt.Errorf("prepare the posts: %w", err)
	}
	peer, err := team.startPeer(ctx, c.Packages)
	if err != nil {
		return err
	}
	defer peer.kill()
	fmt.Fprintf(std.out, "%d channels, %d members, %d interactions at a time, %d processors\n", loadChannels, c.Members, c.AtATime, runtime.NumCPU())

	result, err := team.measure(ctx, peer, greenroom)
	if err != nil {
		return err
	}
	if err := errors.Join(peer.stop(), greenroom.stop()); err != nil {
		return err
	}
	if err := team.audit(ctx, file, "discord:"+loadGuildID); err != nil {
		return fmt.Errorf("after the run: %w", err)
	}
	if wrong := team.ours.fake.Complaints(); len(wrong) > 0 {
		return fmt.Errorf("after the run: Discord would not like %q", wrong)
	}
	result.print(std.out)
	return nil
}

// discordTeam is a team with two guilds: in ours is Greenroom, in theirs the bot of discord.js.
type discordTeam struct {
	loadTeam
	atATime      int
	rounds       [][]loadAnswer // in each every member answers once; the first and the last are held to Discord's description
	ours, theirs *loadGuild
	questions    []answerable // by channel
	post         discordfake.Message
	told         discordfake.Message // the typical feedback
	theirPost    answerable
}

func newDiscordTeam(members, atATime int) (*discordTeam, error) {
	t := &discordTeam{atATime: atATime}
	var err error
	if t.banks, err = loadBanksOfChannels(); err != nil {
		return nil, err
	}
	if t.ours, err = newLoadGuild(members); err != nil {
		return nil, err
	}
	if t.theirs, err = newLoadGuild(members); err != nil {
		t.ours.close()
		return nil, err
	}
	t.members = t.ours.members
	t.writeAnswers(rand.New(rand.NewPCG(1, 2)))
	t.rounds = make([][]loadAnswer, loadChannels)
	for m := range t.members {
		for i, a := range t.answers[m*loadChannels : (m+1)*loadChannels] {
			round := (i + m) % loadChannels
			t.rounds[round] = append(t.rounds[round], a)
		}
	}
	return t, nil
}

func (t *discordTeam) close() {
	t.ours.close()
	t.theirs.close()
}

// prepare has a question posted in every channel and answered by the keeper, so that all are open, and then by each member once.
func (t *discordTeam) prepare(ctx context.Context) error {
	if err := t.ours.fake.AwaitShards(ctx, 1); err != nil {
		return err
	}
	for i := range loadChannels {
		place := discordfake.Place{Channel: guildChannel(i)}
		if err := awaitLoad(ctx, "a command is taken", func() error {
			return t.ours.fake.Command(loadGuildKeeper, place, "greenroom", discordfake.Option{Name: "do", Value: "setup 9:00 weekdays UTC " + topicOf(i) + " now"})
		}); err != nil {
			return err
		}
	}
	for i := range loadChannels {
		if err := awaitLoad(ctx, "there is a question in channel "+guildChannel(i), func() error {
			question, post, value, err := t.ours.findAnswerable(guildChannel(i))
			if err == nil {
				t.questions, t.posts, t.post = append(t.questions, question), append(t.posts, value.Post), post
			}
			return err
		}); err != nil {
			return err
		}
		one := loadAnswer{channel: i, member: loadGuildKeeper, text: t.banks[i].Questions[0].Answer}
		t.early = append(t.early, one)
		if err := awaitLoad(ctx, "the question in channel "+guildChannel(i)+" is open", func() error {
			_, err := t.ours.turn(ctx, []loadAnswer{one}, t.question, 1, unmetered)
			return err
		}); err != nil {
			return err
		}
	}
	told, err := t.ours.turn(ctx, t.rounds[0], t.question, t.atATime, unmetered)
	if err != nil {
		return err
	}
	t.told = typical(told)
	return nil
}

func (t *discordTeam) question(channel int) answerable { return t.questions[channel] }

// startPeer starts the bot of discord.js: it posts and says the same as Greenroom.
func (t *discordTeam) startPeer(ctx context.Context, packages string) (*loadProcess, error) {
	post, err := sayable(t.post)
	if err != nil {
		return nil, err
	}
	reply, err := sayable(t.told)
	if err != nil {
		return nil, err
	}
	fake := t.theirs.fake
	peer, err := startLoadPeer(ctx, packages, loadPeerConfig{API: fake.API(), Token: loadToken, Channel: guildChannel(0), Post: post, Reply: reply})
	if err != nil {
		return nil, err
	}
	if t.theirPost, _, _, err = t.theirs.findAnswerable(guildChannel(0)); err == nil {
		_, err = t.theirs.turn(ctx, t.rounds[0], func(int) answerable { return t.theirPost }, t.atATime, unmetered)
	}
	if err != nil {
		peer.kill()
		return nil, fmt.Errorf("the bot of discord.js: %w", err)
	}
	return peer, nil
}

// measure has the members answer in each round, first to one bot and then to the other.
func (t *discordTeam) measure(ctx context.Context, peer, greenroom *loadProcess) (discordResult, error) {
	var r discordResult
	for _, side := range []struct {
		of     *discordSide
		server *loadProcess
	}{{&r.theirs, peer}, {&r.ours, greenroom}} {
		side.of.before, _ = side.server.memory()
	}
	last := len(t.rounds) - 1
	t.ours.fake.SetUnchecked(true)
	t.theirs.fake.SetUnchecked(true)
	for n, answers := range t.rounds[1:last] {
		sides := []struct {
			guild    *loadGuild
			question func(int) answerable
			server   *loadProcess
			of       *discordSide
		}{
			{t.theirs, func(int) answerable { return t.theirPost }, peer, &r.theirs},
			{t.ours, t.question, greenroom, &r.ours},
		}
		if n%2 == 1 {
			sides[0], sides[1] = sides[1], sides[0]
		}
		for _, side := range sides {
			if _, err := side.guild.turn(ctx, answers, side.question, t.atATime, func(do func() (turn, error)) error {
				busy, ours, idle := side.server.cpu(), ownCPU(), idleTime()
				done, err := do()
				side.of.add(done, side.server.cpu()-busy, ownCPU()-ours, idleTime()-idle)
				return err
			}); err != nil {
				return r, err
			}
		}
	}
	r.ours.after, _ = greenroom.memory()
	r.theirs.after, _ = peer.memory()
	t.ours.fake.SetUnchecked(false)
	_, err := t.ours.turn(ctx, t.rounds[last], t.question, t.atATime, unmetered)
	return r, err
}
