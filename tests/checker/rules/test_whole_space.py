"""Where one equilibrium attracts everything, any box is a cell: of one pattern, and only of its own."""

from __future__ import annotations

from typing import Any

import pytest

from hopverify.checker.rules import Judgement, judge
from hopverify.checks import claims_of
from hopverify.errors import EvidenceRejected
from hopverify.networks import build_model
from hopverify.obligations import Obligation, Outcome
from hopverify.pipeline import verify
from hopverify.provers import two_equilibria
from hopverify.spec import ModelSpec, parse_spec
from tests.checker import multipliers

# The equilibrium is (8/7, 6/7); no small box around it is kept, whose targets move by six times its width.
STEEP = "[[-3, 3], [3, -3]]"
POINT = {"centre": ["8/7", "6/7"], "width": "0"}


def spec(
    patterns: str, check: str = "basin_cells", weights: str = STEEP, layer: str = "lagrangian: identity, bias: [2, 0]"
) -> ModelSpec:
    return parse_spec(
        f"hopverify: 1\nname: whole\nlayers: {{x: {{size: 2, {layer}}}}}\n"
        f"synapses: {{w: {{kind: dense, layers: [x, x], weights: {weights}}}}}\n"
        f"memories: {{m: {{layer: x, patterns: {patterns}}}}}\nchecks: [{check}]\n"
    )


def asked(given: ModelSpec) -> Obligation:
    ((_, claim),) = claims_of(given, build_model(given))
    return claim.necessary[0]


def judged(given: ModelSpec, attracts: Any = None, equilibrium: Any = POINT) -> Judgement:
    attracts = attracts or multipliers.stable(build_model(given), ["1", "1"])
    return judge(asked(given), {"rule": "whole_space", "attracts": attracts, "equilibrium": equilibrium})


@pytest.mark.parametrize("check", ["basin_cells", "{basin_cells: {flips: 2}}"])
def test_any_box_is_a_cell_where_one_equilibrium_attracts_everything(check: str) -> None:
    (entry,) = verify(spec("[[1, 1]]", check), samples=20).results
    assert (entry["verdict"], entry["method"]) == ("pass", ["whole_space"])
    (row,) = entry["obligations"][0]["data"]["cells"]
    assert (row["verdict"], row["flips"]) == ("pass", 2)


def test_a_cell_that_grows_beyond_doubles_is_no_warning(recwarn: pytest.WarningsRecorder) -> None:
    given = spec("[['3/10', '1/5']]", weights="[[0, 0.5], [0.5, 0]]", layer="lagrangian: identity")
    assert verify(given).results[0]["verdict"] == "fail"
    assert not recwarn.list


def test_the_equilibrium_has_to_be_the_pattern_s_own() -> None:
    """Half the distance from (1, 1) to (2, 0) is 0.707; (2, 1/10) is nearer to where the layer rests without W."""
    assert judged(spec("[[1, 1]]")).outcome is Outcome.PROVED
    with pytest.raises(EvidenceRejected, match="not the own one of enough patterns"):
        judged(spec("[[2, '1/10']]"))
    (entry,) = verify(spec("[[2, '1/10']]"), samples=20).results
    assert entry["verdict"] == "fail"


def test_one_equilibrium_is_one_pattern_s() -> None:
    with pytest.raises(EvidenceRejected, match="not the own one of enough patterns"):
        judged(spec("[[1, 1], [-1, 1]]"))
    found = judged(spec("[[1, 1], [-1, 1]]", "{basin_cells: {at_least: 1}}"))
    everywhere = {"flips": 2, "half_infinite": 2}
    first, second = found.data["cells"]
    assert first == {"name": "m[0]", "verdict": "pass"} | everywhere
    assert second.items() >= ({"name": "m[1]", "verdict": "unknown", "why": "far"} | everywhere).items()
    told = {key: value for key, value in found.data.items() if key != "cells"}
    assert told == {"certified": 1, "patterns": 2, "neurons": 2, "x": ["8/7", "6/7"]}


def test_what_is_compared_are_activations() -> None:
    """At 1 + tanh(x)/2 = x ≈ 1.45 tanh is 0.896; that of the pattern is 0.995, of the layer without W 0.762."""
    asked = spec("[[3, 3]]", weights="[['1/2', 0], [0, '1/2']]", layer="lagrangian: tanh, bias: [1, 1]")
    at = {"centre": ["29/20", "29/20"], "width": "1/50"}
    assert judged(asked, equilibrium=at).outcome is Outcome.PROVED


def test_signs_may_be_wrong_where_that_is_allowed() -> None:
    """(1, 1/10) is nearer to (1, -1) than half the way to (10, 1), where the layer rests without W."""
    layer = "lagrangian: identity, bias: [10, 1]"
    for errors, held in ((0, False), (1, True)):
        asked = spec("[[1, -1]]", f"{{basin_cells: {{errors: {errors}}}}}", "[[-9, 0], [0, -9]]", layer)
        at = {"centre": ["1", "1/10"], "width": "0"}
        if held:
            assert judged(asked, equilibrium=at).outcome is Outcome.PROVED
        else:
            with pytest.raises(EvidenceRejected, match="not the own one of enough patterns"):
                judged(asked, equilibrium=at)


def test_an_equilibrium_within_a_box_is_enclosed() -> None:
    layer = "lagrangian: tanh, bias: [2, 0]"
    (entry,) = verify(spec("[[1, 1]]", layer=layer), samples=20).results
    assert (entry["verdict"], entry["method"]) == ("pass", ["whole_space"])


def test_what_is_nested_is_judged() -> None:
    for attracts, message in (
        (multipliers.stable(build_model(spec("[[1, 1]]")), ["1", "-1"]), "multipliers are > 0"),
        ({"rule": "energy_confinement", "margin": "1"}, "is not about"),
    ):
        with pytest.raises(EvidenceRejected, match=message):
            judged(spec("[[1, 1]]"), attracts)
    for equilibrium, message in (
        (POINT | {"centre": ["8/7", "1"]}, "no equilibrium, exactly"),
        ({"centre": ["1", "1"], "width": "1/100"}, "state"),
        (None, "a centre and a width"),
    ):
        with pytest.raises(EvidenceRejected, match=message):
            judged(spec("[[1, 1]]"), None, equilibrium)


def test_a_network_beyond_the_list_s_size_is_refused() -> None:
    large = parse_spec(
        "hopverify: 1\nname: large\nlayers: {x: {size: 401, lagrangian: identity, bias: 1}}\n"
        "synapses: {d: {kind: diagonal, layers: [x, x], weights: -1}}\n"
        f"memories: {{m: {{layer: x, patterns: [{[1] * 401}]}}}}\nchecks: [basin_cells]\n"
    )
    with pytest.raises(EvidenceRejected, match="too large"):
        judged(large)


def test_several_equilibria_attract_nothing_as_a_whole() -> None:
    """W = 2 has three equilibria: what is true of one of them is not evidence."""
    many = spec("[[1, 1]]", weights="[[2, 0], [0, 2]]", layer="lagrangian: tanh")
    with pytest.raises(EvidenceRejected, match="is not positive definite"):
        judged(many, None, {"centre": ["0", "0"], "width": "0"})
    two = two_equilibria.two([["0", "0"], [["19/10", "2"], ["19/10", "2"]]])
    with pytest.raises(EvidenceRejected, match="not that one equilibrium attracts everything"):
        judged(many, two, {"centre": ["0", "0"], "width": "0"})
