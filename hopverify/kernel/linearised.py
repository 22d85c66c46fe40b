"""A flow beside one of its states: how activations move with states, and which neurons are at a kink, or alive.

    T ẋ = W g(x) + b - ρx,    δẋ = T⁻¹(WH - ρ) δx,    E'' along v:  vᵀ(ρH - HWH)v = Σ ρ_i δγ_i v_i - δγᵀWδγ,  δγ = Hv

H, the derivative of g, is enclosed in balls on a box of states. Neurons are numbered through the layers, in the order
of the core. At a kink each side has a slope of its own: δγ is the derivative of g along v from the right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, reduce

from flint import arb, arb_mat

from hopverify.kernel.composition import of_state
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.entries import Entry
from hopverify.kernel.evaluate import arrays_of, evaluate
from hopverify.kernel.flow import Flow
from hopverify.kernel.functions import ball
from hopverify.kernel.known import STILL
from hopverify.kernel.network import activation
from hopverify.kernel.numbers import Rejected
from hopverify.kernel.points import check_explicit
from hopverify.kernel.slopes import Side, Slopes, is_smooth
from hopverify.kernel.smooth import SMOOTH
from hopverify.kernel.terms import STATE


class Linear:
    """What all states of a flow have in common: W, ρ, τ, and the slopes of each layer on its cells."""

    def __init__(self, core: Core) -> None:
        self.flow, self.core = Flow(core), core
        self.size, self.leak = self.flow.size, self.flow.leak
        self.layers = [(layer, range(first, first + layer.size)) for layer, first in self._starts()]
        self.whole = [(layer, neurons) for layer, neurons in self.layers if not layer.elementwise]
        self.tau = [Fraction(each) for layer in self.flow.layers for each in layer.tau.entries]
        self.slow = [i for i, tau in enumerate(self.tau) if tau > 0]
        self.fast = [i for i, tau in enumerate(self.tau) if tau == 0]
        self.slopes = {layer.name: Slopes(core, layer) for layer in self.flow.layers if layer.elementwise}

    def _starts(self) -> list[tuple[Layer, int]]:
        return [(layer, self.flow.starts[layer.name]) for layer in self.flow.layers]

    @property
    def weights(self) -> arb_mat:
        """W in balls, of a flow that was seen to be symmetric."""
        assert self.flow.balls is not None
        return self.flow.balls[0]

    @cached_property
    def is_symmetric(self) -> bool:
        """Whether drives are affine, and W = Wᵀ, exactly."""
        weights = self.flow.weights
        return weights is not None and weights[0] == weights[0].transpose()

    @cached_property
    def flows(self) -> bool:
        """Whether neurons with τ = 0 have, by structure, one state for each drive of the others.

        They do not depend on each other, or their Lagrangians are convex.
        """
        try:
            check_explicit(self.core)
        except Rejected:
            return all(map(self._is_convex, self.core.fast_layers))
        return True

    def _is_convex(self, layer: Layer) -> bool:
        """Whether a Lagrangian is convex by composition, or g, which is continuous, rises on each of its pieces."""
        if layer.elementwise and all(piece.rates.nonnegative for piece in self.flow.curves[layer.name].pieces):
            return True
        return layer.L is not None and of_state(self.core, layer, layer.L).convex


@dataclass(frozen=True, eq=False)
class Beside:
    """A flow beside a state: an exact one, or one in a box."""

    flow: Linear
    entry: Entry

    @cached_property
    def sides(self) -> dict[int, list[Side]]:
        """The slopes of each neuron that acts for itself."""
        return {
            i: self.flow.slopes[layer.name].touching(*self.entry.ends[i])
            for layer, neurons in self.flow.layers
            if layer.elementwise
            for i in neurons
        }

    @cached_property
    def hessian(self) -> arb_mat:
        """H; of a neuron at a kink all that lies between the slopes of its sides."""
        return self.flow.flow.slopes(self.entry.ball)

    @cached_property
    def at_kink(self) -> list[int]:
        """The neurons that lie exactly at a kink."""
        return [i for i, sides in self.sides.items() if self.entry.exact and _turns(sides)]

    @cached_property
    def alive(self) -> list[int]:
        """The neurons that are not at a kink, and whose activation is not seen to stand still."""
        rows = {i: [self.hessian[i, j] for j in neurons] for _, neurons in self.flow.whole for i in neurons}
        rows |= {i: [side.slope for side in sides] for i, sides in self.sides.items()}
        moving = [i for i, row in sorted(rows.items()) if not all(each == 0 for each in row)]
        return [i for i in moving if i not in self.at_kink]

    @cached_property
    def is_smooth(self) -> bool:
        """Whether the flow has continuous derivatives around the state."""
        if not all(map(is_smooth, self.sides.values())):
            return False
        for layer, neurons in self.flow.whole:
            g = activation(self.flow.core, layer)
            arrays = arrays_of(self.flow.core, g, arithmetic=SMOOTH)
            try:
                evaluate(g, {**arrays, STATE: [self.entry.ball[i] for i in neurons]}, SMOOTH)
            except Rejected:
                return False
        return True

    @property
    def rises(self) -> bool:
        """Whether no neuron that acts for itself has a negative slope around the state."""
        return all(side.rises for sides in self.sides.values() for side in sides)

    def steepest(self, i: int) -> arb:
        """Return a bound of the slopes of a neuron that acts for itself."""
        return reduce(arb.max, (side.slope.upper() for side in self.sides[i]))

    def moved(self, v: Sequence[Fraction]) -> list[arb]:
        """Return δγ, the derivative of g along v."""
        found = [arb(0)] * self.flow.size
        for i, sides in self.sides.items():
            if v[i]:
                found[i] = sides[-1 if v[i] > 0 else 0].slope * ball(v[i])
        for _, neurons in self.flow.whole:
            for i in neurons:
                found[i] = sum((self.hessian[i, j] * ball(v[j]) for j in neurons), arb(0))
        return found

    def columns(self) -> list[dict[int, int]]:
        """Return vectors that complement the null space of H that is known: dead neurons, and (1, …, 1) of a layer.

        They are unit vectors, or differences of two, in the order of the neurons.
        """
        found = []
        for layer, neurons in self.flow.layers:
            own = [i for i in neurons if i in self.alive]
            if own and not layer.elementwise and is_flat_along_ones(self.flow.core, layer):
                found += [{i: 1, own[-1]: -1} for i in own[:-1]]
            else:
                found += [{i: 1} for i in own]
        return found


def _turns(sides: Sequence[Side]) -> bool:
    return len(sides) > 1 and not is_smooth(sides)


def is_flat_along_ones(core: Core, layer: Layer) -> bool:
    """Whether g never changes along (1, …, 1): L grows there by a multiple of what is added, or g is still (T5)."""
    if layer.g is None and layer.L is not None:
        return of_state(core, layer, layer.L).shift is not None
    return of_state(core, layer, activation(core, layer)).shift == STILL
