package discord

import (
	"strings"

	"greenroom/bot/page"
)

// Text of people and of banks is shown as it was typed and does nothing.

// zeroWidth stands where Discord has no escape: it shows nothing and parts what would be read together.
const zeroWidth = "\u200b"

// escape makes a text inert but for what is markup only where a line begins, which is guard's. Discord shows a backslash's punctuation
// as it is. These are escaped wherever they stand: emphasis, spoilers, code, links, mentions, times, emoji and
// addresses. A backslash alone does not keep @everyone from being shown as one, so the at sign is parted from it. Whether
// anybody is notified is decided by allowed_mentions alone.
func escape(s string) string { return escapeBefore(s, false) }

// escapeBefore is escape for a text that more follows on its line.
func escapeBefore(s string, more bool) string {
	s = page.Inert(s)
	if !strings.ContainsAny(s, active) {
		return s
	}
	var out strings.Builder
	out.Grow(len(s) + len(s)/8)
	from := 0
	for i := 0; i < len(s); i++ {
		mark := ""
		switch s[i] {
		case '\\', '*', '_', '~', '`', '|', '[', ']', '<', '>':
			mark = `\`
		case ':':
			if begins(s[i+1:], more) {
				mark = `\`
			}
		case '.':
			if invites(s[:i], s[i+1:]) {
				mark = `\`
			}
		case '@':
			if rest := s[i+1:]; strings.HasPrefix(rest, "everyone") || strings.HasPrefix(rest, "here") {
				out.WriteString(s[from:i+1] + zeroWidth)
				from = i + 1
			}
		}
		if mark != "" {
			out.WriteString(s[from:i] + mark)
			from = i
		}
	}
	out.WriteString(s[from:])
	return out.String()
}

const active = "\\*_~`|[]<>:.@"

// begins tells whether what stands after a colon makes an address or the name of an emoji of it, or could with what follows.
func begins(after string, more bool) bool {
	if strings.HasPrefix(after, "//") {
		return true
	}
	n := 0
	for n < len(after) && (alphanumeric(after[n]) || strings.IndexByte("_+-", after[n]) >= 0) {
		n++
	}
	if n == len(after) {
		return more
	}
	return n > 0 && after[n] == ':' || n == 0 && after == "/" && more
}

func alphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// invites tells the dot of an address that Discord shows as an invitation, with a button, wherever it stands.
func invites(before, after string) bool {
	if len(before) < len("discord") || len(after) < len("gg") {
		return false
	}
	before = strings.ToLower(before[max(0, len(before)-len("discordapp")):])
	after = strings.ToLower(after[:min(len(after), len("com"))])
	return (strings.HasSuffix(before, "discord") || strings.HasSuffix(before, "discordapp")) &&
		(strings.HasPrefix(after, "gg") || after == "com" || after == "new")
}

// guard breaks what is markup only where a line begins: headings, lists, subtext. (A quote's > is escaped everywhere.) It reads what
// drawRuns wrote, so that it sees the line as Discord does.
func guard(s string) string {
	var out strings.Builder
	from := 0
	for line := 0; line < len(s); {
		if at := line + lineMark(s[line:]); at > line-1 {
			out.WriteString(s[from:at] + `\`)
			from = at
		}
		next := strings.IndexByte(s[line:], '\n')
		if next < 0 {
			break
		}
		line += next + 1
	}
	if from == 0 && out.Len() == 0 {
		return s
	}
	out.WriteString(s[from:])
	return out.String()
}

// lineMark is where in a line the mark stands that makes a heading, a list or subtext of it; negative where there is none.
func lineMark(line string) int {
	text := strings.TrimLeft(line, " \t\v\f\r\u00a0\u3000")
	at := len(line) - len(text)
	if text == "" {
		return -1
	}
	switch c := text[0]; {
	case c == '#' || c == '-' || c == '+':
		return at
	case c >= '0' && c <= '9':
		n := len(text) - len(strings.TrimLeft(text, "0123456789"))
		if n < len(text) && (text[n] == '.' || text[n] == ')') {
			return at + n
		}
	}
	return -1
}
