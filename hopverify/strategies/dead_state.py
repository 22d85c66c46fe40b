"""Dead states: two states that differ in dead neurons only, so that activations and energy cannot tell them apart."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from hopverify.expr.pieces import Piece
from hopverify.networks import Model
from hopverify.networks.dead_zones import dead_zones
from hopverify.spec import ExactArray
from hopverify.strategies.arguments import check_flag, check_instance
from hopverify.strategies.number import short_numbers
from hopverify.strategies.state import State, states, vector


class FlatSegment(NamedTuple):
    """The two ends of a segment of states on which no activation changes. ``dead`` has the neurons that differ.

    >>> from hypothesis import find
    >>> from hopverify import build_model, parse_spec
    >>> from hopverify.strategies import dead_states
    >>> model = build_model(parse_spec("{hopverify: 1, name: pair, layers: {x: {size: 2, lagrangian: relu}}}"))
    >>> find(dead_states(model), lambda segment: True).dead
    {'x': (0,)}
    """

    first: State
    second: State

    @property
    def dead(self) -> dict[str, tuple[int, ...]]:
        """The neurons in which the ends differ, by layer."""
        ends = ((name, self.first[name].fractions(), self.second[name].fractions()) for name in self.first)
        return {name: tuple(i for i in range(len(x)) if x[i] != y[i]) for name, x, y in ends if bool((x != y).any())}


def dead_states(model: Model, *, dyadic: bool = False) -> st.SearchStrategy[FlatSegment]:
    """Return pairs of states of a model whose activations agree exactly, all along the segment between them.

    They differ in at least one neuron, and only in neurons that are dead: h = 0 on an open interval that holds both.
    E is the same at both, and so is the gradient, 0 along the segment; the flow need not be.
    Raises ``InvalidArgument`` if no neuron of the model can be dead.

    >>> from hypothesis import find
    >>> from hopverify import build_model, parse_spec
    >>> from hopverify.strategies import dead_states
    >>> model = build_model(parse_spec("{hopverify: 1, name: pair, layers: {x: {size: 2, lagrangian: relu}}}"))
    >>> first, second = find(dead_states(model), lambda pair: True)
    >>> first["x"].floats(), second["x"].floats()
    (array([-1.,  0.]), array([-2.,  0.]))
    """
    check_instance("model", model, Model)
    check_flag("dyadic", dyadic)
    zones = {layer.name: dead_zones(layer.function) for layer in model.dynamic}
    if not any(zones.values()):
        functions = ", ".join(f"{layer.name}: {layer.function.name or 'an expression'}" for layer in model.dynamic)
        raise InvalidArgument(f"No neuron of model={model.name!r} can be dead ({functions}); relu and hard_tanh can")
    return _pairs(model, {name: found for name, found in zones.items() if found}, dyadic)


@st.composite
def _pairs(draw: st.DrawFn, model: Model, zones: Mapping[str, list[Piece]], dyadic: bool) -> FlatSegment:
    first = dict(draw(states(model, dyadic=dyadic)))
    second = dict(first)
    candidates = [(name, i) for name in zones for i in range(model.layers[name].size)]
    for name, i in draw(st.lists(st.sampled_from(candidates), min_size=1, unique=True)):
        zone = draw(st.sampled_from(zones[name]))
        here, there = draw(st.lists(_inside(zone, dyadic), min_size=2, max_size=2, unique=True))
        first[name], second[name] = _with(first[name], i, here), _with(second[name], i, there)
    return FlatSegment(first, second)


def _with(values: ExactArray, place: int, number: Fraction) -> ExactArray:
    entries = values.fractions().tolist()
    entries[place] = number
    return vector(entries)


def _inside(zone: Piece, dyadic: bool) -> st.SearchStrategy[Fraction]:
    """Return short numbers of an open interval, of which an end may be infinite."""
    if zone.lower is not None and zone.upper is not None:
        return short_numbers(zone.lower, zone.upper, dyadic=dyadic, strict=True)
    steps = short_numbers(Fraction(0), Fraction(4), dyadic=dyadic, strict=True)
    if zone.upper is not None:
        end = zone.upper
        return steps.map(lambda step: end - step)
    start = zone.lower if zone.lower is not None else Fraction(0)
    return steps.map(lambda step: start + step)
