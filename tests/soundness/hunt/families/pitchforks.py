"""One equilibrium at the border of T16: λ_max(W) times the steepest slope is the leak, or next to it.

At 0 the flow rests, and W is symmetric (up to multipliers). While λ_max·h̄ ≤ ρ and no slope of the neurons in the
kernel of M is h̄ on a segment, 0 is the one equilibrium; beyond it is unstable; and at the border of piecewise-linear
neurons a continuum rests. (Where relu neurons would have to move to both sides, nothing is known of the last two.)
The checker is asked with forged evidence of every kind, or the whole is verified.
"""

from __future__ import annotations

import json
from fractions import Fraction
from random import Random
from typing import Any

from hopverify.checker.rules import judge
from hopverify.errors import EvidenceRejected
from hopverify.networks import build_model
from hopverify.obligations import GloballyStable
from hopverify.obligations import Outcome as Result
from hopverify.spec import parse_spec
from tests.checker import multipliers
from tests.soundness.hunt.cases import Document, Family, Outcome, margin, positive, results, small, symmetric, texts

F = Fraction
ONE = F(1)
# The steepest slope, whether it is that of a whole segment, and g(0).
NEURONS: dict[str, tuple[Fraction, bool, Fraction]] = {
    "tanh": (ONE, False, F(0)),
    "arctan": (ONE, False, F(0)),
    "sigmoid": (F(1, 4), False, F(1, 2)),
    "hard_tanh": (ONE, True, F(0)),
    "relu": (ONE, True, F(0)),
}
CHECKS = ["global_stability", "equilibria", "equilibrium_stability"]
BORDERS = (F(0), F(0), F(1, 10**9), F(-1, 10**9), F(1, 10**12), F(-1, 10**12))


def _weights(random: Random, names: list[str], beyond: Fraction) -> tuple[list[list[Fraction]], bool | None]:
    """Return S, symmetric, with λ_max = 1 + beyond, and whether 0 is the one equilibrium (None: unknown)."""
    n = len(names)
    S, top = symmetric(random, [1 + beyond, *(1 - positive(random) / 2 for _ in range(n - 1))])
    strict = any(v and not NEURONS[name][1] for name, v in zip(names, top, strict=True))
    if beyond < 0 or (beyond == 0 and strict):
        return S, True
    sides = {v > 0 for name, v in zip(names, top, strict=True) if v and name == "relu"}
    return S, None if len(sides) > 1 else False


def _drawn(random: Random) -> tuple[Document, bool | None, list[Fraction]]:
    """Return a document with the equilibrium 0, whether that is the one equilibrium, and multipliers."""
    n = random.randint(1, 3)
    names = random.choices(list(NEURONS), k=n) if random.random() < 0.6 else [random.choice(list(NEURONS))] * n
    beyond = random.choice((*BORDERS, margin(random), small(random, 1) / 2))
    S, one = _weights(random, names, beyond)
    d = [ONE] * n if random.random() < 0.7 else [positive(random) for _ in names]
    # D(diag(ρ/h̄) - W) = I - S with ρ = h̄/d and W = S/d.
    rho = [NEURONS[name][0] / e for name, e in zip(names, d, strict=True)]
    W = [[v / e for v in row] for e, row in zip(d, S, strict=True)]
    b = [-sum((w * NEURONS[name][2] for w, name in zip(row, names, strict=True)), F(0)) for row in W]
    layers = {
        f"x{i}": {"size": 1, "lagrangian": name, "leak": str(rho[i]), "bias": str(b[i]), "tau": str(positive(random))}
        for i, name in enumerate(names)
    }
    # Each pair of neurons has a block of its own, and so may be asymmetric.
    synapses: dict[str, Any] = {}
    for i in range(n):
        synapses[f"w{i}"] = {"kind": "dense", "layers": [f"x{i}", f"x{i}"], "weights": texts([[W[i][i]]])}
        for j in range(i):
            if W[i][j] == W[j][i]:
                synapse = {"kind": "dense", "layers": [f"x{i}", f"x{j}"], "weights": texts([[W[i][j]]])}
            else:
                ways = {"forward": texts([[W[j][i]]]), "feedback": texts([[W[i][j]]])}
                synapse = {"kind": "feedforward_feedback", "layers": [f"x{i}", f"x{j}"], **ways}
            synapses[f"w{i}_{j}"] = synapse
    return {"hopverify": 1, "name": "hunted", "layers": layers, "synapses": synapses}, one, d


def _forged(document: Document, d: list[Fraction]) -> str:
    """Return the verdict on evidence of every kind that there is one equilibrium."""
    model = build_model(parse_spec(json.dumps(document), format="json"))
    zero = ["0"] * len(d)
    boxes = [{"centre": zero, "width": width} for width in ("0", "1/100", "10", "-1", "-100")]
    shown: list[dict[str, Any]] = [{}, {"box": ["1000"] * 2 * len(d)}, *({"equilibrium": box} for box in boxes)]
    for each in shown:
        try:
            if judge(GloballyStable(model), multipliers.stable(model, texts(d), **each)).outcome is Result.PROVED:
                return "pass"
        except EvidenceRejected:
            continue
    return "refused"


def draw(random: Random) -> Outcome:
    document, one, d = _drawn(random)
    if random.random() < 0.5:
        verdict = _forged(document, d)
    else:
        found = results(document, CHECKS, boxes=400)
        verdict = found["global_stability"]["verdict"]
        rows = (found["equilibria"]["obligations"] or [{}])[0].get("data", {})
        if "attracting" in rows and one is False:
            return Outcome(verdict, f"said to attract everything: {document}")
    wrong = (verdict == "pass" and one is False) or (verdict == "fail" and one is True)
    return Outcome(verdict, f"one equilibrium is {one}: {document}" if wrong else None)


FAMILY = Family(
    "pitchforks", "λ_max(W) at the border of one equilibrium, steep at one state or on segments", draw, 60, 4_000
)
