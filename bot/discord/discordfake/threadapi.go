package discordfake

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// threadRoutes are the endpoints of threads. Rights and codes: docs.discord.com, Channel Resource and Threads.
var threadRoutes = []route{
	{method: "POST", path: "channels/{channel}/messages/{message}/threads", limit: limit{group: "threads", major: "channel"}, serve: (*Fake).threadFromMessage},
	{method: "POST", path: "channels/{channel}/threads", limit: limit{group: "threads", major: "channel"}, serve: (*Fake).postThread},
	{method: "GET", path: "channels/{channel}/threads/archived/public", limit: limit{major: "channel"}, serve: (*Fake).archivedThreads},
	{method: "GET", path: "guilds/{guild}/threads/active", limit: limit{major: "guild"}, serve: (*Fake).listActive},
	{method: "PUT", path: "channels/{channel}/thread-members/@me", limit: limit{group: "thread members", major: "channel"}, serve: (*Fake).joinThread},
	{method: "DELETE", path: "channels/{channel}/thread-members/@me", limit: limit{group: "thread members", major: "channel"}, serve: (*Fake).leaveThread},
	{method: "PUT", path: "channels/{channel}/thread-members/{user}", limit: limit{group: "thread members", major: "channel"}, serve: (*Fake).joinThread},
	{method: "DELETE", path: "channels/{channel}/thread-members/{user}", limit: limit{group: "thread members", major: "channel"}, serve: (*Fake).leaveThread},
	{method: "GET", path: "channels/{channel}/thread-members/{user}", limit: limit{group: "thread members", major: "channel"}, serve: (*Fake).threadMember},
}

// threadBody is the body of a request that starts a thread.
type threadBody struct {
	Name     string          `json:"name"`
	Archive  int             `json:"auto_archive_duration"`
	Slowmode int             `json:"rate_limit_per_user"`
	Type     int             `json:"type"`
	Tags     []string        `json:"applied_tags"`
	Message  json.RawMessage `json:"message"`
}

func (c *call) threadBody() (threadBody, *refusal) {
	var b threadBody
	if refused := c.read(&b); refused != nil {
		return b, refused
	}
	if blank(b.Name) {
		wrong := fieldErrors{}
		wrong.add("name", "BASE_TYPE_REQUIRED", "This field is required")
		return b, wrong.refusal()
	}
	return b, nil
}

func (f *Fake) threadFromMessage(c *call) (int, any, *refusal) {
	ch, m, refused := f.channelMessage(c)
	if refused != nil {
		return 0, nil, refused
	}
	b, refused := c.threadBody()
	switch {
	case refused != nil:
		return 0, nil, refused
	case ch.kind != TextChannel && ch.kind != AnnouncementChannel:
		return 0, nil, refuse(50024)
	case !ch.can(f.self(), CreatePublicThreads):
		return 0, nil, refuse(50013)
	case m.strand != nil:
		return 0, nil, refuse(160004)
	case m.kind != defaultMessage && m.kind != replyMessage && m.kind != commandMessage:
		return 0, nil, refuse(50021)
	}
	if refused := ch.guild.roomForThread(); refused != nil {
		return 0, nil, refused
	}
	t := f.startThread(f.self(), m, b.Name, b.Archive)
	t.slowmode = time.Duration(b.Slowmode) * time.Second
	return http.StatusCreated, f.ownThread(t), nil
}

