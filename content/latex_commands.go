package content

import "strings"

// command reads a command with arguments.
func (p *formulaParser) command(name string) ([]atom, bool) {
	switch name {
	case "text", "textrm", "textbf", "textit", "texttt", "mbox", "mathrm", "mathbf", "mathit", "mathsf", "mathtt", "operatorname", "boldsymbol":
		return p.upright(name)
	case "frac", "dfrac", "tfrac", "cfrac":
		return p.two(fraction)
	case "binom", "dbinom":
		return p.two(binomial)
	case "sqrt":
		degree, ok := p.optional()
		if !ok {
			return nil, false
		}
		arg, ok := p.argument()
		return []atom{{form: root, parts: [][]atom{arg, degree}}}, ok
	case "xrightarrow", "xleftarrow", "xRightarrow":
		below, ok := p.optional()
		if !ok {
			return nil, false
		}
		above, ok := p.argument()
		a := map[string]entry{"xrightarrow": symbols["to"], "xleftarrow": symbols["leftarrow"], "xRightarrow": symbols["Rightarrow"]}[name]
		if name == "xrightarrow" {
			a.spoken = "leads to"
		}
		return []atom{{form: arrow, class: relation, shown: a.shown, spoken: a.spoken, parts: [][]atom{above, below}}}, ok
	case "left":
		return p.fence()
	case "begin":
		return p.environment()
	case "bmod", "mod":
		return []atom{{class: binary, shown: "mod", spoken: "modulo"}}, true
	case "pmod":
		arg, ok := p.argument()
		mod := []atom{character("("), {class: operator, shown: "mod", spoken: "modulo"}}
		return append(append(mod, arg...), character(")")), ok
	case "not":
		return p.not()
	}
	if sizing[name] {
		return nil, true
	}
	return nil, false
}

// upright reads the argument of a command for words. \mathbf and its like may hold a formula.
func (p *formulaParser) upright(name string) ([]atom, bool) {
	before := p.rest
	if words, ok := p.words(); ok {
		class := ordinary
		if name == "operatorname" {
			class = operator
		}
		return []atom{{class: class, shown: words, spoken: words}}, true
	}
	p.rest = before
	if strings.HasPrefix(name, "math") || name == "boldsymbol" {
		return p.argument()
	}
	return nil, false
}

func (p *formulaParser) two(f form) ([]atom, bool) {
	first, ok := p.argument()
	if !ok {
		return nil, false
	}
	second, ok := p.argument()
	return []atom{{form: f, parts: [][]atom{first, second}}}, ok
}

// alphabet reads letters of a special alphabet; one that has no such letter is not known.
func (p *formulaParser) alphabet(letters map[string]string) ([]atom, bool) {
	arg, ok := p.argument()
	for i := range arg {
		special, known := letters[arg[i].shown]
		if arg[i].form != symbol || !known {
			return nil, false
		}
		arg[i].shown = special
	}
	return arg, ok && len(arg) > 0
}

// fence reads \left( … \right).
func (p *formulaParser) fence() ([]atom, bool) {
	left, ok := p.delimiter(starting)
	if !ok {
		return nil, false
	}
	inside, ok := p.sequence(`\right`)
	if !ok {
		return nil, false
	}
	right, ok := p.delimiter(ending)
	if !ok {
		return nil, false
	}
	return append(append(left, inside...), right...), true
}

// delimiter reads what \left and \right put up; a dot is none.
func (p *formulaParser) delimiter(c class) ([]atom, bool) {
	t := p.token()
	if t == "." {
		return nil, true
	}
	if t == "" || t == "{" || t == "}" {
		return nil, false
	}
	a := character(t)
	if t[0] == '\\' {
		s, ok := symbols[t[1:]]
		if !ok {
			return nil, false
		}
		a = atom{shown: s.shown, spoken: s.spoken}
	}
	a.class = c
	return []atom{a}, true
}

// not strikes the next relation through.
func (p *formulaParser) not() ([]atom, bool) {
	arg, ok := p.argument()
	if !ok || len(arg) != 1 || arg[0].form != symbol {
		return nil, false
	}
	a := arg[0]
	a.shown += "\u0338"
	if s, has := negated[arg[0].shown]; has {
		a.shown = s
	}
	a.spoken = "not " + strings.TrimPrefix(a.spoken, "is ")
	return []atom{a}, true
}

// environment reads \begin{name} … \end{name}: rows that \\ parts, cells that & parts.
func (p *formulaParser) environment() ([]atom, bool) {
	name, ok := p.words()
	brackets, known := environments[strings.TrimSuffix(name, "*")]
	if !ok || !known {
		return nil, false
	}
	a := atom{form: rows, shown: brackets, parts: [][]atom{{}}}
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxFormulaDepth {
		return nil, false
	}
	for {
		last := len(a.parts) - 1
		switch t := p.token(); t {
		case "":
			return nil, false
		case `\\`:
			a.parts = append(a.parts, []atom{})
		case "&":
			a.parts[last] = append(a.parts[last], atom{class: space, shown: " "})
		case `\end`:
			closed, ok := p.words()
			return []atom{a}, ok && closed == name
		case "^", "_":
			n := len(a.parts[last])
			if n == 0 {
				return nil, false
			}
			s, ok := p.script(a.parts[last][n-1], t)
			if !ok {
				return nil, false
			}
			a.parts[last][n-1] = s
		case "}", `\right`:
			return nil, false
		default:
			next, ok := p.atom(t + p.digits(t))
			if !ok {
				return nil, false
			}
			a.parts[last] = append(a.parts[last], next...)
		}
	}
}
