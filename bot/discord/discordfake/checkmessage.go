package discordfake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
)

// What a message takes beyond Discord's OpenAPI description (docs.discord.com, Message Resource, Component Reference).
const (
	maxContent    = 2000 // of an app; the description's 4,000 are a paying person's
	maxEmbeds     = 6000 // characters of all embeds together
	maxRows       = 5    // of a message without the flag ComponentsV2
	maxComponents = 40   // those within others too
	maxText       = 4000 // of all components together
	maxFiles      = 10

	// maxTextBytes is where Discord answers with HTTP 500: docs issue 8554. Each text counts textBytes more than it has.
	maxTextBytes = 10_170
	textBytes    = 12
)

// Types of components (docs.discord.com, Component Types).
const (
	actionRow    = 1
	button       = 2
	stringSelect = 3
	textInput    = 4
	userSelect   = 5
	anySelect    = 7 // a mentionable one
	chanSelect   = 8
	section      = 9
	textDisplay  = 10
	thumbnail    = 11
	gallery      = 12
	fileDisplay  = 13
	separator    = 14
	container    = 17
	labelled     = 18
)

const (
	linkStyle    = 5
	premiumStyle = 6
)

// component is one component of a message or a form, read as far as the fake needs it.
type component struct {
	Type        int            `json:"type"`
	CustomID    string         `json:"custom_id"`
	Style       int            `json:"style"`
	Label       string         `json:"label"`
	Description string         `json:"description"`
	URL         string         `json:"url"`
	SKU         string         `json:"sku_id"`
	Disabled    bool           `json:"disabled"`
	Emoji       *emoji         `json:"emoji"`
	Content     string         `json:"content"`
	Placeholder string         `json:"placeholder"`
	Value       string         `json:"value"`
	Required    *bool          `json:"required"`
	Min         *int           `json:"min_values"`
	Max         *int           `json:"max_values"`
	MinLength   *int           `json:"min_length"`
	MaxLength   *int           `json:"max_length"`
	Options     []selectOption `json:"options"`
	Components  []component    `json:"components"`
	Component   *component     `json:"component"`
	Accessory   *component     `json:"accessory"`
	Items       []mediaItem    `json:"items"`
	Media       *media         `json:"media"`
	File        *media         `json:"file"`
	Spoiler     bool           `json:"spoiler"`
	Divider     *bool          `json:"divider"`
}

type selectOption struct {
	Label       string `json:"label"`
	Value       string `json:"value"`
	Description string `json:"description"`
	Default     bool   `json:"default"`
}

type emoji struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type media struct {
	URL string `json:"url"`
}

type mediaItem struct {
	Media       media  `json:"media"`
	Description string `json:"description"`
	Spoiler     bool   `json:"spoiler"`
}

// within are the components in this one, in the order in which they stand, with their paths.
func (c component) within(path string) (inner []component, paths []string) {
	for i, one := range c.Components {
		inner, paths = append(inner, one), append(paths, path+".components."+strconv.Itoa(i))
	}
	if c.Accessory != nil {
		inner, paths = append(inner, *c.Accessory), append(paths, path+".accessory")
	}
	if c.Component != nil {
		inner, paths = append(inner, *c.Component), append(paths, path+".component")
	}
	return inner, paths
}

// menu tells whether the component is a select of any kind.
func (c component) menu() bool {
	return c.Type == stringSelect || c.Type >= userSelect && c.Type <= chanSelect
}

// fieldErrors is what is wrong with a form body, by path such as components.0.content.
type fieldErrors map[string]any

func (e fieldErrors) add(path, code, message string) {
	at := map[string]any(e)
	if path != "" {
		for _, name := range strings.Split(path, ".") {
			next, ok := at[name].(map[string]any)
			if !ok {
				next = map[string]any{}
				at[name] = next
			}
			at = next
		}
	}
	all, _ := at["_errors"].([]any)
	at["_errors"] = append(all, map[string]any{"code": code, "message": message})
}

// refusal is Invalid Form Body, or nil where nothing is wrong.
func (e fieldErrors) refusal() *refusal {
	if len(e) == 0 {
		return nil
	}
	r := refuse(50035)
	r.errors = e
	return r
}

// tree is a check of a message's components on its way through them.
type tree struct {
	wrong  fieldErrors
	v2     bool
	ids    map[string]bool
	files  map[string]bool // names of attachments
	shown  map[string]bool // those of them that a component shows
	number int
	chars  int
	bytes  int
}

