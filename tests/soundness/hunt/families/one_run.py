"""Global stability against the lists of the same run: networks of one or two neurons with one equilibrium or several.

The oracle goes through all choices of segments in rationals, so it knows how many equilibria there are, and tells their
stability by trace and determinant; solutions are followed in floats.
"""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import numpy as np

from tests.soundness.hunt.cases import Family, Outcome, lagrangian, margin, mirrored, moved, network, results, texts
from tests.soundness.oracles.segments import ACTIVATIONS, Branch, branches

NUMBERS = [Fraction(v) for v in ("-2", "-1", "-1/2", "0", "1/2", "3/4", "1", "3/2", "2", "3")]
RUNS_AWAY = "kernel (no global stability, by unbounded)"
CHECKS = ["energy_descent", "boundedness", "equilibria", "equilibrium_stability", "global_stability"]
STARTS, STEPS, STEP = 3, 3000, 0.05
ONE = Fraction(1)


def _drawn(random: Random) -> tuple[str, list[list[Fraction]], list[Fraction], list[Fraction]]:
    name, n = random.choice(list(ACTIVATIONS)), random.randint(1, 2)
    W = [[random.choice(NUMBERS) for _ in range(n)] for _ in range(n)]
    if random.random() < 0.75:
        W = mirrored(W)
    elif n == 2 and random.random() < 0.5:
        W[1] = [-W[0][1], W[0][0]]
    i, j = random.randrange(n), random.randrange(n)
    W[i][j] = W[j][i] = moved(random, W[i][j]) if random.random() < 0.3 else W[j][i]
    # A pitchfork, or a fold at a kink, with nothing to spare, and beside it.
    if random.random() < 0.3:
        W = [[(ONE + margin(random)) * (i == j) for j in range(n)] for i in range(n)]
    return name, W, [random.choice(NUMBERS) for _ in range(n)], [random.choice((ONE, ONE, 4 * ONE)) for _ in range(n)]


def _is_unstable(found: list[Branch], W: Any, tau: Any) -> bool:
    """Whether an equilibrium strictly inside its segments has an eigenvalue with positive real part."""
    for branch in found:
        x, n = branch.point, len(tau)
        if x is None or any(v in (own.lower, own.upper) for v, own in zip(x, branch.chosen, strict=True)):
            continue
        J = [[(W[i][j] * branch.chosen[j].slope - (i == j)) / tau[i] for j in range(n)] for i in range(n)]
        if n == 1 and J[0][0] > 0:
            return True
        if n == 2 and (J[0][0] + J[1][1] > 0 or J[0][0] * J[1][1] < J[0][1] * J[1][0]):
            return True
    return False


def _strays(name: str, W: Any, b: Any, tau: Any, x: Any, random: Random) -> str | None:
    """Return a start from which a solution ends far from the one equilibrium."""
    A = np.array([[float(v) for v in row] for row in W])
    c, T, rest = (np.array([float(v) for v in row]) for row in (b, tau, x))

    def g(y: Any) -> Any:
        found = np.zeros_like(y)
        for part in ACTIVATIONS[name]:
            low = -np.inf if part.lower is None else float(part.lower)
            high = np.inf if part.upper is None else float(part.upper)
            found = np.where((low <= y) & (y <= high), float(part.slope) * y + float(part.intercept), found)
        return found

    for _ in range(STARTS):
        start = y = rest + np.array([random.uniform(-4, 4) for _ in x])
        for _ in range(STEPS):
            y = y + STEP * (A @ g(y) + c - y) / T
        # Where the margin is next to nothing a solution hardly moves, but does not go away for good either.
        if not np.max(np.abs(y - rest)) < 1e-6 + 4 * float(np.max(T) / np.min(T)) * np.max(np.abs(start - rest)):
            return f"from {start.tolist()} the solution is at {y.tolist()}"
    return None


def draw(random: Random) -> Outcome:
    name, W, b, tau = _drawn(random)
    found = results(network(lagrangian(name), W, b, tau=texts(tau)), CHECKS, boxes=2000)
    known = list(branches(ACTIVATIONS[name], W, b, [ONE] * len(b)))
    points = {branch.point for branch in known if branch.point is not None}
    one = len(points) == 1 and not any(branch.singular for branch in known)
    said, unstable = found["global_stability"], _is_unstable(known, W, tau)
    verdict, wrong = said["verdict"], None
    if verdict == "pass" and not one:
        wrong = f"there are {len(points)} equilibria, or faces"
    elif verdict == "pass":
        strays = _strays(name, W, b, tau, next(iter(points)), random)
        wrong = "the one equilibrium is unstable" if unstable else strays
    elif (
        verdict == "fail" and one and said["method"] != ["kernel (no global stability, by unbounded)"] and not unstable
    ):
        wrong = "there is one equilibrium, and it is not unstable"
    about = f"{wrong}; {name}, W = {W}, b = {b}, tau = {tau}" if wrong else None
    return Outcome(verdict, about)


FAMILY = Family("one_run", "global stability against all equilibria of the same run, one or several", draw, 60, 4_000)
