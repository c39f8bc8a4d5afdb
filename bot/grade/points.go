package grade

import (
	"strings"

	"greenroom/content"
)

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
	for i := 1; i < len(ws); i++ {
		if ws[i].sentence != ws[i-1].sentence {
			add(ws[i].start)
		}
	}
	add(len(text))
	return out
}

func prose(md string) string { return content.Plain(md) }

func drawPoints(refs []string) []content.KeyPoint {
	if len(refs) == 0 {
		return nil
	}
	var out []content.KeyPoint
	for _, s := range sentences(prose(refs[0])) {
		if Words(s) >= 3 && len(out) < 5 {
			out = append(out, content.KeyPoint{Name: s, Text: s})
		}
	}
	return out
}
