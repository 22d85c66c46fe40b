"""Steps within a box, and below a level of the energy: in numbers worked out by hand, and what is refused beside."""

from __future__ import annotations

from typing import Any

import pytest

from hopverify.kernel.core import Core
from tests.kernel.accepting import accepted, core, rejected
from tests.kernel.theorems.test_step_descent import HOLDS, premises

D, A = "local step descent", "local step ascent"


def flow(energy: str, size: int = 1, more: str = "leak: false", lagrangian: str = "identity") -> Core:
    return core(
        f"layers: {{x: {{size: {size}, lagrangian: {lagrangian}, {more}}}}}\n"
        f"synapses: {{s: {{kind: expression, layers: [x], energy: '{energy}'}}}}\n"
    )


WELL = flow("(x[0]^2 - 1)^2")
"""S'' = 12x² - 4, and S = 9 at ±2."""


def told(up_to: str, region: Any, below: str | None) -> dict[str, Any]:
    return {"energy": "E", "up_to": up_to, "region": region, "below": below, "alpha": {"x": [up_to] * 2}}


def proof(of: Core, **more: Any) -> dict[str, Any]:
    return {"slopes": {"x": ["1", "1"]}, "premises": premises(of), "curved": ["s"], **more}


def test_a_box() -> None:
    """On [-2, 1] S'' ≤ 44: h = 2/44."""
    box = [["-2", "1"]]
    assert accepted(WELL, D, "T14", told("1/22", box, None), **proof(WELL))
    rejected(WELL, D, "T14", told("1/21", box, None), HOLDS, **proof(WELL))
    assert accepted(WELL, D, "T14", told("1/4", [["-1", "1"]], None), **proof(WELL))
    for region, why in (
        ([["-2", None]], "not bounded above"),
        ([["1", "-2"]], "above the upper"),
        ([["-2", "1"]] * 2, "expected 1 pairs"),
        ([["-2", "1", "2"]], "expected 1 pairs"),
    ):
        rejected(WELL, D, "T14", told("1/22", region, None), why, **proof(WELL))


def test_a_level_around_which_the_energy_is_higher() -> None:
    box = [["-2", "2"]]
    assert accepted(WELL, D, "T14", told("1/22", box, "8"), **proof(WELL))
    assert accepted(WELL, D, "T14", told("1/22", None, "8"), **proof(WELL, box=box))
    for region, more in ((box, {}), (None, {"box": box})):
        rejected(WELL, D, "T14", told("1/22", region, "9"), "not shown to be above it", **proof(WELL, **more))
        rejected(WELL, D, "T14", told("1/21", region, "8"), HOLDS, **proof(WELL, **more))
    # One well: E > ½ at 0 and at 2, and beyond 2, but not beyond 0.
    assert accepted(WELL, D, "T14", told("1/22", [["0", "2"]], "1/2"), **proof(WELL))
    rejected(WELL, D, "T14", told("1/22", None, "1/2"), "not shown to be above", **proof(WELL, box=[["0", "2"]]))


def test_an_end_that_is_infinite_has_no_face() -> None:
    """S = -e^(-x): S'' < 0. E falls towards -∞, and E > -1 at 1."""
    of = flow("-exp(-x[0])")
    assert accepted(of, D, "T14", told("5", [[None, "1"]], "-1"), **proof(of))
    rejected(of, D, "T14", told("5", [["-1", "1"]], "-1"), "not shown to be above", **proof(of))
    assert accepted(of, D, "T14", told("5", None, "-1"), **proof(of, box=[[None, "1"]]))
    mirrored = flow("-exp(x[0])")
    assert accepted(mirrored, D, "T14", told("5", None, "-1"), **proof(mirrored, box=[["-1", None]]))


def test_what_is_said_of_the_box() -> None:
    box = [["-2", "2"]]
    for region, below, more, why in (
        (None, None, {"box": box}, "neither a region nor a level"),
        (None, "8", {}, "that of the claim, or of the proof"),
        (box, "8", {"box": box}, "that of the claim, or of the proof"),
        (box, "8", {"parts": 0}, "whole number"),
        (None, "8", {"box": [["-2", "2", "3"]]}, "expected 1 pairs"),
    ):
        rejected(WELL, D, "T14", told("1/22", region, below), why, **proof(WELL, **more))
    rejected(WELL, D, "T14", told("1/22", box, "8") | {"energy": "V"}, "is called E", **proof(WELL))
    less = proof(WELL) | {"premises": premises(WELL)[1:]}
    rejected(WELL, D, "T14", told("1/22", box, "8"), "premise", **less)


def test_faces_in_parts() -> None:
    """E = (x² - 1)² + (y² - 1)² - xy/2 ≥ 9 - 1 on the faces of a square of half width 2; intervals see 9 - 2."""
    of = flow("sum((x^2 - 1)^2) - x[0]*x[1]/2", 2)
    box, below = [["-2", "2"]] * 2, "31/4"
    found = {"energy": "E", "up_to": "1/23", "region": box, "below": below, "alpha": {"x": ["1/23"] * 2}}
    rejected(of, D, "T14", found, "not shown to be above", **proof(of))
    assert accepted(of, D, "T14", found, **proof(of, parts=32))
    for parts in (2**15, 2**40):
        rejected(of, D, "T14", found, "parts of a face", **proof(of, parts=parts))


