r"""Formulas in LaTeX, with amsmath.

>>> from hopverify.derivation.language import read
>>> print(latex(read("-Sum(W[i, j]*g[j], (j, 1, n))/2")))
- \frac{1}{2} \sum_{j=1}^{n} {W}_{i,j} {g}_{j}
"""

from __future__ import annotations

import re

from hopverify.derivation.formula import ONE, Formula, Node, Number
from hopverify.derivation.notation import ATOM, HALF, POWER, PRODUCT, Printer
from hopverify.derivation.printing import LETTERS

_COMMANDS = {letter: rf"\{letter}" for letter in LETTERS} | {"phi": r"\phi", "xdot": r"\dot{x}"}


def latex(value: Formula) -> str:
    """Return a formula in LaTeX."""
    return _Latex().printed(value)[0]


class _Latex(Printer):
    """LaTeX with amsmath."""

    times, minus = " ", "- "
    left, right = r"\left(", r"\right)"

    def symbol(self, name: str) -> str:
        if name[0].isdigit() or name[0] == "(":
            return name.replace("…", r"\ldots")
        head, *tail = name.split("_")
        head = _COMMANDS.get(head) or re.sub(r"^([A-Za-z])(\d+)$", r"\1_{\2}", head)
        return f"{head}_{{{' '.join(tail)}}}" if tail else head

    def fraction(self, over: list[Formula], under: list[Formula]) -> tuple[str, int]:
        if not under:
            return self.factors(over), self.printed(over[0])[1] if len(over) == 1 else PRODUCT
        if len(under) == 1 and isinstance(under[0], Number) and any(map(_has_sum, over)):
            # The sign of summation stands behind a fraction of numbers, not above its bar.
            first, rest = (over[0], over[1:]) if isinstance(over[0], Number) else (ONE, over)
            number = rf"\frac{{{self.printed(first)[0]}}}{{{self.printed(under[0])[0]}}}"
            body = self.wrapped(rest[0], PRODUCT) if len(rest) == 1 else self.factors(rest)
            return f"{number} {body}", PRODUCT
        return rf"\frac{{{self.factors(over)}}}{{{self.factors(under)}}}", PRODUCT

    def raised(self, base: Formula, exponent: Formula) -> tuple[str, int]:
        if exponent == HALF:
            return rf"\sqrt{{{self.printed(base)[0]}}}", ATOM
        above = self.printed(exponent)[0]
        if isinstance(base, Node) and base.head.isidentifier() and base.head not in _SPECIAL:
            function, bracket, arguments = self.function(base.head, [self.printed(p)[0] for p in base.parts]).partition(
                r"{\left("
            )
            return f"{function}^{{{above}}}{bracket}{arguments}", ATOM
        shown, level = self.printed(base)
        if isinstance(base, Node) and base.head in _BRACED:
            shown = f"{{{shown}}}"
        return f"{shown if level == ATOM else self._bracketed(shown)}^{{{above}}}", POWER

    def _bracketed(self, shown: str) -> str:
        return f"{self.left}{shown}{self.right}"

    def exponential(self, argument: Formula) -> str:
        return "e" if argument == ONE else f"e^{{{self.printed(argument)[0]}}}"

    def total(self, value: Node) -> str:
        body, *ends = value.parts
        shown, level = self.printed(body)
        if value.head == "Integral":
            index, low, high = (self.printed(end)[0] for end in ends)
            return rf"\int\limits_{{{low}}}^{{{high}}} {shown}\, d{index}"
        triples = zip(ends[::3], ends[1::3], ends[2::3], strict=True)
        signs = [
            rf"\sum_{{{self.printed(i)[0]}={self.printed(low)[0]}}}^{{{self.printed(high)[0]}}}"
            for i, low, high in triples
        ]
        return f"{' '.join(signs)} {self._bracketed(shown) if level < PRODUCT else shown}"

    def component(self, value: Node) -> str:
        """Print the indices behind the name of the layer, as TeX allows no second subscript."""
        base, *shown = (self.printed(part)[0] for part in value.parts)
        indices = ",".join(shown)
        letter, mark, layer = base.rpartition("_{")
        return f"{letter}_{{{layer[:-1]},{indices}}}" if mark else f"{{{base}}}_{{{indices}}}"

    def function(self, name: str, arguments: list[str]) -> str:
        if name in _SPECIAL:
            return _SPECIAL[name].format(*arguments)
        head = name if name in _OPERATORS else ""
        if head:
            return rf"\{head}{{\left({','.join(arguments)} \right)}}"
        letter = self.symbol(name) if len(name.partition("_")[0]) == 1 or name == "phi" else _operator(name)
        return rf"{letter}{{\left({','.join(arguments)} \right)}}"


def _operator(name: str) -> str:
    words = name.replace("_", r"\_")
    return rf"\operatorname{{{words}}}"


def _has_sum(value: Formula) -> bool:
    return any(isinstance(node, Node) and node.head == "Sum" for node in value.nodes())


_SPECIAL = {
    "KroneckerDelta": r"\delta_{{{} {}}}",
    "relu": r"\max({}, 0)",
    "abs": r"\left|{}\right|",
    "max": r"\max({}, {})",
    "min": r"\min({}, {})",
    "polylog": r"\operatorname{{Li}}_{{{}}}\left({}\right)",
    "exp": "e^{{{}}}",
    "Sum": "",
    "Integral": "",
}
_BRACED = ("relu", "abs", "max", "min", "exp")
_OPERATORS = ("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arctan")


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
