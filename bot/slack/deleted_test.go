package slack

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"greenroom/bot/chat"
	"greenroom/bot/slack/slackfake"
)

// TestModeratorsDeleteBetweenPages lets a moderator delete a message, or the parent of its thread, after each call of a message that is
// posted, that grows and that shrinks. No page may be left standing in the channel by itself, and it must come to an end.
func TestModeratorsDeleteBetweenPages(t *testing.T) {
	for _, do := range []chat.Do{chat.Post, chat.Thread} {
		for _, victim := range []string{"the message", "its parent", "the last page"} {
			for call := 1; call < 7; call++ {
				if testing.Short() && call != 3 {
					continue
				}
				for _, pages := range [][2]int{{0, 4}, {1, 4}, {3, 5}, {4, 2}} {
					inSlack(t, allScopes, func(o *outside) {
						o.moderated(do, victim, call, pages)
					})
				}
			}
		}
	}
}

// moderated brings a message from so many parts to so many, while somebody deletes after a number of calls. From 0 it is new.
func (o *outside) moderated(do chat.Do, victim string, call int, parts [2]int) {
	t := o.t
	parent := o.must(action(chat.Post, "parent", 1), "")
	_, parentTS := split(parent)
	target := chat.MessageID("")
	if do == chat.Thread {
		target = parent
	}
	a := action(do, "m", parts[1])
	if parts[0] > 0 {
		target = o.must(action(do, "m", parts[0]), target)
		a = action(chat.Edit, chat.EditKey("m"), parts[1])
		a.Target = "m"
	}
	left := call
	o.meddle(func(method string, r *http.Response, body []byte) []byte {
		if left--; left != 0 {
			return body
		}
		var mine []slackfake.Message
		for _, m := range o.team.All(prep) {
			if strings.Contains(string(m.Metadata), `"key":"m"`) {
				mine = append(mine, m)
			}
		}
		switch {
		case victim == "its parent":
			o.team.DeleteMessage(prep, parentTS)
		case len(mine) == 0:
		case victim == "the message":
			o.team.DeleteMessage(prep, mine[0].TS)
		default:
			o.team.DeleteMessage(prep, mine[len(mine)-1].TS)
		}
		return body
	})
	_, _, err := o.carry(a, target)
	if err != nil && !errors.As(err, new(*chat.Refused)) {
		t.Errorf("%s, %s after call %d, %v parts: %v", do, victim, call, parts, err)
	}
	for _, m := range o.team.All(prep) {
		first := pageOf(m) == "1" && do == chat.Post
		if strings.Contains(string(m.Metadata), `"key":"m"`) && m.Thread == "" && !first {
			t.Errorf("%s, %s after call %d, %v parts: page %s stands in the channel", do, victim, call, parts, pageOf(m))
		}
	}
}
