package slackfake

import (
	"encoding/json"
	"regexp"
)

// ping is what notifies in mrkdwn: docs.slack.dev, Formatting message text.
var ping = regexp.MustCompile(`<(?:@([UW][A-Z0-9]+)|!(channel|here|everyone)|!subteam\^(S[A-Z0-9]+))(?:\|[^>]*)?>`)

// pingsOf is whom a message notifies by name, in its blocks and in its text: where it has both, Slack does not say which of them
// counts, so both do.
func pingsOf(blocks json.RawMessage, text string) (all []string) {
	mrkdwn := func(s string) {
		for _, found := range ping.FindAllStringSubmatch(s, -1) {
			all = append(all, found[1]+found[2]+found[3]) // one of them
		}
	}
	mrkdwn(text)
	if blocks == nil {
		return all
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, item := range v {
				walk(item)
			}
		case map[string]any:
			str := func(name string) string { s, _ := v[name].(string); return s }
			switch str("type") {
			case "mrkdwn", "markdown": // of a markdown block no page says that it does not notify
				mrkdwn(str("text"))
			case "user", "usergroup", "broadcast":
				all = append(all, str("user_id")+str("usergroup_id")+str("range"))
			}
			for _, name := range sorted(v) {
				walk(v[name])
			}
		}
	}
	for _, b := range decode(blocks) {
		walk(b)
	}
	return all
}
