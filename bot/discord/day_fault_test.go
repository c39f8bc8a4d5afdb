package discord_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"greenroom/bot/bottest/campaign"
	"greenroom/bot/discord/discordfake"
)

// fault is something that happens once so much of the slot is posted.
type fault struct {
	at   float64
	do   func()
	ends bool // a session, with all that is not brought yet: it waits until there are no latecomers any more who wait for a grade
}

// allFaults is everything that goes wrong but for deaths, in order.
func (d *day) allFaults() []fault {
	fake := d.tap.fake
	last := d.shards - 1
	post := "POST channels/{channel}/messages"
	next := func(what ...discordfake.Fault) func() {
		return func() {
			for _, w := range what {
				fake.Next(1, post, w)
			}
		}
	}
	lost := next(discordfake.FailAfter, discordfake.DropAfter, discordfake.Fail, discordfake.Drop)
	limited := next(discordfake.Busy, discordfake.Shared)
	faults := []fault{
		{at: 0.05, do: limited},
		{at: 0.10, do: func() { fake.Reconnect(discordfake.Every) }},
		{at: 0.12, do: next(discordfake.Global)},
		{at: 0.15, do: lost},
		{at: 0.25, do: func() { fake.InvalidSession(0, true) }},
		{at: 0.35, do: func() { fake.CloseShard(last, 4000) }},
		{at: 0.38, do: func() { fake.Redeliver("INTERACTION_CREATE") }},
		{at: 0.80, do: limited},
		{at: 0.85, do: func() { fake.InvalidSession(0, false) }, ends: true},
	}
	if !*whole {
		return faults
	}
	faults = append(faults, []fault{
		{at: 0.30, do: limited},
		{at: 0.36, do: func() { fake.CloseShard(0, 0) }},
		{at: 0.40, do: next(discordfake.HTML)},
		{at: 0.55, do: lost},
		{at: 0.58, do: next(discordfake.Global)},
		{at: 0.65, do: func() { fake.Reconnect(0) }},
		{at: 0.66, do: func() { fake.Redeliver("INTERACTION_CREATE") }},
		{at: 0.72, do: func() { fake.Silence(last) }}, // the bot notices within two heartbeats
		{at: 0.82, do: next(discordfake.Global)},
		{at: 0.90, do: lost},
	}...)
	slices.SortStableFunc(faults, func(a, b fault) int { return cmp.Compare(a.at, b.at) })
	return faults
}

// storms has happen what is to happen by now. It is true when the slot is posted everywhere.
func (d *day) storms(t *testing.T) bool {
	if d.lives.Life.Over() {
		d.rise(t)
	}
	posted := d.tap.posted() + d.missing
	share := float64(posted) / float64(len(d.guilds))
	for len(d.faults) > 0 && share >= d.faults[0].at && (!d.faults[0].ends || len(d.deaths) == 0 && d.told()) {
		d.faults[0].do()
		d.faults = d.faults[1:]
	}
	if len(d.deaths) == 0 {
		return posted == len(d.guilds) && len(d.faults) == 0
	}
	switch {
	case share < d.deaths[0] || !d.ready() || d.tap.Struck():
	case posted == len(d.guilds): // its moment did not come
		d.tap.Strike(0)
	case !d.doomed:
		d.doomed = true
		d.tap.Arm(campaign.Strike{
			Call: posting, Nth: 1 + d.random.IntN(4), When: campaign.Phase(len(d.deaths) % 3), Delay: time.Duration(d.random.IntN(4000)) * time.Microsecond,
		})
	}
	return false
}

// ready finds latecomers for the next death and tells whether their forms are open.
func (d *day) ready() bool {
	for _, g := range d.guilds {
		if len(d.late) == d.latecomers {
			break
		}
		if _, there := g.standing(); there && g.late == nil && len(g.members) == 0 {
			d.late = append(d.late, g.latecomer())
		}
	}
	return len(d.late) == d.latecomers && !slices.ContainsFunc(d.late, func(l *latecomer) bool { return !l.open.Load() })
}

// told tells whether every latecomer who has sent an answer knows the grade.
func (d *day) told() bool {
	return !slices.ContainsFunc(d.guilds, func(g *server) bool {
		if g.late == nil || !g.late.sent.Load() {
			return false
		}
		direct, here := g.late.grades()
		return direct+here == 0
	})
}

// rise begins the life after a death, into which latecomers have sent their answers.
func (d *day) rise(t *testing.T) {
	t.Helper()
	for _, l := range d.late {
		l.sends()
	}
	d.late, d.deaths, d.doomed = nil, d.deaths[1:], false
	time.Sleep(d.dead)
	if !*whole {
		d.dead = 0 // once is enough
	}
	if d.beforeLife != nil {
		d.beforeLife()
	}
	d.tap.Arm(campaign.Strike{})
	d.lives.Again(t)
}
