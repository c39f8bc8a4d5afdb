package web

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	"greenroom/bot/chat"
	"greenroom/content"
)

//go:embed templates
var templateFiles embed.FS

// pages draws everything; html/template escapes each text for the place where it stands.
type pages struct{ t *template.Template }

func newPages() (*pages, error) {
	t, err := template.New("").Funcs(template.FuncMap{
		"tree":     content.Tree,
		"clock":    clock,
		"iso":      iso,
		"instant":  instant,
		"local":    localAddress,
		"sum":      func(a, b int) int { return a + b },
		"chosen":   chosen,
		"onlyYou":  func() string { return onlyYou },
		"location": roomAddress,
		"domID":    domID,
	}).ParseFS(templateFiles, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("read the page templates: %w", err)
	}
	return &pages{t}, nil
}

func (p *pages) draw(w io.Writer, name string, data any) error {
	return p.t.ExecuteTemplate(w, name, data)
}

func (p *pages) text(name string, data any) (string, error) {
	var out strings.Builder
	err := p.draw(&out, name, data)
	return out.String(), err
}

// entry is a message as one member sees it, in the room or in the side panel of its thread.
type entry struct {
	message
	Side  bool                     // drawn in the side panel
	Names func(chat.Member) string // how members are called
}

// DOM is the id of the entry's element: a thread's first message stands on the page twice.
func (e entry) DOM() string {
	if e.Side {
		return "side-" + string(e.ID)
	}
	return "at-" + string(e.ID)
}

// Author is the name above the message.
func (e entry) Author() string {
	if e.From == "" {
		return "Greenroom"
	}
	return e.Names(e.From)
}

// Initial stands in the author's picture.
func (e entry) Initial() string {
	for _, r := range e.Author() {
		return strings.ToUpper(string(r))
	}
	return "?"
}

// Hue picks one of the eight colours of pictures; it carries no meaning.
func (e entry) Hue() int {
	sum := 0
	for _, b := range []byte(e.From) {
		sum += int(b)
	}
	return sum % 8
}

// ThreadAddress is where the thread below the message is shown.
func (e entry) ThreadAddress() string { return threadAddress(e.Channel, e.ID) }

// Private tells whether the entry is marked as seen by its reader only. In a direct conversation everything is.
func (e entry) Private() bool { return e.Only != "" && e.Direct == "" }

// drawn is what the template of blocks needs: the blocks and who is who.
type drawn struct {
	Blocks []chat.Block
	Names  func(chat.Member) string
}

// Blocks are the blocks above the buttons.
func (e entry) Blocks() drawn {
	if e.Private() {
		return drawn{withoutNote(e.Body.Blocks), e.Names}
	}
	return drawn{e.Body.Blocks, e.Names}
}

// onlyYou is the mark of a private message.
const onlyYou = "Only you see this"

// withoutNote leaves out of blocks what the mark says already: the bot's texts say it too, for platforms without a mark.
func withoutNote(blocks []chat.Block) []chat.Block {
	blocks = slices.Clone(blocks)
	for i, b := range blocks {
		if len(b.Spans) > 1 {
			blocks[i].Spans = slices.DeleteFunc(slices.Clone(b.Spans), func(s chat.Span) bool {
				return s.Kind == chat.WordsSpan && strings.TrimSpace(s.Text) == onlyYou+"."
			})
		}
	}
	return blocks
}

// After are the blocks below the buttons.
func (e entry) After() drawn { return drawn{e.Body.After, e.Names} }

// Draw hands on who is who to the spans of a line.
func (d drawn) Draw(spans []chat.Span) []namedSpan {
	out := make([]namedSpan, len(spans))
	for i, s := range spans {
		out[i] = namedSpan{s, d.Names}
	}
	return out
}

type namedSpan struct {
	chat.Span
	names func(chat.Member) string
}

// Name is the name of the member whom the span names.
func (s namedSpan) Name() string { return s.names(s.Member) }

// Channel is the channel that the span names.
func (s namedSpan) Channel() chat.Channel { return chat.Channel(s.Text) }

// form is a form of the bot as a dialog, with where it was opened.
type form struct {
	chat.Form
	Origin origin
	Names  func(chat.Member) string
}

// Head is what stands above the fields.
func (f form) Head() drawn { return drawn{f.Intro, f.Names} }

func chosen(f chat.Field, c chat.Choice) bool {
	for _, v := range f.Chosen {
		if v == c.Value {
			return true
		}
	}
	return false
}

func iso(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// clock is the time of a message before the page has put it into the reader's zone.
func clock(t time.Time) string { return t.UTC().Format("15:04") + " UTC" }

// instant writes a When span in its own zone: what is read until the page has put it into the reader's. Days stay.
func instant(s chat.Span) string {
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		zone = time.UTC
	}
	layout := "Mon 2 Jan, 15:04"
	switch s.Style {
	case chat.TimeOnly:
		layout = "15:04"
	case chat.DayOnly:
		layout = "Mon 2 Jan"
	}
	return s.At.In(zone).Format(layout)
}

// localAddress keeps an address within the bot's pages; any other becomes empty.
func localAddress(s string) string {
	if !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || strings.ContainsAny(s, "\\\n\r\t") {
		return ""
	}
	return s
}

// domID makes an element id out of a field's name.
func domID(parts ...string) string { return strings.Join(parts, "-") }
