package quiz

import (
	"errors"
	"slices"
	"strings"
	"unicode"

	"greenroom/bot/chat"
	"greenroom/bot/when"
	"greenroom/content"
)

// command finds the command that a line names, and the words after it; all its words where it names none.
func (e *Engine) command(text string) (command, []string, bool) {
	words := fields(text)
	for len(words) > 0 && strings.EqualFold(strings.TrimLeft(words[0], "/@"), "greenroom") {
		words = words[1:]
	}
	if len(words) == 0 {
		return command{choose: func([]string) command {
			return command{look: func(l *look, _ []string) (chat.Reply, error) { return l.home() }}
		}}, nil, true
	}
	if c, ok := e.on.lines[strings.ToLower(strings.TrimPrefix(words[0], "/"))]; ok {
		return c, words[1:], true
	}
	return command{}, words, false
}

func (l *look) line(c command, words []string) (chat.Reply, error) {
	r, err := c.look(l, words)
	return l.withNotices(r), err
}

// said handles a line that may change something, or that names no command: then it may be an answer.
func (s *step) said() (chat.Reply, error) {
	c, words, ok := s.command(s.ev.Text)
	if ok {
		if c = c.chosen(words); c.step == nil {
			return s.line(c, words)
		}
		r, err := c.step(s, words)
		return s.withNotices(r), err
	}
	if greets(words) {
		return s.withNotices(tell(hello())), nil
	}
	first := strings.ToLower(strings.TrimPrefix(words[0], "/"))
	near := nearest(first, s.verbs())
	if s.ev.Typed && (len(near) == 0 || len(words) > 4) {
		if r, err := s.offer(s.ev.Text); err != nil || r.Message != nil {
			return r, err
		}
	}
	for i := range near {
		near[i] = join(append([]string{near[i]}, words[1:]...))
	}
	return s.withNotices(tell(unknownVerb(s.ev.Text, near))), nil
}

// greets tells whether a line only says hello or thanks.
func greets(words []string) bool {
	if len(words) > 4 {
		return false
	}
	switch strings.ToLower(strings.Trim(words[0], ",.!")) {
	case "hello", "hi", "hey", "thanks":
		return true
	case "thank":
		return len(words) > 1 && strings.HasPrefix(strings.ToLower(words[1]), "you")
	}
	return false
}

// verbs are the first words of commands, in order.
func (e *Engine) verbs() []string {
	var all []string
	for verb := range e.on.lines {
		all = append(all, verb)
	}
	slices.Sort(all)
	return all
}

// nearest are the names that a word may have meant, best first, three at most: within two letters, or beginning alike.
func nearest(word string, names []string) []string {
	type near struct {
		name string
		far  int
	}
	var found []near
	for _, name := range names {
		far := editDistance(word, name)
		if far <= min(2, len(name)/2) || len(word) >= 3 && strings.HasPrefix(name, word) {
			found = append(found, near{name, far})
		}
	}
	slices.SortStableFunc(found, func(a, b near) int { return a.far - b.far })
	var list []string
	for _, f := range found[:min(3, len(found))] {
		list = append(list, f.name)
	}
	return list
}

// editDistance counts insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
func editDistance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > 64 || len(y) > 64 {
		return len(x) + len(y)
	}
	d := make([][]int, len(x)+1)
	for i := range d {
		d[i] = make([]int, len(y)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(x)][len(y)]
}

// words are the lower-case words of a text, without punctuation.
func words(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

func join(words []string) string { return strings.Join(words, " ") }

// complete offers how a command line may go on.
func (l *look) complete() (chat.Reply, error) {
	typed := fields(l.ev.Text)
	if len(typed) > 0 && strings.EqualFold(strings.TrimPrefix(typed[0], "/"), "greenroom") {
		typed = typed[1:]
	}
	last := ""
	if len(typed) > 0 && !strings.HasSuffix(l.ev.Text, " ") {
		last, typed = typed[len(typed)-1], typed[:len(typed)-1]
	}
	var choices []chat.Choice
	for _, name := range l.goesOn(typed, last) {
		if len(choices) < chat.MaxChoices && len(name) <= chat.MaxLabel && startsWith(name, last) {
			choices = append(choices, chat.Choice{Label: name, Value: name})
		}
	}
	return chat.Reply{Choices: choices}, nil
}

func startsWith(name, typed string) bool {
	return strings.HasPrefix(strings.ToLower(name), strings.ToLower(typed)) || strings.Contains(name, "/")
}

// goesOn lists the words that may follow what was typed.
func (l *look) goesOn(typed []string, last string) []string {
	second := func(verb string, lines []string) []string {
		var list []string
		for _, line := range lines {
			list = append(list, strings.TrimPrefix(line, verb+" "))
		}
		return list
	}
	switch {
	case len(typed) == 0:
		return l.verbs()
	case typed[0] == "schedule" && len(typed) == 1:
		return second("schedule", scheduleVerbs())
	case typed[0] == "settings" && len(typed) == 1:
		return second("settings", settingsVerbs())
	case typed[0] == "leaderboard":
		return []string{"day", "week", "month", "all", "everywhere"}
	case typed[0] == "question", typed[0] == "setup", typed[0] == "schedule" && typed[1] == "add":
		return append(l.topicsAfter(typed), l.zoneNames(typed[0], last)...)
	case typed[0] == "settings" && typed[1] == "zone":
		return l.zoneNames("", last)
	case typed[0] == "schedule":
		all, err := l.schedules("")
		if err != nil {
			return nil
		}
		var ids []string
		for _, c := range all {
			ids = append(ids, c.ID)
		}
		return ids
	}
	return nil
}

// topicsAfter are the topics that are not in what was typed; of one that was begun, what is left of it.
func (l *look) topicsAfter(typed []string) []string {
	var names []string
	for _, name := range l.topicNames() {
		words := fields(name)
		begun := len(words)
		for begun > 0 && !endsWith(typed, words[:begun]) {
			begun--
		}
		if begun < len(words) {
			names = append(names, join(words[begun:]))
		}
	}
	return names
}

// endsWith tells whether a line ends with these words.
func endsWith(line, words []string) bool {
	return len(line) >= len(words) && slices.EqualFunc(line[len(line)-len(words):], words, strings.EqualFold)
}

func (l *look) topicNames() []string {
	var names []string
	for _, t := range l.banks.Topics() {
		names = append(names, t.Topic)
	}
	return names
}

// zoneNames are zones near to what was typed.
func (l *look) zoneNames(verb, last string) []string {
	if verb == "question" || len(last) < 3 {
		return nil
	}
	var unknown *when.ZoneError
	if _, err := when.Zone(last); errors.As(err, &unknown) {
		return unknown.Suggest
	}
	return nil
}

// topicExample is a topic for examples in sentences: the first there is.
func topicExample(banks *content.Index) string {
	if topics := banks.Topics(); len(topics) > 0 {
		return topics[0].Topic
	}
	return ""
}
