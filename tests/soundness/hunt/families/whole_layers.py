"""Flat regions and ghosts of whole layers without a closed form, against states that share an activation exactly.

An equilibrium is placed in or beside a flat region, its distance from the edge next to nothing or none; Lagrangians are
convex or nearly, strictly convex or nearly, and time constants are equal or nearly. What passes must hold for every
state with the activation of the equilibrium, and a point must be one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

from hopverify.core import core_of
from hopverify.kernel.check import accept
from hopverify.kernel.numbers import Rejected
from hopverify.networks import build_model, linear_network
from hopverify.obligations import Search
from hopverify.provers._flat_rows import with_flat_regions, with_undetermined
from hopverify.provers._stability import with_stability
from hopverify.provers._verified import some_equilibria
from hopverify.spec import parse_spec
from tests.soundness.hunt.cases import Document, Family, Outcome, margin, positive, results, small, text, texts
from tests.soundness.oracles.ramps import Pair, Ramp, Ramps, ends_at, keeps

F = Fraction
DIRECTIONS: list[Pair] = [(F(1), F(1)), (F(1), F(-1)), (F(1), F(0)), (F(1), F(2)), (F(-2), F(1))]
REGION = F(1, 8)


def _lagrangian(random: Random, rest: Pair) -> Ramps:
    u = random.choice(DIRECTIONS)
    edge = u[0] * rest[0] + u[1] * rest[1] + random.choice((margin(random), margin(random), small(random, 1)))
    c = positive(random, 2)
    kind = random.randrange(4)
    if kind == 0:
        ramps = [Ramp(c, u, edge)]
    elif kind == 1:
        # A hat: zero on both sides, and convex but for its middle.
        ramps = [Ramp(c, u, edge), Ramp(-2 * c, u, edge + 1), Ramp(c, u, edge + 2)]
    elif kind == 2:
        ramps = [Ramp(c, u, edge), Ramp(c, (-u[0], -u[1]), positive(random, 1) - edge)]
    else:
        other = random.choice(DIRECTIONS)
        ramps = [Ramp(c, u, edge), Ramp(positive(random, 1), other, small(random, 1))]
    tiny = random.choice((F(1, 10**9), F(1, 10**30)))
    if random.random() < 0.1:
        ramps.append(Ramp(-tiny, random.choice(DIRECTIONS), edge - 5))
    return Ramps(random.choice((F(0), F(0), F(0), F(1), tiny)), tuple(ramps))


def regions(random: Random) -> Outcome:
    rest = small(random, 2), small(random, 2)
    L = _lagrangian(random, rest)
    a, d, e = (small(random, 1) for _ in range(3))
    W = [[a, d], [d, e]]
    gamma = L.gradient(rest)
    b = rest[0] - a * gamma[0] - d * gamma[1], rest[1] - d * gamma[0] - e * gamma[1]
    times: Pair = random.choice(((F(1), F(1)), (F(2), F(2)), (F(1), F(1)), (F(1), F(10)), (F(1), 1 + F(1, 10**9))))
    layer = {"size": 2, "lagrangian": {"expression": L.text(), "of": "layer"}, "bias": texts(b), "tau": texts(times)}
    said = (_verified if random.random() < 0.05 else _judged)(_document(layer, W), rest, random)
    about = f"L = {L.text()}, W = {W}, b = {b}, τ = {times}, x⋆ = {rest}"
    wrong = None if said is None else _against(said, list(L.others(random, rest)), (L, W, b, times), rest)
    verdict = "undecided" if said is None else "pass" if said.in_basin else "refused"
    return Outcome(verdict, f"{wrong}: {about}" if wrong else None)


@dataclass(frozen=True)
class Said:
    """What is said of the flat region around an equilibrium."""

    in_basin: bool
    a_point: bool
    determined: bool


def _said(region: Mapping[str, Any], recovery: Mapping[str, Any], in_basin: bool) -> Said:
    determined = not recovery["undetermined"] and not recovery.get("unsettled")
    return Said(in_basin, not region["region"] and not region.get("layers"), determined)


def _judged(document: Document, rest: Pair, random: Random) -> Said | None:
    """Ask the kernel of an enclosure of the equilibrium, as a list of equilibria would give it."""
    model = build_model(parse_spec(json.dumps(document), format="json"))
    network, width = linear_network(model), random.choice((F(0), F(1, 2**40), F(1, 2**20)))
    if network is None:
        return None
    search, ends = Search(model, network, None), [[str(v - width), str(v + width)] for v in rest]
    listing = some_equilibria([ends if width else texts(rest)])
    try:
        region = with_flat_regions(search, with_stability(search, listing))
        recovery = with_undetermined(search, listing)
        for each in (region, recovery):
            accept(core_of(model), {"claim": each["claim"], "proof": each["proof"]})
    except Rejected:
        return None
    rows = [each["claim"]["equilibria"][0] for each in (region, recovery)]
    return _said(*rows, region["claim"]["in_basins"])


def _verified(document: Document, rest: Pair, random: Random) -> Said | None:
    """Verify, around the equilibrium."""
    box = {"lower": texts([v - REGION for v in rest]), "upper": texts([v + REGION for v in rest])}
    found = results(document, [{"flat_region_stability": box}, {"state_recovery": box}], boxes=100)
    rows = []
    for check in ("flat_region_stability", "state_recovery"):
        for row in found[check]["obligations"][0].get("data", {}).get("equilibria", []):
            ends = [(told, told) if isinstance(told, str) else told for told in row["x"]]
            if all(F(low) <= v <= F(high) for v, (low, high) in zip(rest, ends, strict=True)):
                rows.append(row)
                break
    if len(rows) == 2:
        return _said(rows[0], rows[1], found["flat_region_stability"]["verdict"] == "pass")
    if found["state_recovery"]["verdict"] == "pass":
        raise AssertionError("an equilibrium is not listed")
    return None


def _against(
    said: Said, others: list[Pair], flow: tuple[Ramps, list[list[Fraction]], Pair, Pair], rest: Pair
) -> str | None:
    """Return what contradicts the claims about the equilibrium."""
    L, W, b, times = flow
    if others and said.determined:
        return f"said to be determined, though {others[0]} has the same activation"
    if others and said.a_point:
        return f"told as a point, though {others[0]} has the same activation"
    for other in others if said.in_basin else ():
        if not keeps(L, rest, other, times) and not ends_at(L, W, b, times, other, rest):
            return f"{other} has the same activation and ends elsewhere"
    return None


def _document(layer: dict[str, Any], W: list[list[Fraction]]) -> Document:
    synapse = {"kind": "dense", "layers": ["x", "x"], "weights": texts(W)}
    return {"hopverify": 1, "name": "hunted", "layers": {"x": layer}, "synapses": {"w": synapse}}


def ghosts(random: Random) -> Outcome:
    """√(|x - mean x|² + e): with e = 1 + c·relu(Σx - θ)², c > 0, the half-line Σx < θ is a ghost iff b is beyond it."""
    n, beta = random.randint(2, 3), small(random)
    theta = n * beta + random.choice((margin(random), small(random)))
    c = random.choice((F(0), F(0), F(1), F(1, 10**30), positive(random)))
    spread = random.choice(("dot(x - mean(x), x - mean(x))/3", "variance(x)", "0"))
    offset = f"1 + ({c})*relu(sum(x) - ({theta}))^2"
    L = f"({positive(random)})*norm(x - mean(x), {offset}) + ({random.choice((0, 0, 1))})*{spread}"
    layer = {"size": n, "lagrangian": {"expression": L, "of": "layer"}, "bias": [text(beta)] * n}
    zero = [[F(0)] * n for _ in range(n)]
    verdict = results(_document(layer, zero), ["ghost_regions"])["ghost_regions"]["verdict"]
    has_ghost = c > 0 and n * beta > theta
    wrong = (verdict == "pass" and has_ghost) or (verdict == "fail" and not has_ghost)
    return Outcome(verdict, f"a ghost is {has_ghost}: L = {L}, b = {beta}·1" if wrong else None)


def draw(random: Random) -> Outcome:
    return regions(random) if random.random() < 0.75 else ghosts(random)


FAMILY = Family(
    "whole_layers", "flat regions and ghosts of whole layers, nearly convex, with nearly one τ", draw, 60, 3_000
)
