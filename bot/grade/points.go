package grade

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"greenroom/content"
)

const (
	mostPoints  = 5
	longestName = 75 // characters
	leastPoint  = 2  // key words of a sentence that says something
)

// drawPoints makes key points for a task that has none: from the first list level of its first model answer where that
// has at least two items, else from its sentences; without a model answer from what the candidate should say. Banks
// come with points drawn by content, which knows their format; this serves bare questions and references.
func drawPoints(t Task) []content.KeyPoint {
	texts := demands(prose(t.Explanation))
	for _, ref := range t.Refs {
		if list := items(ref); len(list) > 1 {
			texts = list
		} else if list := telling(sentences(prose(ref))); len(list) > 0 {
			texts = list
		} else {
			continue
		}
		break
	}
	var out []content.KeyPoint
	for _, text := range texts {
		if k := pointOf(text); k.Name != "" && len(out) < mostPoints {
			out = append(out, k)
		}
	}
	return out
}

// telling leaves out sentences of hardly any words and those that sum up; where nothing is left, all stay.
func telling(list []string) []string {
	var out []string
	for _, s := range list {
		if Words(s) >= leastPoint && !closing.MatchString(s) {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		return list
	}
	return out
}

var (
	fence    = regexp.MustCompile("(?ms)^[ \t]*(```|~~~).*?(^[ \t]*(```|~~~)[ \t]*$|\\z)")
	display  = regexp.MustCompile(`(?s)\$\$.*?\$\$`)
	heading  = regexp.MustCompile(`(?m)^ {0,3}#{1,6} .*$`)
	bullet   = regexp.MustCompile(`^([ \t]*)(?:[-*+]|\d{1,3}[.)])[ \t]+(.*)$`)
	boldLead = regexp.MustCompile(`^\*\*(.+?)\*\*[ \t]*[:.–—-]*[ \t]*`)
	closing  = regexp.MustCompile(`(?i)^(in (conclusion|summary|short)|overall|to (conclude|sum up|summarize))\b`)
	should   = regexp.MustCompile(`(?i)^.*?\bshould (?:be able to )?\w+ `)
	listSep  = regexp.MustCompile(`[,;]\s+(?:and\s+)?|\.\s+|\s+and\s+`)
)

// prose is a text without its code blocks, displayed formulas and headings, in plain form; a text that is nothing but
// code stays, for its identifiers.
func prose(markdown string) string {
	text := heading.ReplaceAllString(display.ReplaceAllString(fence.ReplaceAllString(markdown, ""), ""), "")
	if strings.TrimSpace(text) == "" {
		text = markdown
	}
	return content.Plain(text)
}

// items are the first-level items of a text's lists, each with what is nested below it.
func items(markdown string) []string {
	var out []string
	level := -1
	for line := range strings.Lines(fence.ReplaceAllString(markdown, "")) {
		line = strings.TrimRight(line, "\r\n")
		m := bullet.FindStringSubmatch(line)
		switch {
		case m != nil && (level < 0 || len(m[1]) <= level):
			level = len(m[1])
			out = append(out, m[2])
		case m != nil:
			out[len(out)-1] += "\n" + m[2]
		case len(out) > 0 && (strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t")):
			out[len(out)-1] += " " + strings.TrimSpace(line)
		}
	}
	return out
}

// demands splits "The candidate should explain A, B and C" into A, B and C.
func demands(explanation string) []string {
	return listSep.Split(strings.TrimSuffix(strings.TrimSpace(should.ReplaceAllString(explanation, "")), "."), -1)
}

// pointOf names a point by the bold words that it opens with, else by its own beginning.
func pointOf(markdown string) content.KeyPoint {
	if m := boldLead.FindStringSubmatch(markdown); m != nil {
		if rest := plainLine(markdown[len(m[0]):]); rest != "" {
			return content.KeyPoint{Name: cut(strings.TrimRight(plainLine(m[1]), ":. ")), Text: rest}
		}
	}
	text := plainLine(markdown)
	return content.KeyPoint{Name: cut(text), Text: text}
}

func plainLine(markdown string) string { return strings.TrimSpace(content.Plain(markdown)) }

// cut shortens a name at a word.
func cut(name string) string {
	name = strings.Join(strings.Fields(name), " ")
	if utf8.RuneCountInString(name) <= longestName {
		return name
	}
	short := string([]rune(name)[:longestName-1])
	if i := strings.LastIndexByte(short, ' '); i > 0 {
		short = short[:i]
	}
	return strings.TrimRight(short, ",;: ") + "…"
}

// sentences splits a plain text where a sentence or a line ends.
func sentences(text string) []string {
	var out []string
	from := 0
	add := func(to int) {
		if s := strings.TrimSpace(text[from:to]); s != "" {
			out = append(out, s)
		}
		from = to
	}
	ws := words(text)
	if len(ws) == 0 {
		return nil
	}
	for i := 1; i < len(ws); i++ {
		if ws[i].sentence != ws[i-1].sentence {
			add(int(ws[i].start))
		}
	}
	add(len(text))
	return out
}
