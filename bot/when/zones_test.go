package when

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

var seed = flag.Uint64("seed", 0, "seed of the zones property; 0 takes one from the clock")

// TestEveryZone holds what is promised about time over every IANA zone from 2000 to 2037: every nominal
// date with at least one instant yields exactly one slot, in order and none before its nominal time; a date that does
// not exist yields none. Each zone is asked for wall times inside its own gaps and overlaps, and for every hour around
// its changes. With -short a sample of zones is asked.
func TestEveryZone(t *testing.T) {
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	random := rand.New(rand.NewPCG(*seed, 0))
	zones := slices.Clone(names)
	if testing.Short() {
		random.Shuffle(len(zones), func(i, j int) { zones[i], zones[j] = zones[j], zones[i] })
		zones = []string{"Pacific/Apia", "America/Nuuk", zones[0]}
	}
	from := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	to := time.Date(2038, 1, 1, 0, 0, 0, 0, time.UTC)
	seen := map[string]bool{}
	slots := 0
	for _, name := range zones {
		o := newOracle(t, name, from, to)
		rules := fmt.Sprint(o.stretches)
		if seen[rules] { // another name of a zone that has been asked
			continue
		}
		seen[rules] = true
		for _, minute := range o.minutes(random) {
			spec := must(At(minute/60, minute%60, week, name))
			slots += o.compare(t, spec, from, to, minute)
		}
		hourly := must(Cron("30 * * * *", name)) // several nominal slots can fall into one gap
		for _, s := range o.stretches[1:] {
			slots += o.compare(t, hourly, s.start.AddDate(0, 0, -2), s.start.AddDate(0, 0, 2), halfHours...)
		}
		if t.Failed() {
			t.Fatalf("zone %s; repeat with -seed=%d", name, *seed)
		}
	}
	t.Logf("seed %d: %d names, %d different zones, %d slots", *seed, len(zones), len(seen), slots)
}

var halfHours = func() (minutes []int) {
	for hour := range 24 {
		minutes = append(minutes, hour*60+30)
	}
	return minutes
}()

// oracle knows a zone as stretches of one offset, found by looking at the offset of every hour. It shares no code with
// the package and is slow.
type oracle struct{ stretches []stretch }

type stretch struct {
	start, end time.Time
	offset     time.Duration
}

func newOracle(t *testing.T, zone string, from, to time.Time) oracle {
	location, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	offset := func(at time.Time) time.Duration {
		_, seconds := at.In(location).Zone()
		return time.Duration(seconds) * time.Second
	}
	from, to = from.AddDate(0, 0, -3), to.AddDate(0, 0, 3)
	all := []stretch{{start: from, offset: offset(from)}}
	for at := from; at.Before(to); at = at.Add(time.Hour) {
		before := all[len(all)-1].offset
		if offset(at) == before {
			continue
		}
		change := at.Add(-time.Hour)
		for step := time.Hour; step >= time.Second; { // halve down to the second of the change
			step /= 2
			if step = step.Truncate(time.Second); step == 0 {
				step = time.Second
			}
			for offset(change.Add(step)) == before {
				change = change.Add(step)
			}
			if step == time.Second {
				break
			}
		}
		change = change.Add(time.Second)
		all[len(all)-1].end = change
		all = append(all, stretch{start: change, offset: offset(change)})
	}
	all[len(all)-1].end = to
	return oracle{all}
}

// minutes is wall times, as minutes of the day, that are worth asking about: one within a gap and one within an
// overlap, else one at random.
func (o oracle) minutes(random *rand.Rand) []int {
	var chosen, gaps, overlaps []int
	for i := 1; i < len(o.stretches); i++ {
		earlier, later := o.stretches[i-1], o.stretches[i]
		low, high := later.start.Add(earlier.offset), later.start.Add(later.offset)
		list := &gaps
		if high.Before(low) {
			low, high, list = high, low, &overlaps
		}
		wall := low.Add(time.Duration(random.Int64N(int64(high.Sub(low))))).Truncate(time.Minute)
		*list = append(*list, wall.Hour()*60+wall.Minute())
	}
	for _, list := range [][]int{gaps, overlaps} {
		if len(list) > 0 {
			chosen = append(chosen, list[random.IntN(len(list))])
		}
	}
	if len(chosen) == 0 {
		chosen = append(chosen, random.IntN(24*60))
	}
	return chosen
}

// instant is what is promised about one wall time; false where its date does not exist. near is where to begin to look.
func (o oracle) instant(wall time.Time, near *int) (time.Time, bool) {
	for *near > 0 && o.stretches[*near].start.After(wall.Add(-48*time.Hour)) {
		*near--
	}
	for *near < len(o.stretches)-1 && o.stretches[*near].end.Before(wall.Add(-48*time.Hour)) {
		*near++
	}
	day := wall.Truncate(24 * time.Hour)
	exists := false
	var unique, gapEnd time.Time
	for i := *near; i < len(o.stretches) && o.stretches[i].start.Before(wall.Add(48*time.Hour)); i++ {
		s := o.stretches[i]
		low, high := s.start.Add(s.offset), s.end.Add(s.offset) // what clocks show in this stretch
		if low.Before(day.AddDate(0, 0, 1)) && high.After(day) {
			exists = true
		}
		if !wall.Before(low) && wall.Before(high) && unique.IsZero() {
			unique = wall.Add(-s.offset)
		}
		if i > 0 && gapEnd.IsZero() {
			if before := s.start.Add(o.stretches[i-1].offset); !wall.Before(before) && wall.Before(low) {
				gapEnd = s.start
			}
		}
	}
	if unique.IsZero() {
		return gapEnd, exists
	}
	return unique, exists
}

// compare walks from one slot to the next and, beside it, through the nominal wall times: each date's minutes, which
// are in order. It counts the slots.
func (o oracle) compare(t *testing.T, spec Spec, from, to time.Time, minutes ...int) int {
	t.Helper()
	near, count := 0, 0
	at := from
	for day := from.Truncate(24*time.Hour).AddDate(0, 0, -2); day.Before(to) && !t.Failed(); day = day.AddDate(0, 0, 1) {
		for _, minute := range minutes {
			wall := day.Add(time.Duration(minute) * time.Minute)
			want, ok := o.instant(wall, &near)
			if !ok || !want.After(at) {
				continue
			}
			slot, found := spec.Next(at)
			if !found || slot.Nominal != wall.Format(nominal) || !slot.At.Equal(want) {
				t.Errorf("%s: after %s: got %v %v, want %s at %s", spec, at, slot, found, wall.Format(nominal), want)
			}
			at = want
			count++
		}
	}
	return count
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
