package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// Space is a part of a store for what an adapter must keep by itself: its records and the names of its events begin with
// the name of the space, so they meet neither the bot's nor those of another space. Key never writes the sign "~" with
// which a space begins. A space holds records and remembers events; what is to be sent, timed or counted is the bot's,
// and a unit that holds such a thing is refused.
func Space(db DB, name string) DB { return space{db, "~" + Prefix(name)} }

type space struct {
	db   DB
	mark Ref
}

var _ DB = space{}

func (s space) Load(ctx context.Context, refs ...Ref) ([]Record, error) {
	inside := make([]Ref, len(refs))
	for i, ref := range refs {
		inside[i] = s.mark + ref
	}
	return s.outside(s.db.Load(ctx, inside...))
}

func (s space) List(ctx context.Context, prefix, after Ref, n int) ([]Record, error) {
	return s.outside(s.db.List(ctx, s.mark+prefix, s.mark+after, n))
}

func (s space) outside(records []Record, err error) ([]Record, error) {
	for i := range records {
		records[i].Ref = records[i].Ref[len(s.mark):]
	}
	return records, err
}

func (s space) Commit(ctx context.Context, u Unit) error {
	if u.Fired != nil || len(u.Send)+len(u.Sent)+len(u.Wake)+len(u.Points) > 0 {
		return fmt.Errorf("commit in the space %s: %w: it keeps records and events only", s.mark, ErrInvalid)
	}
	if err := u.Valid(); err != nil { // before the mark hides an empty name
		return err
	}
	var inside Unit
	for e := range u.Events {
		inside.Also = append(inside.Also, EventID{e.At, string(s.mark) + e.Name})
	}
	for _, r := range u.Read {
		inside.Read = append(inside.Read, Read{s.mark + r.Ref, r.Version})
	}
	for _, p := range u.Put {
		inside.Put = append(inside.Put, Put{s.mark + p.Ref, p.Bytes})
	}
	return s.db.Commit(ctx, inside)
}

func (s space) Outbox(context.Context, string, int) ([]Row, error)  { return nil, nil }
func (s space) Message(context.Context, string) (string, error)     { return "", nil }
func (s space) Due(context.Context, time.Time, int) ([]Wake, error) { return nil, nil }
func (s space) Top(context.Context, Board, int) ([]Score, error)    { return nil, nil }
func (s space) Rank(_ context.Context, _ Board, m string) (Score, error) {
	return Score{Member: m}, nil
}
func (s space) Backup(context.Context, io.Writer) error {
	return fmt.Errorf("copy the space %s alone: %w", s.mark, errors.ErrUnsupported)
}

// Close does nothing: the store belongs to whoever opened it.
func (s space) Close() error { return nil }
