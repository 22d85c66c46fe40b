"""States with E ≤ c lie inside a box, or do not leave it: E > c around it, by intervals.

E = Σ [ρ(xg - L) - bg] + Σ S, for convex L with g = ∇L, where each layer is elementwise and none is instantaneous.
x·g - L rises with |x|, and ρ(xg - L) - bg ≥ -ρL(b/ρ).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise, product

from flint import arb

from hopverify.kernel.core import Core, Layer
from hopverify.kernel.drive_ranges import EVERYWHERE, Bounds, activations, of_term
from hopverify.kernel.evaluate import arrays_of, evaluate
from hopverify.kernel.functions import ball
from hopverify.kernel.intervals import Range, exactly, multiplied
from hopverify.kernel.network import activation
from hopverify.kernel.numbers import Rejected, need
from hopverify.kernel.terms import STATE, Term

Box = Mapping[str, Sequence[Bounds]]
MAX_PIECES = 2**14


def check_above_around(core: Core, box: Box, level: Fraction, parts: int) -> None:
    """Refuse a box unless E > level at all states outside; bounded intervals are looked at in so many equal parts."""
    places = [(name, k) for name, bounds in box.items() for k in range(len(bounds))]
    for place in places:
        for own in _beyond(box[place[0]][place[1]]):
            _check(core, {each: own if each == place else EVERYWHERE for each in places}, level, parts)


def check_above_on_faces(core: Core, box: Box, level: Fraction, parts: int) -> None:
    """Refuse a box unless E > level on each of its faces."""
    inside = {(name, k): own for name, bounds in box.items() for k, own in enumerate(bounds)}
    for place, ends in inside.items():
        for end in ends:
            if end is not None:
                _check(core, {**inside, place: (end, end)}, level, parts)


def _beyond(own: Bounds) -> Iterator[Bounds]:
    low, high = own
    if low is not None:
        yield None, low
    if high is not None:
        yield high, None


def _check(core: Core, cell: Mapping[tuple[str, int], Bounds], level: Fraction, parts: int) -> None:
    count = parts ** sum(map(_is_cut, cell.values()))
    need(count <= MAX_PIECES, "level", f"there are more than {MAX_PIECES} parts of a face")
    pieces = [_pieces(own, parts) for own in cell.values()]
    for chosen in product(*pieces):
        box: dict[str, list[Bounds]] = {layer.name: [] for layer in core.flow_layers}
        for (name, _), own in zip(cell, chosen, strict=True):
            box[name].append(own)
        need(bool(least_energy(core, box) > ball(level)), "level", "E is not shown to be above it around the box")


def _is_cut(own: Bounds) -> bool:
    low, high = own
    return low is not None and high is not None and low < high


def _pieces(own: Bounds, parts: int) -> list[Bounds]:
    low, high = own
    if low is None or high is None or not _is_cut(own):
        return [own]
    cuts = [low + (high - low) * Fraction(k, parts) for k in range(parts + 1)]
    return list(pairwise(cuts))


def least_energy(core: Core, box: Box) -> arb:
    """Return a lower bound of E over a box."""
    gamma = {layer.name: activations(core, layer, box[layer.name]) for layer in core.flow_layers}
    found = arb(0)
    for layer in core.flow_layers:
        for k, own in enumerate(box[layer.name]):
            found += _least_of_neuron(core, layer, k, own, gamma[layer.name][k])
    for synapse in core.synapses:
        found += of_term(core, synapse.energy, gamma).low[0]
    return arb(found.lower())


def _least_of_neuron(core: Core, layer: Layer, place: int, own: Bounds, gamma: Range) -> arb:
    rho, b = layer.leak.fraction(place), layer.bias.fraction(place)
    most = multiplied(gamma, exactly(b)).high[0]
    if rho == 0:
        return -most
    low, high = own
    nearest = low if low is not None and low > 0 else high if high is not None and high < 0 else Fraction(0)
    potential = layer.L
    if potential is None:
        raise Rejected(f"layer {layer.name}: levels ask for a Lagrangian, as a term")
    L, g = (_at(core, term, nearest) for term in (potential, activation(core, layer)))
    least = (ball(rho) * (ball(nearest) * g - L) - most).lower()
    fenchel = (-ball(rho) * _at(core, potential, b / rho)).lower()
    return least.max(fenchel) if least.is_finite() else fenchel


def _at(core: Core, term: Term, state: Fraction) -> arb:
    found: arb = evaluate(term, {**arrays_of(core, term), STATE: ball(state)})
    return found
