package bottest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

// Results are what the engine has made of a script: the attempts, posts, channels, schedules and cards that the store holds in
// the end, and the boards. They name members and channels as the script does and hold no id that a platform has made, so those
// of all platforms are the same. A line each, in order.
type Results []string

// resultKinds are the records that count. What else there is comes from them, is on its way to somebody, or is what a platform
// tells of a member.
var resultKinds = []string{"attempt", "channel", "claim", "claims", "of", "post", "schedule", "wordings"}

// ResultsOf reads what a store holds of a workspace. name puts the script's names in place of a platform's ids in a text.
func ResultsOf(t *testing.T, db store.DB, w chat.Workspace, name func(string) string) Results {
	t.Helper()
	r := reader{t: t, db: db, workspace: w, name: name}
	r.posts()
	var all Results
	for _, kind := range resultKinds {
		for _, record := range r.list(kind) {
			var value any
			if err := json.Unmarshal(record.Bytes[1:], &value); err != nil {
				t.Fatalf("%s: %v", record.Ref, err)
			}
			line, err := json.Marshal(r.plain(value))
			if err != nil {
				t.Fatalf("%s: %v", record.Ref, err)
			}
			all = append(all, r.text(strings.Join(record.Ref.Parts()[1:], " "))+" "+string(line))
		}
	}
	all = append(all, r.boards()...)
	slices.Sort(all)
	return all
}

// Differ shows the first line in which results differ from others; empty when they do not.
func (r Results) Differ(others Results) string {
	for i := range max(len(r), len(others)) {
		var a, b string
		if i < len(r) {
			a = r[i]
		}
		if i < len(others) {
			b = others[i]
		}
		if a != b {
			return fmt.Sprintf("%s\n  and\n%s", a, b)
		}
	}
	return ""
}

// reader reads the records of one workspace.
type reader struct {
	t         *testing.T
	db        store.DB
	workspace chat.Workspace
	name      func(string) string
	labels    map[string]string // of posts, by id
	places    []place           // in which points were made
}

// place is where and when a part was first tried.
type place struct{ channel, date string }

func (r *reader) list(kind string) []store.Record {
	r.t.Helper()
	records, err := r.db.List(context.Background(), store.Prefix(string(r.workspace), kind), "", 1<<20)
	if err != nil {
		r.t.Fatal(err)
	}
	return records
}

// resultPost is what is looked for of a post.
type resultPost struct {
	ID, Schedule, Slot string
	Channel, Member    string
	Question           string `json:"question_id"`
	Decided            time.Time
}

// posts finds what to call posts, whose ids may be made from that of a platform's event, and where points were made.
func (r *reader) posts() {
	r.t.Helper()
	posts := recordsOf[resultPost](r, "post")
	slices.SortStableFunc(posts, func(a, b resultPost) int { return a.Decided.Compare(b.Decided) })
	byID := map[string]resultPost{}
	for _, p := range posts {
		byID[p.ID] = p
	}
	r.labels = map[string]string{}
	seen := map[string]int{}
	for _, p := range posts {
		label := r.label(p, byID)
		seen[label]++
		r.labels[p.ID] = fmt.Sprintf("post(%s %d)", label, seen[label])
	}
	for _, a := range recordsOf[struct {
		Post  string
		Parts map[int]struct{ Date string }
	}](r, "attempt") {
		for _, p := range a.Parts {
			r.places = append(r.places, place{byID[a.Post].Channel, p.Date})
		}
	}
}

// label says what a post is: of which slot, which may name the post that it repeats, or for whom.
func (r *reader) label(p resultPost, all map[string]resultPost) string {
	slot := digest.ReplaceAllStringFunc(p.Slot, func(id string) string {
		if of, ok := all[id]; ok {
			return r.label(of, all)
		}
		return "id"
	})
	return strings.Join(strings.Fields(p.Schedule+" "+slot+" "+p.Question+" "+r.name(p.Member)), " ")
}

// recordsOf gives what is looked for of all records of a kind.
func recordsOf[T any](r *reader, kind string) (all []T) {
	r.t.Helper()
	for _, record := range r.list(kind) {
		var one T
		if err := json.Unmarshal(record.Bytes[1:], &one); err != nil { // behind the byte of its version
			r.t.Fatalf("%s: %v", record.Ref, err)
		}
		all = append(all, one)
	}
	return all
}

var (
	digest      = regexp.MustCompile(`\b[a-z2-7]{13}\b`) // an id of the engine
	channelLink = regexp.MustCompile(`<(#[^<>]*)>`)      // as platforms write a channel that was chosen, not typed
	moment      = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`)
)

// text is a text with the script's names. An instant loses its seconds, which the limits of a platform may take.
func (r *reader) text(s string) string {
	if moment.MatchString(s) {
		at, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			r.t.Fatal(err)
		}
		return at.UTC().Truncate(time.Minute).Format(time.RFC3339)
	}
	s = digest.ReplaceAllStringFunc(s, func(id string) string {
		if label, ok := r.labels[id]; ok {
			return label
		}
		return "id"
	})
	return channelLink.ReplaceAllString(r.name(s), "$1")
}

// plain is a value with all its texts, and the names of its fields, so written.
func (r *reader) plain(value any) any {
	switch v := value.(type) {
	case string:
		return r.text(v)
	case []any:
		for i := range v {
			v[i] = r.plain(v[i])
		}
		return v
	case map[string]any:
		fields := map[string]any{}
		for name, field := range v {
			fields[r.text(name)] = r.plain(field)
		}
		return fields
	}
	return value
}

// boards are those of the workspace and of each channel, for ever, in each month and on each date on which something was tried.
func (r *reader) boards() (lines []string) {
	r.t.Helper()
	w := string(r.workspace)
	boards := map[store.Board]bool{{Workspace: w}: true}
	for _, p := range r.places {
		boards[store.Board{Workspace: w, Channel: p.channel}] = true
		if at, err := time.Parse(time.DateOnly, p.date); err == nil {
			first := at.AddDate(0, 0, 1-at.Day())
			boards[store.Board{Workspace: w, From: first.Format(time.DateOnly), To: first.AddDate(0, 1, -1).Format(time.DateOnly)}] = true
			boards[store.Board{Workspace: w, From: p.date, To: p.date}] = true
		}
	}
	for b := range boards {
		scores, err := r.db.Top(context.Background(), b, 1<<20)
		if errors.Is(err, store.ErrInvalid) { // days of long ago are kept as months
			continue
		}
		if err != nil {
			r.t.Fatal(err)
		}
		for _, s := range scores {
			lines = append(lines, fmt.Sprintf("board %s %s %s: %s %d", r.text(b.Channel), b.From, b.To, r.text(s.Member), s.N))
		}
	}
	return lines
}
