package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

// What the playground keeps, below its Space. A bucket is "c:" and a channel, "d:" and the member of a direct
// conversation, or "p:" and the member who alone sees what is in it.
//
//	clock                      the number of the newest change
//	bucket/<bucket>            bucket
//	message/<bucket>/<number>  message, the number in 16 digits
//	key/<key>                  id of the message that an action made
//	member/<id>                member
//	profile/<hash of cookie>   profile
//	sample/<member>:<post>     true: a sample has answered
//	start                      start
const (
	keepPublic  = 500 // messages of a channel or a direct conversation, threads counted; older ones go
	keepPrivate = 200 // private messages of one member
)

// message is something that stands in a room.
type message struct {
	ID      chat.MessageID `json:"id"`
	Number  uint64         `json:"number"`            // messages stand in the order of their numbers
	Rev     uint64         `json:"rev"`               // grows with each change; Number at first
	Channel chat.Channel   `json:"channel,omitempty"` // empty in a direct conversation
	Direct  chat.Member    `json:"direct,omitempty"`  // whose direct conversation with the bot it is
	Thread  chat.MessageID `json:"thread,omitempty"`  // the message whose thread it stands in
	Only    chat.Member    `json:"only,omitempty"`    // the only member who sees it
	From    chat.Member    `json:"from,omitempty"`    // empty: the bot
	At      time.Time      `json:"at"`
	Text    string         `json:"text,omitempty"` // of a member's message, as typed
	Body    *chat.Message  `json:"body,omitempty"` // of the bot's message
	Key     chat.Key       `json:"key,omitempty"`
	Replies int            `json:"replies,omitempty"` // in its thread, seen by all
	Last    time.Time      `json:"last,omitzero"`     // of the newest of them
	Gone    bool           `json:"gone,omitempty"`    // removed; kept as a mark for pages that still show it
}

func (m *message) bucket() string {
	switch {
	case m.Only != "":
		return "p:" + string(m.Only)
	case m.Direct != "":
		return "d:" + string(m.Direct)
	default:
		return "c:" + string(m.Channel)
	}
}

// place is the room that a message is shown in: a channel, or a member's direct conversation.
func (m *message) place() chat.Room {
	if m.Direct != "" {
		return chat.DirectRoom(m.Direct)
	}
	return chat.ChannelRoom(m.Channel)
}

// visible tells whether a member may see the message.
func (m *message) visible(to chat.Member) bool {
	return (m.Only == "" || m.Only == to) && (m.Direct == "" || m.Direct == to)
}

// beginsThread tells whether others can reply below the message.
func (m *message) beginsThread() bool { return m.Channel != "" && m.Thread == "" && m.Only == "" }

type bucket struct {
	Kept   int    `json:"kept"`   // messages in it
	Newest uint64 `json:"newest"` // number of the newest that stands in no thread
}

// history is everything that was said. Reading goes to the store; writing is one at a time, so that pages are told of
// changes in the order of their revisions.
type history struct {
	db   store.DB
	now  func() time.Time
	tell func(news) // what has changed, after it is durable

	mu sync.Mutex // held while writing
}

// change is one unit of writing.
type change struct {
	d      *store.Draft
	rev    uint64
	told   []message
	people bool // members came or have other names
}

// update writes what fn changes and tells the open pages. It is not given up half-way when a request is.
func (h *history) update(ctx context.Context, fn func(*change) error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	var told news
	err := store.Update(context.WithoutCancel(ctx), h.db, func(d *store.Draft) error {
		c := &change{d: d}
		if _, err := get(d, store.Key("clock"), &c.rev); err != nil {
			return err
		}
		before := c.rev
		if err := fn(c); err != nil {
			return err
		}
		told = news{c.told, c.people}
		if c.rev == before {
			return nil
		}
		return put(d, store.Key("clock"), c.rev)
	})
	if err != nil {
		return err
	}
	if len(told.messages) > 0 || told.people {
		h.tell(told)
	}
	return nil
}

