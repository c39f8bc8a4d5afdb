package slackfake

import (
	"regexp"
	"strings"
)

// richKinds are the parts of a rich_text block: docs.slack.dev, rich text block; @slack/types 3.2.0, RichTextBlockElement. A preformatted
// part's language is in neither, so it is refused.
var richKinds = kinds{
	"rich_text_section": {fields: fields{"elements!": list(1, 10_000, inlineKinds.check)}},
	"rich_text_quote":   {fields: fields{"border": whole(0, 1), "elements!": list(1, 10_000, inlineKinds.check)}},
	"rich_text_preformatted": {fields: fields{
		"border": whole(0, 1), "elements!": list(1, 10_000, inlineKinds.only("text", "link")),
	}},
	"rich_text_list": {fields: fields{
		"style!": one("bullet", "ordered"), "indent": whole(0, 8), "offset": whole(0, 1e6), "border": whole(0, 1),
		"elements!": list(1, 10_000, kinds{"rich_text_section": {fields: fields{"elements!": list(1, 10_000, inlineKinds.check)}}}.check),
	}},
}

// inlineKinds are the elements within a part.
var inlineKinds = kinds{
	"text":      {fields: fields{"text!": text(1, maxBlocksText), "style": style}},
	"link":      {fields: fields{"url!": address, "text": text(0, maxBlocksText), "unsafe": boolean, "style": style}},
	"user":      {fields: fields{"user_id!": ident("UW"), "style": style}},
	"usergroup": {fields: fields{"usergroup_id!": ident("S"), "style": style}},
	"channel":   {fields: fields{"channel_id!": ident("CGD"), "style": style}},
	"team":      {fields: fields{"team_id!": ident("T"), "style": style}},
	"broadcast": {fields: fields{"range!": one("here", "channel", "everyone"), "style": style}},
	"color":     {fields: fields{"value!": text(1, 255), "style": style}},
	"emoji":     {fields: fields{"name!": text(1, 255), "unicode": text(1, 255), "url": address, "skin_tone": whole(1, 6), "style": style}},
	"date": {fields: fields{
		"timestamp!": whole(1, 1e11), "format!": dateFormat, "url": address, "fallback": text(1, 3000), "style": style,
	}},
}

// style is RichTextStyleable of @slack/types.
var style = shape{fields: fields{"bold": boolean, "italic": boolean, "strike": boolean, "code": boolean, "underline": boolean}}.check

// ident is an id of Slack's that begins with one of some letters.
func ident(letters string) rule {
	pattern := regexp.MustCompile("^[" + letters + "][A-Z0-9]+$")
	return func(c *checker, at string, v any) {
		if s, ok := v.(string); !ok || !pattern.MatchString(s) {
			c.wrong(at, "must be a valid id")
		}
	}
}

// address is where a link may lead: docs.slack.dev names no list of schemes; anything else than these has no place in our messages.
func address(c *checker, at string, v any) {
	text(1, 3000)(c, at, v)
	s, _ := v.(string)
	for _, scheme := range []string{"https://", "http://", "mailto:", "tel:", "slack://"} {
		if strings.HasPrefix(s, scheme) {
			return
		}
	}
	c.wrong(at, "must be a valid URL")
}

var (
	dateToken  = regexp.MustCompile(`\{[^{}]*\}`)
	dateTokens = map[string]bool{ // docs.slack.dev, Formatting message text; @slack/types, RichTextDate
		"{day_divider_pretty}": true, "{date_num}": true, "{date_slash}": true, "{date_long}": true, "{date_long_full}": true,
		"{date_long_pretty}": true, "{date}": true, "{date_pretty}": true, "{date_short}": true, "{date_short_pretty}": true,
		"{time}": true, "{time_secs}": true, "{ago}": true,
	}
)

func dateFormat(c *checker, at string, v any) {
	s, _ := v.(string)
	found := dateToken.FindAllString(s, -1)
	if len(found) == 0 {
		c.wrong(at, "must contain a date token")
	}
	for _, token := range found {
		if !dateTokens[token] {
			c.wrong(at, "unknown date token: %s", token)
		}
	}
}
