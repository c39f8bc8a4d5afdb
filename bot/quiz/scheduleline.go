package quiz

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"greenroom/bot/chat"
	"greenroom/bot/when"
	"greenroom/content"
)

// scheduleLine is what was read of the words of schedule add.
type scheduleLine struct {
	schedule
	hour, minute int
	clock, zone  string // as understood; empty when not named
	days         []time.Weekday
	unknown      []string   // words that mean nothing here
	near         [][]string // for each of them, what might have been meant
	hint         string     // a sentence about what could not be taken
}

// unknownWords is how many words that mean nothing end the reading of a line: to look for what each might have meant
// takes time.
const unknownWords = 5

// readSchedule reads the words of schedule add, which may stand in any order. What it says instead of a schedule is a
// message: what was understood, what not, and a line that works.
func (l *look) readSchedule(words []string) (*schedule, *chat.Message) {
	if l.ev.Alone {
		alone := l.sayAlone()
		return nil, &alone
	}
	r := &scheduleLine{schedule: schedule{Channel: l.ev.Channel, FollowUps: l.followUps, Result: l.result, Line: join(words)}}
	for len(words) > 0 && len(r.unknown) < unknownWords {
		words = words[l.readWord(r, words):]
	}
	switch {
	case len(r.unknown) > 0 || r.hint != "":
	case r.Start > l.ev.At.AddDate(2, 0, 0).Format(time.DateOnly):
		r.hint = "I can start within two years, such as " + quote(optionExample("start")) + "."
	case r.Channel == "":
		r.hint = "I need a channel: type this in the channel itself, or name it, such as #interview-prep."
	default:
		spec, err := l.specOf(r)
		if err == nil {
			r.When = spec.Encode()
			return &r.schedule, nil
		}
		r.hint = err.Error()
	}
	m := l.sayUnreadable(r)
	return nil, &m
}

// specOf is when a line's slots are: its time and days, weekdays where it names no days; where it names neither, the
// default of this install.
func (l *look) specOf(r *scheduleLine) (when.Spec, error) {
	zone := cmp.Or(r.zone, l.usualZone())
	switch {
	case r.clock == "" && len(r.days) == 0 && l.cron != "":
		return when.Cron(l.cron, zone)
	case r.clock == "":
		return when.Spec{}, errors.New("I need a time, such as 9:00")
	case len(r.days) == 0:
		r.days, _ = when.ParseDays("weekdays")
	}
	return when.At(r.hour, r.minute, r.days, zone)
}

// readWord reads the first of words and tells how many it took.
func (l *look) readWord(r *scheduleLine, words []string) int {
	word := words[0]
	lower := strings.ToLower(word)
	if c, ok := channelOf(word); ok {
		r.Channel = c
		return 1
	}
	if n := r.readOption(lower, words[1:]); n > 0 {
		return n
	}
	if hour, minute, ok := when.ParseClock(lower); ok && r.clock == "" {
		r.hour, r.minute, r.clock = hour, minute, word
		return 1
	}
	if lower == "every" && len(words) > 1 {
		if days, ok := when.ParseDays(lower + " " + strings.ToLower(words[1])); ok {
			r.days = append(r.days, days...)
			return 2
		}
	}
	if days, ok := when.ParseDays(lower); ok {
		r.days = append(r.days, days...)
		return 1
	}
	if lower == "at" || lower == "in" || lower == "on" || lower == "and" || lower == "now" {
		return 1
	}
	if _, err := when.Zone(word); err == nil {
		r.zone = word
		return 1
	}
	return l.readTopic(r, words)
}

// readTopic takes the longest run of words that names a topic, tag, bank or difficulty.
func (l *look) readTopic(r *scheduleLine, words []string) int {
	for n := min(len(words), 4); n > 0; n-- {
		name := strings.Join(words[:n], " ")
		if _, err := l.banks.Select([]string{name}); err == nil {
			if !slices.Contains(r.Select, name) {
				r.Select = append(r.Select, name)
			}
			return n
		}
	}
	word := words[0]
	var near []string
	var zone *when.ZoneError
	if _, err := when.Zone(word); errors.As(err, &zone) {
		near = append(near, zone.Suggest...)
	}
	var unknown *content.UnknownWord
	if _, err := l.banks.Select([]string{word}); errors.As(err, &unknown) {
		near = append(unknown.Near[:len(unknown.Near):len(unknown.Near)], near...)
	}
	r.unknown = append(r.unknown, word)
	r.near = append(r.near, near[:min(3, len(near))])
	return 1
}

