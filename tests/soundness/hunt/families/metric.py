"""Metrics of altered systems: PB = Aᵀ but for one ulp, P singular, sym(TP) singular, or no metric stated at all."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

from tests.soundness.hunt.cases import Family, Outcome, margin, moved, positive, results, small, symmetric, text, texts
from tests.soundness.oracles.matrices import (
    Matrix,
    apply,
    is_definite,
    is_semidefinite,
    is_symmetric,
    kernel,
    rank,
    times,
    transpose,
)


def is_metric(P: Matrix, A: Matrix, B: Matrix, tau: list[Fraction]) -> bool:
    """Whether P = Pᵀ, PB = Aᵀ, P ≻ 0 and sym(TP) ≻ 0."""
    if not (is_symmetric(P) and times(P, B) == transpose(A) and is_definite(P)):
        return False
    TP = [[t * v for v in row] for t, row in zip(tau, P, strict=True)]
    return is_definite(
        [[(p + q) / 2 for p, q in zip(a, c, strict=True)] for a, c in zip(TP, transpose(TP), strict=True)]
    )


def has_metric(A: Matrix, B: Matrix) -> bool:
    """Whether some P ≻ 0 has PB = Aᵀ: AB ⪰ 0 is symmetric, as singular as B, and Aᵀx = 0 wherever Bx = 0 (T11)."""
    AB = times(A, B)
    follows = all(not any(apply(transpose(A), x)) for x in kernel(B))
    return is_symmetric(AB) and is_semidefinite(AB) and rank(AB) == rank(B) and follows


def _document(random: Random, A: Matrix, B: Matrix, tau: list[Fraction], P: Matrix | None) -> dict[str, Any]:
    synapse: dict[str, Any] = {"kind": "feedforward_feedback", "layers": ["y", "x"]}
    synapse |= {"forward": texts(A), "feedback": texts(B)}
    if P is not None:
        synapse["metric"] = texts(P)
    layers = {
        "y": {"size": len(B), "lagrangian": "identity", "tau": texts(tau), "leak": text(positive(random))},
        "x": {"size": len(A), "lagrangian": random.choice(("relu", "tanh", "gelu")), "tau": 0, "bias": "1/3"},
    }
    return {"hopverify": 1, "name": "hunted", "layers": layers, "synapses": {"ab": synapse}}


def _drawn(random: Random) -> tuple[Matrix, Matrix, Matrix]:
    """Return P with a least eigenvalue of 0 or next to it, B, and A = (PB)ᵀ."""
    m, n = random.randint(1, 3), random.randint(1, 3)
    least = margin(random) if random.random() < 0.6 else positive(random)
    P, _ = symmetric(random, [least, *(positive(random) for _ in range(m - 1))])
    B = [[small(random, 2, (1,)) for _ in range(n)] for _ in range(m)]
    return P, B, transpose(times(P, B))


def stated(random: Random) -> Outcome:
    P, B, A = _drawn(random)
    for M in (P, A, B):
        if random.random() < 0.25:
            i, j = random.randrange(len(M)), random.randrange(len(M[0]))
            M[i][j] = moved(random, M[i][j])
    tau = [positive(random)] * len(P)
    if random.random() < 0.5:
        tau = [random.choice((Fraction(1), Fraction(4), Fraction(7))) for _ in P]
    verdict = results(_document(random, A, B, tau, P), ["altered_energy_descent"])["altered_energy_descent"]["verdict"]
    truth = is_metric(P, A, B, tau)
    if verdict == "pass" and not truth:
        return Outcome(verdict, f"no metric: P = {P}, A = {A}, B = {B}, τ = {tau}")
    if verdict == "fail" and is_metric(P, A, B, [Fraction(1)] * len(P)):
        return Outcome(verdict, f"a metric: P = {P}, A = {A}, B = {B}")
    return Outcome(verdict)


def timed(random: Random) -> Outcome:
    """P = [[1, p], [p, 1]], T = diag(1, t²): sym(TP) is singular where p = 2t/(1 + t²)."""
    t = Fraction(random.randint(2, 5), random.randint(1, 3))
    p = 2 * t / (1 + t * t) * (1 + margin(random))
    P, tau = [[Fraction(1), p], [p, Fraction(1)]], [Fraction(1), t * t]
    B = [[small(random, 2, (1,)) for _ in range(2)] for _ in range(2)]
    A = transpose(times(P, B))
    verdict = results(_document(random, A, B, tau, P), ["altered_energy_descent"])["altered_energy_descent"]["verdict"]
    wrong = verdict == "pass" and not is_metric(P, A, B, tau)
    return Outcome(verdict, f"sym(TP) is not definite: {P}, {tau}" if wrong else None)


def searched(random: Random) -> Outcome:
    _, B, A = _drawn(random)
    if random.random() < 0.3:
        i, j = random.randrange(len(A)), random.randrange(len(B))
        A[i][j] = moved(random, A[i][j])
    tau = [Fraction(1)] * len(B)
    verdict = results(_document(random, A, B, tau, None), ["altered_energy_descent"])["altered_energy_descent"][
        "verdict"
    ]
    truth = has_metric(A, B)
    if (verdict == "pass" and not truth) or (verdict == "fail" and truth):
        return Outcome(verdict, f"a metric exists: {truth}; A = {A}, B = {B}")
    return Outcome(verdict)


def draw(random: Random) -> Outcome:
    return random.choice((stated, timed, searched))(random)


FAMILY = Family("metric", "altered energies: P, AB and sym(TP) on the edge", draw, 150, 6_000)
