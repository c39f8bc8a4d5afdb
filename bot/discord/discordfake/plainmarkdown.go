package discordfake

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Discord's markdown, as its client reads it: support.discord.com, Markdown Text 101, and the rules of npm discord-markdown 2.5.1, which
// are those of simple-markdown.

var (
	// fencedCode is a block of code. Where letters follow the fence up to the line's end, they are its language.
	fencedCode = regexp.MustCompile("(?s)^```(?:([A-Za-z0-9_+\\-.#]+)\n)?\n*(.*?[^\n].*?)\n*```")
	heading    = regexp.MustCompile(`^#{1,3}\s+(\S.*)$`)
	subtext    = regexp.MustCompile(`^-#\s+(\S.*)$`)
	listItem   = regexp.MustCompile(`^([-*]|\d+\.)\s+(.*)$`)

	referenceTag = regexp.MustCompile(`^<(@[!&]?|#)(\d+)>`)
	commandTag   = regexp.MustCompile(`^</([^:>]+):\d+>`)
	emojiTag     = regexp.MustCompile(`^<a?:(\w+):\d+>`)
	instantTag   = regexp.MustCompile(`^<t:(-?\d{1,13})(?::[tTdDfFsSR])?>`)
	autolink     = regexp.MustCompile(`^<([^: >]+:/[^ >]+)>`)
	bareLink     = regexp.MustCompile(`^(?:https?|discord)://[^\s<]+[^<.,:;"'\]\s]`)
	masked       = regexp.MustCompile(`^\[((?:\\.|[^\[\]\\]|\[[^\[\]]*\])+)\]\(\s*<?((?:\\.|[^()\s<>\\]|\([^()\s]*\))+)>?(?:\s+"[^"]*")?\s*\)`)
	codeSpan     = regexp.MustCompile("^(`+)")
)

// markdown is a text as it is read. What cannot be seen (U+200B) is gone.
func (r reading) markdown(s string) string {
	var out strings.Builder
	for s != "" {
		before, block, after := cutFence(s)
		out.WriteString(r.lines(before))
		out.WriteString(block)
		s = after
	}
	return strings.ReplaceAll(out.String(), "\u200b", "")
}

// cutFence parts a text at its first block of code; block is the code as it stands.
func cutFence(s string) (before, block, after string) {
	for at := 0; at < len(s); {
		switch {
		case s[at] == '\\':
			at += 2
			continue
		case strings.HasPrefix(s[at:], "```"):
			if found := fencedCode.FindStringSubmatch(s[at:]); found != nil {
				return s[:at], found[2], s[at+len(found[0]):]
			}
		case s[at] == '`': // a span of code hides a fence in it
			if n, _ := span(s[at:]); n > 0 {
				at += n
				continue
			}
		}
		at++
	}
	return s, "", ""
}

// lines reads what stands at the beginnings of lines, and what stands in them. A quote or an emphasis may go over several.
func (r reading) lines(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		rest := strings.TrimLeft(line, " ")
		indent := line[:len(line)-len(rest)]
		if after, ok := strings.CutPrefix(rest, ">>> "); ok {
			rest, indent = after, ""
		} else if after, ok := strings.CutPrefix(rest, "> "); ok {
			rest, indent = strings.TrimLeft(after, " "), after[:len(after)-len(strings.TrimLeft(after, " "))]
		}
		mark := ""
		if found := heading.FindStringSubmatch(rest); found != nil {
			rest = found[1]
		} else if found := subtext.FindStringSubmatch(rest); found != nil {
			rest = found[1]
		} else if found := listItem.FindStringSubmatch(rest); found != nil {
			mark, rest = strings.Replace(found[1], "*", "-", 1)+" ", found[2]
		}
		lines[i] = indent + mark + rest
	}
	return r.inline(strings.Join(lines, "\n"))
}

// inline reads what stands within lines.
func (r reading) inline(s string) string {
	var out strings.Builder
	for s != "" {
		shown, n := r.next(s)
		if n == 0 {
			shown, n = plainRun(s)
		}
		out.WriteString(shown)
		s = s[n:]
	}
	return out.String()
}

// plainRun is what nothing begins in: letters and figures up to the next place where something may begin.
func plainRun(s string) (string, int) {
	_, n := utf8.DecodeRuneInString(s)
	for n < len(s) {
		c, size := utf8.DecodeRuneInString(s[n:])
		inWord := c < 0xc0 && (unicode.IsLetter(c) || unicode.IsDigit(c)) || c == ' ' || c >= 0xc0
		if !inWord || bareLink.MatchString(s[n:]) {
			break
		}
		n += size
	}
	return s[:n], n
}

