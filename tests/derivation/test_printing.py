"""Formulas as text and as LaTeX."""

from __future__ import annotations

import pytest

from hopverify.derivation.language import read
from hopverify.derivation.latex import escaped, latex
from hopverify.derivation.printing import text

CASES = [
    ("1/(x**2 + 1)", "1/(x² + 1)", r"\frac{1}{x^{2} + 1}"),
    ("x**(3/4)", "x^(3/4)", r"x^{\frac{3}{4}}"),
    ("-x - 1/2", "-x - 1/2", r"- x - \frac{1}{2}"),
    ("exp(x) - x", "e^x - x", r"e^{x} - x"),
    ("relu(x - 1)**2", "max(x - 1, 0)²", r"{\max(x - 1, 0)}^{2}"),
    ("sech(x)**2/4", "sech(x)²/4", r"\frac{\operatorname{sech}^{2}{\left(x \right)}}{4}"),
    ("abs(x) + min(x, 3)", "|x| + min(x, 3)", r"\left|x\right| + \min(x, 3)"),
    ("-polylog(2, -exp(x))", "-Li₂(-e^x)", r"- \operatorname{Li}_{2}\left(- e^{x}\right)"),
    ("Sum(x[k]**2, (k, 1, n))", "Σ_k x_k²", r"\sum_{k=1}^{n} {x}_{k}^{2}"),
    ("-(Sum(x[k], (k, 1, n)) - y)", "-(Σ_k x_k - y)", r"- \left(\sum_{k=1}^{n} {x}_{k} - y\right)"),
    ("-3*(Sum(x[k], (k, 1, n)) - y)/2", "-3·(Σ_k x_k - y)/2", r"- \frac{3}{2} \left(\sum_{k=1}^{n} {x}_{k} - y\right)"),
    ("KroneckerDelta(i, j) - x[i]*x[j]", "δ_ij - x_i·x_j", r"\delta_{i j} - {x}_{i} {x}_{j}"),
    ("g_out[2, i + 1]", "g_out[2, i + 1]", r"g_{out,2,i + 1}"),
    ("xdot_v[i]**2", "ẋ_v,i²", r"\dot{x}_{v,i}^{2}"),
    ("10507009873554804934193349852946*x/10000000000000000000000000000000", "1.0507009873…·x", r"1.0507009873\ldots x"),
    (
        "-10507009873554804934193349852946*x/10000000000000000000000000000000",
        "-1.0507009873…·x",
        r"- 1.0507009873\ldots x",
    ),
]


@pytest.mark.parametrize(("value", "in_text", "in_latex"), CASES, ids=[case[1] for case in CASES])
def test_formulas(value: str, in_text: str, in_latex: str) -> None:
    assert text(read(value)) == in_text
    assert latex(read(value)) == in_latex
    assert read(str(read(value))) == read(value)


def test_words_are_escaped() -> None:
    assert escaped("w_1 < 2 & 50%") == r"w\_1 $<$ 2 \& 50\%"
