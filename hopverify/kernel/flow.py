"""The flow at rest: F(x) = ρx - b - drive(g(x)) of all neurons of all layers, whose zeros are the equilibria.

Neurons are numbered through the layers, in the order of the core; those of instantaneous layers are among them, so that
what follows at once from the others is an unknown like them. States are balls: points, or boxes.

    F(y) - F(x) = M(y - x),   M in J(X) = diag(ρ) - G(γ)·D(x)          for x, y in a box X

with all slopes D of the activations on the box, and all gains G of the drives on the activations that it has: by the
mean value theorem for each function that they are made of, in Clarke's sense where one has a kink. Where a function
has no value or jumps, its slope is no number, and nothing is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property

from flint import arb, arb_mat, fmpq_mat

from hopverify.kernel.affine import Affine, affine_drives, starts
from hopverify.kernel.arithmetic import Arithmetic, Value
from hopverify.kernel.balls import BALLS
from hopverify.kernel.composition import of_state
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.curves import Curve
from hopverify.kernel.duals import DUALS, Dual, check_around
from hopverify.kernel.evaluate import arrays_of, evaluate, values_of
from hopverify.kernel.exact import RATIONALS
from hopverify.kernel.functions import ball, exactly
from hopverify.kernel.network import activation, drives
from hopverify.kernel.normalised import normalised
from hopverify.kernel.numbers import Rejected, need
from hopverify.kernel.points import needs
from hopverify.kernel.terms import STATE, Place, Term

Balls = Sequence[arb]


class Flow:
    """F of a core with exact arrays; the activations of single neurons are locally Lipschitz by composition."""

    def __init__(self, core: Core) -> None:
        need(core.spins is None, "flow", "spins follow no flow")
        self.core, self.starts = core, starts(core)
        self.layers = core.flow_layers
        self.size = sum(layer.size for layer in self.layers)
        self.activations = {layer.name: activation(core, layer) for layer in self.layers}
        self.drives = {layer.name: list(drives(core, layer.name)) for layer in self.layers}
        self.sources = {name: [set(needs(term)) for term in terms] for name, terms in self.drives.items()}
        self.arrays = self._arrays(BALLS)
        self.moving_arrays = self._arrays(DUALS)
        self.leak = [Fraction(each) for layer in self.layers for each in layer.leak.entries]
        self.leaks = list(map(ball, self.leak))
        self.curves = {layer.name: Curve(core, layer) for layer in self.layers if layer.elementwise}

    def _arrays(self, arithmetic: Arithmetic) -> dict[Place, Value]:
        used = [*self.activations.values(), *(term for terms in self.drives.values() for term in terms)]
        return arrays_of(self.core, *used, arithmetic=arithmetic)

    @cached_property
    def affine(self) -> tuple[Affine, ...] | None:
        """drive + b of each neuron as exact affine functions of the activations; None where they are not affine."""
        try:
            return affine_drives(self.core)
        except Rejected:
            return None

    @cached_property
    def weights(self) -> tuple[fmpq_mat, fmpq_mat] | None:
        """W and β of drive + b = W·g(x) + β, exactly; None where the drives are not affine."""
        if self.affine is None:
            return None
        W = fmpq_mat(self.size, self.size)
        for row, form in enumerate(self.affine):
            for column, weight in form.slopes.items():
                W[row, column] = exactly(weight)
        constants = [exactly(form.constant) for form in self.affine]
        return W, fmpq_mat(self.size, 1, constants)

    @cached_property
    def separate(self) -> list[Curve] | None:
        """The curve of each neuron, where neurons act for themselves, and drives are affine."""
        if self.weights is None or len(self.curves) < len(self.layers):
            return None
        return [self.curves[layer.name] for layer in self.layers for _ in range(layer.size)]

    def part(self, layer: Layer, x: Sequence[Value]) -> list[Value]:
        """Return the entries of a list that belong to a layer."""
        first = self.starts[layer.name]
        return list(x[first : first + layer.size])

    # ------------------------------------------------------------------------------------------------------- in balls

    def gamma(self, x: Balls) -> list[arb]:
        """Return the range of each activation on a box."""
        return [each for layer in self.layers for each in self.activated(layer, self.part(layer, x))]

    def activated(self, layer: Layer, own: Balls) -> list[arb]:
        """Return the range of each activation of a layer on a box of its states."""
        if layer.elementwise:
            curve = self.curves[layer.name]
            return [curve.at(u) if u.is_exact() else arb.union(*curve.reached(u.lower(), u.upper())) for u in own]
        return self.whole(layer, own)

    def whole(self, layer: Layer, own: Balls) -> list[arb]:
        """Return the range of each activation of a layer that acts as a whole."""
        g, known = self.activations[layer.name], normalised(self.activations[layer.name])
        if known is None:
            moved = evaluate(g, {**self.arrays, STATE: own})
        else:
            moved = [ball(known.factor) * y for y in known.values(own)]
        return [_or_range(self.core, layer, g, u) for u in moved]

    def drive(self, gamma: Sequence[arb]) -> list[arb]:
        """Return drive + b for activations."""
        if self.balls is not None:
            W, offset = self.balls
            return [*(W * arb_mat(self.size, 1, list(gamma)) + offset).entries()]
        values = self._places(gamma)
        found: list[arb] = []
        for layer in self.layers:
            parts = [evaluate(term, values) for term in self.drives[layer.name]]
            found += [sum(each, arb(0)) for each in zip(values_of(layer.bias), *parts, strict=True)]
        return found

    def residual(self, x: Balls) -> list[arb]:
        """Return the natural range of F on a box."""
        return [rho * u - part for rho, u, part in zip(self.leaks, x, self.drive(self.gamma(x)), strict=True)]

    @cached_property
    def balls(self) -> tuple[arb_mat, arb_mat] | None:
        """W and β in balls."""
        return None if self.weights is None else (arb_mat(self.weights[0]), arb_mat(self.weights[1]))

    def _places(self, gamma: Sequence[Value]) -> Mapping[Place, Value]:
        return {**self.arrays, **{("activation", layer.name): self.part(layer, gamma) for layer in self.layers}}

    def slopes(self, x: Balls) -> arb_mat:
        """Return D: all slopes of the activations on a box."""
        D = arb_mat(self.size, self.size)
        for layer in self.layers:
            first, own = self.starts[layer.name], self.part(layer, x)
            if layer.elementwise:
                for k, u in enumerate(own, start=first):
                    D[k, k] = self.curves[layer.name].slopes(u.lower(), u.upper())
                continue
            for k, column in enumerate(self.whole_slopes(layer, own), start=first):
                for row, each in enumerate(column, start=first):
                    D[row, k] = each
        return D

    def whole_slopes(self, layer: Layer, own: Balls) -> list[list[arb]]:
        """Return all slopes of the activation of a layer that acts as a whole, column by column."""
        g = self.activations[layer.name]
        if layer.g is None and layer.L is not None:
            check_around(layer.L, {**arrays_of(self.core, layer.L), STATE: own}, "state")
        known = normalised(g)
        return [self._moved(g, own, k) for k in range(layer.size)] if known is None else known.slopes(own)

    def _moved(self, g: Term, own: Balls, moved: int) -> list[arb]:
        """Return the derivatives of the activation of a layer as a whole by one state."""
        return [each.rate for each in evaluate(g, {**self.moving_arrays, STATE: _moving(own, moved)}, DUALS)]

    def gains(self, x: Balls) -> arb_mat:
        """Return G: all derivatives of the drives by the activations that a box has."""
        if self.balls is not None:
            return self.balls[0]
        gamma = self.gamma(x)
        for synapse in self.core.synapses:
            if synapse.drive is None:
                energy = synapse.energy
                check_around(energy, {**self._places(gamma), **arrays_of(self.core, energy)}, "activation")
        G = arb_mat(self.size, self.size)
        for source in self.layers:
            for column in range(self.starts[source.name], self.starts[source.name] + source.size):
                values = {**self._places(_moving(gamma, column)), **self.moving_arrays}
                for first, term in self._moved_by(source):
                    for row, each in enumerate(evaluate(term, values, DUALS), start=first):
                        G[row, column] += each.rate
        return G

    def _moved_by(self, source: Layer) -> Iterator[tuple[int, Term]]:
        """Yield the parts of drives that depend on the activation of a layer, each with its first neuron."""
        for layer in self.layers:
            for term, sources in zip(self.drives[layer.name], self.sources[layer.name], strict=True):
                if source.name in sources:
                    yield self.starts[layer.name], term

    def jacobian(self, x: Balls) -> arb_mat:
        """Return J: all slopes of F on a box."""
        return self.leaking() - self.gains(x) * self.slopes(x)

    def leaking(self) -> arb_mat:
        """Return diag(ρ)."""
        found = arb_mat(self.size, self.size)
        for k, rho in enumerate(self.leaks):
            found[k, k] = rho
        return found

    # --------------------------------------------------------------------------------------------------- in rationals

    def is_zero(self, x: Sequence[Fraction]) -> bool:
        """Return whether F(x) = 0 exactly; refuse a state at which F is not known to have a rational value."""
        if any(residual.is_finite() and not residual.contains(0) for residual in self.residual(list(map(ball, x)))):
            return False
        arrays, gamma = self._arrays(RATIONALS), list[Fraction]()
        self.jacobian(list(map(ball, x)))
        for layer in self.layers:
            g, own = self.activations[layer.name], self.part(layer, x)
            if layer.elementwise:
                gamma += [evaluate(g, {**arrays, STATE: each}, RATIONALS) for each in own]
            else:
                gamma += evaluate(g, {**arrays, STATE: own}, RATIONALS)
        values = {**self._places(gamma), **arrays}
        total: list[Fraction] = []
        for layer in self.layers:
            parts = [evaluate(term, values, RATIONALS) for term in self.drives[layer.name]]
            total += [sum(each, Fraction(0)) for each in zip(values_of(layer.bias, RATIONALS), *parts, strict=True)]
        return all(rho * u == part for rho, u, part in zip(self.leak, x, total, strict=True))


def _or_range(core: Core, layer: Layer, g: Term, u: arb) -> arb:
    """Return a value, or, where it is not known to be finite, the range of what it is one of."""
    if u.is_finite():
        return u
    reached = of_state(core, layer, g).range
    return reached.low[0].union(reached.high[0])


def _moving(x: Sequence[arb], moved: int) -> list[Dual]:
    """Return numbers of which one moves."""
    return [Dual(u, arb(1) if k == moved else None) for k, u in enumerate(x)]
