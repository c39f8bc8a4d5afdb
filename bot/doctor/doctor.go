// Package doctor is what the adapters' examinations of a setup share: what was found about one thing, how much it
// matters and what to do. It looks at nothing itself.
package doctor

import (
	"fmt"
	"time"
)

// Verdict says how much a finding matters.
type Verdict string

const (
	Good   Verdict = "good"
	Notice Verdict = "note"  // it works, and could be better
	Wrong  Verdict = "WRONG" // it does not work
)

// Finding is what an examination says about one thing. It shows no secret.
type Finding struct {
	Verdict Verdict
	About   string
	Found   string
	Fix     string // what to do; empty where nothing is to be done
}

// Findings are in the order in which one thing rests on another.
type Findings []Finding

// Say adds a finding.
func (f *Findings) Say(v Verdict, about, found, fix string) {
	*f = append(*f, Finding{v, about, found, fix})
}

// How far this machine's clock may be from the platform's: schedules and results follow the clock, and what is signed or waits for an
// answer is good for a short time.
const (
	clockNotice = 5 * time.Second
	clockWrong  = 2 * time.Minute
)

// Clock compares this machine's clock with the time that a platform's answer gives. ours is when the answer came, took how long
// it was asked for, date the HTTP header of the answer (whole seconds), and beyond says what goes wrong with a clock that is wrong.
func (f *Findings) Clock(platform string, ours time.Time, took time.Duration, date, beyond string) {
	theirs, err := time.Parse(time.RFC1123, date)
	if err != nil {
		f.Say(Notice, "clock", platform+"'s answer has no time", "")
		return
	}
	off := ours.Add(-took / 2).Sub(theirs.Add(time.Second / 2)).Round(time.Second)
	const fix = "set this machine's clock by the network: timedatectl set-ntp true"
	switch {
	case off.Abs() >= clockWrong:
		f.Say(Wrong, "clock", fmt.Sprintf("it is %s %s's; %s", offText(off), platform, beyond), fix)
	case off.Abs() >= clockNotice:
		f.Say(Notice, "clock", fmt.Sprintf("it is %s %s's", offText(off), platform), fix)
	default:
		f.Say(Good, "clock", fmt.Sprintf("it agrees with %s's", platform), "")
	}
}

func offText(off time.Duration) string {
	much := fmt.Sprintf("%d seconds", off.Abs()/time.Second)
	if off.Abs() >= clockWrong {
		much = fmt.Sprintf("%d minutes", off.Abs()/time.Minute)
	}
	if off < 0 {
		return much + " behind"
	}
	return much + " ahead of"
}
