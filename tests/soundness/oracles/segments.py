"""Equilibria of ρx = Wg(x) + b for piecewise-linear g, by going through all choices of segments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from tests.soundness.oracles.matrices import ZERO, Matrix, Row, reduced, solve

F = Fraction


@dataclass(frozen=True)
class Segment:
    """g(x) = slope·x + intercept on [lower, upper], None for no end."""

    lower: Fraction | None
    upper: Fraction | None
    slope: Fraction
    intercept: Fraction

    def holds(self, x: Fraction) -> bool:
        """Whether x lies on the segment."""
        return (self.lower is None or self.lower <= x) and (self.upper is None or x <= self.upper)


def _line(*parts: tuple[int | None, int | None, object, object]) -> tuple[Segment, ...]:
    ends = [tuple(None if end is None else F(end) for end in entry[:2]) for entry in parts]
    return tuple(Segment(low, high, F(s), F(t)) for (low, high), (_, _, s, t) in zip(ends, parts, strict=True))  # type: ignore[arg-type]


ACTIVATIONS: dict[str, tuple[Segment, ...]] = {
    "relu": _line((None, 0, 0, 0), (0, None, 1, 0)),
    "identity": _line((None, None, 1, 0)),
    "hard_tanh": _line((None, -1, 0, -1), (-1, 1, 1, 0), (1, None, 0, 1)),
    "{leaky_relu: {slope: 1/4}}": _line((None, 0, F(1, 4), 0), (0, None, 1, 0)),
    "{leaky_relu: {slope: 3}}": _line((None, 0, 3, 0), (0, None, 1, 0)),
    "relu6": _line((None, 0, 0, 0), (0, 6, 1, 0), (6, None, 0, 6)),
}


def activate(parts: Sequence[Segment], x: Fraction) -> Fraction:
    """Return g(x)."""
    own = next(entry for entry in parts if entry.holds(x))
    return own.slope * x + own.intercept


@dataclass(frozen=True)
class Branch:
    """One choice of segments: its solution (None: no solution, or not one), and whether its system is singular."""

    chosen: tuple[Segment, ...]
    point: tuple[Fraction, ...] | None
    singular: bool


def branches(parts: Sequence[Segment], W: Matrix, b: Row, rho: Row) -> Iterator[Branch]:
    """Yield every choice of segments that has a solution inside, or a singular system with solutions inside."""
    n = len(b)
    for chosen in product(parts, repeat=n):
        left = [[(rho[i] if i == j else ZERO) - W[i][j] * chosen[j].slope for j in range(n)] for i in range(n)]
        right = [b[i] + sum((W[i][j] * chosen[j].intercept for j in range(n)), ZERO) for i in range(n)]
        x = solve(left, right)
        if x is not None:
            if all(entry.holds(v) for entry, v in zip(chosen, x, strict=True)):
                yield Branch(chosen, tuple(x), singular=False)
        elif is_feasible(left, right, [(entry.lower, entry.upper) for entry in chosen]):
            yield Branch(chosen, None, singular=True)


def is_feasible(left: Matrix, right: Row, ends: Sequence[tuple[Fraction | None, Fraction | None]]) -> bool:
    """Whether a linear system has a solution within bounds: elimination, then Fourier and Motzkin."""
    rows, pivots = reduced([[*row, v] for row, v in zip(left, right, strict=True)])
    n = len(ends)
    if n in pivots:
        return False
    free = [j for j in range(n) if j not in pivots]
    # Each variable as (coefficients of the free ones, constant).
    forms: list[tuple[Row, Fraction]] = []
    for j in range(n):
        if j in free:
            forms.append(([F(int(k == j)) for k in free], ZERO))
        else:
            row = rows[pivots.index(j)]
            forms.append(([-row[k] for k in free], row[n]))
    # c·t + d ≥ 0
    asked = [([*c], d - low) for (c, d), (low, _) in zip(forms, ends, strict=True) if low is not None]
    asked += [([-v for v in c], high - d) for (c, d), (_, high) in zip(forms, ends, strict=True) if high is not None]
    for _ in free:
        up = [(c, d) for c, d in asked if c[0] > 0]
        down = [(c, d) for c, d in asked if c[0] < 0]
        asked = [(c[1:], d) for c, d in asked if c[0] == 0]
        for c, d in up:
            for e, f in down:
                mixed = [-e[0] * p + c[0] * q for p, q in zip(c[1:], e[1:], strict=True)]
                asked.append((mixed, -e[0] * d + c[0] * f))
    return all(d >= 0 for _, d in asked)
