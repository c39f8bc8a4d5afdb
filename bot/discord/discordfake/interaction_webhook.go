package discordfake

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// interactionEndpoints are the addresses at which an app responds. They need no bot token: the path holds one.
func (w *wire) interactionEndpoints() []route {
	const hook = "webhooks/{app}/{token}"
	perToken := limit{group: "webhook", major: "app", n: 5, every: 2 * time.Second, free: true} // a webhook's, as libraries have seen it
	return []route{
		{method: "POST", path: "interactions/{interaction}/{token}/callback", open: true, limit: limit{major: "interaction", free: true}, serve: (*Fake).postCallback},
		{method: "POST", path: hook, open: true, limit: perToken, serve: (*Fake).postFollowUp},
		{method: "GET", path: hook + "/messages/{message}", open: true, limit: perToken, serve: (*Fake).getFollowUp},
		{method: "PATCH", path: hook + "/messages/{message}", open: true, limit: perToken, serve: (*Fake).patchFollowUp},
		{method: "DELETE", path: hook + "/messages/{message}", open: true, limit: perToken, serve: (*Fake).deleteFollowUp},
	}
}

// postCallback is the first response (docs.discord.com, Create Interaction Response).
func (f *Fake) postCallback(c *call) (int, any, *refusal) {
	i := f.wire.interactions[c.vars["token"]]
	if i == nil || i.id != c.vars["interaction"] {
		return 0, nil, refuse(10062)
	}
	if refused := f.respond(i, c.body, c.files); refused != nil {
		return 0, nil, refused
	}
	if c.query.Get("with_response") != "true" {
		return http.StatusNoContent, nil, nil
	}
	about := map[string]any{"id": i.id, "type": i.kind}
	answer := map[string]any{"interaction": about}
	if m := i.original; m != nil {
		about["response_message_id"] = m.id
		about["response_message_loading"] = m.flags&Loading != 0
		about["response_message_ephemeral"] = m.private != nil
		answer["resource"] = map[string]any{"type": i.first, "message": f.json(m)}
	}
	return http.StatusOK, answer, nil
}

// ofWebhook is the interaction of an address below webhooks/{app}/{token}, and the message that it names; nil where it names none.
func (f *Fake) ofWebhook(c *call) (*interaction, *message, *refusal) {
	i := f.wire.interactions[c.vars["token"]]
	switch {
	case i == nil || f.cfg.Now().After(i.until):
		return nil, nil, refuse(50027)
	case i.first == 0 || c.vars["app"] != f.cfg.AppID:
		return nil, nil, refuse(10015)
	}
	id := c.vars["message"]
	if id == "" {
		return i, nil, nil
	}
	m := i.original
	if id != "@original" && (m == nil || m.id != id) {
		m = f.madeBy(i, id)
	}
	if m == nil || m.gone {
		return nil, nil, refuse(10008)
	}
	return i, m, nil
}

// madeBy is a message that an interaction's webhook made.
func (f *Fake) madeBy(i *interaction, id string) *message {
	if n := slices.IndexFunc(i.by.whispers, func(m *message) bool { return m.id == id && m.made == i }); n >= 0 {
		return i.by.whispers[n]
	}
	if m := i.channel.message(id); m != nil && m.made == i {
		return m
	}
	return nil
}

// postFollowUp makes a further message (docs.discord.com, Create Followup Message). Right after a deferral it fills what that showed.
func (f *Fake) postFollowUp(c *call) (int, any, *refusal) {
	i, _, refused := f.ofWebhook(c)
	if refused != nil {
		return 0, nil, refused
	}
	if m := i.original; m != nil && m.flags&Loading != 0 && !m.gone {
		f.wire.complaint("a follow-up fills a deferred response: PATCH @original is the way")
		if refused := f.change(m, unflagged(c.body), c.files); refused != nil {
			return 0, nil, refused
		}
		return http.StatusOK, f.json(m), nil
	}
	if i.alone() && i.sent >= maxFollowUps {
		return 0, nil, refuse(40094)
	}
	d := f.reply(i, c.body, c.files)
	d.kind = replyMessage
	m, refused := f.create(d)
	if refused != nil {
		return 0, nil, refused
	}
	i.sent++
	return http.StatusOK, f.json(m), nil
}

// unflagged is a body without the flag of an ephemeral message: whether the deferral is one was fixed before.
func unflagged(body json.RawMessage) json.RawMessage {
	var all map[string]any
	if !private(body) || decode(body, &all) != nil {
		return body
	}
	flags, _ := strconv.Atoi(plainValue(all["flags"]))
	all["flags"] = flags &^ Ephemeral
	return encode(all)
}

// alone tells whether only the person has installed the app.
func (i *interaction) alone() bool {
	_, installed := i.owners["0"]
	return !installed
}

func (f *Fake) getFollowUp(c *call) (int, any, *refusal) {
	_, m, refused := f.ofWebhook(c)
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusOK, f.json(m), nil
}

func (f *Fake) patchFollowUp(c *call) (int, any, *refusal) {
	_, m, refused := f.ofWebhook(c)
	if refused == nil {
		refused = f.change(m, c.body, c.files)
	}
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusOK, f.json(m), nil
}

func (f *Fake) deleteFollowUp(c *call) (int, any, *refusal) {
	_, m, refused := f.ofWebhook(c)
	if refused != nil {
		return 0, nil, refused
	}
	f.remove(m)
	return http.StatusNoContent, nil, nil
}
