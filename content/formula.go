package content

import (
	"strings"
	"unicode/utf8"
)

// show writes a formula in Unicode, with the spaces that TeX would set.
func show(f []atom) string {
	var b strings.Builder
	before := relation // nothing stands in front: a sign is no operator between two things
	for i, a := range f {
		t := showAtom(a)
		if a.class == space {
			if a.shown != "" && !strings.HasSuffix(b.String(), " ") {
				b.WriteString(a.shown)
			}
			continue
		}
		c := a.class
		if c == binary && (before == binary || before == relation || before == starting || before == punctuation || before == operator || i+1 == len(f)) {
			c = ordinary
		}
		if b.Len() > 0 && gap(before, c, t) && !strings.HasSuffix(b.String(), " ") {
			b.WriteByte(' ')
		}
		b.WriteString(t)
		before = c
	}
	return b.String()
}

// gap reports whether a space stands between two atoms.
func gap(before, c class, t string) bool {
	switch {
	case c == relation || before == relation || c == binary || before == binary:
		return c != punctuation && c != ending
	case before == punctuation:
		return c != ending
	case before == operator:
		return c == operator || c == ordinary && t != ""
	case c == operator:
		return before == ordinary || before == ending
	}
	return false
}

func showAtom(a atom) string {
	switch a.form {
	case group:
		return show(a.parts[0])
	case scripts:
		return showAll(a.parts[0]) + showScript(a.parts[2], subscripts, "_") + showScript(a.parts[1], superscripts, "^")
	case fraction:
		return operand(a.parts[0]) + "/" + operand(a.parts[1])
	case binomial:
		return "C(" + show(a.parts[0]) + ", " + show(a.parts[1]) + ")"
	case root:
		return showRoot(a)
	case accent:
		var b strings.Builder
		for _, r := range show(a.parts[0]) {
			b.WriteRune(r)
			b.WriteString(a.shown)
		}
		return b.String()
	case arrow:
		above, below := show(a.parts[0]), show(a.parts[1])
		switch {
		case above == "" && below == "":
			return a.shown
		case below != "":
			above = strings.TrimSpace(above + " / " + below)
		}
		return "—" + above + a.shown
	case rows:
		return showRows(a)
	}
	return a.shown
}

// showAll is show, with the base of a script in parentheses where it is more than one thing.
func showAll(base []atom) string {
	t := show(base)
	if len(base) == 1 && base[0].form == group && strings.Contains(t, " ") || len(base) == 1 && base[0].form == fraction {
		return "(" + t + ")"
	}
	return t
}

// showScript writes raised or lowered characters where all have such a form, else the mark and the text.
func showScript(f []atom, forms map[string]string, mark string) string {
	if f == nil {
		return ""
	}
	t := show(f)
	if t == "′" || t == "′′" || t == "°" || t == "∘" && mark == "^" {
		return strings.ReplaceAll(t, "∘", "°")
	}
	var b strings.Builder
	for _, r := range strings.ReplaceAll(t, " ", "") {
		form, ok := forms[string(r)]
		if !ok {
			if utf8.RuneCountInString(t) > 1 {
				return mark + "(" + t + ")"
			}
			return mark + t
		}
		b.WriteString(form)
	}
	return b.String()
}

// operand is one side of a fraction: in parentheses where it is more than one thing.
func operand(f []atom) string {
	t := show(f)
	if strings.ContainsAny(t, " /·") || strings.HasPrefix(t, "−") {
		return "(" + t + ")"
	}
	return t
}

func showRoot(a atom) string {
	sign := "√"
	switch degree := show(a.parts[1]); degree {
	case "", "2":
	case "3":
		sign = "∛"
	case "4":
		sign = "∜"
	default:
		sign = showScript(a.parts[1], superscripts, "") + "√"
	}
	t := show(a.parts[0])
	if utf8.RuneCountInString(t) > 1 {
		for _, r := range t {
			if r < '0' || r > '9' {
				return sign + "(" + t + ")"
			}
		}
	}
	return sign + t
}

// showRows writes the rows of a matrix or of cases one behind the other, those of an aligned formula on lines.
func showRows(a atom) string {
	var lines []string
	for _, r := range a.parts {
		if t := strings.TrimSpace(show(r)); t != "" {
			lines = append(lines, t)
		}
	}
	if a.shown == "" {
		return strings.Join(lines, "\n")
	}
	return strings.TrimSpace(a.shown[:1] + strings.Join(lines, "; ") + a.shown[1:])
}

// speak writes a formula as one says it.
func speak(f []atom) string {
	var out []string
	skip := -1 // the closing parenthesis that is not said
	for i, a := range f {
		switch {
		case a.class == starting && a.shown == "(" && i > 0 && applies(f[i-1]):
			out = append(out, "of")
			if end := closes(f, i); end > 0 && flat(f[i+1:end]) {
				skip = end // "O of n": one term needs no parentheses
				continue
			}
		case i == skip:
			continue
		}
		out = append(out, speakAtom(a))
	}
	return strings.Join(out, " ")
}

