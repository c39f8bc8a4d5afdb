package discordfake

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

// channelRoutes are the endpoints of channels (docs.discord.com, Channel Resource).
var channelRoutes = []route{
	{method: "GET", path: "channels/{channel}", limit: limit{major: "channel"}, serve: (*Fake).getChannel},
	{method: "PATCH", path: "channels/{channel}", limit: limit{major: "channel", n: 5, every: 15 * time.Second}, serve: (*Fake).patchChannel},
	{method: "DELETE", path: "channels/{channel}", limit: limit{major: "channel", n: 5}, serve: (*Fake).deleteChannel},
	{method: "POST", path: "users/@me/channels", serve: (*Fake).openDirect},
}

func (f *Fake) getChannel(c *call) (int, any, *refusal) {
	ch, refused := f.channel(c)
	switch {
	case refused != nil:
		return 0, nil, refused
	case ch.thread():
		return http.StatusOK, f.ownThread(ch), nil
	}
	return http.StatusOK, ch.json(), nil
}

// openDirect opens the direct message with a person. It succeeds even where sending would not.
func (f *Fake) openDirect(c *call) (int, any, *refusal) {
	var b struct {
		Recipient string `json:"recipient_id"`
	}
	if refused := c.read(&b); refused != nil {
		return 0, nil, refused
	}
	p := f.people[b.Recipient]
	wrong := fieldErrors{}
	if !snowflake(b.Recipient) {
		wrong.add("recipient_id", "NUMBER_TYPE_COERCE", "Value \""+b.Recipient+"\" is not snowflake.")
	}
	switch {
	case len(wrong) > 0:
		return 0, nil, wrong.refusal()
	case p == nil:
		return 0, nil, refuse(10013)
	case p == f.self():
		return 0, nil, refuse(50033)
	}
	return http.StatusOK, f.direct(p).json(), nil
}

// channelBody is what PATCH channels/{channel} changes, as far as the fake knows it. What is nil stays.
type channelBody struct {
	Name     *string   `json:"name"`
	Slowmode *int      `json:"rate_limit_per_user"`
	Archived *bool     `json:"archived"`
	Locked   *bool     `json:"locked"`
	Archive  *int      `json:"auto_archive_duration"`
	Applied  *[]string `json:"applied_tags"`
	Tags     *[]tagged `json:"available_tags"`
	Flags    *int      `json:"flags"`
}

type tagged struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Moderated bool   `json:"moderated"`
	Emoji     any    `json:"emoji_id"`
	EmojiName any    `json:"emoji_name"`
}

func (f *Fake) patchChannel(c *call) (int, any, *refusal) {
	ch, refused := f.channel(c)
	if refused != nil {
		return 0, nil, refused
	}
	var b channelBody
	if refused := c.read(&b); refused != nil {
		return 0, nil, refused
	}
	switch {
	case ch.guild == nil:
		return 0, nil, refuse(50024)
	case ch.thread():
		return f.patchThread(ch, b)
	case !ch.can(f.self(), ManageChannels):
		return 0, nil, refuse(50013)
	}
	if refused := ch.setTags(b.Tags); refused != nil {
		return 0, nil, refused
	}
	if b.Name != nil {
		ch.name = *b.Name
	}
	if b.Slowmode != nil {
		ch.slowmode = time.Duration(*b.Slowmode) * time.Second
	}
	if b.Flags != nil && ch.forum() {
		ch.needsTag = *b.Flags&requireTag != 0
	}
	f.wire.emit(ch.guild, "CHANNEL_UPDATE", ch.json())
	return http.StatusOK, ch.json(), nil
}

// maxTags and maxTagName are docs.discord.com, Modify Channel and Forum Tag Object.
const (
	maxTags    = 20
	maxTagName = 20
)

