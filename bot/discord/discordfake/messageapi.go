package discordfake

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// messageRoutes are the endpoints of messages. Rights and codes: docs.discord.com, Message Resource.
var messageRoutes = []route{
	{method: "GET", path: "channels/{channel}/messages", limit: limit{major: "channel", n: 5}, serve: (*Fake).listMessages},
	{method: "POST", path: "channels/{channel}/messages", limit: limit{group: posting, major: "channel"}, serve: (*Fake).postMessage},
	{method: "GET", path: "channels/{channel}/messages/{message}", limit: limit{major: "channel", n: 5}, serve: (*Fake).getMessage},
	{method: "PATCH", path: "channels/{channel}/messages/{message}", limit: limit{major: "channel", n: 5}, serve: (*Fake).patchMessage},
	{method: "DELETE", path: "channels/{channel}/messages/{message}", limit: limit{major: "channel", n: 5, every: time.Second}, serve: (*Fake).deleteMessage},
	{method: "POST", path: "channels/{channel}/typing", limit: limit{major: "channel", n: 5}, serve: (*Fake).typing},
}

// channel is the channel that a request names, if the app can see it.
func (f *Fake) channel(c *call) (*channel, *refusal) {
	ch := f.channels[c.vars["channel"]]
	if ch == nil {
		return nil, refuse(10003)
	}
	if ch.guild != nil {
		if refused := f.reach(ch.guild); refused != nil {
			return nil, refused
		}
	}
	if !ch.can(f.self(), ViewChannel) {
		return nil, refuse(50001)
	}
	ch.age()
	return ch, nil
}

// reach refuses requests about a guild that the app is not in, or that has an outage.
func (f *Fake) reach(g *Guild) *refusal {
	switch {
	case g.unavailable:
		return outage()
	case !g.installed:
		return refuse(50001)
	}
	return nil
}

// self is the app's bot.
func (f *Fake) self() *person { return f.people[f.cfg.AppID] }

// channelMessage is the channel and the message that a request names.
func (f *Fake) channelMessage(c *call) (*channel, *message, *refusal) {
	ch, refused := f.channel(c)
	if refused != nil {
		return nil, nil, refused
	}
	m := ch.message(c.vars["message"])
	if m == nil {
		return nil, nil, refuse(10008)
	}
	return ch, m, nil
}

// listMessages gives up to limit messages around, before or after one, newest first. Without READ_MESSAGE_HISTORY it gives none.
func (f *Fake) listMessages(c *call) (int, any, *refusal) {
	ch, refused := f.channel(c)
	if refused != nil {
		return 0, nil, refused
	}
	if !ch.text() {
		return 0, nil, refuse(50008)
	}
	n, err := strconv.Atoi(cmp.Or(c.query.Get("limit"), "50"))
	wrong := fieldErrors{}
	if err != nil || n < 1 || n > 100 {
		wrong.add("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and 100.")
	}
	for _, name := range []string{"around", "before", "after"} {
		if id := c.query.Get(name); id != "" && !snowflake(id) {
			wrong.add(name, "NUMBER_TYPE_COERCE", "Value \""+id+"\" is not snowflake.")
		}
	}
	if refused := wrong.refusal(); refused != nil {
		return 0, nil, refused
	}
	found := []any{}
	if ch.can(f.self(), ReadMessageHistory) {
		for _, m := range slices.Backward(page(ch, c, n)) {
			found = append(found, f.readable(m))
		}
	}
	return http.StatusOK, found, nil
}

// page picks messages, oldest first.
func page(ch *channel, c *call, n int) []*message {
	all := ch.messages
	if id := c.query.Get("after"); id != "" {
		i, exact := ch.find(id)
		if exact {
			i++
		}
		return all[i:min(len(all), i+n)]
	}
	end := len(all)
	if id := c.query.Get("before"); id != "" {
		end, _ = ch.find(id)
	} else if id := c.query.Get("around"); id != "" {
		i, _ := ch.find(id)
		end = min(len(all), max(i+n/2+1, n))
	}
	return all[max(0, end-n):end]
}

// readable is a message as the app may read it. Without the privileged intent it gets the content of its own messages, of direct messages
// and of those that mention it (docs.discord.com, Message Content Intent).
func (f *Fake) readable(m *message) map[string]any {
	j := f.json(m)
	if !f.mayRead(m) {
		j["content"], j["embeds"], j["attachments"], j["components"] = "", []any{}, []any{}, []any{}
	}
	return j
}

// mayRead tells whether the app gets to know what a message says.
func (f *Fake) mayRead(m *message) bool {
	return f.cfg.Gateway.Privileged&intentContent != 0 || m.author == f.self() || m.channel.guild == nil || slices.Contains(m.mentions, f.cfg.AppID)
}

func (f *Fake) getMessage(c *call) (int, any, *refusal) {
	ch, m, refused := f.channelMessage(c)
	if refused != nil {
		return 0, nil, refused
	}
	if !ch.can(f.self(), ReadMessageHistory) {
		return 0, nil, refuse(50001)
	}
	return http.StatusOK, f.readable(m), nil
}

// nonce is what enforce_nonce remembers of a message.
type nonce struct {
	message *message
	at      time.Time
}

