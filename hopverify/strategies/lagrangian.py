"""Lagrangians as a spec writes them: a name, or a name with parameters."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from hopverify.activations import Activation
from hopverify.expr.balls import BALLS, precision
from hopverify.expr.evaluate import evaluate
from hopverify.expr.nodes import Expression, Number, substitute
from hopverify.expr.parser import parse
from hopverify.lagrangians import LAGRANGIANS, Lagrangian, first_unmet
from hopverify.spec import FieldKind
from hopverify.strategies.arguments import check_flag, check_whole, names_among
from hopverify.strategies.field_value import assignments

Fragment = str | dict[str, Mapping[str, Any]]
"""``"relu"`` or ``{"softmax": {"beta": "0.5"}}``: what stands under ``lagrangian`` or ``activation``."""


def lagrangians(
    *,
    names: Collection[str] | None = None,
    elementwise: bool | None = None,
    convex: bool | None = None,
    dead: bool | None = None,
    size: int | None = None,
    dyadic: bool = False,
) -> st.SearchStrategy[Fragment]:
    """Return Lagrangians of the catalogue with parameters from their declared ranges.

    ``names`` chooses among them. ``elementwise``, ``convex`` and ``dead`` ask for those that are, or with False are
    not, elementwise, convex with the parameters drawn, or such that g is constant on an interval of a neuron's states.
    ``size`` lets parameters that may be vectors have that many entries; ``dyadic`` keeps numbers to those that doubles
    hold.

    >>> from hypothesis import find
    >>> from hopverify.strategies import lagrangians
    >>> find(lagrangians(), lambda fragment: True)
    'identity'
    >>> find(lagrangians(dead=True, convex=True), lambda fragment: fragment != "abs")
    'relu'
    >>> find(lagrangians(names=["softmax"]), lambda fragment: fragment != "softmax")
    {'softmax': {'beta': 1}}
    """
    for name, value in (("elementwise", elementwise), ("convex", convex), ("dead", dead)):
        check_flag(name, value, optional=True)
    check_flag("dyadic", dyadic)
    if size is not None:
        check_whole("size", size, least=1)
    known = names_among("names", names, [entry.name for entry in simplest_first()], noun="Lagrangian")
    entries = [LAGRANGIANS[name] for name in known]
    if elementwise is not None:
        entries = [entry for entry in entries if entry.elementwise is elementwise]
    if dead is not None:
        entries = [entry for entry in entries if bool(entry.facts.dead) is dead]
    if convex is not None:
        entries = [entry for entry in entries if entry.facts.convex in (None, convex)]
    return _fragments(entries, size, dyadic, convex, dead) if entries else st.nothing()


def simplest_first() -> list[Lagrangian]:
    """Return the catalogue in the order in which draws shrink: elementwise, few parameters, short."""
    return sorted(
        LAGRANGIANS, key=lambda e: (not e.elementwise, len(e.parameters), len(e.activation), len(e.potential), e.name)
    )


@st.composite
def _fragments(
    draw: st.DrawFn, entries: list[Lagrangian], size: int | None, dyadic: bool, convex: bool | None, dead: bool | None
) -> Fragment:
    entry = draw(st.sampled_from(entries))
    values = draw(assignments(entry.parameters, size=size, dyadic=dyadic))
    numbers = numbers_of(entry, values)
    assume(first_unmet(entry.requires, numbers) is None)
    if convex is not None and entry.facts.convex_when is not None:
        assume(_is_at_least_zero(entry.facts.convex_when, numbers) is convex)
    if dead is False and entry.elementwise and entry.facts.generic_when is not None:
        assume(not _may_be_zero(entry.facts.generic_when, numbers))
    return fragment(entry.name, values)


def fragment(name: str, values: Mapping[str, Any]) -> Fragment:
    """Return a name with parameters as it stands in a spec."""
    return {name: values} if values else name


def numbers_of(entry: Lagrangian | Activation, values: Mapping[str, Any]) -> dict[str, Expression]:
    """Return the numbers among the parameters, those left out by their default."""
    found: dict[str, Expression] = {}
    for field in entry.parameters:
        value = values.get(field.name, field.default)
        if field.kind is FieldKind.NUMBERS:
            if isinstance(value, list | tuple) and len(value) > 1:
                continue
            value = value[0] if isinstance(value, list | tuple) else value
        found[field.name] = Number(Fraction(value))
    return found


def _at(text: str, numbers: Mapping[str, Expression]) -> Any:
    return evaluate(substitute(parse(text), numbers), {}, BALLS)


def _is_at_least_zero(text: str, numbers: Mapping[str, Expression]) -> bool:
    with precision():
        return bool(_at(text, numbers) >= 0)


def _may_be_zero(text: str, numbers: Mapping[str, Expression]) -> bool:
    with precision():
        return bool(_at(text, numbers).contains(0))
