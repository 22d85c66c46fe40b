"""Symmetric matrices one unit in the last place from singular, by every method, at all scales of doubles."""

from __future__ import annotations

from fractions import Fraction
from math import inf
from random import Random
from typing import Any

import numpy as np

from hopverify.checker.definiteness import check_above, check_definite
from hopverify.checker.midpoints import Midpoint
from hopverify.checker.quadratic_forms import DenseForm, LowRankForm, SparseForm
from hopverify.errors import EvidenceRejected
from tests.soundness.hunt.cases import Family, Outcome, margin, small, symmetric
from tests.soundness.oracles.matrices import Matrix, identity, is_definite, less, scaled

SCALES = (1.0, 1.0, 2.0**-500, 2.0**480, 2.0**-1060, 1e-7)


def accepted(check: Any, *arguments: Any) -> bool:
    try:
        check(*arguments)
    except EvidenceRejected:
        return False
    return True


def nearly_singular(random: Random) -> np.ndarray[Any, Any]:
    """Return a singular Gram matrix of integers at some scale, with perhaps one diagonal entry moved by one ulp."""
    n = random.randint(1, 5)
    rows = n - 1 if n > 1 and random.random() < 0.8 else n
    B = np.array([[random.randint(-9, 9) for _ in range(n)] for _ in range(rows)], dtype=float).reshape(rows, n)
    A: np.ndarray[Any, Any] = B.T @ B * random.choice(SCALES)
    i, way = random.randrange(n), random.choice((-1, 0, 1))
    if way:
        A[i, i] = np.nextafter(A[i, i], way * inf)
    if random.random() < 0.4:
        powers = 2.0 ** np.array([random.randint(-12, 12) for _ in range(n)])
        A = A * np.outer(powers, powers)
    return A


def exact(A: np.ndarray[Any, Any]) -> Matrix:
    return [[Fraction(v) for v in row] for row in A.tolist()]


def methods(random: Random, n: int) -> list[dict[str, Any]]:
    shift = random.choice(("0", "1/1048576", "1/16", "1/1125899906842624"))
    return [
        {"method": "cholesky"},
        {"method": "exact"},
        {"method": "ball_ldl", **({"bits": random.choice((2, 30, 60, 300))} if random.random() < 0.5 else {})},
        {"method": "dominance"},
        {"method": "dominance", "weights": [str(random.choice((1, 2, Fraction(1, 3), 7))) for _ in range(n)]},
        {"method": "integer_cholesky", "shift": shift},
    ]


def dense(random: Random) -> Outcome:
    A = nearly_singular(random)
    truth = is_definite(exact(A))
    form = DenseForm.of(A)
    passed = [e["method"] for e in methods(random, len(A)) if accepted(check_definite, form, e)]
    if not truth and passed:
        return Outcome("pass", f"{passed}: not definite: {A.tolist()}")
    if truth and "exact" not in passed:
        return Outcome("unknown", f"exact refuses a definite matrix: {A.tolist()}")
    return Outcome("pass" if passed else "unknown")


def rational(random: Random) -> Outcome:
    """A rational matrix with a known least eigenvalue, and a bound at it or next to it."""
    n = random.randint(1, 3)
    least = small(random)
    A, _ = symmetric(random, [least, *(least + abs(small(random)) for _ in range(n - 1))])
    bound = least + margin(random)
    form = DenseForm.of_exact(np.array(A, dtype=object))
    passed = [e["method"] for e in methods(random, n) if accepted(check_above, form, str(bound), e)]
    truth = is_definite(less(A, scaled(identity(n), bound)))
    return Outcome("pass" if passed else "unknown", f"{passed}: {bound} of {A}" if passed and not truth else None)


def sparse(random: Random) -> Outcome:
    A = nearly_singular(random)
    n = len(A)
    if n > 2:
        A[np.abs(np.subtract.outer(np.arange(n), np.arange(n))) > 1] = 0.0
    row, column = np.nonzero(np.tril(A, -1))
    form = SparseForm(np.diag(A).copy(), row, column, A[row, column])
    order = random.sample(range(n), n) if random.random() < 0.3 else list(range(n))
    share = random.choice(("0", "1/1024", "1/100000000", "1"))
    listed: list[dict[str, Any]] = [
        {"method": "windows", "order": order, "block": random.randint(1, n), "share": share},
        {"method": "dominance"},
        {"method": "exact"},
    ]
    passed = [e["method"] for e in listed if accepted(check_definite, form, e)]
    wrong = passed and not is_definite(exact(A))
    return Outcome("pass" if passed else "unknown", f"{passed}: {A.tolist()}" if wrong else None)


def low_rank(random: Random) -> Outcome:
    """diag(d) - sΞᵀΞ with one pattern: singular exactly where s Σ ξ²/d = 1."""
    n = random.randint(1, 4)
    xi = [Fraction(random.randint(-4, 4)) for _ in range(n)]
    xi[0] = xi[0] or Fraction(1)
    d = [Fraction(random.choice((1, 2, 4, 8))) for _ in range(n)]
    s = 1 / sum((x * x / e for x, e in zip(xi, d, strict=True)), Fraction(0))
    s *= 1 + margin(random)
    scale = Fraction(random.choice((1, 2**400, Fraction(1, 2**400))))
    values = np.array([[float(x) for x in xi]])
    form = LowRankForm(np.array([float(e * scale) for e in d]), Midpoint(values, 0.0), s * scale)
    A = [[(d[i] if i == j else 0) - s * xi[i] * xi[j] for j in range(n)] for i in range(n)]
    listed: list[dict[str, Any]] = [{"method": "low_rank", "complement": e} for e in methods(random, 1)]
    listed += [{"method": "exact"}, {"method": "ball_ldl"}]
    passed = [str(e) for e in listed if accepted(check_definite, form, e)]
    wrong = passed and not is_definite(A)
    return Outcome("pass" if passed else "unknown", f"{passed}: {d} {s} {xi}" if wrong else None)


def draw(random: Random) -> Outcome:
    return random.choice((dense, dense, rational, sparse, low_rank))(random)


FAMILY = Family("definiteness", "A ≻ 0 one unit in the last place from singular, by each method", draw, 1500, 60_000)
