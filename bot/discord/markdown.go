package discord

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"greenroom/bot/chat"
	"greenroom/bot/page"
)

// maxAligned is how many columns a table may take as lines of code. A phone shows some forty, and no line of code can be read once it
// is wrapped.
const maxAligned = 48

// tables makes lists of the tables that cannot be lines of code: the wide ones, and those with names and times, which Discord
// writes in no code.
func tables(rows []page.Row) []page.Row {
	var out []page.Row
	for i, row := range rows {
		if row.Kind != page.Table || !drawnBySpan(row) && page.Width(row.Cells, verbatim) <= maxAligned {
			if out != nil {
				out = append(out, row)
			}
			continue
		}
		if out == nil {
			out = append(make([]page.Row, 0, len(rows)+8), rows[:i]...)
		}
		out = append(out, row.Entries()...)
	}
	if out == nil {
		return rows
	}
	return out
}

func drawnBySpan(table page.Row) bool {
	for _, cells := range table.Cells {
		for _, cell := range cells {
			for _, run := range cell {
				if run.Span != nil {
					return true
				}
			}
		}
	}
	return false
}

// draw writes rows as Discord's markdown.
func draw(rows []page.Row) string {
	var out strings.Builder
	for i, row := range rows {
		if i > 0 {
			out.WriteString(between(rows[i-1], row))
		}
		out.WriteString(drawRow(row))
	}
	return out.String()
}

// between is what parts a row from the one before it.
func between(before, row page.Row) string {
	switch {
	case !row.Gap || before.Level > 0 || row.Kind != page.Text || before.Kind == page.Rule:
		return "\n"
	case before.Quote && row.Quote:
		return "\n> \n"
	}
	return "\n\n"
}

// drawRow writes a row. A rule is a blank line: Discord's markdown has none.
func drawRow(row page.Row) string {
	switch row.Kind {
	case page.Code:
		return fence(row.Lang, row.Code)
	case page.Table:
		return fence("", page.Aligned(row.Cells, verbatim))
	case page.Rule:
		return ""
	}
	heading := row.Level > 0 && row.Level <= maxHeading && row.Depth == 0
	if row.Level > 0 && !heading {
		row.Runs = stressed(row.Runs)
	}
	text := drawRuns(row.Runs)
	if row.Level > 0 {
		text = strings.ReplaceAll(text, "\n", " ")
	}
	text = guard(text)
	first, others := prefixes(row)
	switch {
	case heading && text != "":
		first += "###"[:row.Level] + " "
	case row.Small && row.Depth == 0 && !row.Quote && row.Level == 0 && text != "":
		first, others = "-# ", "-# "
	case row.Mark != "" && text == "":
		text = zeroWidth // an item that holds only code or another list
	}
	if others == "" && first == "" {
		return text
	}
	return first + strings.ReplaceAll(text, "\n", "\n"+others)
}

// maxHeading is the smallest heading that Discord knows: #, ## and ###.
const maxHeading = 3

// prefixes are what stands before a row's first line and before its others. Discord has no quotes within quotes.
func prefixes(row page.Row) (first, others string) {
	if row.Quote {
		first, others = "> ", "> "
	}
	if row.Depth == 0 {
		return first, others
	}
	pad := strings.Repeat("  ", min(row.Depth-1, maxIndent))
	if row.Mark != "" {
		return first + pad + row.Mark + " ", others + pad + "  "
	}
	return first + pad + "  ", others + pad + "  "
}

// maxIndent is how many levels of lists are drawn: deeper ones would be shown there anyway.
const maxIndent = 10

func stressed(runs []page.Run) []page.Run {
	strong := slices.Clone(runs)
	for i := range strong {
		strong[i].Strong = true
	}
	return strong
}

// drawRuns writes the runs of a row.
func drawRuns(runs []page.Run) string {
	if len(runs) == 1 && plain(runs[0]) {
		return escape(runs[0].Text)
	}
	var out strings.Builder
	last := byte(0)
	for len(runs) > 0 {
		n := together(runs)
		text := drawPart(runs[:n], n < len(runs))
		if runs = runs[n:]; text == "" {
			continue
		}
		if last == text[0] && (last == '*' || last == '`') {
			out.WriteString(zeroWidth) // the markers of two styles would be read as one
		}
		out.WriteString(text)
		last = text[len(text)-1]
	}
	return out.String()
}

