package slackfake

import (
	"encoding/json"
	"fmt"
	"strings"
)

// CheckMessage says why Slack would refuse a message, the JSON body of chat.postMessage: for tests that draw messages and send none. What
// passes is recorded (Record).
func CheckMessage(body json.RawMessage) error {
	var o map[string]json.RawMessage
	if err := json.Unmarshal(body, &o); err != nil {
		return fmt.Errorf("a message: %w", err)
	}
	a := args{}
	for name, raw := range o {
		a[name] = string(raw)
	}
	var text string
	if err := json.Unmarshal(o["text"], &text); err != nil {
		return fmt.Errorf("a message's text: %w", err)
	}
	a["text"] = text
	_, refused := a.message()
	return refused.explained()
}

// CheckView says why Slack would refuse a view, modal or home page.
func CheckView(body json.RawMessage) error {
	_, refused := parseView(body)
	return refused.explained()
}

// explained is a refusal with what Slack says beside its code; nil where nothing was refused.
func (r *refusal) explained() error {
	if r == nil {
		return nil
	}
	return fmt.Errorf("%w: %s", r, strings.Join(r.messages, "; "))
}
