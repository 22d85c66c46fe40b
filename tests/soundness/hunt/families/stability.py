"""One equilibrium that attracts everything, with λ_max(W) = ρ or next to it, symmetric weights and others."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from tests.soundness.hunt.cases import Family, Outcome, margin, network, positive, results, small, symmetric, text
from tests.soundness.oracles.matrices import apply, identity, is_definite, is_hurwitz, less, scaled, times


def draw(random: Random) -> Outcome:
    """The equilibrium lies where g(x) = x beside it, so the flow there is ẋ = (W - ρ)δx exactly."""
    n, rho = random.randint(1, 3), random.choice((Fraction(1), positive(random)))
    top = rho * (1 + margin(random))
    W, _ = symmetric(random, [top, *(top - abs(small(random)) for _ in range(n - 1))])
    if random.random() < 0.5:
        # D^-1 W D has the same eigenvalues and is not symmetric; and a rotation of two neurons.
        d = [positive(random) for _ in range(n)]
        W = [[v * d[j] / d[i] for j, v in enumerate(row)] for i, row in enumerate(W)]
        if n > 1 and random.random() < 0.5:
            turn = identity(n)
            turn[0][1], turn[1][0] = Fraction(random.randint(-3, 3)), Fraction(random.randint(-3, 3))
            W = times(turn, W)
    activation = random.choice(("relu", "hard_tanh"))
    rest = [Fraction(random.randint(1, 5), 6) for _ in range(n)]
    b = [rho * x - w for x, w in zip(rest, apply(W, rest), strict=True)]
    found = results(network(activation, W, b, leak=text(rho)), ["global_stability", "equilibrium_stability"])
    verdict = found["global_stability"]["verdict"]
    J = less(W, scaled(identity(n), rho))
    attracts, shrinks = is_hurwitz(J), is_definite([[-(J[i][j] + J[j][i]) for j in range(n)] for i in range(n)])
    if verdict == "pass" and not attracts:
        return Outcome(verdict, f"the equilibrium {rest} does not attract: W = {W}, ρ = {rho}")
    if verdict == "fail" and shrinks:
        return Outcome(verdict, f"sym(W) ≺ ρ, and slopes are at most 1: W = {W}, ρ = {rho}")
    for row in found["equilibrium_stability"]["obligations"][0].get("data", {}).get("equilibria", []):
        if row["x"] != [text(x) for x in rest]:
            continue
        if (row["stability"] == "stable" and not attracts) or (row["stability"] == "unstable" and attracts):
            return Outcome(verdict, f"{rest} is called {row['stability']}: W = {W}, ρ = {rho}")
    return Outcome(verdict)


FAMILY = Family("stability", "λ_max(K) = 1 but for a last place, eigenvalues on the axis", draw, 150, 2_000)