func plain(r page.Run) bool {
	return r.Span == nil && r.URL == "" && r.Spoken == "" && !r.Strong && !r.Emphasis && !r.Code
}

// together is how many runs are drawn in one pair of markers: those of one style. Code with an asterisk, where a style would end, stands
// outside of its style.
func together(runs []page.Run) int {
	first := runs[0]
	alone := func(r page.Run) bool { return (r.Strong || r.Emphasis) && r.URL == "" && starred(r) }
	if alone(first) {
		return 1
	}
	n := 1
	for n < len(runs) && runs[n].Strong == first.Strong && runs[n].Emphasis == first.Emphasis && runs[n].URL == first.URL && !alone(runs[n]) {
		n++
	}
	return n
}

func starred(r page.Run) bool { return r.Code && strings.Contains(r.Text, "*") }

// drawPart writes runs of one style, which more follows.
func drawPart(runs []page.Run, more bool) string {
	text := drawRun(runs[0], more || len(runs) > 1)
	for i, r := range runs[1:] {
		text += drawRun(r, more || i+2 < len(runs))
	}
	styled := true
	if address := runs[0].URL; address != "" {
		text, styled = link(runs, text, address), !strings.Contains(text, "`")
	}
	first := runs[0]
	if !first.Strong && !first.Emphasis || !styled || starred(first) {
		return text
	}
	// Markers must touch the text, so the space around it stays outside of them.
	inner := strings.TrimSpace(text)
	if inner == "" {
		return text
	}
	at := strings.Index(text, inner)
	before, after := text[:at], text[at+len(inner):]
	if first.Emphasis {
		inner = "*" + inner + "*"
	}
	if first.Strong {
		inner = "**" + inner + "**"
	}
	return before + inner + after
}

