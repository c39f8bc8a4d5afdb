package webworld

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"greenroom/bot/chat"
)

// site is under what the playground is opened.
const site = "http://127.0.0.1"

// inMemory serves the pages of the life that is there.
type inMemory struct{ w *World }

func (m inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	m.w.pages.ServeHTTP(rec, r)
	return rec.Result(), nil
}

// open gets a page.
func (p *person) open(path string) string {
	p.w.T.Helper()
	answer, err := p.browser.Get(site + path)
	if err != nil {
		p.w.T.Fatal(err)
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		p.w.T.Fatalf("%s answers %s, %v:\n%s", path, answer.Status, err, page)
	}
	return string(page)
}

var whoAmI = regexp.MustCompile(`data-me="([^"]+)"`)

// me is the member that the browser becomes.
func (p *person) me() string {
	p.w.T.Helper()
	found := whoAmI.FindStringSubmatch(p.open("/c/" + string(p.w.channels[0])))
	if found == nil {
		p.w.T.Fatal("a page does not say whose it is")
	}
	return found[1]
}

// posted is something that somebody has done.
type posted struct {
	by     *person
	values url.Values
	token  string // names it; the same when it is repeated
}

// does posts something that was done in a room; further values follow by name and value.
func (p *person) does(room, kind string, more ...string) {
	p.w.T.Helper()
	values := url.Values{"kind": {kind}, "room": {room}}
	for pair := range slices.Chunk(more, 2) {
		values.Set(pair[0], pair[1])
	}
	p.post(posted{by: p, values: values})
}

// post posts as the page's script does, and takes in the answer.
func (p *person) post(one posted) {
	p.w.T.Helper()
	values := maps.Clone(one.values)
	if one.token == "" {
		one.token = fmt.Sprintf("%d-%010d", time.Now().UnixMilli(), len(p.w.tokens))
		p.w.tokens = append(p.w.tokens, one.token)
	}
	p.w.last = one
	values.Set("token", one.token)
	values.Set("zone", p.zone)
	answer, err := p.browser.PostForm(site+"/event", values)
	if err != nil {
		p.w.T.Fatal(err)
	}
	defer answer.Body.Close()
	var says struct {
		Form, Say string
		Errors    map[string]string
	}
	if err := json.NewDecoder(answer.Body).Decode(&says); err != nil || answer.StatusCode != http.StatusOK {
		p.w.T.Fatalf("%v is answered with %s: %q, %v", values, answer.Status, says.Say, err)
	}
	switch {
	case says.Form != "":
		p.form = readForm(says.Form)
	case values.Get("kind") == string(chat.Submit) && len(says.Errors) == 0:
		p.form = nil
	}
}

// seen is a message of the bot's on somebody's pages.
type seen struct {
	id, room, thread string
	number           int
	where            string // as scripts say it
	private          bool
	buttons          map[string]string // values, by label
}

// sees is everything that stands on somebody's pages, threads too.
func (p *person) sees() (all []seen) {
	for _, c := range p.w.channels {
		room := seen{room: "c:" + string(c), where: "#" + string(c)}
		page := p.open("/c/" + string(c))
		all = append(all, readMessages(page, room)...)
		for _, path := range threads(page) {
			thread := seen{room: room.room, where: room.where + " thread", thread: path[strings.LastIndex(path, "/")+1:]}
			_, side, _ := strings.Cut(p.open(path), `<aside class="thread"`)
			all = append(all, readMessages(side, thread)...)
		}
	}
	direct := seen{room: "d:" + p.id, where: "dm", private: true}
	return append(all, readMessages(p.open("/d"), direct)...)
}

var (
	article    = regexp.MustCompile(`<article class="(message[^"]*)" id="[^"]*" tabindex="-1" data-id="([^"]*)" data-number="(\d+)"`)
	pageButton = regexp.MustCompile(`<button type="button" id="[^"]*" data-value="([^"]*)"[^>]*>([^<]*)</button>`)
	threadLink = regexp.MustCompile(`<a href="([^"]*/t/[^"]*)" id="[^"]*-thread">`)
)

// readMessages reads the messages of a page; like says where they stand.
func readMessages(page string, like seen) (all []seen) {
	for part := range strings.SplitSeq(page, "</article>") {
		head := article.FindStringSubmatch(part)
		if head == nil {
			continue
		}
		m := like
		m.id, m.buttons = html.UnescapeString(head[2]), map[string]string{}
		m.number, _ = strconv.Atoi(head[3]) // digits
		m.private = like.private || strings.Contains(head[1], "private")
		for _, b := range pageButton.FindAllStringSubmatch(part, -1) {
			m.buttons[html.UnescapeString(b[2])] = html.UnescapeString(b[1])
		}
		all = append(all, m)
	}
	return all
}

// threads are the addresses of a page's threads in which something was said.
func threads(page string) (paths []string) {
	for _, link := range threadLink.FindAllStringSubmatch(page, -1) {
		if path := html.UnescapeString(link[1]); !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	return paths
}

// form is an open dialog.
type form struct {
	hidden url.Values
	fields []chat.Field
}

var (
	hiddenInput = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
	fieldPart   = regexp.MustCompile(`data-field="([^"]*)"`)
	choice      = regexp.MustCompile(`<input type="(?:radio|checkbox)" name="[^"]*" value="([^"]*)"( checked)?> <span>([^<]*)</span>`)
	longText    = regexp.MustCompile(`(?s)<textarea [^>]*>(.*?)</textarea>`)
	shortText   = regexp.MustCompile(`<input type="text" [^>]* value="([^"]*)"`)
)

func readForm(dialog string) *form {
	f := &form{hidden: url.Values{}}
	for _, h := range hiddenInput.FindAllStringSubmatch(dialog, -1) {
		f.hidden.Set(h[1], html.UnescapeString(h[2]))
	}
	starts := fieldPart.FindAllStringSubmatchIndex(dialog, -1)
	for i, at := range starts {
		end := len(dialog)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		f.fields = append(f.fields, readField(html.UnescapeString(dialog[at[2]:at[3]]), dialog[at[1]:end]))
	}
	return f
}

func readField(name, part string) chat.Field {
	field := chat.Field{Name: name}
	for _, c := range choice.FindAllStringSubmatch(part, -1) {
		value := html.UnescapeString(c[1])
		field.Choices = append(field.Choices, chat.Choice{Label: html.UnescapeString(c[3]), Value: value})
		if c[2] != "" {
			field.Chosen = append(field.Chosen, value)
		}
	}
	for _, text := range []*regexp.Regexp{longText, shortText} {
		if found := text.FindStringSubmatch(part); found != nil {
			field.Value = html.UnescapeString(found[1])
		}
	}
	return field
}

// standing is what the form would send as it stands.
func (f *form) standing() url.Values {
	values := maps.Clone(f.hidden)
	for _, field := range f.fields {
		if len(field.Choices) > 0 {
			values["f."+field.Name] = field.Chosen
		} else {
			values["f."+field.Name] = []string{field.Value}
		}
	}
	return values
}
