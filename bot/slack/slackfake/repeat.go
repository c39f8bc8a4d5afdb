package slackfake

import (
	"encoding/json"
	"time"
)

// Repeat makes the last click or submission in a workspace once more, as a double click does: the second was made before the first was
// answered, so it says what stood there then, at a later instant.
func (w *Workspace) Repeat() error {
	w.f.mu.Lock()
	p, view := w.repeated()
	w.f.mu.Unlock()
	if p == nil {
		return NotThere
	}
	answer, failed := w.f.wire.deliver(p)
	if failed != "" || view == "" {
		return failed.trouble()
	}
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	return w.submissionAnswered(view, answer)
}

// repeated is the last interaction's payload as a second one; nil if there was none. view is the form that it submits.
func (w *Workspace) repeated() (p *parcel, view string) {
	last := w.f.wire.acted[w.id]
	if last == nil {
		return nil, ""
	}
	var payload map[string]any
	if err := json.Unmarshal(last.body, &payload); err != nil {
		panic("unreachable: it was made here: " + err.Error())
	}
	part := func(of, name string) string {
		o, _ := payload[of].(map[string]any)
		s, _ := o[name].(string)
		return s
	}
	user, in := part("user", "id"), part("view", "id")
	payload["trigger_id"] = w.f.wire.trigger(w, user, in)
	if payload["type"] == "view_submission" {
		return w.f.wire.parcel(kindInteraction, w, payload, true), in
	}
	for _, action := range items(payload["actions"]) {
		action["action_ts"] = w.f.ts()
	}
	if payload["response_url"] != nil {
		payload["response_url"] = w.f.wire.responseURL("actions", responseURL{
			workspace: w, channel: part("channel", "id"), user: user, message: part("container", "message_ts"), thread: part("container", "thread_ts"),
		})
	}
	return w.f.wire.parcel(kindInteraction, w, payload, false), ""
}

// Hold holds the next payload over signed HTTP back for so long after it was signed. Slack's patience runs meanwhile.
func (f *Fake) Hold(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.wire.held = d
}