// checkComponents holds a message's components to what Discord's description leaves out. The refusal is that of the sums.
func (t *tree) checkComponents(components []component) *refusal {
	if !t.v2 && len(components) > maxRows {
		t.wrong.add("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
	}
	for i, c := range components {
		path := "components." + strconv.Itoa(i)
		if !t.v2 && c.Type != actionRow {
			t.wrong.add(path+".type", "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (1,).")
		}
		t.visit(c, path)
	}
	if t.number > maxComponents {
		t.wrong.add("components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", "The total number of components in the message exceeds the maximum of 40")
	}
	if t.chars > maxText {
		t.wrong.add("components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
			"The total displayable text size of the components in the message exceeds the maximum size of 4000")
	}
	if refused := t.wrong.refusal(); refused != nil {
		return refused
	}
	if t.bytes > maxTextBytes {
		return internalError()
	}
	return nil
}

func (t *tree) visit(c component, path string) {
	t.number++
	if c.CustomID != "" {
		if t.ids[c.CustomID] {
			t.wrong.add(path+".custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
		}
		t.ids[c.CustomID] = true
	}
	switch {
	case c.Type == actionRow:
		t.row(c, path)
	case c.Type == button:
		t.button(c, path)
	case c.menu():
		t.menu(c, path)
	case c.Type == textDisplay:
		t.text(c, path)
	case c.Type == fileDisplay && c.File != nil:
		t.media(*c.File, path+".file")
	case c.Type == thumbnail && c.Media != nil:
		t.media(*c.Media, path+".media")
	case c.Type == gallery:
		for i, item := range c.Items {
			t.media(item.Media, path+".items."+strconv.Itoa(i)+".media")
		}
	}
	inner, paths := c.within(path)
	for i := range inner {
		t.visit(inner[i], paths[i])
	}
}

func (t *tree) row(c component, path string) {
	for _, one := range c.Components {
		if one.menu() && len(c.Components) > 1 {
			t.wrong.add(path, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width")
		}
	}
}

func (t *tree) button(c component, path string) {
	switch c.Style {
	case linkStyle:
		t.must(c.URL != "", path+".url", "BASE_TYPE_REQUIRED", "This field is required")
		t.must(c.CustomID == "", path+".custom_id", "COMPONENT_CUSTOM_ID_FORBIDDEN", "A custom id and url cannot both be specified")
		t.must(webAddress(c.URL), path+".url", "URL_TYPE_INVALID_SCHEME", "Scheme must be one of ('http', 'https', 'discord').")
	case premiumStyle:
		t.must(c.SKU != "", path+".sku_id", "BASE_TYPE_REQUIRED", "This field is required")
		t.must(c.CustomID == "" && c.Label == "" && c.URL == "" && c.Emoji == nil, path, "BUTTON_COMPONENT_PREMIUM",
			"A premium button has neither custom id, label, url nor emoji")
		return
	default:
		t.must(c.CustomID != "", path+".custom_id", "BASE_TYPE_REQUIRED", "This field is required")
		t.must(c.URL == "", path+".url", "BUTTON_COMPONENT_URL_FORBIDDEN", "A custom id and url cannot both be specified")
	}
	t.must(!blank(c.Label) || c.Emoji != nil, path, "BUTTON_COMPONENT_INVALID_LABEL", "A label or emoji is required")
}

func (t *tree) menu(c component, path string) {
	low, high := 1, 1
	if c.Min != nil {
		low = *c.Min
	}
	if c.Max != nil {
		high = *c.Max
	}
	t.must(low <= high, path+".min_values", "SELECT_COMPONENT_MIN_VALUES_TOO_LARGE", "Min values must be at most max values")
	if c.Type != stringSelect {
		return
	}
	t.must(high <= len(c.Options), path+".options", "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between %d and 25 in length.", high))
	values, chosen := map[string]bool{}, 0
	for i, o := range c.Options {
		at := path + ".options." + strconv.Itoa(i)
		t.must(!values[o.Value], at+".value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used")
		t.must(!blank(o.Label), at+".label", "BASE_TYPE_REQUIRED", "This field is required")
		values[o.Value] = true
		if o.Default {
			chosen++
		}
	}
	t.must(chosen <= high, path+".options", "SELECT_COMPONENT_TOO_MANY_DEFAULT", "There are more default options than max values")
}

func (t *tree) text(c component, path string) {
	t.chars += length(c.Content)
	t.bytes += len(c.Content) + textBytes
	t.must(!blank(c.Content), path+".content", "BASE_TYPE_REQUIRED", "This field is required")
}

// media is a reference to an attachment or an address on the web.
func (t *tree) media(m media, path string) {
	name, attached := strings.CutPrefix(m.URL, "attachment://")
	if !attached {
		t.must(webAddress(m.URL), path+".url", "URL_TYPE_INVALID_SCHEME", "Scheme must be one of ('http', 'https', 'attachment').")
		return
	}
	t.must(t.files[name], path, "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND", "The referenced attachment in the unfurled media item was not found")
	t.shown[name] = true
}

func (t *tree) must(ok bool, path, code, message string) {
	if !ok {
		t.wrong.add(path, code, message)
	}
}

func webAddress(s string) bool {
	return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "discord://")
}

// length counts characters as UTF-16. Whether Discord counts those or code points is not documented: this is the stricter reading.
func length(s string) int {
	n := 0
	for _, r := range s {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// blank tells whether nothing is left of a text once Discord has trimmed it.
func blank(s string) bool { return trim(s) == "" }

// trim takes away what Discord takes away around a text.
func trim(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == 0 })
}

// checkEmbeds holds all embeds together to their limit (docs.discord.com, Embed Limits).
func checkEmbeds(embeds []any, wrong fieldErrors) {
	total := 0
	text := func(v any) {
		s, _ := v.(string)
		total += length(trim(s))
	}
	for _, v := range embeds {
		e, _ := v.(map[string]any)
		text(e["title"])
		text(e["description"])
		for inner, name := range map[string]string{"footer": "text", "author": "name"} {
			o, _ := e[inner].(map[string]any)
			text(o[name])
		}
		fields, _ := e["fields"].([]any)
		for _, v := range fields {
			field, _ := v.(map[string]any)
			text(field["name"])
			text(field["value"])
		}
	}
	if total > maxEmbeds {
		wrong.add("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")
	}
}

// decode reads JSON whose numbers stay as they are written.
func decode(raw []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return d.Decode(v)
}