// postThread starts a thread without a message, or a post in a forum.
func (f *Fake) postThread(c *call) (int, any, *refusal) {
	ch, refused := f.channel(c)
	if refused != nil {
		return 0, nil, refused
	}
	b, refused := c.threadBody()
	switch {
	case refused != nil:
		return 0, nil, refused
	case ch.forum():
		return f.forumPost(ch, b, c.files)
	case ch.kind != TextChannel && ch.kind != AnnouncementChannel:
		return 0, nil, refuse(50024)
	}
	need := CreatePrivateThreads // which the type is where none is named
	kind := cmp.Or(b.Type, PrivateThread)
	if kind != PrivateThread {
		need = CreatePublicThreads
	}
	if !ch.can(f.self(), need) {
		return 0, nil, refuse(50013)
	}
	if refused := ch.guild.roomForThread(); refused != nil {
		return 0, nil, refused
	}
	t := f.newThread(ch, f.self(), "", b.Name, kind, b.Archive)
	t.slowmode = time.Duration(b.Slowmode) * time.Second
	f.opened(t)
	if kind != PrivateThread {
		f.stand(&message{
			id: f.id(), channel: ch, author: f.self(), kind: threadCreated, content: t.name, at: f.cfg.Now(), reference: &reference{channel: t.id},
		})
	}
	return http.StatusCreated, f.ownThread(t), nil
}

// forumPost opens a thread whose first message has its id. Its right is SEND_MESSAGES. It takes no nonce.
func (f *Fake) forumPost(ch *channel, b threadBody, files []upload) (int, any, *refusal) {
	p, refused := f.readPayload(b.Message, files)
	if refused != nil {
		return 0, nil, refused.within("message")
	}
	need := SendMessages
	if len(files) > 0 {
		need |= AttachFiles
	}
	if len(p.embeds) > 0 {
		need |= EmbedLinks
	}
	if !ch.can(f.self(), need) {
		return 0, nil, refuse(50013)
	}
	if refused := f.tagsFor(ch, b.Tags); refused != nil {
		return 0, nil, refused
	}
	if refused := ch.guild.roomForThread(); refused != nil {
		return 0, nil, refused
	}
	if refused := f.slow(ch); refused != nil {
		return 0, nil, refused
	}
	probe := &message{channel: ch, author: f.self()}
	if refused := f.fill(probe, p, true); refused != nil { // before there is a thread
		return 0, nil, refused.within("message")
	}
	t := f.newThread(ch, f.self(), "", b.Name, PublicThread, b.Archive)
	t.slowmode, t.strand.tags = time.Duration(b.Slowmode)*time.Second, b.Tags
	f.opened(t)
	m, refused := f.create(draft{id: t.id, channel: t, author: f.self(), body: b.Message, files: files})
	if refused != nil {
		panic("unreachable: the message was checked: " + refused.message)
	}
	ch.spoke[f.cfg.AppID], ch.last = m.at, t.id
	j := f.ownThread(t)
	j["message"] = f.json(m)
	return http.StatusCreated, j, nil
}

// tagsFor refuses tags that a forum does not have or that the app may not set.
func (f *Fake) tagsFor(ch *channel, tags []string) *refusal {
	if ch.needsTag && len(tags) == 0 && !ch.can(f.self(), ManageThreads) {
		return refuse(40067)
	}
	for _, id := range tags {
		i := slices.IndexFunc(ch.tags, func(t Tag) bool { return t.ID == id })
		switch {
		case i < 0:
			return refuse(10087)
		case ch.tags[i].Moderated && !ch.can(f.self(), ManageThreads):
			return refuse(50013)
		}
	}
	return nil
}

// ownThread is a thread with the app's own membership, as those get it who are in it.
func (f *Fake) ownThread(t *channel) map[string]any {
	j := t.json()
	if slices.Contains(t.strand.members, f.cfg.AppID) {
		j["member"] = t.memberJSON(f.cfg.AppID)
	}
	return j
}

func (c *channel) memberJSON(user string) map[string]any {
	return map[string]any{"id": c.id, "user_id": user, "join_timestamp": stamp(created(c.id)), "flags": 0}
}

