"""What a hunt is made of: families of cases, and what became of each case."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import inf, nextafter
from pathlib import Path
from random import Random
from typing import Any

from hopverify.errors import SpecError
from hopverify.pipeline import verify
from hopverify.spec import parse_spec
from tests.soundness.oracles.consistency import contradiction

Document = dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """The verdict on one case, and what the oracle has against it (None: nothing)."""

    verdict: str
    contradiction: str | None = None


@dataclass(frozen=True)
class Family:
    """``draw`` makes a case of a seeded generator and returns what became of it; ``share`` of them in every run."""

    name: str
    about: str
    draw: Callable[[Random], Outcome]
    share: int
    long: int


@dataclass
class Tally:
    """What became of the cases of a family."""

    family: str
    verdicts: Counter[str] = field(default_factory=Counter)
    contradictions: list[str] = field(default_factory=list)

    @property
    def cases(self) -> int:
        """How many cases there were."""
        return sum(self.verdicts.values())

    def add(self, other: Tally) -> None:
        """Count another's cases too."""
        self.verdicts += other.verdicts
        self.contradictions += other.contradictions


def hunt(family: Family, seeds: Iterable[int]) -> Tally:
    """Return what became of the cases with these seeds; a case that raises counts as a contradiction."""
    tally = Tally(family.name)
    for seed in seeds:
        try:
            outcome = family.draw(Random(f"{family.name}/{seed}"))
        except SpecError:
            # A number of more than 400 characters: no spec, no claim.
            outcome = Outcome("unreadable")
        except Exception as error:
            outcome = Outcome("crash", f"{type(error).__name__}: {error}"[:300])
        tally.verdicts[outcome.verdict] += 1
        if outcome.contradiction is not None:
            tally.contradictions.append(f"{family.name}/{seed}: {outcome.verdict}: {outcome.contradiction}")
    return tally


# ------------------------------------------------------------------ documents


def text(value: Fraction) -> str:
    """Return a number as a spec spells it."""
    return str(value)


def texts(values: Iterable[Any]) -> list[Any]:
    """Return numbers, or rows of numbers, as a spec spells them."""
    return [texts(value) if isinstance(value, list | tuple) else text(value) for value in values]


def lagrangian(activation: str) -> Any:
    """Return the Lagrangian in a document of an activation of ``oracles/segments.py``."""
    if not activation.startswith("{"):
        return activation
    return {"leaky_relu": {"slope": activation.split("slope: ")[1].rstrip("}")}}


def network(activation: Any, W: Any, b: Any, **more: Any) -> Document:
    """Return the document of one layer with one dense synapse; ``more`` are keys of the layer."""
    layer = {"size": len(b), "lagrangian": activation, "bias": texts(b), **more}
    synapse = {"kind": "dense", "layers": ["x", "x"], "weights": texts(W)}
    return {"hopverify": 1, "name": "hunted", "layers": {"x": layer}, "synapses": {"w": synapse}}


def results(
    document: Document, checks: list[Any], *, boxes: int = 4000, folder: Path | None = None
) -> dict[str, Mapping[str, Any]]:
    """Return the entries of the checks by name; raise where they contradict each other."""
    spec = parse_spec(json.dumps(document | {"checks": checks}), format="json", folder=folder)
    entries = verify(spec, samples=8, boxes=boxes).results
    wrong = contradiction(entries)
    if wrong is not None:
        raise AssertionError(f"{wrong}: {document}")
    return {entry["check"]: entry for entry in entries}


# ------------------------------------------------------------------ numbers at the edge


def small(random: Random, bound: int = 3, denominators: tuple[int, ...] = (1, 1, 2, 3, 4)) -> Fraction:
    """Return a small rational."""
    q = random.choice(denominators)
    return Fraction(random.randint(-bound * q, bound * q), q)


def positive(random: Random, bound: int = 3) -> Fraction:
    """Return a small rational > 0."""
    q = random.choice((1, 1, 2, 3, 4))
    return Fraction(random.randint(1, bound * q), q)


def next_double(value: Fraction, direction: int) -> Fraction:
    """Return the double after (or before) the nearest double of a number."""
    return Fraction(nextafter(float(value), direction * inf))


def moved(random: Random, value: Fraction) -> Fraction:
    """Return a number as it is, mostly; or moved by a unit in the last place, or by next to nothing."""
    kind = random.randrange(6)
    if kind == 0:
        return next_double(value, random.choice((-1, 1)))
    if kind == 1:
        return value + random.choice((-1, 1)) * Fraction(1, 10 ** random.choice((3, 17, 30, 150)))
    return value


def margin(random: Random) -> Fraction:
    """Return how far beyond the edge a case lies: 0, or next to nothing on one side."""
    return random.choice((-1, 0, 0, 1)) * random.choice(
        (Fraction(1, 2**52), Fraction(1, 2**53), Fraction(1, 10**30), Fraction(1, 10**150), Fraction(1, 1000))
    )


def mirrored(W: list[list[Fraction]]) -> list[list[Fraction]]:
    """Return the symmetric matrix that has the lower triangle of a square one."""
    return [[W[max(i, j)][min(i, j)] for j in range(len(W))] for i in range(len(W))]


def rotation(random: Random, n: int) -> list[list[Fraction]]:
    """Return an orthogonal matrix of rationals (n ≤ 3), row by row."""
    if n == 1:
        return [[Fraction(1)]]
    a, b, c, d = (random.randint(-3, 3) for _ in range(4))
    if n == 2:
        a, b = (a, b) if a or b else (1, 0)
        s = a * a + b * b
        return [
            [Fraction(a * a - b * b, s), Fraction(2 * a * b, s)],
            [Fraction(-2 * a * b, s), Fraction(a * a - b * b, s)],
        ]
    if not (a or b or c or d):
        a = 1
    s = a * a + b * b + c * c + d * d
    rows = [
        [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
        [2 * (b * c + a * d), a * a - b * b + c * c - d * d, 2 * (c * d - a * b)],
        [2 * (b * d - a * c), 2 * (c * d + a * b), a * a - b * b - c * c + d * d],
    ]
    return [[Fraction(v, s) for v in row] for row in rows]


def symmetric(random: Random, eigenvalues: list[Fraction]) -> tuple[list[list[Fraction]], list[Fraction]]:
    """Return a symmetric matrix with these eigenvalues (at most 3), and an eigenvector of the first."""
    n, Q = len(eigenvalues), rotation(random, len(eigenvalues))
    A = [[sum((eigenvalues[k] * Q[k][i] * Q[k][j] for k in range(n)), Fraction(0)) for j in range(n)] for i in range(n)]
    return A, Q[0]
