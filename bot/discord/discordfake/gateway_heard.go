package discordfake

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Opcodes (docs.discord.com, Gateway Opcodes).
const (
	opDispatch     = 0
	opHeartbeat    = 1
	opIdentify     = 2
	opPresence     = 3
	opVoice        = 4
	opResume       = 6
	opReconnect    = 7
	opMembers      = 8
	opInvalid      = 9
	opHello        = 10
	opHeartbeatAck = 11
	opSounds       = 31
)

// Close codes with Discord's words (docs.discord.com, Gateway Close Event Codes).
var (
	unknownOpcode    = &ending{4001, "Unknown opcode."}
	decodeError      = &ending{4002, "Error while decoding payload."}
	notAuthenticated = &ending{4003, "Not authenticated."}
	badToken         = &ending{4004, "Authentication failed."}
	alreadyKnown     = &ending{4005, "Already authenticated."}
	badSequence      = &ending{4007, "Invalid seq."}
	tooManySends     = &ending{4008, "You are being rate limited."}
	badShard         = &ending{4010, "Invalid shard."}
	shardingNeeded   = &ending{4011, "Sharding required."}
	badIntents       = &ending{4013, "Invalid intent(s)."}
	deniedIntents    = &ending{4014, "Disallowed intent(s)."}
)

// Intents (docs.discord.com, List of Intents).
const (
	intentGuilds         = 1 << 0
	intentMembers        = 1 << 1
	intentPresences      = 1 << 8
	intentGuildMessages  = 1 << 9
	intentDirectMessages = 1 << 12
	intentContent        = 1 << 15
	privilegedIntents    = intentMembers | intentPresences | intentContent
	allIntents           = 1<<17 - 1 | 3<<20 | 3<<24
)

// heard takes one payload of the app; a ending is how Discord answers a wrong one.
func (w *wire) heard(l *link, body []byte) *ending {
	now := time.Now()
	l.sends = append(slices.DeleteFunc(l.sends, func(t time.Time) bool { return now.Sub(t) >= sendsWindow }), now)
	if len(l.sends) > maxSends {
		return tooManySends
	}
	var p struct {
		Op *int            `json:"op"`
		D  json.RawMessage `json:"d"`
	}
	if len(body) > maxSent || json.Unmarshal(body, &p) != nil || p.Op == nil {
		return decodeError
	}
	switch *p.Op {
	case opHeartbeat:
		var seq *int64
		if json.Unmarshal(p.D, &seq) != nil {
			return decodeError
		}
		l.beat = now
		w.push(l, map[string]any{"op": opHeartbeatAck, "t": nil, "s": nil, "d": nil})
		return nil
	case opIdentify, opResume:
		if l.session != nil {
			return alreadyKnown
		}
		if *p.Op == opIdentify {
			return w.identify(l, p.D)
		}
		return w.resume(l, p.D)
	case opPresence, opVoice, opMembers, opSounds:
		if l.session == nil {
			return notAuthenticated
		}
		return nil
	}
	return unknownOpcode
}

// identify begins a session (docs.discord.com, Identify Structure).
func (w *wire) identify(l *link, d json.RawMessage) *ending {
	var in struct {
		Token      *string            `json:"token"`
		Properties *map[string]string `json:"properties"`
		Intents    *int               `json:"intents"`
		Shard      []int              `json:"shard"`
		Compress   bool               `json:"compress"`
		Large      *int               `json:"large_threshold"`
	}
	if json.Unmarshal(d, &in) != nil || in.Token == nil || in.Properties == nil || in.Intents == nil || in.Large != nil && (*in.Large < 50 || *in.Large > 250) {
		return decodeError
	}
	if in.Shard == nil {
		in.Shard = []int{0, 1}
	}
	if len(in.Shard) == 2 {
		l.shard = in.Shard[0]
	}
	w.note(GatewayEvent{Shard: l.shard, What: Identified})
	switch {
	case !w.authentic(*in.Token):
		return badToken
	case len(in.Shard) != 2 || in.Shard[0] < 0 || in.Shard[1] < 1 || in.Shard[0] >= in.Shard[1]:
		return badShard
	case *in.Intents < 0 || *in.Intents&^allIntents != 0:
		return badIntents
	case *in.Intents&privilegedIntents&^w.rules.Privileged != 0:
		return deniedIntents
	case w.guildsOf(in.Shard[0], in.Shard[1]) > w.rules.PerShard:
		return shardingNeeded
	}
	if l.resume {
		w.complaint("Identify at resume_gateway_url: it belongs to the address that GET /gateway/bot gives")
	}
	if l.invalid {
		w.complaint("Identify on a connection that was told Op 9: it belongs on a new one")
	}
	key := in.Shard[0] % w.rules.Concurrency
	if t, ok := w.started[key]; ok && time.Since(t) < identifyWindow {
		w.invalidate(l, false)
		return nil
	}
	w.started[key] = time.Now()
	if left, _ := w.startsLeft(); left == 0 {
		return w.reset()
	}
	w.starts = append(w.starts, w.f.cfg.Now())
	l.zlib = in.Compress
	if w.scripted(l, Identified) {
		return nil
	}
	w.begin(l, in.Shard[0], in.Shard[1], *in.Intents)
	return nil
}

