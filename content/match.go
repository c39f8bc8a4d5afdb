package content

import (
	"math"
	"regexp"
	"strings"
)

// leastMatch is how much of a heading's weight a follow-up must cover to be what the heading answers.
const leastMatch = 0.5

var (
	numbering = regexp.MustCompile(`(?i)^(?:(?:approach|step|method|option|way|technique|reason|point|part|follow[- ]?up(?: question)?|question|q|f)\s*)?#?\s*\d+\s*[:.)–—-]\s*`)
	closing   = regexp.MustCompile(`(?i)^(?:in )?(?:conclusions?|summary|closing|takeaways?|key takeaways?|final thoughts|wrap[- ]?up|references|further reading|sources)\b`)
)

// key is what two texts share when they are the same but for marks, case and numbering.
func key(text string) string {
	return strings.Join(words(numbering.ReplaceAllString(unmarked(text), "")), " ")
}

// match finds which follow-up each heading answers (1 is the first). Below the follow-ups' own header (line header, level
// depth; -1 where there is none) every heading of one level is one: by its words, else by its meaning, else by its place.
// Without that header only words and meaning count, and the main question competes.
func (p *bankParser) match(q *Question, s *section, headings []int, header, depth int, asked []asked) map[int]int {
	own := map[int]int{}
	found := make([]bool, len(asked))
	keys := make([]string, len(asked))
	for n, a := range asked {
		keys[n] = key(a.question)
	}
	if header >= 0 {
		headings = p.below(headings, header, depth, s.last)
	}
	var rest []int
	for _, i := range headings {
		k := key(p.lines[i].name)
		n := indexOf(keys, found, k)
		if k == "" || n < 0 || header < 0 && k == key(q.Main) {
			rest = append(rest, i)
			continue
		}
		own[i], found[n] = n+1, true
	}
	if header < 0 {
		rest = p.shallowest(rest, own)
	}
	p.byMeaning(q.Main, rest, asked, found, own, header >= 0)
	if header >= 0 {
		p.byPlace(q, rest, asked, found, own)
	}
	return own
}

// indexOf finds a key among those not yet found, else among all: a follow-up may be answered under two headings.
func indexOf(keys []string, found []bool, k string) int {
	again := -1
	for n := range keys {
		if keys[n] == k {
			if !found[n] {
				return n
			}
			again = n
		}
	}
	return again
}

// below are the headings that a follow-ups' header at the given level covers, of the shallowest level among them.
func (p *bankParser) below(headings []int, header, depth, last int) []int {
	level := 7
	var covered []int
	for _, deeper := range [...]int{1, 0} { // headings of the header's own level only where there are no deeper ones
		for _, i := range headings {
			if i < header {
				continue
			}
			if p.lines[i].level < depth+deeper {
				break
			}
			covered = append(covered, i)
			level = min(level, p.lines[i].level)
		}
		if len(covered) > 0 {
			break
		}
	}
	return p.ofLevel(covered, level)
}

// shallowest are the headings of the level at which the section's headings begin, those with an owner left out.
func (p *bankParser) shallowest(headings []int, own map[int]int) []int {
	level := 7
	for _, i := range headings {
		level = min(level, p.lines[i].level)
	}
	for i := range own {
		level = max(level, p.lines[i].level)
	}
	return p.ofLevel(headings, level)
}

func (p *bankParser) ofLevel(headings []int, level int) []int {
	var out []int
	for _, i := range headings {
		if p.lines[i].level == level {
			out = append(out, i)
		}
	}
	return out
}

// byMeaning matches headings with follow-ups in order, so that the sum of their likenesses is greatest.
func (p *bankParser) byMeaning(main string, headings []int, asked []asked, found []bool, own map[int]int, all bool) {
	var open []int // follow-ups without a heading
	for n := range asked {
		if !found[n] {
			open = append(open, n)
		}
	}
	if len(headings)*len(open) == 0 || len(headings) > 200 {
		return
	}
	common := contentWords(main)
	questions := make([][]term, len(open))
	for f, n := range open {
		questions[f] = contentWords(asked[n].question)
	}
	like := make([][]float64, len(headings))
	for h, i := range headings {
		like[h] = make([]float64, len(open))
		title := contentWords(numbering.ReplaceAllString(unmarked(p.lines[i].name), ""))
		rival := 0.0
		if !all {
			rival = covered(title, common)
		}
		for f := range open {
			if l := likeness(title, questions[f], common); l >= leastMatch && (all || rival < 1) {
				like[h][f] = l
			}
		}
	}
	best := make([][]float64, len(headings)+1) // best[h][f]: from heading h and follow-up f on
	for h := range best {
		best[h] = make([]float64, len(open)+1)
	}
	for h := len(headings) - 1; h >= 0; h-- {
		for f := len(open) - 1; f >= 0; f-- {
			best[h][f] = math.Max(best[h+1][f], best[h][f+1])
			if like[h][f] > 0 {
				best[h][f] = math.Max(best[h][f], like[h][f]+best[h+1][f+1])
			}
		}
	}
	for h, f := 0, 0; h < len(headings) && f < len(open); {
		switch {
		case like[h][f] > 0 && best[h][f] == like[h][f]+best[h+1][f+1]:
			own[headings[h]], found[open[f]] = open[f]+1, true
			h, f = h+1, f+1
		case best[h][f] == best[h+1][f]:
			h++
		default:
			f++
		}
	}
}

// likeness is how far a follow-up's words cover a heading's, from 0 to 1. Words of the main question weigh little: all
// headings have them; a heading with nothing else is like none.
func likeness(title, question, common []term) float64 {
	sum, hit, own := 0.0, 0.0, false
	for _, w := range title {
		weight, shared := 1.0, anyAlike(w, common)
		if shared {
			weight = 0.3
		}
		sum += weight
		if anyAlike(w, question) {
			hit += weight
			own = own || !shared
		}
	}
	if !own {
		return 0
	}
	return 0.8*hit/sum + 0.2*covered(question, title)
}

// byPlace gives the headings below the follow-ups' header that meaning left over: to the follow-ups left over where
// their numbers agree, as follow-ups of their own where they ask something; the rest is main answer.
func (p *bankParser) byPlace(q *Question, headings []int, asked []asked, found []bool, own map[int]int) {
	var left, open []int
	for _, i := range headings {
		if _, has := own[i]; !has && !closing.MatchString(unmarked(p.lines[i].name)) {
			left = append(left, i)
		}
	}
	for n := range asked {
		if !found[n] {
			open = append(open, n)
		}
	}
	if len(left) == len(open) {
		for k, i := range left {
			own[i], found[open[k]] = open[k]+1, true
			p.warn(i+1, 1, "this heading shares few words with the follow-up that it is taken for by its place; write `"+
				fold(asked[open[k]].question)+"`")
		}
		return
	}
	for _, i := range left {
		name := unmarked(p.lines[i].name)
		if !strings.HasSuffix(name, "?") || len(q.FollowUps) >= maxFollowUps {
			p.warn(i+1, 1, "no follow-up fits this heading, so what is below it is part of the main answer; list its question under `**Follow-up questions**`")
			continue
		}
		q.FollowUps = append(q.FollowUps, FollowUp{Question: numbering.ReplaceAllString(name, ""), KeyPoints: []KeyPoint{}})
		own[i] = len(q.FollowUps)
		p.warn(i+1, 1, "this follow-up is answered here and not listed above; it is asked last; write it under `**Follow-up questions**`")
	}
}
