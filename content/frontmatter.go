package content

import (
	"errors"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// meta is what front matter says of a bank, and a question's comment or labels of a question.
type meta struct {
	id         string
	topic      string
	tags       []string
	difficulty string
}

var frontMatterKeys = []string{"name", "lang", "topic", "tags", "difficulty"}

// frontMatter reads the YAML between two lines of --- at the top of the text into the bank and its defaults. It returns
// the index of the first line after it.
func (p *bankParser) frontMatter() int {
	first, rest, _ := strings.Cut(p.text, "\n")
	if strings.TrimRight(first, " \t") != "---" {
		return 0
	}
	start, at, n := len(first)+1, len(first)+1, 1
	for rest != "" {
		var l string
		l, rest, _ = strings.Cut(rest, "\n")
		if t := strings.TrimRight(l, " \t"); t == "---" || t == "..." {
			p.yaml(p.text[start:at])
			return n + 1
		}
		if strings.HasPrefix(l, "#") || strings.HasPrefix(l, "**") {
			break // the questions have begun
		}
		at, n = at+len(l)+1, n+1
	}
	if strings.TrimSpace(p.text[min(start, len(p.text)):min(at, len(p.text))]) == "" {
		return 0 // a rule above the first question
	}
	p.warn(1, 1, "the front matter that begins here is never closed, so its keys are not read; write --- below its last key")
	return 1
}

// yaml reads the front matter's mapping, which begins in line 2.
func (p *bankParser) yaml(src string) {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(src), &doc); err != nil {
		p.warn(2+yamlLine(err), 1, "the front matter is not YAML, so none of its keys is read ("+yamlMessage(err)+
			"); write lines such as `topic: Python async`")
		return
	}
	if len(doc.Content) == 0 {
		return
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		p.warn(1+root.Line, root.Column, "the front matter is not a list of keys; write lines such as `topic: Python async`")
		return
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		p.frontMatterKey(root.Content[i], root.Content[i+1])
	}
}

func (p *bankParser) frontMatterKey(key, value *yaml.Node) {
	line, col := 1+key.Line, key.Column
	name := strings.ToLower(key.Value)
	if name == "tags" {
		p.defaults.tags = yamlTags(value)
		return
	}
	text := fold(value.Value)
	if value.Kind != yaml.ScalarNode && (name == "name" || name == "lang" || name == "topic" || name == "difficulty") {
		p.warn(line, col, "the value of `"+name+"` is not read; write one line of text, such as `"+name+": "+
			map[string]string{"name": "python-async", "lang": "en", "topic": "Python async", "difficulty": "easy"}[name]+"`")
		return
	}
	switch name {
	case "name":
		if slug(text, maxSlug) == "" {
			p.warn(line, col, "a bank's name needs a letter or a digit; write such as `name: python-async`")
			return
		}
		p.bank.Name = text
	case "lang":
		if !isLang(text) {
			p.warn(line, col, "`"+text+"` is not a language tag; write such as `lang: en` or `lang: pt-BR`")
			return
		}
		p.bank.Lang = text
	case "topic":
		p.defaults.topic = text
	case "difficulty":
		p.defaults.difficulty = p.difficulty(text, line, col)
	default:
		p.warn(line, col, "`"+key.Value+"` is not a key of the front matter and is not read; "+
			instead(name, frontMatterKeys, "write one of name, lang, topic, tags, difficulty"))
	}
}

// instead says what to write in the place of an unknown word.
func instead(word string, names []string, otherwise string) string {
	if n := near(word, names); len(n) > 0 {
		return "did you mean `" + n[0] + "`?"
	}
	return otherwise
}

// yamlTags reads a YAML list, or a line with commas.
func yamlTags(value *yaml.Node) []string {
	if value.Kind != yaml.SequenceNode {
		return splitTags(value.Value)
	}
	var out []string
	for _, n := range value.Content {
		if t := fold(n.Value); t != "" {
			out = append(out, t)
		}
	}
	return out
}

func splitTags(text string) []string {
	var out []string
	for t := range strings.SplitSeq(text, ",") {
		if t = fold(t); t != "" {
			out = append(out, t)
		}
	}
	return out
}

// difficulty returns one of the three words, or empty and a warning.
func (p *bankParser) difficulty(text string, line, col int) string {
	switch low := strings.ToLower(text); low {
	case "easy", "medium", "hard":
		return low
	}
	p.warn(line, col, "`"+text+"` is not a difficulty; write easy, medium or hard")
	return ""
}

// isLang reports whether a text has the shape of a BCP 47 tag.
func isLang(s string) bool {
	parts := strings.Split(s, "-")
	for i, part := range parts {
		for _, r := range part {
			if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (i == 0 || r < '0' || r > '9') {
				return false
			}
		}
		if part == "" || len(part) > 8 || i == 0 && len(part) < 2 {
			return false
		}
	}
	return true
}

// yamlLine is the line of a YAML error, counted from 0; yamlMessage what it says.
func yamlLine(err error) int {
	var load *yaml.LoadError
	if errors.As(err, &load) {
		return max(0, load.Mark.Line-1)
	}
	return 0
}

var yamlPlace = regexp.MustCompile(`^yaml: (?:while [^:]*: )?(?:line \d+(?:, column \d+)?: )?`)

func yamlMessage(err error) string { return fold(yamlPlace.ReplaceAllString(err.Error(), "")) }
