package slack_test

import (
	"fmt"
	"slices"
	"testing"

	"greenroom/bot/bottest/campaign"
	"greenroom/bot/chat"
	"greenroom/bot/slack/slackfake"
	"greenroom/store"
)

// judge says what is wrong once nothing is left to do: it is handed what ever stood in Slack, what became of every message that
// the bot sent, and the store.
func (d *day) judge(t *testing.T) []string {
	t.Helper()
	db := d.lives.Store(t)
	defer db.Close()
	if d.lose != "" {
		d.loses(t, db)
	}
	var found []string
	log, sends := d.slack.log(), d.slack.sentFirst()
	for _, team := range d.teams {
		c := d.caseOf(team, log, sends)
		c.DB = db
		wrong, err := c.Judge(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, wrong...)
		for _, m := range team.members {
			for _, w := range m.Wrong() {
				found = append(found, team.id+" "+w)
			}
		}
		t.Log(c.Counts())
	}
	found = append(found, campaign.Left(t.Context(), db, d.clock.Now())...)
	t.Logf("%d lives, %d of them killed, %d sends in doubt; the last life: %s", d.lives.Count, d.slack.Kills(), d.slack.doubts,
		d.lives.Usage[len(d.lives.Usage)-1])
	slices.Sort(found)
	return found
}

// caseOf is what the judge hears of one workspace.
func (d *day) caseOf(team *workspace, log []entry, sends map[string][]send) campaign.Case {
	c := campaign.Case{Name: team.id, Workspace: chat.Workspace("slack:" + team.id), Certain: d.history, Promises: []campaign.Promise{}}
	for _, e := range log {
		if e.Team == team.id && e.Key != "" && e.Page == "1" {
			c.Log = append(c.Log, e.heard())
		}
	}
	for _, s := range team.expected(d.ended) {
		c.Slots = append(c.Slots, campaign.Slot{Schedule: s.id, Channel: s.channel, At: campaign.SlotAt(s.at)})
	}
	for _, m := range team.members {
		c.Promises = append(c.Promises, m.Promises()...)
	}
	sendOf := func(e campaign.Entry) send {
		for _, s := range sends[e.Key] {
			if e.Channel+"/"+s.TS == e.ID {
				return s
			}
		}
		return send{}
	}
	// What was sent first may come last. The bot could not know of one message where Slack had not told it, or it was killed meanwhile.
	c.InDoubt = func(first, second campaign.Entry) bool {
		one, other := sendOf(first), sendOf(second)
		if other.Begun < one.Begun {
			one, other = other, one
		}
		return one.Doubt || one.Life < other.Life && d.slack.Killed(one.Life)
	}
	c.Missed = func(key string) bool {
		return slices.ContainsFunc(sends[key], func(s send) bool { return s.Doubt }) || d.slack.Kills() > 0
	}
	c.Clicked = d.slack.clicked
	return c
}

// heard is an entry as the judge hears it.
func (e entry) heard() campaign.Entry {
	kind := map[slackfake.EntryKind]campaign.EntryKind{
		slackfake.Posted: campaign.Posted, slackfake.Edited: campaign.Edited, slackfake.Deleted: campaign.Deleted,
	}[e.Kind]
	m := e.Message
	heard := campaign.Entry{Kind: kind, At: e.At, Key: e.Key, Channel: m.Channel, ID: m.Channel + "/" + m.TS}
	if m.Thread != "" {
		heard.Parent = m.Channel + "/" + m.Thread
	}
	return heard
}

// loses deletes the records of a kind.
func (d *day) loses(t *testing.T, db store.DB) {
	t.Helper()
	records, err := db.List(t.Context(), store.Prefix("slack:"+d.teams[0].id, d.lose), "", 1<<20)
	if err != nil || len(records) == 0 {
		t.Fatalf("there are %d records to lose, %v", len(records), err)
	}
	var unit store.Unit
	for _, r := range records {
		unit.Put = append(unit.Put, store.Put{Ref: r.Ref})
	}
	if err := db.Commit(t.Context(), unit); err != nil {
		t.Fatal(fmt.Errorf("losing records: %w", err))
	}
}
