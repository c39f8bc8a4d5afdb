package slack

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"greenroom/bot/chat"
	"greenroom/bot/page"
)

// Names tells the name that a workspace shows for a member. In Slack a mention always notifies, so a member who is only
// named is written by name.
type Names func(chat.Member) string

// drawer draws rows as blocks. Text goes to rich_text, where it is literal: no escape is needed and no mention can be
// written (docs.slack.dev, rich text block).
type drawer struct {
	names  Names
	view   bool // in a view there are no tables
	tables int
	blocks []slack.Block

	rich    *slack.RichTextBlock // the block that is being filled, last of blocks
	section *slack.RichTextSection
	list    *slack.RichTextList
	quote   *slack.RichTextQuote
}

const (
	maxHeader = 150 // characters of a header block

	// A table: rows and columns (@slack/types), and a bound on its text well below the 10,000 that were reported for a
	// message. Slack's documentation of the block allows one in a message.
	maxTableRows, maxTableColumns, maxTableText = 100, 20, 5000

	maxParts = 500 // sections, lists, quotes and code of a rich_text: nobody has said where it ends

	maxAligned = 72 // columns of a table that is drawn as code: more would wrap, and nobody could read it

	maxAlt = 2000 // characters of what a picture shows
)

func draw(rows []page.Row, names Names, view bool) []slack.Block {
	d := drawer{names: names, view: view}
	for _, row := range rows {
		d.row(row)
	}
	return d.blocks
}

// shape says how a row is drawn.
type shape int

const (
	inRichText shape = iota // in a rich_text, with its neighbours
	asCode                  // there too: a table as lines of code
	asLines                 // there too: a table as lines of text
	asHeader                // as blocks of their own
	asTable
	asPicture
	asDivider
)

func (d *drawer) shape(row page.Row) shape {
	switch row.Kind {
	case page.Table:
		return d.tableShape(row)
	case page.Rule:
		return asDivider
	case page.Text:
		if _, ok := headerText(row); ok {
			return asHeader
		}
		if row.Picture != "" && public(row.Picture) && page.Units(d.caption(row)) <= maxAlt {
			return asPicture
		}
	}
	return inRichText
}

func (d *drawer) row(row page.Row) {
	switch d.shape(row) {
	case asDivider:
		d.block(slack.NewDividerBlock())
		return
	case asHeader:
		text, _ := headerText(row)
		d.block(slack.NewHeaderBlock(plainText(text)))
		return
	case asPicture:
		d.block(slack.NewImageBlock(row.Picture, d.caption(row), "", nil))
		return
	case asTable:
		d.table(row)
		return
	case asCode:
		d.preformatted(page.Aligned(row.Cells, d.verbatim()))
		return
	case asLines:
		row = row.Lines()
	}
	switch {
	case row.Kind == page.Code:
		d.preformatted(page.Inert(row.Code))
	case row.Quote:
		d.quoted(row)
	case row.Mark != "":
		d.item(row)
	case row.Depth > 0 && d.list != nil: // what goes on an item
		last := d.list.Elements[len(d.list.Elements)-1].(*slack.RichTextSection)
		last.Elements = append(append(last.Elements, plainElement("\n")), d.elements(row.Runs, row.Level > 0)...)
	default:
		d.paragraph(row, row.Level > 0)
	}
}

// block adds a block of another kind: what follows begins a new rich_text.
func (d *drawer) block(b slack.Block) {
	d.blocks = append(d.blocks, b)
	d.rich, d.section, d.list, d.quote = nil, nil, nil, nil
}

// part adds an element to the rich_text that is being filled.
func (d *drawer) part(e slack.RichTextElement) {
	if d.rich == nil || len(d.rich.Elements) == maxParts {
		d.rich = slack.NewRichTextBlock("")
		d.blocks = append(d.blocks, d.rich)
	}
	d.rich.Elements = append(d.rich.Elements, e)
	d.section, d.list, d.quote = nil, nil, nil
}

// headerText is the text of a heading that its plain text carries whole: it becomes a header block, to which screen readers can
// jump. Any other is strong text.
func headerText(row page.Row) (text string, ok bool) {
	if row.Level == 0 || row.Quote || row.Depth > 0 {
		return "", false
	}
	for _, run := range row.Runs {
		if run.Span != nil || run.Code || run.Emphasis || run.URL != "" {
			return "", false
		}
		text += run.Text
	}
	text = page.Inert(strings.TrimSpace(text))
	return text, !page.Blank(text) && page.Units(text) <= maxHeader && !strings.ContainsAny(text, "&<>\n")
}

