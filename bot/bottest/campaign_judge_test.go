package bottest

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

// The judge reads what the platform has synced to its log and what stands in the store, and says what is wrong. It reads
// the engine's records by its own eyes: these are the fields that it needs of them.

type judgedPost struct {
	ID       string
	Number   int
	Channel  chat.Channel
	Schedule string
	Slot     string
	State    string
	Said     []int
	Told     bool
}

type judgedAttempt struct {
	Post   string
	Member chat.Member
	Parts  map[int]judgedPart
}

type judgedPart struct {
	At            time.Time // of the first attempt
	Date          string
	Text, Redraft string
	Claimed       []int
	Points        int64
}

// verdict collects violations of one workspace.
type verdict struct {
	c        *campaign
	db       store.DB
	temper   Temperament
	ws       string
	log      []Entry
	posts    map[string]judgedPost
	attempts []judgedAttempt
	found    []string
}

func (v *verdict) wrong(format string, args ...any) {
	v.found = append(v.found, string(v.temper)+": "+fmt.Sprintf(format, args...))
}

// judge says what is wrong: first with everything that is due done; then, with the clock brought far enough that every
// timer has fired, what is left behind.
func (c *campaign) judge(t *testing.T) []string {
	t.Helper()
	found := c.judgeEach(t, (*verdict).now)
	for _, later := range []time.Duration{25 * time.Hour, 8 * 24 * time.Hour, 40 * 24 * time.Hour} {
		c.clock.Jump(later)
		c.quiet(t)
	}
	found = append(found, c.judgeEach(t, (*verdict).inTheEnd)...)
	for temper := range c.clients {
		for _, p := range c.players[temper] {
			found = append(found, p.stuck...)
		}
	}
	slices.Sort(found)
	return found
}

func (c *campaign) judgeEach(t *testing.T, what func(*verdict)) (found []string) {
	t.Helper()
	db := c.opened(t)
	defer db.Close()
	for temper := range c.clients {
		v := &verdict{c: c, db: db, temper: temper, ws: string(workspaceOf(temper)), posts: map[string]judgedPost{}}
		if err := v.read(); err != nil {
			t.Fatal(err)
		}
		what(v)
		promises := 0
		for _, p := range c.players[temper] {
			promises += len(p.promises)
		}
		t.Logf("%s: %d entries in the log, %d posts, %d attempts, %d promises", temper, len(v.log), len(v.posts), len(v.attempts), promises)
		found = append(found, v.found...)
	}
	return found
}

func (v *verdict) read() error {
	if err := v.readLog(); err != nil {
		return err
	}
	err := each(v.db, store.Prefix(v.ws, "post"), func(p judgedPost) { v.posts[p.ID] = p })
	if err != nil {
		return err
	}
	return each(v.db, store.Prefix(v.ws, "attempt"), func(a judgedAttempt) { v.attempts = append(v.attempts, a) })
}

func (v *verdict) readLog() error {
	f, err := os.Open(v.c.config.LogFile(v.temper))
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e Entry
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return err
		}
		v.log = append(v.log, e)
	}
	return lines.Err()
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

// now judges what must hold as soon as nothing is due.
func (v *verdict) now() {
	v.slots()
	v.promises()
	v.boards()
	v.once()
	v.order()
	v.quiet()
}

// inTheEnd judges what must hold once every timer has fired and every schedule is removed.
func (v *verdict) inTheEnd() {
	v.boards()
	v.once()
	v.order()
	v.threads()
	v.quiet()
	left, err := v.db.Due(context.Background(), v.c.clock.Now().AddDate(100, 0, 0), 10)
	if err != nil || len(left) > 0 {
		v.wrong("wake rows are left behind: %+v, %v", left, err)
	}
}

// slots: every slot was posted, and nothing else.
func (v *verdict) slots() {
	want := map[string]bool{}
	for lot := range lots {
		for _, at := range v.c.slots(lot, v.c.ended) {
			want[fmt.Sprint("s", lot+1, " ", at.Format("2006-01-02T15:04"))] = true
		}
	}
	for _, p := range v.posts {
		slot := p.Schedule + " " + p.Slot
		if !want[slot] {
			v.wrong("post %s of slot %s was not expected, or is one of two", p.ID, slot)
		}
		delete(want, slot)
		if n := v.times(string(store.Key(v.ws, "post", p.ID))); n != 1 || p.State == "lost" || p.State == "waiting" {
			v.wrong("post %s of slot %s stands %d times and is %s", p.ID, slot, n, p.State)
		}
	}
	for slot := range want {
		v.wrong("slot %s was never decided", slot)
	}
}

func (v *verdict) times(key string) int {
	n := 0
	for _, e := range v.log {
		if string(e.Action.Key) == key {
			n++
		}
	}
	return n
}

// promises: no acknowledged answer or correction is lost.
func (v *verdict) promises() {
	parts := map[string]judgedPart{}
	for _, a := range v.attempts {
		for n, p := range a.Parts {
			parts[fmt.Sprint(a.Member, a.Post, n)] = p
		}
	}
	for _, player := range v.c.players[v.temper] {
		for _, p := range player.promises {
			kept := parts[fmt.Sprint(p.Member, p.Post, p.Part)]
			switch {
			case p.Draft == "1" && kept.Text != p.Text, p.Draft == "2" && kept.Redraft != p.Text:
				v.wrong("%s's draft %s of part %d of %s is lost: %q", p.Member, p.Draft, p.Part, p.Post, p.Text)
			case p.Draft == "" && !slices.ContainsFunc(kept.Claimed, func(i int) bool { return strconv.Itoa(i) == p.Claimed[0] }):
				v.wrong("%s's correction of part %d of %s is lost: %q, kept are %v", p.Member, p.Part, p.Post, p.Claimed, kept.Claimed)
			}
		}
	}
}