// closes is where the parenthesis that opens at i closes, 0 where it does not.
func closes(f []atom, i int) int {
	depth := 0
	for j := i; j < len(f); j++ {
		switch {
		case f[j].class == starting && f[j].shown == "(":
			depth++
		case f[j].class == ending && f[j].shown == ")":
			if depth--; depth == 0 {
				return j
			}
		}
	}
	return 0
}

// flat reports whether atoms are one term: no sum, comparison, list or parentheses.
func flat(f []atom) bool {
	for _, a := range f {
		if a.class != ordinary && a.class != operator && a.class != space {
			return false
		}
	}
	return true
}

// applies reports whether parentheses behind an atom hold its argument.
func applies(a atom) bool {
	if a.form == scripts {
		return len(a.parts[0]) == 1 && applies(a.parts[0][0])
	}
	if a.form != symbol {
		return false
	}
	switch a.shown {
	case "O", "o", "f", "g", "h", "T", "P", "E", "Θ", "Ω", "Pr", "log", "ln", "sin", "cos", "tan", "exp", "max", "min", "𝒪":
		return true
	}
	return a.class == operator
}

func speakAtom(a atom) string {
	switch a.form {
	case group:
		return speak(a.parts[0])
	case scripts:
		return speakScripts(a)
	case fraction:
		above, below := speak(a.parts[0]), speak(a.parts[1])
		if single(a.parts[0]) && single(a.parts[1]) {
			return above + " over " + below
		}
		return "the fraction " + above + " over " + below + ", end of fraction,"
	case binomial:
		return speak(a.parts[0]) + " choose " + speak(a.parts[1])
	case root:
		return speakRoot(a)
	case accent:
		return speak(a.parts[0]) + " " + a.spoken
	case arrow:
		by := strings.TrimSpace(speak(a.parts[0]) + " " + speak(a.parts[1]))
		if by == "" {
			return a.spoken
		}
		return a.spoken + ", by " + by + ","
	case rows:
		var lines []string
		for _, r := range a.parts {
			if t := fold(speak(r)); t != "" {
				lines = append(lines, t)
			}
		}
		return strings.Join(lines, "; ")
	}
	if a.class == operator {
		return speakBounds(a, a.spoken, "", "")
	}
	return a.spoken
}

// single reports whether a part is said in one breath: an atom, or one with a script.
func single(f []atom) bool {
	if len(f) == 1 && f[0].form == group {
		return single(f[0].parts[0])
	}
	return len(f) == 1 && (f[0].form == symbol || f[0].form == scripts)
}

func speakRoot(a atom) string {
	name := "the square root of "
	switch degree := fold(speak(a.parts[1])); degree {
	case "", "2":
	case "3":
		name = "the cube root of "
	default:
		name = "the root of degree " + degree + " of "
	}
	if single(a.parts[0]) {
		return name + speak(a.parts[0])
	}
	return name + speak(a.parts[0]) + ", end of root,"
}

// speakScripts says powers, indices and the bounds of sums.
func speakScripts(a atom) string {
	above, below := fold(speak(a.parts[1])), fold(speak(a.parts[2]))
	if len(a.parts[0]) == 1 && a.parts[0][0].class == operator && a.parts[0][0].form == symbol {
		return speakBounds(a.parts[0][0], a.parts[0][0].spoken, above, below)
	}
	base := speak(a.parts[0])
	if below != "" {
		base += " sub " + below
	}
	switch above {
	case "":
		return base
	case "prime", "prime prime":
		return base + " " + above
	case "2":
		return base + " squared"
	case "3":
		return base + " cubed"
	case "after": // \circ, raised
		return base + " degrees"
	case "times": // a raised star
		return base + " star"
	}
	if show(a.parts[1]) == "T" || show(a.parts[1]) == "⊤" {
		return base + " transposed"
	}
	if single(a.parts[1]) {
		return base + " to the power of " + above
	}
	return base + " to the power of " + above + ", end of power,"
}

// speakBounds says an operator with what stands above and below it.
func speakBounds(op atom, base, above, below string) string {
	switch op.shown {
	case "log", "lg":
		if below != "" {
			base += " base " + below
		}
		if above != "" {
			base += " to the power of " + above
		}
		return base
	case "lim", "limsup", "liminf":
		if below == "" {
			return base + " of"
		}
		return base + " as " + strings.Replace(below, " to ", " goes to ", 1) + " of"
	case "∑", "∏", "∫", "∬", "∮", "⋃", "⋂":
		switch {
		case below != "" && above != "":
			base += " from " + below + " to " + above
		case below != "":
			base += " over " + below
		}
		return base + " of"
	}
	if below != "" {
		base += " over " + below
	}
	switch above {
	case "":
	case "2":
		base += " squared"
	default:
		base += " to the power of " + above
	}
	return base
}
