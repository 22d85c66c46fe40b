"""Models of spins by brute force: every state, every order of updates, in Fractions, or as :class:`Sums`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cached_property
from itertools import combinations, product

State = tuple[int, ...]


@dataclass(frozen=True)
class Spins:
    """``order(a)`` is the sign of E(b) - E(a) for states a and b; ``pull`` the sign of a neuron's drive and bias."""

    size: int
    rise: Callable[[State, State], int]
    pull: Callable[[State, int], int]
    synchronous: bool
    by_energy: bool

    @cached_property
    def states(self) -> list[State]:
        """All states."""
        return list(product((-1, 1), repeat=self.size))

    def flips(self, s: State, i: int) -> bool:
        """Whether the update of neuron i changes the state; a tie does not."""
        if self.by_energy:
            return self.rise(s, flipped(s, (i,))) < 0
        return s[i] * self.pull(s, i) < 0

    def moves(self, s: State) -> list[State]:
        """The states to which an update that changes something may lead."""
        wrong = [i for i in range(self.size) if self.flips(s, i)]
        if self.synchronous:
            return [flipped(s, wrong)] if wrong else []
        return [flipped(s, (i,)) for i in wrong]

    @cached_property
    def next(self) -> dict[State, list[State]]:
        """The moves of all states."""
        return {s: self.moves(s) for s in self.states}

    def descends(self) -> bool:
        """Whether no update raises the energy."""
        return all(self.rise(s, t) <= 0 for s, after in self.next.items() for t in after)

    def endings(self, s: State) -> tuple[set[State], bool]:
        """Return the fixed points that can be reached, and whether some state can be reached from itself."""
        reached, pending = {s}, [s]
        while pending:
            for t in self.next[pending.pop()]:
                if t not in reached:
                    reached.add(t)
                    pending.append(t)
        return {t for t in reached if not self.next[t]}, self._has_cycle(reached)

    def _has_cycle(self, among: set[State]) -> bool:
        left = {s: len(self.next[s]) for s in among}
        before: dict[State, list[State]] = {s: [] for s in among}
        for s in among:
            for t in self.next[s]:
                before[t].append(s)
        done = [s for s, count in left.items() if not count]
        for t in done:
            for s in before[t]:
                left[s] -= 1
                if not left[s]:
                    done.append(s)
        return len(done) < len(among)

    def converges(self) -> bool:
        """Whether no run goes on for ever."""
        return not self._has_cycle(set(self.states))

    def fixed(self) -> set[State]:
        """The states that no update changes."""
        return {s for s in self.states if not self.next[s]}

    def restores(self, pattern: State, flips: int) -> bool:
        """Whether every run from at most so many flips ends in the pattern."""
        return all(self.endings(s) == ({pattern}, False) for s in around(pattern, flips))


def flipped(s: State, neurons: Sequence[int]) -> State:
    """Return a state with some neurons flipped."""
    return tuple(-v if i in neurons else v for i, v in enumerate(s))


def around(pattern: State, flips: int) -> Iterator[State]:
    """Yield the states that differ in at most so many neurons."""
    for count in range(min(flips, len(pattern)) + 1):
        for chosen in combinations(range(len(pattern)), count):
            yield flipped(pattern, chosen)


def sign(value: Fraction | int) -> int:
    """Return the sign of a number."""
    return (value > 0) - (value < 0)


def quadratic(
    W: Sequence[Sequence[Fraction]],
    b: Sequence[Fraction],
    *,
    prefactor: Fraction,
    gradient: bool,
    counted: bool,
    synchronous: bool,
    by_energy: bool,
) -> Spins:
    """Return the model with E = -p sᵀWs - b·s and the drive Ws, or p(W + Wᵀ)s."""
    n = len(b)

    def energy(s: State) -> Fraction:
        own = -prefactor * sum((s[i] * W[i][j] * s[j] for i in range(n) for j in range(n)), Fraction(0))
        return own - (sum((b[i] * s[i] for i in range(n)), Fraction(0)) if counted else 0)

    def pull(s: State, i: int) -> int:
        row = [prefactor * (W[i][j] + W[j][i]) if gradient else W[i][j] for j in range(n)]
        return sign(b[i] + sum((w * v for w, v in zip(row, s, strict=True)), Fraction(0)))

    return Spins(n, lambda s, t: sign(energy(t) - energy(s)), pull, synchronous, by_energy)


class Sums:
    """Numbers q + Σ c_m e^m, m and c_m whole: 0 only if all vanish, since the e^m are independent (Lindemann)."""

    def __init__(self, rational: Fraction = Fraction(0), powers: Counter[int] | None = None) -> None:
        self.powers = Counter(powers or {})
        self.rational = rational + self.powers.pop(0, 0)

    def sign(self) -> int:
        """Return the sign, in 300 digits."""
        if not any(self.powers.values()):
            return sign(self.rational)
        with localcontext() as context:
            context.prec = 300
            total = Decimal(self.rational.numerator) / Decimal(self.rational.denominator)
            total += sum((count * Decimal(m).exp() for m, count in self.powers.items()), Decimal(0))
            assert abs(total) > Decimal(10) ** -200
            return 1 if total > 0 else -1


Function = Callable[[int], Fraction] | None
"""A function of whole numbers; None for the exponential function."""


def associative(
    patterns: Sequence[State],
    b: Sequence[Fraction],
    functions: tuple[Function, Function],
    *,
    counted: bool,
    synchronous: bool,
    by_energy: bool,
) -> Spins:
    """Return the model with E = -Σ F(ξ·s) - b·s and the drive Σ F'(ξ·s)ξ."""
    value, slope = functions

    def overlaps(s: State) -> list[int]:
        return [sum(p * v for p, v in zip(pattern, s, strict=True)) for pattern in patterns]

    def total(function: Function, weighted: list[tuple[int, int]], rest: Fraction) -> int:
        if function is not None:
            return sign(rest + sum((c * function(z) for z, c in weighted), Fraction(0)))
        powers: Counter[int] = Counter()
        for z, c in weighted:
            powers[z] += c
        return Sums(rest, powers).sign()

    def rise(s: State, t: State) -> int:
        rest = sum((b[i] * (s[i] - t[i]) for i in range(len(b))), Fraction(0)) if counted else Fraction(0)
        return total(value, [*((z, 1) for z in overlaps(s)), *((z, -1) for z in overlaps(t))], rest)

    def pull(s: State, i: int) -> int:
        return total(slope, [(z, pattern[i]) for z, pattern in zip(overlaps(s), patterns, strict=True)], b[i])

    return Spins(len(b), rise, pull, synchronous, by_energy)
