"""L and g of single neurons as Coq writes them: total functions alone, with the meaning that docs/core.md gives them.

>>> from hopverify.kernel.language import read
>>> written(read(["divide", ["power", ["relu", ["state"]], "2"], "2"], "L"))
'relu u ^ 2 / 2'
>>> written(read(["log", ["state"]], "L"))
Traceback (most recent call last):
    ...
hopverify.exporting.refusal.NotExported: the function log has no statement for Coq
"""

from __future__ import annotations

from hopverify.exporting.numbers import real
from hopverify.exporting.refusal import NotExported
from hopverify.kernel.terms import Apply, Number, Term, Variable

STATE = "u"

PREFIXED = {
    **{each: each for each in ("exp", "expm1", "sinh", "cosh", "tanh", "logcosh", "softplus", "sigmoid", "relu")},
    "abs": "Rabs",
    "max": "Rmax",
    "min": "Rmin",
}
"""Functions of core models, and what Coq's library of reals or ``proofs/Functions.v`` calls them."""

BETWEEN = {"add": ("+", 1), "subtract": ("-", 1), "multiply": ("*", 2), "divide": ("/", 2)}
"""Signs, and how strongly they bind; all group to the left."""

WHOLE, TIGHT = 4, 5


def written(term: Term) -> str:
    """Return a function of the state u, as an expression of Coq's reals."""
    return _written(term)[0]


def written_of_states(term: Term, size: int) -> str:
    """Return a Lagrangian of a whole layer, as an expression in its states u: log-sum-exp, scaled.

    >>> from hopverify.kernel.language import read
    >>> written_of_states(read(["divide", ["logsumexp", ["multiply", "2", ["state"]]], "2"], "L"), 4)
    'logsumexp 4 (fun i => 2 * u i) / 2'
    """
    if isinstance(term, Apply) and term.function == "divide":
        inner, number = term.arguments
        if isinstance(number, Number) and number.value != 0 and isinstance(inner, Apply) and inner.function != "divide":
            return f"{written_of_states(inner, size)} / {real(number.value)}"
    if isinstance(term, Apply) and term.function == "logsumexp":
        (inner,) = term.arguments
        if inner == Variable(("state", "")):
            return f"logsumexp {size} {STATE}"
        if isinstance(inner, Apply) and inner.function == "multiply":
            beta, state = inner.arguments
            if isinstance(beta, Number) and state == Variable(("state", "")):
                return f"logsumexp {size} (fun i => {real(beta.value)} * {STATE} i)"
    raise NotExported("of layers that act as a whole, only Lagrangians that are a log-sum-exp have a statement for Coq")


def _written(term: Term) -> tuple[str, int]:
    """Return the text and how strongly its outermost sign binds."""
    if isinstance(term, Number):
        return real(term.value), TIGHT
    if isinstance(term, Variable):
        if term.place != ("state", ""):
            raise NotExported(f"the {' '.join(term.place)} in a function of a neuron has no statement for Coq")
        return STATE, TIGHT
    if term.function in PREFIXED:
        arguments = [_within(each, TIGHT) for each in term.arguments]
        return " ".join([PREFIXED[term.function], *arguments]), WHOLE
    if term.function == "negate":
        return f"(- {_within(term.arguments[0], 2)})", TIGHT
    if term.function == "power":
        return _power(term), 3
    if term.function in BETWEEN:
        return _between(term)
    raise NotExported(f"the function {term.function} has no statement for Coq")


def _within(term: Term, binding: int) -> str:
    text, own = _written(term)
    return text if own >= binding else f"({text})"


def _power(term: Apply) -> str:
    base, exponent = term.arguments
    assert isinstance(exponent, Number)
    if exponent.value.denominator != 1 or exponent.value < 1:
        raise NotExported(f"a power with the exponent {exponent.value} has no statement for Coq; whole ones ≥ 1 have")
    return f"{_within(base, WHOLE)} ^ {exponent.value}"


def _between(term: Apply) -> tuple[str, int]:
    sign, binding = BETWEEN[term.function]
    left, right = term.arguments
    if term.function == "divide" and not (isinstance(right, Number) and right.value != 0):
        raise NotExported("a division by another thing than a number has no statement for Coq")
    return f"{_within(left, binding)} {sign} {_within(right, binding + 1)}", binding
