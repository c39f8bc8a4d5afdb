package slack

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"greenroom/bot/chat"
)

// meddling changes the answers of Slack to methods, as they come over the line.
type meddling struct {
	base   http.RoundTripper
	change func(method string, r *http.Response, body []byte) []byte
	asked  []string // hosts and paths
}

func (m *meddling) RoundTrip(r *http.Request) (*http.Response, error) {
	m.asked = append(m.asked, r.URL.Host+r.URL.Path)
	resp, err := m.base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil {
		return nil, err
	}
	body = m.change(r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:], resp, body)
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	resp.Header.Del("Content-Length")
	return resp, nil
}

// meddle puts somebody between the adapter and Slack.
func (o *outside) meddle(change func(method string, r *http.Response, body []byte) []byte) *meddling {
	t := o.http.Transport.(*transport)
	m := &meddling{base: t.RoundTripper, change: change}
	t.RoundTripper = m
	return m
}

// hologram is a block with an element that slack-go does not know.
const hologram = `{"type":"actions","elements":[{"type":"hologram","action_id":"h"}]}`

// What Slack echoes is not what was asked for: a message that was posted, changed or shown must not end in doubt because slack-go
// cannot read how Slack writes its blocks.
func TestEchoesThatNobodyCanRead(t *testing.T) {
	inSlack(t, leastScopes, func(o *outside) {
		o.meddle(func(_ string, _ *http.Response, body []byte) []byte {
			body = bytes.ReplaceAll(body, []byte(`"blocks":[`), []byte(`"attachments":[{"blocks":[`+hologram+`]}],"files":"new","blocks":[`+hologram+`,`))
			return body
		})
		id, err := o.Send(o.t.Context(), action(chat.Post, "post", 1), "")
		if err != nil {
			t.Fatalf("%v: it stands %d times", err, len(o.team.Messages(prep)))
		}
		edit := action(chat.Edit, chat.EditKey("post"), 1)
		edit.Target = "post"
		if _, err := o.Send(o.t.Context(), edit, id); err != nil {
			t.Error(err)
		}
		v, _ := homeView(book(), reader{workspace: teamID, member: miraID, at: time.Now()}, names)
		if err := o.call(o.t.Context(), teamID, Call{"views.publish", viewCall{User: miraID, Body: v}}, ""); err != nil {
			t.Error(err)
		}
	})
}

// Find reads messages of other apps too.
func TestFindReadsOnlyWhatItNeeds(t *testing.T) {
	inSlack(t, allScopes, func(o *outside) {
		o.must(action(chat.Post, "post", 1), "")
		foreign := `{"type":"message","ts":"1795000000.000001","user":"U0APP","bot_id":"B0APP","files":[{"size":"large"}],"blocks":[` + hologram + `]},`
		o.meddle(func(_ string, _ *http.Response, body []byte) []byte {
			return bytes.Replace(body, []byte(`"messages":[`), []byte(`"messages":[`+foreign), 1)
		})
		if _, found, err := o.ask(action(chat.Post, "post", 1), ""); !found || err != nil {
			t.Errorf("found %v, %v", found, err)
		}
		if _, found, err := o.ask(action(chat.Post, "another", 1), ""); found || err != nil {
			t.Errorf("found %v, %v", found, err)
		}
	})
}

// A reply's place is told by the message that Slack echoes; where it echoes none, the reply must not be taken away.
func TestAnswerWithoutTheMessage(t *testing.T) {
	inSlack(t, leastScopes, func(o *outside) {
		parent := o.must(action(chat.Post, "parent", 1), "")
		o.meddle(func(_ string, _ *http.Response, body []byte) []byte {
			return bytes.Replace(body, []byte(`"message":{`), []byte(`"unsaid":{`), 1)
		})
		if _, err := o.Send(o.t.Context(), action(chat.Thread, "follow", 1), parent); err != nil {
			t.Error(err)
		}
		if got := o.stands(prep); len(got) != 2 {
			t.Errorf("there stand %q", got)
		}
	})
}

// However Slack says that it wants to be left alone, it is a wait, of a length that makes sense.
func TestRetryAfter(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"": afterLimit, "30": 30 * time.Second, " 7 ": 7 * time.Second, "0": time.Second, "-5": afterLimit, "1.5": afterLimit,
		"Mon, 23 Nov 2026 08:00:00 GMT": afterLimit, "soon": afterLimit, "7200": time.Hour, "9223372036854775807": time.Hour,
		"92233720368547758070": afterLimit,
	} {
		inSlack(t, leastScopes, func(o *outside) {
			o.meddle(func(_ string, r *http.Response, body []byte) []byte {
				r.StatusCode, r.Status = http.StatusTooManyRequests, "429 Too Many Requests"
				if r.Header.Del("Retry-After"); value != "" {
					r.Header.Set("Retry-After", value)
				}
				return []byte("too many requests")
			})
			_, err := o.Send(o.t.Context(), action(chat.Post, "post", 1), "")
			var wait *chat.Wait
			if !errors.As(err, &wait) || time.Until(wait.Until) != want {
				t.Errorf("Retry-After %q: %v, want a wait of %s", value, err, want)
			}
		})
	}
}

