"""Choices of one affine piece of each neuron, and the ghosts that they make: exact systems, solved by FLINT."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from flint import fmpq, fmpq_mat

from hopverify.networks import LinearNetwork
from hopverify.networks.segments import Segment

Choice = tuple[int, ...]


class SingularError(Exception):
    """A singular system, which may have a continuum of solutions."""


def _flint(value: Fraction) -> fmpq:
    return fmpq(value.numerator, value.denominator)


class GhostSystems:
    """x = A(s∘x + t) + β for one piece of each neuron, with A = W/ρ and β = b/ρ."""

    def __init__(self, network: LinearNetwork, parts: Sequence[tuple[Segment, ...]]) -> None:
        self.parts, self.names = parts, network.names()
        self.settled = [layer.instantaneous for layer in network.layers for _ in range(layer.size)]
        self.A = [[_flint(entry) for entry in row] for row in network.W / network.leak[:, None]]
        self.beta = [_flint(entry) for entry in network.b / network.leak]

    def ghost(self, choice: Choice) -> list[Fraction] | None:
        """Return the states of alive neurons and the targets of flat ones if these make a ghost."""
        chosen = [own[k] for own, k in zip(self.parts, choice, strict=True)]
        alive = [i for i, part in enumerate(chosen) if part.slope]
        intercepts = [_flint(part.intercept) for part in chosen]
        known = [
            sum((a * t for a, t in zip(row, intercepts, strict=True)), b)
            for row, b in zip(self.A, self.beta, strict=True)
        ]
        states = self._solved(chosen, alive, known)
        x = dict(zip(alive, states, strict=True)) if states is not None else {}
        if states is None or not all(self._is_critical(i, choice[i], x[i]) for i in x):
            return None
        for i in (each for each in range(len(chosen)) if each not in x):
            value = sum((self.A[i][j] * _flint(chosen[j].slope * x[j]) for j in alive), known[i])
            x[i] = Fraction(int(value.p), int(value.q))
            if self.settled[i] and not chosen[i].holds(x[i]):
                return None
        found = [x[i] for i in range(len(chosen))]
        return found if self._waking(chosen, found) else None

    def told(self, choice: Choice) -> dict[str, Any]:
        """Return what is told of a ghost."""
        chosen, x = [own[k] for own, k in zip(self.parts, choice, strict=True)], self.ghost(choice)
        assert x is not None
        return {
            "alive": [i for i, part in enumerate(chosen) if part.slope],
            "activation": [str(part.value(value)) for part, value in zip(chosen, x, strict=True)],
            "target": [str(value) for value in x],
            "wakes_up": [self.names[i] for i in self._waking(chosen, x)],
        }

    def _waking(self, chosen: Sequence[Segment], x: Sequence[Fraction]) -> list[int]:
        return [i for i, part in enumerate(chosen) if not part.slope and not part.holds(x[i])]

    def _is_critical(self, i: int, k: int, x: Fraction) -> bool:
        """Whether a state is strictly inside a piece with a slope, or at a kink with such a one on its left."""
        own = self.parts[i]
        return own[k].is_inside(x) or (k > 0 and x == own[k].lower and own[k - 1].slope != 0)

    def _solved(self, chosen: Sequence[Segment], alive: Sequence[int], known: Sequence[fmpq]) -> list[Fraction] | None:
        n = len(alive)
        rows = [[fmpq(int(i == j)) - self.A[i][j] * _flint(chosen[j].slope) for j in alive] for i in alive]
        matrix, right = fmpq_mat(n, n, [each for row in rows for each in row]), [known[i] for i in alive]
        try:
            solution = matrix.solve(fmpq_mat(n, 1, right))
        except ZeroDivisionError as error:
            both = fmpq_mat(n, n + 1, [each for row, end in zip(rows, right, strict=True) for each in (*row, end)])
            if both.rank() == matrix.rank():
                raise SingularError from error
            return None
        return [Fraction(int(solution[k, 0].p), int(solution[k, 0].q)) for k in range(n)]
