"""Networks whose drives pass through few overlaps: W = D + U·V with D diagonal, as Hebbian synapses with K patterns.

With K more neurons m = V g(x), instantaneous and with g(m) = m, the drive of neuron i is D_i g(x_i) + (U m)_i + b_i.
Where ρ_i x - D_i g(x) rises, x_i is a function of (U m)_i + b_i. So neurons with the same g, ρ, D, U_i and b_i have the
same state in every equilibrium, those with -U_i and -b_i the opposite one where g is odd. They are of one *type*; a
network of T types and K overlaps has the same equilibria.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.expr.parser import parse
from hopverify.networks import Layer, LayerFunction, Model
from hopverify.networks.structured import DiagonalBlock, HebbianBlock, structured_network
from hopverify.numerics.relaxation import Relaxation

Floats = NDArray[np.float64]
IDENTITY = LayerFunction("identity", None, (parse("x"),), parse("1"), {}, {})
ODD = frozenset({"tanh", "erf", "arctan", "identity"})
RISING = ODD | {"sigmoid", "softplus", "relu", "leaky_relu", "elu", "celu", "selu", "exp"}


@dataclass(frozen=True)
class Overlaps:
    """The network of types and overlaps, types first; ``members[i]`` are the type and the sign of neuron i."""

    W: Any
    b: Any
    leak: Any
    layers: tuple[Layer, ...]
    members: tuple[tuple[int, int], ...]

    @property
    def size(self) -> int:
        """T + K."""
        return len(self.b)

    @property
    def types(self) -> int:
        """T."""
        return len(self.layers)

    def relaxation(self, lower: Floats, upper: Floats) -> Relaxation:
        """Return the relaxations of the network."""
        layers = dict.fromkeys(self.layers)
        parts = [(own.function, np.array([k for k, each in enumerate(self.layers) if each is own])) for own in layers]
        parts.append((IDENTITY, np.arange(self.types, self.size)))
        return Relaxation(self.W, self.b, self.leak, parts, lower, upper)

    def expanded(self, state: Sequence[Sequence[str]]) -> list[list[str]]:
        """Return the intervals of all neurons, for those of types and overlaps."""
        texts = {1: state, -1: [[str(-Fraction(high)), str(-Fraction(low))] for low, high in state]}
        return [list(texts[sign][kind]) for kind, sign in self.members]


def overlaps_of(model: Model) -> Overlaps | None:
    """Return the network of types and overlaps, or None where W is of another form, or nothing is gained."""
    network = structured_network(model)
    if network is None or network.is_uncertain:
        return None
    size, diagonal, columns, rows = network.size, _zeros(network.size), list[Any](), list[Any]()
    for part in network.placed:
        block, own = part.block, part.target
        if isinstance(block, DiagonalBlock) and part.target == part.source:
            diagonal[own] += block.factor * block.diagonal.fractions()
        elif isinstance(block, HebbianBlock):
            Xi = block.patterns.fractions()
            diagonal[own] -= block.scale * (Xi * Xi).sum(axis=0) if block.zero_diagonal else Fraction(0)
            for pattern in Xi:
                rows.append(_zeros(size))
                columns.append(_zeros(size))
                rows[-1][own], columns[-1][own] = pattern, block.scale * pattern
        else:
            return None
    layers = [layer for layer in network.layers for _ in range(layer.size)]
    if not rows or not all(layer.function.name in RISING for layer in layers) or (diagonal > 0).any():
        return None
    found = _reduced(layers, diagonal, np.array(columns).T, np.array(rows), network.leak())
    return found if found.size < size else None


def _reduced(layers: list[Layer], D: Any, U: Any, V: Any, leak: list[Fraction]) -> Overlaps:
    b = np.concatenate([layer.bias.fractions() for layer in dict.fromkeys(layers)])
    known: dict[Any, int] = {}
    first, members = list[int](), list[tuple[int, int]]()
    for i, layer in enumerate(layers):
        key = [*U[i].tolist(), b[i]]
        sign = -1 if layer.function.name in ODD and next((each for each in key if each), Fraction(1)) < 0 else 1
        name = (layer.name, leak[i], D[i], *(sign * each for each in key))
        if name not in known:
            known[name] = len(known)
            # The first of a type stands for it, with its own sign.
            first.append(i)
        members.append((known[name], sign))
    signs = [members[i][1] for i in first]
    members = [(kind, sign * signs[kind]) for kind, sign in members]
    T, K = len(first), len(V)
    W = np.full((T + K, T + K), Fraction(0), dtype=object)
    W[np.arange(T), np.arange(T)], W[:T, T:] = D[first], U[first]
    for i, (kind, sign) in enumerate(members):
        W[T:, kind] += sign * V[:, i]
    offset, leaks = _zeros(T + K), np.full(T + K, Fraction(1), dtype=object)
    offset[:T], leaks[:T] = b[first], [leak[i] for i in first]
    return Overlaps(W, offset, leaks, tuple(layers[i] for i in first), tuple(members))


def _zeros(size: int) -> Any:
    return np.full(size, Fraction(0), dtype=object)
