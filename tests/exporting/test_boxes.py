"""Lists of boxes with one equilibrium each as statements, with trees that are found in floating point."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import pytest

from hopverify.exporting import NotExported, box_search, boxes, export
from hopverify.exporting.box_bounds import End, Side, end_at, least_on, steep
from hopverify.exporting.curves import Curve, curve_of
from hopverify.kernel.claims import Claim
from hopverify.kernel.language import read
from tests.exporting.test_lists import core_named, core_with, listed

NEAR_0 = [["-1/8", "1/8"], ["-1/8", "1/8"]]
ABOUT_ONE = [["8407738283073159/9007199254740992", "8407738283075207/9007199254740992"],
             ["-4824315241398195/36028797018963968", "-4824315241394099/36028797018963968"]]  # fmt: skip
"""The equilibrium of negative-bias-left-out."""

TANH = Curve(Fraction(0), Fraction(1), Fraction(1))


def intervals(text: str) -> list[tuple[Fraction, ...]]:
    """Return the intervals of a statement."""
    pairs = re.findall(r"\(([^(),]*), ([^(),]*)\)", text)
    return [tuple(Fraction(each.replace(" # ", "/")) for each in pair) for pair in pairs]


@pytest.mark.parametrize(("lagrangian", "curve"), [
    ("tanh", "Curve (0) (1) (1)"),
    ("{tanh: {beta: 2/3}}", "Curve (0) (1) (2 # 3)"),
    ("sigmoid", "Curve (1 # 2) (1 # 2) (1 # 2)"),
])  # fmt: skip
def test_the_boxes_and_the_curve_are_stated(lagrangian: str, curve: str) -> None:
    core = core_with(lagrangian)
    boxes = [["-1/8", "9/2"], ["-1/8", "1"]]
    file = export(core, [listed(boxes), Claim("some equilibria", {"equilibria": [{"x": boxes}]})])
    heads = [each.statement.partition("\n")[0] for each in file.theorems]
    assert heads == ["rests_exactly_in model", "rests_in model"]
    for theorem in file.theorems:
        assert intervals(theorem.statement) == [(Fraction(-1, 8), Fraction(9, 2)), (Fraction(-1, 8), Fraction(1))]
    assert f"Lemma curve_of_x : has_curve g_x ({curve})%Q." in file.text
    assert "One 0" in file.theorems[0].proof


def test_two_boxes_are_stated_with_what_follows() -> None:
    claim = Claim("no global stability", {"equilibria": [{"x": NEAR_0}, {"x": [["1", "2"], ["1", "2"]]}]})
    (theorem,) = export(core_with("tanh"), [claim]).theorems
    assert theorem.statement.startswith("rests_in model")
    assert theorem.statement.endswith("/\\\n  nothing_attracts_everything model")
    assert theorem.proof.endswith("exact (nothing_by_two_boxes _ _ _ _ H)].")


def test_an_exact_state_is_a_box_without_width() -> None:
    """It has no test of Krawczyk's, and so no matrix."""
    core = core_with("{tanh: {beta: 2}}", "[[0, 1], [1, 0]]")
    (theorem,) = export(core, [listed([["-3/2", "-1/2"]] * 2, ["0", "0"], [["1/2", "3/2"]] * 2)]).theorems
    assert intervals(theorem.statement)[2:4] == [(Fraction(0), Fraction(0))] * 2
    found = re.search(r"inverses := \[\[\[.*\]\];\s+\[\];\s+\[\[", theorem.proof)
    assert found is not None
    claim = Claim("some equilibria", {"equilibria": [{"x": ["0", "0"]}]})
    assert "(fine := 44%nat)" in export(core, [claim]).theorems[0].proof


def test_a_tree_cuts_bounds_and_ends_with_boxes_of_the_list() -> None:
    """Three equilibria, of which the one in the middle is 0."""
    core = core_with("{tanh: {beta: 2}}", "[[0, 1], [1, 0]]")
    around = [[["-3/2", "-1/2"]] * 2, [["-1/8", "1/8"]] * 2, [["1/2", "3/2"]] * 2]
    (theorem,) = export(core, [listed(*around)]).theorems
    assert all(each in theorem.proof for each in ("One 0", "One 1", "One 2", "Cut", "Point", "Upper", "Lower"))