// caption is what a picture shows, for who does not see it.
func (d *drawer) caption(row page.Row) string {
	if text := page.Plain([]page.Row{row}, d.verbatim()); !page.Blank(text) {
		return text
	}
	return "Picture"
}

// public tells whether Slack can fetch a picture from an address: an https one that is neither this machine's nor of an inner network.
func public(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.User != nil || len(address) > maxURL {
		return false
	}
	host := strings.ToLower(u.Hostname())
	for _, inner := range []string{".local", ".localhost", ".internal", ".lan", ".home.arpa"} {
		if strings.HasSuffix(host, inner) {
			return false
		}
	}
	_, err = netip.ParseAddr(host)
	return err != nil && strings.Contains(host, ".") // an address in numbers is seldom public and never certified
}

func (d *drawer) paragraph(row page.Row, strong bool) {
	elements := d.elements(row.Runs, strong)
	if len(elements) == 0 {
		return
	}
	if d.section == nil {
		section := slack.NewRichTextSection()
		d.part(section)
		d.section = section
	} else {
		gap := "\n"
		if row.Gap {
			gap = "\n\n"
		}
		d.section.Elements = append(d.section.Elements, plainElement(gap))
	}
	d.section.Elements = append(d.section.Elements, elements...)
}

// item adds to the list that is open, or opens one: a nested list stands beside its parent, with an indent; a list that goes
// on after it says from which number.
func (d *drawer) item(row page.Row) {
	style, n := slack.RTEListBullet, 0
	if row.Mark != page.Bullet {
		style = slack.RTEListOrdered
		n, _ = strconv.Atoi(strings.TrimSuffix(row.Mark, "."))
	}
	indent := min(row.Depth-1, maxIndent)
	if l := d.list; l == nil || l.Style != style || l.Indent != indent || style == slack.RTEListOrdered && l.Offset+len(l.Elements)+1 != n {
		list := slack.NewRichTextList(style, indent)
		list.Offset = max(n-1, 0)
		d.part(list)
		d.list = list
	}
	elements := d.elements(row.Runs, row.Level > 0)
	if len(elements) == 0 {
		elements = append(elements, plainElement(" ")) // an item that holds only code or another list
	}
	d.list.Elements = append(d.list.Elements, slack.NewRichTextSection(elements...))
}

const maxIndent = 8 // levels of lists that Slack's own editor makes

func (d *drawer) quoted(row page.Row) {
	elements := d.elements(row.Runs, row.Level > 0)
	if row.Mark != "" {
		mark := strings.Repeat("  ", row.Depth-1) + row.Mark + " "
		elements = append([]slack.RichTextSectionElement{plainElement(mark)}, elements...)
	}
	if len(elements) == 0 {
		return
	}
	if d.quote == nil {
		quote := &slack.RichTextQuote{Type: slack.RTEQuote}
		d.part(quote)
		d.quote = quote
	} else {
		d.quote.Elements = append(d.quote.Elements, plainElement("\n"))
	}
	d.quote.Elements = append(d.quote.Elements, elements...)
}

// preformatted draws code. Slack shows no language: the element's field for it is in no documentation.
func (d *drawer) preformatted(code string) {
	if code == "" {
		code = " "
	}
	d.part(&slack.RichTextPreformatted{Type: slack.RTEPreformatted, Elements: []slack.RichTextSectionElement{plainElement(code)}})
}

func (d *drawer) tableShape(row page.Row) shape {
	text := 0
	for _, cells := range row.Cells {
		for _, cell := range cells {
			text += d.chars(cell)
		}
	}
	columns := columnsOf(row)
	switch {
	case !d.view && d.tables == 0 && columns > 0 && columns <= maxTableColumns && len(row.Cells) <= maxTableRows && text <= maxTableText:
		return asTable
	case page.Width(row.Cells, d.verbatim()) <= maxAligned:
		return asCode
	}
	return asLines
}

func columnsOf(row page.Row) int {
	columns := 0
	for _, cells := range row.Cells {
		columns = max(columns, len(cells))
	}
	return columns
}

func (d *drawer) table(row page.Row) {
	columns := columnsOf(row)
	d.tables++
	table := slack.NewTableBlock("")
	for i, cells := range row.Cells {
		drawn := make([]slack.TableCell, columns)
		for j := range drawn {
			var elements []slack.RichTextSectionElement
			if j < len(cells) {
				elements = d.elements(cells[j], i == 0)
			}
			if len(elements) == 0 {
				elements = append(elements, plainElement(" "))
			}
			drawn[j] = slack.NewTableRichTextCell(slack.NewRichTextSection(elements...))
		}
		table.AddRow(drawn...)
	}
	d.block(table)
}

