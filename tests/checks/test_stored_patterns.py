"""When a pattern is stored, and when retrieved: right answers by hand, from networks that forget to ones that keep."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from hopverify import verify
from hopverify.certificate import parse_certificate
from hopverify.checker import check_certificate
from hopverify.errors import SpecError
from hopverify.interop.arrays import hopfield_network
from hopverify.numerics import cells
from hopverify.spec import ExactArray, parse_spec


def answer(body: str, check: str) -> Mapping[str, Any]:
    """Return the one entry of a certificate that the checker accepts."""
    spec = parse_spec(f"hopverify: 1\nname: stored\n{body}checks: [{check}]\n")
    certificate = verify(spec)
    check_certificate(spec, parse_certificate(certificate.to_json()))
    (entry,) = certificate.results
    return entry


def rows(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    data = entry["obligations"][0]["data"]
    return list(data.get("cells") or data["memories"])


def attention(patterns: Any, beta: str) -> str:
    K, d = np.shape(patterns)
    hidden = f"{{size: {K}, lagrangian: {{softmax: {{beta: {beta}}}}}, tau: 0}}"
    return (
        f"layers: {{v: {{size: {d}, lagrangian: identity}}, h: {hidden}}}\n"
        f"synapses: {{xi: {{kind: dense, layers: [h, v], weights: {json.dumps(np.asarray(patterns).tolist())}}}}}\n"
        "memories: {m: {layer: v, patterns: {same_as: xi}}}\n"
    )


def pair(weights: str, patterns: str, lagrangian: str = "tanh") -> str:
    return (
        f"layers: {{x: {{size: 2, lagrangian: {lagrangian}}}}}\n"
        f"synapses: {{w: {{kind: dense, layers: [x, x], weights: {weights}}}}}\n"
        f"memories: {{m: {{layer: x, patterns: {patterns}}}}}\n"
    )


def hebbian(signs: Any, gain: str) -> str:
    listed = json.dumps(np.asarray(signs).tolist())
    return (
        f"layers: {{x: {{size: {np.shape(signs)[1]}, lagrangian: {{tanh: {{beta: {gain}}}}}}}}}\n"
        f"synapses: {{w: {{kind: hebbian, layers: [x], patterns: {listed}, zero_diagonal: true}}}}\n"
        "memories: {m: {layer: x, patterns: {same_as: w.patterns}}}\n"
    )


THREE = np.eye(3, 4, dtype=int)
SIX = np.random.default_rng(0).choice([-1, 1], size=(6, 64))


@pytest.mark.parametrize("beta", ["0.01", "1"])
@pytest.mark.parametrize("least", ["1", "3"])
def test_a_warm_memory_has_one_equilibrium_the_mean(beta: str, least: str) -> None:
    """At (1, 1, 1, 0)/3 it lies √(2/3) from each pattern, more than half of √2, or of 1."""
    entry = answer(attention(THREE, beta), f"{{memory_retrieval: {{at_least: {least}}}}}")
    assert (entry["verdict"], entry["method"]) == ("fail", ["kernel (too few stored patterns, by list)"])
    assert entry["obligations"][0]["data"] == {"all_equilibria": 1, "owned_at_most": 0, "asked": int(least)}
    assert answer(attention(THREE, beta), "{equilibria: {near: m}}")["verdict"] == "fail"


def test_two_unit_patterns_in_64_dimensions_share_one_equilibrium() -> None:
    drawn = np.round(np.random.default_rng(0).normal(size=(2, 64)) / 8 * 256) / 256
    assert answer(attention(drawn, "1/8"), "memory_retrieval")["verdict"] == "fail"


def test_a_lone_equilibrium_may_be_the_own_one_of_one_pattern() -> None:
    """The far pattern pulls the mean of (0, 1) and (9, 0) away; with a small bias all weight is the first's."""
    body = attention([[0, 1], [0.25, 1]], "1")
    assert answer(body, "memory_retrieval")["verdict"] == "fail"
    # The mean lies 1/8 from each, exactly half of their distance: the own one of none.
    assert answer(body, "{memory_retrieval: {at_least: 1}}")["verdict"] != "pass"


@pytest.mark.parametrize("check", ["basin_cells", "{basin_cells: {flips: 10}}", "{equilibria: {near: m}}"])
def test_a_network_that_forgets_stores_nothing(check: str) -> None:
    entry = answer(hebbian(SIX, "0.5"), check)
    assert (entry["verdict"], entry["method"]) == ("fail", ["kernel (too few stored patterns, by list)"])
    # Alone, too, a pattern that flows to 0 is none: there the layer rests without synapses.
    assert answer(hebbian(SIX[:1], "0.5"), check)["verdict"] == "fail"
    assert (
        answer(pair("[[0, 0.5], [0.5, 0]]", "[[1, 1], [1, -1], [5, -7]]"), check.replace("10", "2"))["verdict"]
        == "fail"
    )


