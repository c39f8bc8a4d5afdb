package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// loadResult is what a run has measured.
type loadResult struct {
	bare, graded loadSide
	memory       loadMemory
}

func (r *loadResult) print(w io.Writer) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\tbare\tgraded\tgraded / bare\tgoal\t")
	fmt.Fprintf(table, "requests/s\t%.0f\t%.0f\t%.2f\t>= %.2f\t\n", r.bare.rate(), r.graded.rate(), r.graded.rate()/r.bare.rate(), loadRate)
	for _, p := range []struct {
		name  string
		share float64
		goal  string
	}{{"p50", 0.5, ""}, {"p99", 0.99, fmt.Sprintf("<= %.2f", loadP99)}} {
		bare, graded := r.bare.within(p.share), r.graded.within(p.share)
		fmt.Fprintf(table, "%s\t%s\t%s\t%.2f\t%s\t\n", p.name, inMillis(bare), inMillis(graded), float64(graded)/float64(bare), p.goal)
	}
	for _, cpu := range []struct {
		name         string
		bare, graded time.Duration
	}{{"server CPU/request", r.bare.server, r.graded.server}, {"client CPU/request", r.bare.own, r.graded.own}} {
		fmt.Fprintf(table, "%s\t%s\t%s\t\t\t\n", cpu.name, perRequest(cpu.bare, r.bare.requests()), perRequest(cpu.graded, r.graded.requests()))
	}
	_ = table.Flush() // w's own trouble is seen where it is read
	fmt.Fprintf(w, "%d answers, each graded in its form and committed once with its points\n", r.graded.requests())
	if r.memory != (loadMemory{}) {
		fmt.Fprintf(w, "resident memory of the graded server: %d MB, of which %d MB are the store's file\n", r.memory.resident>>20, r.memory.file>>20)
	}
	fmt.Fprintln(w, r.graded.limit("the graded server"))
}

func inMillis(d time.Duration) string { return fmt.Sprintf("%.2f ms", d.Seconds()*1e3) }

func perRequest(d time.Duration, requests int) string {
	return fmt.Sprintf("%.0f µs", d.Seconds()*1e6/float64(requests))
}
