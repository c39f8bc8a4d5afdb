package discordfake

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestMessagesRefused: each rule of a message, by the path and code of its error. Those marked as Discord's description's need it at hand.
func TestMessagesRefused(t *testing.T) {
	t.Parallel()
	f, _ := hill(t, Config{})
	c := newClient(t, f)
	if why := Unvalidated(); why != "" {
		t.Log(why)
	}
	var many []any
	for i := range 6 {
		many = append(many, buttonPart("x", fmt.Sprint(i)))
	}
	var forty []any
	for range 20 {
		forty = append(forty, map[string]any{"type": container, "components": []any{textPart("x")}})
	}
	menu := func(with map[string]any) map[string]any {
		m := map[string]any{"type": stringSelect, "custom_id": "m", "options": []any{
			map[string]any{"label": "A", "value": "a"}, map[string]any{"label": "B", "value": "b"},
		}}
		for k, v := range with {
			m[k] = v
		}
		return m
	}
	legacy := func(components ...any) map[string]any {
		return map[string]any{"content": "x", "components": components}
	}
	with := func(body map[string]any, more map[string]any) map[string]any {
		for k, v := range more {
			body[k] = v
		}
		return body
	}
	for name, x := range map[string]struct {
		body       any
		path, code string
		schema     bool // only Discord's description refuses it
	}{
		"content 2,001":         {says(strings.Repeat("x", 2001)), "content", "BASE_TYPE_MAX_LENGTH", false},
		"content in UTF-16":     {says(strings.Repeat("🎈", 1001)), "content", "BASE_TYPE_MAX_LENGTH", false},
		"V2 and content":        {with(parts(textPart("x")), says("y")), "content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", false},
		"V2 and embeds":         {with(parts(textPart("x")), map[string]any{"embeds": []any{map[string]any{"title": "x"}}}), "embeds", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", false},
		"V2 without its flag":   {legacy(textPart("x")), "components.0.type", "UNION_TYPE_CHOICES", false},
		"six rows":              {legacy(rowPart(buttonPart("x", "1")), rowPart(buttonPart("x", "2")), rowPart(buttonPart("x", "3")), rowPart(buttonPart("x", "4")), rowPart(buttonPart("x", "5")), rowPart(buttonPart("x", "6"))), "components", "BASE_TYPE_BAD_LENGTH", false},
		"41 components":         {parts(append(forty, textPart("x"))...), "components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", false},
		"4,001 in sum":          {parts(textPart(strings.Repeat("x", 4000)), textPart("y")), "components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", false},
		"a text of spaces":      {parts(textPart(" \n ")), "components.0.content", "BASE_TYPE_REQUIRED", false},
		"custom_id twice":       {parts(textPart("x"), rowPart(buttonPart("a", "1")), rowPart(buttonPart("b", "1"))), "components.2.components.0.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", false},
		"no custom_id":          {parts(rowPart(map[string]any{"type": button, "style": 1, "label": "x"})), "components.0.components.0.custom_id", "BASE_TYPE_REQUIRED", false},
		"a link with an id":     {parts(rowPart(map[string]any{"type": button, "style": linkStyle, "label": "x", "url": "https://example.org", "custom_id": "1"})), "components.0.components.0.custom_id", "COMPONENT_CUSTOM_ID_FORBIDDEN", false},
		"a link without":        {parts(rowPart(map[string]any{"type": button, "style": linkStyle, "label": "x"})), "components.0.components.0.url", "BASE_TYPE_REQUIRED", false},
		"a button with a url":   {parts(rowPart(with(buttonPart("x", "1"), map[string]any{"url": "https://example.org"}))), "components.0.components.0.url", "BUTTON_COMPONENT_URL_FORBIDDEN", false},
		"no label":              {parts(rowPart(buttonPart(" ", "1"))), "components.0.components.0", "BUTTON_COMPONENT_INVALID_LABEL", false},
		"premium with a label":  {parts(rowPart(map[string]any{"type": button, "style": premiumStyle, "sku_id": "1", "label": "x"})), "components.0.components.0", "BUTTON_COMPONENT_PREMIUM", false},
		"a menu and a button":   {parts(rowPart(menu(nil), buttonPart("x", "1"))), "components.0", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", false},
		"more than can be":      {parts(rowPart(menu(map[string]any{"max_values": 3}))), "components.0.components.0.options", "BASE_TYPE_BAD_LENGTH", false},
		"min above max":         {parts(rowPart(menu(map[string]any{"min_values": 2}))), "components.0.components.0.min_values", "SELECT_COMPONENT_MIN_VALUES_TOO_LARGE", false},
		"value twice":           {parts(rowPart(menu(map[string]any{"options": []any{map[string]any{"label": "A", "value": "a"}, map[string]any{"label": "B", "value": "a"}}}))), "components.0.components.0.options.1.value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", false},
		"a file that is none":   {parts(map[string]any{"type": fileDisplay, "file": map[string]any{"url": "attachment://answer.md"}}), "components.0.file", "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND", false},
		"flags of others":       {with(says("x"), map[string]any{"flags": Ephemeral}), "flags", "MESSAGE_FLAGS_INVALID", false},
		"contradicting":         {with(says("x"), map[string]any{"allowed_mentions": map[string]any{"parse": []string{"users"}, "users": []string{miraID}}}), "allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", false},
		"embeds of 6,001":       {map[string]any{"embeds": []any{map[string]any{"description": strings.Repeat("x", 4000)}, map[string]any{"description": strings.Repeat("x", 2001)}}}, "embeds", "MAX_EMBED_SIZE_EXCEEDED", false},
		"an attachment of none": {with(says("x"), map[string]any{"attachments": []any{map[string]any{"id": "3", "filename": "a"}}}), "attachments.0.id", "ATTACHMENT_NOT_FOUND", false},

		"six buttons":        {parts(rowPart(many...)), "components.0.components", "BASE_TYPE_MAX_LENGTH", true},
		"label 81":           {parts(rowPart(buttonPart(strings.Repeat("x", 81), "1"))), "components.0.components.0.label", "BASE_TYPE_MAX_LENGTH", true},
		"custom_id 101":      {parts(rowPart(buttonPart("x", strings.Repeat("x", 101)))), "components.0.components.0.custom_id", "BASE_TYPE_MAX_LENGTH", true},
		"a text of 4,001":    {parts(textPart(strings.Repeat("x", 4001))), "components.0.content", "BASE_TYPE_MAX_LENGTH", true},
		"a form's component": {parts(map[string]any{"type": textInput, "custom_id": "x", "style": 1}), "components.0.type", "UNION_TYPE_CHOICES", true},
		"an unknown type":    {parts(map[string]any{"type": 99}), "components.0.type", "UNION_TYPE_CHOICES", true},
		"a nested container": {parts(map[string]any{"type": container, "components": []any{map[string]any{"type": container, "components": []any{textPart("x")}}}}), "components.0.components.0.type", "UNION_TYPE_CHOICES", true},
		"a style of nobody":  {parts(rowPart(map[string]any{"type": button, "style": 9, "label": "x", "custom_id": "1"})), "components.0.components.0.style", "BASE_TYPE_CHOICES", true},
		"an empty row":       {parts(map[string]any{"type": actionRow, "components": []any{}}), "components.0.components", "BASE_TYPE_MIN_LENGTH", true},
		"an embed of 4,097":  {map[string]any{"embeds": []any{map[string]any{"description": strings.Repeat("x", 4097)}}}, "embeds.0.description", "BASE_TYPE_MAX_LENGTH", true},
		"no snowflake":       {with(says("x"), map[string]any{"allowed_mentions": map[string]any{"users": []string{"mira"}}}), "allowed_mentions.users.0", "BASE_TYPE_INVALID", true},
		"content of numbers": {map[string]any{"content": 5}, "content", "BASE_TYPE_INVALID", false},
	} {
		if x.schema && Unvalidated() != "" {
			continue
		}
		a := c.do("POST", "channels/"+prepID+"/messages", x.body)
		if a.status != 400 || a.code() != 50035 || a.errors()[x.path] != x.code {
			t.Errorf("%s: %d, code %d, errors %v, want %s at %s", name, a.status, a.code(), a.errors(), x.code, x.path)
		}
	}
	for name, body := range map[string]any{
		"nothing":         map[string]any{},
		"spaces":          says(" \n\t"),
		"no components":   parts(),
		"an empty embeds": map[string]any{"embeds": []any{}},
	} {
		if a := c.do("POST", "channels/"+prepID+"/messages", body); a.status != 400 || a.code() != 50006 {
			t.Errorf("%s: %d %s", name, a.status, a.text)
		}
	}
	// Five more than 10,170 bytes, though fewer than 4,000 characters: Discord answers as if it were its own fault.
	if a := c.do("POST", "channels/"+prepID+"/messages", parts(textPart(strings.Repeat("問", 3388)))); a.status != 500 {
		t.Errorf("10,176 bytes: %d %s", a.status, a.text)
	}
	c.post(prepID, parts(textPart(strings.Repeat("問", 3386))))
	c.post(prepID, parts(forty...))
	if n := len(f.Messages(prepID)); n != 2 {
		t.Errorf("%d messages stand", n)
	}
}

// TestEditsRefused: what an edit cannot do.
func TestEditsRefused(t *testing.T) {
	t.Parallel()
	f, _ := hill(t, Config{})
	c := newClient(t, f)
	v2 := "channels/" + prepID + "/messages/" + c.post(prepID, parts(textPart("x")))
	plain := "channels/" + prepID + "/messages/" + c.post(prepID, says("x"))
	if a := c.want(400, 50035, "PATCH", v2, map[string]any{"flags": 0}); a.errors()["flags"] == "" {
		t.Errorf("the flag can be removed: %s", a.text)
	}
	if a := c.want(400, 50035, "PATCH", v2, says("content")); a.errors()["content"] == "" {
		t.Errorf("content on components: %s", a.text)
	}
	c.want(400, 50006, "PATCH", v2, map[string]any{"components": []any{}})
	c.want(400, 50006, "PATCH", plain, says(""))
	if a := c.want(400, 50035, "PATCH", plain, parts(textPart("y"))); a.errors()["content"] == "" {
		t.Errorf("components beside content: %s", a.text)
	}
	whole := parts(textPart("y"))
	whole["content"] = nil
	c.want(200, 0, "PATCH", plain, whole)
	c.want(200, 0, "PATCH", v2, map[string]any{"components": []any{textPart("z")}})
	seen := f.Messages(prepID)
	if seen[0].Plain != "z" || seen[1].Plain != "y" || seen[1].Flags&ComponentsV2 == 0 {
		t.Errorf("people see %+v", seen)
	}
}

// TestMentions: whom a message notifies, by what it says and by what it allows.
func TestMentions(t *testing.T) {
	t.Parallel()
	f, g := hill(t, Config{})
	players := g.SetRole("Players", 0)
	c := newClient(t, f)
	all := "<@" + miraID + "> <@!" + samID + "> <@" + solID + "> <@&" + players + "> @everyone"
	everybody := []string{"@" + players, "@everyone", miraID, samID}
	for name, x := range map[string]struct {
		allowed any
		want    []string
	}{
		"nothing said":      {nil, everybody},
		"nobody":            {map[string]any{"parse": []string{}}, nil},
		"nobody, at length": {map[string]any{"parse": []string{}, "users": []string{}}, nil},
		"Mira":              {map[string]any{"parse": []string{}, "users": []string{miraID}}, []string{miraID}},
		"people":            {map[string]any{"parse": []string{"users"}}, []string{miraID, samID}},
		"a role":            {map[string]any{"parse": []string{}, "roles": []string{players}}, []string{"@" + players}},
		"parse null":        {map[string]any{"parse": nil}, everybody},
		"parse left out":    {map[string]any{"users": []string{miraID}}, []string{"@" + players, "@everyone", miraID}},
	} {
		for kind, body := range map[string]map[string]any{"content": says(all), "components": parts(textPart(all))} {
			delete(body, "allowed_mentions")
			if x.allowed != nil {
				body["allowed_mentions"] = x.allowed
			}
			id := c.post(prepID, body)
			seen := f.Messages(prepID)
			if m := seen[len(seen)-1]; m.ID != id || !slices.Equal(m.Notified, x.want) {
				t.Errorf("%s, %s: %v hear of it, want %v", name, kind, m.Notified, x.want)
			}
		}
	}
	g.SetOverwrites(prepID, Overwrite{Member: f.AppID(), Deny: MentionEveryone})
	id := c.post(prepID, says(all))
	seen := f.Messages(prepID)
	if m := seen[len(seen)-1]; !slices.Equal(m.Notified, []string{miraID, samID}) {
		t.Errorf("without the right %v hear of it", m.Notified)
	}
	if seen[len(seen)-1].ID != id {
		t.Fatalf("the last is %s, not %s", seen[len(seen)-1].ID, id)
	}
	quiet := c.post(prepID, says("quiet"))
	c.want(200, 0, "PATCH", "channels/"+prepID+"/messages/"+quiet, says("now <@"+miraID+">"))
	seen = f.Messages(prepID)
	if m := seen[len(seen)-1]; m.Plain != "now @Mira" || len(m.Notified) != 0 {
		t.Errorf("an edit to %q notifies %v", m.Plain, m.Notified)
	}
	c.post(prepID, says(`\<@`+miraID+"> `<@"+samID+">`"))
	seen = f.Messages(prepID)
	if m := seen[len(seen)-1]; len(m.Notified) != 2 {
		t.Errorf("behind a backslash and in code %v hear of it: the stricter reading is both", m.Notified)
	}
}

// TestFiles: what people see of attachments.
func TestFiles(t *testing.T) {
	t.Parallel()
	f, _ := hill(t, Config{})
	c := newClient(t, f)
	file := upload{name: "answer.md", data: []byte("# Answer")}
	where := "channels/" + prepID + "/messages"
	c.files("POST", where, parts(textPart("x")), file)
	shown := parts(textPart("x"), map[string]any{"type": fileDisplay, "file": map[string]any{"url": "attachment://answer.md"}})
	id := c.files("POST", where, shown, file).id()
	named := says("x")
	named["attachments"] = []any{map[string]any{"id": "0", "filename": "other.md", "description": "the answer"}}
	c.files("POST", where, named, file)
	seen := f.Messages(prepID)
	if len(seen) != 3 || len(seen[0].Files) != 0 || len(seen[1].Files) != 1 || seen[1].Plain != "x\n[answer.md]" || seen[2].Files[0].Name != "other.md" {
		t.Errorf("people see %+v", seen)
	}
	c.want(200, 0, "PATCH", where+"/"+id, map[string]any{"components": []any{textPart("y")}, "attachments": []any{}})
	if m := f.Messages(prepID)[1]; m.Plain != "y" || strings.Contains(string(m.Raw), "answer.md") {
		t.Errorf("without its attachment: %+v", m)
	}
	var eleven []upload
	for i := range 11 {
		eleven = append(eleven, upload{name: fmt.Sprint(i), data: []byte("x")})
	}
	if a := c.files("POST", where, says("x"), eleven...); a.status != 400 || a.errors()["attachments"] == "" {
		t.Errorf("eleven files: %d %s", a.status, a.text)
	}
}

// TestUnchecked: the fake can be told to leave Discord's description aside; its own rules hold.
func TestUnchecked(t *testing.T) {
	t.Parallel()
	if why := Unvalidated(); why != "" {
		t.Skip(why)
	}
	f, _ := hill(t, Config{Unchecked: true})
	c := newClient(t, f)
	c.post(prepID, parts(rowPart(buttonPart(strings.Repeat("x", 81), "1"))))
	c.want(400, 50035, "POST", "channels/"+prepID+"/messages", says(strings.Repeat("x", 2001)))
}

// TestStrange: what Discord does not know and ignores is complained of.
func TestStrange(t *testing.T) {
	t.Parallel()
	if why := Unvalidated(); why != "" {
		t.Skip(why)
	}
	f, _ := hill(t, Config{})
	c := newClient(t, f)
	body := parts(textPart("x"), rowPart(buttonPart("x", "1")))
	body["nonce"], body["enforce_nonce"] = "n", true
	c.post(prepID, body)
	c.want(201, 0, "POST", "applications/"+f.AppID()+"/commands", slash("ask", option(stringOption, "a", map[string]any{"autocomplete": true})))
	if got := f.Complaints(); len(got) > 0 {
		t.Errorf("complained of %q", got)
	}
	body = parts(rowPart(map[string]any{"type": button, "style": 1, "label": "x", "custom_id": "1", "lable": "y"}))
	body["alowed_mentions"] = map[string]any{"parse": []string{}}
	c.post(prepID, body)
	c.want(200, 0, "PATCH", "channels/"+prepID+"/messages/"+f.Messages(prepID)[0].ID+"?lmit=1", map[string]any{"components": []any{textPart("y")}})
	want := []string{
		`POST channels/{channel}/messages: Discord knows no "alowed_mentions" there`,
		`POST channels/{channel}/messages: Discord knows no "components.0.components.0.lable" there`,
		`PATCH channels/{channel}/messages/{message}: Discord knows no "?lmit" there`,
	}
	if got := f.Complaints(); !slices.Equal(got, want) {
		t.Errorf("complained of %q, want %q", got, want)
	}
}
