package content

import "strings"

// entry is a command that takes no argument: how it is set, shown and said.
type entry struct {
	class  class
	shown  string
	spoken string
}

// mark is an accent: the combining character behind each letter, and its name behind the letter.
type mark struct{ shown, spoken string }

var accents = map[string]mark{
	"hat": {"\u0302", "hat"}, "widehat": {"\u0302", "hat"}, "bar": {"\u0304", "bar"}, "overline": {"\u0305", "bar"},
	"vec": {"\u20d7", "vector"}, "tilde": {"\u0303", "tilde"}, "widetilde": {"\u0303", "tilde"}, "dot": {"\u0307", "dot"},
	"ddot": {"\u0308", "double dot"}, "underline": {"\u0332", "underlined"},
}

// sizing are commands that change how large or how far apart things are set: nothing of it is shown.
var sizing = set(`displaystyle textstyle scriptstyle limits nolimits big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr nonumber rm bf it`)

// environments are the brackets of rows; aligned ones have none.
var environments = map[string]string{
	"matrix": "  ", "pmatrix": "()", "bmatrix": "[]", "vmatrix": "||", "cases": "{ ",
	"aligned": "", "align": "", "gathered": "", "gather": "", "equation": "",
}

// negated are relations that have a struck-through form of their own.
var negated = map[string]string{"=": "≠", "∈": "∉", "<": "≮", ">": "≯", "≤": "≰", "≥": "≱", "⊂": "⊄", "⊆": "⊈", "≡": "≢", "∼": "≁", "∃": "∄", "|": "∤"}

var alphabets = map[string]map[string]string{
	"mathbb": letters("C ℂ H ℍ N ℕ P ℙ Q ℚ R ℝ Z ℤ E 𝔼 F 𝔽 1 𝟙"),
	"mathcal": letters("A 𝒜 B ℬ C 𝒞 D 𝒟 E ℰ F ℱ G 𝒢 H ℋ I ℐ J 𝒥 K 𝒦 L ℒ M ℳ N 𝒩 O 𝒪 P 𝒫 Q 𝒬 R ℛ S 𝒮 T 𝒯 U 𝒰 V 𝒱 W 𝒲 X 𝒳 " +
		"Y 𝒴 Z 𝒵"),
}

var superscripts = letters("0 ⁰ 1 ¹ 2 ² 3 ³ 4 ⁴ 5 ⁵ 6 ⁶ 7 ⁷ 8 ⁸ 9 ⁹ + ⁺ − ⁻ = ⁼ ( ⁽ ) ⁾ a ᵃ b ᵇ c ᶜ d ᵈ e ᵉ f ᶠ g ᵍ h ʰ i ⁱ j ʲ k ᵏ l ˡ m ᵐ n ⁿ " +
	"o ᵒ p ᵖ r ʳ s ˢ t ᵗ u ᵘ v ᵛ w ʷ x ˣ y ʸ z ᶻ A ᴬ B ᴮ D ᴰ E ᴱ G ᴳ H ᴴ I ᴵ J ᴶ K ᴷ L ᴸ M ᴹ N ᴺ O ᴼ P ᴾ R ᴿ T ᵀ U ᵁ V ⱽ W ᵂ β ᵝ γ ᵞ δ ᵟ θ ᶿ φ ᵠ χ ᵡ")

var subscripts = letters("0 ₀ 1 ₁ 2 ₂ 3 ₃ 4 ₄ 5 ₅ 6 ₆ 7 ₇ 8 ₈ 9 ₉ + ₊ − ₋ = ₌ ( ₍ ) ₎ a ₐ e ₑ h ₕ i ᵢ j ⱼ k ₖ l ₗ m ₘ n ₙ o ₒ p ₚ r ᵣ s ₛ t ₜ " +
	"u ᵤ v ᵥ x ₓ β ᵦ γ ᵧ ρ ᵨ φ ᵩ χ ᵪ")

// letters reads pairs of a letter and its form.
func letters(pairs string) map[string]string {
	f := strings.Fields(pairs)
	out := make(map[string]string, len(f)/2)
	for i := 0; i+1 < len(f); i += 2 {
		out[f[i]] = f[i+1]
	}
	return out
}

