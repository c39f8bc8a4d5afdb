package grade

import (
	"slices"
	"testing"

	"greenroom/content"
)

// snapshotTask has a key point that denies something and one that affirms something; what about is in the question.
var snapshotTask = Task{
	Question: "With snapshots, what do writers do to readers, and what does a crash do to a commit?",
	Refs:     []string{"Readers never queue behind writers. A committed change survives a crash."},
	KeyPoints: []content.KeyPoint{
		{Name: "A writer does not delay readers", Text: "A writer does not delay a reader.", Also: []string{"read without a delay by writers"}},
		{Name: "Commits survive a crash", Text: "What is committed survives a crash.", Also: []string{"a commit outlives a crash"}},
	},
}

// A point is found where the answer says what it says, not where it says the opposite in the same words.
func TestOppositeIsNotFound(t *testing.T) {
	const delay, survive = 0, 1
	r := Prepare(snapshotTask)
	for _, c := range []struct {
		answer string
		point  int
		want   bool
	}{
		{"Writers don't delay readers.", delay, true},
		{"Readers go on without any delay by a writer.", delay, true},
		{"readers go on wihtout delay by a writer", delay, true},
		{"Writers do delay readers.", delay, false},
		{"Every writer delays all of its readers, not one of them is spared.", delay, false},
		{"Some say that writers delay readers. They do not delay them.", delay, true},
		{"It is not true that writers delay readers.", delay, true},
		{"It is wrong that a writer does not delay a reader.", delay, true}, // two negations: not judged

		{"Committed changes survive crashes.", survive, true},
		{"Committed changes do not survive crashes.", survive, false},
		{"It is not true that committed changes survive a crash.", survive, false},
		{"They do not only survive a crash when committed, they are copied too.", survive, true},
		{"A change can't survive a crash without being committed.", survive, true},
		{"You don't have to fear, a committed change survives a crash.", survive, true},
		{"Nothing fancy, but commits survive a crash, which caches don't.", survive, true},
	} {
		if p := check(t, r, c.answer).Points[c.point]; p.Found != c.want {
			t.Errorf("%q\n%q: found %v, coverage %.2f because %q", c.answer, p.Text, p.Found, p.Coverage, p.Because)
		}
	}
}

// A word that a point has on both sides counts on both.
func TestWordOnBothSides(t *testing.T) {
	r := Prepare(Task{Refs: []string{"Locks."}, KeyPoints: []content.KeyPoint{
		{Name: "A second lock does not succeed", Text: "Only the first lock succeeds."},
	}})
	for _, answer := range []string{"The second lock does not succeed.", "The first lock succeeds."} {
		if p := check(t, r, answer).Points[0]; !p.Found {
			t.Errorf("%q: %+v", answer, p)
		}
	}
}

// What is quoted is not the stretch that says the opposite.
func TestBecauseIsOnTheSameSide(t *testing.T) {
	p := check(t, Prepare(snapshotTask), "Old locks delay readers behind each writer. Here writers do not delay readers at all.").Points[0]
	if !p.Found || !slices.Equal(p.Because, []string{"writers do not delay readers"}) {
		t.Errorf("%+v", p)
	}
}

func TestPolarities(t *testing.T) {
	for _, c := range []struct {
		text string
		want []polarity // of the content words
	}{
		{"handlers run", []polarity{upheld, upheld}},
		{"handlers do not block loops", []polarity{upheld, negation, reached}},
		{"no blocking, loops run", []polarity{negation, upheld, upheld}},
		{"do not have to wait", []polarity{negation, reached}}, // waiting is not needed, which does not deny it
		{"no lock but queues", []polarity{negation, upheld}},
		{"not only blocks loops", []polarity{upheld, upheld}},
		{"cannot run without loops", []polarity{reached, reached}},
		{"does not run, without loops", []polarity{negation, negation}},
		{"does not run. false that it never blocks without loops", []polarity{negation, upheld, reached, reached}},
		{"cannot run without loops, does not block", []polarity{reached, reached, negation}},
		{"false that handlers block", []polarity{upheld, denial, denial}},
		{"not true that handlers block", []polarity{negation, denial, denial}},
		{"false that handlers never block", []polarity{upheld, denial, reached}},
		{"never block. loops run", []polarity{negation, upheld, upheld}},
	} {
		ws := words(c.text)
		var got []polarity
		for i, p := range polarities(ws) {
			if ws[i].content() {
				got = append(got, p)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q: %v, want %v", c.text, got, c.want)
		}
	}
}
