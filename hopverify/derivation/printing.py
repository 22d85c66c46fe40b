"""Formulas on a terminal, on one line.

>>> from hopverify.derivation.language import read
>>> text(read("sqrt(x**2 + 1)/2"))
'√(x² + 1)/2'
>>> text(read("exp(2*x[i])*KroneckerDelta(i, j)"))
'e^(2·x_i)·δ_ij'
"""

from __future__ import annotations

from fractions import Fraction

from hopverify.derivation.formula import Formula, Node, Number, Symbol, substituted
from hopverify.derivation.notation import ATOM, HALF, POWER, PRODUCT, Printer

LETTERS = {
    **{"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "theta": "θ", "kappa": "κ"},
    **{"lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "rho": "ρ", "sigma": "σ", "tau": "τ", "Xi": "Ξ", "pi": "π"},
    "xdot": "ẋ",
}
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_MARKUP = frozenset("\\`*_{}[]<>|~$&")


def text(value: Formula) -> str:
    """Return a formula on one line."""
    return _Text().printed(value)[0]


def name_of(label: str) -> str:
    """Return a name with Greek letters, its layer after an underscore."""
    head, underscore, tail = label.partition("_")
    return LETTERS.get(head, head) + underscore + tail


class _Text(Printer):
    """One line, with roots, powers, sums and indices as people write them."""

    def symbol(self, name: str) -> str:
        return name_of(name)

    def fraction(self, over: list[Formula], under: list[Formula]) -> tuple[str, int]:
        if not under:
            return self.factors(over), self.printed(over[0])[1] if len(over) == 1 else PRODUCT
        above = self.wrapped(over[0], PRODUCT) if len(over) == 1 else self.factors(over)
        below = self.wrapped(under[0], POWER) if len(under) == 1 else f"({self.factors(under)})"
        return f"{above}/{below}", PRODUCT

    def raised(self, base: Formula, exponent: Formula) -> tuple[str, int]:
        if exponent == HALF:
            return f"√{self._atom(base)}", POWER
        if isinstance(exponent, Number) and exponent.value.denominator == 1:
            return self._atom(base) + str(exponent.value).translate(_SUPERSCRIPTS), POWER
        return f"{self._atom(base)}^{self._atom(exponent)}", POWER

    def _atom(self, value: Formula) -> str:
        shown, level = self.printed(value)
        return shown if level == ATOM else f"({shown})"

    def exponential(self, argument: Formula) -> str:
        return "e" if argument == Number(Fraction(1)) else f"e^{self._atom(argument)}"

    def total(self, value: Node) -> str:
        body, *ends = value.parts
        if value.head == "Integral":
            index, low, high = ends
            inner = substituted(body, {self.printed(index)[0]: Symbol("s")})
            return f"∫_{self.printed(low)[0]}^{self._atom(high)} {self.wrapped(inner, PRODUCT)} ds"
        indices = "".join(self.printed(index)[0] for index in ends[::3])
        return f"Σ_{indices} {self.wrapped(body, PRODUCT)}"

    def component(self, value: Node) -> str:
        base, *indices = (self.printed(part)[0] for part in value.parts)
        if any(len(index) > 2 for index in indices):
            return f"{base}[{', '.join(indices)}]"
        return f"{base}{',' if '_' in base else '_'}{_listed(indices)}"

    def function(self, name: str, arguments: list[str]) -> str:
        if name == "KroneckerDelta":
            indices = sorted(arguments, key=lambda index: (index.isdigit(), index))
            long = any(len(index) > 2 for index in indices)
            return f"δ[{', '.join(indices)}]" if long else f"δ_{_listed(indices)}"
        if name == "polylog":
            return f"Li{arguments[0].translate(_SUBSCRIPTS)}({arguments[1]})"
        known = {"relu": "max({}, 0)", "abs": "|{}|"}
        return known[name].format(*arguments) if name in known else f"{name}({', '.join(arguments)})"


def _listed(indices: list[str]) -> str:
    return ("" if all(len(index) == 1 for index in indices) else ",").join(indices)


def for_markdown(words: str) -> str:
    r"""Return plain words for the inside of a line of Markdown: no markup, no formula, no end of a table's cell.

    >>> for_markdown("2*x|y <b>")
    '2\\*x\\|y \\<b\\>'
    """
    return "".join(f"\\{character}" if character in _MARKUP else character for character in words)
