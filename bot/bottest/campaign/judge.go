package campaign

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/quiz"
	"greenroom/store"
)

// Case is what the judge hears of one workspace: what ever stood in the platform, what people were promised, and the store. The
// judge reads the engine's records by its own eyes.
type Case struct {
	Name      string // of the workspace, for what is wrong
	Workspace chat.Workspace
	DB        store.DB
	Log       []Entry   // what happened to the bot's messages in channels and threads, in order
	Slots     []Slot    // that should have been decided; nil: they are not judged, as schedules are gone
	Promises  []Promise // nil: they are not judged, as texts are erased

	// Certain: the bot can look before it sends again, so nothing may stand twice. Without it a message may, where the bot could
	// not know of the first when it sent the second (InDoubt), and of a post the copy goes that somebody has clicked (Clicked).
	Certain bool
	InDoubt func(first, second Entry) bool
	Clicked func(id string) bool
	Missed  func(key string) bool // a message of a thread may be missing: its send was left in doubt

	Over bool // every timer has fired
}

// Entry is what happened to the first page of a message.
type Entry struct {
	Kind    EntryKind
	At      time.Time
	Key     string // of the action that posted it
	Channel string
	ID      string // the platform's, as the store has it; others may begin alike
	Parent  string // the message in whose thread it stands; empty in a channel
}

// EntryKind is what can happen to a message.
type EntryKind string

// The kinds of entries.
const (
	Posted  EntryKind = "posted"
	Edited  EntryKind = "edited"
	Deleted EntryKind = "deleted"
)

// Slot is a schedule at one time.
type Slot struct {
	Schedule string // as the bot numbers it
	Channel  string
	At       string // nominal, as the bot writes it: 2006-01-02T15:04
}

// SlotAt is how the bot writes a slot's time.
func SlotAt(at time.Time) string { return at.Format("2006-01-02T15:04") }

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

// judge collects what is wrong.
type judge struct {
	Case
	posts    map[string]judgedPost
	attempts []judgedAttempt
	found    []string
}

// Judge says what is wrong, a sentence each. The error is of reading the store.
func (c Case) Judge(ctx context.Context) ([]string, error) {
	j := &judge{Case: c, posts: map[string]judgedPost{}}
	err := each(ctx, c.DB, store.Prefix(string(c.Workspace), "post"), func(p judgedPost) { j.posts[p.ID] = p })
	if err == nil {
		err = each(ctx, c.DB, store.Prefix(string(c.Workspace), "attempt"), func(a judgedAttempt) { j.attempts = append(j.attempts, a) })
	}
	if err != nil {
		return nil, err
	}
	if c.Slots != nil {
		j.slots()
	}
	j.copies(ctx)
	if c.Promises != nil {
		j.promises()
	}
	j.counted(ctx)
	j.order()
	j.threads()
	return j.found, nil
}

// Counts says how much the judge has heard.
func (c Case) Counts() string {
	n := map[EntryKind]int{}
	for _, e := range c.Log {
		n[e.Kind]++
	}
	return fmt.Sprintf("%s: %d messages posted, %d edits, %d deleted, %d promises", c.Name, n[Posted], n[Edited], n[Deleted], len(c.Promises))
}

func (j *judge) wrong(format string, about ...any) {
	j.found = append(j.found, j.Name+": "+fmt.Sprintf(format, about...))
}

// each reads the records below a prefix: JSON behind the byte of their version.
func each[T any](ctx context.Context, db store.DB, prefix store.Ref, fn func(T)) error {
	records, err := db.List(ctx, prefix, "", 1<<20)
	for _, r := range records {
		var one T
		if err := json.Unmarshal(r.Bytes[1:], &one); err != nil {
			return fmt.Errorf("%s: %w", r.Ref, err)
		}
		fn(one)
	}
	return err
}

func (j *judge) postKey(id string) string { return string(store.Key(string(j.Workspace), "post", id)) }

