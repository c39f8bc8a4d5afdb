package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"

	"greenroom/bot/chat"
	"greenroom/store"
)

// counted counts the units that were applied.
type counted struct {
	store.DB
	units int
}

func (c *counted) Commit(ctx context.Context, u store.Unit) error {
	err := c.DB.Commit(ctx, u)
	if err == nil && !u.Empty() {
		c.units++
	}
	return err
}

// visits hands in events of one room, all but the first while the first is at work there, and gives what became of each and
// how many units they took.
func visits(t *testing.T, step func(*store.Draft, chat.Event) (chat.Reply, error), names ...string) (replies []string, errs []error, units int) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		db := &counted{DB: store.NewMemory()}
		b := New(Config{DB: db, Engine: toy{step: func(d *store.Draft, e chat.Event) (chat.Reply, error) {
			<-gate
			return step(d, e)
		}}})
		var all sync.WaitGroup
		replies, errs = make([]string, len(names)), make([]error, len(names))
		for i, name := range names {
			all.Go(func() {
				var r chat.Reply
				if r, errs[i] = b.Handle(t.Context(), click(name, "c:a")); r.Message != nil {
					replies[i] = r.Message.Blocks[0].Spans[0].Text
				}
			})
			synctest.Wait()
		}
		close(gate)
		all.Wait()
		units = db.units
	})
	return replies, errs, units
}

// write adds an event's name to a record and replies with what stands there then.
func write(d *store.Draft, e chat.Event) (chat.Reply, error) {
	all, err := d.Get("all")
	all = append([]byte(nil), all...)
	all = append(all, e.ID.Name...)
	d.Put("all", all)
	return chat.Reply{Message: &chat.Message{Blocks: []chat.Block{chat.Text(string(all))}}}, err
}

// Who comes while the room is at work shares one unit with the others who came, in their order, and each has a reply of its own.
func TestVisitsShareAUnit(t *testing.T) {
	replies, errs, units := visits(t, write, "a", "b", "c", "d")
	if fmt.Sprint(replies) != "[a ab abc abcd]" || errors.Join(errs...) != nil || units != 2 {
		t.Errorf("%q, %v, %d units", replies, errs, units)
	}
}

// An event that cannot share is handled by itself, and so are those beside it: none is lost, none is handled twice.
func TestVisitsThatCannotShare(t *testing.T) {
	bad := errors.New("bad")
	for name, c := range map[string]struct {
		step    func(*store.Draft, chat.Event) (chat.Reply, error)
		names   []string
		replies string
	}{
		"one fails": {func(d *store.Draft, e chat.Event) (chat.Reply, error) {
			if r, err := write(d, e); e.ID.Name != "c" {
				return r, err
			}
			return chat.Reply{}, bad
		}, []string{"a", "b", "c", "d"}, "[a ab  abd]"},
		"one panics": {func(d *store.Draft, e chat.Event) (chat.Reply, error) {
			if r, err := write(d, e); e.ID.Name != "c" {
				return r, err
			}
			panic(bad)
		}, []string{"a", "b", "c", "d"}, "[a ab  abd]"},
		"one was seen":    {write, []string{"a", "b", "a", "c"}, "[a ab  abc]"},
		"one comes twice": {write, []string{"a", "b", "b", "c"}, "[a ab  abc]"},
		"one reads a list": {func(d *store.Draft, e chat.Event) (chat.Reply, error) {
			if e.ID.Name == "c" {
				list, err := d.List("a", "", 10)
				if err != nil {
					return chat.Reply{}, err
				}
				d.Put("all", list[0].Bytes)
			}
			return write(d, e)
		}, []string{"a", "b", "c", "d"}, "[a ab abc abcd]"},
	} {
		t.Run(name, func(t *testing.T) {
			replies, errs, _ := visits(t, c.step, c.names...)
			if fmt.Sprint(replies) != c.replies {
				t.Errorf("%q", replies)
			}
			for i, err := range errs {
				if failed := c.names[i] == "c" && replies[i] == ""; (err != nil) != failed {
					t.Errorf("%s: %v", c.names[i], err)
				}
			}
		})
	}
}
