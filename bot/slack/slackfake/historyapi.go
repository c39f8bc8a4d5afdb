package slackfake

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

var pageArgs = []string{"cursor", "limit", "oldest", "latest", "inclusive", "include_all_metadata"}

// page is what a call asks for of a list of messages: docs.slack.dev, conversations.history and conversations.replies.
type page struct {
	oldest, latest string // ts; empty for no bound
	inclusive      bool
	limit          int
	after          string // ts after which, in the order of the answer, the page begins; empty for the first
	metadata       bool
}

var tsForm = regexp.MustCompile(`^\d{1,12}(\.\d{1,6})?$`)

// page reads the arguments. An app that is distributed outside of the Marketplace gets 15 messages at most.
func (c *call) page(or, most int) (page, *refusal) {
	if c.cfg.Distributed {
		or, most = 15, 15
	}
	a := c.args
	p := page{oldest: a["oldest"], latest: a["latest"], inclusive: a.flag("inclusive"), metadata: a.flag("include_all_metadata")}
	if p.oldest == "0" {
		p.oldest = ""
	}
	if p.latest == "now" {
		p.latest = ""
	}
	var ok bool
	if p.limit, ok = a.number("limit", or, 1, 999_999); !ok {
		return p, refuse("invalid_limit")
	}
	p.limit = min(p.limit, most)
	if p.after, ok = uncursor(a["cursor"]); !ok {
		return p, refuse("invalid_cursor")
	}
	switch {
	case p.oldest != "" && !tsForm.MatchString(p.oldest):
		return p, refuse("invalid_ts_oldest")
	case p.latest != "" && !tsForm.MatchString(p.latest):
		return p, refuse("invalid_ts_latest")
	}
	return p, nil
}

// holds tells whether a message is within the bounds.
func (p page) holds(m *Message) bool {
	from, to := compareTS(m.TS, p.oldest), compareTS(m.TS, p.latest)
	return (p.oldest == "" || from > 0 || p.inclusive && from == 0) && (p.latest == "" || to < 0 || p.inclusive && to == 0)
}

// answer is one page of messages, which are in the order of the answer.
func (p page) answer(ch *channel, all []*Message) map[string]any {
	if i := slices.IndexFunc(all, func(m *Message) bool { return m.TS == p.after }); i >= 0 {
		all = all[i+1:]
	}
	shown := all[:min(p.limit, len(all))]
	list := make([]map[string]any, len(shown))
	for i, m := range shown {
		list[i] = ch.listed(m, p.metadata)
	}
	answer := map[string]any{"messages": list, "has_more": len(shown) < len(all)}
	if len(shown) < len(all) {
		answer["response_metadata"] = map[string]any{"next_cursor": cursor(shown[len(shown)-1].TS)}
	}
	return answer
}

// listed is a message as history and replies have it: a parent tells of its thread.
func (ch *channel) listed(m *Message, metadata bool) map[string]any {
	j := m.json(metadata)
	if replies := ch.replies(m.TS); len(replies) > 0 {
		j["thread_ts"], j["reply_count"], j["latest_reply"] = m.TS, len(replies), replies[len(replies)-1].TS
	}
	return j
}

// replies is what stands under a parent, oldest first.
func (ch *channel) replies(parent string) (all []*Message) {
	for _, m := range ch.messages {
		if m.Thread == parent {
			all = append(all, m)
		}
	}
	return all
}

// past is a conversation whose messages the app may read: as its member, with the scope of its kind.
func (c *call) past() (*channel, *refusal) {
	ch := c.w.channels[c.args["channel"]]
	if ch == nil {
		return nil, refuse("channel_not_found")
	}
	if refused := c.need(ch.scope("history")); refused != nil {
		return nil, refused
	}
	if ch, refused := c.visible(ch.id); refused != nil || ch.members[c.w.install.bot] {
		return ch, refused
	}
	return nil, refuse("not_in_channel")
}

// history is a channel's own messages, newest first.
func (c *call) history() (map[string]any, *refusal) {
	ch, refused := c.past()
	if refused != nil {
		return nil, refused
	}
	p, refused := c.page(100, 999)
	if refused != nil {
		return nil, refused
	}
	var all []*Message
	for _, m := range ch.messages {
		if (m.Thread == "" || m.Broadcast) && p.holds(m) {
			all = append(all, m)
		}
	}
	slices.Reverse(all)
	return p.answer(ch, all), nil
}

// replies is a thread, oldest first. Its parent comes first on every first page, whatever the bounds.
func (c *call) replies() (map[string]any, *refusal) {
	ch, refused := c.past()
	if refused != nil {
		return nil, refused
	}
	p, refused := c.page(1000, 1000)
	if refused != nil {
		return nil, refused
	}
	ts := c.args["ts"]
	parent, replies := ch.find(ts), ch.replies(ts)
	if parent == nil && len(replies) == 0 || parent != nil && parent.Thread != "" {
		return nil, refuse("thread_not_found")
	}
	var all []*Message
	if parent != nil {
		all = append(all, parent)
	}
	for _, m := range replies {
		if p.holds(m) {
			all = append(all, m)
		}
	}
	return p.answer(ch, all), nil
}

// compareTS orders two timestamps.
func compareTS(a, b string) int { return timeOf(a).Compare(timeOf(b)) }

// timeOf is the instant of a timestamp; the zero Time of what is none.
func timeOf(ts string) time.Time {
	second, micro, _ := strings.Cut(ts, ".")
	s, err := strconv.ParseInt(second, 10, 64)
	if err != nil {
		return time.Time{}
	}
	us, _ := strconv.ParseInt((micro + "000000")[:6], 10, 64)
	return time.Unix(s, us*1000)
}
