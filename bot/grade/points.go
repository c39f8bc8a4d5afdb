package grade

import (
	"strings"

	"greenroom/content"
)

func prose(md string) string { return content.Plain(md) }

func drawPoints(refs []string) []content.KeyPoint {
	if len(refs) == 0 {
		return nil
	}
	var out []content.KeyPoint
	for _, s := range strings.FieldsFunc(prose(refs[0]), func(r rune) bool { return r == '.' || r == '\n' }) {
		if Words(s) >= 3 && len(out) < 5 {
			out = append(out, content.KeyPoint{Name: s, Text: s})
		}
	}
	return out
}
