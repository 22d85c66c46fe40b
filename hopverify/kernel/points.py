"""Derivatives at a point, in dual numbers: of a Lagrangian along directions, of the energy along the flow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from flint import arb

from hopverify.kernel import terms
from hopverify.kernel.arithmetic import Value, beside, mapped
from hopverify.kernel.balls import BALLS
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.duals import DUALS, Dual, check_around
from hopverify.kernel.evaluate import arrays_of, evaluate, values_of
from hopverify.kernel.functions import ball
from hopverify.kernel.network import Network, drives, slope
from hopverify.kernel.numbers import Rejected
from hopverify.kernel.terms import STATE, Term, Variable


def curvature(core: Core, layer: Layer, x: Sequence[Fraction], u: Sequence[Fraction], v: Sequence[Fraction]) -> arb:
    """Return uᵀ∇²L(x)v. Neurons that act for themselves, and whose part is 0, may have any state."""
    L = layer.L
    if L is None:
        raise Rejected(f"layer {layer.name} has no Lagrangian")
    first = slope(core, layer, L)

    def bent(at: Value, direction: Value) -> Value:
        """Return ∇²L(at)·direction."""
        check_around(L, {**arrays_of(core, L, every=False), STATE: at}, "state")
        moving = {**arrays_of(core, first, arithmetic=DUALS, every=False), STATE: beside(Dual, at, direction)}
        return mapped(lambda each: each.rate, evaluate(first, moving, DUALS))

    if layer.elementwise:
        parts = [ball(a) * bent(ball(at), ball(b)) for at, a, b in zip(x, u, v, strict=True) if a * b != 0]
        return arb(BALLS.total(parts))
    at, left, right = ([ball(each) for each in vector] for vector in (x, u, v))
    return arb(BALLS.dot(left, bent(at, right)))


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
    at_once = {layer.name for layer in core.fast_layers}
    for name in sorted(at_once):
        for part in drives(core, name):
            if not at_once.isdisjoint(needs(part)):
                raise Rejected(f"layer {name} is instantaneous, and depends on instantaneous layers")


@dataclass(frozen=True)
class Point:
    """States and activations of all layers of a flow, in balls or in dual numbers."""

    network: Network
    x: Mapping[str, Value]
    gamma: Mapping[str, Value]

    @cached_property
    def energy(self) -> Value:
        """E at the point."""
        return self.network.energy(self.x, self.gamma)

    @cached_property
    def flow(self) -> dict[str, Value]:
        """Tẋ = drive + b - ρx of the layers with τ > 0, in balls."""
        return {
            layer.name: [
                part - rho * x
                for part, rho, x in zip(
                    self.network.drive(layer, self.gamma), values_of(layer.leak), self.x[layer.name], strict=True
                )
            ]
            for layer in self.network.core.slow_layers
        }


def at(network: Network, states: Mapping[str, Value]) -> Point:
    """Return the point with given states of the layers with τ > 0; the others have x = (drive + b)/ρ."""
    check_explicit(network.core)
    a, x = network.arithmetic, dict(states)
    # The drives of instantaneous layers do not depend on what stands for their own states here.
    guess = network.activations(
        {layer.name: states.get(layer.name, [a.number(0)] * layer.size) for layer in network.core.flow_layers}
    )
    for layer in network.core.fast_layers:
        leak = values_of(layer.leak, a)
        x[layer.name] = [a.apply("divide", *pair) for pair in zip(network.drive(layer, guess), leak, strict=True)]
    return Point(network, x, network.activations(x))


def check_gradients(point: Point) -> None:
    """Refuse a point at which activations or drives are gradients of what has no value there, or none beside it."""
    core, arrays = point.network.core, point.network.arrays
    for layer in core.layers:
        if isinstance(layer, Layer) and layer.g is None and layer.L is not None:
            x = point.x[layer.name]
            for each in x if layer.elementwise else [x]:
                check_around(layer.L, {**arrays, STATE: each}, "state")
    gamma = {("activation", name): value for name, value in point.gamma.items()}
    for synapse in core.synapses:
        if synapse.drive is None:
            check_around(synapse.energy, {**arrays, **gamma}, "activation")


def rate(point: Point) -> arb:
    """Return dE/dt: E in dual numbers that move along the flow."""
    core = point.network.core
    velocities = {
        layer.name: [part / tau for part, tau in zip(point.flow[layer.name], values_of(layer.tau), strict=True)]
        for layer in core.slow_layers
    }
    moving = {name: beside(Dual, point.x[name], velocity) for name, velocity in velocities.items()}
    energy: Dual = at(Network(core, DUALS), moving).energy
    return energy.rate