// readOption reads follow-ups 2h, result 24h, order shuffle, start 2026-12-01; 0 when the word is none of these.
func (r *scheduleLine) readOption(name string, rest []string) int {
	switch name {
	case "follow-ups", "followups", "result", "order", "start":
	default:
		return 0
	}
	if len(rest) == 0 {
		r.hint = "After " + quote(name) + " I need a value, such as " + quote(optionExample(name)) + "."
		return 1
	}
	value := strings.ToLower(rest[0])
	ok := false
	switch name {
	case "order":
		ok = value == "file" || value == "shuffle"
		r.Shuffle = value == "shuffle"
	case "start":
		_, err := time.Parse(time.DateOnly, value)
		ok = err == nil
		r.Start = value
	case "result":
		r.Result, ok = duration(value)
	default:
		r.FollowUps, ok = duration(value)
	}
	if !ok {
		r.hint = "I cannot use " + quote(name+" "+rest[0]) + "; it takes a value such as " + quote(optionExample(name)) + "."
	}
	return 2
}

func optionExample(name string) string {
	switch name {
	case "order":
		return "order shuffle"
	case "start":
		return "start 2026-12-01"
	case "result":
		return "result 24h"
	default:
		return "follow-ups 2h"
	}
}

// duration reads 90m, 2h, 1d: a minute at least, a week at most.
func duration(s string) (time.Duration, bool) {
	if n, ok := strings.CutSuffix(s, "d"); ok {
		d, err := time.ParseDuration(n + "h")
		return d * 24, err == nil && d >= time.Hour && d <= 7*time.Hour
	}
	d, err := time.ParseDuration(s)
	return d, err == nil && d >= time.Minute && d <= 7*day
}

// usualZone is the zone of a schedule that names none: the workspace's, else the member's, else UTC.
func (l *look) usualZone() string {
	if l.ws.Zone != "" {
		return l.ws.Zone
	}
	if _, err := when.Zone(l.ev.Zone); err == nil {
		return l.ev.Zone
	}
	return "UTC"
}

// channelOf reads a channel as lines write it: <#ID> or <#ID|name> from platforms, #ID by hand.
func channelOf(word string) (chat.Channel, bool) {
	id, ok := strings.CutPrefix(strings.TrimSpace(word), "<#")
	if ok {
		id, _, _ = strings.Cut(strings.TrimSuffix(id, ">"), "|")
	} else if id, ok = strings.CutPrefix(strings.TrimSpace(word), "#"); !ok {
		return "", false
	}
	return chat.Channel(id), fitsID(id)
}

// memberOf reads a member as lines write them: <@ID> from platforms, @ID by hand.
func memberOf(word string) (chat.Member, bool) {
	id, ok := strings.CutPrefix(word, "<@")
	if ok {
		id, _, _ = strings.Cut(strings.TrimPrefix(strings.TrimSuffix(id, ">"), "!"), "|")
	} else if id, ok = strings.CutPrefix(word, "@"); !ok {
		return "", false
	}
	return chat.Member(id), fitsID(id)
}

// roleOf reads a role as platforms write it: <@&ID>. In place of a member it is named by &ID, as in chat.Event.Roles.
func roleOf(word string) (chat.Member, bool) {
	id, ok := strings.CutPrefix(word, "<@&")
	id = strings.TrimSuffix(id, ">")
	return chat.Member("&" + id), ok && fitsID(id)
}

// fitsID tells whether a word can be a platform's id: not a role, not two words, not endless.
func fitsID(id string) bool {
	return id != "" && len(id) <= 60 && utf8.ValidString(id) &&
		!strings.ContainsFunc(id, func(r rune) bool {
			return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune("<>#@&", r)
		})
}
