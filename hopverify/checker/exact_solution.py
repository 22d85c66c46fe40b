"""Exact equilibria on one choice of segments: x = A(s∘x + t) + β, a linear system over the rationals (FLINT)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat

from hopverify.checker.linear_algebra import array_of, flint_matrix, to_flint
from hopverify.networks import LinearNetwork
from hopverify.networks.segments import Segment

Vector = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False)
class Face:
    """A singular system (I - A diag s)x = A t + β with solutions: they form the affine space point + span(basis)."""

    matrix: fmpq_mat
    right: fmpq_mat
    rank: int

    def holds(self, x: Vector) -> bool:
        """Whether x solves the system, exactly."""
        return bool(self.matrix * flint_matrix(x) == self.right)

    @property
    def dimension(self) -> int:
        """The dimension of the space of solutions."""
        return int(self.matrix.ncols() - self.rank)


class SegmentSystems:
    """The linear systems of one network, A = W/ρ and β = b/ρ converted once."""

    def __init__(self, network: LinearNetwork) -> None:
        self.size = network.size
        self.instantaneous = [layer.instantaneous for layer in network.layers for _ in range(layer.size)]
        self.A = [[to_flint(entry) for entry in row] for row in network.W / network.leak[:, None]]
        self.beta = [to_flint(entry) for entry in network.b / network.leak]

    def system(self, chosen: Sequence[Segment]) -> tuple[fmpq_mat, fmpq_mat]:
        """Return (I - A diag s) and A t + β for one segment of each neuron."""
        n = self.size
        slopes, intercepts = ([to_flint(v) for v in values] for values in zip(*map(_line, chosen), strict=True))
        entries = [
            -entry * slope if slope else fmpq(0) for row in self.A for entry, slope in zip(row, slopes, strict=True)
        ]
        for i in range(n):
            entries[i * n + i] += 1
        shifted = [
            sum((a * t for a, t in zip(row, intercepts, strict=True) if t), beta)
            for row, beta in zip(self.A, self.beta, strict=True)
        ]
        return fmpq_mat(n, n, entries), fmpq_mat(n, 1, shifted)

    def solve(self, chosen: Sequence[Segment]) -> Vector | Face | None:
        """Return the equilibrium in the given segments, None if there is none, or the face of a singular system."""
        x = self.targets(chosen)
        inside = x is None or isinstance(x, Face) or all(part.holds(v) for part, v in zip(chosen, x, strict=True))
        return x if inside else None

    def targets(self, chosen: Sequence[Segment]) -> Vector | Face | None:
        """Return the solution of the system wherever it lies: x⋆(γ) of the neurons on flat segments among it."""
        M, right = self.system(chosen)
        try:
            solution = M.solve(right)
        except ZeroDivisionError:
            return _face(M, right)
        return array_of(solution)[:, 0]


def _line(part: Segment) -> tuple[Fraction, Fraction]:
    return part.slope, part.intercept


def _face(M: fmpq_mat, right: fmpq_mat) -> Face | None:
    """Return the solutions of a singular system, None if it has none."""
    rows, columns = M.nrows(), M.ncols()
    rank = M.rank()
    augmented = [e for i in range(rows) for e in (*(M[i, j] for j in range(columns)), right[i, 0])]
    return Face(M, right, rank) if fmpq_mat(rows, columns + 1, augmented).rank() == rank else None