@pytest.mark.parametrize("check", ["basin_cells", "{equilibria: {near: m}}"])
def test_a_network_of_a_larger_gain_stores_all(check: str) -> None:
    entry = answer(hebbian(SIX, "4"), check)
    assert entry["verdict"] == "pass"
    assert [row["verdict"] for row in rows(entry)] == ["pass"] * 6


@pytest.mark.parametrize("check", ["basin_cells", "{equilibria: {near: m}}"])
def test_a_pattern_and_its_mirror_image_are_two(check: str) -> None:
    body = hebbian([[1, 1, -1, 1, -1, 1]], "6").replace(
        "{same_as: w.patterns}", "[[1, 1, -1, 1, -1, 1], [-1, -1, 1, -1, 1, -1]]"
    )
    assert answer(body, check)["verdict"] == "pass"


@pytest.mark.parametrize("check", ["basin_cells", "equilibria"])
def test_a_pattern_that_flows_elsewhere_is_not_stored(check: str) -> None:
    body = pair("[[0, 2], [2, 0]]", "[[1, 1], [3, -1]]")
    near = "near: m, " if check == "equilibria" else ""
    assert answer(body, f"{{{check}: {{{near}at_least: 2}}}}")["verdict"] == "fail"
    entry = answer(body, f"{{{check}: {{{near}at_least: 1}}}}")
    assert entry["verdict"] == "pass"
    stored, other = rows(entry)
    assert stored["verdict"] == "pass"
    assert (other["verdict"], other["why"], other["rival"]) == ("unknown", "far", "the layer without synapses")


def test_one_equilibrium_is_not_counted_three_times() -> None:
    body = pair("[[0.5, 0], [0, 0.5]]", "[[0.5, 0.5], [-0.5, -0.5], [0.5, -0.5]]")
    for check in ("{equilibria: {near: m}}", "basin_cells", "{equilibria: {near: m, at_least: 1}}"):
        assert answer(body, check)["verdict"] == "fail"


def test_a_mixture_of_three_centres_with_two_stable_equilibria() -> None:
    """Two centres lie so close that their modes have merged: each is 0.5 away from the other, at a variance of 1."""
    body = attention([[0, 0], [0.5, 0], [6, 0]], "1").replace("tau: 0}}", "tau: 0, bias: [0, -0.125, -18]}}")
    assert answer(body, "{equilibria: {near: m}}")["verdict"] != "pass"
    found = [row["verdict"] for row in rows(answer(body, "{equilibria: {near: m, at_least: 1}}"))]
    assert found[2] == "pass"
    assert "unknown" in found[:2]


def test_copies_are_one_pattern() -> None:
    body = pair("[[3, 0], [0, 3]]", "[[3, 3], [3, 3], [3, -3]]")
    assert answer(body, "basin_cells")["verdict"] == "pass"
    assert answer(body, "{basin_cells: {at_least: 2}}")["verdict"] == "pass"
    # Beyond its ends hard tanh tells no states apart.
    body = pair("[[3, 0], [0, 3]]", "[[2, 2], [3, 4], [2, -2]]", "hard_tanh")
    assert answer(body, "{basin_cells: {at_least: 2}}")["verdict"] == "pass"


def test_an_equilibrium_with_a_wrong_sign_may_be_another_one() -> None:
    """The equilibrium (1.9, …, 1.9) has one sign of the pattern wrong."""
    n = 8
    W = (np.ones((n, n)) - np.eye(n)) / 4
    pattern = [[1] * (n - 1) + [-1]]
    body = (
        f"layers: {{x: {{size: {n}, lagrangian: {{tanh: {{beta: 3}}}}}}}}\n"
        f"synapses: {{w: {{kind: dense, layers: [x, x], weights: {W.tolist()}}}}}\n"
        f"memories: {{m: {{layer: x, patterns: {pattern}}}}}\n"
    )
    # Half the distance to the layer without synapses is √8/2 < 2: with errors, too, it is another pattern's place.
    for errors in (0, 1):
        entry = answer(body, f"{{equilibria: {{near: m, errors: {errors}}}}}")
        assert (entry["verdict"], entry["obligations"][0]["data"]["owned_at_most"]) == ("fail", 0)


