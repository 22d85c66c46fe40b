"""Networks of thousands of neurons: the matrix W of the drives as blocks that keep their structure, never as Fractions.

    T ẋ = W g(x) + b - ρ∘x,     W = Σ (blocks, each at its place)

A block is exact and small to hold: a dense array with a factor, a diagonal, or the patterns Ξ of a Hebbian synapse,
whose matrix s(ΞᵀΞ - D) is not formed. The neurons of all layers are numbered in the order of the spec, as in
:class:`~hopverify.networks.linear.LinearNetwork`; ``placed.target`` and ``placed.source`` are slices of these numbers.
Blocks may overlap: their sum counts. Nothing here is rounded; ``checker/midpoints.py`` gives rows of W as doubles with
proved radii, a few at a time, and bounds of how far weights with a spread may lie from them.

A consumer asks, in this order: :func:`structured_network` (None if a drive is not linear, or of a kind without a
block), ``is_symmetric``, then ``placed`` (or ``low_rank``, if W is one Hebbian block over one layer) and, for each
layer, its ``function``, ``leak``, ``bias``, ``tau``. What an activation has to satisfy is the consumer's to ask.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.networks.layer import Layer
from hopverify.networks.network import Model
from hopverify.spec.exact_array import ExactArray
from hopverify.synapses import Synapse
from hopverify.synapses.dense import Dense
from hopverify.synapses.diagonal import Diagonal
from hopverify.synapses.hebbian import Hebbian

Matrix = np.ndarray[Any, Any]
"""An object array of Fractions."""

ROWS = 512


@dataclass(frozen=True, eq=False)
class DenseBlock:
    """factor·M, factor·Mᵀ if ``transposed``, or factor·(M + Mᵀ) if ``symmetrised``."""

    matrix: ExactArray
    factor: Fraction = Fraction(1)
    transposed: bool = False
    symmetrised: bool = False

    @cached_property
    def is_symmetric(self) -> bool:
        """Whether the block equals its transpose, exactly."""
        M = self.matrix.values
        # A few rows at a time: no second matrix is made.
        return self.symmetrised or (
            M.shape[0] == M.shape[1]
            and all(bool((M[k : k + ROWS] == M[:, k : k + ROWS].T).all()) for k in range(0, len(M), ROWS))
        )

    @cached_property
    def doubles(self) -> NDArray[np.float64]:
        """The nearest doubles of M."""
        return self.matrix.floats()

    def is_transpose_of(self, other: Block) -> bool:
        """Whether the two are, by construction, each other's transposes."""
        return (
            isinstance(other, DenseBlock)
            and self.matrix is other.matrix
            and self.factor == other.factor
            and self.transposed != other.transposed
        )

    def fractions(self) -> Matrix:
        """Return the block, exactly."""
        M = self.matrix.fractions()
        result: Matrix = self.factor * (M + M.T if self.symmetrised else M.T if self.transposed else M)
        return result


@dataclass(frozen=True, eq=False)
class DiagonalBlock:
    """factor·diag(w)."""

    diagonal: ExactArray
    factor: Fraction = Fraction(1)
    is_symmetric = True

    def is_transpose_of(self, other: Block) -> bool:
        """Whether the two are, by construction, each other's transposes."""
        return isinstance(other, DiagonalBlock) and self.diagonal is other.diagonal and self.factor == other.factor

    def fractions(self) -> Matrix:
        """Return the block, exactly."""
        n = self.diagonal.shape[0]
        result = np.full((n, n), Fraction(0), dtype=object)
        np.fill_diagonal(result, self.factor * self.diagonal.fractions())
        return result


@dataclass(frozen=True, eq=False)
class HebbianBlock:
    """s(ΞᵀΞ - D), Ξ = ``patterns`` of shape (K, n), D = diag(ΞᵀΞ) if ``zero_diagonal`` and else 0."""

    patterns: ExactArray
    scale: Fraction
    zero_diagonal: bool
    is_symmetric = True

    @cached_property
    def doubles(self) -> NDArray[np.float64]:
        """The nearest doubles of Ξ."""
        return self.patterns.floats()

    def is_transpose_of(self, other: Block) -> bool:
        """Whether the two are the same block: it joins a layer with itself."""
        return self is other

    def fractions(self) -> Matrix:
        """Return the block, exactly (n × n: for small n)."""
        Xi = self.patterns.fractions()
        result: Matrix = self.scale * (Xi.T @ Xi)
        if self.zero_diagonal:
            np.fill_diagonal(result, Fraction(0))
        return result


