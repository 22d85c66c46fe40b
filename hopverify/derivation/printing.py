"""Formulas on a terminal and in LaTeX.

>>> text(sympy.sqrt(X**2 + 1) / 2)
'√(x² + 1)/2'
>>> text(sympy.exp(2 * STATE[I]) * sympy.KroneckerDelta(I, J))
'e^(2·x_i)·δ_ij'
"""

from __future__ import annotations

import re
from typing import Any

import sympy
from sympy.printing.latex import LatexPrinter
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.str import StrPrinter

from hopverify.derivation.calculus import STATE, I, J
from hopverify.derivation.translation import X

_LETTERS = {
    **{"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "theta": "θ", "kappa": "κ"},
    **{"lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "rho": "ρ", "sigma": "σ", "tau": "τ", "Xi": "Ξ", "pi": "π"},
    r"\dot{x}": "ẋ",
}
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_MARKUP = frozenset("\\`*_{}[]<>|~$&")
_LONG = 12
"""Rationals with more digits are written as decimals where they are some."""


def text(value: Any) -> str:
    """Return a formula on one line."""
    printed: str = _Text().doprint(_with_decimals(value))
    return printed.replace("*", "·")


def latex(value: Any) -> str:
    """Return a formula in LaTeX."""
    printed: str = _Latex({"inv_trig_style": "full"}).doprint(_with_decimals(value))
    return printed


def _with_decimals(value: Any) -> Any:
    """Write long decimal fractions as such."""
    long = {r for r in value.atoms(sympy.Rational) if not r.is_Integer and len(f"{r.p}{r.q}") > _LONG}
    return value.xreplace({r: sympy.sign(r) * sympy.Symbol(_decimal(abs(r)), positive=True) for r in long})


def _decimal(value: Any) -> str:
    places = next((k for k in range(400) if (10**k * value).is_Integer), None)
    if places is None:
        return f"({value.p}/{value.q})"
    digits = f"{value.p * 10**places // value.q:0{places + 1}d}"
    shown = f"{digits[:-places]}.{digits[-places:]}"
    return shown if len(shown) <= _LONG else f"{shown[:_LONG]}…"


def _positive_first(terms: list[Any]) -> list[Any]:
    """Return the terms of a sum, those with a minus sign last."""
    return sorted(terms, key=lambda term: bool(term.could_extract_minus_sign()))


def name_of(label: str) -> str:
    """Return a name with Greek letters, its layer after an underscore."""
    head, underscore, tail = label.partition("_")
    return _LETTERS.get(head, head) + underscore + tail.strip("{}")


class _Text(StrPrinter):  # type: ignore[misc]
    """SymPy's one-line printer with roots, powers, sums and indices as people write them."""

    # Not "_sympystr": SymPy's own classes would print themselves.
    printmethod = "_one_line"

    def _as_ordered_terms(self, expr: Any, order: Any = None) -> list[Any]:
        return _positive_first(super()._as_ordered_terms(expr, order))

    def _print_Symbol(self, expr: Any) -> str:
        return name_of(expr.name)

    def _print_IndexedBase(self, expr: Any) -> str:
        return name_of(str(expr.label))

    def _print_Indexed(self, expr: Any) -> str:
        base = self._print(expr.base)
        indices = [self._print(index) for index in expr.indices]
        if any(len(index) > 2 for index in indices):
            return f"{base}[{', '.join(indices)}]"
        plain = all(len(index) == 1 for index in indices)
        return f"{base}{',' if '_' in base else '_'}{('' if plain else ',').join(indices)}"

    def _print_KroneckerDelta(self, expr: Any) -> str:
        indices = sorted((self._print(index) for index in expr.args), key=lambda index: (index.isdigit(), index))
        if any(len(index) > 2 for index in indices):
            return f"δ[{', '.join(indices)}]"
        return f"δ_{('' if all(len(index) == 1 for index in indices) else ',').join(indices)}"

    def _print_Pi(self, expr: Any) -> str:
        return "π"

    def _print_Pow(self, expr: Any, rational: bool = False) -> str:
        base, exponent = expr.args
        if exponent.is_Rational and exponent < 0:
            return f"1/{self.parenthesize(sympy.Pow(base, -exponent), PRECEDENCE['Pow'])}"
        if exponent == sympy.Rational(1, 2):
            return f"√{self._atom(base)}"
        if exponent.is_Integer:
            return self._atom(base) + str(exponent).translate(_SUPERSCRIPTS)
        return f"{self._atom(base)}^{self._atom(exponent)}"

    def _print_exp(self, expr: Any) -> str:
        return f"e^{self._atom(expr.args[0])}"

    def _print_Exp1(self, expr: Any) -> str:
        return "e"

    def _atom(self, value: Any) -> str:
        printed: str = self._print(value)
        single = value.is_Symbol or (value.is_Integer and value >= 0) or isinstance(value, sympy.Indexed)
        named = value.is_Function and not isinstance(value, sympy.exp)
        return printed if single or named or value == sympy.pi else f"({printed})"

    def _print_Sum(self, expr: Any) -> str:
        indices = "".join(self._print(index) for index in expr.variables)
        return f"Σ_{indices} {self.parenthesize(expr.function, PRECEDENCE['Mul'], strict=True)}"

    def _print_Integral(self, expr: Any) -> str:
        ((variable, low, high),) = expr.limits
        body = expr.function.subs(variable, sympy.Symbol("s"))
        return f"∫_{self._print(low)}^{self._atom(high)} {self.parenthesize(body, PRECEDENCE['Mul'], strict=True)} ds"

    def _print_Function(self, expr: Any) -> str:
        known = {"relu": "max({}, 0)", "modulus": "|{}|", "larger": "max({}, {})", "smaller": "min({}, {})"}
        known |= {"step": "step({})", "sign": "sign({})", "atan": "arctan({})"}
        arguments = [self._print(argument) for argument in expr.args]
        if expr.func.__name__ == "polylog":
            return f"Li{str(expr.args[0]).translate(str.maketrans('0123456789', '₀₁₂₃₄₅₆₇₈₉'))}({arguments[1]})"
        if expr.func.__name__ in known:
            return known[expr.func.__name__].format(*arguments)
        return f"{expr.func.__name__}({', '.join(arguments)})"

    _print_polylog = _print_Function
    _print_relu = _print_modulus = _print_larger = _print_smaller = _print_atan = _print_Function


class _Latex(LatexPrinter):  # type: ignore[misc]
    """SymPy's LaTeX with the functions of ours it does not know."""

    def _as_ordered_terms(self, expr: Any, order: Any = None) -> list[Any]:
        return _positive_first(super()._as_ordered_terms(expr, order))

    def _print_Symbol(self, expr: Any, style: str = "plain") -> str:
        name = expr.name.replace("…", r"\ldots")
        return name if name[0].isdigit() else str(super()._print_Symbol(expr))

    def _print_Mul(self, expr: Any) -> str:
        """Print a fraction of a sum with the sign of summation behind it: ½ Σ …, not Σ … over 2."""
        factor, rest = expr.as_coeff_Mul()
        if factor.is_Integer or not factor.is_Rational or not rest.has(sympy.Sum):
            return str(super()._print_Mul(expr))
        sign = "- " if factor < 0 else ""
        body = self.parenthesize(rest, PRECEDENCE["Mul"]) if rest.is_Add else self._print(rest)
        return rf"{sign}\frac{{{abs(factor.p)}}}{{{factor.q}}} {body}"

    def _print_Indexed(self, expr: Any) -> str:
        r"""Print the indices behind the name of the layer: TeX takes ``{\dot{x}_{v}}_{i}`` for a double subscript."""
        base = str(self._print(expr.base))
        indices = ",".join(str(self._print(index)) for index in expr.indices)
        letter, mark, layer = base.rpartition("_{")
        if mark and layer.endswith("}") and layer.count("}") == 1:
            return f"{letter}_{{{layer[:-1]},{indices}}}"
        return f"{{{base}}}_{{{indices}}}"

    def _print_Sum(self, expr: Any) -> str:
        """Print one sign of summation for each index, as people do."""
        signs = [
            rf"\sum_{{{self._print(i)}={self._print(low)}}}^{{{self._print(high)}}}" for i, low, high in expr.limits
        ]
        body = rf"\left({self._print(expr.function)}\right)" if expr.function.is_Add else self._print(expr.function)
        return f"{' '.join(signs)} {body}"

    def _print_relu(self, expr: Any, exp: Any = None) -> str:
        return _raised(rf"\max({self._print(expr.args[0])}, 0)", exp)

    def _print_modulus(self, expr: Any, exp: Any = None) -> str:
        return _raised(rf"\left|{self._print(expr.args[0])}\right|", exp)

    def _print_larger(self, expr: Any, exp: Any = None) -> str:
        return _raised(rf"\max({self._print(expr.args[0])}, {self._print(expr.args[1])})", exp)

    def _print_smaller(self, expr: Any, exp: Any = None) -> str:
        return _raised(rf"\min({self._print(expr.args[0])}, {self._print(expr.args[1])})", exp)


def _raised(printed: str, exponent: Any) -> str:
    return printed if exponent is None else rf"{{{printed}}}^{{{exponent}}}"


def escaped(words: str) -> str:
    r"""Return plain words for ``\text{…}``, special characters escaped."""
    special = {character: f"\\{character}" for character in "&%$#_{}"} | {"^": r"\^{}", "<": "$<$", ">": "$>$"}
    return "".join(special.get(character, character) for character in words)


def latex_words(words: str) -> str:
    """Return plain words within a formula."""
    return rf"\text{{{escaped(words)}}}"


def portable_words(words: str) -> str:
    r"""Return plain words within a formula that TeX, MathJax and KaTeX set alike: only letters stand in ``\text``.

    >>> portable_words("for a_b < 0")
    '\\text{for a}\\_\\text{b }<\\text{ 0}'
    """
    parts = re.split(r"([&%$#_{}<>^\\~])", words)
    signs = {"<": "<", ">": ">", "^": r"\wedge ", "\\": r"\backslash ", "~": r"\sim "}
    # Signs are at odd places.
    shown = (signs.get(part, f"\\{part}") if place % 2 else rf"\text{{{part}}}" for place, part in enumerate(parts))
    return "".join(part for part in shown if part != r"\text{}")


def for_markdown(words: str) -> str:
    r"""Return plain words for the inside of a line of Markdown: no markup, no formula, no end of a table's cell.

    >>> for_markdown("2*x|y <b>")
    '2\\*x\\|y \\<b\\>'
    """
    return "".join(f"\\{character}" if character in _MARKUP else character for character in words)


# Names that formulas of a layer use and doctests above.
__all__ = [
    "STATE",
    "I",
    "J",
    "X",
    "escaped",
    "for_markdown",
    "latex",
    "latex_words",
    "name_of",
    "portable_words",
    "text",
]
