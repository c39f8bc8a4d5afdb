package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"greenroom/bot/slack"
)

// doctor looks at the setup of a platform with the settings of serve.
type doctor struct {
	Slack doctorSlack `cmd:"" help:"Look at tokens, scopes, clock and reachability of Slack."`
}

type doctorSlack struct {
	config
}

// Run lists what was looked at, a line each, and what to do about what is wrong; exit code 1 where something is.
func (c doctorSlack) Run(std streams) error {
	if err := c.check(); err != nil {
		return err
	}
	cfg, err := c.slack(slog.New(slog.NewTextHandler(std.err, nil)))
	switch {
	case err != nil:
		return err
	case cfg == nil:
		return usagef("Slack is not set up; make the app with greenroom slack manifest, then write greenroom doctor slack --slack-bot-token-file FILE --slack-app-token-file FILE")
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	failed := false
	for _, f := range slack.Examine(ctx, *cfg, c.HooksURL) {
		if _, err := fmt.Fprintf(std.out, "%-5s  %s: %s\n", f.Verdict, printable(f.About), printable(f.Found)); err != nil {
			return err
		}
		if f.Fix != "" {
			fmt.Fprintf(std.out, "       %s\n", printable(f.Fix))
		}
		failed = failed || f.Verdict == slack.Wrong
	}
	if failed {
		return findings{}
	}
	return nil
}
