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
	at float64
	do func()
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
		{0.05, limited},
		{0.10, func() { fake.Reconnect(discordfake.Every) }},
		{0.12, next(discordfake.Global)},
		{0.15, lost},
		{0.25, func() { fake.InvalidSession(0, true) }},
		{0.35, func() { fake.CloseShard(last, 4000) }},
		{0.38, func() { fake.Redeliver("INTERACTION_CREATE") }},
		{0.80, limited},
		{0.85, func() { fake.InvalidSession(0, false) }},
	}
	if !*whole {
		return faults
	}
	faults = append(faults, []fault{
		{0.30, limited},
		{0.36, func() { fake.CloseShard(0, 0) }},
		{0.40, next(discordfake.HTML)},
		{0.55, lost},
		{0.58, next(discordfake.Global)},
		{0.65, func() { fake.Reconnect(0) }},
		{0.66, func() { fake.Redeliver("INTERACTION_CREATE") }},
		{0.72, func() { fake.Silence(last) }}, // the bot notices within two heartbeats
		{0.82, next(discordfake.Global)},
		{0.90, lost},
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
	for len(d.faults) > 0 && share >= d.faults[0].at {
		d.faults[0].do()
		d.faults = d.faults[1:]
	}
	if len(d.deaths) == 0 {
		return posted == len(d.guilds)
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

// ready finds latecomers for the next death and tells whether their forms are open, and those of the death before know their grades: a
// bot that dies between its commit and what it shows shows it when it is asked.
func (d *day) ready() bool {
	if !d.told() {
		return false
	}
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
