"""Patterns that are stored, and too few that are, in numbers by hand. Lists of equilibria are taken for granted."""

from __future__ import annotations

from typing import Any

import pytest

from hopverify.kernel import claims
from hopverify.kernel.check import accept
from hopverify.kernel.core import Core
from hopverify.kernel.facts import Fact
from hopverify.kernel.numbers import Rejected
from hopverify.kernel.patterns import Patterns
from hopverify.kernel.reading import read
from hopverify.kernel.theorems import THEOREMS
from tests.kernel.accepting import core
from tests.kernel.test_core import SPINS

LISTS = ("stability", "global stability", "flat regions", "equilibria")
WHOLE = {"all": True, "region": None}


@pytest.fixture(autouse=True)
def granted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let premises be taken for granted: here it counts what is made of them."""
    for name in LISTS:
        form = claims.Form((), "granted", optional=("equilibria", "all", "region", "in_basins", "x"))
        monkeypatch.setitem(claims.FORMS, name, form)  # type: ignore[attr-defined]
        monkeypatch.setitem(THEOREMS, (name, "granted"), lambda case: Fact(case.core, case.claim))  # type: ignore[arg-type]


def premise(name: str, **fields: Any) -> dict[str, Any]:
    return {"claim": {"claim": name, **fields}, "proof": {"by": "granted"}}


def memory(patterns: str, layer: str = "lagrangian: identity", size: int = 2) -> Core:
    return core(
        f"layers: {{x: {{size: {size}, {layer}}}}}\n"
        f"synapses: {{w: {{kind: diagonal, layers: [x, x], weights: -1}}}}\n"
        f"memories: {{m: {{layer: x, patterns: {patterns}}}}}\n"
    )


# γ is x, and 0 is where the layer rests: half of 4 is nearer than half of √32. The third is a copy of the first.
PLAIN = memory("[[4, 0], [0, 4], [4, 0]]")
X, FAR, NONE = ["3", "0"], ["0", "1"], {"stored": False}
ROW: dict[str, Any] = {
    "x": X,
    "stability": "stable",
    "apart": "1",
    "limit": ["2", "2"],
    "rival": None,
    "distance": "1",
    "stored": True,
}


def stability(*rows: tuple[Any, str], **fields: Any) -> dict[str, Any]:
    listed = [{"x": x, "stability": said} for x, said in rows]
    return premise("stability", equilibria=listed, **(WHOLE | fields))


LIST = stability((X, "stable"), (FAR, "unstable"))


def told(of: Core, *rows: Any, premises: list[Any] | None = None, by: str = "each", **fields: Any) -> str:
    claim = {"claim": "stored patterns", "memory": "m", "errors": 0, "at_least": 1, "patterns": list(rows), **fields}
    proof = {"by": by, "premises": [LIST] if premises is None else premises}
    return str(accept(of, {"claim": claim, "proof": proof}).claim)


def wrong(of: Core, *rows: Any, why: str, **more: Any) -> None:
    with pytest.raises(Rejected, match=why):
        told(of, *rows, **more)


def test_an_equilibrium_nearer_than_half_the_way_to_any_rival_is_the_own_one() -> None:
    assert told(PLAIN, ROW, NONE, NONE).startswith("at least 1 patterns of m, or all of them, are stored")
    told(PLAIN, ROW, NONE, ROW)
    told(PLAIN, ROW | {"apart": "3/2", "limit": ["7/4", "9/4"], "distance": "2"}, NONE, NONE)
    told(PLAIN, {key: ROW[key] for key in ("x", "stability")} | NONE, NONE, NONE, at_least=0)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"apart": "2"}, "not shown to be stored"),
        ({"apart": "7/8"}, "may lie farther from that of the pattern"),
        ({"apart": "-1"}, "distances are ≥ 0"),
        ({"distance": "7/8"}, "may lie farther from the pattern"),
        ({"distance": "-1"}, "distances are ≥ 0"),
        ({"limit": ["9/4", "9/4"]}, "a rival may be nearer"),
        ({"limit": ["-1", "2"]}, "a rival may be nearer"),
        ({"limit": ["1", "7/4"]}, "the rival may be farther away"),
        ({"limit": ["1", "-2"]}, "the rival may be farther away"),
        ({"limit": ["1", "2"]}, "not shown to be stored"),
        ({"limit": ["3/2", "2"]}, None),
        ({"limit": ["1", "1", "2"]}, "two bounds"),
        ({"limit": "2"}, "expected a list"),
        ({"rival": 1}, "the rival may be farther away"),
        ({"rival": 1, "limit": ["2", "3"]}, None),
        ({"rival": True, "limit": ["2", "3"]}, "the rival may be farther away"),
        ({"rival": 2, "limit": ["2", "9"]}, "the rival may be farther away"),
        ({"rival": 0, "limit": ["2", "9"]}, "the rival may be farther away"),
        ({"rival": "0", "limit": ["2", "9"]}, "the rival may be farther away"),
        ({"wrong": 0}, "more signs wrong, or there are none"),
        ({"stability": "unstable"}, "the premise does not say so"),
        ({"x": ["3", "1"]}, "the premise does not say so"),
        ({"x": FAR, "stability": "unstable"}, "farther"),
        ({"stored": 1}, "stored is true or false"),
        ({"other": 1}, "unknown keys"),
        ({"flat": {}}, "another flat region"),
        ({"flat": None}, None),
    ],
)
def test_what_a_row_tells_is_shown(change: dict[str, Any], why: str | None) -> None:
    if why is None:
        told(PLAIN, ROW | change, NONE, NONE)
    else:
        wrong(PLAIN, ROW | change, NONE, NONE, why=why)


@pytest.mark.parametrize("key", ["apart", "limit", "rival", "x", "stability", "stored"])
def test_what_is_left_out_is_missed(key: str) -> None:
    row = {name: value for name, value in ROW.items() if name != key}
    wrong(PLAIN, row, NONE, NONE, why="not shown|comes with|nothing is told|does not say so|missing")


def test_patterns_are_counted_once_each() -> None:
    wrong(PLAIN, ROW, NONE, ROW, why="fewer patterns are stored", at_least=2)
    wrong(PLAIN, ROW, NONE, why="a row for each of 3 patterns")
    wrong(PLAIN, NONE, NONE, NONE, why="fewer patterns are stored")
    wrong(PLAIN, {"stored": True}, NONE, NONE, why="nothing is told without an equilibrium")
    wrong(PLAIN, ROW, NONE, NONE, why="no memory is called", memory="x")
    wrong(PLAIN, ROW, NONE, NONE, why="whole number ≥ 0", at_least=-1)
    wrong(PLAIN, ROW, NONE, NONE, why="whole number ≥ 0", errors=True)
    both = memory("[[4, 0], [4, 0]]")
    told(both, ROW, ROW, at_least=2)
    wrong(both, ROW, NONE, why="fewer patterns are stored", at_least=2)


def test_an_equilibrium_that_is_not_shown_to_be_stable_stores_nothing() -> None:
    for said in ("unstable", "undecided"):
        row = ROW | {"stability": said}
        wrong(PLAIN, row, NONE, NONE, why="not shown to be stored", premises=[stability((X, said))])
        told(PLAIN, row | NONE, NONE, NONE, premises=[stability((X, said))], at_least=0)
    continuum = premise("stability", equilibria=[{"x": X, "stability": "neutral", "dimension": 1}], **WHOLE)
    wrong(PLAIN, ROW | {"stability": "neutral"}, NONE, NONE, why="does not say so", premises=[continuum])


def test_boxes_are_seen_at_both_ends() -> None:
    x = [["3", "9/2"], ["-1/8", "1/8"]]
    row = ROW | {"x": x, "apart": "9/8", "distance": "1"}
    listed = {"premises": [stability((x, "stable"))]}
    told(PLAIN, row, NONE, NONE, **listed)
    wrong(PLAIN, row | {"apart": "1"}, NONE, NONE, why="that of the pattern", **listed)
    wrong(PLAIN, row | {"distance": "15/16"}, NONE, NONE, why="farther from the pattern", **listed)


def test_premises_are_about_stability_then_flat_regions() -> None:
    region = {"region": {}, "layers": {"x": "x + R·1, all of it in the basin"}, "neighbourhood": "no more is claimed"}
    flat = premise("flat regions", equilibria=[{"x": X, **region}], in_basins=True, **WHOLE)
    told(PLAIN, ROW | {"flat": region}, NONE, NONE, premises=[LIST, flat])
    told(PLAIN, ROW, NONE, NONE, premises=[LIST, flat])
    other = region | {"neighbourhood": "an open neighbourhood lies in the basin too"}
    wrong(PLAIN, ROW | {"flat": other}, NONE, NONE, why="another flat region", premises=[LIST, flat])
    beyond = premise("flat regions", equilibria=[{"x": FAR, **region}], in_basins=True, **WHOLE)
    wrong(PLAIN, ROW | {"flat": region}, NONE, NONE, why="another flat region", premises=[LIST, beyond])
    more = premise("flat regions", equilibria=[{"x": ["4", "0"], **region}], in_basins=True, **WHOLE)
    alone = {"x": ["4", "0"], "stability": "stable", "stored": False}
    wrong(PLAIN, ROW, alone, NONE, why="does not say so", premises=[LIST, more])
    for premises, why in (
        ([], "from 1 to 2 premises"),
        ([LIST, flat, flat], "from 1 to 2 premises"),
        ([flat], "no claim of stability"),
        ([LIST, LIST], "no claim of flat regions"),
        ([premise("equilibria", equilibria=[])], "no claim of stability"),
    ):
        wrong(PLAIN, ROW, NONE, NONE, why=why, premises=premises)


# ------------------------------------------------------------------------------------------------------------- patterns

# At rest in (10, 1): nearer to (1, -1) than half the way there is (1, 1/10), on the other side of 0 in one neuron.
SIGNS = memory("[[1, -1]]", "lagrangian: identity, bias: [10, 1]")


def test_signs_may_be_wrong_in_as_many_neurons_as_are_allowed() -> None:
    x = ["1", "1/10"]
    row = {"x": x, "stability": "stable", "apart": "2", "limit": ["4", "5"], "rival": None, "wrong": 1, "stored": True}
    listed = {"premises": [stability((x, "stable"))]}
    told(SIGNS, row, errors=1, **listed)
    wrong(SIGNS, row, why="not shown to be stored", errors=0, **listed)
    wrong(SIGNS, row | {"wrong": 0}, why="more signs wrong", errors=1, **listed)
    unsaid = {key: value for key, value in row.items() if key != "wrong"}
    wrong(SIGNS, unsaid, why="not shown to be stored", errors=1, **listed)
    told(SIGNS, unsaid | NONE, errors=1, at_least=0, **listed)


def firsts(of: Core) -> list[int]:
    return Patterns(of, "m", "here").firsts


def test_copies_have_one_activation() -> None:
    assert firsts(memory("[[2, 2], [3, 4], [2, -2], [3, 2]]", "lagrangian: hard_tanh")) == [0, 0, 2, 0]
    assert firsts(memory("[[2, 2], [3, 4], [2, 2]]", "lagrangian: tanh")) == [0, 1, 0]
    # A layer that acts as a whole has one activation for states that differ; one neuron that is the same says nothing.
    whole = "lagrangian: {expression: 'dot(relu(x), relu(x))/2', of: layer}"
    assert firsts(memory("[[2, 0], [2, -1], [2, 1], [2, -3]]", whole)) == [0, 0, 2, 0]
    assert firsts(memory("[[2, 0], [2, 1]]", "lagrangian: softmax")) == [0, 1]


def test_a_layer_without_leak_rests_at_0() -> None:
    found = Patterns(memory("[[1, 1]]", "lagrangian: identity, leak: 0, bias: 3"), "m", "here")
    assert [found.rest, found.zero] == [[0, 0], [0, 0]]
    assert Patterns(memory("[[1, 1]]", "lagrangian: identity, leak: 2, bias: 3"), "m", "here").rest == [1.5, 1.5]


def test_patterns_are_exact_and_states_of_a_flow() -> None:
    body = (
        "layers: {x: {size: 2, lagrangian: identity}, h: {size: 2, lagrangian: identity}}\n"
        "synapses: {w: {kind: dense, layers: [h, x], weights: {values: [[1, 0], [0, 1]], tolerance: 0.1}}}\n"
        "memories: {m: {layer: x, patterns: {same_as: w}}}\n"
    )
    wrong(core(body), ROW, NONE, why="known up to a spread")
    wrong(read(SPINS), ROW, why="spins follow no flow")


# -------------------------------------------------------------------------------------------------------------- too few


def few(of: Core, *premises: Any, equilibria: int, most: int, **fields: Any) -> str:
    claim = {"claim": "too few stored patterns", "memory": "m", "errors": 0, "at_least": 2, "equilibria": equilibria}
    claim |= {"most": most, **fields}
    return str(accept(of, {"claim": claim, "proof": {"by": "list", "premises": list(premises)}}).claim)


def not_few(of: Core, *premises: Any, why: str, **fields: Any) -> None:
    with pytest.raises(Rejected, match=why):
        few(of, *premises, **fields)


def test_no_more_patterns_are_stored_than_may_own_an_equilibrium() -> None:
    assert "of all 2 equilibria" in few(PLAIN, LIST, equilibria=2, most=1)
    not_few(PLAIN, LIST, equilibria=2, most=0, why="1 of the patterns may be stored")
    not_few(PLAIN, LIST, equilibria=2, most=2, why="1 of the patterns may be stored")
    not_few(PLAIN, LIST, equilibria=2, most=1, at_least=1, why="1 of the patterns may be stored")
    not_few(PLAIN, LIST, equilibria=1, most=1, why="there are 2 equilibria")
    # (0, 3) would be the own one of the other pattern; (2, 0) is none's, exactly in the middle between 4 and 0.
    two = stability((X, "stable"), (["0", "3"], "undecided"))
    not_few(PLAIN, two, equilibria=2, most=1, why="2 of the patterns may be stored")
    few(PLAIN, stability((["2", "0"], "stable"), (["0", "2"], "stable")), equilibria=2, most=0, at_least=1)
    # Two equilibria beside one pattern store one; two patterns are all there are.
    few(PLAIN, stability((X, "stable"), (["4", "1"], "stable")), equilibria=2, most=1, at_least=3)
    not_few(PLAIN, two, equilibria=2, most=2, at_least=3, why="2 of the patterns may be stored")


def test_lists_are_of_all_equilibria_and_of_no_continuum() -> None:
    one = [{"x": X, "stability": "stable"}]
    for fields in ({"all": False}, {"region": [["0", "4"], ["0", "4"]]}):
        not_few(PLAIN, stability((X, "stable"), **fields), equilibria=1, most=1, why="does not list all")
    continuum = premise("stability", equilibria=[*one, {"x": FAR, "stability": "unstable", "dimension": 1}], **WHOLE)
    not_few(PLAIN, continuum, equilibria=2, most=1, why="a continuum")
    not_few(
        PLAIN, premise("equilibria", equilibria=one, region=None), equilibria=1, most=1, why="no claim of stability"
    )
    not_few(PLAIN, LIST, LIST, equilibria=2, most=1, why="from 1 to 1 premises")


def test_one_that_attracts_everything_is_the_own_one_of_one_pattern() -> None:
    few(PLAIN, premise("global stability"), equilibria=1, most=1)
    few(PLAIN, premise("global stability", x=["1", "0"]), equilibria=1, most=0, at_least=1)
    not_few(PLAIN, premise("global stability"), equilibria=1, most=0, at_least=1, why="1 of the patterns")
    not_few(PLAIN, premise("global stability", x=X), equilibria=1, most=0, why="1 of the patterns")


def test_signs_exclude_what_is_certainly_on_the_other_side() -> None:
    for errors, most in ((0, 0), (1, 1)):
        shown = stability((["1", "1/10"], "stable"))
        fields: dict[str, Any] = {"equilibria": 1, "errors": errors, "at_least": 1}
        if most:
            not_few(SIGNS, shown, most=0, why="1 of the patterns may be stored", **fields)
        else:
            few(SIGNS, shown, most=0, **fields)
    # A box on both sides of 0 may have the sign.
    box = [["1", "9/8"], ["-1/10", "1/10"]]
    not_few(SIGNS, stability((box, "stable")), most=0, equilibria=1, at_least=1, why="1 of the patterns may be stored")


def test_patterns_that_cannot_be_told_apart_may_be_one_or_two() -> None:
    near = memory(f"[[1, 1], [1, '1.{'0' * 60}1']]", "lagrangian: tanh")
    not_few(near, premise("global stability"), equilibria=1, most=1, why="cannot be told apart")
