package slackfake

import (
	"fmt"
	"time"
)

// trigger is what allows the app to open a view: once, within three seconds.
type trigger struct {
	workspace *Workspace
	user      string
	view      string // id of the view in which the person acted; empty outside of one
	at        time.Time
	used      bool
}

// trigger makes a trigger id for what a person has just done.
func (w *wire) trigger(ws *Workspace, user, view string) string {
	id := fmt.Sprintf("%d.%d.%016x", w.f.cfg.Now().UnixMilli(), len(w.triggers)+1, w.f.rand.Uint64())
	w.triggers[id] = &trigger{workspace: ws, user: user, view: view, at: w.f.cfg.Now()}
	return id
}

// redeem uses a trigger up: refused with invalid_trigger_id, expired_trigger_id or exchanged_trigger_id.
func (w *wire) redeem(id string) (trigger, *refusal) {
	t := w.triggers[id]
	switch {
	case t == nil:
		return trigger{}, refuse("invalid_trigger_id")
	case t.used:
		return trigger{}, refuse("exchanged_trigger_id")
	case w.f.cfg.Now().Sub(t.at) > w.rules.Trigger:
		return trigger{}, refuse("expired_trigger_id")
	}
	t.used = true
	return *t, nil
}
