"""Lists of equilibria, their stability and ghosts where systems are singular and neurons lie exactly at kinks."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

from tests.soundness.hunt.cases import Family, Outcome, lagrangian, mirrored, moved, network, results, texts
from tests.soundness.oracles.copositivity import falling, is_strict
from tests.soundness.oracles.matrices import ZERO, Matrix, Row, apply, is_definite, is_semidefinite, part, solve
from tests.soundness.oracles.segments import ACTIVATIONS, Segment, activate, branches

NUMBERS = [Fraction(v) for v in ("-2", "-1", "-1/2", "0", "0", "1/2", "1", "1", "2")]
SHARES = tuple(Fraction(k, 8) for k in range(1, 8))
SCALES = tuple(Fraction(2) ** k for k in (0, 0, 0, 0, 500, -500, -1060))


def _drawn(random: Random) -> tuple[str, Matrix, Row, Row]:
    activation = random.choice(list(ACTIVATIONS))
    n = random.randint(1, 2 if len(ACTIVATIONS[activation]) > 2 else 3)
    W = [[random.choice(NUMBERS) for _ in range(n)] for _ in range(n)]
    if random.random() < 0.7:
        W = mirrored(W)
    if random.random() < 0.3:
        i, j = random.randrange(n), random.randrange(n)
        W[i][j] = W[j][i] = moved(random, W[i][j])
    rho = [random.choice((Fraction(1), Fraction(1), Fraction(1, 2), Fraction(2)))] * n
    b = [random.choice(NUMBERS) for _ in range(n)]
    if activation in ("relu", "{leaky_relu: {slope: 1/4}}", "identity"):
        scale = random.choice(SCALES)
        b = [scale * v for v in b]
    return activation, W, b, rho


def _states(entry: Mapping[str, Any]) -> list[tuple[Any, Mapping[str, Any]]]:
    data = entry["obligations"][0].get("data", {})
    return [(row["x"], row) for row in data.get("equilibria", [])]


def _near(x: tuple[Fraction, ...], told: Any) -> bool:
    """Whether a state is the one that is told, exactly or by two ends for each neuron."""
    return all(
        Fraction(t) == v if isinstance(t, str) else Fraction(t[0]) <= v <= Fraction(t[1])
        for v, t in zip(x, told, strict=True)
    )


def _rests(x: list[Fraction], parts: tuple[Segment, ...], W: Matrix, b: Row, rho: Row) -> bool:
    drive = apply(W, [activate(parts, v) for v in x])
    return all(w + c == r * v for w, c, r, v in zip(drive, b, rho, x, strict=True))


def _missing(
    entry: Mapping[str, Any], found: list[Any], parts: tuple[Segment, ...], W: Matrix, b: Row, rho: Row
) -> str | None:
    """Return what a complete list has left out, or lists although it is no equilibrium."""
    told = _states(entry)

    def is_listed(point: tuple[Fraction, ...], x: Any, row: Mapping[str, Any]) -> bool:
        """Whether a point is the state that is told, or everything rests between it and that of a continuum."""
        if "dimension" not in row:
            return _near(point, x)
        between = [[v + t * (Fraction(u) - v) for v, u in zip(point, x, strict=True)] for t in SHARES]
        return all(_rests(each, parts, W, b, rho) for each in between)

    for branch in found:
        if branch.point is not None and not any(is_listed(branch.point, x, row) for x, row in told):
            return f"{branch.point} is not listed"
        if branch.singular:
            on = [x for x, _ in told if all(s.holds(Fraction(v)) for s, v in zip(branch.chosen, x, strict=True))]
            if not on:
                return f"a face on {branch.chosen} is not listed"
    return None


def _false(entry: Mapping[str, Any], parts: tuple[Segment, ...], W: Matrix, b: Row, rho: Row) -> str | None:
    for told, _ in _states(entry):
        if all(isinstance(t, str) for t in told) and not _rests([Fraction(t) for t in told], parts, W, b, rho):
            return f"{told} is listed and no equilibrium"
    return None


def _unstable(entry: Mapping[str, Any], parts: tuple[Segment, ...], W: Matrix, rho: Row) -> str | None:
    """Return what is wrong with what is said of stability, for symmetric W and exact isolated states."""
    for told, row in _states(entry):
        if "dimension" in row or not all(isinstance(t, str) for t in told) or row["stability"] == "undecided":
            continue
        x, least = [Fraction(t) for t in told], []
        sides = [sorted({s.slope for s in parts if s.holds(v)}) for v in x]
        kinks = [i for i, v in enumerate(x) if len([s for s in parts if s.holds(v)]) > 1]
        if any(slope < 0 for own in sides for slope in own):
            continue
        for sign in product((-1, 1), repeat=len(kinks)):
            least.append(_form(parts, W, rho, x, dict(zip(kinks, sign, strict=True))))
        good = all(positive for positive, _ in least)
        bad = any(negative for _, negative in least)
        if (row["stability"] == "stable" and not good) or (row["stability"] == "unstable" and not bad):
            return f"{told} is called {row['stability']}"
    return None


def _form(parts: tuple[Segment, ...], W: Matrix, rho: Row, x: Row, signs: dict[int, int]) -> tuple[bool, bool]:
    """Return whether dᵀ(diag(ρ/h) - W)d > 0 on a cone of directions, and whether it is < 0 somewhere there."""
    slopes = []
    for i, v in enumerate(x):
        own = [s for s in parts if s.holds(v)]
        slopes.append((own[0] if signs.get(i, 1) < 0 else own[-1]).slope)
    moving = [i for i, h in enumerate(slopes) if h > 0]
    Q = [[(rho[i] / slopes[i] if i == j else ZERO) - W[i][j] for j in moving] for i in moving]
    free = [k for k, i in enumerate(moving) if i not in signs]
    cone = [k for k, i in enumerate(moving) if i in signs]
    block = part(Q, free, free)
    if not is_definite(block):
        # On a cone with free directions anything below 0 there is below 0 on the cone; so is a step along the kernel
        # of a semidefinite block with a little of what it is coupled to.
        return False, not is_semidefinite(block) or any(_couples(block, [Q[k][c] for k in free]) for c in cone)
    turned = [[signs.get(moving[a], 1) * signs.get(moving[c], 1) * Q[a][c] for c in cone] for a in cone]
    for p, a in enumerate(cone):
        y = solve(block, [Q[k][a] for k in free]) if free else []
        assert y is not None
        for q, c in enumerate(cone):
            inner = sum((Q[c][k] * v for k, v in zip(free, y, strict=True)), ZERO)
            turned[p][q] -= signs[moving[a]] * signs[moving[c]] * inner
    return is_strict(turned), falling(turned) is not None


def _couples(block: Matrix, column: Row) -> bool:
    """Whether a column is not in the range of a semidefinite block: no corner then makes the whole semidefinite."""
    corner = Fraction(10) ** 12 * (1 + sum(abs(v) for v in column)) ** 2
    return not is_semidefinite([*([*row, v] for row, v in zip(block, column, strict=True)), [*column, corner]])


def _ghosts(W: Matrix, b: Row) -> bool | None:
    """Whether a relu network with leak 1 has a ghost; None where a system is singular or a neuron at its kink."""
    n, found = len(b), False
    for alive in product((False, True), repeat=n):
        own = [i for i in range(n) if alive[i]]
        gamma = solve([[Fraction(int(i == j)) - W[i][j] for j in own] for i in own], [b[i] for i in own]) if own else []
        if gamma is None or any(v == 0 for v in gamma):
            return None
        targets = [b[i] + sum((W[i][j] * v for j, v in zip(own, gamma, strict=True)), ZERO) for i in range(n)]
        found |= all(v > 0 for v in gamma) and any(targets[i] > 0 for i in range(n) if not alive[i])
    return found


def draw(random: Random) -> Outcome:
    activation, W, b, rho = _drawn(random)
    document = network(lagrangian(activation), W, b, leak=texts(rho))
    found = results(document, ["equilibria", "ghost_regions"])
    verdict, parts = found["equilibria"]["verdict"], ACTIVATIONS[activation]
    wrong = _false(found["equilibria"], parts, W, b, rho)
    if verdict == "pass":
        wrong = wrong or _missing(found["equilibria"], list(branches(parts, W, b, rho)), parts, W, b, rho)
    if all(W[i][j] == W[j][i] for i in range(len(b)) for j in range(i)):
        wrong = wrong or _unstable(found["equilibria"], parts, W, rho)
        ghosts = _ghosts(W, b) if activation == "relu" and set(rho) == {1} else None
        said = found["ghost_regions"]["verdict"]
        if ghosts is not None and said in ("pass", "fail") and (said == "fail") != ghosts:
            wrong = wrong or f"ghost_regions is {said}"
    about = f"{wrong}; {activation}, W = {W}, b = {b}, ρ = {rho[0]}" if wrong else None
    return Outcome(verdict, about)


FAMILY = Family("equilibria", "biactive kinks, singular I - W_AA, ghosts, stability at λ_max(K) = 1", draw, 150, 4_000)
