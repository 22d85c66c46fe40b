"""Weights that are symmetric but for one unit in the last place, at all scales, and prefactors that nearly fit."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from tests.soundness.hunt.cases import Family, Outcome, moved, network, results, small, text

SCALES = tuple(Fraction(2) ** k for k in (0, 0, 0, -500, 480, -1060, -1074))


def draw(random: Random) -> Outcome:
    n = random.randint(1, 3)
    W = [[small(random) for _ in range(n)] for _ in range(n)]
    for i in range(n):
        for j in range(i):
            W[i][j] = W[j][i]
    if n > 1 and random.random() < 0.7:
        W[1][0] = moved(random, W[1][0])
    scale = random.choice(SCALES)
    W = [[scale * v for v in row] for row in W]
    p, drive = moved(random, Fraction(1, 2)), random.choice(("weights", "weights", "gradient"))
    document = network(random.choice(("tanh", "relu", "softplus")), W, [small(random, 3, (7, 11)) or Fraction(1)] * n)
    document["synapses"]["w"] |= {"prefactor": text(p), "drive": drive}
    found = results(document, ["weight_symmetry", "energy_descent"])
    verdicts = [found[name]["verdict"] for name in ("weight_symmetry", "energy_descent")]
    equal = all(W[i][j] == W[j][i] for i in range(n) for j in range(n))
    fits = drive == "gradient" or all(p * (W[i][j] + W[j][i]) == W[i][j] for i in range(n) for j in range(n))
    if (verdicts[0] == "pass") != equal or (verdicts[0] == "fail") == equal:
        return Outcome(verdicts[0], f"weight_symmetry, and W = Wᵀ is {equal}: {W}")
    if verdicts[1] == "pass" and not fits:
        return Outcome(verdicts[1], f"energy_descent, and the drive is not -∇S: p = {p}, W = {W}")
    if verdicts[1] == "fail" and fits:
        return Outcome(verdicts[1], f"energy_descent fails, and the drive is -∇S: p = {p}, W = {W}")
    return Outcome(verdicts[1])


FAMILY = Family("symmetry", "weights and prefactors that fit but for a last place", draw, 150, 3_000)