// add puts a message at the end of its room and returns its id; where its key is known, the id of the message that
// stands there already.
func (c *change) add(m message) (chat.MessageID, error) {
	if m.Key != "" {
		var id chat.MessageID
		if found, err := get(c.d, keyRef(m.Key), &id); err != nil || found {
			return id, err
		}
	}
	c.rev++
	m.Number, m.Rev = c.rev, c.rev
	m.ID = chat.MessageID(m.bucket() + "." + strconv.FormatUint(m.Number, 10))
	if err := c.keep(m); err != nil {
		return "", err
	}
	if m.Key != "" {
		if err := put(c.d, keyRef(m.Key), m.ID); err != nil {
			return "", err
		}
	}
	if err := c.makeRoom(&m); err != nil {
		return "", err
	}
	if m.Thread == "" || m.Only != "" {
		return m.ID, nil
	}
	err := c.edit(m.Thread, func(parent *message) { parent.Replies++; parent.Last = m.At })
	return m.ID, err
}

// spared is how many of a bucket's oldest messages the bot's own may be: among these, what people said goes first, so that
// a chatty room does not lose a question that is open.
const spared = 100

// dropOldest removes one message of a bucket.
func (c *change) dropOldest(name string) error {
	oldest, err := c.d.List(store.Prefix("message", name), "", spared)
	if err != nil || len(oldest) == 0 {
		return err
	}
	var drop message
	for i, r := range oldest {
		var m message
		if err := json.Unmarshal(r.Bytes, &m); err != nil {
			return fmt.Errorf("read %s: %w", r.Ref, err)
		}
		if i == 0 || m.From != "" {
			drop = m
		}
		if m.From != "" {
			break
		}
	}
	c.d.Delete(messageRef(name, drop.Number))
	if drop.Key != "" {
		c.d.Delete(keyRef(drop.Key))
	}
	return nil
}

// makeRoom counts a new message and drops one of its bucket when there are too many.
func (c *change) makeRoom(m *message) error {
	name := m.bucket()
	var b bucket
	if _, err := get(c.d, store.Key("bucket", name), &b); err != nil {
		return err
	}
	b.Kept++
	if m.Thread == "" {
		b.Newest = m.Number
	}
	limit := keepPublic
	if m.Only != "" {
		limit = keepPrivate
	}
	if b.Kept > limit {
		if err := c.dropOldest(name); err != nil {
			return err
		}
		b.Kept--
	}
	return put(c.d, store.Key("bucket", name), b)
}

// edit changes a message that stands; one that does not is errNoMessage.
func (c *change) edit(id chat.MessageID, fn func(*message)) error {
	m, err := find(c.d, id)
	if err != nil {
		return err
	}
	fn(&m)
	c.rev++
	m.Rev = c.rev
	return c.keep(m)
}

// forget removes what one member alone sees, and what they wrote to the bot: all messages but one.
func (c *change) forget(who chat.Member, but chat.MessageID) error {
	for _, name := range []string{"p:" + string(who), "d:" + string(who)} {
		records, err := c.d.List(store.Prefix("message", name), "", keepPublic)
		if err != nil {
			return err
		}
		for _, r := range records {
			var m message
			if err := json.Unmarshal(r.Bytes, &m); err != nil {
				return fmt.Errorf("read %s: %w", r.Ref, err)
			}
			if m.ID == but || m.Gone {
				continue
			}
			if err := c.edit(m.ID, (*message).remove); err != nil {
				return err
			}
		}
	}
	return nil
}

// remove leaves a mark of a message.
func (m *message) remove() { m.Gone, m.Body, m.Text = true, nil, "" }

func (c *change) keep(m message) error {
	c.told = append(c.told, m)
	return put(c.d, messageRef(m.bucket(), m.Number), m)
}

var errNoMessage = errors.New("there is no such message (any more)")

// find reads a message by its id.
func find(v store.View, id chat.MessageID) (message, error) {
	i := strings.LastIndexByte(string(id), '.')
	if i < 0 {
		return message{}, errNoMessage
	}
	number, err := strconv.ParseUint(string(id[i+1:]), 10, 64)
	if err != nil {
		return message{}, errNoMessage
	}
	var m message
	found, err := get(v, messageRef(string(id[:i]), number), &m)
	if err == nil && (!found || m.Gone) {
		err = errNoMessage
	}
	return m, err
}

