package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"greenroom/bot/doctor"
	"greenroom/bot/slack"
)

// doctorCommands look at the setup of a platform with the settings of serve.
type doctorCommands struct {
	Slack   doctorSlack   `cmd:"" help:"Look at tokens, scopes, clock and reachability of Slack."`
	Discord doctorDiscord `cmd:"" help:"Look at token, commands, permissions, clock and reachability of Discord."`
}

// examineWithin is how long an examination may take.
const examineWithin = time.Minute

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
	ctx, cancel := context.WithTimeout(context.Background(), examineWithin)
	defer cancel()
	return printFindings(std, slack.Examine(ctx, *cfg, c.HooksURL))
}

// printFindings lists what was looked at, a line each, with what to do about what is wrong; findings where something is.
func printFindings(std streams, found doctor.Findings) error {
	failed := false
	for _, f := range found {
		if _, err := fmt.Fprintf(std.out, "%-5s  %s: %s\n", f.Verdict, printable(f.About), printable(f.Found)); err != nil {
			return err
		}
		if f.Fix != "" {
			fmt.Fprintf(std.out, "       %s\n", printable(f.Fix))
		}
		failed = failed || f.Verdict == doctor.Wrong
	}
	if failed {
		return findings{}
	}
	return nil
}