// next reads what begins a text, in the order of Discord's rules; n is 0 where nothing does.
func (r reading) next(s string) (shown string, n int) {
	switch s[0] {
	case '\\':
		if c, size := utf8.DecodeRuneInString(s[1:]); size > 0 && !(c < utf8.RuneSelf && (unicode.IsLetter(c) || unicode.IsDigit(c))) && !unicode.IsSpace(c) {
			return s[1 : 1+size], 1 + size
		}
	case '<':
		return r.angle(s)
	case 'h', 'd':
		if url := bareLink.FindString(s); url != "" {
			return url, len(url)
		}
	case '[':
		if found := masked.FindStringSubmatch(s); found != nil && webAddress(found[2]) {
			return linkText(r.inline(found[1]), found[2]), len(found[0])
		}
	case '`':
		n, code := span(s)
		return code, n
	case '*', '_', '~', '|':
		return r.emphasis(s)
	}
	return "", 0
}

func (r reading) angle(s string) (shown string, n int) {
	if found := referenceTag.FindStringSubmatch(s); found != nil {
		return r.mention(found[1], found[2]), len(found[0])
	}
	if found := commandTag.FindStringSubmatch(s); found != nil {
		return "/" + found[1], len(found[0])
	}
	if found := emojiTag.FindStringSubmatch(s); found != nil {
		return ":" + found[1] + ":", len(found[0])
	}
	if found := instantTag.FindStringSubmatch(s); found != nil {
		seconds, _ := strconv.ParseInt(found[1], 10, 64) // at most 13 figures
		return time.Unix(seconds, 0).UTC().Format("2006-01-02 15:04 UTC"), len(found[0])
	}
	if found := autolink.FindStringSubmatch(s); found != nil {
		return found[1], len(found[0])
	}
	return "", 0
}

// span is code within a line: up to a run of as many backticks. A space on each side of it belongs to the marks.
func span(s string) (n int, code string) {
	marks := codeSpan.FindString(s)
	for at := len(marks); at < len(s); {
		if s[at] != '`' {
			at++
			continue
		}
		run := codeSpan.FindString(s[at:])
		if len(run) == len(marks) {
			code = s[len(marks):at]
			if trimmed := strings.TrimSuffix(strings.TrimPrefix(code, " "), " "); strings.HasPrefix(code, " `") || strings.HasSuffix(code, "` ") {
				code = trimmed
			}
			return at + len(run), code
		}
		at += len(run)
	}
	return 0, ""
}

// emphasis reads bold, italic, underlined, struck and hidden text; of several readings the longest, italic before bold before underline.
func (r reading) emphasis(s string) (shown string, n int) {
	best, inner, open := 0, "", ""
	for _, mark := range []string{"*", "_", "**", "__", "~~", "||"} {
		if !strings.HasPrefix(s, mark) {
			continue
		}
		if end := endOf(s, mark); end > best {
			best, inner, open = end, s[len(mark):end-len(mark)], mark
		}
	}
	switch {
	case best == 0:
		return "", 0
	case open == "||":
		return "▮" + r.inline(inner) + "▮", best
	}
	return r.inline(inner), best
}

// endOf is where a piece of emphasis that begins a text ends, behind its mark; 0 where it has no end.
func endOf(s, mark string) int {
	start := len(mark)
	if start >= len(s) {
		return 0
	}
	single := len(mark) == 1
	if c, _ := utf8.DecodeRuneInString(s[start:]); (mark == "*" || mark == "~~") && unicode.IsSpace(c) {
		return 0
	}
	for at := start; at < len(s); {
		if s[at] == '\\' && mark != "~~" && mark != "||" {
			_, size := utf8.DecodeRuneInString(s[min(at+1, len(s)):])
			at += 1 + size
			continue
		}
		doubled := single && strings.HasPrefix(s[at:], mark+mark)
		if doubled && !ends(s, at, start, mark) {
			at += 2 // the mark of something within
			continue
		}
		if ends(s, at, start, mark) {
			return at + len(mark)
		}
		if single && s[at] == mark[0] {
			return 0 // an italic text has no such mark in it
		}
		_, size := utf8.DecodeRuneInString(s[at:])
		at += size
	}
	return 0
}

// ends tells whether a mark at a place ends what begins at start.
func ends(s string, at, start int, mark string) bool {
	if at == start || !strings.HasPrefix(s[at:], mark) {
		return false
	}
	after := s[at+len(mark):]
	next, _ := utf8.DecodeRuneInString(after)
	before, _ := utf8.DecodeLastRuneInString(s[:at])
	switch mark {
	case "*":
		return !strings.HasPrefix(after, "*") && !unicode.IsSpace(before)
	case "_":
		return !strings.HasPrefix(after, "_") && (after == "" || !wordRune(next))
	case "**":
		return !strings.HasPrefix(after, "*")
	case "__":
		return !strings.HasPrefix(after, "_")
	case "~~":
		return !strings.HasPrefix(after, "_")
	}
	return true
}

func wordRune(c rune) bool {
	return c == '_' || c < utf8.RuneSelf && (unicode.IsLetter(c) || unicode.IsDigit(c))
}
