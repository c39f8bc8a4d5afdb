package content

import "testing"

func TestMath(t *testing.T) {
	for _, c := range []struct{ source, shown, spoken string }{
		{`n^2`, "n²", "n squared"},
		{`n^3`, "n³", "n cubed"},
		{`x_i`, "xᵢ", "x sub i"},
		{`x_i^2`, "xᵢ²", "x sub i squared"},
		{`2^{n+1}`, "2ⁿ⁺¹", "2 to the power of n plus 1, end of power,"},
		{`x^{-1}`, "x⁻¹", "x to the power of minus 1, end of power,"},
		{`e^{q}`, "e^q", "e to the power of q"},
		{`O(n^2)`, "O(n²)", "O of n squared"},
		{`O(n \log n)`, "O(n log n)", "O of n log n"},
		{`O(n + m)`, "O(n + m)", "O of (n plus m)"},
		{`\Theta(1)`, "Θ(1)", "big theta of 1"},
		{`\log_2 n`, "log₂ n", "log base 2 n"},
		{`\sqrt{x}`, "√x", "the square root of x"},
		{`\sqrt{x^2+y^2}`, "√(x² + y²)", "the square root of x squared plus y squared, end of root,"},
		{`\sqrt[3]{27}`, "∛27", "the cube root of 27"},
		{`\frac{1}{2}`, "1/2", "1 over 2"},
		{`\frac{a+b}{2}`, "(a + b)/2", "the fraction a plus b over 2, end of fraction,"},
		{`\frac{1}{1 + \frac{1}{x}}`, "1/(1 + 1/x)", "the fraction 1 over 1 plus 1 over x, end of fraction,"},
		{`\sum_{i=0}^n i`, "∑ᵢ₌₀ⁿ i", "the sum from i equals 0 to n of i"},
		{`\lim_{n \to \infty} a_n`, "lim_(n → ∞) aₙ", "the limit as n goes to infinity of a sub n"},
		{`a \le b`, "a ≤ b", "a is at most b"},
		{`a\neq b`, "a ≠ b", "a is not equal to b"},
		{`\lfloor x \rfloor`, "⌊x⌋", "floor of x end floor"},
		{`-x`, "−x", "minus x"},
		{`a - b`, "a − b", "a minus b"},
		{`f(x) = -x`, "f(x) = −x", "f of x equals minus x"},
		{`\alpha + \beta`, "α + β", "alpha plus beta"},
		{`x \in \mathbb{R}`, "x ∈ ℝ", "x in R"},
		{`\left( \frac{a}{b} \right)`, "(a/b)", "(a over b)"},
		{`\binom{n}{k}`, "C(n, k)", "n choose k"},
		{`n!`, "n!", "n factorial"},
		{`a \xrightarrow{f} b`, "a —f→ b", "a leads to, by f, b"},
		{`\text{A B} \xrightarrow{} \text{C}`, "A B → C", "A B leads to C"},
		{`\begin{cases} 1 & x > 0 \\ 0 & x = 0 \end{cases}`, "{1 x > 0; 0 x = 0", "1 x is greater than 0; 0 x equals 0"},
		{`\begin{pmatrix} a & b \\ c & d \end{pmatrix}`, "(a b; c d)", "a b; c d"},
		{`\begin{aligned} a &= b \\ &= c \end{aligned}`, "a = b\n= c", "a equals b; equals c"},
		{`\hat{y}`, "y\u0302", "y hat"},
		{`A \cup B`, "A ∪ B", "A union B"},
		{`a \not\in B`, "a ∉ B", "a not in B"},
		{`\mathrm{d}x`, "dx", "d x"},
		{`90^\circ`, "90°", "90 degrees"},
		{`f'(x)`, "f′(x)", "f prime (x)"},
		{`1,000`, "1,000", "1,000"},
		{`x = 3.14`, "x = 3.14", "x equals 3.14"},
		{`10\%`, "10%", "10 percent"},
		// What is not known is shown as it stands, whole.
		{`\foo{x} + 1`, `\foo{x} + 1`, `\foo{x} + 1`},
		{`x^`, `x^`, `x^`},
		{`{x`, `{x`, `{x`},
		{`x}`, `x}`, `x}`},
		{`a & b`, `a & b`, `a & b`},
		{`\frac{1}`, `\frac{1}`, `\frac{1}`},
		{`\left( x`, `\left( x`, `\left( x`},
		{`\begin{cases} 1`, `\begin{cases} 1`, `\begin{cases} 1`},
		{`x^2^3`, `x^2^3`, `x^2^3`},
		{``, ``, ``},
	} {
		n := mathNode(Math, c.source)
		if n.Text != c.shown || n.Spoken != c.spoken || n.Source != c.source {
			t.Errorf("%s\n shown  %q\n want   %q\n spoken %q\n want   %q", c.source, n.Text, c.shown, n.Spoken, c.spoken)
		}
	}
}
