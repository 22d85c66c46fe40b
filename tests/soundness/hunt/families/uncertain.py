"""Uncertain weights: all weights within a tolerance, or what rounding may leave, with a corner on the edge."""

from __future__ import annotations

import json
from fractions import Fraction
from random import Random

import numpy as np

from hopverify.checker.rules import judge
from hopverify.errors import EvidenceRejected
from hopverify.networks import build_model
from hopverify.obligations import GloballyStable
from hopverify.spec import parse_spec
from hopverify.spec.spread import DTYPES
from tests.soundness.hunt.cases import Family, Outcome, margin, network, positive, text, texts
from tests.soundness.hunt.families.definiteness import methods
from tests.soundness.oracles.matrices import Matrix, identity, is_definite, less, scaled

SCALES = tuple(Fraction(2) ** k for k in (0, 0, 0, 100, -100, 800, -800))


def corner(random: Random, n: int) -> tuple[Matrix, Matrix, dict[str, str]]:
    """Return W, the worst matrix within the spread, and the spread; λ_max of the worst is 1 or next to it.

    With a vector s of signs both are of the form λssᵀ/n + c(I - ssᵀ/n), and a tolerance t adds t·ssᵀ at worst.
    """
    s = [random.choice((-1, 1)) for _ in range(n)]
    top, rest = 1 + margin(random), 1 - positive(random)
    if random.random() < 0.6:
        t = Fraction(random.randint(1, 40), 40 * n)
        return _of(s, top - n * t, rest), _of(s, top, rest), {"tolerance": text(t)}
    name = random.choice(list(DTYPES))
    spread = DTYPES[name].spread
    # Entry by entry |W| = λ/n, so that the worst is (1 + relative)λ + n·absolute along s.
    low = (top - n * spread.absolute) / (1 + spread.relative)
    return _of(s, low, Fraction(0)), _of(s, top, Fraction(0)), {"dtype": name}


def _of(s: list[int], along: Fraction, across: Fraction) -> Matrix:
    n = len(s)
    return [
        [(along - across) * s[i] * s[j] / n + (across if i == j else Fraction(0)) for j in range(n)] for i in range(n)
    ]


def draw(random: Random) -> Outcome:
    n = random.randint(1, 3)
    W, worst, spread = corner(random, n)
    scale = random.choice(SCALES) if "tolerance" in spread else Fraction(1)
    document = network("tanh", W, [Fraction(0)] * n, leak=text(scale))
    if "tolerance" in spread:
        spread = {"tolerance": text(scale * Fraction(spread["tolerance"]))}
    document["synapses"]["w"]["weights"] = {"values": texts(scaled(W, scale)), **spread}
    obligation = GloballyStable(build_model(parse_spec(json.dumps(document), format="json")))
    truth, passed = is_definite(less(identity(n), worst)), []
    for evidence in methods(random, n):
        payload = {"rule": "lure", "multipliers": ["1"] * n, "definiteness": evidence}
        try:
            with np.errstate(all="ignore"):
                judge(obligation, payload, uncertain=True)
        except EvidenceRejected:
            continue
        passed.append(str(evidence))
    wrong = f"{passed}: W = {W}, {spread}, scale {scale}" if passed and not truth else None
    return Outcome("pass" if passed else "refused", wrong)


FAMILY = Family("uncertain", "definiteness of all matrices near one, with a corner on the edge", draw, 300, 8_000)
