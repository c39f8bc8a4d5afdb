package bot

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

// delivery is one row's way out of the outbox.
//
// A message that is posted gets a durable mark before it is handed to the platform (marks.go). The mark goes in the
// unit that ends the row, or when the platform says that nothing was done. So whoever finds a mark knows that nobody
// knows: the answer may be lost, or the process may have died. Then the platform is asked (Find) before anything is
// sent again. Edits and deletions have no mark: done twice they are done once.
type delivery struct {
	b       *Bot
	row     store.Row
	unknown int // sends in a row that ended nobody knows how
	panics  int
}

// attempt does what can be done for the row now. It returns when to go on with its place: zero for at once, because
// the row is over, or the instant at which the row may be tried again.
func (d *delivery) attempt(intake context.Context, row store.Row) (again time.Time) {
	d.row = row
	var a chat.Action
	err := json.Unmarshal(row.Body, &a)
	if err == nil && string(a.Key) != row.Key {
		err = errors.New("it holds the action of another key")
	}
	if err != nil {
		return d.end(chat.Action{}, outcome{reason: chat.ReasonPoison, detail: (&unreadable{err}).Error()})
	}
	o, err := d.carry(intake, &a)
	if err == nil {
		return d.end(a, o)
	}
	if errors.As(err, new(*panicked)) {
		if d.panics++; d.panics >= maxPanics {
			return d.end(a, outcome{reason: chat.ReasonPoison, detail: err.Error()})
		}
	}
	return d.later(a, err)
}

// outcome is how a row ended: with an instant and, for a message that was posted, its id; or with a reason.
type outcome struct {
	id     chat.MessageID
	at     time.Time
	reason chat.Reason
	detail string // of the reason, for the log
}

// carry brings the action to an outcome, or to the error that says when or why to try again.
func (d *delivery) carry(intake context.Context, a *chat.Action) (outcome, error) {
	if _, ok := d.b.Platforms[platformOf(a.Workspace)]; !ok { // it may be configured again
		return outcome{}, &chat.Wait{Until: d.b.Clock.Now().Add(longestNap)}
	}
	over := !a.Until.IsZero() && !d.b.Clock.Now().Before(a.Until)
	if posts(*a) {
		tried, marked, err := d.b.tried(intake, d.row.Key)
		if err != nil {
			return outcome{}, err
		}
		if marked {
			o, known, err := d.recall(intake, *a, tried)
			if known || err != nil && !over {
				return o, err
			}
		}
	}
	if over {
		return outcome{reason: chat.ReasonExpired}, nil
	}
	target, known, err := d.target(intake, a)
	switch {
	case err != nil:
		return outcome{}, err
	case !known:
		return outcome{reason: chat.ReasonParentGone, detail: "never sent, or forgotten"}, nil
	}
	if a.Do == chat.Edit {
		if err := d.b.edits.take(a.Workspace, a.Counter, d.b.Clock.Now()); err != nil {
			return outcome{}, err
		}
	}
	return d.send(intake, *a, target)
}

func posts(a chat.Action) bool {
	return a.Do == chat.Post || a.Do == chat.Thread || a.Do == chat.Direct
}

// recall asks what became of an earlier try, begun at tried, that ended nobody knows how. It knows the outcome, or leaves
// the row to be sent.
func (d *delivery) recall(intake context.Context, a chat.Action, tried time.Time) (o outcome, known bool, err error) {
	if a.Tried = tried; a.Do == chat.Thread {
		if a.Parent, err = d.b.message(intake, a.Target); err != nil {
			return outcome{}, false, err
		}
	}
	id, found, err := d.b.find(a)
	var refused *chat.Refused
	switch {
	case err == nil && found:
		return outcome{id: id, at: tried}, true, nil
	case errors.Is(err, chat.ErrCannotTell) && a.Once:
		return outcome{reason: chat.ReasonDoubt}, true, nil
	case errors.Is(err, chat.ErrCannotTell):
		return outcome{}, false, nil
	case errors.As(err, &refused):
		return outcome{reason: refused.Reason, detail: refused.Detail}, true, nil
	}
	return outcome{}, false, err
}

