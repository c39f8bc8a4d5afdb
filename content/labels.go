package content

import (
	"regexp"
	"strings"
)

// The names of the format's labels, in their canonical form.
const (
	labelMain        = "main question"
	labelExplanation = "explanation"
	labelFollowUps   = "follow-up questions"
	labelKeyPoints   = "key points"
	labelTrap        = "trap"
	labelTopic       = "topic"
	labelTags        = "tags"
	labelDifficulty  = "difficulty"
	labelAnswer      = "answer"
)

var labelNames = map[string]string{
	labelMain: labelMain, labelExplanation: labelExplanation, labelKeyPoints: labelKeyPoints, labelTrap: labelTrap,
	labelTopic: labelTopic, labelTags: labelTags, labelDifficulty: labelDifficulty, labelAnswer: labelAnswer,
	labelFollowUps: labelFollowUps, "follow up questions": labelFollowUps, "followup questions": labelFollowUps,
	"follow-ups": labelFollowUps, "key point": labelKeyPoints, "tag": labelTags,
}

// label reads **Name**: or **Name:** at the start of a line, in any case; body is where the text after it begins. The
// colon may be missing where nothing else stands on the line.
func label(src string) (name string, body int, ok bool) {
	written, body, colon, ok := boldLead(src)
	if !ok || !colon && strings.TrimSpace(src[body:]) != "" {
		return "", 0, false
	}
	name, ok = labelNames[strings.ToLower(written)]
	return name, body, ok
}

// boldLead reads the bold words that open a line, and whether a colon follows them or ends them.
func boldLead(src string) (words string, body int, colon, ok bool) {
	indent := len(src) - len(strings.TrimLeft(src, " "))
	if indent > 3 || len(src) < indent+2 {
		return "", 0, false, false
	}
	mark := src[indent : indent+2]
	if mark != "**" && mark != "__" {
		return "", 0, false, false
	}
	n := strings.Index(src[indent+2:], mark)
	if n <= 0 {
		return "", 0, false, false
	}
	words = strings.TrimSpace(src[indent+2 : indent+2+n])
	body = indent + 2 + n + 2
	rest := strings.TrimLeft(src[body:], " \t")
	for _, sign := range [...]string{":", "："} { // the second is what Chinese and Japanese keyboards write
		if strings.HasPrefix(rest, sign) {
			return words, len(src) - len(rest) + len(sign), true, true
		}
		if before, found := strings.CutSuffix(words, sign); found {
			return strings.TrimSpace(before), body, true, true
		}
	}
	return words, body, false, true
}

var (
	questionWords = regexp.MustCompile(`(?i)^question(?:\s*(?:no\.?|#)?\s*\d+)?\s*(?:[:.)–—-]\s*(.*))?$`)
	answerWords   = regexp.MustCompile(`(?i)^(?:model )?answers?(?:\s*\d+)?\s*[:.]?$`)
	followUpWords = regexp.MustCompile(`(?i)^follow[- ]?ups?(?: questions?)?(?: and answers?)?\s*[:.]?$`)
	ruleWords     = regexp.MustCompile(`^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$`)
	metaWords     = regexp.MustCompile(`(?i)^\s*(?:id|tags|topic|difficulty)\s*:`)
)

// questionHeading reports whether a heading's words open a question, and what stands behind "Question 3:".
func questionHeading(words string) (ok bool, rest string) {
	m := questionWords.FindStringSubmatch(unmarked(words))
	if m == nil {
		return false, ""
	}
	return true, m[1]
}

// answerHeading reports whether a heading's words open the answer section.
func answerHeading(words string) bool { return answerWords.MatchString(unmarked(words)) }

// followUpHeading reports whether a heading's words open the answers of the follow-ups.
func followUpHeading(words string) bool { return followUpWords.MatchString(unmarked(words)) }

// isMeta reports whether a comment begins with a key of the format.
func isMeta(inside string) bool { return metaWords.MatchString(inside) }

// isRule reports whether a line is a thematic break.
func isRule(src string) bool { return ruleWords.MatchString(src) }

// unmarked is a heading's text without emphasis and code marks.
func unmarked(words string) string {
	return strings.TrimSpace(marks.Replace(words))
}

var marks = strings.NewReplacer("*", "", "`", "", "__", "", `\`, "")
