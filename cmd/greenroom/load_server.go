package main

import (
	"bufio"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"

	"greenroom/bot"
	"greenroom/bot/chat"
	"greenroom/bot/quiz"
	"greenroom/bot/slack"
	"greenroom/content"
	"greenroom/store"
	"greenroom/store/bolt"
)

// loadServer is the process that load slack measures. Its configuration is the first line of its standard input, its
// address the first of its standard output; it ends with its input.
type loadServer struct{}

type loadServerConfig struct {
	Bare    bool
	Data    string // file of the store
	Secret  string // signs requests
	API     string // of the stand-in for Slack
	Token   string
	Profile string // file for a CPU profile; may be empty
}

// Run serves until its input ends.
func (loadServer) Run(std streams) error {
	collectSeldom() // as serve does
	in := bufio.NewReader(std.in)
	line, err := in.ReadBytes('\n')
	if err != nil {
		return usagef("load server is started by load slack")
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
	if c.Bare {
		err = serveBare(ctx, newHooksServer(bareLoop{db, []byte(c.Secret)}, listener, log))
	} else {
		err = c.serveGraded(ctx, db, listener, log)
	}
	return errors.Join(err, db.Close())
}

// serveGraded runs Greenroom with the hooks of its Slack adapter.
func (c loadServerConfig) serveGraded(ctx context.Context, db store.DB, listener net.Listener, log *slog.Logger) error {
	banks, err := loadBanksOfChannels()
	if err != nil {
		return err
	}
	adapter, err := slack.New(slack.Config{
		DB: store.Space(db, "slack"), Log: log, BotToken: c.Token, SigningSecret: c.Secret, API: c.API,
	})
	if err != nil {
		return err
	}
	engine := quiz.New(quiz.Config{Banks: content.NewIndex(banks)})
	greenroom := bot.New(bot.Config{DB: db, Engine: engine, Platforms: map[string]chat.Platform{"slack": adapter}, Log: log})
	return runBeside(ctx, greenroom, []*server{newHooksServer(adapter.Hooks(), listener, log)})
}

// bareLoop is the least that a server of signed requests does: it verifies each, commits a small unit for it, and answers with as
// much as a graded form takes.
type bareLoop struct {
	db     store.DB
	secret []byte
}

func serveBare(ctx context.Context, s *server) error {
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(s.listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve %s: %w", s.listener.Addr(), err)
	case <-ctx.Done():
	}
	err := s.Shutdown(context.Background())
	<-ended
	return err
}

func (b bareLoop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	stamp, signature := r.Header.Get(stampHeader), r.Header.Get(signatureHeader)
	seconds, _ := strconv.ParseInt(stamp, 10, 64)
	sent := time.Unix(seconds, 0)
	if err != nil || time.Since(sent).Abs() > 5*time.Minute || !hmac.Equal([]byte(signature), []byte(signed(b.secret, stamp, body))) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	name := hex.EncodeToString([]byte(signature)[:32])
	err = b.db.Commit(r.Context(), store.Unit{
		Event: store.EventID{At: sent, Name: name},
		Put:   []store.Put{{Ref: store.Key("bare", name), Bytes: body[:min(len(body), bareRecord)]}},
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(bareReply)))
	_, _ = w.Write(bareReply) // a client who has left is no failure
}

const bareRecord = 300 // bytes that the bare loop keeps of a request

// bareReply is what the bare loop answers: as many bytes as the grade in its form has on average.
var bareReply = []byte(`{"response_action":"` + strings.Repeat("-", 3170) + `"}`)

const (
	stampHeader     = "X-Slack-Request-Timestamp"
	signatureHeader = "X-Slack-Signature"
)

// signed is the signature of a body sent at a time (docs.slack.dev, Verifying requests from Slack).
func signed(secret []byte, stamp string, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("v0:" + stamp + ":"))
	mac.Write(body)
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}
