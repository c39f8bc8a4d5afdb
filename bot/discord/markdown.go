package discord

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"greenroom/bot/chat"
	"greenroom/bot/page"
)

// zeroWidth stands where Discord has no escape: it shows nothing and parts what would be read together.
const zeroWidth = "\u200b"

// Discord's markdown shows a backslash's punctuation as it is. These are escaped wherever they stand: emphasis, spoilers,
// code, links and mentions. A backslash alone does not keep @everyone from being shown as
// one, so the at sign is parted from it. Whether anybody is notified is decided by allowed_mentions alone.
var escaper = strings.NewReplacer(
	`\`, `\\`, `*`, `\*`, `_`, `\_`, `~`, `\~`, "`", "\\`", `|`, `\|`, `[`, `\[`, `]`, `\]`, `<`, `\<`, `>`, `\>`,
	"@everyone", "@"+zeroWidth+"everyone", "@here", "@"+zeroWidth+"here",
)

// colon finds those that could begin an emoji or make an address: Discord would show something else in their place.
var colon = regexp.MustCompile(`:([0-9A-Za-z_+/-]|$)`)

// escape makes a text inert: it is shown as it was typed.
func escape(s string) string {
	lines := strings.Split(colon.ReplaceAllString(escaper.Replace(s), `\:$1`), "\n")
	for i, line := range lines {
		lines[i] = escapeStart(line)
	}
	return strings.Join(lines, "\n")
}

// escapeStart breaks what is markup only where a line begins: headings, lists, subtext. (A quote's > is escaped everywhere.)
func escapeStart(line string) string {
	text := strings.TrimLeftFunc(line, unicode.IsSpace)
	indent := line[:len(line)-len(text)]
	if text == "" {
		return line
	}
	if strings.ContainsRune("#-+", rune(text[0])) {
		return indent + `\` + text
	}
	if n := len(text) - len(strings.TrimLeft(text, "0123456789")); n > 0 && n < len(text) && (text[n] == '.' || text[n] == ')') {
		return indent + text[:n] + `\` + text[n:]
	}
	return line
}

// inline draws code within a line. Runs of backticks are parted: Discord knows no way to write them.
func inline(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' }), " ")
	if !strings.Contains(s, "`") {
		if strings.TrimSpace(s) == "" {
			return escape(s)
		}
		return "`" + s + "`"
	}
	return "``" + strings.ReplaceAll(s, "`", zeroWidth+"`"+zeroWidth) + "``"
}

// fence draws a code block. A language that is not one short word would be shown as the first line of code.
func fence(lang, code string) string {
	if len(lang) > 20 || strings.TrimLeft(lang, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-#._") != "" {
		lang = ""
	}
	code = strings.ReplaceAll(code, "```", "`"+zeroWidth+"`"+zeroWidth+"`")
	return "```" + lang + "\n" + code + "\n```"
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
	if row.Gap && before.Level == 0 && row.Kind == page.Text {
		return "\n\n"
	}
	return "\n"
}

func drawRow(row page.Row) string {
	switch row.Kind {
	case page.Code:
		return fence(row.Lang, row.Code)
	case page.Table:
		return fence("", page.Aligned(row.Cells, speak))
	case page.Rule:
		return ""
	}
	text := drawRuns(row.Runs)
	if row.Level > 0 {
		text = strings.ReplaceAll(text, "\n", " ")
	}
	if row.Level > 3 && text != "" { // Discord knows three sizes
		strong := make([]page.Run, len(row.Runs))
		for i, run := range row.Runs {
			run.Strong = true
			strong[i] = run
		}
		text = strings.ReplaceAll(drawRuns(strong), "\n", " ")
	}
	var prefix, indent string
	if row.Quote {
		prefix, indent = "> ", "> "
	}
	if row.Depth > 0 {
		pad := strings.Repeat("  ", min(row.Depth-1, 10))
		switch {
		case row.Mark != "":
			prefix += pad + row.Mark + " "
		default:
			prefix += pad + "  "
		}
		indent += pad + "  "
	}
	if row.Level > 0 && row.Level <= 3 && row.Depth == 0 {
		prefix += "### "
	}
	return prefix + strings.ReplaceAll(text, "\n", "\n"+indent)
}

func drawRuns(runs []page.Run) string {
	var out strings.Builder
	for i := 0; i < len(runs); {
		run := runs[i]
		if run.URL == "" {
			text := drawRun(run)
			if strings.HasSuffix(out.String(), "*") && strings.HasPrefix(text, "*") {
				out.WriteString(zeroWidth) // the markers of two styles would be read as one
			}
			out.WriteString(text)
			i++
			continue
		}
		var text strings.Builder // the runs of one link stand inside one pair of brackets
		for ; i < len(runs) && runs[i].URL == run.URL; i++ {
			text.WriteString(drawRun(runs[i]))
		}
		out.WriteString(link(text.String(), run.URL))
	}
	return out.String()
}

// link draws a link; an address that Discord could read otherwise, or does not link to, is shown behind its text.
func link(text, url string) string {
	if strings.TrimSpace(text) == "" {
		text = escape(url)
	}
	odd := strings.ContainsFunc(url, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("<>()[]\\`", r) })
	if odd || !strings.HasPrefix(url, "https://") && !strings.HasPrefix(url, "http://") {
		return text + " (" + escape(url) + ")"
	}
	return "[" + strings.ReplaceAll(text, "\n", " ") + "](<" + url + ">)"
}

func drawRun(run page.Run) string {
	if s := run.Span; s != nil {
		return drawSpan(*s)
	}
	if run.Code {
		return inline(run.Text)
	}
	text := escape(run.Text)
	inner := strings.TrimSpace(text)
	if inner == "" {
		return text
	}
	// Markers must touch the text, so the space around it stays outside of them.
	at := strings.Index(text, inner)
	before, after := text[:at], text[at+len(inner):]
	for _, style := range []struct {
		on     bool
		marker string
	}{{run.Emphasis, "*"}, {run.Strong, "**"}} {
		if style.on {
			inner = style.marker + inner + style.marker
		}
	}
	return before + inner + after
}

// drawSpan draws what Discord itself knows: it writes names and, in the reader's own zone, times.
func drawSpan(s chat.Span) string {
	switch s.Kind {
	case chat.WhoSpan:
		if id(string(s.Member)) {
			return "<@" + string(s.Member) + ">"
		}
		return escape(string(s.Member))
	case chat.ChannelSpan:
		if id(s.Text) {
			return "<#" + s.Text + ">"
		}
		return escape(s.Text)
	case chat.InviteSpan:
		return "let me see " + drawSpan(chat.In(chat.Channel(s.Text)))
	}
	style := map[chat.WhenStyle]string{chat.TimeOnly: "t", chat.DayOnly: "D", chat.Relative: "R"}[s.Style]
	if style == "" {
		style = "F"
	}
	return fmt.Sprintf("<t:%d:%s>", s.At.Unix(), style)
}

// id tells whether s can be an id of Discord's, so that it may stand in a mention.
func id(s string) bool {
	_, ok := created(s)
	return ok
}

// speak writes spans inside of code, where Discord replaces nothing.
var speak = chat.Speak{
	Who:      func(m chat.Member) string { return "@" + string(m) },
	Channel:  func(c chat.Channel) string { return "#" + string(c) },
	When:     page.Written,
	Markdown: func(s string) string { return s },
}
