package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

// loadSlack drives two servers in turn, each a process of its own on this machine. One is Greenroom as Slack sees it:
// hooks, adapter, shell, engine and store; each request is a submitted form with an answer, which is graded, committed
// with its points and shown. The other is the least that any such server does: it verifies the same request's signature
// and commits one small unit to a store of the same kind.
type loadSlack struct {
	// Connections is how many requests are under way at a time, each on a connection of its own. Optional; defaults
	// to 32.
	Connections int `default:"32" placeholder:"32" help:"Connections that stay open, with one request at a time on each (default 32)."`
	// Answers is how many answers are measured. Optional; defaults to 40000. Each is of a member to a post that this
	// member has not answered before, so there is a member for each 60 of them.
	Answers int `default:"40000" placeholder:"40000" help:"How many answers to measure (default 40000)."`
	// Rounds is in how many turns the two servers get their requests, so that what else the machine does meets both.
	// Optional; defaults to 100. The requests of a turn are signed at its beginning, and Greenroom answers a form that
	// comes more than three seconds later by direct message: a turn must be over by then.
	Rounds int `default:"100" placeholder:"100" help:"In how many turns, bare and graded in alternation (default 100)."`
	// Profile is the file that gets a CPU profile of Greenroom while it is measured. Optional.
	Profile string `placeholder:"FILE" help:"Write a CPU profile of the graded server to FILE."`
}

// Help defines what is measured.
func (loadSlack) Help() string {
	return `Two servers, each a process with a store of its own and served as hooks are, get the same signed requests in turn, over as
many connections, with one request at a time on each.

graded: Greenroom as Slack sees it. Each request is a form with an answer: read, graded, committed with its points, its
seen mark and the edit of the post's counter, and answered with the feedback as a view.

bare: verifies the signature over the same body, commits one unit (a seen mark and a record of 300 bytes, as durably)
and answers with as many bytes as the feedback has on average.

requests/s is all requests of a server over the time of its turns, each from the first byte sent to the last received.
p50 and p99 are over all of its requests, each from its first byte sent until its answer is read. As many requests wait
as there are connections, so both grow as the rate falls. Requests are signed before a turn begins. This client, and in
it the stand-in for Slack, in which counters are edited, shares the processors with the server that is measured.`
}

// What a run has to show: the goals that the project set itself.
const (
	loadRate = 0.45 // of the bare loop's rate
	loadP99  = 3.0  // times the bare loop's 99th percentile
)

// Run measures, prints what it found, and fails where an answer was lost, taken twice or not graded.
func (c loadSlack) Run(std streams) error {
	if c.Connections < 1 || c.Rounds < 1 || c.Answers < c.Connections*c.Rounds {
		return usagef("load slack needs at least one connection, one round, and an answer for each connection and round")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	folder, err := os.MkdirTemp("", "greenroom-load-")
	if err != nil {
		return fmt.Errorf("make a folder for the stores: %w", err)
	}
	defer os.RemoveAll(folder)

	team, err := newSlackTeam(c.Answers)
	if err != nil {
		return err
	}
	defer team.close()
	bare, err := startLoadServer(ctx, loadServerConfig{Serve: loadBare, Data: filepath.Join(folder, "bare.db"), Secret: team.secret})
	if err != nil {
		return err
	}
	defer bare.kill()
	graded, err := startLoadServer(ctx, loadServerConfig{
		Serve: loadForSlack, Data: filepath.Join(folder, "graded.db"), Secret: team.secret, API: team.slack.API(), Token: team.token, Profile: c.Profile,
	})
	if err != nil {
		return err
	}
	defer graded.kill()
	fmt.Fprintf(std.out, "%d channels, %d members, %d connections, %d processors\n",
		loadChannels, len(team.members), c.Connections, runtime.NumCPU())

	if err := team.prepare(ctx, graded.address, c.Connections); err != nil {
		return fmt.Errorf("prepare the posts: %w", err)
	}
	result, err := c.measure(ctx, team, bare, graded)
	if err != nil {
		return err
	}
	result.memory, _ = graded.memory()
	if err := errors.Join(bare.stop(), graded.stop()); err != nil {
		return err
	}
	if err := team.audit(ctx, filepath.Join(folder, "graded.db"), "slack:"+loadWorkspace); err != nil {
		return fmt.Errorf("after the run: %w", err)
	}
	result.print(std.out)
	return nil
}

// measure sends the team's answers, a share to each server in each round.
func (c loadSlack) measure(ctx context.Context, team *slackTeam, bare, graded *loadProcess) (loadResult, error) {
	var r loadResult
	all := team.answers
	for round := range c.Rounds {
		share := all[round*len(all)/c.Rounds : (round+1)*len(all)/c.Rounds]
		for _, side := range []struct {
			server *loadProcess
			sent   *loadSide
			check  func(body []byte) error
		}{{bare, &r.bare, nil}, {graded, &r.graded, gradedInTheForm}} {
			requests := team.sign(share, side.server.address, time.Now())
			busy, ours, idle := side.server.cpu(), ownCPU(), idleTime()
			turn, err := drive(ctx, side.server.address, requests, c.Connections, side.check)
			if err != nil {
				return r, err
			}
			side.sent.add(turn, side.server.cpu()-busy, ownCPU()-ours, idleTime()-idle)
		}
	}
	return r, nil
}
