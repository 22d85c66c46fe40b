"""A layer: n neurons with a Lagrangian (or a bare activation), bias, time constants and leak.

The function of a layer holds L, g and, for elementwise ones, h = g' as expressions in ``x`` with every numeric
parameter substituted; parameters that are vectors stay symbols, bound to arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from hopverify.errors import HopverifyError
from hopverify.expr.dual import Duals, along, slopes_of
from hopverify.expr.evaluate import Arithmetic, Value, evaluate
from hopverify.expr.nodes import Expression
from hopverify.expr.regularity import is_locally_lipschitz
from hopverify.spec.exact_array import ExactArray
from hopverify.synapses import held


class UnknownLagrangianError(HopverifyError):
    """The values of a Lagrangian are asked for that is the integral of an activation, or of one that has none."""

    def __init__(self) -> None:
        super().__init__("the Lagrangian is not stated: its values are not known")


@dataclass(frozen=True, eq=False)
class LayerFunction:
    """L, g and h of a layer. ``potential`` is None for a bare activation, ``slope`` unless elementwise.

    ``name`` is the registry's, or None for the user's own expression; ``neurons`` are the functions of single neurons
    with parameters of their own, of a layer that has the sum of their Lagrangians.
    """

    name: str | None
    potential: Expression | None
    activation: tuple[Expression, ...]
    slope: Expression | None
    constants: Mapping[str, ExactArray]
    parameters: Mapping[str, Fraction]
    neurons: tuple[LayerFunction, ...] = ()

    @property
    def elementwise(self) -> bool:
        """Whether each neuron's activation depends on its own state only."""
        return self.slope is not None

    @cached_property
    def has_lagrangian(self) -> bool:
        """Whether there is an L with g = ∇L: one that is stated, or the integral of a neuron's own activation."""
        return self.potential is not None or (self.elementwise and is_locally_lipschitz(self.activation[0]))

    def variables(self, x: Value, a: Arithmetic) -> dict[str, Value]:
        """Return what the names in L, g and h stand for."""
        return {"x": x} | {name: held(array, a) for name, array in self.constants.items()}

    def lagrangian(self, x: Value, a: Arithmetic) -> Value:
        """Return L(x), elementwise as a vector of L(x_i), of a whole layer as one number."""
        if self.potential is None:
            raise UnknownLagrangianError
        return evaluate(self.potential, self.variables(x, a), a)

    def activate(self, x: Value, a: Arithmetic) -> Value:
        """Return g(x), a vector."""
        variables = self.variables(x, a)
        if len(self.activation) == 1:
            return np.broadcast_to(evaluate(self.activation[0], variables, a), np.shape(x))
        parts = [evaluate(part, variables, a) for part in self.activation]
        return np.array(parts, dtype=np.asarray(x).dtype)

    def hessian_times(self, x: Value, d: Value, a: Arithmetic) -> Value:
        """Return H(x)·d, the derivative of g at x along d."""
        return slopes_of(self.activate(along(x, d), Duals(a)))


@dataclass(frozen=True, eq=False)
class Layer:
    """``tau`` and ``leak`` have length 1 or n; ``tau`` (0,) marks an instantaneous layer, leak (0,) no leak at all."""

    name: str
    size: int
    shape: tuple[int, ...] | None
    function: LayerFunction
    bias: ExactArray
    tau: tuple[Fraction, ...]
    leak: tuple[Fraction, ...]
    bias_in_energy: bool

    @property
    def instantaneous(self) -> bool:
        """Whether the layer is eliminated: x = (drive + b)/leak at every moment."""
        return set(self.tau) == {0}

    @cached_property
    def uniform_tau(self) -> bool:
        """Whether all neurons share one time constant."""
        return len(set(self.tau)) == 1

    def acts_like(self, other: Layer) -> bool:
        """Whether two layers have as many neurons and, term for term, the same activation."""
        own, its = self.function, other.function
        return self.size == other.size and own.activation == its.activation and own.constants == its.constants

    def each(self, numbers: tuple[Fraction, ...]) -> list[Fraction]:
        """Return tau or leak as one number for each neuron, exactly."""
        return list(numbers) * (self.size if len(numbers) == 1 else 1)

    def per_neuron(self, numbers: tuple[Fraction, ...], a: Arithmetic) -> Value:
        """Return tau or leak as a vector of the number system, or one number where all agree."""
        if len(set(numbers)) == 1:
            return a.number(numbers[0])
        return a.array(np.array(numbers, dtype=object))

    def energy(self, x: Value, gamma: Value, a: Arithmetic) -> Value:
        """Return the layer's own part of E: Σ ρ(x·g - L) - b·g, with ρ the leak."""
        leak = self.per_neuron(self.leak, a)
        lagrangian = self.function.lagrangian(x, a)
        if self.function.elementwise:
            own = (leak * (x * gamma - lagrangian)).sum()
        else:
            own = leak * ((x * gamma).sum() - lagrangian)
        return own - (held(self.bias, a) * gamma).sum() if self.bias_in_energy else own