func (f *Fake) postMessage(c *call) (int, any, *refusal) {
	ch, refused := f.channel(c)
	if refused != nil {
		return 0, nil, refused
	}
	if !ch.text() {
		return 0, nil, refuse(50008)
	}
	p, refused := f.readPayload(c.body, c.files)
	if refused != nil {
		return 0, nil, refused
	}
	if refused := f.mayPost(ch, p); refused != nil {
		return 0, nil, refused
	}
	if before, ok := ch.nonces[f.cfg.AppID+" "+p.key()]; ok && p.enforce && p.key() != "" && f.cfg.Now().Sub(before.at) < f.rest.limits.Nonce {
		if before.message.gone {
			return 0, nil, refuse(10008) // intended: docs pull request 6647
		}
		return http.StatusOK, f.withNonce(before.message), nil
	}
	if refused := f.slow(ch); refused != nil {
		return 0, nil, refused
	}
	if refused := ch.wake(); refused != nil {
		return 0, nil, refused
	}
	m, refused := f.create(draft{channel: ch, author: f.self(), body: c.body, files: c.files})
	if refused != nil {
		return 0, nil, refused
	}
	ch.spoke[f.cfg.AppID] = m.at
	return http.StatusOK, f.withNonce(m), nil
}

// withNonce is a message as the request that posts it gets it.
func (f *Fake) withNonce(m *message) map[string]any {
	j := f.json(m)
	if m.nonce != nil {
		j["nonce"] = m.nonce
	}
	return j
}

// mayPost refuses what the app may not post in a channel.
func (f *Fake) mayPost(ch *channel, p payload) *refusal {
	self := f.self()
	if ch.guild == nil {
		return f.mayWrite(ch.person)
	}
	need := SendMessages
	if ch.thread() {
		need = SendMessagesInThreads
		if refused := ch.closedTo(self); refused != nil {
			return refused
		}
	}
	if len(p.files) > 0 {
		need |= AttachFiles
	}
	if len(p.embeds) > 0 {
		need |= EmbedLinks
	}
	if !ch.can(self, need) {
		return refuse(50013)
	}
	return f.mayReply(ch, p.reply)
}

func (f *Fake) mayReply(ch *channel, to *replyTo) *refusal {
	if to == nil {
		return nil
	}
	if !ch.can(f.self(), ReadMessageHistory) {
		return refuse(160002)
	}
	if m := ch.message(to.Message); (m == nil || to.Channel != "" && to.Channel != ch.id) && (to.Must == nil || *to.Must) {
		wrong := fieldErrors{}
		wrong.add("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
		return wrong.refusal()
	}
	return nil
}

// mayWrite refuses direct messages to who does not take them.
func (f *Fake) mayWrite(p *person) *refusal {
	shared := p.app
	for _, g := range f.guilds {
		shared = shared || g.installed && g.members[p.ID] != nil
	}
	switch {
	case !shared:
		return refuse(50278)
	case p.closed || p.Bot:
		return refuse(50007)
	}
	return nil
}

// slow refuses who writes too soon after their last message.
func (f *Fake) slow(ch *channel) *refusal {
	last, ok := ch.spoke[f.cfg.AppID]
	if !ok || ch.slowmode == 0 || ch.can(f.self(), BypassSlowmode) {
		return nil
	}
	if left := ch.slowmode - f.cfg.Now().Sub(last); left > 0 {
		return later(20016, left)
	}
	return nil
}

func (f *Fake) patchMessage(c *call) (int, any, *refusal) {
	ch, m, refused := f.channelMessage(c)
	if refused != nil {
		return 0, nil, refused
	}
	switch {
	case m.author != f.self():
		return 0, nil, refuse(50005)
	case m.kind != defaultMessage && m.kind != replyMessage && m.kind != commandMessage:
		return 0, nil, refuse(50021)
	case ch.thread() && ch.strand.archived:
		return 0, nil, refuse(50083)
	case len(c.files) > 0 && !ch.can(f.self(), AttachFiles):
		return 0, nil, refuse(50013)
	}
	old := f.cfg.Now().Sub(m.at) > time.Hour
	if old && ch.oldEdits.used >= f.rest.limits.OldEdits && f.cfg.Now().Before(ch.oldEdits.ends) {
		return 0, nil, later(30046, ch.oldEdits.ends.Sub(f.cfg.Now()))
	}
	if refused := f.change(m, c.body, c.files); refused != nil {
		return 0, nil, refused
	}
	if old {
		ch.oldEdits.take(f.rest.limits.OldEdits, time.Hour, f.cfg.Now())
	}
	return http.StatusOK, f.json(m), nil
}

func (f *Fake) deleteMessage(c *call) (int, any, *refusal) {
	ch, m, refused := f.channelMessage(c)
	if refused != nil {
		return 0, nil, refused
	}
	switch {
	case m.author != f.self() && ch.guild == nil:
		return 0, nil, refuse(50003)
	case m.author != f.self() && !ch.can(f.self(), ManageMessages):
		return 0, nil, refuse(50013)
	case m.kind == threadStarter:
		return 0, nil, refuse(50021)
	case ch.thread() && ch.strand.archived:
		return 0, nil, refuse(50083)
	}
	f.remove(m)
	return http.StatusNoContent, nil, nil
}

func (f *Fake) typing(c *call) (int, any, *refusal) {
	ch, refused := f.channel(c)
	switch {
	case refused != nil:
		return 0, nil, refused
	case !ch.text():
		return 0, nil, refuse(50008)
	case ch.thread() && !ch.can(f.self(), SendMessagesInThreads), !ch.thread() && !ch.can(f.self(), SendMessages):
		return 0, nil, refuse(50013)
	}
	return http.StatusNoContent, nil, nil
}

// mine tells whether a path's application is this one.
func (f *Fake) mine(c *call) *refusal {
	id, _, _ := strings.Cut(c.vars["app"], "/")
	if id != f.cfg.AppID {
		return refuse(20012)
	}
	return nil
}
