package discordfake

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// upload is one file of a multipart body.
type upload struct {
	field string // such as files[0]
	name  string
	kind  string // MIME
	data  []byte
}

// payload is the body of a message that is created or edited. What it does not name is nil.
type payload struct {
	content    *string
	components []any
	tree       []component
	embeds     []any
	flags      *int
	allowed    *allowedMentions
	attached   []attached // nil where the body does not name attachments
	files      []upload
	nonce      any
	enforce    bool
	reply      *replyTo
	other      bool // stickers or a poll
	has        map[string]bool
}

type attached struct {
	ID          json.RawMessage `json:"id"` // a number of files[n], or the snowflake of one that stands there
	Name        string          `json:"filename"`
	Description string          `json:"description"`
}

type replyTo struct {
	Message string `json:"message_id"`
	Channel string `json:"channel_id"`
	Guild   string `json:"guild_id"`
	Must    *bool  `json:"fail_if_not_exists"`
	Type    int    `json:"type"`
}

// allowedMentions is whom a text may notify (docs.discord.com, Allowed Mentions Object).
type allowedMentions struct {
	Parse       []string `json:"parse"`
	Users       []string `json:"users"`
	Roles       []string `json:"roles"`
	RepliedUser bool     `json:"replied_user"`
}

// readPayload reads a body. Where it is not of the right shape, it is Invalid Form Body without a path: with Discord's description at
// hand such a body is refused before.
func (f *Fake) readPayload(body json.RawMessage, files []upload) (payload, *refusal) {
	p := payload{files: files, has: map[string]bool{}}
	if len(body) == 0 {
		body = json.RawMessage("{}")
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(body, &raw); err != nil {
		return p, refuse(50109)
	}
	wrong := fieldErrors{}
	read := func(name string, v any) {
		part, ok := raw[name]
		if !ok {
			return
		}
		p.has[name] = true
		if err := decode(part, v); err != nil {
			wrong.add(name, "BASE_TYPE_INVALID", "Could not be read: "+err.Error())
		}
	}
	var stickers, poll any
	read("content", &p.content)
	read("components", &p.components)
	read("components", &p.tree)
	read("embeds", &p.embeds)
	read("flags", &p.flags)
	read("allowed_mentions", &p.allowed)
	read("attachments", &p.attached)
	read("nonce", &p.nonce)
	read("enforce_nonce", &p.enforce)
	read("message_reference", &p.reply)
	read("sticker_ids", &stickers)
	read("poll", &poll)
	many, _ := stickers.([]any)
	p.other = len(many) > 0 || poll != nil
	if p.has["components"] {
		p.components = withIDs(p.components)
	}
	withDefaults(p.components, p.embeds)
	return p, wrong.refusal()
}

// key names a nonce, empty where there is none. A number and the same number as text are one.
func (p payload) key() string {
	switch n := p.nonce.(type) {
	case string:
		return n
	case json.Number:
		return string(n)
	}
	return ""
}

// Flags that an app may set (docs.discord.com, Create Message, Edit Message, Interaction Callback).
const (
	settable  = SuppressEmbeds | SuppressNotifications | ComponentsV2
	changable = SuppressEmbeds | ComponentsV2
)

// fill puts a payload into a message, whether it is new or edited, and refuses what Discord refuses.
func (f *Fake) fill(m *message, p payload, fresh bool) *refusal {
	wrong := fieldErrors{}
	m.fillFlags(p, fresh, wrong)
	if p.has["content"] {
		m.content = ""
		if p.content != nil {
			m.content = trim(*p.content)
		}
		if length(m.content) > maxContent {
			wrong.add("content", "BASE_TYPE_MAX_LENGTH", "Must be 2000 or fewer in length.")
		}
	}
	if p.has["embeds"] {
		m.embeds = p.embeds
		checkEmbeds(m.embeds, wrong)
	}
	if p.has["components"] {
		m.components, m.tree = p.components, p.tree
	}
	if refused := f.fillFiles(m, p, wrong); refused != nil {
		return refused
	}
	checkAllowed(p.allowed, wrong)
	if refused := m.checkParts(p, wrong); refused != nil {
		return refused
	}
	f.unfurl(m)
	if m.content == "" && len(m.components) == 0 && len(m.embeds) == 0 && len(m.files) == 0 && !p.other {
		return refuse(50006)
	}
	if key := p.key(); key != "" && fresh {
		if length(key) > maxNonce {
			wrong.add("nonce", "NONCE_TYPE_TOO_LONG", "Nonce must be 25 or fewer in length.")
			return wrong.refusal()
		}
		m.nonce = p.nonce
	}
	if fresh || p.has["content"] || p.has["components"] {
		f.fillMentions(m, p.allowed, p.reply)
	}
	m.flags &^= Loading
	return nil
}

// maxNonce is docs.discord.com, Create Message.
const maxNonce = 25

func (m *message) fillFlags(p payload, fresh bool, wrong fieldErrors) {
	if p.flags == nil {
		return
	}
	flags, may := *p.flags, changable|m.flags
	if m.flags&Loading != 0 {
		may |= Ephemeral // a follow-up in place of an edit; it changes nothing
	}
	if fresh {
		may = settable
		if m.made != nil {
			may |= Ephemeral
		}
	}
	switch {
	case flags&^may != 0:
		wrong.add("flags", "MESSAGE_FLAGS_INVALID", "Flags "+strconv.Itoa(flags&^may)+" cannot be set here")
	case fresh:
		m.flags = flags &^ Ephemeral // who makes the message says for whom it is
	case m.flags&ComponentsV2 != 0 && flags&ComponentsV2 == 0:
		wrong.add("flags", "MESSAGE_FLAGS_INVALID", "IS_COMPONENTS_V2 cannot be removed")
	default:
		m.flags = m.flags&^SuppressEmbeds | flags&changable
	}
}

// checkParts checks a message's parts together, as they would stand.
func (m *message) checkParts(p payload, wrong fieldErrors) *refusal {
	v2 := m.flags&ComponentsV2 != 0
	if v2 {
		for name, used := range map[string]bool{"content": m.content != "", "embeds": len(m.embeds) > 0, "sticker_ids": p.other} {
			if used {
				wrong.add(name, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
					"The '"+name+"' field cannot be used when using MessageFlags.IS_COMPONENTS_V2")
			}
		}
	}
	t := &tree{wrong: wrong, v2: v2, ids: map[string]bool{}, files: map[string]bool{}, shown: map[string]bool{}}
	for _, file := range m.files {
		t.files[file.Name] = true
	}
	if refused := t.checkComponents(m.tree); refused != nil {
		return refused
	}
	for i := range m.files {
		m.files[i].Shown = !v2 || t.shown[m.files[i].Name]
	}
	return nil
}

// fillFiles keeps those attachments that the body still names, and adds the new ones.
func (f *Fake) fillFiles(m *message, p payload, wrong fieldErrors) *refusal {
	var kept []File
	for _, old := range m.files {
		named := slices.ContainsFunc(p.attached, func(a attached) bool { return strings.Trim(string(a.ID), `"`) == old.id })
		if !p.has["attachments"] || named {
			kept = append(kept, old)
		}
	}
	for _, up := range p.files {
		if len(up.data) > f.rest.limits.File {
			return refuse(40005)
		}
		file := File{Name: up.name, Type: up.kind, Data: up.data, id: f.id()}
		number := strings.TrimSuffix(strings.TrimPrefix(up.field, "files["), "]")
		i := slices.IndexFunc(p.attached, func(a attached) bool { return strings.Trim(string(a.ID), `"`) == number })
		switch {
		case i >= 0:
			file.Description = p.attached[i].Description
			if p.attached[i].Name != "" {
				file.Name = p.attached[i].Name
			}
		case p.has["attachments"]:
			wrong.add("attachments", "ATTACHMENT_NOT_NAMED", "The file "+up.field+" is not among the attachments")
		}
		kept = append(kept, file)
	}
	for i, a := range p.attached {
		id := strings.Trim(string(a.ID), `"`)
		known := slices.ContainsFunc(m.files, func(file File) bool { return file.id == id }) ||
			slices.ContainsFunc(p.files, func(up upload) bool { return up.field == "files["+id+"]" })
		if !known {
			wrong.add("attachments."+strconv.Itoa(i)+".id", "ATTACHMENT_NOT_FOUND", "The attachment was not found")
		}
	}
	if len(kept) > maxFiles {
		wrong.add("attachments", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
	}
	m.files = kept
	return nil
}

// checkAllowed refuses what contradicts itself (docs.discord.com, Allowed Mentions Reference).
func checkAllowed(a *allowedMentions, wrong fieldErrors) {
	if a == nil {
		return
	}
	for name, ids := range map[string][]string{"users": a.Users, "roles": a.Roles} {
		if len(ids) > 0 && slices.Contains(a.Parse, name) {
			wrong.add("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
				`parse:["`+name+`"] and `+name+`: [ids...] are mutually exclusive.`)
		}
	}
}

// named is what notifies in a text, whether a backslash stands before it or not: facts differ on whether that helps, and the stricter
// reading is that it does not.
var named = regexp.MustCompile(`<@!?(\d+)>|<@&(\d+)>|@(everyone|here)\b`)

// fillMentions works out whom a message names and may notify: ids of people, @ROLE, @everyone, @here.
func (f *Fake) fillMentions(m *message, a *allowedMentions, reply *replyTo) {
	m.mentions, m.notified = nil, nil
	g, may := m.channel.guild, m.channel.rights(m.author)
	loud := g == nil || may&MentionEveryone != 0
	text := m.text()
	if !strings.Contains(text, "@") {
		text = "" // nobody is named, and the expression would take its time to say so
	}
	for _, found := range named.FindAllStringSubmatch(text, -1) {
		user, group, all := found[1], found[2], found[3]
		switch {
		case user != "" && a.allows("users", user) && f.people[user] != nil:
			m.mentions = appendNew(m.mentions, user)
		case group != "" && g != nil && a.allows("roles", group):
			if i := slices.IndexFunc(g.roles, func(r *role) bool { return r.id == group }); i >= 0 && (loud || g.roles[i].mentionable) {
				m.notified = appendNew(m.notified, "@"+group)
			}
		case all != "" && g != nil && loud && a.allows("everyone", ""):
			m.notified = appendNew(m.notified, "@"+all)
		}
	}
	if reply != nil && (a == nil || a.RepliedUser) {
		if to := m.channel.message(reply.Message); to != nil {
			m.mentions = appendNew(m.mentions, to.author.ID)
		}
	}
	for _, user := range m.mentions {
		if user != m.author.ID && m.private == nil && m.channel.can(f.people[user], ViewChannel) {
			m.notified = appendNew(m.notified, user)
		}
	}
}

// allows tells whether somebody may be notified. Where nobody has said anything, everybody may.
func (a *allowedMentions) allows(kind, id string) bool {
	switch {
	case a == nil || slices.Contains(a.Parse, kind):
		return true
	case a.Parse == nil && (kind == "everyone" || kind == "users" && len(a.Users) == 0 || kind == "roles" && len(a.Roles) == 0):
		return true // the stricter reading of a list that is left out
	case kind == "users":
		return slices.Contains(a.Users, id)
	case kind == "roles":
		return slices.Contains(a.Roles, id)
	}
	return false
}

// text is everything in a message that can name somebody.
func (m *message) text() string {
	var all strings.Builder
	all.WriteString(m.content)
	var walk func([]component)
	walk = func(components []component) {
		for _, c := range components {
			if c.Type == textDisplay {
				all.WriteString("\n" + c.Content)
			}
			inner, _ := c.within("")
			walk(inner)
		}
	}
	walk(m.tree)
	return all.String()
}

func appendNew(all []string, one string) []string {
	if slices.Contains(all, one) {
		return all
	}
	return append(all, one)
}
