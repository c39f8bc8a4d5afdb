package discord

import (
	"strings"

	"greenroom/bot/chat"
	"greenroom/bot/discord/rest"
	"greenroom/bot/page"
)

// answerName is the name of the file that holds all of a message which is longer than one page.
const answerName = "answer.md"

// maxAnswer is how many bytes of a file go with a message: Discord takes 10 MiB (reference, Uploading files), and nobody reads the tenth.
const maxAnswer = 1 << 20

// attachment names a file that is uploaded with a body, by its number in files[n].
type attachment struct {
	ID   string `json:"id"`
	Name string `json:"filename"`
}

// upload are the files that go with a body, as multipart/form-data beside its payload_json.
func (b body) upload() []rest.File {
	if b.answer == "" {
		return nil
	}
	return []rest.File{{Name: answerName, Type: "text/markdown; charset=utf-8", Body: strings.NewReader(b.answer)}}
}

// upload are the files that go with a response.
func (r response) upload() []rest.File {
	b, _ := r.Data.(body)
	return b.upload()
}

// answerFile is a whole message as CommonMark, a bank's text as its author wrote it; empty where it is longer than anybody reads.
func answerFile(m chat.Message) string {
	var parts []string
	for _, b := range append(m.Blocks[:len(m.Blocks):len(m.Blocks)], m.After...) {
		if text := strings.TrimSpace(commonMark(b)); text != "" {
			parts = append(parts, text)
		}
	}
	text := strings.Join(parts, "\n\n") + "\n"
	if len(text) > maxAnswer {
		return ""
	}
	return text
}

func commonMark(b chat.Block) string {
	switch b.Kind {
	case chat.MarkdownBlock:
		if b.Strong && !strings.Contains(strings.TrimSpace(b.Text), "\n") {
			return "### " + b.Text
		}
		return b.Text
	case chat.CodeBlock:
		ticks := "```"
		for strings.Contains(b.Text, ticks) {
			ticks += "`"
		}
		return ticks + b.Lang + "\n" + b.Text + "\n" + ticks
	}
	return plainMark(page.Rows([]chat.Block{b}))
}

// plainMark writes our own rows as CommonMark.
func plainMark(rows []page.Row) string {
	var lines []string
	for _, row := range rows {
		if row.Kind == page.Table {
			lines = append(lines, tableMark(row.Cells))
			continue
		}
		text := cellMark(row.Runs)
		if row.Mark != "" {
			text = row.Mark + " " + text
		}
		lines = append(lines, text)
	}
	return strings.Join(lines, "\n")
}

func tableMark(cells [][][]page.Run) string {
	var lines []string
	for i, row := range cells {
		line := "|"
		for _, cell := range row {
			line += " " + strings.ReplaceAll(cellMark(cell), "|", `\|`) + " |"
		}
		lines = append(lines, line)
		if i == 0 {
			lines = append(lines, "|"+strings.Repeat("---|", len(row)))
		}
	}
	return strings.Join(lines, "\n")
}

// cellMark writes runs of ours on one line.
func cellMark(runs []page.Run) string {
	var out strings.Builder
	for _, r := range runs {
		text := page.Plain([]page.Row{{Kind: page.Text, Runs: []page.Run{r}}}, verbatim)
		text = strings.Join(strings.FieldsFunc(text, func(c rune) bool { return c == '\n' || c == '\r' }), " ")
		switch {
		case r.Code && !strings.Contains(text, "`"):
			text = "`" + text + "`"
		case r.Span == nil:
			text = markEscaper.Replace(text)
		}
		out.WriteString(text)
	}
	return out.String()
}

// markEscaper keeps what CommonMark would read as markup within a line.
var markEscaper = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `_`, `\_`, "`", "\\`", `[`, `\[`, `]`, `\]`, `<`, `\<`, `#`, `\#`, `$`, `\$`)