// authentic tells whether a token is the bot's.
func (w *wire) authentic(token string) bool {
	return !w.f.rest.revoked && strings.TrimPrefix(token, "Bot ") == w.f.cfg.Token
}

// instant is by the process's clock.
type instant = time.Time

// startsLeft is how many sessions may still begin, and when all may again.
func (w *wire) startsLeft() (left int, again time.Duration) {
	const day = 24 * time.Hour
	now := w.f.cfg.Now()
	if len(w.starts) > 0 && now.Sub(w.starts[0]) >= day { // the window begins with the first
		w.starts = nil
	}
	if len(w.starts) > 0 {
		again = day - now.Sub(w.starts[0])
	}
	return max(0, w.rules.Identifies-len(w.starts)), again
}

// reset is what Discord does to an app that identifies too often: every session ends and the token is another one.
func (w *wire) reset() *ending {
	w.f.rest.revoked = true
	for l := range w.links {
		w.end(l.session)
		w.hangUp(l, badToken)
	}
	w.sessions = nil
	return badToken
}

// guildsOf counts the guilds of a shard.
func (w *wire) guildsOf(shard, shards int) (n int) {
	for _, g := range w.f.guilds {
		if g.installed && shardOf(g, shards) == shard {
			n++
		}
	}
	return n
}

// resume goes on with a session (docs.discord.com, Resuming).
func (w *wire) resume(l *link, d json.RawMessage) *ending {
	var in struct {
		Token   *string `json:"token"`
		Session *string `json:"session_id"`
		Seq     *int64  `json:"seq"`
	}
	if json.Unmarshal(d, &in) != nil || in.Token == nil || in.Session == nil || in.Seq == nil {
		return decodeError
	}
	w.expire()
	i := slices.IndexFunc(w.sessions, func(s *session) bool { return s.id == *in.Session })
	if i >= 0 {
		l.shard = w.sessions[i].shard
	}
	w.note(GatewayEvent{Shard: l.shard, What: Resumes})
	if !w.authentic(*in.Token) {
		return badToken
	}
	if !l.resume && !w.dead {
		w.complaint("Resume at the address for Identify: it belongs to resume_gateway_url")
	}
	if i < 0 {
		w.invalidate(l, false)
		return nil
	}
	s := w.sessions[i]
	if *in.Seq > s.seq || *in.Seq < 0 {
		w.end(s)
		return badSequence
	}
	if w.scripted(l, Resumes) {
		return nil
	}
	if *in.Seq < s.forgotten {
		w.end(s)
		w.invalidate(l, false)
		return nil
	}
	w.goOn(l, s, *in.Seq)
	return nil
}

// invalidate tells the app Op 9.
func (w *wire) invalidate(l *link, resumable bool) {
	l.invalid = true
	w.note(GatewayEvent{Shard: l.shard, What: Invalidated})
	w.push(l, map[string]any{"op": opInvalid, "t": nil, "s": nil, "d": resumable})
}

// complaint keeps what Discord's documentation forbids and Discord lets pass.
func (w *wire) complaint(format string, args ...any) {
	w.complain = append(w.complain, fmt.Sprintf(format, args...))
}

// intentOf is what a session must have asked for to get an event; 0 for what everybody gets.
func intentOf(event string, direct bool) int {
	group := func(guilds, directs int) int {
		if direct {
			return 1 << directs
		}
		return 1 << guilds
	}
	for _, v := range []struct {
		prefix string
		bit    int
	}{
		{"GUILD_MEMBER", 1 << 1}, {"GUILD_BAN", 1 << 2}, {"GUILD_AUDIT", 1 << 2}, {"GUILD_EMOJIS", 1 << 3}, {"GUILD_STICKERS", 1 << 3},
		{"GUILD_INTEGRATIONS", 1 << 4}, {"INTEGRATION", 1 << 4}, {"WEBHOOKS", 1 << 5}, {"INVITE", 1 << 6}, {"VOICE", 1 << 7},
		{"PRESENCE", 1 << 8}, {"MESSAGE_REACTION", group(10, 13)}, {"MESSAGE_POLL", group(24, 25)}, {"MESSAGE", group(9, 12)},
		{"CHANNEL_PINS", group(0, 12)}, {"TYPING", group(11, 14)}, {"GUILD_SCHEDULED", 1 << 16}, {"AUTO_MODERATION", 1 << 20},
		{"GUILD", 1 << 0}, {"CHANNEL", 1 << 0}, {"THREAD", 1 << 0}, {"STAGE", 1 << 0},
	} {
		if strings.HasPrefix(event, v.prefix) {
			return v.bit
		}
	}
	return 0
}

// has tells whether a set of intents has any of these; nothing is needed where none is.
func has(intents, need int) bool { return need == 0 || intents&need != 0 }