func drawRun(run page.Run, more bool) string {
	switch {
	case run.Span != nil:
		return drawSpan(*run.Span)
	case run.Code, run.Spoken != "" && strings.Contains(run.Text, `\`): // maths that has no faithful Unicode is its LaTeX
		return inline(asCommand(run.Text))
	}
	return escapeBefore(run.Text, more)
}

// link draws a link without a preview. Where Discord would not mask an address, because it is none of the web or because the text looks
// like another, both are shown.
func link(runs []page.Run, text, address string) string {
	var said string
	for _, r := range runs {
		said += r.Text
	}
	if mail, ok := strings.CutPrefix(address, "mailto:"); ok {
		if strings.TrimSpace(said) == mail || said == "" {
			return escape(mail)
		}
		return text + " (" + escape(mail) + ")"
	}
	web := strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://")
	shown := "<" + addressSafe.Replace(address) + ">"
	switch {
	case !web || strings.ContainsFunc(address, unicode.IsControl) || page.Inert(address) != address:
		return text + " (" + escape(address) + ")"
	case page.Blank(said), said == address:
		return shown
	case strings.Contains(said, "://"), codeBrackets(runs):
		return text + " (" + shown + ")"
	}
	return "[" + strings.ReplaceAll(text, "\n", " ") + "](" + shown + ")"
}

// codeBrackets tells of brackets that cannot be escaped.
func codeBrackets(runs []page.Run) bool {
	for _, r := range runs {
		if r.Code && strings.ContainsAny(r.Text, "[]") {
			return true
		}
	}
	return false
}

// addressSafe writes the characters at which Discord would end an address as the bytes that they are.
var addressSafe = strings.NewReplacer("<", "%3C", ">", "%3E", "(", "%28", ")", "%29", "[", "%5B", "]", "%5D", `\`, "%5C", "`", "%60", " ", "%20",
	"\u00a0", url.PathEscape("\u00a0"), "\u3000", url.PathEscape("\u3000"), "*", "%2A", "|", "%7C", `"`, "%22", "'", "%27")

// drawSpan draws what Discord itself knows: it writes names and, in the reader's own zone, times.
func drawSpan(s chat.Span) string {
	switch s.Kind {
	case chat.WhoSpan:
		if id(strings.TrimPrefix(string(s.Member), "&")) { // of a member, or of a role
			return "<@" + string(s.Member) + ">"
		}
		return escape(page.Clip(string(s.Member), maxName))
	case chat.ChannelSpan:
		if id(s.Text) {
			return "<#" + s.Text + ">"
		}
		return escape(page.Clip(s.Text, maxName))
	case chat.InviteSpan:
		return fmt.Sprintf(howToInvite, drawSpan(chat.In(chat.Channel(s.Text))))
	}
	if s.Style == chat.DayOnly || !datable(s) { // a day is one in the zone in which it was meant: elsewhere another may have begun
		return escape(page.Written(s))
	}
	return fmt.Sprintf("<t:%d:%s>", s.At.Unix(), dateFormat(s.Style))
}

// maxName is how much is shown of what should have been an id: a span is never cut.
const maxName = 100

// howToInvite is how a bot comes into a channel on Discord: it is in the server, and permissions decide (developers/topics/permissions).
const howToInvite = "open the settings of %s, choose Permissions, add Greenroom there and allow View Channel, Send Messages, " +
	"Create Public Threads, Send Messages in Threads and Read Message History"

// datable tells whether Discord is to write an instant: one outside of the years 1970 to 5138 is a mistake.
func datable(s chat.Span) bool { return s.At.Unix() > 0 && s.At.Unix() <= 1e11 }

// dateFormat says how Discord writes an instant in the reader's own zone (developers/reference, Message formatting).
func dateFormat(style chat.WhenStyle) string {
	switch style {
	case chat.TimeOnly:
		return "t"
	case chat.Relative:
		return "R"
	}
	return "F"
}

// id tells whether s can be an id of Discord's, so that it may stand in a mention.
func id(s string) bool {
	_, ok := created(s)
	return ok
}

// verbatim writes spans where Discord replaces nothing: within code and in files. Names are known to Discord alone.
var verbatim = chat.Speak{
	Who:      func(chat.Member) string { return "a member" },
	Channel:  func(chat.Channel) string { return "the channel" },
	When:     page.Written,
	Markdown: func(s string) string { return s },
	Text:     page.Inert,
	Invite:   func(chat.Channel) string { return fmt.Sprintf(howToInvite, "the channel") },
}

// asCommand writes a line that begins with the command as Discord takes it: what follows stands in an option that has a name.
func asCommand(line string) string {
	if words, ok := strings.CutPrefix(line, commandLine); ok {
		return commandLine + lineName + ":" + words
	}
	return line
}

// inline draws code within a line. Runs of backticks are parted: Discord knows no way to write them.
func inline(s string) string {
	s = page.Inert(s)
	if strings.ContainsAny(s, "\n\r") {
		s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' }), " ")
	}
	switch {
	case strings.TrimSpace(s) == "":
		return escape(s)
	case !strings.Contains(s, "`"):
		return "`" + s + "`"
	}
	s = backticks.ReplaceAllStringFunc(s, parted)
	if s[0] == '`' {
		s = zeroWidth + s
	}
	if s[len(s)-1] == '`' {
		s += zeroWidth
	}
	return "``" + s + "``"
}

var (
	backticks  = regexp.MustCompile("`{2,}")
	closing    = regexp.MustCompile("`{3,}")
	shortNamed = regexp.MustCompile(`^[A-Za-z0-9_+.#-]{1,20}$`)
)

func parted(ticks string) string { return strings.Join(strings.Split(ticks, ""), zeroWidth) }

// fence draws a code block. A language that is not one short word would be shown as the first line of code.
func fence(lang, code string) string {
	if !shortNamed.MatchString(lang) {
		lang = ""
	}
	code = page.Inert(code)
	if strings.TrimSpace(code) == "" {
		code += zeroWidth // an empty one is no code block
	}
	return "```" + lang + "\n" + closing.ReplaceAllStringFunc(code, parted) + "\n```"
}