// setTags replaces a forum's tags; one whose id is named keeps it.
func (c *channel) setTags(tags *[]tagged) *refusal {
	if tags == nil {
		return nil
	}
	wrong := fieldErrors{}
	if !c.forum() {
		wrong.add("available_tags", "CHANNEL_TYPE_NO_TAGS", "Only a forum has tags")
		return wrong.refusal()
	}
	if len(*tags) > maxTags {
		wrong.add("available_tags", "BASE_TYPE_MAX_LENGTH", "Must be 20 or fewer in length.")
	}
	names := map[string]bool{}
	var set []Tag
	for _, t := range *tags {
		name := trim(t.Name)
		if name == "" || length(name) > maxTagName {
			wrong.add("available_tags", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 20 in length.")
		}
		if names[name] {
			return refuse(40061)
		}
		names[name] = true
		known := slices.ContainsFunc(c.tags, func(old Tag) bool { return old.ID == t.ID })
		switch {
		case t.ID == "":
			t.ID = c.f.id()
		case !known:
			return refuse(10087)
		}
		set = append(set, Tag{t.ID, name, t.Moderated, t.Emoji, t.EmojiName})
	}
	if refused := wrong.refusal(); refused != nil {
		return refused
	}
	c.tags = set
	return nil
}

// patchThread changes a thread. Its owner may do most of it; locking, and all of what others own, needs MANAGE_THREADS.
func (f *Fake) patchThread(t *channel, b channelBody) (int, any, *refusal) {
	if refused := f.mayChange(t, b); refused != nil {
		return 0, nil, refused
	}
	s := t.strand
	if b.Applied != nil {
		if refused := f.tagsFor(t.parent, *b.Applied); refused != nil {
			return 0, nil, refused
		}
		s.tags = *b.Applied
	}
	if b.Archived != nil && s.archived != *b.Archived {
		if !*b.Archived {
			if refused := t.guild.roomForThread(); refused != nil {
				return 0, nil, refused
			}
		}
		s.archived, s.changed = *b.Archived, f.cfg.Now()
	}
	if b.Locked != nil {
		s.locked = *b.Locked
	}
	if b.Name != nil {
		t.name = trim(*b.Name)
	}
	if b.Archive != nil {
		s.archive = *b.Archive
	}
	if b.Slowmode != nil {
		t.slowmode = time.Duration(*b.Slowmode) * time.Second
	}
	f.wire.emit(t.guild, "THREAD_UPDATE", t.json())
	return http.StatusOK, f.ownThread(t), nil
}

func (f *Fake) mayChange(t *channel, b channelBody) *refusal {
	s, manager := t.strand, t.can(f.self(), ManageThreads)
	unarchives := b.Archived != nil && !*b.Archived
	switch {
	case manager && (!s.archived || unarchives):
		return nil
	case s.archived && !unarchives:
		return refuse(50083)
	case s.locked, b.Locked != nil, b.Slowmode != nil:
		return refuse(50013)
	case s.owner != f.cfg.AppID && (!unarchives || b.Name != nil || b.Archive != nil || b.Applied != nil):
		return refuse(50013)
	case !t.can(f.self(), SendMessagesInThreads):
		return refuse(50013)
	}
	return nil
}

func (f *Fake) deleteChannel(c *call) (int, any, *refusal) {
	ch, refused := f.channel(c)
	switch {
	case refused != nil:
		return 0, nil, refused
	case ch.thread() && !ch.can(f.self(), ManageThreads), !ch.thread() && ch.guild != nil && !ch.can(f.self(), ManageChannels):
		return 0, nil, refuse(50013)
	}
	j := ch.json()
	ch.remove()
	return http.StatusOK, j, nil
}

// Tags are a forum's tags, in order.
func (g *Guild) Tags(forum string) []Tag {
	g.f.mu.Lock()
	defer g.f.mu.Unlock()
	return slices.Clone(g.mustChannel(forum).tags)
}

// number reads a JSON number; 0 where it is none.
func number(v any) int {
	n, _ := v.(json.Number)
	i, _ := n.Int64()
	return int(i)
}