// slots: every slot was decided once and came into its channel, and nothing else.
func (j *judge) slots() {
	want := map[string]Slot{}
	for _, s := range j.Slots {
		want[s.Schedule+" "+s.At] = s
	}
	for _, p := range j.posts {
		if p.Schedule == "" {
			continue // asked for on demand
		}
		slot := p.Schedule + " " + p.Slot
		s, ok := want[slot]
		if !ok {
			j.wrong("post %s of slot %s was not expected, or is one of two", p.ID, slot)
			continue
		}
		delete(want, slot)
		if p.Channel != s.Channel || p.State == "lost" || p.State == "waiting" {
			j.wrong("post %s of slot %s is %s in %s", p.ID, slot, p.State, p.Channel)
		}
		if len(j.posted(j.postKey(p.ID))) == 0 {
			j.wrong("post %s of slot %s never stood in its channel", p.ID, slot)
		}
	}
	for slot := range want {
		j.wrong("slot %s was never decided", slot)
	}
}

// posted are the entries with which a key was posted.
func (j *judge) posted(key string) (all []Entry) {
	for _, e := range j.Log {
		if e.Kind == Posted && e.Key == key {
			all = append(all, e)
		}
	}
	return all
}

// copies: a message was posted a second time only where the first was left in doubt and nobody could look; of such a post
// the copies are gone that are not recorded, each after a click on it; and the one that is recorded stands.
func (j *judge) copies(ctx context.Context) {
	ever, gone := map[string][]Entry{}, map[string]bool{} // by key; by id
	var keys []string
	for _, e := range j.Log {
		switch {
		case e.Kind == Posted && ever[e.Key] == nil:
			keys = append(keys, e.Key)
			ever[e.Key] = []Entry{e}
		case e.Kind == Posted:
			j.twice(ever[e.Key][len(ever[e.Key])-1], e)
			ever[e.Key] = append(ever[e.Key], e)
		case e.Kind == Deleted:
			gone[e.ID] = true
			if j.Clicked == nil || !j.Clicked(e.ID) {
				j.wrong("%s was deleted, which nobody had clicked", e.ID)
			}
		}
	}
	for _, key := range keys {
		stand := slices.DeleteFunc(ever[key], func(e Entry) bool { return gone[e.ID] })
		switch {
		case !IsPost(key):
		case len(stand) != 1:
			j.wrong("%s stands %d times in the end", key, len(stand))
		default:
			if id, err := j.DB.Message(ctx, key); err != nil || !strings.HasPrefix(id, stand[0].ID) {
				j.wrong("of %s the message %s stands and %s is recorded, %v", key, stand[0].ID, id, err)
			}
		}
	}
}

// twice judges a message that is posted after another of its key.
func (j *judge) twice(first, second Entry) {
	switch {
	case j.Certain:
		j.wrong("%s was posted a second time, at %s, though the bot could look", second.Key, second.At.Format(time.TimeOnly))
	case !j.InDoubt(first, second):
		j.wrong("%s was posted a second time, at %s, though the bot knew of the first", second.Key, second.At.Format(time.TimeOnly))
	}
}

// promises: nothing is lost of what was shown as taken.
func (j *judge) promises() {
	kept := map[string]judgedAttempt{}
	for _, a := range j.attempts {
		kept[a.Member+" "+a.Post] = a
	}
	for _, p := range j.Promises {
		part := kept[p.Member+" "+p.Post].Parts[p.Part]
		switch {
		case p.Draft == 1 && part.Text != p.Text, p.Draft == 2 && part.Redraft != p.Text:
			j.wrong("%s's draft %d of part %d of %s is lost: %.60q; kept is %.60q, %.60q", p.Member, p.Draft, p.Part, p.Post, p.Text, part.Text, part.Redraft)
		case p.Draft == 0 && !slices.ContainsFunc(part.Claimed, func(i int) bool { return strconv.Itoa(i) == p.Claimed }):
			j.wrong("%s's correction of part %d of %s is lost: %q, kept are %v", p.Member, p.Part, p.Post, p.Claimed, part.Claimed)
		}
	}
	if len(j.Promises) == 0 {
		j.wrong("nobody has answered, so this proves nothing")
	}
}

