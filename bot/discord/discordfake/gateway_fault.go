package discordfake

import (
	"context"
	"maps"
	"slices"
	"time"
)

// GatewayEvent is one thing that happened at the gateway.
type GatewayEvent struct {
	At     time.Time // by the process's clock
	Shard  int       // -1 where the app has not said which
	What   GatewayWhat
	Code   int // of a close
	Missed int // dispatches that Resumed replayed
}

// GatewayWhat says what happened.
type GatewayWhat string

const (
	Identified      GatewayWhat = "identify"          // the app sent Identify
	Readied         GatewayWhat = "ready"             // and got a session
	Resumes         GatewayWhat = "resume"            // the app sent Resume
	Resumed         GatewayWhat = "resumed"           // and got what it had missed
	Reconnects      GatewayWhat = "reconnect"         // Discord sent Op 7
	Invalidated     GatewayWhat = "invalid session"   // Discord sent Op 9
	ClosedByDiscord GatewayWhat = "closed by Discord" // with a code; 0: cut without a word
	ClosedByApp     GatewayWhat = "closed by the app"
)

// GatewayLog is everything that happened at the gateway so far, oldest first.
func (f *Fake) GatewayLog() []GatewayEvent {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.wire.log)
}

// AwaitGateway waits until what happened at the gateway is enough.
func (f *Fake) AwaitGateway(ctx context.Context, enough func([]GatewayEvent) bool) error {
	for {
		f.mu.Lock()
		log, changed := slices.Clone(f.wire.log), f.wire.changed
		f.mu.Unlock()
		if enough(log) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// AwaitShards waits until n shards have a session with a connection.
func (f *Fake) AwaitShards(ctx context.Context, n int) error {
	return f.AwaitGateway(ctx, func([]GatewayEvent) bool { return len(f.Shards()) >= n })
}

// Shards are those that have a session with a connection, in order.
func (f *Fake) Shards() []int {
	f.mu.Lock()
	defer f.mu.Unlock()
	connected := map[int]bool{}
	for _, s := range f.wire.sessions {
		if s.link != nil {
			connected[s.shard] = true
		}
	}
	return slices.Sorted(maps.Keys(connected))
}

// Complaints is what the app did that Discord's documentation forbids and Discord lets pass.
func (f *Fake) Complaints() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.wire.complain)
}

// Every stands for all shards where a fault takes a shard's number.
const Every = -1

// connected are the connections of a shard's sessions, or of all.
func (w *wire) connected(shard int) (links []*link) {
	for _, s := range w.sessions {
		if s.link != nil && (s.shard == shard || shard == Every) {
			links = append(links, s.link)
		}
	}
	return links
}

// Reconnect sends Op 7: the app shall come back and resume. What happens until then waits for it. It gives how many connections were
// told; so do the other faults.
func (f *Fake) Reconnect(shard int) int { return f.each(shard, (*wire).reconnect) }

// InvalidSession sends Op 9: the app shall resume on a new connection, or identify anew because its session is over.
func (f *Fake) InvalidSession(shard int, resumable bool) int {
	return f.each(shard, func(w *wire, l *link) {
		if !resumable {
			w.end(l.session)
		}
		w.detach(l)
		w.invalidate(l, resumable)
	})
}

// CloseShard ends a shard's connection with a close code, or without a word where it is 0, as a network does. Its session goes on, unless
// the code says otherwise (docs.discord.com, Gateway Close Event Codes).
func (f *Fake) CloseShard(shard, code int) int {
	return f.each(shard, func(w *wire, l *link) {
		if slices.Contains([]int{4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014}, code) {
			w.end(l.session)
		}
		w.detach(l)
		w.note(GatewayEvent{Shard: l.shard, What: ClosedByDiscord, Code: code})
		w.hangUp(l, &ending{code, "Closed by a test."})
	})
}

