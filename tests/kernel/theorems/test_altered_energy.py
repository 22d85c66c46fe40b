"""Energies of altered systems, and what shows that there is none, in numbers worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from hopverify.kernel.core import Core
from tests.kernel.accepting import accepted, core, rejected
from tests.kernel.theorems.test_step_descent import altered, entry, of_fast


def system(forward: str, feedback: str, metric: str = "", tau: str = "1", size: int = 1) -> Core:
    """Return an altered system with two slow neurons and some fast ones."""
    stated = f", metric: {metric}" if metric else ""
    return core(
        f"layers: {{y: {{size: 2, lagrangian: identity, tau: {tau}}}, x: {{size: {size}, lagrangian: relu, tau: 0}}}}\n"
        f"synapses: {{s: {{kind: feedforward_feedback, layers: [y, x], forward: {forward},"
        f" feedback: {feedback}{stated}}}}}\n"
    )


def test_energies_with_a_stated_metric() -> None:
    of = altered()
    for claim in ("altered descent", "altered flatness"):
        assert accepted(of, claim, "T11", {}, premises=of_fast(of, convex=False))
        rejected(of, claim, "T11", {}, "lacks a premise", premises=of_fast(of)[:1])
        given = {"metric": [["1", "1/2"], ["1/2", "1"]]}
        rejected(of, claim, "T11", given, "where the core states none", premises=of_fast(of, convex=False))
    inhibited = altered(own="[-1, -2]")
    assert accepted(inhibited, "altered descent", "T11", {}, premises=of_fast(inhibited))
    rejected(inhibited, "altered descent", "T11", {}, "lacks a premise", premises=of_fast(inhibited, convex=False))


def test_energies_with_a_metric_of_the_claim() -> None:
    """PB = Aᵀ for B = (1, 0)ᵀ and A = (2, 1): P = [[2, 1], [1, z]] is ≻ 0 for z > 1/2."""
    of = system("[[2, 1]]", "[[1], [0]]")
    held = of_fast(of, convex=False)
    assert accepted(of, "altered descent", "T11", {"metric": [["2", "1"], ["1", "1"]]}, premises=held)
    for metric, why in (
        ([["2", "1"], ["1", "1/2"]], "definite"),
        ([["2", "1"], ["0", "1"]], "not symmetric"),
        ([["1", "1"], ["1", "2"]], "PB is not"),
        ([["2", "1"]], "expected 2 rows"),
    ):
        rejected(of, "altered flatness", "T11", {"metric": metric}, why, premises=held)
    rejected(of, "altered flatness", "T11", {}, "where the core states none", premises=held)


def test_times_that_differ_need_more() -> None:
    """TP + PT ≻ 0 for T = diag(1, t), P = [[1, 1], [1, 2]]: 8t > (1 + t)², so t = 5 will do, and 6 will not."""
    fine, wrong = (system("[[1, 1]]", "[[1], [0]]", "[[1, 1], [1, 2]]", f"[1, {t}]") for t in (5, 6))
    for of, holds in ((fine, True), (wrong, False)):
        held = of_fast(of, convex=False)
        assert accepted(of, "altered flatness", "T11", {}, premises=held)
        if holds:
            assert accepted(of, "altered descent", "T11", {}, premises=held)
        else:
            rejected(of, "altered descent", "T11", {}, "PT is not shown", premises=held)


PAIR = "(AB)ij ≠ (AB)ji"


def test_pairs_that_exclude_every_metric() -> None:
    of = system("[[1, 0], [0, 1]]", "[[1, 2], [3, 1]]", size=2)
    fields: dict[str, Any] = {"because": PAIR, "pair": [0, 1], "values": ["2", "3"]}
    assert accepted(of, "no altered metric", "pair", fields)
    for changed, why in (
        ({"pair": [1, 1]}, "agree"),
        ({"pair": [0, 2]}, "a row and a column"),
        ({"pair": [0]}, "a row and a column"),
        ({"values": ["3", "2"]}, "it is because"),
        ({"because": "Pij ≠ Pji"}, "it is because"),
        ({"value": "1"}, "it is because"),
    ):
        rejected(of, "no altered metric", "pair", fields | changed, why)


def test_pairs_of_a_stated_metric() -> None:
    skew = system("[[1, 0]]", "[[1], [0]]", "[[1, 1], [0, 1]]")
    assert accepted(skew, "no altered metric", "pair", {"because": "Pij ≠ Pji", "pair": [0, 1], "values": ["1", "0"]})
    other = system("[[1, 0]]", "[[1], [0]]", "[[2, 0], [0, 1]]")
    fields = {"because": "(PB)ij ≠ Aji", "pair": [0, 0], "values": ["2", "1"]}
    assert accepted(other, "no altered metric", "pair", fields)
    right = system("[[1, 0]]", "[[1], [0]]", "[[1, 0], [0, 1]]")
    rejected(right, "no altered metric", "pair", fields, "agree")


@pytest.mark.parametrize(
    ("forward", "feedback", "because", "value"),
    [
        ("[[-1, 0]]", "[[1], [0]]", "zᵀABz < 0", "-1"),
        ("[[0, 1]]", "[[1], [0]]", "zᵀABz = 0, and Bz ≠ 0", "0"),
        ("[[1, 0]]", "[[0], [0]]", "Bz = 0, and Aᵀz ≠ 0", "0"),
    ],
)
def test_directions_that_exclude_every_metric(forward: str, feedback: str, because: str, value: str) -> None:
    fields = {"because": because, "direction": ["1"], "value": value}
    of = system(forward, feedback)
    assert accepted(of, "no altered metric", "direction", fields)
    rejected(of, "no altered metric", "direction", fields | {"value": "-2"}, "another one")
    rejected(of, "no altered metric", "direction", fields | {"because": "zᵀPz ≤ 0"}, "it is because")
    rejected(of, "no altered metric", "direction", fields | {"direction": ["0"], "value": "0"}, "excludes no metric")
    rejected(system("[[1, 0]]", "[[1], [0]]"), "no altered metric", "direction", fields, "excludes no metric")


def test_directions_of_a_stated_metric() -> None:
    of = system("[[1, 0]]", "[[1], [0]]", "[[1, 0], [0, 0]]")
    fields = {"because": "zᵀPz ≤ 0", "direction": ["0", "1"], "value": "0"}
    assert accepted(of, "no altered metric", "direction", fields)
    for direction, value in ((["0", "0"], "0"), (["1", "0"], "1")):
        changed = fields | {"direction": direction, "value": value}
        rejected(of, "no altered metric", "direction", changed, "excludes no metric")


def test_a_residual_of_another_size_is_refused() -> None:
    """What feedback reaches does not decay on its own."""
    of = core(
        "layers: {y: {size: 2, lagrangian: identity}, x: {size: 1, lagrangian: relu, tau: 0}}\n"
        "synapses:\n  s: {kind: feedforward_feedback, layers: [y, x], forward: [[2, 1]], feedback: [[1], [0]],"
        " metric: [[2, 1], [1, 1]], residual: [[0], [1]], potential: 'z^2'}\n"
    )
    held = [*of_fast(of, convex=False), entry("composition", "convex", layer="residual")]
    held += [entry("composition", "Lipschitz activation", layer="residual")]
    assert accepted(of, "altered descent", "T11", {}, premises=held)
    rejected(of, "altered descent", "T11", {}, "lacks a premise", premises=held[:-1])
