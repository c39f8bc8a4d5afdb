package when

import (
	"cmp"
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // so that every zone is there on a machine that has none
)

//go:embed zones.txt
var zonesText string

// names is every zone of the IANA database, sorted (zones.txt; TestZoneNames compares it with Go's copy).
var names = strings.Fields(zonesText)

// loaded keeps what Zone has read: a *time.Location never changes, and one pointer a zone makes Specs comparable.
var loaded sync.Map // string -> *time.Location

// Zone reads an IANA zone. Names are exact; for anything else, "Local" and the empty name too, the error is a
// *ZoneError with the nearest names.
func Zone(name string) (*time.Location, error) {
	if zone, ok := loaded.Load(name); ok {
		return zone.(*time.Location), nil
	}
	if _, known := slices.BinarySearch(names, name); !known {
		return nil, &ZoneError{Name: name, Suggest: nearest(name)}
	}
	zone, err := time.LoadLocation(name)
	if err != nil { // unreachable: the zones are part of the program
		return nil, fmt.Errorf("time zone %s: %w", name, err)
	}
	kept, _ := loaded.LoadOrStore(name, zone)
	return kept.(*time.Location), nil
}

// ZoneError says that no zone has this name.
type ZoneError struct {
	Name    string
	Suggest []string // the nearest names, best first, at most three; none where nothing is near
}

func (e *ZoneError) Error() string {
	switch {
	case e.Name == "":
		return "the time zone is missing; write one such as Europe/Berlin"
	case len(e.Suggest) == 0:
		return fmt.Sprintf("there is no time zone %q; write one such as Europe/Berlin", e.Name)
	}
	last := len(e.Suggest) - 1
	list := e.Suggest[last]
	if last > 0 {
		list = strings.Join(e.Suggest[:last], ", ") + " or " + list
	}
	return fmt.Sprintf("there is no time zone %q; did you mean %s?", e.Name, list)
}

// hoursFromUTC is how people write an offset. The names Etc/GMT+5 have the sign of POSIX, which is the other one.
var hoursFromUTC = regexp.MustCompile(`^(?:utc|gmt)([+-])0?([0-9]{1,2})(?::?00)?$`)

// nearest is the names most like a word: equal but for case, then a city or region of that name, then one that
// contains it, then one that a slip or two turn into it.
func nearest(word string) []string {
	word = fold(word)
	if m := hoursFromUTC.FindStringSubmatch(word); m != nil {
		sign := map[string]string{"+": "-", "-": "+"}[m[1]]
		if name := "Etc/GMT" + sign + m[2]; slices.Contains(names, name) {
			return []string{name}
		}
		return nil
	}
	type candidate struct {
		name string
		far  int
	}
	var near []candidate
	for _, name := range names {
		if far, ok := distance(word, fold(name)); ok {
			near = append(near, candidate{name, far})
		}
	}
	slices.SortStableFunc(near, func(a, b candidate) int { return cmp.Compare(a.far, b.far) })
	var suggest []string
	for _, c := range near[:min(3, len(near))] {
		if c.far >= 100 && near[0].far < 10 { // beside a name that was clearly meant, guesses are noise
			break
		}
		suggest = append(suggest, c.name)
	}
	return suggest
}

// distance ranks how far a folded word is from a folded zone name; false when it is too far to be meant. Under 10 it is
// the name or its city, under 100 it is within the name, from 100 on it needs that many edits.
func distance(word, name string) (int, bool) {
	city := name[strings.LastIndex(name, "/")+1:]
	switch {
	case len(word) < 2 || len(word) > 40 || word == "local":
		return 0, false
	case word == name:
		return 0, true
	case word == city || strings.ReplaceAll(word, "/", "_") == strings.ReplaceAll(name, "/", "_"):
		return 1, true
	case len(word) >= 3 && strings.HasPrefix(city, word):
		return 10, true
	case len(word) >= 4 && strings.Contains(name, word):
		return 20, true
	}
	allowed := 0 // edits: one in a short word, two in a longer one
	switch n := len([]rune(word)); {
	case n >= 8:
		allowed = 2
	case n >= 4:
		allowed = 1
	}
	edits := min(editDistance(word, name), editDistance(word, city))
	if i := strings.LastIndex(word, "/"); i >= 0 && edits > allowed { // the right city in the wrong region
		if wordCity := word[i+1:]; len(wordCity) >= 4 && wordCity == city {
			return 100, true
		}
	}
	return 100 + edits, edits <= allowed
}

// fold makes names comparable: lower case, with one underscore where people write spaces.
func fold(name string) string {
	return strings.ToLower(strings.Join(strings.FieldsFunc(name, func(r rune) bool { return r == ' ' || r == '_' }), "_"))
}

// editDistance counts the insertions, deletions, replacements and swaps of neighbours that turn a into b.
func editDistance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, above, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			replace := above[j-1]
			if x[i-1] != y[j-1] {
				replace++
			}
			row[j] = min(replace, above[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(y)]
}
