"""Emergent minima: lists against gradient ascent and by hand, what the check does not concern, and its bounds."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from hopverify.checker import ball_minima
from hopverify.checks import requested
from hopverify.errors import SpecError
from hopverify.networks import build_model
from hopverify.pipeline import verify
from hopverify.reporting.minima import minima_in_words
from hopverify.spec import parse_spec
from tests.soundness.oracles.minima import rest_of_ascent

TEXT = """
hopverify: 1
name: bumps
layers:
  x: {{size: {n}, lagrangian: {function}, leak: {leak}, bias: {bias}}}
synapses:
  s: {{kind: epanechnikov, layers: [x], patterns: {patterns}, beta: {beta}, epsilon: 1/100}}
{more}
checks: [emergent_minima]
"""


def entry(patterns: Any, beta: Any = 2, **changes: Any) -> Mapping[str, Any]:
    values = {"n": len(patterns[0]), "function": "identity", "leak": "false", "bias": 0, "more": ""} | changes
    text = TEXT.format(patterns=[[str(v) for v in row] for row in patterns], beta=beta, **values).replace("'", "")
    (found,) = verify(parse_spec(text)).results
    return found


def data(patterns: Any, beta: Any = 2) -> Any:
    found = entry(patterns, beta)
    assert found["verdict"] == "pass"
    return found["obligations"][0]["data"]


def test_two_overlapping_balls_have_a_minimum_between_them() -> None:
    """Balls of radius 1, centres 3/2 apart: the midpoint is inside both, and neither centre inside the other's."""
    found = data([[0], ["3/2"]])
    assert [(row["members"], row["state"], row["stored"]) for row in found["minima"]] == [
        ([0], ["0"], True),
        ([0, 1], ["3/4"], False),
        ([1], ["3/2"], True),
    ]
    assert (found["count"], found["emergent"], found["stored"], found["flat_beyond"]) == (3, 1, 2, "1")
    # From 3/4 the nearest edges are those at 1/2 and 1; from 0 the edge at 1/2.
    assert [Fraction(row["radius"]) for row in found["minima"]] == [Fraction(1, 2), Fraction(1, 4), Fraction(1, 2)]


@pytest.mark.parametrize(
    ("gap", "expected"),
    [
        ("2", [[0], [1]]),  # the midpoint lies on both edges
        ("1", [[0, 1]]),  # each pattern lies on the other's edge: it is no minimum
        ("1000000001/1000000000", [[0], [0, 1], [1]]),
        ("999999999/1000000000", [[0, 1]]),
        ("0", [[0, 1]]),
    ],
)
def test_what_lies_on_an_edge_is_no_minimum(gap: str, expected: list[list[int]]) -> None:
    assert [row["members"] for row in data([[0], [gap]])["minima"]] == expected


def test_a_centroid_that_is_a_pattern_is_stored() -> None:
    found = data([["-1/2"], [0], ["1/2"]])
    assert [(row["members"], row["stored"]) for row in found["minima"]] == [([0, 1, 2], True)]
    assert (found["stored"], found["emergent"]) == (1, 0)


def test_equal_patterns_count_each() -> None:
    assert data([[0], [0]])["stored"] == 2


def test_gradient_ascent_ends_where_the_list_says() -> None:
    """From random states, short steps of ascent end at a listed state, or where no ball holds the state."""
    random = Random(4)
    patterns = [[Fraction(random.randint(-8, 8), 8) for _ in range(2)] for _ in range(6)]
    beta = 6
    listed = [tuple(float(Fraction(v)) for v in row["state"]) for row in data(patterns, beta)["minima"]]
    floats = [tuple(map(float, row)) for row in patterns]
    reached = set()
    for _ in range(40):
        x = rest_of_ascent(floats, beta, [random.uniform(-1.5, 1.5), random.uniform(-1.5, 1.5)])
        if all(beta / 2 * sum((p - q) ** 2 for p, q in zip(pattern, x, strict=True)) >= 1 for pattern in floats):
            continue
        nearest = min(listed, key=lambda c: sum((p - q) ** 2 for p, q in zip(c, x, strict=True)))
        assert nearest == pytest.approx(x, abs=1e-6)
        reached.add(nearest)
    assert len(reached) > 2


