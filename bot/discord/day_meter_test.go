package discord_test

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"greenroom/bot/discord/discordfake"
)

// allowed is how many requests a second Discord takes from a bot (docs.discord.com, Rate Limits, Global Rate Limit).
const allowed = 50.0

// pace is how near the bot came to what it may send while it had something to send.
type pace struct {
	sent    int           // requests that Discord took
	posts   int           // of them, messages
	sending time.Duration // from the first request of a life to its last or its death, all lives, less the time in which Discord had forbidden everything
	closed  time.Duration // that time
	up      time.Duration // from the start of a life's process to its last request or its death, all lives
	wall    time.Duration // from the first request of all to the last
}

func (p pace) String() string {
	rate := func(d time.Duration) float64 { return float64(p.sent) / d.Seconds() }
	return fmt.Sprintf("%d requests, %d of them messages: %.1f a second while sending, %.1f %% of what Discord allows then (%.1f s, without %.1f s of its pauses); "+
		"%.1f a second while the process was there (%.1f s); %.1f a second over all (%.1f s)",
		p.sent, p.posts, rate(p.sending), 100*p.ofAllowed(), p.sending.Seconds(), p.closed.Seconds(), rate(p.up), p.up.Seconds(), rate(p.wall), p.wall.Seconds())
}

// ofAllowed is the share of what Discord allows while it allows anything.
func (p pace) ofAllowed() float64 { return float64(p.sent) / p.sending.Seconds() / allowed }

// span is a time by the machine's clock.
type span struct{ from, to time.Time }

// pace reckons the requests that came in a span.
func (s *tapped) pace(in span, born map[int]time.Time) (p pace) {
	s.mu.Lock()
	defer s.mu.Unlock()
	lives, shut := map[int]span{}, []span{}
	for _, c := range s.calls {
		if c.at.Before(in.from) || c.at.After(in.to) {
			continue
		}
		of, known := lives[c.life]
		if !known {
			of.from = c.at
		}
		of.to = c.at
		lives[c.life] = of
		if c.status != 0 && c.status != http.StatusTooManyRequests {
			p.sent++
			if c.name == posting {
				p.posts++
			}
		}
		if c.closes > 0 {
			shut = append(shut, span{c.at, c.at.Add(c.closes)})
		}
	}
	first, last := in.to, in.from
	for _, life := range slices.Sorted(maps.Keys(lives)) {
		of := lives[life]
		closed := within(shut, of)
		p.closed += closed
		p.sending += of.to.Sub(of.from) - closed
		begun := born[life]
		if begun.Before(in.from) {
			begun = in.from
		}
		p.up += of.to.Sub(begun)
		if of.from.Before(first) {
			first = of.from
		}
		if of.to.After(last) {
			last = of.to
		}
	}
	p.wall = last.Sub(first)
	return p
}

// within is how much of a span lies in others, which are in order of when they begin.
func within(others []span, of span) (sum time.Duration) {
	at := of.from
	for _, o := range others {
		from, to := o.from, o.to
		if from.Before(at) {
			from = at
		}
		if to.After(of.to) {
			to = of.to
		}
		if to.After(from) {
			sum += to.Sub(from)
			at = to
		}
	}
	return sum
}

// jumps is by how many places each post came before its turn, where any did: so many were decided before it and came after it. order
// is of guilds, as their posts came; they were decided in the order of the guilds.
func jumps(order []int) (places []int) {
	var later []int // guilds whose posts came later, in order
	for _, n := range slices.Backward(order) {
		i, _ := slices.BinarySearch(later, n)
		if i > 0 {
			places = append(places, i)
		}
		later = slices.Insert(later, i, n)
	}
	return places
}

// farthest is the longest jump; 0 where there is none.
func farthest(jumps []int) (most int) {
	for _, n := range jumps {
		most = max(most, n)
	}
	return most
}

// resident is what a process uses of the machine's memory, in kB, by the kernel's names.
type resident map[string]int

// watch keeps the most that each life uses, in their order, until the returned function is called.
func (d *day) watch() (end func() (lives []resident)) {
	lives, order := map[int64]resident{}, []int64{}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
			case <-stop:
				return
			}
			pid := d.pid.Load()
			if lives[pid] == nil {
				lives[pid] = resident{}
				order = append(order, pid)
			}
			for what, kb := range residentOf(pid) {
				lives[pid][what] = max(lives[pid][what], kb)
			}
		}
	}()
	return func() (all []resident) {
		close(stop)
		<-stopped
		for _, pid := range order {
			all = append(all, lives[pid])
		}
		return all
	}
}

func residentOf(pid int64) resident {
	now := resident{}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return now // it is dead, or this is not Linux
	}
	for line := range strings.Lines(string(status)) {
		what, rest, _ := strings.Cut(line, ":")
		if fields := strings.Fields(rest); len(fields) == 2 && (what == "VmHWM" || strings.HasPrefix(what, "Rss")) {
			now[what], _ = strconv.Atoi(fields[0])
		}
	}
	return now
}

// report says what was measured.
func (d *day) report(t *testing.T, setUp, storm, rest pace, memory []resident) {
	t.Helper()
	gateway := map[discordfake.GatewayWhat]int{}
	for _, e := range d.tap.fake.GatewayLog() {
		gateway[e.What]++
	}
	answers, late, direct := 0, 0, 0
	for _, g := range d.guilds {
		for _, m := range g.members {
			answers += len(m.Promises())
		}
		if g.late != nil {
			late++
			n, _ := g.late.grades()
			direct += n
		}
	}
	counts := d.tap.fake.Counts()
	t.Logf("%d shards, %d guilds, %d lives of which %d were killed", d.shards, len(d.guilds), d.lives.Count, d.tap.Kills())
	t.Logf("announcements, as fast as they were asked for: %v", setUp)
	t.Logf("the slot: %v", storm)
	t.Logf("results and what goes with them: %v", rest)
	jumped := jumps(d.order)
	t.Logf("order: of %d posts %d came before one that was decided earlier, by %d places at the most", len(d.order), len(jumped), farthest(jumped))
	t.Logf("gateway: %v", gateway)
	t.Logf("REST: %d requests, at most %d in a second, 429s %v, invalid %d", counts.Requests, counts.Peak, counts.Limited, counts.Invalid)
	t.Logf("members: %d answers and corrections shown as taken; %d answers sent to a dead bot, %d of them graded by direct message", answers, late, direct)
	for i, life := range memory {
		t.Logf("life %d: at most %v", i+1, life)
	}
	t.Logf("in the end: %s", d.lives.Usage[len(d.lives.Usage)-1])
}

func (r resident) String() string {
	return fmt.Sprintf("%.1f MB resident; anonymous %.1f MB, of files %.1f MB", mb(r["VmHWM"]), mb(r["RssAnon"]), mb(r["RssFile"]))
}

func mb(kb int) float64 { return float64(kb) / 1024 }
