"""What the energy leaves open of listed equilibria, and the flat regions around them, as claims about a list.

The evidence for a list, a claim of the kernel with its proof, becomes the first premise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.certificate import Evidence
from hopverify.checker.convexity import is_convex
from hopverify.core import core_of
from hopverify.expr.balls import BALLS, ball, precision
from hopverify.expr.curvature import curvature
from hopverify.expr.pieces import End
from hopverify.expr.translation import is_flat_only_along_ones, is_threshold_potential, response_to_shift
from hopverify.kernel import core
from hopverify.networks import Layer, Model, Neurons
from hopverify.numerics.constant_pieces import ConstantPieces, Interval, Place, constant_pieces
from hopverify.numerics.elimination import negative_pivot
from hopverify.obligations import Search
from hopverify.provers.structure import entry, premise_of

AROUND, INSIDE = "its flat region", "all of it in the basin"
NOT_SHOWN = "not shown to lie in the basin"
DIFFERENT_TIMES = f"{NOT_SHOWN}: the time constants or leaks differ inside the layer"
NOT_CONVEX = f"{NOT_SHOWN}: no Lagrangian that is evidently convex"
OPEN, NO_MORE = "an open neighbourhood lies in the basin too", "no more is claimed"

Ends = list[tuple[Fraction, Fraction]]


def with_undetermined(search: Search, listing: Evidence) -> Evidence:
    """Return evidence of what the energy leaves open of the equilibria that are listed."""
    rows = [_recovered(search.neurons, each) for each in listing["claim"]["equilibria"]]
    return _about(search, "undetermined states", {"equilibria": rows}, [listing], _graded(search.model))


def with_flat_regions(search: Search, listing: Evidence) -> Evidence:
    """Return evidence of the flat regions around the equilibria that are listed, perhaps with their stability."""
    rows = [_flat_region(search.neurons, each) for each in listing["claim"]["equilibria"]]
    inside = all(_is_inside(row) for row in rows)
    fields = {"equilibria": rows, "in_basins": inside}
    return _about(search, "flat regions", fields, [listing], _regular(search.model))


def _about(
    search: Search, claim: str, fields: Mapping[str, Any], listing: list[Evidence], premises: list[Any]
) -> Evidence:
    first = [premise_of(each) for each in listing]
    stated = first[0]["claim"]
    complete = stated.get("all", stated["claim"] == "equilibria")
    region = {"region": stated["region"]} if stated.get("region") is not None else {}
    proof = {"by": "each", "premises": [*first, *premises]}
    return {"rule": "kernel", "claim": {"claim": claim, **fields, "all": complete, **region}, "proof": proof}


def _graded(model: Model) -> list[dict[str, Any]]:
    """Return the premises that g = ∇L for layers that act as a whole."""
    layers = [each for each in core_of(model).layers if isinstance(each, core.Layer)]
    whole = [each.name for each in layers if not each.elementwise and each.L is not None and each.g is not None]
    return [entry("identity", "gradient of L", layer=name) for name in whole]


def _regular(model: Model) -> list[dict[str, Any]]:
    """Return the premises that solutions are unique."""
    found = [entry("composition", "Lipschitz activation", layer=name) for name in model.layers]
    found += [entry("composition", "Lipschitz drive", synapse=name) for name in model.synapses]
    inhibited = [name for name in model.layers if name in model.inhibition]
    found += [entry("composition", "convex", layer=name) for name in inhibited]
    stated = {each.name for each in core_of(model).layers if isinstance(each, core.Layer) and each.g is not None}
    return found + _graded(model) + [entry("identity", "gradient of L", layer=n) for n in inhibited if n in stated]


# ------------------------------------------------------------------------------------------------------------- a state


def _ends(x: list[Any]) -> Ends:
    return [
        (Fraction(each), Fraction(each)) if isinstance(each, str) else (Fraction(each[0]), Fraction(each[1]))
        for each in x
    ]


def _same(listed: Mapping[str, Any]) -> dict[str, Any]:
    return {key: listed[key] for key in ("x", "dimension") if key in listed}


def _places(network: Neurons, ends: Ends) -> dict[int, Interval | Place]:
    """Return where each neuron of an elementwise layer lies."""
    pieces: dict[int, ConstantPieces] = {
        i: constant_pieces(function) for i, function in enumerate(network.functions) if function.elementwise
    }
    return {i: own.around(*ends[i]) for i, own in pieces.items()}


def _recovered(network: Neurons, listed: Mapping[str, Any]) -> dict[str, Any]:
    names, x, ends = network.names(), listed["x"], _ends(listed["x"])
    places = _places(network, ends)
    hidden = {names[i]: x[i] for i, place in places.items() if isinstance(place, Interval)}
    unsettled = [names[i] for i, place in places.items() if place is Place.UNSETTLED]
    for whole in _whole_states(network, ends):
        hidden |= {names[i]: x[i] for i in whole.outside}
        if whole.shifts:
            over = [ends[i] for i in whole.support]
            mean = [str(sum((pair[end] for pair in over), Fraction(0)) / len(over)) for end in (0, 1)]
            of = f"{whole.layer.name} over its support" if whole.outside else whole.layer.name
            hidden[f"the mean of {of}"] = mean if mean[0] != mean[1] else mean[0]
        if not whole.known:
            unsettled.append(whole.layer.name)
    return _same(listed) | {"undetermined": hidden} | ({"unsettled": unsettled} if unsettled else {})


def _flat_region(network: Neurons, listed: Mapping[str, Any]) -> dict[str, Any]:
    names, ends = network.names(), _ends(listed["x"])
    moving = {i for layer, neurons in network.places() if not layer.instantaneous for i in neurons.tolist()}
    places = {i: place for i, place in _places(network, ends).items() if i in moving}
    region = {
        names[i]: [_end(place.lower, "-∞"), _end(place.upper, "+∞")]
        for i, place in places.items()
        if isinstance(place, Interval)
    }
    layers = {names[i]: f"{AROUND}, {INSIDE}" for i, place in places.items() if place is Place.UNSETTLED}
    for whole in _whole_states(network, ends):
        if not whole.point and not whole.layer.instantaneous:
            layers[whole.layer.name] = f"{whole.form(names)}, {whole.basin()}"
    found = _same(listed) | {"region": region} | ({"layers": layers} if layers else {})
    stable = _is_inside(found) and listed.get("stability") == "stable"
    return found | {"neighbourhood": OPEN if stable else NO_MORE}


def _is_inside(row: Mapping[str, Any]) -> bool:
    return not any(NOT_SHOWN in text for text in row.get("layers", {}).values())


def _end(end: End, infinite: str) -> str:
    return infinite if end is None else str(end)


# ------------------------------------------------------------------------------------------- layers that act as a whole


@dataclass(frozen=True)
class _WholeState:
    """An equilibrium's state of a layer that is not elementwise: its neurons, those outside the support apart.

    ``known`` if F(γ) is known exactly, as a ``point`` or as what ``form`` says.
    """

    layer: Layer
    support: list[int]
    outside: list[int]
    known: bool
    point: bool = False

    @property
    def shifts(self) -> bool:
        """Whether L is affine along (1, …, 1)."""
        potential = self.layer.function.potential
        return potential is not None and response_to_shift(potential, "x") is not None

    def form(self, names: list[str]) -> str:
        """Return F(γ) in words: the normal cone of the simplex at γ makes it wider outside the support."""
        if self.outside:
            dead = ", ".join(names[i] for i in self.outside)
            return f"x + t·1 for every t, with {dead} anywhere up to t above the threshold of the support"
        return "x + R·1" if self.known else AROUND

    def basin(self) -> str:
        """Return whether F(γ) lies in the basin (T8)."""
        if not self.known and not is_convex(self.layer.function.potential):
            return NOT_CONVEX
        returns = self.layer.uniform_tau and len(set(self.layer.leak)) == 1
        return INSIDE if returns else DIFFERENT_TIMES


def _whole_states(network: Neurons, ends: Ends) -> list[_WholeState]:
    whole = [(layer, own.tolist()) for layer, own in network.places() if not layer.function.elementwise]
    with precision():
        return [_whole_state(layer, neurons, [ends[i] for i in neurons]) for layer, neurons in whole]


def _whole_state(layer: Layer, neurons: list[int], ends: Ends) -> _WholeState:
    potential = layer.function.potential
    if potential is None:
        return _WholeState(layer, neurons, [], known=False)
    x = np.array([ball(low).union(ball(high)) for low, high in ends], dtype=object)
    units = np.array([[BALLS.number(Fraction(int(i == k))) for i in range(layer.size)] for k in range(layer.size)])
    H = np.array([layer.function.hessian_times(x, unit, BALLS) for unit in units], dtype=object).T
    if is_threshold_potential(potential):
        gamma = layer.function.activate(x, BALLS)
        # Outside the support the activation is 0, and stays 0 beside the equilibrium (a row of zeros).
        dead = [bool(g == 0) and all(bool(each == 0) for each in row) for g, row in zip(gamma, H, strict=True)]
        known = all(out or bool(g > 0) for g, out in zip(gamma, dead, strict=True))
        outside = [i for i, out in zip(neurons, dead, strict=True) if out and known]
        return _WholeState(layer, [i for i in neurons if i not in outside], outside, known)
    definite = (H + H.T) / BALLS.number(Fraction(2))
    point = is_convex(potential) and (curvature(potential, {"x"}).strict or negative_pivot(definite)[0] == "positive")
    return _WholeState(layer, neurons, [], point or is_flat_only_along_ones(potential), point)