// archivedThreads gives public threads, the one that was archived last first.
func (f *Fake) archivedThreads(c *call) (int, any, *refusal) {
	ch, refused := f.channel(c)
	switch {
	case refused != nil:
		return 0, nil, refused
	case ch.thread() || ch.guild == nil:
		return 0, nil, refuse(50024)
	case !ch.can(f.self(), ReadMessageHistory):
		return 0, nil, refuse(50013)
	}
	n, err := strconv.Atoi(cmp.Or(c.query.Get("limit"), "50"))
	wrong := fieldErrors{}
	if err != nil || n < 2 || n > 100 {
		wrong.add("limit", "NUMBER_TYPE_MAX", "int value should be between 2 and 100.")
	}
	before := f.cfg.Now().AddDate(100, 0, 0)
	if text := c.query.Get("before"); text != "" {
		if before, err = time.Parse(time.RFC3339, text); err != nil {
			wrong.add("before", "DATE_TIME_TYPE_PARSE", "Could not parse "+text+". Should be ISO8601.")
		}
	}
	if refused := wrong.refusal(); refused != nil {
		return 0, nil, refused
	}
	var found []*channel
	for _, t := range ch.threads {
		if t.age(); t.strand.archived && t.kind != PrivateThread && t.strand.changed.Before(before) {
			found = append(found, t)
		}
	}
	slices.SortStableFunc(found, func(a, b *channel) int { return b.strand.changed.Compare(a.strand.changed) })
	more := len(found) > n
	j := f.threadsJSON(found[:min(n, len(found))])
	j["has_more"] = more
	return http.StatusOK, j, nil
}

func (f *Fake) listActive(c *call) (int, any, *refusal) {
	g, refused := f.guild(c)
	if refused != nil {
		return 0, nil, refused
	}
	var seen []*channel
	for _, t := range g.activeThreads() {
		if t.can(f.self(), ViewChannel) {
			seen = append(seen, t)
		}
	}
	j := f.threadsJSON(seen)
	j["has_more"] = false
	return http.StatusOK, j, nil
}

func (f *Fake) threadsJSON(threads []*channel) map[string]any {
	all, members := []any{}, []any{}
	for _, t := range threads {
		all = append(all, t.json())
		if slices.Contains(t.strand.members, f.cfg.AppID) {
			members = append(members, t.memberJSON(f.cfg.AppID))
		}
	}
	return map[string]any{"threads": all, "members": members}
}

// threadUser is the thread and the person that a request names; the app itself where the path says @me.
func (f *Fake) threadUser(c *call) (*channel, *person, *refusal) {
	t, refused := f.channel(c)
	if refused != nil {
		return nil, nil, refused
	}
	p := f.people[cmp.Or(c.vars["user"], f.cfg.AppID)]
	switch {
	case !t.thread():
		return nil, nil, refuse(50024)
	case p == nil || t.guild.members[p.ID] == nil:
		return nil, nil, refuse(10013)
	}
	return t, p, nil
}

func (f *Fake) joinThread(c *call) (int, any, *refusal) {
	t, p, refused := f.threadUser(c)
	switch {
	case refused != nil:
		return 0, nil, refused
	case t.strand.archived:
		return 0, nil, refuse(50083)
	case p != f.self() && !t.can(f.self(), SendMessagesInThreads):
		return 0, nil, refuse(50013)
	case !t.can(p, ViewChannel):
		return 0, nil, refuse(50001)
	}
	t.strand.join(p.ID)
	return http.StatusNoContent, nil, nil
}

func (f *Fake) leaveThread(c *call) (int, any, *refusal) {
	t, p, refused := f.threadUser(c)
	switch {
	case refused != nil:
		return 0, nil, refused
	case t.strand.archived:
		return 0, nil, refuse(50083)
	case p != f.self() && !t.can(f.self(), ManageThreads):
		return 0, nil, refuse(50013)
	}
	t.strand.leave(p.ID)
	return http.StatusNoContent, nil, nil
}

func (f *Fake) threadMember(c *call) (int, any, *refusal) {
	t, p, refused := f.threadUser(c)
	if refused == nil && !slices.Contains(t.strand.members, p.ID) {
		refused = refuse(10007)
	}
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusOK, t.memberJSON(p.ID), nil
}
