"""Networks that rest where their originals do, and are stable where these are; what is next to them is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hopverify.kernel.core import Core
from tests.kernel.accepting import accepted, core, dense, rejected
from tests.kernel.theorems.test_step_descent import entry

KEPT = {"kept": ["x"]}


def original(weights: str = "[[1, 2], [2, 5]]", more: str = "", function: str = "relu") -> Core:
    return dense(weights, f"size: 2, lagrangian: {function}{more}")


def repaired(of: Core, forward: str = "[[1, 2], [2, 5]]", slow: str = "", fast: str = "", more: str = "") -> Core:
    """Return an altered system, Tẏ = γ - y and x = Ay, with an original."""
    made = core(
        f"layers: {{y: {{size: 2, lagrangian: identity{slow}}}, x: {{size: 2, lagrangian: relu, tau: 0{fast}}}}}\n"
        f"synapses:\n  s: {{kind: feedforward_feedback, layers: [y, x], forward: {forward}, metric: {forward}}}\n{more}"
    )
    return replace(made, original=of)


def test_two_networks_up_to_factors() -> None:
    first = replace(dense("[[2, 4], [6, 15]]", "size: 2, lagrangian: relu, leak: [2, 3], bias: [2, 0]"))
    of = replace(first, original=original(more=", bias: [1, 0]"))
    assert accepted(of, "same equilibria", "elimination", {"factors": ["2", "3"]}, **KEPT)
    for fields in ({}, {"factors": ["2", "2"]}, {"factors": ["2", "3"], "eliminated": ["y"]}):
        rejected(of, "same equilibria", "elimination", fields, "are others", **KEPT)
    for other in (original(), original("[[1, 2], [2, 4]]", ", bias: [1, 0]")):
        wrong = replace(first, original=other)
        rejected(wrong, "same equilibria", "elimination", {"factors": ["2", "3"]}, "weights or biases differ", **KEPT)
    acts = replace(first, original=original(more=", bias: [1, 0]", function="tanh"))
    rejected(acts, "same equilibria", "elimination", {"factors": ["2", "3"]}, "acts in another way", **KEPT)
    rejected(first, "same equilibria", "elimination", {}, "names no original", **KEPT)
    for kept in ([], ["y"], ["x", "x"]):
        rejected(of, "same equilibria", "elimination", {}, "not layers of both", kept=kept)


def test_a_system_and_its_original() -> None:
    of = repaired(original())
    assert accepted(of, "same equilibria", "elimination", {}, **KEPT)
    slow = repaired(original(), slow=", leak: 2")
    rejected(slow, "same equilibria", "elimination", {}, "weights or biases differ", **KEPT)
    half = repaired(original("[[1/2, 1], [1, 5/2]]"), slow=", leak: 2")
    assert accepted(half, "same equilibria", "elimination", {}, **KEPT)
    own = "  c: {kind: diagonal, layers: [x, x], weights: [-1, -1]}\n"
    inhibited = repaired(original("[[0, 2], [2, 4]]"), more=own)
    assert accepted(inhibited, "same equilibria", "elimination", {}, **KEPT)


def test_linear_layers_of_the_original_are_eliminated() -> None:
    """v = Bᵀx/2 + 1/2 in the original: W = BBᵀ/2 and a bias B/2."""

    def with_linear(leak: str = "2", function: str = "identity") -> Core:
        return core(
            "layers: {x: {size: 2, lagrangian: relu},"
            f" v: {{size: 1, lagrangian: {function}, leak: {leak}, bias: 1}}}}\n"
            "synapses: {w: {kind: dense, layers: [x, v], weights: [[2], [4]]}}\n"
        )

    flat = dense("[[2, 4], [4, 8]]", "size: 2, lagrangian: relu, bias: [1, 2]")
    of = replace(flat, original=with_linear())
    assert accepted(of, "same equilibria", "elimination", {"eliminated": ["v"]}, **KEPT)
    rejected(of, "same equilibria", "elimination", {}, "are others", **KEPT)
    bent = replace(flat, original=with_linear(function="tanh"))
    rejected(bent, "same equilibria", "elimination", {"eliminated": ["v"]}, "not linear", **KEPT)
    free = replace(flat, original=with_linear(leak="false"))
    rejected(free, "same equilibria", "elimination", {"eliminated": ["v"]}, "do not follow", **KEPT)


def test_the_flow_of_the_original() -> None:
    one, other = original(), original("[[1, 2], [2, 4]]")
    for claim in ("same equilibria", "same stability"):
        assert accepted(replace(one, original=original()), claim, "flow", {})
        rejected(replace(one, original=other), claim, "flow", {}, "not that of the original")
        for more in (", tau: 2", ", leak: 2", ", bias: 1"):
            rejected(replace(one, original=original(more=more)), claim, "flow", {}, "not that of the original")
        rejected(replace(one, original=repaired(one)), claim, "flow", {}, "not that of the original")
    named = replace(one, original=original())
    rejected(
        named,
        "same equilibria",
        "flow",
        {"eliminated": ["v"]},
        "nothing is told",
    )


def test_networks_that_systems_stand_for() -> None:
    of = replace(repaired(original()), original=None)
    assert accepted(of, "reduced equilibria", "elimination", {})
    rejected(original(), "reduced equilibria", "elimination", {}, "not linear")


def times(name: str = "x", because: str = "one time constant") -> dict[str, Any]:
    return entry("commuting", "compatible times", layer=f"original: {name}", because=because)


CONVEX = entry("composition", "convex", layer="x")


def test_stability_by_shared_times() -> None:
    for of in (repaired(original()), repaired(original(more=", tau: 3")), replace(repaired(original()), original=None)):
        assert accepted(of, "same stability", "times", {})
    for of in (
        repaired(original(more=", tau: [1, 2]")),
        repaired(original(), slow=", tau: [1, 2]"),
        repaired(original("[[0, 2], [2, 4]]"), more="  c: {kind: diagonal, layers: [x, x], weights: [-1, -1]}\n"),
    ):
        rejected(of, "same stability", "times", {}, "share their times")
    rejected(repaired(original("[[1, 2], [2, 4]]")), "same stability", "times", {}, "weights or biases differ")


def test_stability_by_a_metric() -> None:
    """Times of the original that differ are compatible, as H is diagonal."""
    of = repaired(original(more=", tau: [1, 2]"))
    held = [times(because="H is diagonal"), CONVEX]
    assert accepted(of, "same stability", "metric", {}, premises=held)
    rejected(of, "same stability", "metric", {}, "lacks a premise", premises=held[:1])
    rejected(of, "same stability", "metric", {}, "lacks a premise", premises=[])
    rejected(of, "same stability", "metric", {}, "another one than needed", premises=[CONVEX, CONVEX])
    alone = replace(of, original=None)
    assert accepted(alone, "same stability", "metric", {}, premises=[CONVEX])
    negative = repaired(original("[[1, 2], [2, 1]]"), "[[1, 2], [2, 1]]")
    rejected(negative, "same stability", "metric", {}, "definite", premises=held)


@pytest.mark.parametrize(("own", "holds"), [("0", True), ("1/2", False)])
def test_layers_that_are_left_out_do_not_drive_themselves(own: str, holds: bool) -> None:
    """The original has a linear layer v = (ρ - w)⁻¹Bᵀx, with ρ - w = 1."""
    leak = {"0": "1", "1/2": "3/2"}[own]
    first = core(
        f"layers: {{x: {{size: 2, lagrangian: relu}}, v: {{size: 2, lagrangian: identity, leak: {leak}}}}}\n"
        "synapses:\n  w: {kind: dense, layers: [x, v], weights: [[1, 0], [1, 1]]}\n"
        f"  o: {{kind: diagonal, layers: [v, v], weights: [{own}, {own}]}}\n"
    )
    of = repaired(first, "[[1, 1], [1, 2]]")
    held = [times(), times("v"), CONVEX]
    if holds:
        assert accepted(of, "same stability", "metric", {}, premises=held)
    else:
        rejected(of, "same stability", "metric", {}, "decide stability", premises=held)


def test_layers_that_act_as_a_whole_have_one_factor() -> None:
    whole = repaired(original("[[1, 2], [2, 5]]", function="softmax"))
    fast = core(
        "layers: {y: {size: 2, lagrangian: identity}, x: {size: 2, lagrangian: softmax, tau: 0}}\n"
        "synapses: {s: {kind: feedforward_feedback, layers: [y, x], forward: [[1, 2], [2, 5]],"
        " metric: [[1, 2], [2, 5]]}}\n"
    )
    of = replace(fast, original=whole.original)
    assert accepted(of, "same stability", "metric", {}, premises=[times(), CONVEX])