// elements draws runs; none where nothing would stand.
func (d *drawer) elements(runs []page.Run, strong bool) []slack.RichTextSectionElement {
	var elements []slack.RichTextSectionElement
	for _, run := range runs {
		run.Strong = run.Strong || strong
		if e := d.element(run); e != nil {
			elements = append(elements, e)
		}
	}
	return elements
}

// ident is what an id of Slack looks like.
var ident = regexp.MustCompile(`^[A-Z][A-Z0-9]{2,}$`)

// word is what a run shows, as plain text; of a span, what stands for it where it cannot be drawn.
func (d *drawer) word(run page.Run) string {
	s := run.Span
	switch {
	case s == nil:
		return page.Inert(run.Text)
	case s.Kind == chat.WhenSpan:
		return page.Written(*s)
	case s.Kind == chat.WhoSpan:
		return page.Inert(d.names(s.Member))
	case s.Kind == chat.InviteSpan:
		return howToInvite
	}
	return page.Inert(s.Text)
}

func (d *drawer) element(run page.Run) slack.RichTextSectionElement {
	style := &slack.RichTextSectionTextStyle{Bold: run.Strong, Italic: run.Emphasis, Code: run.Code}
	if *style == (slack.RichTextSectionTextStyle{}) {
		style = nil
	}
	text := d.word(run)
	if s := run.Span; s != nil {
		switch {
		case s.Kind == chat.WhenSpan && datable(*s):
			return slack.NewRichTextSectionDateElement(s.At.Unix(), dateFormat(s.Style), nil, &text)
		case s.Kind == chat.ChannelSpan && ident.MatchString(s.Text):
			return slack.NewRichTextSectionChannelElement(s.Text, style)
		case s.Kind == chat.WhoSpan && s.Ping && ident.MatchString(string(s.Member)):
			return slack.NewRichTextSectionUserElement(string(s.Member), style)
		}
	}
	if run.URL != "" && len(run.URL) <= maxURL {
		return slack.NewRichTextSectionLinkElement(run.URL, text, style)
	}
	if text == "" {
		return nil
	}
	return slack.NewRichTextSectionTextElement(text, style)
}

const maxURL = 3000

// datable tells whether Slack is to write an instant. One outside of the years 1970 to 5138 is a mistake, which would cost the whole
// message.
func datable(s chat.Span) bool { return s.At.Unix() > 0 && s.At.Unix() <= 1e11 }

// dateFormat says how Slack writes an instant in the reader's own zone (docs.slack.dev, Date formatting).
func dateFormat(style chat.WhenStyle) string {
	switch style {
	case chat.TimeOnly:
		return "{time}"
	case chat.DayOnly:
		return "{date_short_pretty}"
	case chat.Relative:
		return "{ago}"
	}
	return "{date_short_pretty}, {time}"
}

// howToInvite is how a bot comes into a channel in Slack. The channel stands in the sentence before.
const howToInvite = "type /invite @Greenroom there"

func invite(chat.Channel) string { return howToInvite }

// verbatim writes rows within code and labels, where nothing is markup.
func (d *drawer) verbatim() chat.Speak {
	return chat.Speak{
		Who:     func(m chat.Member) string { return page.Inert(d.names(m)) },
		Channel: func(c chat.Channel) string { return "#" + page.Inert(string(c)) },
		When:    page.Written,
		Text:    page.Inert,
		Invite:  invite,
	}
}

// speech writes a message's text, which is mrkdwn.
func (d *drawer) speech() chat.Speak {
	return chat.Speak{
		Who: func(m chat.Member) string { return unmarked(d.names(m)) },
		Channel: func(c chat.Channel) string {
			if ident.MatchString(string(c)) {
				return "<#" + string(c) + ">"
			}
			return unmarked(string(c))
		},
		When: func(s chat.Span) string {
			if !datable(s) {
				return page.Written(s)
			}
			return fmt.Sprintf("<!date^%d^%s|%s>", s.At.Unix(), dateFormat(s.Style), page.Written(s))
		},
		Text:   unmarked,
		Invite: invite,
	}
}

func plainElement(s string) slack.RichTextSectionElement {
	return slack.NewRichTextSectionTextElement(s, nil)
}

// plainText is a text object without markup; emoji stay as they were typed.
func plainText(s string) *slack.TextBlockObject {
	off := false
	return &slack.TextBlockObject{Type: slack.PlainTextType, Text: s, Emoji: &off}
}

// label is a text object of at most n characters. Where a label is longer in Slack's way of counting than in ours (emoji count twice),
// the end of it is left out: Slack would refuse all.
func label(s string, n int) *slack.TextBlockObject { return plainText(page.Clip(page.Inert(s), n)) }
