package slack

import "sync/atomic"

// health is what is wrong with the connection to Slack as a whole, in a sentence that names nobody.
type health struct{ trouble atomic.Pointer[string] }

func (h *health) set(trouble string) { h.trouble.Store(&trouble) }

// Trouble says what is wrong with the connection to Slack and what to do; empty when nothing is.
func (s *Slack) Trouble() string {
	if t := s.health.trouble.Load(); t != nil {
		return *t
	}
	return ""
}
