"""Lists of equilibria and ghosts in words."""

from __future__ import annotations

from typing import Any

import pytest

from hopverify.reporting.equilibria import equilibria_in_words, lowest_of
from hopverify.reporting.memories import memories_in_words
from hopverify.reporting.wording import witness_in_words

ROWS: list[tuple[str, dict[str, Any], str]] = [
    ("equilibria", {"alive": [1], "stability": "stable"}, "x = (1, -1): stable; alive: 1"),
    ("equilibria", {"alive": [0, 1], "stability": "unstable"}, "x = (1, -1): unstable; all neurons alive"),
    ("equilibria", {"alive": [], "stability": "stable", "at_kink": [0]}, "stable; alive: none; at a kink: 0"),
    (
        "equilibria",
        {"alive": [0], "stability": "undecided", "dimension": 1},
        "undecided; on a line of equilibria; alive: 0",
    ),
    (
        "equilibria",
        {"alive": [], "stability": "neutral", "dimension": 1, "ends": [["0", "1"], ["1", "0"]]},
        "neutral along the continuum, attracting across; on the segment from (0, 1) to (1, 0); alive: none",
    ),
    ("equilibria", {"alive": [], "stability": "undecided", "dimension": 2}, "undecided; on equilibria of dimension 2"),
    (
        "equilibrium_stability",
        {"stability": "neutral", "dimension": 1},
        "neutral along the continuum, attracting across",
    ),
    ("state_recovery", {"undetermined": {"x[1]": "-1"}}, "the energy leaves x[1] open; recovered as -1"),
    (
        "state_recovery",
        {"undetermined": {"x[1]": "-1"}, "dimension": 1},
        "on a line of equilibria, at this point: the energy leaves x[1] open; recovered as -1",
    ),
    ("equilibrium_stability", {"stability": "stable", "lambda_max_at_most": "33/64"}, "stable, λ_max(K) ≤ 33/64"),
    ("equilibrium_stability", {"stability": "unstable", "direction": ["0", "-2"]}, "unstable along (0, -2)"),
    ("equilibrium_stability", {"stability": "undecided", "because": "it is"}, "undecided, because it is"),
    ("equilibrium_stability", {"stability": "undecided"}, "undecided, because neither way is shown"),
    ("equilibrium_stability", {"stability": "stable", "at_kink": [1]}, "stable, with 1 at a kink"),
    ("equilibrium_stability", {"stability": "unstable", "rate": "1/2"}, "unstable, at the rate 1/2 at least"),
    (
        "flat_region_stability",
        {"region": {"x[0]": ["1", "+∞"], "x[1]": ["-∞", "-1"]}, "neighbourhood": "an open neighbourhood lies …"},
        "x[0] in [1, +∞); x[1] in (-∞, -1] — all of it in the basin, with an open neighbourhood",
    ),
    (
        "flat_region_stability",
        {"region": {"a": ["0", "1"]}, "neighbourhood": "no more is claimed"},
        "a in [0, 1] — all",
    ),
]


@pytest.mark.parametrize(("check", "row", "expected"), ROWS)
def test_an_equilibrium_in_words(check: str, row: dict[str, Any], expected: str) -> None:
    *_, last = equilibria_in_words(check, {"equilibria": [{"x": ["1", "-1"]} | row]})
    assert expected in last
    assert last.endswith("neighbourhood") == ("with an open neighbourhood" in expected)


def listed(count: int, **keys: Any) -> dict[str, Any]:
    return {"equilibria": [{"x": [str(k)], "alive": [], "stability": "stable"} | keys for k in range(count)]}


def test_equilibria_are_counted_and_at_most_eight_are_shown() -> None:
    rows = listed(11)
    rows["equilibria"][10]["stability"] = "undecided"
    said = equilibria_in_words("equilibria", rows | {"undecided_boxes": 2})
    assert said[:2] == ["11 equilibria: 10 stable, 1 undecided", "there may be others: 2 boxes of states are undecided"]
    assert said[2] == "x = (10): undecided; alive: none"
    assert said[-1] == "and 3 more: --json shows all"
    assert len(said) == 2 + 8 + 1
    assert equilibria_in_words("equilibria", listed(8))[-1] == "x = (7): stable; alive: none"
    assert equilibria_in_words("equilibria", listed(1))[0] == "1 equilibrium"
    assert equilibria_in_words("equilibria", listed(0)) == ["no equilibrium"]
    # What is not verified is not said not to be there.
    said = equilibria_in_words("equilibria", listed(0) | {"undecided_boxes": 18})
    assert said == ["no equilibrium was verified", "there may be others: 18 boxes of states are undecided"]


def test_energies_are_told_and_the_lowest_one_where_it_is_apart() -> None:
    rows = listed(3)
    energies: list[Any] = ["-1/8", ["-1/1000000000", "1/1000000000"], ["-1/8", "1/2"]]
    for row, energy in zip(rows["equilibria"], energies, strict=True):
        row["energy"] = energy
    said = equilibria_in_words("equilibria", rows)
    # The third one may be as low as the first.
    assert said[1] == "x = (0): stable, E = -1/8; alive: none"
    assert [line.partition("stable, ")[2] for line in said[2:]] == [
        "E ≈ 0; alive: none",
        "E in [-1/8, 1/2]; alive: none",
    ]
    rows["equilibria"][2]["energy"] = ["-1/9", "1/2"]
    assert equilibria_in_words("equilibria", rows)[1] == "of these, E is lowest at x = (0)"
    assert lowest_of(rows["equilibria"][:1]) is None
    assert lowest_of([*rows["equilibria"], {"x": ["7"], "stability": "stable"}]) is None
    assert lowest_of([*rows["equilibria"], {"x": ["7"], "energy": "7", "dimension": 1}]) is None


