package discordfake

import (
	"encoding/json"
	"time"
)

// Interactions is how long an app may take.
type Interactions struct {
	Within time.Duration // until the first response, by the process's clock; 3 s when zero
	Token  time.Duration // how long it can be responded to after that, by Config.Now; 15 minutes when zero
}

// What Discord gives an app (docs.discord.com, Receiving and Responding).
const (
	respondWithin = 3 * time.Second
	tokenFor      = 15 * time.Minute
	maxFollowUps  = 5 // where only a user has installed the app
)

func (i Interactions) withDefaults() Interactions {
	if i.Within == 0 {
		i.Within = respondWithin
	}
	if i.Token == 0 {
		i.Token = tokenFor
	}
	return i
}

// SetInteractions changes how long an app may take from now on.
func (f *Fake) SetInteractions(i Interactions) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.wire.lives = i.withDefaults()
}

// Types of interactions (docs.discord.com, Interaction Type).
const (
	pingInteraction      = 1
	commandInteraction   = 2
	componentInteraction = 3
	completeInteraction  = 4
	modalInteraction     = 5
)

// interaction is one action of a person to which the app may respond.
type interaction struct {
	id, token string
	kind      int
	by        *person
	channel   *channel
	owners    map[string]string // authorizing_integration_owners
	command   string            // name
	source    *message          // whose component was pressed, or opened the form; nil otherwise
	trigger   *interaction      // that opened the form; nil otherwise

	began    instant
	until    time.Time // of the token, by Config.Now
	first    int       // type of the first response; 0 before it
	failed   bool      // no first response came in time, or a wrong one over HTTP: the token is void
	answered chan struct{}
	original *message // what @original is; nil before there is one, and where the first response shows nothing
	sent     int      // follow-ups
	choices  []Choice
}

// interaction begins: from now on the app has its time to respond.
func (w *wire) interaction(kind int, by *person, c *channel) *interaction {
	f := w.f
	i := &interaction{
		id: f.id(), kind: kind, by: by, channel: c, owners: f.owners(by, c), began: time.Now(), until: f.cfg.Now().Add(w.lives.Token),
		answered: make(chan struct{}),
	}
	i.token = f.interactionToken(i.id)
	w.sweep()
	w.interactions[i.token] = i
	return i
}

// sweep forgets interactions whose tokens ended long ago: for the app they are as void as any.
func (w *wire) sweep() {
	const often = 1000 // so that each pays little
	if len(w.interactions) < w.sweepAt {
		return
	}
	for token, i := range w.interactions {
		if i.failed || w.f.cfg.Now().After(i.until) {
			delete(w.interactions, token)
		}
	}
	w.sweepAt = 2*len(w.interactions) + often
}

// owners says who has installed the app, as an interaction tells it (docs.discord.com, Authorizing Integration Owners Object).
func (f *Fake) owners(by *person, c *channel) map[string]string {
	owners := map[string]string{}
	switch g := c.guild; {
	case g != nil && g.installed:
		owners["0"] = g.id
	case g == nil && f.shares(by):
		owners["0"] = "0"
	}
	if by.app {
		owners["1"] = by.ID
	}
	return owners
}

// shares tells whether a person is in a guild that has installed the app.
func (f *Fake) shares(p *person) bool {
	for _, g := range f.guilds {
		if g.installed && g.members[p.ID] != nil {
			return true
		}
	}
	return false
}

// response is what an app says first to an interaction.
type response struct {
	Type int             `json:"type"`
	Data json.RawMessage `json:"data"`
}

// Types of responses (docs.discord.com, Interaction Callback Type).
const (
	pongResponse       = 1
	messageResponse    = 4
	deferredResponse   = 5
	deferUpdate        = 6
	updateResponse     = 7
	completionResponse = 8
	modalResponse      = 9
)

// schemaOf is what Discord's description demands of a response of a type.
func schemaOf(kind int) string {
	switch kind {
	case messageResponse, deferredResponse:
		return "CreateMessageInteractionCallbackRequest"
	case deferUpdate, updateResponse:
		return "UpdateMessageInteractionCallbackRequest"
	case completionResponse:
		return "ApplicationCommandAutocompleteCallbackRequest"
	case modalResponse:
		return "ModalInteractionCallbackRequest"
	}
	return ""
}