// symbols are the commands that stand for one character or one word.
var symbols = func() map[string]entry {
	out := map[string]entry{}
	add := func(c class, list string) {
		for l := range strings.SplitSeq(strings.TrimSpace(list), "\n") {
			left, spoken, _ := strings.Cut(l, " | ")
			f := strings.Fields(left)
			out[f[0]] = entry{c, f[1], spoken}
			for _, other := range f[2:] {
				out[other[1:]] = entry{c, f[1], spoken}
			}
		}
	}
	// Each line: command, character, =other names, | how it is said.
	add(ordinary, `
alpha α | alpha
beta β | beta
gamma γ | gamma
delta δ | delta
epsilon ε =varepsilon | epsilon
zeta ζ | zeta
eta η | eta
theta θ =vartheta | theta
iota ι | iota
kappa κ | kappa
lambda λ | lambda
mu μ | mu
nu ν | nu
xi ξ | xi
pi π =varpi | pi
rho ρ =varrho | rho
sigma σ =varsigma | sigma
tau τ | tau
upsilon υ | upsilon
phi φ =varphi | phi
chi χ | chi
psi ψ | psi
omega ω | omega
Gamma Γ | capital gamma
Delta Δ | capital delta
Theta Θ | big theta
Lambda Λ | capital lambda
Xi Ξ | capital xi
Pi Π | capital pi
Sigma Σ | capital sigma
Upsilon Υ | capital upsilon
Phi Φ | capital phi
Psi Ψ | capital psi
Omega Ω | big omega
infty ∞ | infinity
emptyset ∅ =varnothing | the empty set
ell ℓ | l
hbar ℏ | h bar
Re ℜ | real part
Im ℑ | imaginary part
aleph ℵ | aleph
partial ∂ | partial
nabla ∇ | nabla
forall ∀ | for all
exists ∃ | there is
nexists ∄ | there is no
neg ¬ =lnot | not
top ⊤ | true
bot ⊥ | bottom
angle ∠ | angle
prime ′ | prime
degree ° | degrees
ldots … =dots =cdots =dotsc =dotsb =vdots =ddots | and so on
checkmark ✓ | check mark
square □ =Box | box
% % | percent
# # | number
$ $ | dollars
& & | and
_ _ | underscore
Vert ‖ =lVert =rVert =| | double bar
blacksquare ■ | end of proof
`)
	add(operator, `
sum ∑ | the sum
prod ∏ | the product
int ∫ | the integral
iint ∬ | the double integral
oint ∮ | the contour integral
bigcup ⋃ | the union
bigcap ⋂ | the intersection
log log | log
ln ln | natural log
lg lg | log
exp exp | exp
sin sin | sine
cos cos | cosine
tan tan | tangent
cot cot | cotangent
arcsin arcsin | arc sine
arccos arccos | arc cosine
arctan arctan | arc tangent
sinh sinh | hyperbolic sine
cosh cosh | hyperbolic cosine
tanh tanh | hyperbolic tangent
min min | the minimum
max max | the maximum
inf inf | the infimum
sup sup | the supremum
lim lim | the limit
limsup limsup | the upper limit
liminf liminf | the lower limit
arg arg | arg
argmin argmin | arg min
argmax argmax | arg max
det det | determinant
dim dim | dimension
ker ker | kernel
gcd gcd | greatest common divisor
deg deg | degree
Pr Pr | probability
`)
	add(binary, `
times × | times
cdot · | times
div ÷ | divided by
pm ± | plus or minus
mp ∓ | minus or plus
ast ∗ =star | star
circ ∘ | after
bullet • | bullet
oplus ⊕ | exclusive or
otimes ⊗ | tensor
odot ⊙ | dot product
cup ∪ | union
cap ∩ | intersection
sqcup ⊔ | join
sqcap ⊓ | meet
wedge ∧ =land | and
vee ∨ =lor | or
bowtie ⋈ =Join | join
`)
	add(relation, `
leq ≤ =le =leqslant | is at most
geq ≥ =ge =geqslant | is at least
neq ≠ =ne | is not equal to
lt < | is less than
gt > | is greater than
approx ≈ | is about
equiv ≡ | is equivalent to
cong ≅ | is congruent to
sim ∼ | is like
simeq ≃ | is nearly equal to
propto ∝ | is proportional to
ll ≪ | is much less than
gg ≫ | is much greater than
in ∈ | in
notin ∉ | not in
ni ∋ | contains
subset ⊂ | is a proper subset of
subseteq ⊆ | is a subset of
supset ⊃ | is a proper superset of
supseteq ⊇ | is a superset of
to → =rightarrow =longrightarrow | to
leftarrow ← =gets =longleftarrow | from
leftrightarrow ↔ | if and only if
Rightarrow ⇒ =implies =Longrightarrow | implies
Leftarrow ⇐ | follows from
Leftrightarrow ⇔ =iff =Longleftrightarrow | if and only if
mapsto ↦ | maps to
uparrow ↑ | up
downarrow ↓ | down
rightsquigarrow ⇝ =leadsto | leads to
perp ⟂ | is perpendicular to
parallel ∥ | is parallel to
vdash ⊢ | proves
models ⊨ =vDash | satisfies
prec ≺ | comes before
succ ≻ | comes after
asymp ≍ | is asymptotic to
coloneqq ≔ | is defined as
`)
	add(starting, `
{ { =lbrace | open brace
lfloor ⌊ | floor of
lceil ⌈ | ceiling of
langle ⟨ | open angle bracket
lbrack [ | open bracket
`)
	add(ending, `
} } =rbrace | close brace
rfloor ⌋ | end floor
rceil ⌉ | end ceiling
rangle ⟩ | close angle bracket
rbrack ] | close bracket
`)
	for _, name := range [...]string{",", ";", ":", " ", "quad", "qquad", "thinspace", "enspace"} {
		out[name] = entry{space, " ", ""}
	}
	out["!"] = entry{space, "", ""}
	out["colon"] = entry{punctuation, ":", ":"}
	out["mid"] = entry{relation, "|", "given"}
	out["vert"], out["lvert"], out["rvert"] = entry{ordinary, "|", "bar"}, entry{starting, "|", "bar"}, entry{ending, "|", "bar"}
	out["backslash"] = entry{ordinary, `\`, "backslash"}
	out["setminus"] = entry{binary, "∖", "without"}
	return out
}()

// characters are the signs that are not said as themselves.
var characters = map[string]entry{
	"+": {binary, "+", "plus"}, "-": {binary, "−", "minus"}, "*": {binary, "∗", "times"}, "/": {ordinary, "/", "over"},
	"=": {relation, "=", "equals"}, "<": {relation, "<", "is less than"}, ">": {relation, ">", "is greater than"},
	"(": {starting, "(", "("}, "[": {starting, "[", "["}, ")": {ending, ")", ")"}, "]": {ending, "]", "]"},
	",": {punctuation, ",", ","}, ";": {punctuation, ";", ";"}, ":": {relation, ":", ":"}, "!": {ending, "!", "factorial"},
	"|": {ordinary, "|", "bar"}, "'": {ordinary, "′", "prime"}, "~": {space, " ", ""}, "%": {ordinary, "%", "percent"},
}

// character is a sign or letter that stands for itself.
func character(c string) atom {
	if e, ok := characters[c]; ok {
		return atom{class: e.class, shown: e.shown, spoken: e.spoken}
	}
	if e, ok := plainSigns[c]; ok {
		return atom{class: e.class, shown: e.shown, spoken: e.spoken}
	}
	return atom{shown: c, spoken: c}
}

// plainSigns are the characters that commands stand for, so that ≤ in a source is said like \le.
var plainSigns = func() map[string]entry {
	out := map[string]entry{}
	for _, name := range [...]string{
		"le", "ge", "ne", "approx", "in", "to", "times", "cdot", "infty", "sum", "prod", "Rightarrow",
		"cup", "cap", "wedge", "vee", "forall", "exists", "pi", "Theta", "Omega", "theta", "alpha", "beta", "lambda",
	} {
		out[symbols[name].shown] = symbols[name]
	}
	return out
}()
