package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime/pprof"

	"greenroom/bot"
	"greenroom/bot/chat"
	"greenroom/bot/discord"
	"greenroom/bot/quiz"
	"greenroom/bot/slack"
	"greenroom/content"
	"greenroom/store"
	"greenroom/store/bolt"
)

// loadServer is a process that load measures. Its configuration is the first line of its standard input, its
// address the first of its standard output; it ends with its input.
type loadServer struct{}

type loadServerConfig struct {
	Serve   string // loadBare, or the platform that Greenroom serves
	Data    string // file of the store
	Secret  string // signs requests
	API     string // of the stand-in for the platform
	Token   string
	Profile string // file for a CPU profile; may be empty
}

// What a load server serves.
const (
	loadBare       = "bare"
	loadForSlack   = "slack"
	loadForDiscord = "discord"
)

// Run serves until its input ends.
func (loadServer) Run(std streams) error {
	collectSeldom() // as serve does
	in := bufio.NewReader(std.in)
	line, err := in.ReadBytes('\n')
	if err != nil {
		return usagef("load server is started by load slack and load discord")
	}
	var c loadServerConfig
	if err := json.Unmarshal(line, &c); err != nil {
		return fmt.Errorf("read the configuration: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go func() { // ends with the process
		_, _ = io.Copy(io.Discard, in)
		stop()
	}()
	if c.Profile != "" {
		file, err := os.Create(c.Profile)
		if err != nil {
			return fmt.Errorf("write the profile: %w", err)
		}
		defer file.Close()
		if err := pprof.StartCPUProfile(file); err != nil {
			return fmt.Errorf("write the profile: %w", err)
		}
		defer pprof.StopCPUProfile()
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	log := slog.New(slog.NewTextHandler(std.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	db, err := bolt.Open(c.Data, bolt.Options{Log: log})
	if err != nil {
		return err
	}
	fmt.Fprintln(std.out, listener.Addr())
	switch c.Serve {
	case loadBare:
		err = serveBare(ctx, newHooksServer(bareLoop{db, []byte(c.Secret)}, listener, log))
	case loadForSlack:
		err = c.serveSlack(ctx, db, listener, log)
	default:
		err = c.serveDiscord(ctx, db, log)
	}
	return errors.Join(err, db.Close())
}

// serveSlack runs Greenroom with the hooks of its Slack adapter.
func (c loadServerConfig) serveSlack(ctx context.Context, db store.DB, listener net.Listener, log *slog.Logger) error {
	adapter, err := slack.New(slack.Config{
		DB: store.Space(db, slackSpace), Log: log, BotToken: c.Token, SigningSecret: c.Secret, API: c.API,
	})
	if err != nil {
		return err
	}
	return c.run(ctx, db, adapter, []*server{newHooksServer(adapter.Hooks(), listener, log)}, log)
}

// serveDiscord runs Greenroom with its Discord adapter, by gateway.
func (c loadServerConfig) serveDiscord(ctx context.Context, db store.DB, log *slog.Logger) error {
	adapter, err := discord.New(discord.Config{DB: store.Space(db, discordSpace), Log: log, Token: c.Token, API: c.API})
	if err != nil {
		return err
	}
	return c.run(ctx, db, adapter, nil, log)
}

func (c loadServerConfig) run(ctx context.Context, db store.DB, adapter chat.Platform, servers []*server, log *slog.Logger) error {
	banks, err := loadBanksOfChannels()
	if err != nil {
		return err
	}
	engine := quiz.New(quiz.Config{Banks: content.NewIndex(banks)})
	return runBeside(ctx, bot.New(bot.Config{DB: db, Engine: engine, Platforms: map[string]chat.Platform{c.Serve: adapter}, Log: log}), servers)
}
