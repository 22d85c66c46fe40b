"""Lists within regions: an equilibrium inside, outside, or on an end of the region, from far away down to 10⁻⁴⁰.

Nothing refutes a list: it is complete, or not shown to be. So there are no fails; evidence for another region, which
differs by as little, is refused, or makes a list that is as right.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from fractions import Fraction
from random import Random
from typing import Any

import mpmath

from hopverify.checker.rules import judge
from hopverify.checks import claims_of
from hopverify.errors import EvidenceRejected
from hopverify.networks import build_model
from hopverify.obligations import Outcome as Result
from hopverify.spec import parse_spec
from tests.soundness.hunt.cases import Document, Family, Outcome, lagrangian, network, results
from tests.soundness.oracles.segments import ACTIVATIONS, activate, branches

SMOOTH: dict[str, Callable[[Any], Any]] = {
    "tanh": mpmath.tanh,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
    "arctan": mpmath.atan,
}
DIGITS = 60
# The bias puts a smooth equilibrium where it is meant to be up to this.
TOLD = Fraction(1, 10**50)
WEIGHTS = [Fraction(v) for v in ("-3", "-1", "-1/2", "0", "1/4", "1/2", "3/4", "1", "3/2", "3")]
CHECKS = ("equilibria", "equilibria", "equilibrium_stability", "state_recovery", "flat_region_stability")


def _gap(random: Random) -> Fraction:
    """Return how far inside (> 0) or outside of the end an equilibrium lies."""
    size = Fraction(1, 10 ** random.choice((1, 4, 9, 9, 10, 12, 15, 16, 18, 25, 40)))
    return random.choice((-1, -1, 0, 1, 1)) * size * random.randint(1, 9)


def _bias(name: str, W: list[list[Fraction]], x: list[Fraction]) -> list[Fraction]:
    """Return b = x - Wg(x): exactly for piecewise-linear g, else to 60 digits."""
    if name in ACTIVATIONS:
        gamma = [activate(ACTIVATIONS[name], v) for v in x]
    else:
        with mpmath.workdps(DIGITS):
            values = [SMOOTH[name](mpmath.mpf(v.numerator) / v.denominator) for v in x]
            gamma = [Fraction(mpmath.nstr(value, DIGITS, strip_zeros=False)) for value in values]
    return [v - sum((w * g for w, g in zip(row, gamma, strict=True)), Fraction(0)) for v, row in zip(x, W, strict=True)]


def _holds(told: Any, x: list[Fraction]) -> bool:
    ends = [(Fraction(t), Fraction(t)) if isinstance(t, str) else (Fraction(t[0]), Fraction(t[1])) for t in told]
    return all(low - TOLD <= v <= high + TOLD for (low, high), v in zip(ends, x, strict=True))


def _outside(told: Any, region: list[tuple[Fraction, Fraction]]) -> bool:
    ends = [(Fraction(t), Fraction(t)) if isinstance(t, str) else (Fraction(t[0]), Fraction(t[1])) for t in told]
    return any(high < a or low > b for (low, high), (a, b) in zip(ends, region, strict=True))


def _left_out(name: str, W: Any, b: Any, x: list[Fraction], region: Any, rows: list[Mapping[str, Any]]) -> str | None:
    """Return what a complete list leaves out: the equilibrium x, or, for one neuron, a face that meets the region."""
    singular = []
    if name in ACTIVATIONS:
        found = branches(ACTIVATIONS[name], W, b, [Fraction(1)] * len(b))
        singular = [branch.chosen[0] for branch in found if branch.singular]
    if not singular:
        inside = all(low <= v <= high for v, (low, high) in zip(x, region, strict=True))
        return f"{x} is not listed" if inside and not any(_holds(row["x"], x) for row in rows) else None
    for own in singular if len(b) == 1 else []:
        meets = (own.lower is None or own.lower <= region[0][1]) and (own.upper is None or own.upper >= region[0][0])
        if meets and not any("dimension" in row for row in rows):
            return f"the face on {own} meets the region and is not listed"
    return None


def _ask(check: str, region: list[tuple[Fraction, Fraction]]) -> dict[str, Any]:
    return {check: {end: [str(ends[side]) for ends in region] for side, end in enumerate(("lower", "upper"))}}


def _entries(entry: Any) -> Iterator[Any]:
    """Yield an entry of the kernel, and those of its premises."""
    yield entry
    for premise in entry["proof"].get("premises", ()):
        yield from _entries(premise)


def _forged(evidence: Any, region: Any, random: Random) -> Any:
    """Return evidence of the kernel for another region: as it is, with another node, or without an equilibrium."""
    evidence, kind = deepcopy(evidence), random.randrange(4)
    for entry in _entries(evidence):
        claim, proof = entry["claim"], entry["proof"]
        if "equilibria" in claim:
            claim["region"] = [[str(low), str(high)] for low, high in region]
            if kind == 1:
                claim["equilibria"] = claim["equilibria"][1:]
                proof |= {"proofs": proof["proofs"][1:]} if "proofs" in proof else {}
        if kind == 0 and proof.get("nodes"):
            place = random.randrange(len(proof["nodes"]))
            proof["nodes"][place] = random.choice((["none"], ["affine"], ["one", 0], ["none", 0], ["affine", 0]))
    return evidence


def _borrowed(
    document: Document, check: str, region: Any, other: Any, random: Random
) -> tuple[str, list[Mapping[str, Any]]]:
    """Return what evidence for another region comes to: the verdict, and the list."""
    offered = (results(document, [_ask(check, other)], boxes=1000)[check]["obligations"] or [{}])[0].get("evidence")
    if offered is None:
        return "unknown", []
    spec = parse_spec(json.dumps(document | {"checks": [_ask(check, region)]}), format="json")
    ((_, claim),) = claims_of(spec, build_model(spec))
    try:
        found = judge(claim.necessary[0], _forged(offered, region, random))
    except EvidenceRejected:
        return "refused", []
    return "pass" if found.outcome is Result.PROVED else "unknown", found.data["equilibria"]


def draw(random: Random) -> Outcome:
    n, name = random.randint(1, 2), random.choice([*SMOOTH, *ACTIVATIONS])
    W = [[random.choice(WEIGHTS) for _ in range(n)] for _ in range(n)]
    x = [Fraction(random.randint(-20, 20), random.choice((1, 4, 8))) for _ in range(n)]
    x = [Fraction(0)] * n if random.random() < 0.2 else x
    b, gap, at = _bias(name, W, x), _gap(random), random.randrange(n)
    region = [(v - random.randint(1, 3), v + random.randint(1, 3)) for v in x]
    region[at] = (region[at][0], x[at] + gap) if random.random() < 0.5 else (x[at] - gap, region[at][1])
    check = random.choice(CHECKS)
    document = network(lagrangian(name), W, b)
    if random.random() < 0.3:
        # The evidence is for a region that begins, or ends, beside the equilibrium: mostly without it.
        other, beside = list(region), x[at] + abs(_gap(random))
        other[at] = random.choice(((beside, x[at] + 3), (x[at] - 3, 2 * x[at] - beside), (x[at] - 3, beside)))
        verdict, rows = _borrowed(document, check, region, other, random)
    else:
        found = results(document, [_ask(check, region)], boxes=1000)[check]
        verdict, rows = found["verdict"], (found["obligations"] or [{}])[0].get("data", {}).get("equilibria", [])
    wrong = next((f"{row['x']} is listed and lies outside" for row in rows if _outside(row["x"], region)), None)
    if gap < 0 and any(_holds(row["x"], x) for row in rows):
        wrong = wrong or f"{x} is listed and lies outside"
    # On the end itself a smooth equilibrium may lie on either side: its bias is told to 60 digits.
    sharp = check == "equilibria" and (gap != 0 or name in ACTIVATIONS)
    if verdict == "pass" and sharp:
        wrong = wrong or _left_out(name, W, b, x, region, rows)
    about = f"{wrong}; {check}, {name}, W = {W}, b = {b}, region {region}, gap {float(gap)}" if wrong else None
    return Outcome(verdict, about)


FAMILY = Family("regions", "equilibria inside, outside and on the ends of regions, down to 10⁻⁴⁰", draw, 60, 4_000)
