package bottest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"greenroom/bot/chat"
)

// Line is what happens at one point of a script. Which fields count depends on Verb.
type Line struct {
	Text string // as it stands in the script; without a verb a comment
	Verb string // the word of the line that says what happens: clock, says, clicks …

	At      time.Time   // the script's clock once the line is over
	Member  string      // who acts; joined: who invited the bot, if it is said
	Channel string      // where, without "#"
	N       int         // removed: which message of the channel, from 1
	Said    string      // says, writes, mentions, types: the text; clicks: the label
	Where   string      // clicks: "thread", "private", "dm", "#team", or empty for anywhere
	Filled  []Filled    // sends: what is written into the form
	Place   string      // refuse, accept: "#team", "@mira", "thread"
	Reason  chat.Reason // refuse; left: why, if it is said
	Zone    string      // zone: IANA
	Role    string      // role, norole: its name
}

// Event tells whether the line is something that people or the platform do, which the bot hears of. Time that passes, what is
// set up and a payload that comes again are none.
func (l Line) Event() bool { return !slices.Contains(noEvents, l.Verb) }

var noEvents = []string{
	"clock", "wait", "down", "up", "refuse", "accept", "manager", "plain", "zone", "role", "norole", "late", "again", "removed",
}

// Filled is a field of a form with what a member writes into it or, parted by commas, chooses.
type Filled struct{ Name, Value string }

// parseLine reads a line with the indented lines below it. now is the script's clock before it.
func parseLine(block []string, now time.Time) (Line, error) {
	words := strings.Fields(block[0])
	l := Line{Text: strings.Join(block, "\n"), Verb: words[0], At: now}
	arg := func(i int) string {
		if i < len(words) {
			return words[i]
		}
		return ""
	}
	need := 2
	var err error
	switch l.Verb {
	case "clock":
		l.At, err = time.Parse(time.RFC3339, arg(1))
	case "wait":
		var d time.Duration
		d, err = time.ParseDuration(arg(1))
		l.At = now.Add(d)
	case "down", "up", "gone", "back", "again", "twice", "late":
		need = 1
	case "joined", "left":
		l.Channel = strings.TrimPrefix(arg(1), "#")
		if arg(2) == "by" {
			l.Member = arg(3)
		} else {
			l.Reason = chat.Reason(arg(2))
		}
	case "removed":
		need, l.Channel = 3, strings.TrimPrefix(arg(1), "#")
		l.N, err = strconv.Atoi(arg(2))
	case "refuse":
		need, l.Place, l.Reason = 3, arg(1), chat.Reason(arg(2))
	case "accept":
		l.Place = arg(1)
	case "manager", "plain":
		l.Member = arg(1)
	case "zone":
		need, l.Member, l.Zone = 3, arg(1), arg(2)
	case "role", "norole":
		need, l.Member, l.Role = 3, arg(1), arg(2)
	default:
		return parseAct(l, words, block)
	}
	if err == nil && len(words) < need {
		err = fmt.Errorf("word %d is missing", len(words)+1)
	}
	if err != nil {
		return Line{}, fmt.Errorf("line %q: %w", block[0], err)
	}
	return l, nil
}

// parseAct reads what a member does.
func parseAct(l Line, words, block []string) (Line, error) {
	l.Member, l.Channel, words = words[0], "team", words[1:]
	if len(words) > 1 && words[0] == "in" {
		l.Channel, words = strings.TrimPrefix(words[1], "#"), words[2:]
	}
	if len(words) == 0 {
		return Line{}, fmt.Errorf("line %q: nothing to do", block[0])
	}
	l.Verb = words[0]
	_, rest, _ := strings.Cut(block[0], " "+l.Verb)
	l.Said = strings.TrimSpace(rest)
	switch l.Verb {
	case "says", "writes", "mentions", "opens":
	case "types":
		l.Said = strings.Trim(l.Said, `"`)
	case "clicks":
		if i := strings.LastIndex(l.Said, " in "); i >= 0 && placeWord(l.Said[i+4:]) {
			l.Said, l.Where = l.Said[:i], l.Said[i+4:]
		}
	case "sends":
		for _, line := range block[1:] {
			name, value, ok := strings.Cut(strings.TrimSpace(line)+" ", " = ")
			if !ok {
				return Line{}, fmt.Errorf("line %q: %q fills no field", block[0], line)
			}
			l.Filled = append(l.Filled, Filled{name, strings.TrimSpace(value)})
		}
	default:
		return Line{}, fmt.Errorf("line %q: what is %q?", block[0], l.Verb)
	}
	return l, nil
}

// placeWord tells whether a word after "in" names where a button stands; labels have that word too.
func placeWord(s string) bool {
	return s == "thread" || s == "private" || s == "dm" || strings.HasPrefix(s, "#")
}

// Choose finds the values of choices by the beginnings of their labels, parted by commas.
func Choose(choices []chat.Choice, labels string) ([]string, error) {
	var values []string
	for label := range strings.SplitSeq(labels, ",") {
		label = strings.TrimSpace(label)
		if label == "" {
			continue
		}
		i := slices.IndexFunc(choices, func(c chat.Choice) bool { return strings.HasPrefix(c.Label, label) })
		if i < 0 {
			return nil, fmt.Errorf("there is no choice %q", label)
		}
		values = append(values, choices[i].Value)
	}
	return values, nil
}

// Stands tells whether a message that is shown at a place, privately or not, is meant by the words after "in".
func Stands(at string, private bool, where string) bool {
	return where == "" || strings.Contains(at, where) || where == "private" && private
}