@pytest.mark.parametrize(
    ("check", "message"),
    [
        ("{basin_cells: {at_least: 0}}", "at_least: must be at least 1, got 0"),
        ("{equilibria: {near: m, at_least: 0}}", "at_least: must be at least 1, got 0"),
        ("{equilibria: {near: m, at_least: 4}}", "m holds 2 patterns only"),
        ("{basin_cells: {at_least: 4}}", "m holds 2 patterns only"),
        ("{basin_cells: {errors: 1}}", "counts wrong signs of patterns whose entries are all a or -a"),
        ("{equilibria: {at_least: 1}}", "is about the patterns of a memory: name one by `near`"),
        ("{equilibria: {errors: 1}}", "is about the patterns of a memory: name one by `near`"),
    ],
)
def test_what_cannot_be_asked_is_told(check: str, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        answer(pair("[[3, 0], [0, 3]]", "[[3, 3], [2, -3]]"), check)


def test_what_power_iteration_takes_for_definite_is_factorised(monkeypatch: pytest.MonkeyPatch) -> None:
    """A projection has its largest eigenvalue many times over: a few steps from a chance vector fall short of it."""
    monkeypatch.setattr(cells, "FACTORISED", 0)
    signs = np.where(np.random.default_rng(1).random((6, 60)) < 0.5, -1, 1)
    network = hopfield_network(ExactArray.of(signs), "pseudo_inverse")
    (entry,) = [each for each in verify(network).results if each["check"] == "basin_cells"]
    assert (entry["verdict"], entry["obligations"][0]["data"]["certified"]) == ("pass", 6)


# The equilibrium is (8/7, 6/7); no small box around it is kept, whose targets move by six times its width.
STEEP, BIASED = "[[-3, 3], [3, -3]]", "identity, bias: [2, 0]"
BY_ONE = ["kernel (retrieved patterns, by one)"]


@pytest.mark.parametrize("check", ["basin_cells", "{basin_cells: {flips: 2}}"])
def test_any_box_is_a_cell_where_one_equilibrium_attracts_everything(check: str) -> None:
    entry = answer(pair(STEEP, "[[1, 1]]", BIASED), check)
    assert (entry["verdict"], entry["method"]) == ("pass", BY_ONE)
    told = entry["obligations"][0]["data"]
    assert (told["certified"], told["patterns"], told["basin"]) == (1, 1, "all states")
    assert [row["verdict"] for row in told["cells"]] == ["pass"]


def test_one_that_attracts_everything_is_the_own_one_of_one_pattern_in_activation() -> None:
    """Half the distance from (1, 1) to (2, 0) is 0.707; (2, 1/10) is nearer to where the layer rests without W."""
    entry = answer(pair(STEEP, "[[1, 1], [-1, 1]]", BIASED), "{basin_cells: {at_least: 1}}")
    assert (entry["verdict"], [row["verdict"] for row in rows(entry)]) == ("pass", ["pass", "unknown"])
    assert rows(entry)[1]["why"] == "far"
    assert answer(pair(STEEP, "[[2, '1/10']]", BIASED), "basin_cells")["verdict"] == "fail"
    # In a box, tanh(1.45) = 0.896; that of the pattern is 0.995, of the layer without W 0.762.
    entry = answer(pair(STEEP, "[[1, 1]]", "tanh, bias: [2, 0]"), "basin_cells")
    assert (entry["verdict"], entry["method"]) == ("pass", BY_ONE)


@pytest.mark.parametrize(
    ("lagrangian", "energy", "stability"), [("tanh", "-sum(x^2)/4", "stable"), ("tanh", "-sum(x^2)", "unstable")]
)
def test_models_whose_drives_are_expressions_have_equilibria_beside_patterns(
    lagrangian: str, energy: str, stability: str
) -> None:
    body = (
        f"layers: {{x: {{size: 1, lagrangian: {lagrangian}}}}}\n"
        f"synapses: {{w: {{kind: expression, layers: [x], energy: '{energy} + sum(x^4)/16'}}}}\n"
        "memories: {m: {layer: x, patterns: [[0]]}}\n"
    )
    (row,) = rows(answer(body, "{equilibria: {near: m}}"))
    assert (row["verdict"], row["stability"]) == ("unknown", stability)


def test_a_pattern_beside_a_drive_that_is_an_expression_is_stored() -> None:
    body = (
        "layers: {x: {size: 1, lagrangian: tanh}}\nsynapses: {w: {kind: expression, layers: [x], energy: -sum(x^2)}}\n"
        "memories: {m: {layer: x, patterns: [[2]]}}\n"
    )
    entry = answer(body, "{equilibria: {near: m}}")
    assert (entry["verdict"], entry["method"]) == ("pass", ["kernel (stored patterns, by each)"])
