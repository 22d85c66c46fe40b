"""Lagrangians whose curvature is 0 or next to it at one point, quadratic ones that are nearly singular, and times.

Most cases offer evidence of every rule to the checker alone, which is faster than a search; the others are verified.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from fractions import Fraction
from random import Random
from typing import Any

from hopverify.checker.rules import judge
from hopverify.core.synapses import translated
from hopverify.errors import EvidenceRejected
from hopverify.expr.parser import parse
from hopverify.kernel import language
from hopverify.kernel.terms import Variable
from hopverify.kernel.theorems.compatible_times import DIAGONAL, ONE_TIME
from hopverify.networks import Layer, build_model
from hopverify.obligations import CompatibleTimes, Convex, Obligation
from hopverify.obligations import Outcome as Found
from hopverify.provers.structure import by_kernel, found_by_kernel
from hopverify.spec import parse_spec
from tests.soundness.hunt.cases import Document, Family, Outcome, margin, positive, results, small, symmetric, texts
from tests.soundness.oracles.matrices import Matrix, is_semidefinite, transpose


def _tiny(random: Random) -> Fraction:
    return random.choice((-1, 0, 1)) * random.choice((Fraction(1, 2**60), Fraction(1, 10**30), Fraction(1, 1000)))


def _document(size: int, L: str, **more: Any) -> Document:
    return {"hopverify": 1, "name": "hunted", "layers": {"x": {"size": size, "lagrangian": {"expression": L}, **more}}}


def _layer(document: Document) -> Layer:
    return build_model(parse_spec(json.dumps(document), format="json")).layers["x"]


def _shown(obligation: Obligation, offers: Iterable[dict[str, Any]]) -> dict[Found, dict[str, Any]]:
    """Return which outcomes are shown by some evidence."""
    found = {}
    for evidence in offers:
        try:
            found[judge(obligation, evidence).outcome] = evidence
        except EvidenceRejected:
            continue
    return found


def _incompatible(state: list[str], direction: list[str]) -> dict[str, Any]:
    """Return the claim that times do not fit, however little, of a Lagrangian that is quadratic."""
    convex = {"claim": {"claim": "convex", "layer": "x"}, "proof": {"by": "quadratic"}}
    fields = {"layer": "x", "state": state, "direction": direction, "curvature": f"-1/{2**200}"}
    return found_by_kernel({"premises": [convex]}, "point", "incompatible times", **fields)


def _negative(state: list[str], direction: list[str]) -> dict[str, Any]:
    """Return the claim that the curvature is negative, however little."""
    tiny = f"-1/{2**200}"
    return by_kernel("point", "not convex", layer="x", state=state, direction=direction, curvature=tiny)


def _compared(found: dict[Found, dict[str, Any]], truth: bool, about: str) -> Outcome:
    if (Found.PROVED in found and not truth) or (Found.REFUTED in found and truth):
        return Outcome("pass", f"{truth}, though {found}: {about}")
    return Outcome("pass" if Found.PROVED in found else "fail" if Found.REFUTED in found else "refused")


def polynomial(random: Random) -> Outcome:
    """h = k(x² + px + q)² + e: convex iff e ≥ 0, or ≥ -k·min(x² + px + q)² where that quadratic has no root."""
    p, q, k, e = small(random), small(random), positive(random), _tiny(random)
    coefficients = [k * q * q + e, 2 * k * p * q, k * (p * p + 2 * q), 2 * k * p, k]
    L = " + ".join(f"({c / ((j + 1) * (j + 2))})*x^{j + 2}" for j, c in enumerate(coefficients))
    truth = k * max(q - p * p / 4, Fraction(0)) ** 2 + e >= 0
    if random.random() < 0.03:
        verdict = results(_document(1, L), ["lagrangian_convexity"])["lagrangian_convexity"]["verdict"]
        wrong = (verdict == "pass" and not truth) or (verdict == "fail" and truth)
        return Outcome(verdict, f"convex is {truth}: L = {L}" if wrong else None)
    root = Fraction(float(-p / 2 + Fraction(max(float(p * p / 4 - q), 0.0) ** 0.5)))
    near = [root, *(root + s * Fraction(1, 2**k) for s in (-1, 1) for k in (1, 9, 26, 30, 50))]
    cuts = sorted({-2 - abs(root), *random.sample(near, 4), 2 + abs(root)})
    x = {"x": Variable(("state", ""))}
    rewritten = language.write(translated(parse(f"{k}*(x^2 + ({p})*x + ({q}))^2 + ({e})"), x))
    offers = [by_kernel("composition", "convex", layer="x")]
    for found in ({}, {"cuts": texts(cuts)}):
        for form in ({}, {"rewritten": rewritten}):
            offers.append(found_by_kernel(found | form, "slope", "convex", layer="x"))
    offers += [_negative([str(x)], ["1"]) for x in near]
    return _compared(_shown(Convex(_layer(_document(1, L))), offers), truth, L)


def _semidefinite_times(S: Matrix, tau: list[Fraction]) -> bool:
    TS = [[t * v for v in row] for t, row in zip(tau, S, strict=True)]
    return is_semidefinite([[p + q for p, q in zip(a, c, strict=True)] for a, c in zip(TS, transpose(TS), strict=True)])


def quadratic(random: Random) -> Outcome:
    """L = ½xᵀSx with a least eigenvalue of 0 or next to it, and time constants for which sym(TS) nearly is."""
    n = random.randint(2, 3)
    least = random.choice((Fraction(0), _tiny(random), positive(random)))
    S, v = symmetric(random, [least, *(positive(random) for _ in range(n - 1))])
    tau = [positive(random)] * n if random.random() < 0.3 else [positive(random) for _ in range(n)]
    if n == 2 and random.random() < 0.6:
        t = Fraction(random.randint(2, 5), random.randint(1, 3))
        s = 2 * t / (1 + t * t) * (1 + margin(random))
        S, tau, v = [[Fraction(1), s], [s, Fraction(1)]], [Fraction(1), t * t], [t, Fraction(-1)]
    L = " + ".join(f"({S[i][j] / 2})*x[{i}]*x[{j}]" for i in range(n) for j in range(n))
    document, timed, convex = _document(n, L, tau=texts(tau)), _semidefinite_times(S, tau), is_semidefinite(S)
    about = f"S = {S}, τ = {tau}"
    if random.random() < 0.03:
        found = results(document, ["lagrangian_convexity", "time_constants", "energy_descent"])
        truths = {"lagrangian_convexity": convex, "time_constants": timed or not convex, "energy_descent": timed}
        for name, truth in truths.items():
            verdict = found[name]["verdict"]
            if (verdict == "pass" and not truth) or (verdict == "fail" and truth):
                return Outcome(verdict, f"{name}: {about}")
        return Outcome(found["energy_descent"]["verdict"])
    layer, at = _layer(document), ["0"] * n
    directions = [texts(v), texts(random.sample([Fraction(1), *(small(random) for _ in range(n - 1))], n))]
    bent = [_negative(at, d) for d in directions]
    first = _compared(_shown(Convex(layer), [by_kernel("quadratic", "convex", layer="x"), *bent]), convex, about)
    offers = [by_kernel("commuting", "compatible times", layer="x", because=each) for each in (ONE_TIME, DIAGONAL)]
    offers += [_incompatible(at, d) for d in directions]
    second = _compared(_shown(CompatibleTimes(layer), offers), timed, about)
    return first if first.contradiction or not convex else second


def draw(random: Random) -> Outcome:
    return random.choice((polynomial, quadratic))(random)


FAMILY = Family("convexity", "curvature and vᵀTHv that vanish at one point, or nearly", draw, 300, 6_000)