def test_the_middle_of_small_boxes_is_computed_finely() -> None:
    core = core_named("negative-bias-left-out")
    (theorem,) = export(core, [listed(ABOUT_ONE)]).theorems
    assert "(k := 44%nat) (terms := 7%nat) (fine := 67%nat) (fine_terms := 12%nat)" in theorem.proof


@pytest.mark.parametrize(
    ("core", "claim", "reason"),
    [
        (lambda: core_with("tanh"), listed(NEAR_0, region=[["0", "1"], ["-1", "0"]]), "of a region"),
        (lambda: core_with("relu"), listed(NEAR_0), "not tanh or sigmoid"),
        (lambda: core_with("{leaky_relu: {slope: 1/2}}"), listed(NEAR_0), "not tanh or sigmoid"),
        (lambda: core_named("softmax-equilibria"), listed(NEAR_0), "not tanh or sigmoid"),
        (lambda: core_with("tanh"),
         Claim("some equilibria", {"equilibria": [{"x": NEAR_0}, {"x": ["0", "0"], "dimension": 1, "cell": []}]}),
         "a continuum"),
    ],
)  # fmt: skip
def test_what_is_not_covered_is_refused(core: Any, claim: Claim, reason: str) -> None:
    with pytest.raises(NotExported, match=reason):
        export(core(), [claim])


def test_the_sizes_of_networks_and_of_trees_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without one box of a list no tree is found."""
    core = core_with("{tanh: {beta: 2}}", "[[0, 1], [1, 0]]")
    monkeypatch.setattr(box_search, "MAX_BOXES", 20)
    with pytest.raises(NotExported, match="more than 20 boxes"):
        export(core, [listed([["-3/2", "-1/2"]] * 2, [["1/2", "3/2"]] * 2)])
    monkeypatch.setattr(boxes, "MAX_NEURONS", 1)
    with pytest.raises(NotExported, match="at most 1 neurons"):
        export(core, [listed(NEAR_0)])


def test_curves_are_those_of_positive_multiples() -> None:
    half = Fraction(1, 2)
    assert curve_of(read(["sigmoid", ["multiply", "3", ["state"]]], "g")) == Curve(half, half, Fraction(3, 2))
    for g in (
        ["relu", ["state"]],
        ["tanh", ["multiply", "-1", ["state"]]],
        ["tanh", ["add", ["state"], "1"]],
        ["state"],
    ):
        assert curve_of(read(g, "g")) is None


@pytest.mark.parametrize(("p", "q"), [(0.0, 1.0), (0.0, -1.0), (0.5, -1.0), (-0.5, 1.0), (2.0, 1.0), (-2.0, 1.0)])
def test_least_values_are_below_all_values_and_near_the_least(p: float, q: float) -> None:
    ends = [end_at(TANH, Fraction(k, 8)) for k in range(-16, 25)]
    least = least_on(TANH, p, q, Side(ends[0], ends[-1], tuple(ends[1:-1])))
    values = [p * float(each.place) + q * each.tanh for each in ends]
    assert min(values) - 0.01 <= least <= min(values)
    # Without points between the ends the bound is a worse one, and without ends there may be none.
    assert least_on(TANH, p, q, Side(ends[0], ends[-1])) <= least
    assert least_on(TANH, p, q, Side(None, None)) == (-1.0 if p == 0 else float("-inf"))


def test_intervals_without_points_have_no_least_value() -> None:
    assert least_on(TANH, 1.0, 1.0, Side(End(Fraction(1), 0.7), End(Fraction(0), 0.0))) == float("inf")


def test_slopes_where_tanh_is_between_two_numbers() -> None:
    assert steep(TANH, -0.5, 0.25) == (0.75, 1.0)
    assert steep(TANH, 0.25, 0.5) == (0.75, 0.9375)