// Silence makes a shard's connection half-open: it stays open, nothing comes from it and nothing arrives, and Discord does not know.
func (f *Fake) Silence(shard int) int {
	return f.each(shard, func(w *wire, l *link) { l.silent = true })
}

// AskHeartbeat sends Op 1: the app shall send a heartbeat at once.
func (f *Fake) AskHeartbeat(shard int) int {
	return f.each(shard, func(w *wire, l *link) { w.push(l, map[string]any{"op": opHeartbeat, "t": nil, "s": nil, "d": nil}) })
}

// Frame sends any text as a frame, which Discord would not.
func (f *Fake) Frame(shard int, text string) int {
	return f.each(shard, func(w *wire, l *link) { w.pushRaw(l, []byte(text)) })
}

// ForgetSessions makes all sessions of a shard over without telling the app: its next Resume gets Op 9.
func (f *Fake) ForgetSessions(shard int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range slices.Clone(f.wire.sessions) {
		if s.shard == shard || shard == Every {
			f.wire.end(s)
		}
	}
}

// ResumeURLDead makes nothing answer at resume_gateway_url, or something again.
func (f *Fake) ResumeURLDead(dead bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.wire.dead = dead
}

// GatewayDown makes nothing answer at the gateway, or something again. Connections that are open stay.
func (f *Fake) GatewayDown(down bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.wire.down = down
}

// NoHello makes the next n connections stay open without a word.
func (f *Fake) NoHello(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.wire.mute = n
}

func (f *Fake) each(shard int, do func(*wire, *link)) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	links := f.wire.connected(shard)
	for _, l := range links {
		do(f.wire, l)
	}
	return len(links)
}

// detach takes a session from its connection: from now on its events wait.
func (w *wire) detach(l *link) {
	if s := l.session; s != nil {
		l.session, s.link, s.lost = nil, nil, time.Now()
	}
}

func (w *wire) reconnect(l *link) {
	w.detach(l)
	w.note(GatewayEvent{Shard: l.shard, What: Reconnects})
	w.push(l, map[string]any{"op": opReconnect, "t": nil, "s": nil, "d": nil})
}

// Start is what the gateway answers to an Identify or a Resume in place of doing it: Op 7, Op 9, a close code, or the end of the connection
// where all is zero.
type Start struct {
	Op        int  // 7 or 9; 0 for none
	Resumable bool // of Op 9
	Code      int  // of the close
	Mute      bool // it says nothing at all and stays open
}

type scriptedStart struct {
	what GatewayWhat
	left int
	Start
}

// AnswerStart makes the gateway answer so to the next n of what: Identified or Resumes. Scripts are used up in order.
func (f *Fake) AnswerStart(what GatewayWhat, n int, with Start) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.wire.answers = append(f.wire.answers, scriptedStart{what, n, with})
}

// scripted answers as a test wants; false where it wants nothing.
func (w *wire) scripted(l *link, what GatewayWhat) bool {
	for i := range w.answers {
		a := &w.answers[i]
		if a.what != what || a.left == 0 {
			continue
		}
		a.left--
		switch {
		case a.Mute:
			l.silent = true
		case a.Op == opReconnect:
			w.reconnect(l)
		case a.Op == opInvalid:
			w.invalidate(l, a.Resumable)
		default:
			w.note(GatewayEvent{Shard: l.shard, What: ClosedByDiscord, Code: a.Code})
			w.hangUp(l, &ending{a.Code, "Closed by a test."})
		}
		return true
	}
	return false
}

// Dispatch sends an event that a test makes up to the shard of a guild; to shard 0 where guild is empty.
func (f *Fake) Dispatch(guild, name string, d map[string]any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.wire.emitRaw(f.guilds[guild], name, encode(d), nil)
}

// Redeliver sends the last event of that name once more, as Discord may do after a resume; false where there was none.
func (f *Fake) Redeliver(name string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	t := f.wire.last[name]
	if t != nil {
		f.wire.spread(t.guild, name, t.body)
	}
	return t != nil
}
