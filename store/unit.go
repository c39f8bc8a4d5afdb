package store

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// NameMax is how many bytes a name may have: a Ref, a key, a place, a workspace, a channel, a member, the name of an
// event or of a wake row. A name has at least one byte and no zero byte; so every implementation can sort and join names.
const NameMax = 1000

// ErrInvalid is wrapped by the error of a unit or a board that no implementation may take: a mistake of the caller.
var ErrInvalid = errors.New("not a valid request to the store")

// Empty tells that the unit changes nothing. Commit then only checks what was read, and writes nothing.
func (u Unit) Empty() bool {
	return u.Event == (EventID{}) && len(u.Also) == 0 && u.Fired == nil && len(u.Put) == 0 && len(u.Send) == 0 && len(u.Sent) == 0 &&
		len(u.Wake) == 0 && len(u.Points) == 0
}

// Events yields the events that are remembered with the unit.
func (u *Unit) Events(yield func(EventID) bool) {
	if u.Event.Name != "" && !yield(u.Event) {
		return
	}
	for _, e := range u.Also {
		if e.Name != "" && !yield(e) {
			return
		}
	}
}

// Valid checks what can be checked without looking into the store. Implementations call it first in Commit.
func (u Unit) Valid() error {
	for _, e := range append([]EventID{u.Event}, u.Also...) {
		if (e.Name == "") != e.At.IsZero() {
			return fmt.Errorf("event %q at %v: %w: an event has both a name and a time", e.Name, e.At, ErrInvalid)
		}
	}
	for i, e := range u.Also {
		for _, before := range append([]EventID{u.Event}, u.Also[:i]...) {
			if e.Name != "" && e.Name == before.Name && Millis(e.At) == Millis(before.At) {
				return fmt.Errorf("event %q: %w: a unit handles an event once", e.Name, ErrInvalid)
			}
		}
	}
	var names []error
	check := func(what, name string) {
		if err := validName(name); err != nil {
			names = append(names, fmt.Errorf("%s %.60q: %w: %w", what, name, ErrInvalid, err))
		}
	}
	for e := range u.Events {
		check("event", e.Name)
	}
	if u.Fired != nil {
		check("wake row", u.Fired.Name)
	}
	for _, r := range u.Read {
		check("record", string(r.Ref))
	}
	for _, p := range u.Put {
		check("record", string(p.Ref))
	}
	for _, r := range u.Send {
		check("outbox row", r.Key)
		check("place", r.Place)
	}
	for _, d := range u.Sent {
		check("outbox row", d.Key)
		if d.ID != "" && d.At.IsZero() {
			return fmt.Errorf("outbox row %.60q: %w: an id comes with the time at which it was sent", d.Key, ErrInvalid)
		}
	}
	for _, w := range u.Wake {
		check("wake row", w.Name)
	}
	for _, p := range u.Points {
		check("workspace", p.Workspace)
		check("channel", p.Channel)
		check("member", p.Member)
		if !validDate(p.Date) {
			return fmt.Errorf("points on %.20q: %w: a date is written like 2006-01-02", p.Date, ErrInvalid)
		}
	}
	return errors.Join(names...)
}

func validName(name string) error {
	switch {
	case name == "":
		return errors.New("a name has at least one byte")
	case len(name) > NameMax:
		return fmt.Errorf("a name has at most %d bytes, this one has %d", NameMax, len(name))
	case strings.IndexByte(name, 0) >= 0:
		return errors.New("a name has no zero byte")
	}
	return nil
}

func validDate(date string) bool {
	_, err := time.Parse(time.DateOnly, date)
	return err == nil
}

// Valid checks a board against the newest date that was ever written in its workspace (empty when none was): days older
// than the month before that date are kept as whole months.
func (b Board) Valid(newest string) error {
	for _, date := range []string{b.From, b.To} {
		if date != "" && !validDate(date) {
			return fmt.Errorf("board of %.20q: %w: a date is written like 2006-01-02", date, ErrInvalid)
		}
	}
	if b.From != "" && b.To != "" && b.From > b.To {
		return fmt.Errorf("board from %s to %s: %w: it ends before it begins", b.From, b.To, ErrInvalid)
	}
	firstDay := DaysFrom(newest)
	if b.From != "" && b.From < firstDay && !strings.HasSuffix(b.From, "-01") {
		return fmt.Errorf("board from %s: %w: days before %s are kept as whole months, so begin on the first of a month",
			b.From, ErrInvalid, firstDay)
	}
	if b.To != "" && b.To < firstDay && !lastOfMonth(b.To) {
		return fmt.Errorf("board to %s: %w: days before %s are kept as whole months, so end on the last of a month",
			b.To, ErrInvalid, firstDay)
	}
	return nil
}

// DaysFrom is the first date that is kept as a day when newest is the newest date written: the first of the month before.
// It is empty when newest is.
func DaysFrom(newest string) string {
	t, err := time.Parse(time.DateOnly, newest)
	if err != nil {
		return ""
	}
	return time.Date(t.Year(), t.Month()-1, 1, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

func lastOfMonth(date string) bool {
	t, err := time.Parse(time.DateOnly, date)
	return err == nil && t.AddDate(0, 0, 1).Day() == 1
}

// Has tells whether points of that workspace, channel and date count on the board.
func (b Board) Has(workspace, channel, date string) bool {
	return workspace == b.Workspace && (b.Channel == "" || channel == b.Channel) &&
		date >= b.From && (b.To == "" || date <= b.To)
}
