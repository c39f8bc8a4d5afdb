package bottest

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"greenroom/bot/chat"
)

// Temperament says how a fault-making platform can be kept from posting twice. By itself it never refuses a repeat.
type Temperament string

const (
	// Keyed honours a send key for two minutes, as Discord's nonce: a repeat within them gives the id of the first. It
	// cannot be asked.
	Keyed Temperament = "keyed"
	// Asked knows no send key, but what was posted under one can be found.
	Asked Temperament = "asked"
)

// keyFor is how long a Keyed platform honours a send key.
const keyFor = 2 * time.Minute

// Faults is what a platform does to its callers. Each is a probability from 0 to 1.
type Faults struct {
	LoseReply   float64       // the message is posted, then the connection is dropped
	LoseRequest float64       // the connection is dropped before anything is posted
	Limit       float64       // nothing is posted; the caller is told to wait
	Delay       time.Duration // each call takes up to this long
	Seed        uint64
}

// Entry is one line of a platform's log: something that it did. The log is appended to and synced before the caller
// gets an answer, so whoever reads it knows all that ever stood in a channel.
type Entry struct {
	N      int            `json:"n"` // counts from 1
	ID     chat.MessageID `json:"id"`
	Target chat.MessageID `json:"target,omitempty"` // of an edit, a deletion, a thread reply
	Action chat.Action    `json:"action"`
}

// Platform is a chat service that makes faults. It serves HTTP (platform_http.go) and is meant to run in a process of
// its own (platform_process.go); Client is its adapter.
type Platform struct {
	temperament Temperament
	faults      Faults
	log         *os.File
	said        *said

	mu      sync.Mutex
	random  *rand.Rand
	entries []Entry
	posted  map[chat.Key][]post
	stands  map[chat.MessageID]bool
	refuse  map[chat.Channel]chat.Reason
}

type post struct {
	id chat.MessageID
	at time.Time
}

// NewPlatform makes a platform that appends to a log file.
func NewPlatform(t Temperament, f Faults, logFile string) (*Platform, error) {
	log, err := os.OpenFile(logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	return &Platform{
		temperament: t, faults: f, log: log, said: newSaid(), random: rand.New(rand.NewPCG(f.Seed, 1)),
		posted: map[chat.Key][]post{}, stands: map[chat.MessageID]bool{}, refuse: map[chat.Channel]chat.Reason{},
	}, nil
}

// errLost stands for a connection that is dropped.
var errLost = errors.New("the connection is dropped")

// send does what an action says, unless a fault comes first. errLost means that the caller gets no answer.
func (p *Platform) send(a chat.Action, target chat.MessageID) (chat.MessageID, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch luck := p.random.Float64(); {
	case luck < p.faults.LoseRequest:
		return "", errLost
	case luck < p.faults.LoseRequest+p.faults.Limit:
		return "", &chat.Wait{}
	}
	if reason := p.refuse[a.Channel]; reason != "" && a.Channel != "" {
		return "", &chat.Refused{Reason: reason, Detail: "the test wants it"}
	}
	id, err := p.do(a, target)
	if err == nil && p.random.Float64() < p.faults.LoseReply {
		return "", errLost
	}
	return id, err
}

func (p *Platform) do(a chat.Action, target chat.MessageID) (chat.MessageID, error) {
	switch a.Do {
	case chat.Edit, chat.Thread:
		if !p.stands[target] {
			return "", &chat.Refused{Reason: chat.ReasonParentGone, Detail: fmt.Sprintf("no message %q", target)}
		}
	case chat.Delete:
		target = a.Copy
		delete(p.stands, a.Copy)
	}
	if id := p.repeated(a.Key); id != "" {
		return id, nil
	}
	e := Entry{N: len(p.entries) + 1, ID: target, Target: target, Action: a}
	if posts := a.Do != chat.Edit && a.Do != chat.Delete; posts {
		e.ID = chat.MessageID(fmt.Sprintf("%s%d", p.temperament[:1], e.N))
		p.stands[e.ID] = true
		p.posted[a.Key] = append(p.posted[a.Key], post{e.ID, time.Now()})
	}
	return e.ID, p.write(e)
}

// repeated is the id of what was posted under a key that is still honoured.
func (p *Platform) repeated(key chat.Key) chat.MessageID {
	all := p.posted[key]
	if p.temperament != Keyed || len(all) == 0 || time.Since(all[len(all)-1].at) > keyFor {
		return ""
	}
	return all[len(all)-1].id
}

func (p *Platform) write(e Entry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if _, err := p.log.Write(append(line, '\n')); err != nil {
		return err
	}
	p.entries = append(p.entries, e)
	return p.log.Sync()
}

// find searches for what was posted under a key.
func (p *Platform) find(key chat.Key) (chat.MessageID, error) {
	if p.temperament != Asked {
		return "", chat.ErrCannotTell
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, one := range p.posted[key] {
		if p.stands[one.id] {
			return one.id, nil
		}
	}
	return "", nil
}

// Refuse makes every further action in a channel refused; an empty reason ends that.
func (p *Platform) Refuse(c chat.Channel, r chat.Reason) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse[c] = r
}

// delay is how long a call takes.
func (p *Platform) delay() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Duration(p.random.Float64() * float64(p.faults.Delay))
}

// since are the entries after the n-th.
func (p *Platform) since(n int) []Entry {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.entries[min(n, len(p.entries)):]
}
