package slack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// transport is the way to Slack and back. It makes of each answer what slack-go can read: that reads a message whole, with its
// blocks and files, and fails on a kind of element that it does not know. So a message that was posted would be in doubt because of how
// Slack echoes it, and a channel in which another app writes could not be searched.
type transport struct{ http.RoundTripper }

// fieldsRead is what Greenroom reads of a message.
var fieldsRead = []string{"ts", "thread_ts", "user", "bot_id", "bot_profile", "metadata"}

// maxAnswerSize bounds an answer: a page of a conversation, in bytes.
const maxAnswerSize = 64 << 20

func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := t.RoundTripper.RoundTrip(r)
	switch {
	case err != nil:
		return nil, err
	case resp.StatusCode == http.StatusTooManyRequests:
		mendRetryAfter(resp.Header)
		return resp, nil
	case resp.StatusCode != http.StatusOK:
		return resp, nil
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswerSize+1))
	if err == nil && len(body) > maxAnswerSize {
		err = fmt.Errorf("the answer has more than %d bytes", maxAnswerSize)
	}
	if err != nil {
		return nil, err
	}
	body = withoutEchoes(body)
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	resp.Header.Del("Content-Length")
	return resp, nil
}

// CloseIdleConnections is what http.Client looks for.
func (t *transport) CloseIdleConnections() {
	if way, ok := t.RoundTripper.(interface{ CloseIdleConnections() }); ok {
		way.CloseIdleConnections()
	}
}

// withoutEchoes leaves out of an answer the view, and of its messages all that nobody reads. What is no such answer stays as it is.
func withoutEchoes(body []byte) []byte {
	var answer map[string]json.RawMessage
	if json.Unmarshal(body, &answer) != nil {
		return body
	}
	delete(answer, "view")
	var message map[string]json.RawMessage
	if json.Unmarshal(answer["message"], &message) == nil {
		answer["message"] = rawJSON(onlyRead(message))
	}
	var messages []map[string]json.RawMessage
	if json.Unmarshal(answer["messages"], &messages) == nil {
		for i := range messages {
			messages[i] = onlyRead(messages[i])
		}
		answer["messages"] = rawJSON(messages)
	}
	return rawJSON(answer)
}

func onlyRead(message map[string]json.RawMessage) map[string]json.RawMessage {
	read := map[string]json.RawMessage{}
	for _, field := range fieldsRead {
		if value, ok := message[field]; ok {
			read[field] = value
		}
	}
	return read
}

func rawJSON(v any) json.RawMessage {
	raw, _ := json.Marshal(v) // parts of what was JSON: cannot fail
	return raw
}

// mendRetryAfter makes sense of how long Slack wants to be left alone: from a second to an hour. What is no number of seconds is left
// out, as if Slack had not said it.
func mendRetryAfter(h http.Header) {
	const name, least, most = "Retry-After", 1, 3600
	n, err := strconv.Atoi(strings.TrimSpace(h.Get(name)))
	if err != nil || n < 0 {
		h.Del(name)
		return
	}
	h.Set(name, strconv.Itoa(min(max(n, least), most)))
}
