package slack

import "strings"

// In Slack's own text three characters are markup: & < >. They come and go as entities; what stands between < and > is a
// link, a mention or a date (docs.slack.dev, Formatting message text).

var (
	escaper   = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	unescaper = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
)

// escape makes a text inert in mrkdwn: no mention, no link, no date.
func escape(s string) string { return escaper.Replace(s) }

// plain reads what a member wrote: entities as characters, links as they were typed, a member as <@ID> and a channel as
// <#ID> without the name that Slack adds.
func plain(s string) string {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(s, "<")
		out.WriteString(unescaper.Replace(before))
		if !found {
			return out.String()
		}
		inside, after, closed := strings.Cut(rest, ">")
		if !closed {
			out.WriteString(unescaper.Replace("<" + rest))
			return out.String()
		}
		out.WriteString(reference(inside))
		s = after
	}
}

// reference reads what stands between < and >.
func reference(s string) string {
	target, label, labelled := strings.Cut(s, "|")
	switch {
	case strings.HasPrefix(target, "@"), strings.HasPrefix(target, "#"):
		return "<" + target + ">"
	case labelled && label != "":
		return unescaper.Replace(label)
	case strings.HasPrefix(target, "!"):
		return "@" + target[1:]
	}
	return unescaper.Replace(target)
}

// withoutMention removes the bot's own name, which begins what is written to it in a channel.
func withoutMention(s, self string) string {
	s = strings.TrimSpace(s)
	if self == "" {
		if strings.HasPrefix(s, "<@") {
			_, s, _ = strings.Cut(s, ">")
		}
		return strings.TrimSpace(s)
	}
	before, rest, found := strings.Cut(s, "<@"+self)
	if !found {
		return s
	}
	_, after, closed := strings.Cut(rest, ">")
	if !closed {
		return s
	}
	return strings.TrimSpace(strings.TrimSpace(before) + " " + strings.TrimSpace(after))
}