// boards: each is the sum of its attempts, in the workspace, in each channel and on each date.
func (v *verdict) boards() {
	sums := map[store.Board]map[string]int64{}
	add := func(b store.Board, member chat.Member, n int64) {
		if sums[b] == nil {
			sums[b] = map[string]int64{}
		}
		sums[b][string(member)] += n
	}
	for _, a := range v.attempts {
		channel := string(v.posts[a.Post].Channel)
		for _, p := range a.Parts {
			add(store.Board{Workspace: v.ws}, a.Member, p.Points)
			add(store.Board{Workspace: v.ws, Channel: channel}, a.Member, p.Points)
			if p.Date != "" {
				add(store.Board{Workspace: v.ws, From: p.Date, To: p.Date}, a.Member, p.Points)
			}
		}
	}
	for board, want := range sums {
		scores, err := v.db.Top(context.Background(), board, 100)
		if err != nil {
			v.wrong("board %+v: %v", board, err)
		}
		got := map[string]int64{}
		for _, s := range scores {
			got[s.Member] = s.N
		}
		for member, n := range want {
			if got[member] != n {
				v.wrong("board %+v gives %s %d, the attempts %d", board, member, got[member], n)
			}
			delete(got, member)
		}
		if len(got) > 0 {
			v.wrong("board %+v has points of nobody's attempts: %v", board, got)
		}
	}
	total := int64(0)
	for _, n := range sums[store.Board{Workspace: v.ws}] {
		total += n
	}
	if total == 0 {
		v.wrong("nobody has scored, so this campaign proves nothing")
	}
}

// once: nothing was posted twice.
func (v *verdict) once() {
	seen := map[chat.Key]int{}
	for _, e := range v.log {
		if e.Action.Do != chat.Edit && e.Action.Do != chat.Delete {
			if seen[e.Action.Key]++; seen[e.Action.Key] == 2 {
				v.wrong("%s was posted twice", e.Action.Key)
			}
		}
	}
}

// order: in a channel posts stand by their numbers, without a gap; in a thread follow-ups by theirs and the result last;
// an edit comes after its message.
func (v *verdict) order() {
	number := map[chat.Channel]int{}
	thread := map[chat.MessageID]int{}
	stands := map[chat.MessageID]bool{}
	for _, e := range v.log {
		parts := store.Ref(e.Action.Key).Parts()
		switch {
		case e.Action.Do == chat.Post && parts[1] == "post":
			p := v.posts[parts[2]]
			if p.Number != number[p.Channel]+1 {
				v.wrong("in %s number %d stands after number %d", p.Channel, p.Number, number[p.Channel])
			}
			number[p.Channel] = p.Number
		case e.Action.Do == chat.Thread:
			place := 1000 // the result
			if parts[1] == "follow" {
				place, _ = strconv.Atoi(parts[3])
			}
			if place <= thread[e.Target] {
				v.wrong("in the thread of %s part %d stands after part %d", e.Target, place, thread[e.Target])
			}
			thread[e.Target] = place
		}
		if e.Target != "" && !stands[e.Target] {
			v.wrong("%s came before the message that it is about", e.Action.Key)
		}
		stands[e.ID] = true
	}
}

// threads: what the engine says to have put into a thread stands there.
func (v *verdict) threads() {
	answered := map[string]bool{} // by post; where the grader abstained from every answer there is no result
	for _, a := range v.attempts {
		if !a.Parts[0].At.IsZero() {
			answered[a.Post] = true
		}
	}
	for _, p := range v.posts {
		if n := v.times(string(store.Key(v.ws, "result", p.ID))); p.Told != answered[p.ID] || (n == 1) != p.Told || n > 1 {
			v.wrong("post %s has %d results, its record says %v, and it was answered: %v", p.ID, n, p.Told, answered[p.ID])
		}
		for _, said := range p.Said {
			if n := v.times(string(store.Key(v.ws, "follow", p.ID, strconv.Itoa(said)))); n != 1 {
				v.wrong("follow-up %d of post %s stands %d times", said, p.ID, n)
			}
		}
	}
}

// quiet: nothing is due, waits to be sent, is in doubt or was put aside.
func (v *verdict) quiet() {
	ctx := context.Background()
	due, err := v.db.Due(ctx, v.c.clock.Now(), 10)
	if err != nil || len(due) > 0 {
		v.wrong("wake rows are due: %+v, %v", due, err)
	}
	rows, err := v.db.Outbox(ctx, "", 10)
	if err != nil || len(rows) > 0 {
		v.wrong("rows are unsent: %+v, %v", rows, err)
	}
	own, err := v.db.List(ctx, "~bot/", "", 10)
	if err != nil || len(own) > 0 {
		var refs []string
		for _, r := range own {
			refs = append(refs, string(r.Ref))
		}
		v.wrong("the shell keeps %s, %v", strings.Join(refs, ", "), err)
	}
}