// A redirection is not followed: the token would go where it leads.
func TestRedirectsAreNotFollowed(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		inSlack(t, leastScopes, func(o *outside) {
			m := o.meddle(func(_ string, r *http.Response, _ []byte) []byte {
				r.StatusCode, r.Status = status, fmt.Sprint(status, " Moved")
				r.Header.Set("Location", "http://elsewhere.test/api/chat.postMessage")
				return nil
			})
			_, err := o.Send(o.t.Context(), action(chat.Post, "post", 1), "")
			if err == nil || errors.As(err, new(*chat.Refused)) || errors.As(err, new(*chat.Wait)) {
				t.Errorf("%d: %v, want an unknown end", status, err)
			}
			if asked := strings.Join(m.asked, " "); strings.Contains(asked, "elsewhere") || len(m.asked) != 1 {
				t.Errorf("%d: it asked %s", status, asked)
			}
		})
	}
}

// An answer that is no answer leaves in doubt what was asked for; one that only looks odd does not.
func TestAnswersThatAreNone(t *testing.T) {
	for name, change := range map[string]func([]byte) []byte{
		"truncated":       func(b []byte) []byte { return b[:len(b)/2] },
		"empty":           func([]byte) []byte { return nil },
		"html":            func([]byte) []byte { return []byte("<html>Service unavailable</html>") },
		"null":            func([]byte) []byte { return []byte("null") },
		"a list":          func([]byte) []byte { return []byte(`[{"ok":true}]`) },
		"without a ts":    func([]byte) []byte { return []byte(`{"ok":true,"channel":"C0PREP"}`) },
		"ok as a word":    func([]byte) []byte { return []byte(`{"ok":"yes"}`) },
		"deep":            func([]byte) []byte { return []byte(strings.Repeat(`{"message":`, 20_000)) },
		"message a word":  func([]byte) []byte { return []byte(`{"ok":true,"channel":"C0PREP","message":"posted"}`) },
		"neither ok":      func([]byte) []byte { return []byte(`{}`) },
		"internal, as ok": func([]byte) []byte { return []byte(`{"ok":false,"error":"internal_error"}`) },
	} {
		inSlack(t, leastScopes, func(o *outside) {
			o.meddle(func(_ string, _ *http.Response, body []byte) []byte { return change(body) })
			_, err := o.Send(o.t.Context(), action(chat.Post, "post", 1), "")
			if err == nil || errors.As(err, new(*chat.Refused)) || errors.As(err, new(*chat.Wait)) {
				t.Errorf("%s: %v, want an unknown end", name, err)
			}
		})
	}
	inSlack(t, leastScopes, func(o *outside) { // whole but for what nobody needs
		o.meddle(func(_ string, _ *http.Response, body []byte) []byte {
			return []byte(`{"ok":true,"channel":"C0PREP","ts":"1795420800.000100","message":null,"warning":"superfluous_charset"} `)
		})
		if id, err := o.Send(o.t.Context(), action(chat.Post, "post", 1), ""); err != nil || id != "C0PREP/1795420800.000100" {
			t.Errorf("%q, %v", id, err)
		}
	})
	for _, status := range []int{500, 502, 503, 504} {
		inSlack(t, leastScopes, func(o *outside) {
			o.meddle(func(_ string, r *http.Response, _ []byte) []byte {
				r.StatusCode, r.Status = status, fmt.Sprint(status)
				return []byte("<html><body>slack.com is down</body></html>")
			})
			_, err := o.Send(o.t.Context(), action(chat.Post, "post", 1), "")
			if err == nil || errors.As(err, new(*chat.Refused)) || errors.As(err, new(*chat.Wait)) {
				t.Errorf("%d: %v, want an unknown end", status, err)
			}
		})
	}
}

// One address that wants to be left alone says nothing about the others: each came with what another person did.
func TestALimitedResponseURLHoldsUpNobodyElse(t *testing.T) {
	for _, retryAfter := range []string{"30", ""} {
		inSlack(t, leastScopes, func(o *outside) {
			m := o.meddle(func(_ string, r *http.Response, _ []byte) []byte {
				r.StatusCode, r.Status = http.StatusTooManyRequests, "429 Too Many Requests"
				if retryAfter != "" {
					r.Header.Set("Retry-After", retryAfter)
				}
				return nil
			})
			for _, who := range []string{"mira", "sam"} {
				err := o.callOnce(o.t.Context(), teamID, Call{ResponseURL, response{Type: "ephemeral"}}, "http://slack.fake/response/"+who)
				var wait *chat.Wait
				if !errors.As(err, &wait) || time.Until(wait.Until) != 30*time.Second {
					t.Errorf("%s: %v, want a wait", who, err)
				}
			}
			if len(m.asked) != 2 {
				t.Errorf("asked %q", m.asked)
			}
		})
	}
}
