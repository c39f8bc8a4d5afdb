package gateway

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Whatever the order in which dispatches are done, the number that is kept never passes one that is not, and it is as high
// as it can be.
func TestLedger(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		begin := rapid.Int64Range(0, 1000).Draw(t, "begin")
		l := newLedger(begin)
		now := time.Unix(0, 0)
		var order []int64
		at := map[int64]time.Time{}
		over := map[int64]int{}
		last := begin
		check := func() {
			want := begin
			for _, seq := range order {
				if over[seq] == 0 {
					break
				}
				want = seq
			}
			if got := l.complete(); got != want {
				t.Fatalf("%d is kept, %d should be", got, want)
			}
			if l.last() != last {
				t.Fatalf("the last is %d, should be %d", l.last(), last)
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"receive": func(t *rapid.T) {
				seq := last + rapid.Int64Range(1, 3).Draw(t, "gap")
				if !l.add(seq, now, func() { over[seq]++ }) {
					t.Fatalf("%d was taken for an old one", seq)
				}
				last, at[seq] = seq, now
				order = append(order, seq)
			},
			"receive an old one": func(t *rapid.T) {
				if l.add(rapid.Int64Range(-1, last).Draw(t, "seq"), now, func() { t.Fatal("it was never under way") }) {
					t.Fatal("an old one was taken")
				}
			},
			"finish": func(t *rapid.T) {
				if len(order) > 0 {
					l.finish(rapid.SampledFrom(order).Draw(t, "seq"))
				}
			},
			"finish what never came": func(t *rapid.T) { l.finish(last + 7) },
			"later": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(1, 10).Draw(t, "minutes")) * time.Minute)
			},
			"expire": func(t *rapid.T) {
				before := now.Add(-15 * time.Minute)
				late := 0
				for _, seq := range order {
					if at[seq].Before(before) && over[seq] == 0 {
						late++
					}
				}
				if n := l.expire(before); n != late {
					t.Fatalf("%d were given up, %d were late", n, late)
				}
			},
			"": func(t *rapid.T) {
				for seq, n := range over {
					if n > 1 {
						t.Fatalf("%d was over %d times", seq, n)
					}
				}
				check()
			},
		})
	})
}
