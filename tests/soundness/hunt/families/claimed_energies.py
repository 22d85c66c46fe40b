"""Specs that claim an energy: the derived one, one that differs from it by next to nothing, and quite another.

Activations are piecewise linear with slopes 0 and 1, for which x·g - L(x) = ½g², so that the derived energy is
½|g|² - b·g - ½gᵀWg (T4). Rates are one-sided derivatives of piecewise quadratic functions, exact in Fractions. What
passes must be true of the energy of the spec.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

from tests.soundness.hunt.cases import Family, Outcome, margin, network, positive, results, small, text
from tests.soundness.oracles.matrices import ZERO, Matrix, Row, apply, dot
from tests.soundness.oracles.segments import ACTIVATIONS, activate

F = Fraction
# So short that no kink lies within two steps of a drawn state.
H = F(1, 2**90)
STATES = 12


@dataclass(frozen=True)
class Case:
    """A network of neurons, and the energy that is claimed of it: its text (None: the derived one) and its values."""

    activation: str
    W: Matrix
    b: Row
    tau: Row
    text: str | None
    energy: Callable[[Row, Row], Fraction]

    def gamma(self, x: Row) -> Row:
        return [activate(ACTIVATIONS[self.activation], v) for v in x]

    def velocity(self, x: Row) -> Row:
        drive = apply(self.W, self.gamma(x))
        return [(u + c - v) / t for u, c, v, t in zip(drive, self.b, x, self.tau, strict=True)]

    def at(self, x: Row) -> Fraction:
        """Return E(x)."""
        return self.energy(x, self.gamma(x))

    def rate(self, x: Row) -> Fraction:
        """Return the derivative of E along the flow, exactly: E is quadratic between two kinks."""
        v = self.velocity(x)
        first, second = (self.at([a + k * H * c for a, c in zip(x, v, strict=True)]) for k in (1, 2))
        return (4 * first - second - 3 * self.at(x)) / (2 * H)


def _derived(W: Matrix, b: Row) -> tuple[str, Callable[[Row, Row], Fraction]]:
    n = len(b)
    terms = [f"(-({b[i]}))*g_x[{i}]" for i in range(n)]
    terms += [f"({-W[i][j] / 2})*g_x[{i}]*g_x[{j}]" for i in range(n) for j in range(n)]

    def energy(x: Row, g: Row) -> Fraction:
        return dot(g, g) / 2 - dot(b, g) - dot(g, apply(W, g)) / 2

    return " + ".join(["dot(g_x, g_x)/2", *terms]), energy


def _case(random: Random) -> Case:
    n = random.randint(1, 2)
    activation = random.choice(("relu", "hard_tanh", "identity"))
    a, d, e = (small(random, 1) for _ in range(3))
    W = [[a, d], [d, e]] if n == 2 else [[a]]
    b, tau = [small(random) for _ in range(n)], [positive(random) for _ in range(n)]
    whole, derived = _derived(W, b)
    off = margin(random)
    claims: list[tuple[str | None, Callable[[Row, Row], Fraction]]] = [
        (None, derived),
        (None, derived),
        (whole, derived),
        (f"(1 + ({off}))*({whole})", lambda x, g: (1 + off) * derived(x, g)),
        (f"{whole} + ({off})*x[0]", lambda x, g: derived(x, g) + off * x[0]),
        (f"{whole} - ({off})*dot(x, x)", lambda x, g: derived(x, g) - off * dot(x, x)),
        ("1", lambda x, g: F(1)),
        ("relu(sum(x))^2", lambda x, g: max(sum(x, ZERO), ZERO) ** 2),
        ("-dot(x, x)", lambda x, g: -dot(x, x)),
    ]
    return Case(activation, W, b, tau, *random.choice(claims))


def draw(random: Random) -> Outcome:
    case = _case(random)
    document = network(case.activation, case.W, case.b, tau=[text(t) for t in case.tau])
    if case.text is not None:
        document["energy"] = case.text
    step = positive(random, 1)
    checks = ["energy_descent", "energy_flatness", "ghost_regions", "state_recovery", "energy_bounded_below"]
    found = results(document, [*checks, {"step_size": {"step": text(step)}}], boxes=200)
    states = [[small(random, 4, (1, 2, 7)) for _ in case.b] for _ in range(STATES)]
    states.append([F(1000)] * len(case.b))
    wrong = next(_contradictions(case, found, states, step), None)
    about = f"{case.activation}, W = {case.W}, b = {case.b}, τ = {case.tau}, energy: {case.text}"
    return Outcome(found["energy_descent"]["verdict"], f"{wrong}: {about}" if wrong else None)


def _contradictions(
    case: Case, found: Mapping[str, Mapping[str, Any]], states: list[Row], step: Fraction
) -> Iterator[str]:
    verdicts = {name: entry["verdict"] for name, entry in found.items()}
    if verdicts["energy_descent"] == "pass":
        yield from (f"E rises at {x}" for x in states if case.rate(x) > 0)
    if verdicts["energy_descent"] == "fail":
        (evidence,) = [row["evidence"] for row in found["energy_descent"]["obligations"] if _refutes(row)]
        x = [F(v) for v in evidence["claim"]["state"]["x"]]
        if case.rate(x) <= 0:
            yield f"E does not rise at {x}"
    if verdicts["step_size"] == "pass":
        longer = ([a + step * v for a, v in zip(x, case.velocity(x), strict=True)] for x in states)
        yield from (f"a step raises E at {x}" for x, y in zip(states, longer, strict=True) if case.at(y) > case.at(x))
    if verdicts["energy_bounded_below"] == "pass":
        bound = F(found["energy_bounded_below"]["obligations"][0]["data"]["lower_bound"])
        yield from (f"E is below {bound} at {x}" for x in states if case.at(x) < bound)
    flat = [x for x in states if _is_level(case, x)]
    if verdicts["ghost_regions"] == "pass":
        yield from (f"a ghost at {x}" for x in flat if any(case.velocity(x)) and not _rests_beside(case, x))
    if verdicts["energy_flatness"] == "pass" and case.text is not None:
        yield from (f"E is constant around {x}" for x in flat)
    if verdicts["state_recovery"] == "pass":
        yield from _hidden(case, found["state_recovery"]["obligations"][0]["data"]["equilibria"])


def _refutes(row: Mapping[str, Any]) -> bool:
    return row["role"] == "necessary" and row["outcome"] == "refuted"


def _is_level(case: Case, x: Row) -> bool:
    """Whether E is one number around a state."""
    beside = [[v + s * H * (k + 1) for k, v in enumerate(x)] for s in (-1, 1)]
    beside += [[v + s * H * (k == i) for k, v in enumerate(x)] for i in range(len(x)) for s in (-1, 1)]
    return all(case.at(y) == case.at(x) for y in beside)


def _rests_beside(case: Case, x: Row) -> bool:
    """Whether the state to which the flow points rests, with the activation of x."""
    target = [u + c for u, c in zip(apply(case.W, case.gamma(x)), case.b, strict=True)]
    return case.gamma(target) == case.gamma(x)


def _hidden(case: Case, rows: list[Mapping[str, Any]]) -> Iterator[str]:
    """Yield coordinates of exact equilibria of which it is wrongly told whether the energy determines them."""
    for row in rows:
        if row.get("unsettled") or not all(isinstance(v, str) for v in row["x"]):
            continue
        x = [F(v) for v in row["x"]]
        for i in range(len(x)):
            moved = [[v + s * k * H * (j == i) for j, v in enumerate(x)] for s in (-1, 1) for k in (1, 2)]
            level = [case.at(y) == case.at(x) for y in moved]
            open_ = all(level[:2]) or all(level[2:])
            if (f"x[{i}]" in row["undetermined"]) != open_ and (case.text is not None or case.W[i][i] != 1):
                yield f"x[{i}] of {x} is told as {'determined' if open_ else 'open'}"


FAMILY = Family("claimed_energies", "energies that a spec claims, nearly the derived one", draw, 60, 3_000)
