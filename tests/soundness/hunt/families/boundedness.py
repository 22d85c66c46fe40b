"""Forms I - W on the edge of copositivity, of definiteness, and nonnegative weights on the edge of growth."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from tests.soundness.hunt.cases import Family, Outcome, margin, network, positive, results, small, text
from tests.soundness.oracles.copositivity import falling, is_strict, standing
from tests.soundness.oracles.matrices import ZERO, apply, determinant, dot, identity, less, part, scaled


def form(random: Random) -> Outcome:
    """Q = ρI - W with dᵀQd = 0, or next to 0, for some d ≥ 0."""
    n, rho = random.randint(1, 4), random.choice((Fraction(1), positive(random)))
    Q = [[small(random) for _ in range(n)] for _ in range(n)]
    Q = [[Q[max(i, j)][min(i, j)] + (3 if i == j else 0) for j in range(n)] for i in range(n)]
    d = [Fraction(random.randint(0, 3)) for _ in range(n)]
    if any(d):
        lost = (dot(d, apply(Q, d)) - margin(random)) / dot(d, d) ** 2
        Q = [[q - lost * d[i] * d[j] for j, q in enumerate(row)] for i, row in enumerate(Q)]
    b = [small(random) for _ in range(n)]
    document = network("relu", less(scaled(identity(n), rho), Q), b, leak=text(rho))
    found = results(document, ["boundedness", "energy_bounded_below"])
    verdicts = {name: entry["verdict"] for name, entry in found.items()}
    down = falling(Q)
    rest = standing(Q) if down is None else None
    # Along a standing d the energy is -t b·d; without a lower bound, some solution starts below all equilibria.
    falls = down is not None or (rest is not None and dot(b, rest) > 0)
    for name, verdict in verdicts.items():
        if verdict == "pass" and falls:
            return Outcome(verdict, f"{name}: E falls without bound along {down or rest}; Q = {Q}, b = {b}")
        if verdict == "fail" and (down is None or is_strict(Q)):
            return Outcome(verdict, f"{name}: the form is copositive; Q = {Q}")
    return Outcome(verdicts["boundedness"])


def growth(random: Random) -> Outcome:
    """W ≥ 0 with spectral radius 1, or next to it, and b > 0: bounded iff I - W is an M-matrix."""
    n = random.randint(1, 3)
    W = [[positive(random) for _ in range(n)] for _ in range(n)]
    u = [positive(random) for _ in range(n)]
    # D⁻¹WD/r with row sums r has the radius 1: Wu = u after scaling each row.
    W = [[v * u[i] / dot(row, u) for v in row] for i, row in enumerate(W)]
    k = random.randrange(n)
    W[k] = [v * (1 + margin(random)) for v in W[k]]
    b = [positive(random) for _ in range(n)]
    verdict = results(network("relu", W, b), ["boundedness"])["boundedness"]["verdict"]
    M = less(identity(n), W)
    bounded = all(determinant(part(M, range(k), range(k))) > ZERO for k in range(1, n + 1))
    if (verdict == "pass" and not bounded) or (verdict == "fail" and bounded):
        return Outcome(verdict, f"bounded is {bounded}: W = {W}, b = {b}")
    return Outcome(verdict)


def tiny(random: Random) -> Outcome:
    """Weights and leak at the end of doubles, with a prefactor: p(W + Wᵀ) against ρ."""
    n, k = random.randint(1, 5), random.randint(1070, 1076)
    w, rho, p = Fraction(1, 2**k), Fraction(1, 2 ** random.randint(1070, 1076)), Fraction(1, 2 ** random.randint(0, 4))
    document = network("relu", [[w] * n for _ in range(n)], [ZERO] * n, leak=text(rho))
    document["synapses"]["w"] |= {"drive": "gradient", "prefactor": text(p)}
    verdict = results(document, ["boundedness"])["boundedness"]["verdict"]
    growing = 2 * p * w * n > rho
    if (verdict == "pass" and growing) or (verdict == "fail" and not growing):
        return Outcome(verdict, f"n = {n}, w = 2^-{k}, ρ = {float(rho)}, p = {p}: growing is {growing}")
    return Outcome(verdict)


def draw(random: Random) -> Outcome:
    return random.choice((form, form, growth, growth, tiny))(random)


FAMILY = Family("boundedness", "forms on the edge of copositivity, growth of spectral radius 1", draw, 200, 3_000)