// takes tells whether an interaction can be responded to with a type.
func (i *interaction) takes(kind int) bool {
	switch kind {
	case messageResponse, deferredResponse:
		return i.kind != completeInteraction
	case deferUpdate, updateResponse:
		return i.kind == componentInteraction || i.kind == modalInteraction && i.source != nil
	case completionResponse:
		return i.kind == completeInteraction
	case modalResponse:
		return i.kind == commandInteraction || i.kind == componentInteraction
	}
	return false
}

// respond carries out the first response.
func (f *Fake) respond(i *interaction, body json.RawMessage, files []upload) *refusal {
	switch {
	case i.first != 0:
		return refuse(40060)
	case i.failed, time.Since(i.began) > f.wire.lives.Within:
		return refuse(10062)
	}
	var r response
	if json.Unmarshal(body, &r) != nil || schemaOf(r.Type) == "" {
		return callbackType("Value is not a callback type that the fake knows.")
	}
	if refused := f.check(schemaOf(r.Type), body); refused != nil {
		return refused
	}
	f.complainOf("the response to an interaction", f.strange(schemaOf(r.Type), body))
	if !i.takes(r.Type) {
		return callbackType("This interaction cannot be responded to with that type.")
	}
	if refused := f.carryOut(i, r, files); refused != nil {
		return refused
	}
	i.first = r.Type
	close(i.answered)
	return nil
}

// callbackType refuses a type of response. Discord's own code for it is not documented.
func callbackType(why string) *refusal {
	wrong := fieldErrors{}
	wrong.add("type", "INTERACTION_CALLBACK_TYPE_INVALID", why)
	return wrong.refusal()
}

func (f *Fake) carryOut(i *interaction, r response, files []upload) (refused *refusal) {
	switch r.Type {
	case messageResponse:
		i.original, refused = f.create(f.reply(i, r.Data, files))
	case deferredResponse:
		i.original = f.think(i, private(r.Data))
	case deferUpdate:
		i.original = i.source
	case updateResponse:
		if i.source.gone {
			return refuse(10008)
		}
		i.original = i.source
		refused = f.change(i.source, data(r.Data), files)
	case completionResponse:
		i.choices, refused = readChoices(r.Data)
	case modalResponse:
		refused = f.open(i, r.Data)
	}
	return refused
}

// reply is a message of the app about an interaction.
func (f *Fake) reply(i *interaction, body json.RawMessage, files []upload) draft {
	d := draft{channel: i.channel, author: f.people[f.cfg.AppID], body: data(body), files: files, made: i}
	if private(body) {
		d.private = i.by
	}
	if i.kind == commandInteraction {
		d.kind = commandMessage
	} else if i.source != nil {
		d.kind = replyMessage
	}
	return d
}

// data is the data of a response: none is an empty object.
func data(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 || string(raw) == "null" {
		return json.RawMessage("{}")
	}
	return raw
}

// private tells whether a body has the flag of an ephemeral message.
func private(body json.RawMessage) bool {
	var b struct {
		Flags int `json:"flags"`
	}
	_ = json.Unmarshal(body, &b) // its shape is checked elsewhere
	return b.Flags&Ephemeral != 0
}

// think shows "… is thinking": the message that @original fills later. Whether it is ephemeral is fixed now.
func (f *Fake) think(i *interaction, private bool) *message {
	m := &message{
		id: f.id(), channel: i.channel, author: f.people[f.cfg.AppID], kind: commandMessage, flags: Loading, at: f.cfg.Now(),
		webhook: f.cfg.AppID, made: i,
	}
	if i.kind != commandInteraction {
		m.kind = replyMessage
	}
	if private {
		m.private = i.by
		m.flags |= Ephemeral
		i.by.whispers = append(i.by.whispers, m)
		f.record(Whispered, m)
		return m
	}
	f.stand(m)
	return m
}

// readChoices reads what autocomplete proposes. A value may be a number.
func readChoices(raw json.RawMessage) ([]Choice, *refusal) {
	var d struct {
		Choices []struct {
			Name  string `json:"name"`
			Value any    `json:"value"`
		} `json:"choices"`
	}
	if err := decode(raw, &d); err != nil {
		return nil, refuse(50035)
	}
	choices := []Choice{}
	for _, c := range d.Choices {
		choices = append(choices, Choice{c.Name, plainValue(c.Value)})
	}
	return choices, nil
}
