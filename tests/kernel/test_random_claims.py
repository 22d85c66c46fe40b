"""Claims about cores drawn at random, offered with every proof: what the kernel accepts holds at points.

The points' values come from an evaluator of its own. Each test counts what was accepted, so that it is not empty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import Any

import mpmath
import pytest
from mpmath import mpf

from hopverify.kernel import derive, language
from hopverify.kernel.check import accept
from hopverify.kernel.core import Core
from hopverify.kernel.numbers import Rejected
from hopverify.kernel.reading import read
from tests.kernel.drawing import POINTS, X, number, rewritten, vector
from tests.kernel.test_random_terms import FAR, real
from tests.profiles import by_profile
from tests.soundness.oracles.terms import DIGITS, Undefined, value

DRAWS = by_profile(60, 1500, 200_000)
STEP, ROUGH = mpf(10) ** -15, mpf(10) ** -6
GAMMA = ["activation", "x"]


def layer(size: int, acts: str, L: Any, g: Any, tau: str = "1") -> dict[str, Any]:
    numbers = {"bias": {"shape": [size], "all": "1/2"}, "tau": {"shape": [size], "all": tau}}
    leak = {"shape": [size], "all": "1"}
    return {"name": "x", "size": size, **numbers, "leak": leak, "bias in energy": True, "acts": acts, "L": L, "g": g}


def core(own: dict[str, Any], synapses: tuple[Any, ...] = ()) -> Core:
    empty = {"arrays": {}, "energy": "derived", "memories": [], "altered": None, "original": None}
    return read({"core": 1, "dynamics": {"kind": "flow"}, "layers": [own], "synapses": list(synapses), **empty})


def offered(of: Core, name: str, proof: dict[str, Any], **fields: Any) -> bool:
    """Whether the kernel accepts a claim."""
    try:
        accept(of, {"claim": {"claim": name, **fields}, "proof": proof})
    except Rejected:
        return False
    return True


def at(document: Any, x: Any, place: str = "state") -> Any:
    """Return the value of a term, None where there is none."""
    key = ("state",) if place == "state" else ("activation", "x")
    try:
        return value(document, {key: x})
    except (Undefined, OverflowError):
        return None


def slope(document: Any, x: Any, k: int | None = None, place: str = "state") -> mpf | None:
    """Return a derivative, where those of both sides are one."""
    sides = []
    for step in (STEP, -STEP):
        moved = x + step if k is None else [each + step * (i == k) for i, each in enumerate(x)]
        here, there = at(document, x, place), at(document, moved, place)
        if here is None or there is None or abs(here) > FAR:
            return None
        sides.append((there - here) / step)
    return sides[0] if abs(sides[0] - sides[1]) <= ROUGH * (1 + abs(sides[0])) else None


def apart(a: mpf, b: mpf) -> bool:
    return bool(abs(a - b) > 10 * ROUGH * (1 + abs(a) + abs(b)))


@pytest.fixture(autouse=True)
def digits() -> Any:
    with mpmath.workdps(DIGITS):
        yield


def numbers(r: Random, count: int = 6) -> list[Fraction]:
    return r.sample(POINTS[:12], count)


def neurons() -> Iterator[tuple[Random, Any, Any, Core]]:
    """Yield cores of one neuron, whose g is ∇L by definition or as a term, is close to it, or any."""
    for seed in range(DRAWS):
        r = Random(seed)
        L = number(r, r.choice([1, 2, 2, 3]))
        try:
            derivative = language.write(derive.gradient(language.read(L, ""), ("state", ""), {("state", ""): ()}))
            g = r.choice(["gradient", derivative, rewritten(r, derivative), number(r, 2)])
            yield r, L, g, core(layer(1, "neuron", L, g))
        except Rejected:
            continue


def test_claims_about_neurons() -> None:
    seen: Counter[str] = Counter()
    for r, L, g, of in neurons():
        known, points = {"layer": "x"}, numbers(r)
        cuts = {"cuts": [str(each) for each in sorted(numbers(r, 3))]}
        if any(
            offered(of, "convex", proof, **known)
            for proof in ({"by": "composition"}, {"by": "slope"}, {"by": "slope", **cuts})
        ):
            seen["convex"] += 1
            for a, b in pairwise(points):
                low, middle, high = (at(L, real(each)) for each in (a, (a + b) / 2, b))
                huge = max(map(abs, (low, middle, high)))
                assert (low + high) / 2 - middle >= -ROUGH * STEP * (1 + huge), (L, a, b)
        for x in points:
            check_curvature(of, L, x, seen)
        if g != "gradient" and offered(of, "gradient of L", {"by": "identity"}, **known):
            seen["gradient of L"] += 1
            for x in points:
                there, own = slope(L, real(x) + mpf(1) / 97), at(g, real(x) + mpf(1) / 97)
                assert there is None or own is None or not apart(there, own), (L, g, x)
        if offered(of, "Lipschitz activation", {"by": "composition"}, **known):
            seen["Lipschitz"] += 1
            for x in points:
                check_continuous(L, g, real(x))
        check_flatness(of, r, L, g, seen)
    assert min(seen[name] for name in ("convex", "not convex", "gradient of L", "Lipschitz", "alive", "dead")) > 0, seen


def check_curvature(of: Core, L: Any, x: Fraction, seen: Counter[str]) -> None:
    """A curvature that is accepted is that of second differences."""
    for bound in ("-1/1000", "-1"):
        claim = {"layer": "x", "state": [str(x)], "direction": ["1"], "curvature": bound}
        if offered(of, "not convex", {"by": "point"}, **claim):
            seen["not convex"] += 1
            step = mpf(10) ** -12
            around = [at(L, real(x) + k * step) for k in (-1, 0, 1)]
            second = (around[0] - 2 * around[1] + around[2]) / step**2
            assert second <= real(Fraction(bound)) * (1 - ROUGH) + ROUGH, (L, x, bound)


def activated(L: Any, g: Any, x: mpf) -> mpf | None:
    """Return g(x), ∇L(x) if g is by definition."""
    return slope(L, x) if g == "gradient" else at(g, x)


def check_continuous(L: Any, g: Any, x: mpf) -> None:
    here = [activated(L, g, x + k * mpf(10) ** -12) for k in (-1, 1)] if abs(x) <= 3 else [None]
    if g != "gradient":
        assert at(g, x) is not None, (L, g, x)
    if None not in here and max(map(abs, here)) < 10**6:
        assert abs(here[0] - here[1]) <= mpf(10) ** -2, (L, g, x)


def check_flatness(of: Core, r: Random, L: Any, g: Any, seen: Counter[str]) -> None:
    points = numbers(r, 8)
    if offered(
        of, "constant on no segment", {"by": "slope", "points": [str(x) for x in points]}, layer="x", kind="alive"
    ):
        seen["alive"] += 1
        for x in points:
            ahead = [at(g, real(x) + k * mpf(1) / 64) for k in range(3)] if g != "gradient" else [None]
            assert None in ahead or abs(x) > 3 or len(set(ahead)) > 1, (g, x)
    kinks = [None, *sorted({Fraction(0), *numbers(r, 3)}), None]
    for low, high in pairwise(kinks):
        ends = ["-∞" if low is None else str(low), "+∞" if high is None else str(high)]
        first = (low if low is not None else (high or 0) - 2) + Fraction(1, 3) * (
            1 if low is None or high is None else high - low
        )
        second = (first + high) / 2 if high is not None else first + 1
        states = {"neuron_states": [str(first), str(second)], "unbounded": low is None or high is None}
        if offered(of, "constant on a segment", {"by": "cells"}, layer="x", kind="dead", intervals=[ends], **states):
            seen["dead"] += 1
            one, two = (activated(L, g, real(x)) for x in (first, second))
            assert one is not None, (L, g, ends)
            assert two is not None, (L, g, ends)
            assert not apart(one, two), (L, g, ends)


# ------------------------------------------------------------------------------------------------------- whole layers


def test_claims_about_whole_layers() -> None:
    seen: Counter[str] = Counter()
    for seed in range(DRAWS):
        r, size = Random(seed), 2
        L, g = number(r, r.choice([1, 2, 3]), size), r.choice(["gradient", vector(r, r.choice([1, 2, 3]), size)])
        try:
            of = core(layer(size, "layer", L, g))
        except Rejected:
            continue
        points = [[r.choice(POINTS[:12]) for _ in range(size)] for _ in range(5)]
        if any(offered(of, "convex", {"by": way}, layer="x") for way in ("composition", "quadratic")):
            seen["convex"] += 1
            check_convex(L, points)
        for x in points[:2]:
            claim = {"state": list(map(str, x)), "direction": ["1", r.choice(["0", "1", "-2"])], "curvature": "-1/100"}
            if offered(of, "not convex", {"by": "point"}, layer="x", **claim):
                seen["not convex"] += 1
                way, start, step = (
                    [mpf(each) for each in claim["direction"]],
                    [real(each) for each in x],
                    mpf(10) ** -12,
                )
                around = [at(L, [a + k * step * b for a, b in zip(start, way, strict=True)]) for k in (-1, 0, 1)]
                assert (around[0] - 2 * around[1] + around[2]) / step**2 <= -mpf(1) / 101, (L, x)
        if g == "gradient":
            if offered(of, "constant on a segment", {"by": "growth"}, layer="x", kind="singular everywhere"):
                seen["singular"] += 1
                for x in points:
                    for k in range(size):
                        one, two = (slope(L, [real(each) + shift for each in x], k) for shift in (0, 1))
                        assert one is None or two is None or not apart(one, two), (L, x)
            if offered(of, "constant on no segment", {"by": "composition"}, layer="x", kind="strictly convex"):
                seen["strictly convex"] += 1
                check_convex(L, points, strictly=True)
        else:
            check_mirrored(of, g, points, seen)
    assert min(seen[name] for name in ("convex", "not convex", "singular", "mirrored", "apart")) > 0, seen


def check_convex(L: Any, points: list[list[Fraction]], strictly: bool = False) -> None:
    for a, b in pairwise(points):
        middle = [(one + other) / 2 for one, other in zip(a, b, strict=True)]
        low, between, high = (at(L, [real(each) for each in x]) for x in (a, middle, b))
        gap = (low + high) / 2 - between
        assert gap >= -ROUGH * STEP * (1 + abs(low) + abs(high)), (L, a, b)
        assert not strictly or a == b or gap > 0, (L, a, b)


def check_mirrored(of: Core, g: Any, points: list[list[Fraction]], seen: Counter[str]) -> None:
    """Partial derivatives that are mirrored are equal, or apart, as the kernel says."""
    because = "mirrored partial derivatives have one normal form"
    mirrored = offered(of, "gradient activation", {"by": "jacobian"}, layer="x", because=because)
    seen["mirrored"] += mirrored
    for x in points:
        start = [real(each) for each in x]
        one, two = slope(["index", g, "0"], start, 1), slope(["index", g, "1"], start, 0)
        claim = {"state": list(map(str, x)), "i": 0, "j": 1, "apart": "1/10"}
        if offered(of, "no gradient activation", {"by": "point"}, layer="x", **claim):
            seen["apart"] += 1
            assert not mirrored, (g, x)
            assert one is None or two is None or abs(one - two) >= mpf("0.0999"), (g, x)
        assert not mirrored or one is None or two is None or not apart(one, two), (g, x)


# ------------------------------------------------------------------------------------------------------------ synapses


def test_claims_about_synapses() -> None:
    """Drives that are -∇S or not, and energies that rise."""
    seen: Counter[str] = Counter()
    for seed in range(DRAWS):
        r, size = Random(seed), 2
        S = number(r, r.choice([1, 2, 3]), size, GAMMA)
        try:
            gradient = derive.gradient(language.read(S, ""), ("activation", "x"), {("activation", "x"): (size,)})
            own = ["negate", language.write(gradient)]
            drive = {"x": r.choice([own, own, vector(r, 2, size, GAMMA), ["multiply", r.choice(["1", "1/2"]), own]])}
            plain = layer(
                size, "neuron", *r.choice([(["divide", ["power", X, "2"], "2"], X), (["logcosh", X], ["tanh", X])])
            )
            of = core(plain, ({"name": "s", "S": S, "drive": r.choice([drive, "gradient"])},))
        except Rejected:
            continue
        if of.synapses[0].drive is not None:
            check_drive(of, r, S, drive["x"], seen)
        check_rise(of, r, S, drive["x"], seen)
    assert min(seen[name] for name in ("gradient", "other", "rise")) > 0, seen


def check_drive(of: Core, r: Random, S: Any, drive: Any, seen: Counter[str]) -> None:
    alike = offered(of, "gradient drive", {"by": "identity"}, synapse="s")
    seen["gradient"] += alike
    for _ in range(4):
        x = [r.choice(POINTS[:12]) for _ in range(2)]
        start, k = [real(each) for each in x], r.choice([0, 1])
        claim = {"synapse": "s", "layer": "x", "index": k, "activations": {"x": list(map(str, x))}, "apart": "1/10"}
        there, driven = slope(S, start, k, "activation"), at(drive, start, "activation")
        if offered(of, "no gradient drive", {"by": "point"}, **claim):
            seen["other"] += 1
            assert not alike, (S, drive, x)
            assert there is None or driven is None or abs(there + driven[k]) >= mpf("0.0999"), (S, drive, x)
        assert not alike or there is None or driven is None or not apart(there, -driven[k]), (S, drive, x)


def check_rise(of: Core, r: Random, S: Any, drive: Any, seen: Counter[str]) -> None:
    """E at x + tẋ, for a small t, has risen by t times the rate."""
    x = [r.choice(POINTS[:12]) for _ in range(2)]
    if not offered(of, "ascent", {"by": "point"}, state={"x": list(map(str, x))}, rate="1/100"):
        return
    seen["rise"] += 1
    own = of.layers[0]
    L, g = (language.write(term) for term in (own.L, own.g))  # type: ignore[union-attr]

    def energy(state: list[mpf]) -> mpf | None:
        gamma = [at(g, each) for each in state]
        parts = [each * own - at(L, each) - own / 2 for each, own in zip(state, gamma, strict=True)]
        synaptic = at(S, gamma, "activation")
        return None if synaptic is None else mpmath.fsum(parts) + synaptic

    start = [real(each) for each in x]
    gamma = [at(g, each) for each in start]
    pulled = [slope(S, gamma, k, "activation") for k in range(2)]
    driven = (
        at(drive, gamma, "activation")
        if of.synapses[0].drive is not None
        else [None if p is None else -p for p in pulled]
    )
    if None in driven:
        return
    velocity = [d + mpf(1) / 2 - each for d, each in zip(driven, start, strict=True)]
    ahead = [each + STEP * v for each, v in zip(start, velocity, strict=True)]
    here, there = energy(start), energy(ahead)
    # A constant jump has all values between.
    assert here is None or there is None or (there - here) / STEP >= mpf("0.0099"), (S, drive, x)
