"""Softmax memories that contract: about a centre or by all pairs, ghosts, leaks, and where the equilibrium lies."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.kernel import contraction
from hopverify.kernel.core import Core
from hopverify.networks import build_model
from hopverify.provers.contraction import contracting
from hopverify.spec import parse_spec
from tests.kernel.accepting import accepted, core, rejected

STABLE = "global stability"
FAR = "not shown to lie close enough"
SQUARE = "[[1, 1], [1, -1], [-1, 1], [-1, -1]]"


def memory(
    patterns: str, hidden: str = "{softmax: {beta: 1}}", *, tau: str = "0", more: str = "", visible: str = "identity"
) -> Core:
    size = patterns.count("[") - 1
    layers = f"v: {{size: 2, lagrangian: {visible}}}, h: {{size: {size}, lagrangian: {hidden}, tau: {tau}{more}}}"
    return core(f"layers: {{{layers}}}\nsynapses: {{xi: {{kind: dense, layers: [h, v], weights: {patterns}}}}}\n")


def proof(centre: Any = None, height: str = "1") -> dict[str, Any]:
    return {"centres": {"h": centre}, "heights": {"v": height}}


@pytest.mark.parametrize("tau", ["0", "3"])
@pytest.mark.parametrize(
    ("beta", "centre", "holds"),
    [
        ("999/2000", ["0", "0"], True),
        ("1/2", ["0", "0"], False),
        ("499/1000", None, True),
        ("1/2", None, False),
        ("307/1000", ["1/2", "0"], True),
        ("4/13", ["1/2", "0"], False),
    ],
)
def test_the_square_of_the_radius_counts(tau: str, beta: str, centre: Any, holds: bool) -> None:
    """The corners of a square are √2 from its middle, at most 2√2 apart, and at most √(13/4) from (1/2, 0)."""
    of = memory(SQUARE, f"{{softmax: {{beta: {beta}}}}}", tau=tau)
    if holds:
        assert accepted(of, STABLE, "contraction", {}, **proof(centre))
    else:
        rejected(of, STABLE, "contraction", {}, FAR, **proof(centre))


@pytest.mark.parametrize(("centre", "patterns"), [(None, "[[3, 0], [4, 0]]"), (["7/2", "0"], "[[3, 0], [4, 0]]")])
def test_a_ghost_is_one_more_pattern(centre: Any, patterns: str) -> None:
    """Without it they are 1 apart, with it 4."""
    assert accepted(memory(patterns), STABLE, "contraction", {}, **proof(centre))
    rejected(memory(patterns, "ghostmax"), STABLE, "contraction", {}, FAR, **proof(centre))
    near = memory("[[1/2, 0], [0, 1/2]]", "ghostmax")
    assert accepted(near, STABLE, "contraction", {}, **proof(centre and ["0", "0"]))


def test_leaks_and_slopes_count() -> None:
    apart = "[[1, 0], [-1, 0]]"
    # β·1 / ρ_h · h̄ / ρ_v
    rejected(memory(apart), STABLE, "contraction", {}, FAR, **proof())
    assert accepted(memory(apart, more=", leak: 2"), STABLE, "contraction", {}, **proof())
    rejected(memory(apart, more=", leak: 1/2"), STABLE, "contraction", {}, FAR, **proof())
    gentle = memory(apart, visible="{tanh: {beta: 1/2}}")
    assert accepted(gentle, STABLE, "contraction", {}, **proof(height="1/2"))
    rejected(gentle, STABLE, "contraction", {}, FAR, **proof(height="1"))
    rejected(gentle, STABLE, "contraction", {}, "may be steeper", **proof(height="49/100"))
    wide = core(
        f"layers: {{v: {{size: 2, lagrangian: identity, leak: 2}}, h: {{size: 2, lagrangian: softmax, tau: 0}}}}\n"
        f"synapses: {{xi: {{kind: dense, layers: [h, v], weights: {apart}}}}}\n"
    )
    assert accepted(wide, STABLE, "contraction", {}, **proof())


TWO = (
    "layers: {{v: {{size: 1, lagrangian: identity}}, h: {{size: 2, lagrangian: {h}, tau: {tau}}}, "
    "k: {{size: 2, lagrangian: softmax, tau: 0}}}}\n"
    "synapses: {{a: {{kind: dense, layers: [h, v], weights: [[{a}], [0]]}}, "
    "b: {{kind: dense, layers: [k, v], weights: [[{b}], [0]]}}{more}}}\n"
)


def two(a: str, b: str, more: str = "", h: str = "softmax", tau: str = "0") -> Core:
    return core(TWO.format(a=a, b=b, more=more, h=h, tau=tau))


def test_several_memories_add_up() -> None:
    given = {"centres": {"h": None, "k": None}, "heights": {"v": "1"}}
    assert accepted(two("7/5", "7/5"), STABLE, "contraction", {}, **given)
    rejected(two("3/2", "7/5"), STABLE, "contraction", {}, FAR, **given)
    # One of them may be visible, but for the synapse between it and v.
    rejected(two("1", "1"), STABLE, "contraction", {}, "no others", centres={"h": None}, heights={"v": "1", "k": "1/2"})
    joined = ", c: {kind: dense, layers: [h, k], weights: [[0, 1], [0, 0]]}"
    rejected(two("1", "1", joined, tau="1"), STABLE, "contraction", {}, "no others", **given)
    inhibited = ", c: {kind: diagonal, layers: [h, h], weights: -1}"
    rejected(two("1", "1", inhibited), STABLE, "contraction", {}, "depends on instantaneous", **given)
    own = ", c: {kind: dense, layers: [v, v], weights: [[1/8]]}"
    rejected(two("1", "1", own), STABLE, "contraction", {}, "no others", **given)
    rejected(two("1", "1", h="sparsemax"), STABLE, "contraction", {}, "neither softmax nor ghostmax", **given)
    rejected(two("1", "1", tau="[1, 2]"), STABLE, "contraction", {}, "one time constant", **given)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"centres": {}}, "no others"),
        ({"centres": {"h": None, "w": None}}, "unknown keys"),
        ({"centres": {"v": None}}, "neither softmax"),
        ({"centres": {"h": None, "v": None}, "heights": {}}, "no others"),
        ({"centres": {"h": ["0"]}}, "expected 2 numbers"),
        ({"centres": []}, "expected an object"),
        ({"centres": {"h": "0"}}, "expected a list"),
        ({"heights": {}}, "the key 'v' is missing"),
        ({"heights": {"v": "1", "h": "1"}}, "unknown keys"),
    ],
)
def test_proofs_have_what_they_need(change: dict[str, Any], why: str) -> None:
    rejected(memory("[[1, 0], [0, 1]]"), STABLE, "contraction", {}, why, **proof() | change)


def test_networks_of_another_form() -> None:
    spins = "w: {kind: dense, layers: [h, v], weights: {values: [[1/4, 0], [0, 1/4]], tolerance: 1/8}}"
    layers = "layers: {v: {size: 2, lagrangian: identity}, h: {size: 2, lagrangian: softmax, tau: 0}}\n"
    rejected(core(f"{layers}synapses: {{{spins}}}\n"), STABLE, "contraction", {}, "spread", **proof())
    leakless = "layers: {v: {size: 2, lagrangian: identity, leak: 0}, h: {size: 2, lagrangian: softmax, tau: 0}}\n"
    w = "synapses: {w: {kind: dense, layers: [h, v], weights: [[1/4, 0], [0, 1/4]]}}\n"
    rejected(core(leakless + w), STABLE, "contraction", {}, "no leak", **proof())
    one_way = (
        "synapses: {w: {kind: feedforward_feedback, layers: [h, v], "
        "forward: [[1/4, 0], [0, 1/4]], feedback: [[1/4, 0], [0, 1/8]]}}\n"
    )
    rejected(core(layers + one_way), STABLE, "contraction", {}, "not symmetric", **proof())


def test_of_many_patterns_a_centre_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contraction, "MAX_PAIRS", 3)
    of = memory(SQUARE, "{softmax: {beta: 1/4}}")
    rejected(of, STABLE, "contraction", {}, "a centre is needed", **proof())
    assert accepted(of, STABLE, "contraction", {}, **proof(["0", "0"]))


# ------------------------------------------------------------------------------------------------------------- places


def resting(patterns: Any, beta: float, bias: Any) -> tuple[Any, Any]:
    """Return where v ← Ξᵀ softmax(β(Ξv + b)) rests, and Ξv + b there, in doubles."""
    v = np.zeros(patterns.shape[1])
    for _ in range(400):
        p = np.exp(beta * (patterns @ v + bias))
        v = patterns.T @ (p / p.sum())
    return v, patterns @ v + bias


def box(values: Any, width: float) -> list[list[str]]:
    return [[str(Fraction(u) - Fraction(width)), str(Fraction(u) + Fraction(width))] for u in values]


def test_the_place_is_where_the_update_leads() -> None:
    rows = np.array([[1, 1], [0.5, -0.25], [0.25, 0.75]])
    of = memory("[[1, 1], [1/2, -1/4], [1/4, 3/4]]", "{softmax: {beta: 3/4}}", more=", bias: [1, 0, -1/2]")
    v, z = resting(rows, 0.75, np.array([1, 0, -0.5]))
    given = proof(["3/4", "1/2"])

    def claimed(width: float, off: float = 0.0, hidden: float = 4.0, shifted: float = 0.0) -> dict[str, Any]:
        return {"x": [*box(v + off, width), *box(z + shifted, hidden * width)]}

    assert accepted(of, STABLE, "contraction", claimed(1e-6), **given)
    assert accepted(of, STABLE, "contraction", claimed(1e-2, off=1e-3), **given)
    wrong = "not shown to be there"
    for more in ({"off": 1e-5}, {"off": -1e-5}, {"hidden": 0.25}, {"shifted": 1e-4}, {"shifted": -1e-4}):
        rejected(of, STABLE, "contraction", claimed(1e-6, **more), wrong, **given)
    # The distance from the image counts for more where the update contracts less: 1e-3 is at most 1e-2.
    rejected(of, STABLE, "contraction", claimed(1e-2, off=9e-3), wrong, **given)
    exact = {"x": ["1/2", "1/2", "1", "1", "1"]}
    rejected(of, STABLE, "contraction", exact, wrong, **given)
    rejected(of, STABLE, "contraction", {"x": [["0", "1"]]}, "states of 5 neurons", **given)


@pytest.mark.parametrize("hidden", ["softmax", "ghostmax", "{softmax: {beta: 1/2}}"])
@pytest.mark.parametrize("more", ["", ", bias: [1, 2, -3]", ", bias: [0, 1, 0], leak: 3/2"])
def test_what_the_prover_finds_holds(hidden: str, more: str) -> None:
    layers = (
        f"layers: {{h: {{size: 3, lagrangian: {hidden}, tau: 0{more}}}, v: {{size: 2, lagrangian: identity, leak: 2}}}}"
    )
    body = f"{layers}\nsynapses: {{xi: {{kind: dense, layers: [h, v], weights: [[1, 1], [1/2, -1/4], [1/4, 3/4]]}}}}\n"
    model = build_model(parse_spec(f"hopverify: 1\nname: tried\n{body}"))
    of = core(body)
    offered = list(contracting(model))
    assert ["x" in each["claim"] for each in offered] == [True, False]
    for each in offered:
        fields = {key: value for key, value in each["claim"].items() if key != "claim"}
        held = {key: value for key, value in each["proof"].items() if key != "by"}
        assert accepted(of, STABLE, "contraction", fields, **held)