// target is the platform's id of the message that an edit or a thread reply names. That message was before it in the
// same place, so it is over: without an id it failed, or is too old.
func (d *delivery) target(ctx context.Context, a *chat.Action) (id chat.MessageID, known bool, err error) {
	if posts(*a) {
		if id, err = d.b.message(ctx, a.Key); err != nil {
			return "", false, err
		}
		if id != "" { // the row was replaced while its message went out: the newer content becomes an edit of it
			a.Do, a.Target, a.Tell, a.Room = chat.Edit, a.Key, false, ""
			return id, true, nil
		}
	}
	if a.Do != chat.Thread && a.Do != chat.Edit {
		return "", true, nil
	}
	id, err = d.b.message(ctx, a.Target)
	return id, id != "", err
}

// send hands the action to its platform once.
func (d *delivery) send(intake context.Context, a chat.Action, target chat.MessageID) (outcome, error) {
	if posts(a) {
		if err := d.b.mark(d.row.Key); err != nil {
			return outcome{}, err
		}
	}
	begun := d.b.Clock.Now()
	id, err := d.b.send(a, target)
	var refused *chat.Refused
	switch {
	case errors.As(err, new(*chat.Wait)):
		if posts(a) {
			d.b.unmark(d.row.Key) // nothing was posted, so there is no doubt
		}
		return outcome{}, err
	case err == nil && id == "" && posts(a):
		return outcome{}, errors.New("the platform gave no id") // not known then: Find is asked
	case err == nil:
		return outcome{id: id, at: begun}, nil
	case errors.As(err, &refused):
		return outcome{reason: refused.Reason, detail: refused.Detail}, nil
	}
	return outcome{}, err
}

// later tells when to try again after an error.
func (d *delivery) later(a chat.Action, err error) time.Time {
	now := d.b.Clock.Now()
	var again time.Time
	var wait *chat.Wait
	if errors.As(err, &wait) {
		again = wait.Until
		if now.Add(time.Second).After(again) {
			again = now.Add(time.Second)
		}
		d.unknown = 0
	} else {
		d.unknown++
		again = now.Add(backoff(d.unknown))
	}
	if !a.Until.IsZero() && again.After(a.Until) {
		again = a.Until
	}
	d.b.Log.Debug("message waits", slog.String("key", d.row.Key), slog.String("place", d.row.Place),
		slog.Time("again", again), slog.Any("err", err))
	return again
}

// end records a row's outcome: one unit that removes the row and its mark and, where somebody waits for it, sets the
// wake row that brings the news to its room.
func (d *delivery) end(a chat.Action, o outcome) time.Time {
	if o.reason != "" {
		d.b.Log.Warn("message given up", slog.String("key", d.row.Key), slog.String("place", d.row.Place),
			slog.String("reason", string(o.reason)), slog.String("detail", o.detail))
		o.at = d.b.Clock.Now()
	}
	// A commit that failed may have been applied: the second one is then refused by this name.
	ending := store.EventID{At: o.at, Name: string(shellKey("ended", d.row.Key, strconv.FormatUint(d.row.Rev, 10)))}
	err := d.b.persist(func(ctx context.Context) error {
		return d.b.commit(ctx, func(draft *store.Draft) error {
			draft.Unit.Event = ending
			return d.record(draft, a, o)
		})
	})
	if err != nil {
		d.b.Log.Error("outcome of a message not recorded; the next start asks the platform", slog.String("key", d.row.Key),
			slog.Any("err", err))
		return d.b.Clock.Now().Add(time.Second)
	}
	return time.Time{}
}

func (d *delivery) record(draft *store.Draft, a chat.Action, o outcome) error {
	done := store.Done{Key: d.row.Key, Rev: d.row.Rev, At: o.at}
	if posts(a) {
		done.ID = string(o.id) // the key of an edit stays free: the next edit has the same
	}
	draft.Unit.Sent = append(draft.Unit.Sent, done)
	draft.Delete(markKey(d.row.Key))
	if o.reason == chat.ReasonPoison {
		d.b.park(draft, parked{Row: d.row.Key, Place: d.row.Place, At: o.at, Detail: o.detail})
	}
	news := chat.Event{
		Kind: chat.Sent, Workspace: a.Workspace, Room: a.Room, Channel: a.Channel, Key: a.Key, Due: o.at, Reason: o.reason,
	}
	if o.reason != "" {
		news.Kind = chat.Failed
	}
	if a.Room == "" || o.reason == "" && !a.Tell {
		return nil
	}
	body, err := json.Marshal(news)
	draft.Wake(store.Wake{Name: string(shellKey(string(news.Kind), d.row.Key)), At: d.b.Clock.Now(), Body: body})
	return err
}