// message reads a message by its id.
func (h *history) message(ctx context.Context, id chat.MessageID) (message, error) {
	return find(store.NewReader(ctx, h.db), id)
}

// byKey reads the message that an action made.
func byKey(v store.View, key chat.Key) (message, error) {
	var id chat.MessageID
	found, err := get(v, keyRef(key), &id)
	if err != nil {
		return message{}, err
	}
	if !found {
		return message{}, errNoMessage
	}
	return find(v, id)
}

// room reads what a member sees in a room, threads and removed messages included, in order.
func (h *history) room(ctx context.Context, room chat.Room, who chat.Member) ([]message, error) {
	return h.read(ctx, []string{string(room), "p:" + string(who)}, func(m *message) bool {
		return m.place() == room && m.visible(who)
	})
}

// since reads what a member may see that has changed after a revision, in the order of the changes.
func (h *history) since(ctx context.Context, channels []chat.Channel, who chat.Member, rev uint64) ([]message, error) {
	buckets := []string{"d:" + string(who), "p:" + string(who)}
	for _, c := range channels {
		buckets = append(buckets, "c:"+string(c))
	}
	messages, err := h.read(ctx, buckets, func(m *message) bool { return m.Rev > rev && m.visible(who) })
	slices.SortFunc(messages, func(a, b message) int { return int(a.Rev) - int(b.Rev) })
	return messages, err
}

// read reads buckets, in the order of the messages' numbers.
func (h *history) read(ctx context.Context, buckets []string, want func(*message) bool) ([]message, error) {
	var messages []message
	for _, name := range buckets {
		records, err := h.db.List(ctx, store.Prefix("message", name), "", keepPublic)
		if err != nil {
			return nil, fmt.Errorf("read the messages of %s: %w", name, err)
		}
		for _, r := range records {
			var m message
			if err := json.Unmarshal(r.Bytes, &m); err != nil {
				return nil, fmt.Errorf("read %s: %w", r.Ref, err)
			}
			if want(&m) {
				messages = append(messages, m)
			}
		}
	}
	slices.SortFunc(messages, func(a, b message) int { return int(a.Number) - int(b.Number) })
	return messages, nil
}

// newest is the number of a bucket's newest message outside threads, and the newest revision of all.
func (h *history) newest(ctx context.Context, name string) (number, rev uint64, err error) {
	v := store.NewReader(ctx, h.db)
	var b bucket
	if _, err := get(v, store.Key("bucket", name), &b); err != nil {
		return 0, 0, err
	}
	_, err = get(v, store.Key("clock"), &rev)
	return b.Newest, rev, err
}

// start tells whether the bot has been told that it was added.
type start struct {
	At   time.Time `json:"at"` // the same at each try
	Done bool      `json:"done"`
}

func (h *history) started(ctx context.Context) (s start, err error) {
	_, err = get(store.NewReader(ctx, h.db), store.Key("start"), &s)
	return s, err
}

func (h *history) setStarted(ctx context.Context) error {
	return h.update(ctx, func(c *change) error {
		var s start
		if _, err := get(c.d, store.Key("start"), &s); err != nil {
			return err
		}
		s.Done = true
		return put(c.d, store.Key("start"), s)
	})
}

func messageRef(bucket string, number uint64) store.Ref {
	return store.Key("message", bucket, fmt.Sprintf("%016d", number))
}

func keyRef(key chat.Key) store.Ref { return store.Key("key", string(key)) }

// get reads a record into v and tells whether there is one.
func get(from store.View, ref store.Ref, v any) (bool, error) {
	b, err := from.Get(ref)
	if err != nil || b == nil {
		return false, err
	}
	if err := json.Unmarshal(b, v); err != nil {
		return false, fmt.Errorf("read %s: %w", ref, err)
	}
	return true, nil
}

func put(d *store.Draft, ref store.Ref, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write %s: %w", ref, err)
	}
	d.Put(ref, b)
	return nil
}
