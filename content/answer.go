package content

import (
	"strings"
)

// section is a question's answer section while it is read: what each of its lines belongs to.
type section struct {
	first, last int // lines; last is not part of it
	start, end  int // bytes
	owner       []owner
	points      map[int]field // declared key points, by the follow-up they stand under; 0 is the main answer
}

type owner struct {
	kind     SegmentKind
	followUp int
}

// section reads the answer section: it gives every line its owner, and the question its texts.
func (p *bankParser) section(q *Question, b block, answer int, asked []asked) *section {
	s := &section{first: answer + 1, last: b.to, points: map[int]field{}}
	for _, a := range asked {
		q.FollowUps = append(q.FollowUps, FollowUp{Question: a.question, KeyPoints: []KeyPoint{}})
	}
	if answer < b.to {
		s.start, s.end = p.startOf(answer+1, b.to), p.endOf(b.to)
		if p.lines[answer].kind == labelLine { // **Answer**: its first line may hold text
			s.first, s.start = answer, p.lines[answer].body
		}
		s.owner = make([]owner, s.last-s.first)
		for i := range s.owner {
			s.owner[i].kind = MainAnswer
		}
		p.edges(s)
		p.share(q, s, asked)
		p.ownPoints(s, 0)
		for n := range q.FollowUps {
			p.ownPoints(s, n+1)
		}
		p.strayLabels(s)
		q.Segments = p.segments(s)
	}
	q.Answer = p.textOf(q.Segments, MainAnswer, 0)
	q.Full = p.full(s)
	for n := range q.FollowUps {
		q.FollowUps[n].Answer = p.textOf(q.Segments, FollowUpAnswer, n+1)
	}
	return s
}

// edges finds what is neither answer nor follow-up: a second Answer heading or rules at the start, rules at the end.
func (p *bankParser) edges(s *section) {
	noise := -1
	for i := s.first; i < s.last; i++ {
		l := p.lines[i]
		src := p.text[max(l.start, min(s.start, l.end)):l.end]
		again := l.kind == headingLine && answerHeading(l.name) || i > s.first && l.kind == labelLine && l.name == labelAnswer &&
			strings.TrimSpace(p.text[l.body:l.end]) == ""
		if again || l.kind == textLine && isRule(src) {
			noise = i
		} else if strings.TrimSpace(src) != "" {
			break
		}
	}
	for i := s.first; i <= noise; i++ {
		s.owner[i-s.first].kind = Structure
	}
	tail := s.last
	for i := s.last - 1; i > s.first && i > noise; i-- {
		if l := p.lines[i]; l.kind == textLine && isRule(p.text[l.start:l.end]) && p.lines[i-1].kind == blankLine {
			tail = i
		} else if l.kind != blankLine {
			break
		}
	}
	for i := tail; i < s.last; i++ {
		s.owner[i-s.first].kind = Structure
	}
}

// share gives the follow-ups their lines.
func (p *bankParser) share(q *Question, s *section, asked []asked) {
	var headings []int
	header, depth := -1, 0
	for i := s.first; i < s.last; i++ {
		if p.lines[i].kind != headingLine {
			continue
		}
		if followUpHeading(p.lines[i].name) {
			s.owner[i-s.first].kind = Structure
			if header < 0 {
				header, depth = i, p.lines[i].level
			}
			continue
		}
		headings = append(headings, i)
	}
	own := p.match(q, s, headings, header, depth, asked)
	current, level := 0, 0 // the follow-up that lines belong to, and its heading's level
	after := false         // between the follow-ups' header and what comes next
	for i := s.first; i < s.last; i++ {
		l, o := p.lines[i], &s.owner[i-s.first]
		switch n, is := own[i]; {
		case is:
			current, level, after = n, l.level, false
			*o = owner{FollowUpHeading, n}
			continue
		case o.kind == Structure:
			if l.kind == headingLine && followUpHeading(l.name) {
				current, after = 0, true
			}
			continue
		case l.kind == headingLine && current > 0 && l.level <= level:
			current = 0
		}
		if after = after && l.kind == blankLine; after {
			o.kind = Structure
		} else if current > 0 {
			*o = owner{FollowUpAnswer, current}
		}
	}
}

// ownPoints takes declared key points out of the text of follow-up n, or of the main answer for 0, where they are the
// first thing in it.
func (p *bankParser) ownPoints(s *section, n int) {
	kind := FollowUpAnswer
	if n == 0 {
		kind = MainAnswer
	}
	for i := s.first; i < s.last; i++ {
		l := p.lines[i]
		if s.owner[i-s.first] != (owner{kind, n}) || l.kind == blankLine {
			continue
		}
		if l.kind != labelLine || l.name != labelKeyPoints {
			return
		}
		end := i + 1
		listed := false
		for ; end < s.last && s.owner[end-s.first] == (owner{kind, n}); end++ {
			e := p.lines[end]
			src := p.text[e.start:e.end]
			isItem := e.kind == textLine && itemMark.MatchString(src)
			if e.kind == blankLine && listed || e.kind != blankLine && e.kind != textLine {
				break
			}
			listed = listed || isItem
		}
		if !listed {
			p.warn(i+1, 1, "these key points are not read: a list must follow; write `- Name: the text behind it` below")
			return
		}
		s.points[n] = field{line: i, start: l.body, end: p.startOf(end, s.last)}
		for j := i; j < end; j++ {
			s.owner[j-s.first] = owner{Structure, n}
		}
		return
	}
}

