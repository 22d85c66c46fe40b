"""Repairs whose original differs in the last place of one weight, bias, leak or inhibition."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.soundness.hunt.cases import Document, Family, Outcome, moved, network, positive, results, small, text, texts
from tests.soundness.oracles.matrices import Matrix, Row
from tests.soundness.oracles.segments import ACTIVATIONS, branches

ACTIVATION = "relu"


def states(W: Matrix, b: Row, rho: Row) -> tuple[set[tuple[Fraction, ...]], bool]:
    """Return the isolated equilibria, and whether there are others."""
    found = list(branches(ACTIVATIONS[ACTIVATION], W, b, rho))
    return {branch.point for branch in found if branch.point is not None}, any(branch.singular for branch in found)


def _system(A: Matrix, c: Row, b: Row, rho: Row) -> Document:
    n = len(b)
    synapse = {"kind": "feedforward_feedback", "layers": ["y", "x"], "forward": texts(A)}
    inhibition = {"kind": "diagonal", "layers": ["x", "x"], "weights": texts([-v for v in c])}
    layers = {
        "y": {"size": n, "lagrangian": "identity"},
        "x": {"size": n, "lagrangian": ACTIVATION, "tau": 0, "bias": texts(b), "leak": texts(rho)},
    }
    synapses = {"ab": synapse, "c": inhibition}
    return {"hopverify": 1, "name": "hunted", "layers": layers, "synapses": synapses, "original": "original.json"}


def draw(random: Random) -> Outcome:
    n = random.randint(1, 3)
    W = [[small(random) for _ in range(n)] for _ in range(n)]
    b, rho, c = [small(random) for _ in range(n)], [positive(random) for _ in range(n)], [positive(random)] * n
    d = [positive(random) if random.random() < 0.3 else Fraction(1) for _ in range(n)]
    A = [[d[i] * W[i][j] + (c[i] if i == j else 0) for j in range(n)] for i in range(n)]
    ours = ([v * e for v, e in zip(b, d, strict=True)], [v * e for v, e in zip(rho, d, strict=True)])
    changed = random.choice((A[random.randrange(n)], *ours, c, [Fraction(0)]))
    k = random.randrange(len(changed))
    changed[k] = moved(random, changed[k])
    c = [abs(v) for v in c]
    with TemporaryDirectory() as folder:
        original = json.dumps(network(ACTIVATION, W, b, leak=texts(rho)))
        (Path(folder) / "original.json").write_text(original)
        entries = results(_system(A, c, *ours), ["equilibria_preserved"], folder=Path(folder))
    verdict = entries["equilibria_preserved"]["verdict"]
    seen = [[a - (c[i] if i == j else 0) for j, a in enumerate(row)] for i, row in enumerate(A)]
    (mine, more), (theirs, others) = states(seen, *ours), states(W, b, rho)
    if verdict == "fail":
        return Outcome(verdict, "nothing refutes that equilibria are preserved")
    if verdict == "pass" and (mine != theirs or more != others):
        return Outcome(verdict, f"{mine} here and {theirs} there: W = {W}, b = {b}, ρ = {rho}, {text(changed[k])}")
    return Outcome(verdict)


FAMILY = Family("preserved", "originals and repairs that differ in one last place", draw, 150, 4_000)
