package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"greenroom/bot"
	"greenroom/bot/chat"
	"greenroom/bot/discord"
	"greenroom/bot/quiz"
	"greenroom/bot/slack"
	"greenroom/bot/web"
	"greenroom/bot/when"
	"greenroom/content"
	"greenroom/content/library"
	"greenroom/store"
	"greenroom/store/bolt"
)

type serve struct {
	config
}

// Run builds, connects and runs, top to bottom, and stops in order at the first signal: the bot first, then the pages,
// then the store. A second signal ends the process at once.
func (c serve) Run(std streams) error {
	collectSeldom()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	if err := c.check(); err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(std.err, nil))
	slackConfig, err := c.slack(log)
	if err != nil {
		return err
	}
	discordConfig, err := c.discord(log)
	if err != nil {
		return err
	}
	banks, err := c.banks(log)
	if err != nil {
		return err
	}
	db, err := c.open(log)
	if err != nil {
		return err
	}
	defer db.Close()
	listener, err := listen("--listen", c.Listen)
	if err != nil {
		return err
	}
	defer listener.Close()

	playground, err := web.New(web.Config{DB: store.Space(db, "web"), Banks: banks, Log: log, Zone: localZone(), Open: c.Open})
	if err != nil {
		return fmt.Errorf("start the playground: %w", err)
	}
	platforms := map[string]chat.Platform{"web": playground}
	hooks := http.NewServeMux()
	if slackConfig != nil {
		slackConfig.DB = store.Space(db, slackSpace)
		adapter, err := slack.New(*slackConfig)
		if err != nil {
			return err
		}
		platforms["slack"] = adapter
		hooks.Handle("/slack/", adapter.Hooks())
	}
	if discordConfig != nil {
		discordConfig.DB = store.Space(db, discordSpace)
		adapter, err := discord.New(*discordConfig)
		if err != nil {
			return err
		}
		platforms["discord"] = adapter
		hooks.Handle("/discord/", adapter.Hooks())
	}
	pages := http.NewServeMux()
	servers := []*server{newServer(pages, listener, log)}
	if c.Hooks != "" {
		listener, err := listen("--hooks", c.Hooks)
		if err != nil {
			return err
		}
		defer listener.Close()
		servers = append(servers, newHooksServer(hooks, listener, log))
	}
	engine := quiz.New(quiz.Config{Banks: content.NewIndex(banks), FollowUps: c.FollowUps, Result: c.Result, Cron: c.Cron})
	greenroom := bot.New(bot.Config{DB: db, Engine: engine, Platforms: platforms, Log: log})
	pages.Handle("/", playground.Handler())
	pages.HandleFunc("GET /healthz", greenroom.ServeHealth)

	fmt.Fprintf(std.out, "Greenroom is at http://%s and remembers in the folder %s. Ctrl-C stops it.\n", listener.Addr(), printable(c.Data))
	for _, s := range servers[1:] {
		fmt.Fprintf(std.out, "Platforms reach it at %s.\n", s.listener.Addr())
	}
	if err := runBeside(ctx, greenroom, servers); err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return fmt.Errorf("close the store: %w", err)
	}
	return nil
}

// collectSeldom lets the heap grow to three times what is in use before it is collected; the environment's GOGC wins. In use are some
// ten megabytes. Collecting each time that they have doubled took up to a tenth of the processor under load; letting them grow further
// took a third more memory and saved nothing that could be measured.
func collectSeldom() {
	runtime.MemProfileRate = 0 // or two megabytes would note where memory was asked for, which nobody reads
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200)
	}
}

// server is one address with what is served there.
type server struct {
	http.Server
	listener net.Listener
}

func newServer(handler http.Handler, listener net.Listener, log *slog.Logger) *server {
	return &server{http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}, listener}
}

// newHooksServer is a server for an address that everybody may reach: nobody holds a connection or a header for long.
// Platforms wait three seconds; only a browser that signs in waits longer, while the platform is asked.
func newHooksServer(handler http.Handler, listener net.Listener, log *slog.Logger) *server {
	s := newServer(handler, listener, log)
	s.ReadHeaderTimeout, s.ReadTimeout, s.WriteTimeout, s.IdleTimeout = 5*time.Second, 10*time.Second, time.Minute, 2*time.Minute
	s.MaxHeaderBytes = 16 << 10
	return s
}

// runBeside runs the bot and its servers until ctx ends or any of them fails. The servers go on until the bot has
// stopped, because replies under way go out through them.
func runBeside(ctx context.Context, b *bot.Bot, servers []*server) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		err := b.Run(ctx)
		enough, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		for _, s := range servers {
			if s.Shutdown(enough) != nil { // a page is still being read; it will be asked for again
				s.Close()
			}
		}
		return err
	})
	for _, s := range servers {
		group.Go(func() error {
			if err := s.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
				return fmt.Errorf("serve %s: %w", s.listener.Addr(), err)
			}
			return nil
		})
	}
	return group.Wait()
}

// banks is the questions to ask. What is wrong with them is logged; only a start without any question is refused.
func (c config) banks(log *slog.Logger) ([]*content.Bank, error) {
	banks, problems := library.Banks()
	if len(c.Bank) > 0 {
		var err error
		if banks, problems, err = loadBanks(c.Bank); err != nil {
			return nil, err
		}
	}
	for _, p := range problems {
		log.Warn(problemLine(p))
	}
	if !slices.ContainsFunc(banks, func(b *content.Bank) bool { return len(b.Questions) > 0 }) {
		return nil, fmt.Errorf("no question in %s can be asked; see greenroom bank check", strings.Join(c.Bank, ", "))
	}
	return banks, nil
}

// open makes the data folder and opens the store in it.
func (c config) open(log *slog.Logger) (*bolt.DB, error) {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w; choose another with --data", err)
	}
	db, err := bolt.Open(filepath.Join(c.Data, "greenroom.db"), bolt.Options{Log: log})
	switch {
	case errors.Is(err, store.ErrLocked):
		return nil, fmt.Errorf("the data folder %s is in use by another Greenroom; stop that one, or choose another folder with --data", c.Data)
	case err != nil:
		return nil, fmt.Errorf("open the data folder %s: %w", c.Data, err)
	}
	return db, nil
}

// localZone is the IANA name of this machine's zone, empty where it has none that says its name.
func localZone() string {
	name := os.Getenv("TZ")
	if name == "" {
		if target, err := os.Readlink("/etc/localtime"); err == nil {
			_, name, _ = strings.Cut(target, "/zoneinfo/")
		}
	}
	name = strings.TrimPrefix(name, "Etc/")
	if _, err := when.Zone(name); err != nil {
		return ""
	}
	return name
}

// listen takes the address that a flag gives before anything is started.
func listen(flag, address string) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("the address %s is in use by another program; stop that one, or choose another port with %s", address, flag)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("the address %s may not be used; choose a port from 1024 on with %s", address, flag)
	case err != nil:
		return nil, fmt.Errorf("listen: %w; choose an address of this machine with %s", err, flag)
	}
	return listener, nil
}
