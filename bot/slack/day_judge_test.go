package slack_test

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/quiz"
	"greenroom/bot/slack/slackfake"
	"greenroom/store"
	"greenroom/store/bolt"
)

// The judge reads what ever stood in Slack, what became of every message that the bot sent, and the store, and says what is
// wrong. It reads the engine's records by its own eyes: these are the fields that it needs of them.

type judgedPost struct {
	ID       string
	Number   int
	Channel  string
	Schedule string
	Slot     string
	State    string
	Answered int
	Said     []int
	Told     bool
}

type judgedAttempt struct {
	Post   string
	Member string
	Parts  map[int]struct {
		At            time.Time
		Text, Redraft string
		Claimed       []int
		Points        int64
	}
}

// verdict collects what is wrong in one workspace.
type verdict struct {
	d        *day
	team     *workspace
	db       store.DB
	ws       string
	log      []entry
	sends    map[string][]send // by key, of first pages that were posted or are in doubt
	posts    map[string]judgedPost
	attempts []judgedAttempt
	found    []string
}

func (v *verdict) wrong(format string, about ...any) {
	v.found = append(v.found, v.team.id+": "+fmt.Sprintf(format, about...))
}

// judge says what is wrong once nothing is left to do.
func (d *day) judge(t *testing.T) []string {
	t.Helper()
	db, err := bolt.Open(filepath.Join(d.folder, "greenroom.db"), bolt.Options{Now: d.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if d.lose != "" {
		d.loses(t, db)
	}
	var found []string
	log := d.slack.log()
	for _, team := range d.teams {
		v := &verdict{d: d, team: team, db: db, ws: "slack:" + team.id, sends: map[string][]send{}, posts: map[string]judgedPost{}}
		v.log = slices.DeleteFunc(slices.Clone(log), func(e entry) bool { return e.Team != team.id })
		if err := v.read(); err != nil {
			t.Fatal(err)
		}
		v.slots()
		v.copies()
		v.promises()
		v.counted()
		v.order()
		v.threads()
		found = append(found, v.found...)
		t.Logf("%s: %d entries in the journal, %d posts, %d attempts, %d of %d posted copies deleted", team.id, len(v.log),
			len(v.posts), len(v.attempts), v.count(slackfake.Deleted), v.count(slackfake.Posted))
	}
	found = append(found, d.left(db)...)
	t.Logf("%d lives, %d of them killed, %d sends in doubt; the last life: %s", d.lives, len(d.slack.kills), d.slack.doubts,
		strings.TrimSpace(d.usage[len(d.usage)-1]))
	slices.Sort(found)
	return found
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
		t.Fatal(err)
	}
}

// count is how many posts had that happen to them.
func (v *verdict) count(kind slackfake.EntryKind) (n int) {
	for _, e := range v.log {
		if e.Kind == kind && isPost(e.Key) {
			n++
		}
	}
	return n
}

func (v *verdict) read() error {
	for _, s := range v.d.slack.sends {
		if s.Page == "1" && (s.TS != "" || s.Doubt) {
			v.sends[s.Key] = append(v.sends[s.Key], s)
		}
	}
	err := each(v.db, store.Prefix(v.ws, "post"), func(p judgedPost) { v.posts[p.ID] = p })
	if err != nil {
		return err
	}
	return each(v.db, store.Prefix(v.ws, "attempt"), func(a judgedAttempt) { v.attempts = append(v.attempts, a) })
}

// each reads the records below a prefix: JSON behind the byte of their version.
func each[T any](db store.DB, prefix store.Ref, fn func(T)) error {
	records, err := db.List(context.Background(), prefix, "", 1<<20)
	for _, r := range records {
		var one T
		if err := json.Unmarshal(r.Bytes[1:], &one); err != nil {
			return fmt.Errorf("%s: %w", r.Ref, err)
		}
		fn(one)
	}
	return err
}

func (v *verdict) postKey(id string) string { return string(store.Key(v.ws, "post", id)) }

func postOf(key string) string { return store.Ref(key).Parts()[2] }

// slots: every slot was decided once and came into its channel, and nothing else.
func (v *verdict) slots() {
	want := map[string]schedule{}
	for _, s := range v.team.expected(v.d.ended) {
		want[s.id+" "+s.at.Format("2006-01-02T15:04")] = s
	}
	for _, p := range v.posts {
		if p.Schedule == "" {
			continue // asked for on demand
		}
		slot := p.Schedule + " " + p.Slot
		s, ok := want[slot]
		if !ok {
			v.wrong("post %s of slot %s was not expected, or is one of two", p.ID, slot)
			continue
		}
		delete(want, slot)
		if p.Channel != s.channel || p.State == "lost" || p.State == "waiting" {
			v.wrong("post %s of slot %s is %s in %s", p.ID, slot, p.State, p.Channel)
		}
		if n := len(v.posted(v.postKey(p.ID))); n == 0 {
			v.wrong("post %s of slot %s never stood in its channel", p.ID, slot)
		}
	}
	for slot := range want {
		v.wrong("slot %s was never decided", slot)
	}
}

// posted are the entries with which a key's first page was posted.
func (v *verdict) posted(key string) (all []entry) {
	for _, e := range v.log {
		if e.Kind == slackfake.Posted && e.Key == key && e.Page == "1" {
			all = append(all, e)
		}
	}
	return all
}

// copies: a message was posted a second time only where the first was left in doubt and nobody could look; of such a post
// the copies are gone that are not recorded, each after a click on it; and the one that is recorded stands.
func (v *verdict) copies() {
	standing := v.team.standing()
	for _, key := range v.keys() {
		all := v.posted(key)
		for i, e := range all[1:] {
			switch {
			case v.d.history:
				v.wrong("%s was posted a second time, at %s, though the bot could look", key, e.At.Format(time.TimeOnly))
			case !v.inDoubt(all[i], e):
				v.wrong("%s was posted a second time, at %s, though the bot knew of the first", key, e.At.Format(time.TimeOnly))
			}
		}
		if !isPost(key) {
			continue
		}
		if n := len(standing[key]); n != 1 {
			v.wrong("%s stands %d times in the end", key, n)
			continue
		}
		at := standing[key][0].Channel + "/" + standing[key][0].TS
		if id, err := v.db.Message(context.Background(), key); err != nil || !strings.HasPrefix(id, at) {
			v.wrong("of %s the message %s stands and %s is recorded, %v", key, at, id, err)
		}
	}
	for _, e := range v.log {
		if at := e.Message.Channel + "/" + e.Message.TS; e.Kind == slackfake.Deleted && !v.d.slack.clicked(at) {
			v.wrong("%s was deleted, which nobody had clicked", at)
		}
	}
}

// keys are those of what the bot posted into channels, in order.
func (v *verdict) keys() []string {
	var keys []string
	for _, e := range v.log {
		if e.Kind == slackfake.Posted && e.Key != "" && e.Page == "1" {
			keys = append(keys, e.Key)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// inDoubt tells whether the bot could not know of one message when it sent the other: Slack had not told it, or it was killed
// meanwhile. What was sent first may come last.
func (v *verdict) inDoubt(first, second entry) bool {
	one, other := v.sendOf(first), v.sendOf(second)
	if other.Begun < one.Begun {
		one, other = other, one
	}
	return one.Doubt || one.Life < other.Life && v.d.slack.kills[one.Life]
}

// sendOf is the call that posted a message.
func (v *verdict) sendOf(e entry) send {
	for _, s := range v.sends[e.Key] {
		if s.TS == e.Message.TS {
			return s
		}
	}
	return send{}
}

// promises: nothing is lost of what was shown as taken.
func (v *verdict) promises() {
	kept := map[string]judgedAttempt{}
	for _, a := range v.attempts {
		kept[a.Member+" "+a.Post] = a
	}
	n := 0
	for _, m := range v.team.members {
		v.found = append(v.found, m.wrong...)
		for _, p := range m.promises {
			n++
			part := kept[p.Member+" "+p.Post].Parts[p.Part]
			switch {
			case p.Draft == 1 && part.Text != p.Text, p.Draft == 2 && part.Redraft != p.Text:
				v.wrong("%s's draft %d of part %d of %s is lost: %.60q; kept is %.60q, %.60q", p.Member, p.Draft, p.Part, p.Post, p.Text, part.Text, part.Redraft)
			case p.Draft == 0 && !slices.ContainsFunc(part.Claimed, func(i int) bool { return strconv.Itoa(i) == p.Claimed }):
				v.wrong("%s's correction of part %d of %s is lost: %q, kept are %v", p.Member, p.Part, p.Post, p.Claimed, part.Claimed)
			}
		}
	}
	if n == 0 {
		v.wrong("nobody has answered, so this day proves nothing")
	}
}

// counted: every answer counts once, in its post and on the boards.
func (v *verdict) counted() {
	answered, points := map[string]int{}, int64(0)
	for _, a := range v.attempts {
		if !a.Parts[0].At.IsZero() {
			answered[a.Post]++
		}
		for _, p := range a.Parts {
			points += p.Points
		}
	}
	for _, p := range v.posts {
		if p.Answered != answered[p.ID] {
			v.wrong("post %s counts %d answers of %d", p.ID, p.Answered, answered[p.ID])
		}
	}
	scores, err := v.db.Top(context.Background(), store.Board{Workspace: v.ws}, 1<<20)
	if err != nil {
		v.wrong("the board: %v", err)
	}
	for _, s := range scores {
		points -= s.N
	}
	if points != 0 {
		v.wrong("the board has %d quarters of a point less than the attempts", points)
	}
	if err := quiz.Audit(store.NewReader(context.Background(), v.db), chat.Workspace(v.ws)); err != nil {
		v.wrong("%v", err)
	}
}

// order: in a channel posts stand by their numbers, without a gap; in a thread follow-ups by theirs and the result last.
func (v *verdict) order() {
	number, thread, seen := map[string]int{}, map[string]int{}, map[string]bool{}
	for _, e := range v.log {
		if e.Kind != slackfake.Posted || e.Key == "" || e.Page != "1" || seen[e.Key] {
			continue
		}
		seen[e.Key] = true
		switch parts := store.Ref(e.Key).Parts(); parts[1] {
		case "post":
			p := v.posts[parts[2]]
			if p.Number != number[p.Channel]+1 {
				v.wrong("in %s number %d stands after number %d", p.Channel, p.Number, number[p.Channel])
			}
			number[p.Channel] = p.Number
		case "follow", "result":
			place := 1000
			if parts[1] == "follow" {
				place, _ = strconv.Atoi(parts[3])
			}
			if place <= thread[parts[2]] {
				v.wrong("in the thread of %s part %d stands after part %d", parts[2], place, thread[parts[2]])
			}
			thread[parts[2]] = place
			if !v.under(e, parts[2]) {
				v.wrong("%s stands in the thread of another message", e.Key)
			}
		}
	}
}

// under tells whether a thread message stands under a copy of its post.
func (v *verdict) under(e entry, post string) bool {
	return slices.ContainsFunc(v.posted(v.postKey(post)), func(p entry) bool {
		return p.Message.Channel == e.Message.Channel && p.Message.TS == e.Message.Thread
	})
}

// threads: what the engine says to have put into a thread stands there; one that was left in doubt may be missing where the
// bot cannot look.
func (v *verdict) threads() {
	for _, p := range v.posts {
		if p.Told {
			v.stands(string(store.Key(v.ws, "result", p.ID)))
		}
		for _, said := range p.Said {
			v.stands(string(store.Key(v.ws, "follow", p.ID, strconv.Itoa(said))))
		}
	}
}

func (v *verdict) stands(key string) {
	if n := len(v.posted(key)); n != 1 && (v.d.history || n > 1 || !v.doubted(key)) {
		v.wrong("%s stands %d times", key, n)
	}
}

// doubted tells whether a send of the key was left in doubt, or whether a life was killed that may have been at it.
func (v *verdict) doubted(key string) bool {
	return slices.ContainsFunc(v.sends[key], func(s send) bool { return s.Doubt }) || len(v.d.slack.kills) > 0
}

// left: nothing is due, waits to be sent, is in doubt or was put aside.
func (d *day) left(db store.DB) (wrong []string) {
	ctx := context.Background()
	if due, err := db.Due(ctx, d.clock.Now(), 10); err != nil || len(due) > 0 {
		wrong = append(wrong, fmt.Sprintf("wake rows are due: %+v, %v", due, err))
	}
	if rows, err := db.Outbox(ctx, "", 10); err != nil || len(rows) > 0 {
		wrong = append(wrong, fmt.Sprintf("rows are unsent: %+v, %v", rows, err))
	}
	own, err := db.List(ctx, "~bot/", "", 10)
	if err != nil || len(own) > 0 {
		wrong = append(wrong, fmt.Sprintf("the shell keeps %+v, %v", own, err))
	}
	return wrong
}
