package discord

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"greenroom/bot/chat"
	"greenroom/bot/discord/rest"
	"greenroom/bot/page"
)

// A forum holds no messages but threads, each with the message that begins it: that is a post there, and both have one id. Discord
// refuses an ordinary message to a forum with an error of its own, so nobody has to ask first what a channel is.

// forumChannel is what is read of a channel that may be a forum.
type forumChannel struct {
	Type  discordgo.ChannelType  `json:"type"`
	Flags discordgo.ChannelFlags `json:"flags"`
	Tags  []forumTag             `json:"available_tags"`
	Last  *string                `json:"last_message_id"` // nil where there never was one
}

// forumTag is a tag as it is read and, with the others of its forum, written back.
type forumTag struct {
	ID        string  `json:"id,omitempty"`
	Name      string  `json:"name"`
	Moderated bool    `json:"moderated"` // only who may manage threads sets it
	EmojiID   *string `json:"emoji_id"`
	EmojiName *string `json:"emoji_name"`
}

const (
	maxTags    = 20 // of a forum
	maxTagName = 20 // characters
)

// holdsThreads tells a forum, and what is one with pictures.
func (c forumChannel) holdsThreads() bool {
	return c.Type == discordgo.ChannelTypeGuildForum || c.Type == discordgo.ChannelTypeGuildMedia
}

// forumPost is the body of a new thread in a forum.
type forumPost struct {
	threadBody
	Message body     `json:"message"`
	Tags    []string `json:"applied_tags,omitempty"`
}

// createIn posts the first page of a message in a channel, and gives where it stands then.
func (d *Discord) createIn(ctx context.Context, a chat.Action, channel string, b body) (at, message string, err error) {
	if err := d.within(ctx, a, channel); err != nil {
		return "", "", err
	}
	if _, ok := d.out.forums.get(channel); ok {
		return d.createInForum(ctx, a, channel, b)
	}
	message, err = d.create(ctx, channel, b)
	if rest.Is(err, notText) {
		var c forumChannel
		if asked := d.get(ctx, "channels/"+channel, &c); asked != nil {
			return "", "", notSent(d, asked)
		}
		if c.holdsThreads() {
			d.out.forums.set(channel, true)
			return d.createInForum(ctx, a, channel, b)
		}
	}
	return channel, message, err
}

// createInForum opens a thread in a forum. Discord takes no nonce for it, so it is not repeated.
func (d *Discord) createInForum(ctx context.Context, a chat.Action, forum string, b body) (at, message string, err error) {
	var c forumChannel
	if err := d.get(ctx, "channels/"+forum, &c); err != nil {
		return "", "", notSent(d, err)
	}
	post := forumPost{threadBody{title(a.Message), archiveAfter}, b.edit(), d.tagsFor(ctx, forum, &c, a.Message.Topic)}
	var thread struct {
		ID string `json:"id"`
	}
	open := func() error {
		return d.once(ctx, rest.Request{Method: http.MethodPost, Path: "channels/" + forum + "/threads", Body: post, Files: post.Message.upload()}, &thread)
	}
	err = open()
	if rest.Is(err, titleFiltered) {
		post.Name = plainTitle
		err = open()
	}
	if rest.Is(err, missingRights) && post.Message.upload() != nil {
		post.Message = post.Message.withoutFile()
		err = open()
	}
	if err == nil && !id(thread.ID) {
		err = errNoID
	}
	return thread.ID, thread.ID, err
}

// tagsFor is the tag of a topic, by its name. One that is missing is added where Greenroom may; where the forum wants a tag of each
// post, some other one is better than no post.
func (d *Discord) tagsFor(ctx context.Context, forum string, c *forumChannel, topic string) []string {
	if tag := c.tag(topic); tag != "" {
		return []string{tag}
	}
	if topic != "" && len(c.Tags) < maxTags && d.addTag(ctx, forum, c, topic) {
		if tag := c.tag(topic); tag != "" {
			return []string{tag}
		}
	}
	if c.Flags&discordgo.ChannelFlagRequireTag == 0 {
		return nil
	}
	for _, tag := range c.Tags {
		if !tag.Moderated {
			return []string{tag.ID}
		}
	}
	return nil
}

// tag is the id of a topic's tag; empty where there is none.
func (c *forumChannel) tag(topic string) string {
	name := tagName(topic)
	for _, tag := range c.Tags {
		if !tag.Moderated && name != "" && strings.EqualFold(strings.TrimSpace(tag.Name), name) {
			return tag.ID
		}
	}
	return ""
}

// tagAgain is how long after a refusal a forum is not asked again to take a new tag.
const tagAgain = 24 * time.Hour

// addTag adds a tag for a topic, which needs Manage Channels: that is not among what Greenroom asks for, so mostly it may not.
func (d *Discord) addTag(ctx context.Context, forum string, c *forumChannel, topic string) bool {
	if refused, ok := d.out.tagless.get(forum); ok && d.cfg.Now().Sub(refused) < tagAgain {
		return false
	}
	all := append(slices.Clip(c.Tags), forumTag{Name: tagName(topic)})
	var changed forumChannel
	err := d.once(ctx, rest.Request{Method: http.MethodPatch, Path: "channels/" + forum, Body: map[string]any{"available_tags": all}}, &changed)
	if err != nil {
		d.out.tagless.set(forum, d.cfg.Now())
		return false
	}
	*c = changed
	return true
}

func tagName(topic string) string {
	return page.Clip(strings.TrimSpace(page.Inert(topic)), maxTagName)
}
