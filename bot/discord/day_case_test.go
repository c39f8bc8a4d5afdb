package discord_test

import (
	"fmt"
	"slices"
	"testing"

	"greenroom/bot/bottest/campaign"
	"greenroom/bot/discord/discordfake"
	"greenroom/store"
)

// judge says what is wrong once nothing is left to do: it is handed what ever stood in Discord and the store.
func (d *day) judge(t *testing.T) (found []string) {
	t.Helper()
	db := d.lives.Store(t)
	defer db.Close()
	if d.lose != "" {
		d.loses(t, db)
	}
	for _, g := range d.guilds {
		c := d.caseOf(g)
		c.DB = db
		wrong, err := c.Judge(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, wrong...)
		for _, m := range g.members {
			found = append(found, m.Wrong()...)
		}
		if g.late != nil {
			found = append(found, g.late.judge()...)
		}
		if n := d.standing(g); n != 1 {
			found = append(found, fmt.Sprintf("%s: %d announcements stand", g.id, n))
		}
	}
	found = append(found, campaign.Left(t.Context(), db, d.clock.Now())...)
	for _, complaint := range d.tap.fake.Complaints() {
		found = append(found, "Discord complains: "+complaint)
	}
	slices.Sort(found)
	return found
}

// caseOf is what the judge hears of one guild. In all of them the bot may read the channel, so nothing may stand twice.
func (d *day) caseOf(g *server) campaign.Case {
	c := campaign.Case{Name: g.id, Workspace: g.workspace(), Certain: true, Over: true}
	c.Slots = []campaign.Slot{{Schedule: "s1", Channel: g.channel, At: campaign.SlotAt(slotAt)}}
	for _, e := range d.tap.entries[g.id] {
		if e.Key != "" {
			c.Log = append(c.Log, e.heard(g))
		}
	}
	for _, m := range g.members {
		c.Promises = append(c.Promises, m.Promises()...)
	}
	if g.late != nil {
		c.Promises = append(c.Promises, g.late.promise())
	}
	return c
}

// heard is an entry as the judge hears it.
func (e entry) heard(g *server) campaign.Entry {
	kind := map[discordfake.EntryKind]campaign.EntryKind{
		discordfake.Posted: campaign.Posted, discordfake.Edited: campaign.Edited, discordfake.Deleted: campaign.Deleted,
	}[e.Kind]
	m := e.Message
	heard := campaign.Entry{Kind: kind, At: e.At, Key: e.Key, Channel: g.channel, ID: m.Channel + "/" + m.ID}
	if m.Channel != g.channel { // a thread's id is that of the message under which it is
		heard.Parent = g.channel + "/" + m.Channel
	}
	return heard
}

// standing counts the announcements of a guild.
func (d *day) standing(g *server) (n int) {
	for _, e := range d.tap.entries[g.id] {
		if e.Kind == discordfake.Posted && e.Key == "" && e.Message.Channel == g.channel {
			n++
		}
	}
	return n
}

// loses deletes the records of a kind.
func (d *day) loses(t *testing.T, db store.DB) {
	t.Helper()
	var unit store.Unit
	for _, g := range d.guilds {
		records, err := db.List(t.Context(), store.Prefix(string(g.workspace()), d.lose), "", 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			unit.Put = append(unit.Put, store.Put{Ref: r.Ref})
		}
	}
	if len(unit.Put) == 0 {
		t.Fatal("there is nothing to lose")
	}
	if err := db.Commit(t.Context(), unit); err != nil {
		t.Fatal(fmt.Errorf("losing records: %w", err))
	}
}
