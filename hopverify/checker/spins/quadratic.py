"""Linear drives in whole numbers: everything that decides an update is a sum of integers that cannot overflow.

The update of neuron i keeps s_i iff s_i(As + b)_i ≥ 0. With the energy -½sᵀQs - c·s, flipping it adds 2 s_i(Q⁰s + c)_i,
Q⁰ being Q with the diagonal 0: on spins the diagonal adds a constant. Hence under the energy rule A = Q⁰ and b = c. A
and b are multiplied by one number > 0, Q⁰ and c by another, so that all are whole; that changes no sign.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.spins.low_rank import LowRank, low_rank_of
from hopverify.checker.spins.values import Signs, States, Values, signs_of
from hopverify.checker.spins.whole import ROOM, Whole, as_integers
from hopverify.networks import SpinModel
from hopverify.networks.spins import LARGE, drive_matrix, energy_matrix

MOST = 400
"""The number of neurons up to which matrices of rationals are made."""


@dataclass(frozen=True, eq=False)
class Affine:
    """A matrix and a vector of whole numbers, multiplied by one number > 0 to be whole."""

    matrix: Whole
    vector: Whole

    @property
    def diagonal(self) -> Whole:
        """The diagonal of the matrix."""
        return self.matrix.diagonal()

    def row(self, i: int) -> Whole:
        """Return one row of the matrix."""
        found: Whole = self.matrix[i]
        return found

    def off_diagonal(self) -> Whole:
        """Return the matrix with the diagonal 0."""
        rest = self.matrix.copy()
        np.fill_diagonal(rest, 0)
        return rest

    def at(self, states: States) -> Whole:
        """Return matrix·s + vector for each state, a row of the result for a row of states."""
        result: Whole = states.astype(self.matrix.dtype) @ self.matrix.T + self.vector
        return result


@dataclass(frozen=True, eq=False)
class QuadraticForm:
    """What sets the neurons (A, b), and the energy (Q⁰, c); None where the energy is not known as a matrix."""

    update: Affine
    energy: Affine | None


@lru_cache(maxsize=8)
def quadratic_form(model: SpinModel) -> QuadraticForm | None:
    """Return the form of a model; None if it is too large, or a drive is not linear."""
    low = low_rank_of(model) if model.size <= LARGE else None
    if low is not None:
        return _spelt_out(low)
    if model.size > MOST:
        return None
    Q = energy_matrix(model)
    energy = None
    if Q is not None:
        Q = Q.copy()
        np.fill_diagonal(Q, Fraction(0))
        energy = _affine(Q, model.biases(in_energy=True))
    if model.by_energy:
        return None if energy is None else QuadraticForm(energy, energy)
    A = drive_matrix(model)
    return None if A is None else QuadraticForm(_affine(A, model.biases()), energy)


def _spelt_out(low: LowRank) -> QuadraticForm:
    """Return the matrices of a Hebbian synapse, whose numbers are whole already."""
    matrix = low.factor * (low.patterns.T @ low.patterns - np.diag(low.removed))
    update = Affine(matrix, low.bias)
    counted = low.bias if low.counted else 0 * low.bias
    return QuadraticForm(update, Affine(update.off_diagonal(), counted))


def _affine(matrix: NDArray[Any], vector: NDArray[Any]) -> Affine:
    unit = lcm(*{entry.denominator for entry in matrix.flat}, *{entry.denominator for entry in vector})
    return Affine(*fitted(as_integers(matrix, unit), as_integers(vector, unit)))


def fitted(matrix: Whole, vector: Whole) -> tuple[Whole, Whole]:
    """Return both as int64 if no sum of a row's entries, with the vector's, can overflow."""
    largest = max((sum(abs(entry) for entry in row) + abs(own) for row, own in zip(matrix, vector, strict=True)))
    return (matrix.astype(np.int64), vector.astype(np.int64)) if largest < ROOM // len(vector) else (matrix, vector)


@dataclass(frozen=True, eq=False)
class QuadraticValues(Values):
    """The signs of a form whose energy is known."""

    form: QuadraticForm

    def keeping(self, states: States) -> Signs:
        return signs_of(states * self.form.update.at(states))

    def rising(self, before: States, after: States) -> Signs:
        return signs_of(self.energies(after) - self.energies(before))

    def energies(self, states: States) -> Whole:
        """Return twice the energy, up to the constant of the diagonal, in the units of its form."""
        energy = self.form.energy
        assert energy is not None
        result: Whole = -(states * (energy.at(states) + energy.vector)).sum(axis=1)
        return result
