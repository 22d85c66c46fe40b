"""Terms: numbers, variables, and functions of terms. The functions are those of :mod:`hopverify.kernel.language`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from hopverify.kernel.numbers import Rejected

Shape = tuple[int, ...]
Place = tuple[str, str]
"""A variable: what it is ("state", "activation", "array") and of what."""

STATE: Place = ("state", "")
"""The argument of L and g: the state of one neuron, or of a layer."""


@dataclass(frozen=True)
class Number:
    """A rational constant."""

    value: Fraction


@dataclass(frozen=True)
class Variable:
    """A state, an activation or an array."""

    place: Place


@dataclass(frozen=True)
class Apply:
    """A function of the table with its arguments."""

    function: str
    arguments: tuple[Term, ...]


Term = Number | Variable | Apply


def walk(term: Term) -> Iterator[Term]:
    """Yield each node once, arguments before the functions that use them."""
    seen: set[int] = set()
    pending = [(term, False)]
    while pending:
        node, ready = pending.pop()
        if ready:
            yield node
        elif id(node) not in seen:
            seen.add(id(node))
            pending.append((node, True))
            if isinstance(node, Apply):
                pending.extend((each, False) for each in reversed(node.arguments))


def substituted(term: Term, by: Mapping[Place, Term]) -> Term:
    """Return a term with others in the place of its variables; what stands twice in it stays one node."""
    known: dict[int, Term] = {}
    for node in walk(term):
        known[id(node)] = by.get(node.place, node) if isinstance(node, Variable) else node
        if isinstance(node, Apply):
            known[id(node)] = Apply(node.function, tuple(known[id(each)] for each in node.arguments))
    return known[id(term)]


def variables(*of: Term) -> set[Place]:
    """Return the variables that stand in terms."""
    return {node.place for term in of for node in walk(term) if isinstance(node, Variable)}


def arrays(*of: Term) -> set[str]:
    """Return the names of the arrays that stand in terms."""
    return {name for kind, name in variables(*of) if kind == "array"}


class Misfit(Rejected):
    """Shapes that do not fit, or a constant that is none."""

    def __init__(self) -> None:
        super().__init__("term: an argument that does not fit")


def constant(term: Term) -> Fraction:
    """Return the value of an argument that has to be a number."""
    if not isinstance(term, Number):
        raise Misfit
    return term.value


def whole(term: Term) -> int:
    """Return the value of an argument that has to be a whole number ≥ 0."""
    value = constant(term)
    if value.denominator != 1 or value < 0:
        raise Misfit
    return int(value)