def test_equilibria_without_flat_coordinates_are_counted_only() -> None:
    assert equilibria_in_words("state_recovery", listed(3, undetermined={})) == [
        "the energy determines every coordinate of all 3 equilibria"
    ]
    some = {"equilibria": [*listed(1, region={})["equilibria"], {"x": ["0"], "region": {"a": ["0", "1"]}}]}
    some["equilibria"][1]["neighbourhood"] = "no more is claimed"
    assert equilibria_in_words("flat_region_stability", some)[0].endswith("1 of 2 equilibria")


def test_lists_that_are_not_complete_are_not_said_to_be_all() -> None:
    for left, said in (
        ({"all": False}, "there may be others"),
        ({"undecided_boxes": 1}, "1 box of states is undecided"),
    ):
        found = equilibria_in_words("state_recovery", listed(3, undetermined={}) | left)
        assert found[0] == "the energy determines every coordinate of 3 listed equilibria"
        assert found[1].endswith(said)


def test_enclosures_are_shown_as_rounded_numbers() -> None:
    third = {
        "x": [["333333333/1000000000", "333333334/1000000000"], ["0", "1"]],
        "alive": [0, 1],
        "stability": "stable",
    }
    assert equilibria_in_words("equilibria", {"equilibria": [third]})[1].startswith("x = (≈0.333333, [0, 1]): ")


def test_other_data_has_no_words_here() -> None:
    assert equilibria_in_words("energy_descent", listed(1)) == []
    assert equilibria_in_words("equilibria", None) == []
    assert equilibria_in_words("equilibria", {"because": "…"}) == []


def ghost(k: int) -> dict[str, Any]:
    return {"alive": [], "activation": ["0"], "target": [str(k + 1)], "wakes_up": ["x[0]"]}


@pytest.mark.parametrize(("count", "last"), [(9, "and 1 more: --json shows all"), (300, "292 more: --json shows 200")])
def test_at_most_eight_ghosts_are_shown(count: int, last: str) -> None:
    witness = {"ghosts": [ghost(k) for k in range(min(count, 200))], "count": count}
    said = witness_in_words(["kernel (ghost regions, by pieces)"], witness)
    assert said[0].startswith(f"{count} ghosts: ")
    assert said[1] == "alive: none; activation (0); the flow points to x⋆ = (1), so x[0] wakes up"
    assert len(said) == 10
    assert last in said[-1]


def test_one_ghost_is_shown_with_its_neurons() -> None:
    one = {"alive": [2], "activation": ["0", "0", "3"], "target": ["1", "1", "3"], "wakes_up": ["x[0]", "x[1]"]}
    said = witness_in_words(["kernel (ghost regions, by pieces)"], {"ghosts": [one], "count": 1})
    assert said == [
        "1 ghost: E is flat and critical there, but the flow leaves",
        "alive: 2; activation (0, 0, 3); the flow points to x⋆ = (1, 1, 3), so x[0], x[1] wake up",
    ]


def test_two_equilibria_and_a_way_down_in_words() -> None:
    two = {"equilibria": [{"x": ["0"]}, {"x": [["999999999/1000000000", "1000000001/1000000000"]]}]}
    assert witness_in_words(["kernel (no global stability, by two)"], two) == [
        "two equilibria, so that neither attracts every solution: x = (0) and x = (≈1)"
    ]
    away = {"ray": {"x": ["1"]}, "coefficient": "-1/2"}
    first, second = witness_in_words(["kernel (unbounded solutions, by energy)"], away)
    assert first == "along t·(x = (1)) E/t² tends to -1/2 < 0"
    assert "does not stay bounded" in second
    (said,) = witness_in_words(["kernel (no global stability, by unbounded)"], {})
    assert "some solution does not stay bounded" in said
    for degree, power in ((1, "E/t"), (4, "E/t^4")):
        (said,) = witness_in_words(["kernel (energy unbounded below, by ray)"], away | {"degree": degree})
        assert said == f"along t·(x = (1)) {power} tends to -1/2 < 0: E has no lower bound"
    drift = {"drift": {"x": ["1", "-1"]}, "rate": "2"}
    (said,) = witness_in_words(["kernel (unbounded solutions, by drift)"], drift)
    assert said.startswith("with z: x = (1, -1), Σ z·τx grows at the rate 2")


def test_equilibria_beside_patterns_in_words() -> None:
    row = {"verdict": "pass", "distance_at_most": "1/4", "stability": "stable"}
    rows = [{"name": str(k)} | row for k in range(11)]
    norm = {"norm": "largest coordinate"}
    said = memories_in_words({"memories": rows, "certified": 11, "patterns": 11} | norm)
    assert said[:2] == [
        "11 of 11 patterns are stored, each at a stable equilibrium of its own",
        "0: at most 0.25 away in each coordinate; stable",
    ]
    assert said[-1] == "and 1 more: --json shows all"
    far = {"verdict": "unknown", "why": "far", "distance": "2", "limit": "1/2", "rival": "m[1]"}
    lacking = [rows[0] | far, rows[1] | {"verdict": "unknown", "why": "stability", "stability": "unstable"}]
    lacking += [{"name": "2", "verdict": "unknown", "why": "none"}]
    assert memories_in_words({"memories": lacking, "certified": 0, "patterns": 3} | norm) == [
        "0 of 3 patterns are stored, each at a stable equilibrium of its own",
        "0: at most 0.25 away in each coordinate; stable",
        "1: at most 0.25 away in each coordinate; unstable",
        "0: its equilibrium may lie 2 away in activation, and half the distance to m[1] is 0.5",
        "1: its equilibrium is unstable",
        "not certified: 2",
    ]
