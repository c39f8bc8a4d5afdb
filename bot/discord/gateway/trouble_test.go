package gateway

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTrouble(t *testing.T) {
	var told []string
	tr := newTrouble(func(s string) { told = append(told, s) })
	tr.set(everyShard, "not reached")
	tr.set(everyShard, "not reached")
	tr.set(everyShard, "")
	tr.shards(3)
	tr.set(1, "down")
	tr.set(2, "closed")
	tr.set(0, "down")
	tr.set(2, "down")
	tr.set(0, "")
	tr.set(1, "")
	tr.set(2, "")
	tr.set(2, "")
	want := []string{
		"not reached", "", "down (shard 1 of 3)", "down (shard 1 of 3); closed (shard 2 of 3)",
		"down (shard 0, 1 of 3); closed (shard 2 of 3)", "down", "down (shard 1, 2 of 3)", "down (shard 2 of 3)", "",
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Error(diff)
	}
}

// Who begins well says so: something else may have been told before.
func TestNoTrouble(t *testing.T) {
	var told []string
	newTrouble(func(s string) { told = append(told, s) }).set(everyShard, "")
	if !cmp.Equal(told, []string{""}) {
		t.Errorf("%q", told)
	}
}
