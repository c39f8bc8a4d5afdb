package bottest

import (
	"slices"
	"strings"
	"testing"
)

// Results tell attempts, posts and boards; one answer more is another result.
func TestResultsDiffer(t *testing.T) {
	Scripts(t, "../quiz/testdata/think", func(t *testing.T, s Script) {
		all := OnStage(t, s)
		if d := all.Differ(slices.Clone(all)); d != "" {
			t.Errorf("the same differs: %s", d)
		}
		for _, kind := range []string{"attempt ", "board ", "channel team ", "of ", "post ", "schedule s1 "} {
			i := slices.IndexFunc(all, func(line string) bool { return strings.HasPrefix(line, kind) })
			if i < 0 {
				t.Errorf("nothing begins with %q in\n%s", kind, strings.Join(all, "\n"))
				continue
			}
			if all.Differ(slices.Delete(slices.Clone(all), i, i+1)) == "" {
				t.Errorf("nobody misses %q", all[i])
			}
		}
	})
}
