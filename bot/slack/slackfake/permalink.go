package slackfake

import "strings"

// permalink is docs.slack.dev, chat.getPermalink: the address of a message. That of a reply names the parent.
func (c *call) permalink() (map[string]any, *refusal) {
	ch, refused := c.visible(c.args["channel"])
	if refused != nil {
		return nil, refused
	}
	m := ch.find(c.args["message_ts"])
	if m == nil {
		return nil, refuse("message_not_found")
	}
	link := "https://" + c.w.domain() + ".slack.com/archives/" + ch.id + "/p" + strings.ReplaceAll(m.TS, ".", "")
	if m.Thread != "" {
		link += "?thread_ts=" + m.Thread + "&cid=" + ch.id
	}
	return map[string]any{"channel": ch.id, "permalink": link}, nil
}
