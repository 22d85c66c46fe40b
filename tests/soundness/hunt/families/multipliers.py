"""Multipliers of Lur'e with evidence of definiteness: doubles from rational, scaled and Hebbian weights."""

from __future__ import annotations

import json
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np

from hopverify.checker.rules import judge
from hopverify.errors import EvidenceRejected
from hopverify.networks import build_model
from hopverify.obligations import GloballyStable
from hopverify.spec import parse_spec
from tests.checker import multipliers
from tests.soundness.hunt.cases import (
    Document,
    Family,
    Outcome,
    margin,
    network,
    positive,
    small,
    symmetric,
    text,
    texts,
)
from tests.soundness.hunt.families.definiteness import methods
from tests.soundness.oracles.matrices import Matrix, Row, is_definite, transpose

SCALES = tuple(Fraction(2) ** k for k in (0, 0, 0, 200, -200, 900, -900, -1040))


def form(W: Matrix, rho: Row, d: Row) -> Matrix:
    """Return 2 sym(D(diag(ρ) - W)), the slopes being at most 1."""
    DW = [
        [e * ((r if i == j else 0) - w) for j, w in enumerate(row)]
        for i, (e, r, row) in enumerate(zip(d, rho, W, strict=True))
    ]
    return [[a + b for a, b in zip(p, q, strict=True)] for p, q in zip(DW, transpose(DW), strict=True)]


def dense(random: Random) -> tuple[Document, Matrix, Row, Row]:
    """λ_max(W) = ρ or next to it, all of it at some scale; D = I, or others for D⁻¹W."""
    n, scale = random.randint(1, 3), random.choice(SCALES)
    W, _ = symmetric(random, [1 + margin(random), *(1 - abs(small(random)) for _ in range(n - 1))])
    d = [Fraction(1)] * n if random.random() < 0.5 else [positive(random) for _ in range(n)]
    rho = [scale / e for e in d]
    W = [[scale * v / e for v in row] for e, row in zip(d, W, strict=True)]
    # H ⪯ 1 too for a softmax with β = 2, which has one leak and one multiplier.
    whole = [{"softmax": {"beta": 2}}] if len(set(d)) == 1 else []
    document = network(random.choice(["relu", "tanh", *whole]), W, [Fraction(0)] * n, leak=texts(rho))
    if not isinstance(document["layers"]["x"]["lagrangian"], str):
        document["layers"]["x"]["leak"] = text(rho[0])
    if random.random() < 0.3 and all(e == 1 for e in d):
        p = Fraction(random.randint(1, 5), random.randint(1, 5))
        weights = texts([[v / (2 * p) for v in row] for row in W])
        document["synapses"]["w"] |= {"weights": weights, "drive": "gradient", "prefactor": text(p)}
    return document, W, rho, d


def hebbian(random: Random) -> tuple[Document, Matrix, Row, Row]:
    """W = s(ξξᵀ - D) with λ_max(W) = ρ or next to it where the diagonal is kept."""
    n = random.randint(1, 4)
    q = random.choice((1, 1, 3, 10))
    xi = [Fraction(random.randint(-4, 4), q) for _ in range(n)]
    xi[0] = xi[0] or Fraction(1)
    kept, scale = random.random() < 0.6, random.choice(SCALES[:5])
    s = scale / sum((v * v for v in xi), Fraction(0)) * (1 + margin(random))
    W = [[s * a * b if kept or i != j else Fraction(0) for j, b in enumerate(xi)] for i, a in enumerate(xi)]
    document = network("relu", W, [Fraction(0)] * n, leak=text(scale))
    synapse = {"kind": "hebbian", "layers": ["x", "x"], "patterns": texts([xi]), "scale": text(s)}
    document["synapses"]["w"] = synapse | {"zero_diagonal": not kept}
    return document, W, [scale] * n, [Fraction(1)] * n


def draw(random: Random) -> Outcome:
    document, W, rho, d = random.choice((dense, dense, hebbian))(random)
    model = build_model(parse_spec(json.dumps(document), format="json"))
    obligation = GloballyStable(model)
    n, truth, passed = len(d), is_definite(form(W, rho, d)), []
    # Of softmax layers the kernel looks at differences of activations, of which the oracle knows nothing.
    exact = [None] if isinstance(document["layers"]["x"]["lagrangian"], str) else []
    listed: list[Any] = [*exact, *methods(random, n)]
    listed += [{"method": "low_rank", "complement": e} for e in methods(random, 1) if "weights" not in e]
    for evidence in listed:
        payload = {"rule": "lure", "multipliers": texts(d), "definiteness": evidence}
        if evidence is None:
            payload = multipliers.stable(model, texts(d))
        try:
            with np.errstate(all="ignore"):
                judge(obligation, payload)
        except EvidenceRejected:
            continue
        passed.append(str(evidence))
    wrong = f"{passed}: W = {W}, ρ = {rho}, D = {d}" if passed and not truth else None
    return Outcome("pass" if passed else "refused", wrong)


FAMILY = Family("multipliers", "forms in doubles from rational, scaled and Hebbian weights", draw, 300, 8_000)
