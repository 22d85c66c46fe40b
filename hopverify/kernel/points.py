"""Derivatives at a point, in balls: of a Lagrangian along directions, of the energy along the flow.

Each is evaluated from terms that :mod:`~hopverify.kernel.derive` differentiates, never from differences. Where a
function has a kink, its slope is all that lies between those of the two sides; the slope of a jump is no number, with
which no comparison holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import arb

from hopverify.kernel import derive, terms, vectors
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.evaluate import Network, defined, drives, evaluate, values_of
from hopverify.kernel.functions import ball
from hopverify.kernel.numbers import Rejected
from hopverify.kernel.terms import Place, Shape, Term, Variable
from hopverify.kernel.vectors import Value

STATE: Place = ("state", "")
DIRECTION: Place = ("direction", "")
"""A vector that no term of a core can name."""

Vectors = dict[str, Value]


def curvature(core: Core, layer: Layer, x: Sequence[Fraction], u: Sequence[Fraction], v: Sequence[Fraction]) -> arb:
    """Return uᵀ∇²L(x)v. Neurons that act for themselves, and whose part is 0, may have any state."""
    if layer.L is None:
        raise Rejected(f"layer {layer.name} has no Lagrangian")
    shape: Shape = () if layer.elementwise else (layer.size,)
    places = {**core.places, STATE: shape, DIRECTION: shape}
    slope = derive.gradient(layer.L, STATE, places)
    both = (*terms.walk(layer.L), *terms.walk(slope))
    used = {node.place[1] for node in both if isinstance(node, Variable) and node.place[0] == "array"}
    arrays: dict[Place, Value] = {("array", name): values_of(core.arrays[name]) for name in used}
    if layer.elementwise:
        second = derive.gradient(slope, STATE, places)
        moved = [(ball(a * b), ball(at)) for a, b, at in zip(u, v, x, strict=True) if a * b != 0]
        for _, at in moved:
            defined(layer.L, arrays | {STATE: at})
        return vectors.total_of([part * evaluate(second, arrays | {STATE: at}) for part, at in moved])
    along = derive.gradient(derive.apply("dot", slope, Variable(DIRECTION)), STATE, places)
    values = arrays | {STATE: [ball(each) for each in x], DIRECTION: [ball(each) for each in v]}
    defined(layer.L, values)
    return vectors.dot([ball(each) for each in u], evaluate(along, values))


def needs(term: Term) -> Iterator[str]:
    """Yield the layers on whose activations the value of a term may depend: of ``ones(γ)`` only the size counts."""
    pending = [term]
    while pending:
        node = pending.pop()
        if isinstance(node, Variable) and node.place[0] == "activation":
            yield node.place[1]
        elif isinstance(node, terms.Apply) and node.function not in ("ones", "unit", "size"):
            pending += node.arguments


def check_explicit(core: Core) -> None:
    """Refuse a core in which the state of an instantaneous layer does not follow from layers with τ > 0 alone."""
    at_once = {layer.name for layer in core.layers if isinstance(layer, Layer) and layer.instantaneous}
    for name in sorted(at_once):
        for part in drives(core, name):
            if not at_once.isdisjoint(needs(part)):
                raise Rejected(f"layer {name} is instantaneous, and depends on instantaneous layers")


@dataclass(frozen=True)
class Point:
    """States, activations and Tẋ = drive + b - ρx of all layers; Tẋ is 0 where τ = 0."""

    network: Network
    x: Vectors
    gamma: Vectors
    flow: Vectors

    @property
    def energy(self) -> arb:
        """E at the point."""
        found: arb = self.network.energy(self.x, self.gamma)
        return found


def at(network: Network, states: Mapping[str, Value]) -> Point:
    """Return the point with given states of the layers with τ > 0; the others have x = (drive + b)/ρ."""
    check_explicit(network.core)
    layers = [layer for layer in network.core.layers if isinstance(layer, Layer)]
    # The drives of instantaneous layers do not depend on what stands for their own states here.
    guess = {layer.name: states.get(layer.name, [arb(0)] * layer.size) for layer in layers}
    drive = network.drive(network.activations(guess))
    x = {
        layer.name: _settled(layer, drive[layer.name]) if layer.instantaneous else states[layer.name]
        for layer in layers
    }
    gamma = network.activations(x)
    drive = network.drive(gamma)
    flow = {
        layer.name: [arb(0)] * layer.size
        if layer.instantaneous
        else _sum(drive[layer.name], values_of(layer.bias), _times(_leak(layer, -1), x[layer.name]))
        for layer in layers
    }
    return Point(network, x, gamma, flow)


def rate(point: Point) -> arb:
    """Return dE/dt: the gradient of E, followed back to the states of the layers with τ > 0, times their velocity."""
    network = point.network
    layers = [layer for layer in network.core.layers if isinstance(layer, Layer)]
    of_x, of_gamma = _derived(point) if network.core.energy is None else _claimed(point, network.core.energy)
    for layer in (each for each in layers if each.instantaneous):
        # x = (drive + b)/ρ: the change that ∂E/∂x brings is that of the drive.
        change = _sum(of_x[layer.name], _back(point, layer, of_gamma[layer.name]))
        weights = [part / rho for part, rho in zip(change, values_of(layer.leak), strict=True)]
        for part in network.drives[layer.name]:
            for name in sorted(set(needs(part))):
                of_gamma[name] = _sum(of_gamma[name], _pulled(point, part, ("activation", name), weights))
    total = arb(0)
    for layer in (each for each in layers if not each.instantaneous):
        velocity = [part / tau for part, tau in zip(point.flow[layer.name], values_of(layer.tau), strict=True)]
        gradient = _sum(of_x[layer.name], _back(point, layer, of_gamma[layer.name]))
        total += vectors.dot(gradient, velocity)
    return total


def _derived(point: Point) -> tuple[Vectors, Vectors]:
    """Return ∂E/∂x and ∂E/∂γ of E = Σ [ρ(x·γ - L(x)) - b·γ] + Σ S(γ): ρ(γ - ∇L) and ρx - b + ∇S."""
    network, of_x, of_gamma = point.network, {}, {}
    for layer in (each for each in network.core.layers if isinstance(each, Layer)):
        if layer.L is None:
            raise Rejected(f"layer {layer.name} has no Lagrangian")
        of_x[layer.name] = _times(_leak(layer), _beside_gradient(point, layer, layer.L))
        parts = [_times(_leak(layer), point.x[layer.name])]
        if layer.bias_in_energy:
            parts.append([-b for b in values_of(layer.bias)])
        parts += [_pulled(point, each.energy, ("activation", layer.name)) for each in network.core.synapses]
        of_gamma[layer.name] = _sum(*parts)
    return of_x, of_gamma


def _claimed(point: Point, energy: Term) -> tuple[Vectors, Vectors]:
    """Return ∂E/∂x and ∂E/∂γ of an energy that is stated as a function of both."""
    names = [layer.name for layer in point.network.core.layers]
    of_x, of_gamma = (
        {name: _pulled(point, energy, (kind, name)) for name in names} for kind in ("state", "activation")
    )
    return of_x, of_gamma


def _pulled(point: Point, term: Term, place: Place, weights: Value | None = None) -> Value:
    """Return the gradient of a number, or of weights·vector, with respect to the states or activations of a layer."""
    core = point.network.core
    states = {("state", layer.name): (layer.size,) for layer in core.layers}
    places: dict[Place, Shape] = {**core.places, **states}
    values = {("activation", name): gamma for name, gamma in point.gamma.items()}
    values |= {("state", name): x for name, x in point.x.items()}
    if weights is not None:
        term = derive.apply("dot", term, Variable(DIRECTION))
        places[DIRECTION], values[DIRECTION] = (len(weights),), weights
    return evaluate(derive.gradient(term, place, places), point.network.arrays | values)


def _beside_gradient(point: Point, layer: Layer, L: Term) -> Value:
    """Return γ - ∇L at the state of a layer."""
    if layer.g is None:
        return [arb(0)] * layer.size
    shape: Shape = () if layer.elementwise else (layer.size,)
    slope = _at_states(point, layer, derive.gradient(L, STATE, {**point.network.core.places, STATE: shape}))
    return [a - b for a, b in zip(point.gamma[layer.name], slope, strict=True)]


def _at_states(point: Point, layer: Layer, term: Term, **others: Value) -> Value:
    x, arrays = point.x[layer.name], point.network.arrays
    if layer.elementwise:
        return [evaluate(term, arrays | {STATE: each}) for each in x]
    return evaluate(term, arrays | {STATE: x} | {(kind, ""): value for kind, value in others.items()})


def _back(point: Point, layer: Layer, weights: Value) -> Value:
    """Return (Dg)ᵀ·weights: what a change of activations by their weights is, as a change of states."""
    g, places = point.network.functions[layer.name], point.network.core.places
    if layer.elementwise:
        return _times(_at_states(point, layer, derive.gradient(g, STATE, {**places, STATE: ()})), weights)
    shapes: dict[Place, Shape] = {STATE: (layer.size,), DIRECTION: (layer.size,)}
    pulled = derive.gradient(derive.apply("dot", g, Variable(DIRECTION)), STATE, places | shapes)
    return _at_states(point, layer, pulled, direction=weights)


def _settled(layer: Layer, drive: Value) -> Value:
    return [part / rho for part, rho in zip(_sum(drive, values_of(layer.bias)), values_of(layer.leak), strict=True)]


def _leak(layer: Layer, sign: int = 1) -> Value:
    return [sign * rho for rho in values_of(layer.leak)]


def _times(u: Value, v: Value) -> Value:
    return [a * b for a, b in zip(u, v, strict=True)]


def _sum(*parts: Value) -> Value:
    return [vectors.total_of(each) for each in zip(*parts, strict=True)]