Block = DenseBlock | DiagonalBlock | HebbianBlock


@dataclass(frozen=True, eq=False)
class Placed:
    """A block and the neurons it joins: rows ``target`` and columns ``source`` of W."""

    target: slice
    source: slice
    block: Block

    def mirrors(self, other: Placed) -> bool:
        """Whether this is the other's transpose in W; a part on the diagonal may be its own."""
        if self is other:
            return self.target == self.source and self.block.is_symmetric
        ends = (self.target, self.source) == (other.source, other.target)
        return ends and self.target != self.source and self.block.is_transpose_of(other.block)


@dataclass(frozen=True, eq=False)
class StructuredNetwork:
    """The layers, in the order of the spec, and the blocks of W."""

    layers: tuple[Layer, ...]
    placed: tuple[Placed, ...]

    @cached_property
    def places(self) -> dict[str, slice]:
        """The numbers of each layer's neurons."""
        starts = np.cumsum([0, *(layer.size for layer in self.layers)]).tolist()
        return {layer.name: slice(a, a + layer.size) for layer, a in zip(self.layers, starts, strict=False)}

    @property
    def size(self) -> int:
        """The number of neurons, N."""
        return sum(layer.size for layer in self.layers)

    @cached_property
    def is_symmetric(self) -> bool:
        """Whether W = Wᵀ block by block (blocks that are symmetric only in sum count as not symmetric)."""
        return all(any(part.mirrors(other) for other in self.placed) for part in self.placed)

    @cached_property
    def is_uncertain(self) -> bool:
        """Whether some weights are known up to a spread only, so that the blocks hold the middle of what is meant."""
        return any(isinstance(part.block, DenseBlock) and part.block.matrix.spread for part in self.placed)

    @property
    def low_rank(self) -> HebbianBlock | None:
        """The Hebbian block that W is, if it is one."""
        if len(self.placed) != 1 or len(self.layers) != 1:
            return None
        block = self.placed[0].block
        return block if isinstance(block, HebbianBlock) else None

    def fractions(self) -> Matrix:
        """Return W, exactly (N × N: for small N)."""
        W = np.full((self.size, self.size), Fraction(0), dtype=object)
        for part in self.placed:
            W[part.target, part.source] += part.block.fractions()
        return W

    def leak(self) -> list[Fraction]:
        """Return ρ for each neuron."""
        return [rate for layer in self.layers for rate in layer.each(layer.leak)]


def structured_network(model: Model) -> StructuredNetwork | None:
    """Return the network of a model, or None unless all drives are linear and of a kind with a block."""
    network = StructuredNetwork(tuple(model.layers.values()), ())
    placed: list[Placed] = []
    for synapse in model.synapses.values():
        make = _BLOCKS.get(type(synapse))
        if make is None:
            return None
        placed += [Placed(network.places[t], network.places[s], block) for t, s, block in make(synapse)]
    return StructuredNetwork(network.layers, tuple(placed))


_Parts = list[tuple[str, str, Block]]


def _dense(synapse: Synapse) -> _Parts:
    assert isinstance(synapse, Dense)
    (left, right), M, p = synapse.layers, synapse.matrix, synapse.prefactor
    if synapse.within:
        block = DenseBlock(M, p, symmetrised=True) if synapse.gradient else DenseBlock(M)
        return [(left, left, block)]
    factor = p if synapse.gradient else Fraction(1)
    return [(left, right, DenseBlock(M, factor)), (right, left, DenseBlock(M, factor, transposed=True))]


def _diagonal(synapse: Synapse) -> _Parts:
    assert isinstance(synapse, Diagonal)
    left, right = synapse.layers
    natural = Fraction(1, 2) if left == right else Fraction(1)
    block = DiagonalBlock(synapse.diagonal, synapse.prefactor / natural if synapse.gradient else Fraction(1))
    return [(left, right, block)] if left == right else [(left, right, block), (right, left, block)]


def _hebbian(synapse: Synapse) -> _Parts:
    assert isinstance(synapse, Hebbian)
    layer = synapse.layers[0]
    return [(layer, layer, HebbianBlock(synapse.patterns, synapse.scale, synapse.zero_diagonal))]


_BLOCKS: dict[type[Synapse], Callable[[Synapse], _Parts]] = {
    Dense: _dense,
    Diagonal: _diagonal,
    Hebbian: _hebbian,
}