// counted: every answer counts once, in its post and on the boards.
func (j *judge) counted(ctx context.Context) {
	answered, points := map[string]int{}, int64(0)
	for _, a := range j.attempts {
		if !a.Parts[0].At.IsZero() {
			answered[a.Post]++
		}
		for _, p := range a.Parts {
			points += p.Points
		}
	}
	for _, p := range j.posts {
		if p.Answered != answered[p.ID] {
			j.wrong("post %s counts %d answers of %d", p.ID, p.Answered, answered[p.ID])
		}
	}
	scores, err := j.DB.Top(ctx, store.Board{Workspace: string(j.Workspace)}, 1<<20)
	if err != nil {
		j.wrong("the board: %v", err)
	}
	for _, s := range scores {
		points -= s.N
	}
	if points != 0 {
		j.wrong("the board has %d quarters of a point less than the attempts", points)
	}
	if err := quiz.Audit(store.NewReader(ctx, j.DB), j.Workspace); err != nil {
		j.wrong("%v", err)
	}
}

// order: in a channel posts stand by their numbers, without a gap; in a thread follow-ups by theirs and the result last, each
// under its post; what changes a message comes after it.
func (j *judge) order() {
	number, thread, seen, stood := map[string]int{}, map[string]int{}, map[string]bool{}, map[string]bool{}
	for _, e := range j.Log {
		if e.Kind == Posted {
			stood[e.ID] = true
		}
		if !stood[e.ID] || e.Parent != "" && !stood[e.Parent] {
			j.wrong("%s, %s, came before the message that it is about", e.Key, e.Kind)
		}
		if e.Kind != Posted || seen[e.Key] {
			continue
		}
		seen[e.Key] = true
		switch parts := store.Ref(e.Key).Parts(); parts[1] {
		case "post":
			p := j.posts[parts[2]]
			if p.Number != number[p.Channel]+1 {
				j.wrong("in %s number %d stands after number %d", p.Channel, p.Number, number[p.Channel])
			}
			number[p.Channel] = p.Number
		case "follow", "result":
			place := 1000
			if parts[1] == "follow" {
				place, _ = strconv.Atoi(parts[3])
			}
			if place <= thread[parts[2]] {
				j.wrong("in the thread of %s part %d stands after part %d", parts[2], place, thread[parts[2]])
			}
			thread[parts[2]] = place
			if !slices.ContainsFunc(j.posted(j.postKey(parts[2])), func(p Entry) bool { return p.ID == e.Parent }) {
				j.wrong("%s stands in the thread of another message", e.Key)
			}
		}
	}
}

// threads: what the engine says to have put into a thread stands there; one that was left in doubt may be missing where the
// bot cannot look. In the end every post that was answered has its result.
func (j *judge) threads() {
	answered := map[string]bool{} // by post; where the grader abstained from every answer there is no result
	for _, a := range j.attempts {
		if !a.Parts[0].At.IsZero() {
			answered[a.Post] = true
		}
	}
	for _, p := range j.posts {
		if j.Over && p.Schedule != "" && p.Told != answered[p.ID] {
			j.wrong("of post %s the record says of a result %v, and it was answered: %v", p.ID, p.Told, answered[p.ID])
		}
		if p.Told {
			j.stands(string(store.Key(string(j.Workspace), "result", p.ID)))
		}
		for _, said := range p.Said {
			j.stands(string(store.Key(string(j.Workspace), "follow", p.ID, strconv.Itoa(said))))
		}
	}
}

func (j *judge) stands(key string) {
	if n := len(j.posted(key)); n != 1 && (j.Certain || n > 1 || !j.Missed(key)) {
		j.wrong("%s stands %d times", key, n)
	}
}

// Left is what is left undone in a store: what is due, waits to be sent, is in doubt or was put aside.
func Left(ctx context.Context, db store.DB, now time.Time) (wrong []string) {
	if due, err := db.Due(ctx, now, 10); err != nil || len(due) > 0 {
		wrong = append(wrong, fmt.Sprintf("wake rows are due: %+v, %v", due, err))
	}
	if rows, err := db.Outbox(ctx, "", 10); err != nil || len(rows) > 0 {
		wrong = append(wrong, fmt.Sprintf("rows are unsent: %+v, %v", rows, err))
	}
	if own, err := db.List(ctx, "~bot/", "", 10); err != nil || len(own) > 0 {
		wrong = append(wrong, fmt.Sprintf("the shell keeps %+v, %v", own, err))
	}
	return wrong
}
