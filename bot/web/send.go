package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"greenroom/bot/chat"
	"greenroom/store"
)

// Send shows, edits or removes a message, durably. It is idempotent by the action's key: the second Send of a message
// returns the id of the first and shows nothing.
func (p *Playground) Send(ctx context.Context, a chat.Action, target chat.MessageID) (chat.MessageID, error) {
	id, err := p.send(ctx, a, target)
	switch {
	case errors.Is(err, errNoMessage):
		return "", &chat.Refused{Reason: chat.ReasonParentGone, Detail: fmt.Sprintf("message %q: %v", target, err)}
	case err != nil:
		return "", err
	}
	return id, nil
}

func (p *Playground) send(ctx context.Context, a chat.Action, target chat.MessageID) (id chat.MessageID, err error) {
	if a.Do != chat.Direct && !slices.Contains(p.cfg.Channels, a.Channel) {
		return "", &chat.Refused{Reason: chat.ReasonGone, Detail: fmt.Sprintf("there is no channel %q", a.Channel)}
	}
	new := message{Key: a.Key, Channel: a.Channel, At: p.cfg.Now(), Body: &a.Message}
	err = p.history.update(ctx, func(c *change) (err error) {
		switch a.Do {
		case chat.Post:
		case chat.Thread:
			if _, err := find(c.d, target); err != nil {
				return err
			}
			new.Thread = target
		case chat.Direct:
			if _, err := person(c.d, a.Member); err != nil {
				return &chat.Refused{Reason: chat.ReasonGone, Detail: err.Error()}
			}
			new.Channel, new.Direct = "", a.Member
		case chat.Edit:
			id = target
			return c.edit(target, func(m *message) { m.Body = &a.Message })
		case chat.Delete:
			id = a.Copy
			err := c.edit(a.Copy, (*message).remove)
			if errors.Is(err, errNoMessage) {
				return nil // removed is removed
			}
			return err
		default:
			return &chat.Refused{Reason: chat.ReasonForbidden, Detail: fmt.Sprintf("the playground cannot %q", a.Do)}
		}
		id, err = c.add(new)
		return err
	})
	return id, err
}

// Find tells whether an action was carried out. The playground can always tell: everything that it shows is in its store.
func (p *Playground) Find(ctx context.Context, a chat.Action) (chat.MessageID, bool, error) {
	v := store.NewReader(ctx, p.cfg.DB)
	key := a.Key
	switch a.Do {
	case chat.Delete:
		_, err := find(v, a.Copy)
		if errors.Is(err, errNoMessage) {
			return a.Copy, true, nil
		}
		return "", false, err
	case chat.Edit:
		key = a.Target
	}
	m, err := byKey(v, key)
	if errors.Is(err, errNoMessage) {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	if a.Do == chat.Edit && !same(m.Body, &a.Message) {
		return "", false, nil
	}
	return m.ID, true, nil
}

// same compares messages as they are stored.
func same(a, b *chat.Message) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}
