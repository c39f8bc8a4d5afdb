package page

import (
	"strings"
	"sync"
	"time"

	"github.com/clipperhouse/displaywidth"

	"greenroom/bot/chat"
)

// Plain is rows as plain text, with maths spoken and where links lead.
func Plain(rows []Row, s chat.Speak) string {
	lines := make([]string, len(rows))
	for i, row := range rows {
		lines[i] = row.plain(s)
	}
	return strings.Join(lines, "\n")
}

func (r Row) plain(s chat.Speak) string {
	switch r.Kind {
	case Code:
		return speak(s, r.Code)
	case Table:
		lines := make([]string, len(r.Cells))
		for i, row := range r.Cells {
			cells := make([]string, len(row))
			for j, cell := range row {
				cells[j] = plainRuns(cell, s)
			}
			lines[i] = strings.Join(cells, ", ")
		}
		return strings.Join(lines, "\n")
	case Rule:
		return ""
	}
	text := plainRuns(r.Runs, s)
	if r.Mark != "" {
		text = r.Mark + " " + text
	}
	if r.Depth > 1 {
		text = strings.Repeat("  ", r.Depth-1) + text
	}
	return text
}

func plainRuns(runs []Run, s chat.Speak) string {
	var out strings.Builder
	for i, run := range runs {
		switch {
		case run.Span != nil && run.Span.Kind == chat.WhoSpan:
			out.WriteString(s.Who(run.Span.Member))
		case run.Span != nil && run.Span.Kind == chat.ChannelSpan:
			out.WriteString(s.Channel(chat.Channel(run.Span.Text)))
		case run.Span != nil && run.Span.Kind == chat.InviteSpan:
			out.WriteString(s.Invited(chat.Channel(run.Span.Text)))
		case run.Span != nil:
			out.WriteString(s.When(*run.Span))
		case run.Spoken != "":
			out.WriteString(speak(s, run.Spoken))
		default:
			out.WriteString(speak(s, run.Text))
		}
		if last := i+1 == len(runs) || runs[i+1].URL != run.URL; run.URL != "" && last && !strings.Contains(run.URL, run.Text) {
			out.WriteString(speak(s, " ("+run.URL+")"))
		}
	}
	return out.String()
}

func speak(s chat.Speak, text string) string {
	if s.Text == nil {
		return text
	}
	return s.Text(text)
}

// Written is an instant in the words of its span's own zone, for where a platform cannot use the reader's. An unknown zone is
// UTC and says so.
func Written(s chat.Span) string {
	zone := zoneOf(s.Zone)
	layout := "Mon 2 Jan, 15:04"
	switch s.Style {
	case chat.TimeOnly:
		layout = "15:04"
	case chat.DayOnly:
		return s.At.In(zone).Format("Mon 2 Jan")
	}
	if zone == time.UTC {
		layout += " UTC"
	}
	return s.At.In(zone).Format(layout)
}

// zones remembers the zones that were asked for: time.LoadLocation reads a file each time, and every date of a message is written
// several times. There are some 600 names; others are not remembered.
var zones sync.Map

// zoneOf is the zone of a name; UTC where there is none.
func zoneOf(name string) *time.Location {
	if known, ok := zones.Load(name); ok {
		return known.(*time.Location)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	zones.Store(name, zone)
	return zone
}

// Aligned draws a table as lines of text whose columns stand below one another in a font of one width, for where a platform has no
// tables.
func Aligned(cells [][][]Run, s chat.Speak) string {
	texts, widths := columns(cells, s)
	var lines []string
	for i, row := range texts {
		var out strings.Builder
		for j, text := range row {
			out.WriteString(text)
			if j+1 < len(row) {
				out.WriteString(strings.Repeat(" ", widths[j]-displaywidth.String(text)+len(gutter)))
			}
		}
		lines = append(lines, strings.TrimRight(out.String(), " "))
		if i == 0 {
			rule := make([]string, len(widths))
			for j, w := range widths {
				rule[j] = strings.Repeat("-", w)
			}
			lines = append(lines, strings.Join(rule, gutter))
		}
	}
	return strings.Join(lines, "\n")
}

// gutter parts two columns.
const gutter = "  "

// Width is how many columns of such a font Aligned takes: a character of East Asia and an emoji take two.
func Width(cells [][][]Run, s chat.Speak) int {
	_, widths := columns(cells, s)
	sum := max(0, len(widths)-1) * len(gutter)
	for _, w := range widths {
		sum += w
	}
	return sum
}

// columns are the texts of cells, each on one line, and the width of each column.
func columns(cells [][][]Run, s chat.Speak) (texts [][]string, widths []int) {
	for _, row := range cells {
		var line []string
		for j, cell := range row {
			text := strings.Join(strings.Fields(plainRuns(cell, s)), " ")
			line = append(line, text)
			if j == len(widths) {
				widths = append(widths, 0)
			}
			widths[j] = max(widths[j], displaywidth.String(text))
		}
		texts = append(texts, line)
	}
	return texts, widths
}
