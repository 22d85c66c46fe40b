"""Checks of models of spins: known answers, each beside the one next to it, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from hopverify.certificate import parse_certificate
from hopverify.checker import check_certificate
from hopverify.errors import CertificateRejected, SpecError
from hopverify.networks import any_model, build_model
from hopverify.pipeline import verify
from hopverify.spec import ModelSpec, parse_spec, read_spec

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "discrete.md").read_text(encoding="utf-8")


def spec(weights: str, check: str, *, update: str = "asynchronous", size: int = 2, more: str = "") -> ModelSpec:
    return parse_spec(
        f"hopverify: 1\nname: spins\nlayers:\n  s: {{size: {size}, states: spins{more}}}\n"
        f"synapses:\n  w: {{layers: [s, s], kind: dense, weights: {weights}}}\nupdate: {update}\nchecks: [{check}]\n"
    )


def decided(asked: ModelSpec) -> tuple[str, Mapping[str, Any]]:
    certificate = verify(asked, samples=200)
    check_certificate(asked, parse_certificate(certificate.to_json()))
    (entry,) = certificate.results
    return entry["verdict"], entry["obligations"][0].get("data", {})


SYMMETRIC, CYCLIC = "[[0, 1], [1, 0]]", "[[0, 1], [-1, 0]]"


@pytest.mark.parametrize(
    ("weights", "update", "descends", "rests"),
    [
        (SYMMETRIC, "asynchronous", "pass", "pass"),
        (SYMMETRIC, "synchronous", "pass", "fail"),
        ("[[1, 1], [1, 1]]", "synchronous", "pass", "pass"),
        (CYCLIC, "asynchronous", "pass", "fail"),
        # A positive diagonal matrix makes the weights symmetric: runs rest, by another energy than the stated one.
        ("[[0, 1], [2, 0]]", "asynchronous", "pass", "pass"),
        ("[[-1, 0], [0, 0]]", "asynchronous", "pass", "fail"),
        ("[[-1, 0], [0, 0]]", "{order: asynchronous, rule: energy}", "pass", "pass"),
    ],
)
def test_two_neurons_by_hand(weights: str, update: str, descends: str, rests: str) -> None:
    assert decided(spec(weights, "spin_energy_descent", update=update))[0] == descends
    assert decided(spec(weights, "spin_convergence", update=update))[0] == rests


def test_a_tie_keeps_what_is_there() -> None:
    # The drive is 0 at every state of the first neuron's, so each state rests; a bias of any size decides.
    nothing = "[[0, 0], [0, 0]]"
    assert decided(spec(nothing, "spin_fixed_points"))[1]["count"] == 4
    assert decided(spec(nothing, "spin_fixed_points", more=", bias: [1e-300, 0]"))[1]["count"] == 2


def test_a_bias_that_the_energy_leaves_out_makes_it_rise() -> None:
    out = ", bias: [2, 0], bias_in_energy: false"
    assert decided(spec(SYMMETRIC, "spin_energy_descent", more=out))[0] == "fail"
    assert decided(spec(SYMMETRIC, "spin_convergence", more=out))[0] == "pass"


MEMORY = "memories:\n  m: {layer: s, patterns: [[1, 1, 1, 1, 1]]}\n"


@pytest.mark.parametrize(("flips", "verdict"), [(0, "pass"), (1, "pass"), (2, "pass"), (3, "fail")])
def test_flips_of_one_pattern_of_five_neurons(flips: int, verdict: str) -> None:
    # With W_ij = 1, i ≠ j, a neuron sees four others: two flipped leave a tie, which keeps a neuron that is right.
    weights = str([[int(i != j) for j in range(5)] for i in range(5)])
    text = (
        "hopverify: 1\nname: spins\nlayers: {s: {size: 5, states: spins}}\n"
        f"synapses: {{w: {{kind: dense, layers: [s, s], weights: {weights}}}}}\nupdate: asynchronous\n"
        f"{MEMORY}checks: [{{spin_correction: {{flips: {flips}}}}}]\n"
    )
    assert decided(parse_spec(text))[0] == verdict


def test_continuous_checks_do_not_concern_spins_nor_the_other_way_round() -> None:
    (entry,) = verify(spec(SYMMETRIC, "energy_descent")).results
    assert entry["verdict"] == "not-applicable"
    flow = parse_spec(
        "hopverify: 1\nname: flow\nlayers: {x: {size: 1, lagrangian: tanh}}\nchecks: [spin_convergence]\n"
    )
    (entry,) = verify(flow).results
    assert entry["verdict"] == "not-applicable"
    everything = parse_spec(re.sub(r"checks: .*", "checks: all", _text(SYMMETRIC)))
    assert {entry["check"][:5] for entry in verify(everything).results} == {"spin_"}


def _text(weights: str) -> str:
    return (
        "hopverify: 1\nname: spins\nlayers:\n  s: {size: 2, states: spins}\n"
        f"synapses:\n  w: {{layers: [s, s], kind: dense, weights: {weights}}}\nupdate: asynchronous\nchecks: all\n"
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("update: asynchronous\n", ""), "update"),
        (("states: spins", "states: spin"), "spins"),
        (("states: spins", "states: spins, tau: 1"), "tau"),
        (("states: spins", "states: spins, lagrangian: tanh"), "lagrangian"),
        (("update: asynchronous", "update: at random"), "asynchronous"),
        (("update: asynchronous", "update: {rule: energy}"), "asynchronous"),
        (("update: asynchronous", "update: {order: asynchronous, when: now}"), "unknown key 'when'"),
        (("update: asynchronous", "update: {order: asynchronous, rule: 3}"), "drive or energy"),
        (("update: asynchronous", "update: asynchronous\nenergy: sum(s)"), "no such key"),
        (("size: 2, states: spins}", "size: 2, lagrangian: tanh}"), "only layers with"),
        (("size: 2, states: spins}", "size: 2, states: spins}\n  x: {size: 2, lagrangian: tanh}"), "has no others"),
        (
            ("checks: all", "memories: {m: {layer: s, patterns: [[1, 1]]}}\nchecks: [{spin_correction: {memory: k}}]"),
            "no memory is called",
        ),
        (
            (
                "checks: all",
                "memories: {m: {layer: s, patterns: [[1, 1]]}}\nchecks: [{spin_correction: {at_least: 2}}]",
            ),
            "1 patterns only",
        ),
        (("weights: [[0, 1], [1, 0]]", "weights: {values: [[0, 1], [1, 0]], tolerance: 0.1}"), "must be exact"),
        (("checks: all", "memories: {m: {layer: s, patterns: [[1, 0.5]]}}\nchecks: all"), "1 and -1 only"),
        (("checks: all", "checks: [{spin_correction: {flips: 3}}]"), "no memories"),
        (
            ("checks: all", "memories: {m: {layer: s, patterns: [[1, 1]]}}\nchecks: [{spin_correction: {flips: 3}}]"),
            "2 n",
        ),
    ],
)
def test_what_is_wrong_is_said(change: tuple[str, str], message: str) -> None:
    text = _text(SYMMETRIC)
    assert change[0] in text
    wrong = text.replace(*change)
    if message == "no memories":
        (entry,) = verify(parse_spec(wrong)).results
        assert message in entry["reason"]["text"]
        return
    with pytest.raises(SpecError, match=message):
        verify(parse_spec(wrong))


def test_a_model_of_spins_has_no_flow() -> None:
    asked = spec(SYMMETRIC, "spin_convergence")
    any_model(asked)
    with pytest.raises(SpecError, match="this needs a model whose states follow a flow"):
        build_model(asked)


def test_a_list_of_fixed_points_cannot_be_shortened() -> None:
    asked = spec(SYMMETRIC, "spin_fixed_points")
    certificate = verify(asked)
    for old, new in (('"count":2', '"count":1'), ('"++"', '"+-"')):
        text = certificate.to_json()
        assert old in text
        with pytest.raises(CertificateRejected):
            check_certificate(asked, parse_certificate(text.replace(old, new)))


def test_the_page_shows_what_is_found() -> None:
    certificate = verify(read_spec(ROOT / "specs" / "hopfield-1982.yaml"))
    points = certificate.results[2]["obligations"][0]["data"]
    assert f"{points['count']} fixed points" in PAGE
    for point in points["fixed_points"]:
        assert f"{point['state']['s']} = {point['patterns'][0]}, E = {point['energy']}" in PAGE
    links = re.findall(r"\]\(\.\./(specs/[^)]+)\)", PAGE)
    assert len(links) >= 5
    assert all((ROOT / link).is_file() for link in links)


def test_a_pattern_of_one_of_several_layers_is_no_state() -> None:
    asked = parse_spec(
        "hopverify: 1\nname: two\nlayers: {a: {size: 1, states: spins}, b: {size: 1, states: spins}}\n"
        "synapses: {w: {kind: dense, layers: [a, b], weights: [[1]]}}\nupdate: synchronous\n"
        "memories: {m: {layer: a, patterns: [[1]]}}\n"
    )
    entries = {entry["check"]: entry for entry in verify(asked).results}
    assert entries["spin_correction"]["verdict"] == "not-applicable"
    # Both at once, each takes the other's sign: a cycle unless they agree.
    assert entries["spin_convergence"]["verdict"] == "fail"
    points = entries["spin_fixed_points"]["obligations"][0]["data"]["fixed_points"]
    assert [point["state"] for point in points] == [{"a": "-", "b": "-"}, {"a": "+", "b": "+"}]


def large(kind: str, update: str, check: str, *, size: int = 40, count: int = 3) -> ModelSpec:
    patterns = [[1 if (i >> k) & 1 else -1 for i in range(size)] for k in range(count)]
    return parse_spec(
        f"hopverify: 1\nname: large\nlayers: {{s: {{size: {size}, states: spins}}}}\n"
        f"synapses: {{w: {kind.replace('PATTERNS', str(patterns))}}}\nupdate: {update}\n"
        f"memories: {{m: {{layer: s, patterns: {patterns}}}}}\nchecks: [{check}]\n"
    )


def inhibition(size: int) -> str:
    """Return a synapse by which all neurons inhibit each other, and themselves by more than one of the others does."""
    weights = [[-2 if i != j else -3 for j in range(size)] for i in range(size)]
    return f"{{kind: dense, layers: [s, s], weights: {weights}}}"


HEBBIAN = "{kind: hebbian, layers: [s], patterns: PATTERNS, zero_diagonal: true, scale: SCALE}"
ROTATION = str([[int((i + 1) % 40 == j) for j in range(40)] for i in range(40)])


@pytest.mark.parametrize(
    ("kind", "update", "check", "verdict"),
    [
        (inhibition(40), "asynchronous", "spin_energy_descent", "fail"),
        (inhibition(40), "asynchronous", "spin_convergence", "fail"),
        (inhibition(40), "synchronous", "spin_energy_descent", "fail"),
        (inhibition(40), "synchronous", "spin_convergence", "fail"),
        (f"{{kind: dense, layers: [s, s], weights: {ROTATION}}}", "synchronous", "spin_convergence", "fail"),
        (f"{{kind: dense, layers: [s, s], weights: {ROTATION}}}", "asynchronous", "spin_energy_descent", "unknown"),
        (HEBBIAN.replace("SCALE", "1"), "asynchronous", "{spin_correction: {flips: 3}}", "pass"),
        (HEBBIAN.replace("SCALE", "1"), "asynchronous", "{spin_correction: {flips: 20}}", "fail"),
        (HEBBIAN.replace("SCALE", "1"), "synchronous", "{spin_correction: {flips: 40}}", "fail"),
        (HEBBIAN.replace("SCALE", "-1"), "synchronous", "{spin_correction: {flips: 0}}", "fail"),
        (
            "{kind: associative, layers: [s], patterns: PATTERNS, function: z^4}",
            "synchronous",
            "spin_convergence",
            "pass",
        ),
        (
            "{kind: associative, layers: [s], patterns: PATTERNS, function: z^3}",
            "synchronous",
            "spin_energy_descent",
            "unknown",
        ),
        ("{kind: expression, layers: [s], energy: -sum(s^3)}", "synchronous", "spin_fixed_points", "unknown"),
    ],
)
def test_forty_neurons(kind: str, update: str, check: str, verdict: str) -> None:
    assert decided(large(kind, update, check))[0] == verdict


def test_no_search_begins_where_it_would_be_cut_off() -> None:
    asked = large("{kind: hebbian, layers: [s], patterns: PATTERNS}", "synchronous", "spin_fixed_points", size=70)
    (entry,) = verify(asked).results
    assert entry["verdict"] == "unknown"
    assert entry["reason"]["code"] == "too_many_states"
