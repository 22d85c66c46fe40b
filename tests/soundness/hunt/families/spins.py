"""Spins with linear drives: ties, margins of exactly 0, W_ii = 0 or next to it, weights one unit apart."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from random import Random
from typing import Any

from tests.soundness.hunt.cases import Document, Family, Outcome, moved, results, small, text, texts
from tests.soundness.oracles.spins import Spins, quadratic

CHECKS = ("spin_energy_descent", "spin_convergence", "spin_fixed_points", "spin_correction")


def document(random: Random, n: int, synapse: Document, b: list[Fraction], counted: bool) -> tuple[Document, Any, int]:
    """Return the document of a model with one memory, its patterns, and a number of flips; the update is random."""
    patterns = [[random.choice((-1, 1)) for _ in range(n)] for _ in range(random.randint(1, 2))]
    layer = {"size": n, "states": "spins", "bias": texts(b), "bias_in_energy": counted}
    update = {
        "order": random.choice(("asynchronous", "synchronous")),
        "rule": random.choice(("drive", "drive", "energy")),
    }
    made = {"hopverify": 1, "name": "hunted", "layers": {"s": layer}, "synapses": {"w": synapse}, "update": update}
    return made | {"memories": {"xi": {"layer": "s", "patterns": patterns}}}, patterns, random.randint(0, min(2, n))


def judged(made: Document, patterns: Any, flips: int, oracle: Spins, *, decides: bool) -> Outcome:
    """Compare all four checks with brute force."""
    found = results(made, [*CHECKS[:3], {"spin_correction": {"flips": flips}}])
    verdicts = {name: found[name]["verdict"] for name in CHECKS}
    truth = {"spin_energy_descent": oracle.descends(), "spin_convergence": oracle.converges()}
    truth["spin_correction"] = all(oracle.restores(tuple(pattern), flips) for pattern in patterns)
    for name, holds in truth.items():
        if verdicts[name] == ("fail" if holds else "pass"):
            return Outcome(verdicts[name], f"{name}, which is {holds}: {made}")
        if decides and name != "spin_correction" and verdicts[name] == "unknown":
            return Outcome("unknown", f"{name} is decided for so few neurons: {made}")
    if decides and verdicts["spin_fixed_points"] != "pass":
        return Outcome(verdicts["spin_fixed_points"], f"spin_fixed_points is decided for so few neurons: {made}")
    if verdicts["spin_fixed_points"] == "pass" and listed(found["spin_fixed_points"]) != oracle.fixed():
        return Outcome("pass", f"spin_fixed_points lists others: {made}")
    return Outcome(verdicts[random_check(flips, len(patterns))])


def random_check(flips: int, count: int) -> str:
    """Return the check whose verdict is counted."""
    return CHECKS[(0, 1, 3)[(flips + count) % 3]]


def listed(entry: Mapping[str, Any]) -> set[tuple[int, ...]]:
    """Return the fixed points of an entry."""
    rows = entry["obligations"][0]["data"]["fixed_points"]
    return {tuple(1 if sign == "+" else -1 for sign in "".join(row["state"].values())) for row in rows}


def draw(random: Random) -> Outcome:
    n = random.randint(1, 5)
    W = [[small(random, 2, (1, 1, 2)) for _ in range(n)] for _ in range(n)]
    symmetric = random.random() < 0.8
    for i in range(n):
        W[i][i] = random.choice((Fraction(0), Fraction(0), moved(random, Fraction(0)), small(random, 1)))
        for j in range(i if symmetric else 0):
            W[i][j] = W[j][i]
    if n > 1 and random.random() < 0.3:
        W[1][0] = moved(random, W[1][0])
    if random.random() < 0.2:
        scale = Fraction(2) ** random.choice((-1040, 700))
        W = [[scale * v for v in row] for row in W]
    b = [moved(random, small(random, 2, (1, 2))) if random.random() < 0.5 else Fraction(0) for _ in range(n)]
    p, gradient, counted = (
        random.choice((Fraction(1, 2), Fraction(1, 2), Fraction(1))),
        random.random() < 0.3,
        random.random() < 0.8,
    )
    synapse = {"kind": "dense", "layers": ["s", "s"], "weights": texts(W), "prefactor": text(p)}
    synapse["drive"] = "gradient" if gradient else "weights"
    apart = not gradient and random.random() < 0.3
    own = {"kind": "diagonal", "layers": ["s", "s"], "weights": texts([W[i][i] for i in range(n)])}
    if apart:
        synapse["weights"] = texts([[W[i][j] if i != j else Fraction(0) for j in range(n)] for i in range(n)])
    made, patterns, flips = document(random, n, synapse, b, counted)
    made["synapses"] |= {"own": own} if apart else {}
    oracle = quadratic(
        W,
        b,
        prefactor=p,
        gradient=gradient,
        counted=counted,
        synchronous=made["update"]["order"] == "synchronous",
        by_energy=made["update"]["rule"] == "energy",
    )
    return judged(made, patterns, flips, oracle, decides=True)


FAMILY = Family("spins", "linear drives of spins: ties, margins of 0, a diagonal next to 0", draw, 120, 4_000)
