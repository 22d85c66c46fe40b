"""What a term is the sum of, through `add`, `subtract`, `negate`, and products with and quotients by numbers.

>>> from hopverify.kernel import language
>>> for factor, term in summands(language.read(["subtract", "1", ["divide", ["state"], "2"]], "")):
...     print(factor, language.write(term))
1 1
-1/2 ['state']
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from hopverify.kernel.terms import Apply, Number, Term


def summands(term: Term, factor: Fraction = Fraction(1)) -> Iterator[tuple[Fraction, Term]]:
    """Yield the summands of a term, each with a number as a factor."""
    if isinstance(term, Apply) and term.function in ("add", "subtract"):
        left, right = term.arguments
        yield from summands(left, factor)
        yield from summands(right, factor if term.function == "add" else -factor)
    elif isinstance(term, Apply) and term.function == "negate":
        yield from summands(term.arguments[0], -factor)
    else:
        scale, inner = _scaled(term)
        if inner is term:
            yield factor, term
        else:
            yield from summands(inner, factor * scale)


def multiple(term: Term) -> tuple[Fraction, Term]:
    """Return c and u of a term cu, where numbers c stand first."""
    if isinstance(term, Apply) and term.function == "multiply" and isinstance(term.arguments[0], Number):
        factor, u = multiple(term.arguments[1])
        return term.arguments[0].value * factor, u
    return Fraction(1), term


def _scaled(term: Term) -> tuple[Fraction, Term]:
    """Return c and u for a multiple cu by a number."""
    if isinstance(term, Apply) and term.function == "multiply":
        for number, other in (term.arguments, term.arguments[::-1]):
            if isinstance(number, Number):
                return number.value, other
    if isinstance(term, Apply) and term.function == "divide":
        above, below = term.arguments
        if isinstance(below, Number) and below.value != 0:
            return 1 / below.value, above
    return Fraction(1), term