// strayLabels reports the format's own words in an answer: they may be what is left of a question whose beginning was
// not recognised, and that question is lost.
func (p *bankParser) strayLabels(s *section) {
	level := 0 // of the Answer heading
	if s.first > 0 {
		level = p.lines[s.first-1].level
	}
	explained, lost := false, false // of the question that seems to begin here
	for i := s.first; i < s.last; i++ {
		l := p.lines[i]
		kind := s.owner[i-s.first].kind
		switch {
		case kind == Structure:
		case l.kind == metaLine:
			p.warn(i+1, 1, "this comment stands in an answer and is not read; write it below the `## Question` that it belongs to")
		case l.kind == labelLine && l.name == labelFollowUps && explained:
			explained, lost = false, true
			p.fail(i+1, 1, "a question stands above this list and is not recognised, so it is skipped and read as part of the answer before it; "+
				"write `## Question` and `**Main question**: …` where it begins")
		case l.kind == labelLine && (l.name == labelExplanation || l.name == labelFollowUps || l.name == labelTrap):
			explained = explained || l.name == labelExplanation
			p.warn(i+1, 1, "this label stands in an answer and is read as its text; write it above `## Answer`")
		case l.kind == headingLine && answerHeading(l.name) && lost: // it has been reported
			lost = false
		case l.kind == headingLine && answerHeading(l.name) && (level == 0 || l.level <= level):
			explained = false
			p.fail(i+1, 1, "this is a second answer, and the question that it belongs to is not recognised, so it is read as part of the answer before it; "+
				"write `## Question` and `**Main question**: …` above it")
		case l.kind == headingLine && answerHeading(l.name):
			p.warn(i+1, 1, "this heading is read as part of the answer above; take it out, or write `## Question` and `**Main question**: …` above it if it answers another question")
		case p.indented(i):
			p.fail(i+1, 1, indentedQuestion)
		}
	}
}

// segments joins neighbouring lines of one owner.
func (p *bankParser) segments(s *section) []Segment {
	var out []Segment
	for i, o := range s.owner {
		start, end := p.lines[s.first+i].start, p.startOf(s.first+i+1, s.last)
		if i == 0 {
			start = s.start
		}
		if n := len(out); n > 0 && out[n-1].Kind == o.kind && out[n-1].FollowUp == o.followUp {
			out[n-1].End = end
			continue
		}
		out = append(out, Segment{Kind: o.kind, FollowUp: o.followUp, Start: start, End: end})
	}
	return out
}

// textOf joins the segments of one kind and follow-up.
func (p *bankParser) textOf(segments []Segment, kind SegmentKind, n int) string {
	var parts []string
	for _, s := range segments {
		if s.Kind == kind && s.FollowUp == n {
			if t := trimBlank(p.text[s.Start:s.End]); t != "" {
				parts = append(parts, t)
			}
		}
	}
	return strings.Join(parts, "\n\n")
}

// full is the whole section as it is shown: without declared key points, noise and white space at its ends.
func (p *bankParser) full(s *section) string {
	var b strings.Builder
	for i, o := range s.owner {
		l := p.lines[s.first+i]
		header := l.kind == headingLine && followUpHeading(l.name)
		if o.kind != Structure || header || l.kind == blankLine && b.Len() > 0 {
			b.WriteString(p.text[max(l.start, s.start):p.startOf(s.first+i+1, s.last)])
		}
	}
	return trimBlank(b.String())
}

// unanswered warns of parts without an answer.
func (p *bankParser) unanswered(q *Question, b block, answer int, asked []asked) {
	if answer == b.to {
		p.warn(q.Source.Line, 1, "this question has no answer, so it is only asked to think about; write `## Answer` and the answer below it")
		return
	}
	if q.Answer == "" {
		p.warn(answer+1, 1, "the main question has no answer of its own, so it is only asked to think about; write one below this line")
	}
	for n := range q.FollowUps {
		if q.FollowUps[n].Answer == "" {
			line := answer + 1
			if n < len(asked) {
				line = asked[n].line + 1
			}
			p.warn(line, 1, "no heading below `## Answer` was found for this follow-up, or nothing stands under it, so it is only asked to think about; write `#### "+
				fold(q.FollowUps[n].Question)+"` and its answer below")
		}
	}
}
