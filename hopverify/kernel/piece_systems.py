"""Networks of piecewise affine activations with affine drives: one piece of each neuron gives a linear system.

On pieces g_i(x) = s_i x + t_i, states at which each neuron satisfies ρx = drive + b solve x = A(s∘x + t) + β, with
A = W/ρ, over the rationals (FLINT). Neurons on flat pieces, s_i = 0, do not stand on the right side: the states of the
others, the *alive* ones, solve a system of their own, and the flat ones' *targets* x⋆(γ) follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from flint import fmpq, fmpq_mat

from hopverify.kernel.affine import affine_drives
from hopverify.kernel.constant_intervals import AffinePiece, affine_pieces
from hopverify.kernel.core import Core
from hopverify.kernel.numbers import need

Choice = Sequence[int]
"""The number of a piece of each neuron, from left to right."""


def _flint(value: Fraction) -> fmpq:
    return fmpq(value.numerator, value.denominator)


class PieceSystems:
    """The systems of one core; of ``every`` array that is meant, or of the given ones."""

    def __init__(self, core: Core, every: bool = True) -> None:
        layers = core.flow_layers
        leaks = [layer.leak.fraction(k) for layer in layers for k in range(layer.size)]
        need(all(leaks), "pieces", "a neuron has no leak")
        self.pieces: list[list[AffinePiece]] = [
            own for layer in layers for own in [affine_pieces(core, layer)] * layer.size
        ]
        self.settled = [layer.instantaneous for layer in layers for _ in range(layer.size)]
        self.rows, self.beta = list[dict[int, fmpq]](), list[fmpq]()
        for drive, leak in zip(affine_drives(core, every), leaks, strict=True):
            self.rows.append({j: _flint(weight / leak) for j, weight in drive.slopes.items()})
            self.beta.append(_flint(drive.constant / leak))

    def targets(self, choice: Choice) -> list[Fraction] | None:
        """Return x⋆(γ) of all neurons where those with slopes solve their equations inside their pieces; else None.

        A kink between two pieces with slopes counts for the right one; one beside a flat piece belongs to that. A
        neuron with τ = 0 is at its target, on a flat piece, too. Refuse systems with more than one solution.
        """
        chosen = [own[k] for own, k in zip(self.pieces, choice, strict=True)]
        alive = [i for i, piece in enumerate(chosen) if piece.slope != 0]
        states = self._solved(chosen, alive)
        if states is None or not all(self._is_at(i, choice[i], states[i]) for i in alive):
            return None
        slopes, intercepts = [_flint(each.slope) for each in chosen], [_flint(each.intercept) for each in chosen]
        gamma = [
            slopes[i] * _flint(states[i]) + intercepts[i] if i in states else intercepts[i] for i in range(len(chosen))
        ]
        for i in (each for each in range(len(chosen)) if each not in states):
            value = sum((weight * gamma[j] for j, weight in self.rows[i].items()), self.beta[i])
            states[i] = Fraction(int(value.p), int(value.q))
            if self.settled[i] and not chosen[i].holds(states[i]):
                return None
        return [states[i] for i in range(len(chosen))]

    def waking(self, choice: Choice, x: Sequence[Fraction]) -> list[int]:
        """Return the neurons on flat pieces whose targets lie outside."""
        chosen = [own[k] for own, k in zip(self.pieces, choice, strict=True)]
        return [i for i, piece in enumerate(chosen) if piece.slope == 0 and not piece.holds(x[i])]

    def _is_at(self, i: int, k: int, x: Fraction) -> bool:
        own = self.pieces[i]
        return own[k].is_inside(x) or (k > 0 and x == own[k].low and own[k - 1].slope != 0)

    def _solved(self, chosen: Sequence[AffinePiece], alive: Sequence[int]) -> dict[int, Fraction] | None:
        n, place = len(alive), {i: k for k, i in enumerate(alive)}
        matrix, right = fmpq_mat(n, n), fmpq_mat(n, 1)
        for k, i in enumerate(alive):
            matrix[k, k], right[k, 0] = fmpq(1), self.beta[i]
            for j, weight in self.rows[i].items():
                if j in place:
                    matrix[k, place[j]] -= weight * _flint(chosen[j].slope)
                if chosen[j].intercept:
                    right[k, 0] += weight * _flint(chosen[j].intercept)
        try:
            solution = matrix.solve(right)
        except ZeroDivisionError:
            both = fmpq_mat(n, n + 1, [e for k in range(n) for e in (*(matrix[k, j] for j in range(n)), right[k, 0])])
            need(both.rank() > matrix.rank(), "pieces", "a singular system has many solutions")
            return None
        return {i: Fraction(int(solution[k, 0].p), int(solution[k, 0].q)) for k, i in enumerate(alive)}