@pytest.mark.parametrize(
    ("lagrangian", "more", "energy", "box", "level", "holds"),
    [
        # ½x² - x + x⁴: at -1 it is 5/2, at 2 it is 16.
        ("identity", "bias: 1", "x[0]^4", ["-1", "2"], "12/5", True),
        ("identity", "bias: 1", "x[0]^4", ["-1", "2"], "13/5", False),
        # xg - L = |x|·tanh|x| - log cosh x < log 2 for tanh, and S is what it is.
        ("tanh", "bias: 0", "4*x[0]", ["-1", "1"], "-27/10", False),
        ("tanh", "bias: 0", "4*x[0]", ["-1/8", "1"], "-3/5", True),
    ],
)
def test_energies_with_leaks_and_biases(
    lagrangian: str, more: str, energy: str, box: list[str], level: str, holds: bool
) -> None:
    of = flow(energy, more=more, lagrangian=lagrangian)
    fields, found = (
        told("1/64", [box], level),
        proof(of) | {"slopes": {"x": ["1" if lagrangian == "identity" else "0", "1"]}},
    )
    if holds:
        assert accepted(of, D, "T14", fields, **found)
    else:
        rejected(of, D, "T14", fields, "not shown to be above", **found)


def test_far_out_leaks_and_biases_balance() -> None:
    """½x² - x > 3/2 beyond 3 and below -1, though each of its parts has no bound there; E ≥ -½ by Fenchel."""
    of = flow("sum(square(x)) + cos(x[1])", 2, more="bias: 1")
    claim = {"energy": "E", "up_to": "1/4", "region": None, "below": "1/4", "alpha": {"x": ["1/4"] * 2}}
    assert accepted(of, D, "T14", claim, **proof(of, box=[["-2", "2"]] * 2))
    rejected(of, D, "T14", claim | {"below": "4"}, "not shown to be above", **proof(of, box=[["-2", "2"]] * 2))


@pytest.mark.parametrize(
    ("body", "slopes", "convex", "why"),
    [
        (
            "layers: {x: {size: 1, lagrangian: identity}}\nenergy: 'dot(x, x)/2'\n",
            {"x": ["1", "1"]},
            [],
            "derived energy",
        ),
        ("layers: {x: {size: 2, lagrangian: softmax}}\n", {"x": ["0", "1"]}, [], "act for themselves"),
        (
            "layers: {x: {size: 1, activation: {expression: 'x/(1 + abs(x))', of: neuron}}}\n",
            {"x": ["0", "1"]},
            [],
            "ask for a Lagrangian",
        ),
        (
            "layers: {x: {size: 1, lagrangian: identity}, y: {size: 1, lagrangian: relu, tau: 0}}\n",
            {"x": ["1", "1"]},
            ["y"],
            "τ > 0 alone",
        ),
        (
            "layers: {x: {size: 2, lagrangian: identity}}\n"
            "synapses: {w: {kind: dense, layers: [x, x], weights: {values: [[0, 1], [1, 0]], tolerance: 1/8}}}\n",
            {"x": ["1", "1"]},
            [],
            "exact numbers",
        ),
    ],
)
def test_levels_that_are_not_known(body: str, slopes: dict[str, Any], convex: list[str], why: str) -> None:
    of = core(body)
    size = of.flow_layers[0].size
    fields = {
        "energy": "E",
        "up_to": "1/8",
        "region": [["-1", "1"]] * size,
        "below": "1/8",
        "alpha": {"x": ["1/8"] * 2},
    }
    found = {"slopes": slopes, "premises": premises(of, tuple(convex))}
    rejected(of, D, "T14", fields, why, **found)


# ------------------------------------------------------------------------------------------------------------- ascent


def step(region: Any, below: str | None, **more: Any) -> dict[str, Any]:
    return {"energy": "E", "region": region, "below": below, **more}


def test_steps_that_rise_are_meant() -> None:
    """ẋ = -4x(x² - 1): from 3/2 a step of ½ leads to -9/4, and E from 25/16 to (65/16)²."""
    rises = {"state": {"x": ["3/2"]}, "step": "1/2", "rise": "14", "within": "1/2"}
    assert accepted(WELL, A, "point", step(None, "25/16", **rises))
    assert accepted(WELL, A, "point", step([["-3", "3/2"]], None, **rises))
    assert accepted(WELL, A, "point", step([["0", "3/2"]], "25/16", **rises))
    for region, below, why in (
        (None, "3/2", "at most the level"),
        ([["-2", "2"]], None, "not certainly in the region"),
        ([["-3", "5/4"]], None, "not certainly in the region"),
        ([["-3", "5/4"]], "2", "not certainly in the region"),
    ):
        rejected(WELL, A, "point", step(region, below, **rises), why)
    rejected(WELL, A, "point", step(None, "25/16", **rises) | {"energy": "V"}, "called E or V")


def test_short_steps_that_rise_begin_inside() -> None:
    """A drive that climbs: E = x²/2 with ẋ = x."""
    of = core(
        "layers: {x: {size: 1, lagrangian: identity, leak: false}}\n"
        "synapses: {w: {kind: dense, layers: [x, x], weights: [[1]], prefactor: -1/2}}\n"
    )
    rate = {"state": {"x": ["1"]}, "rate": "1"}
    assert accepted(of, A, "point", step([["0", "2"]], None, **rate))
    rejected(of, A, "point", step([["0", "1"]], None, **rate), "not certainly in the region")
    rejected(of, A, "point", step([["1", "2"]], None, **rate), "not certainly in the region")


def test_a_longer_step_is_meant_too() -> None:
    longer = {"state": {"x": ["3/2"]}, "step": "1/2", "rise": "14"}
    fields = told("1/22", [["-2", "2"]], "8") | {"longer": longer}
    assert accepted(WELL, D, "T14", fields, **proof(WELL))
    rejected(WELL, D, "T14", fields | {"below": "3/2"}, "at most the level", **proof(WELL))
    rejected(WELL, D, "T14", fields | {"below": None}, "not certainly in the region", **proof(WELL))
