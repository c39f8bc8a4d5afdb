package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// discordResult is what a run of load discord has measured.
type discordResult struct{ theirs, ours discordSide }

type discordSide struct {
	loadSide
	before, after loadMemory // of the measured turns
}

func (r *discordResult) print(w io.Writer) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\tdiscord.js\tGreenroom\tratio\tgoal\t\t")
	rate := r.ours.rate() / r.theirs.rate()
	fmt.Fprintf(table, "interactions/s\t%.0f\t%.0f\t%.2f\t>= %.2f (aim %.2f)\t%s\t\n",
		r.theirs.rate(), r.ours.rate(), rate, loadRateBeside, loadRateAim, met(rate >= loadRateBeside))
	for _, p := range []struct {
		name  string
		share float64
	}{{"p50", 0.5}, {"p99", 0.99}} {
		theirs, ours := r.theirs.within(p.share), r.ours.within(p.share)
		fmt.Fprintf(table, "%s\t%s\t%s\t%.2f\t\t\t\n", p.name, inMillis(theirs), inMillis(ours), float64(ours)/float64(theirs))
	}
	for _, cpu := range []struct {
		name         string
		theirs, ours time.Duration
	}{{"bot CPU/interaction", r.theirs.server, r.ours.server}, {"client CPU/interaction", r.theirs.own, r.ours.own}} {
		fmt.Fprintf(table, "%s\t%s\t%s\t%.2f\t\t\t\n", cpu.name, perRequest(cpu.theirs, r.theirs.requests()), perRequest(cpu.ours, r.ours.requests()),
			cpu.ours.Seconds()/cpu.theirs.Seconds())
	}
	for _, m := range []struct {
		name         string
		theirs, ours int64
		goal         bool
	}{
		{"memory before", r.theirs.before.resident, r.ours.before.resident, false},
		{"memory after", r.theirs.after.resident, r.ours.after.resident, true},
		{"of it its own", r.theirs.after.anon, r.ours.after.anon, false},
		{"of it files", r.theirs.after.file, r.ours.after.file, false},
		{"memory at most", r.theirs.after.peak, r.ours.after.peak, false},
	} {
		if m.theirs == 0 {
			continue // this system does not tell
		}
		ratio, goal, says := float64(m.ours)/float64(m.theirs), "", ""
		if m.goal {
			goal, says = fmt.Sprintf("<= %.2f", loadMemoryBeside), met(ratio <= loadMemoryBeside)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%.2f\t%s\t%s\t\n", m.name, inMegabytes(m.theirs), inMegabytes(m.ours), ratio, goal, says)
	}
	_ = table.Flush() // w's own trouble is seen where it is read
	fmt.Fprintf(w, "%d answers, each graded and committed once with its points\n", r.ours.requests())
	fmt.Fprintln(w, r.ours.limit("Greenroom"))
}

func met(is bool) string {
	if is {
		return "met"
	}
	return "not met"
}

func inMegabytes(bytes int64) string { return fmt.Sprintf("%.1f MB", float64(bytes)/(1<<20)) }
