"""Formulas as text and as LaTeX."""

from __future__ import annotations

import pytest
import sympy

from hopverify.derivation.calculus import SIZE, STATE, I, J, K
from hopverify.derivation.functions import modulus, relu, smaller
from hopverify.derivation.printing import escaped, latex, text
from hopverify.derivation.translation import X

CASES = [
    (1 / (X**2 + 1), "1/(x² + 1)", r"\frac{1}{x^{2} + 1}"),
    (X ** sympy.Rational(3, 4), "x^(3/4)", r"x^{\frac{3}{4}}"),
    (-X - sympy.Rational(1, 2), "-x - 1/2", r"- x - \frac{1}{2}"),
    (sympy.exp(X) - X, "e^x - x", r"e^{x} - x"),
    (relu(X - 1) ** 2, "max(x - 1, 0)²", r"{\max(x - 1, 0)}^{2}"),
    (modulus(X) + smaller(X, 3), "|x| + min(x, 3)", r"\left|x\right| + \min(x, 3)"),
    (-sympy.polylog(2, -sympy.exp(X)), "-Li₂(-e^x)", r"- \operatorname{Li}_{2}\left(- e^{x}\right)"),
    (sympy.Sum(STATE[K] ** 2, (K, 1, SIZE)), "Σ_k x_k²", r"\sum_{k=1}^{n} {x}_{k}^{2}"),
    (sympy.KroneckerDelta(I, J) - STATE[I] * STATE[J], "δ_ij - x_i·x_j", r"\delta_{i j} - {x}_{i} {x}_{j}"),
    (sympy.IndexedBase("g_out")[2, I + 1], "g_out[2, i + 1]", r"g_{out,2,i + 1}"),
    (sympy.IndexedBase(r"\dot{x}_{v}")[I] ** 2, "ẋ_v,i²", r"\dot{x}_{v,i}^{2}"),
    (sympy.Rational("1.0507009873554804934193349852946") * X, "1.0507009873…·x", r"1.0507009873\ldots x"),
    (-sympy.Rational("1.0507009873554804934193349852946") * X, "-1.0507009873…·x", r"- 1.0507009873\ldots x"),
]


@pytest.mark.parametrize(("value", "in_text", "in_latex"), CASES, ids=[case[1] for case in CASES])
def test_formulas(value: object, in_text: str, in_latex: str) -> None:
    assert text(value) == in_text
    assert latex(value) == in_latex


def test_words_are_escaped() -> None:
    assert escaped("w_1 < 2 & 50%") == r"w\_1 $<$ 2 \& 50\%"
