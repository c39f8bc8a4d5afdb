package discord

import (
	"sync"

	"greenroom/bot/chat"
)

// Deliveries under way at most. What comes on top is answered with "busy", and not even so beyond mostRefused more. What is being typed
// (autocomplete) is many to one of everything else and the least worth: it has a bound of its own, and nobody is told.
const (
	mostTaken   = 1024
	mostOfOne   = 512 // of one guild, or of one member in direct messages: one in a flood leaves room for the others
	mostRefused = 128
	mostTyped   = 128 // completions
	mostTypedBy = 4   // of one member
)

// traffic counts the deliveries under way.
type traffic struct {
	mu    sync.Mutex
	all   int
	by    map[string]int // by guild or, in direct messages, by room
	typed map[string]int // completions, by member; those of all under ""
}

// begin counts one more; ok is false where it must be left, full says that there is no room for the bot to see it.
func (t *traffic) begin() (full, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.all >= mostTaken+mostRefused {
		return true, false
	}
	t.all++
	return t.all > mostTaken, true
}

func (t *traffic) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all--
}

// of counts an event among those like it, until leave.
func (t *traffic) of(e chat.Event) (full, ok bool, leave func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e.Kind == chat.Complete {
		ok = t.typed[""] < mostTyped && t.typed[string(e.Member)] < mostTypedBy
		return false, ok, t.count(&t.typed, "", string(e.Member))
	}
	like := string(e.Workspace)
	if e.Channel == "" {
		like = string(e.Room)
	}
	n := t.by[like]
	return n >= mostOfOne, n < mostOfOne+mostRefused, t.count(&t.by, like)
}

func (t *traffic) count(in *map[string]int, names ...string) (leave func()) {
	if *in == nil {
		*in = map[string]int{}
	}
	for _, name := range names {
		(*in)[name]++
	}
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		for _, name := range names {
			if (*in)[name]--; (*in)[name] == 0 {
				delete(*in, name)
			}
		}
	}
}