def test_more_sets_than_are_gone_through_are_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    patterns = [[Fraction(k, 100)] for k in range(5)]
    assert entry(patterns)["verdict"] == "pass"
    monkeypatch.setattr(ball_minima, "MAX_SETS", 30)
    found = entry(patterns)
    assert found["verdict"] == "unknown"
    assert "a larger beta" in found["reason"]["text"]
    monkeypatch.setattr(ball_minima, "MAX_SETS", 31)
    assert entry(patterns)["verdict"] == "pass"
    monkeypatch.setattr(ball_minima, "MAX_PRODUCTS", 24)
    assert entry(patterns)["verdict"] == "unknown"
    monkeypatch.setattr(ball_minima, "MAX_PRODUCTS", 25)
    assert entry(patterns)["verdict"] == "pass"


@pytest.mark.parametrize(
    "changes",
    [
        {"function": "tanh"},
        {"leak": "true"},
        {"bias": 1},
        {"more": "  w: {kind: diagonal, layers: [x, x], weights: 1}"},
        {"more": "energy: sum(x^2)"},
    ],
)
def test_models_of_another_structure_are_not_concerned(changes: dict[str, Any]) -> None:
    patterns = [[0], [1]]
    if "weights: 1" in changes.get("more", ""):
        changes = {"more": changes["more"].replace("weights: 1", "weights: [1]")}
    found = entry(patterns, **changes)
    assert found["verdict"] == "not-applicable"
    assert "one identity layer" in found["reason"]["text"]


def test_all_checks_include_this_one_only_where_there_is_such_a_synapse() -> None:
    text = TEXT.format(n=1, function="identity", leak="false", bias=0, patterns=[[1]], beta=1, more="")
    everything = text.replace("[emergent_minima]", "all")
    assert "emergent_minima" in [check.name for check, _, _ in requested(parse_spec(everything))]
    other = "{hopverify: 1, name: n, layers: {x: {size: 1, lagrangian: relu}}, checks: all%s}"
    assert "emergent_minima" not in [check.name for check, _, _ in requested(parse_spec(other % ""))]
    expecting = parse_spec(other % ", expect: {emergent_minima: pass}")
    assert "emergent_minima" in [check.name for check, _, _ in requested(expecting)]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("layers: [x]", "layers: [x, y]", "joins a layer with itself"),
        ("layers: [x]", "layers: [x, x, x]", "joins 1 or 2 layers"),
        ("patterns: [[1]]", "patterns: [[[1]]]", "rows of a matrix"),
        ("patterns: [[1]]", "patterns: [[1, 2]]", "expected shape 1×1"),
        ("beta: 1", "beta: 0", "greater than 0"),
        ("epsilon: 1/100", "epsilon: 0", "greater than 0"),
    ],
)
def test_a_synapse_that_does_not_fit_is_told_so(old: str, new: str, message: str) -> None:
    text = TEXT.format(n=1, function="identity", leak="false", bias=0, patterns=[[1]], beta=1, more="")
    text = text.replace("synapses:", "  y: {size: 1, lagrangian: relu}\nsynapses:").replace(old, new)
    with pytest.raises(SpecError) as caught:
        build_model(parse_spec(text))
    assert message in str(caught.value)


def test_minima_in_words() -> None:
    rows = [{"members": [k, k + 1], "state": ["1/2"], "stored": False, "radius": "1/4"} for k in range(12)]
    told = {"minima": rows, "count": 12, "emergent": 12, "patterns": 13, "stored": 0, "flat_beyond": "1"}
    said = minima_in_words(told)
    assert said[0] == "12 local minima: 0 of 13 patterns, and 12 emergent"
    assert said[2] == "emergent: x = (1/2), the centroid of patterns 0, 1; attracts what is within 1/4"
    assert said[-1] == "and 2 more: --json shows all"
    assert minima_in_words(told | {"emergent": 300})[-1] == "and 290 more: --json shows 12"
    assert minima_in_words(None) == minima_in_words({"count": 1}) == []
    one = told | {"minima": rows[:1], "count": 1, "emergent": 1, "patterns": 2}
    assert minima_in_words(one)[0] == "1 local minimum: 0 of 2 patterns, and 1 emergent"
