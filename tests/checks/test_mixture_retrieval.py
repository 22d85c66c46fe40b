"""`memory_retrieval` with `near`: balls around states that are no patterns."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from hopverify.certificate import parse_certificate
from hopverify.checker import check_certificate
from hopverify.errors import CertificateRejected, SpecError
from hopverify.pipeline import verify
from hopverify.reporting.mixtures import mixtures_in_words
from hopverify.spec import ModelSpec, parse_spec, read_spec

SPECS = Path(__file__).parents[2] / "specs"
STATES = "[[2, 0], [-2, 0]]"


def network(
    check: str = "{near: states}", *, hidden: str = "{softmax: {beta: 2}}", states: str = STATES, more: str = ""
) -> ModelSpec:
    return parse_spec(f"""
hopverify: 1
name: mixtures
layers:
  v: {{size: 2, lagrangian: identity}}
  h: {{size: 3, lagrangian: {hidden}, tau: 0}}
synapses:
  xi: {{kind: dense, layers: [h, v], weights: {{values: [[2, 0.25], [2, -0.25], [-2, 0]]{more}}}}}
memories:
  states: {{layer: v, patterns: {states}}}
  hidden: {{layer: h, patterns: [[1, 0, 0]]}}
checks: [{{memory_retrieval: {check}}}]
""")


def entry(spec: ModelSpec) -> Any:
    certificate = verify(spec)
    check_certificate(spec, parse_certificate(certificate.to_json()))
    (found,) = certificate.results
    return found


def test_states_between_patterns_are_retrieved() -> None:
    found = entry(network())
    assert "each of the 2 states of states comes to rest: it has a ball" in found["statement"]
    assert (found["verdict"], found["method"], found["subject"]) == ("pass", ["mixture_balls"], "states")
    data = found["obligations"][0]["data"]
    assert [row["weights"][0]["name"] for row in data["mixtures"]] == ["xi[0]", "xi[2]"]


def test_names_are_those_of_the_memories() -> None:
    spec = read_spec(SPECS / "metastable.yaml")
    (found,) = [each for each in verify(spec).results if each["check"] == "memory_retrieval"]
    rows = found["obligations"][0]["data"]["mixtures"]
    assert rows[0]["name"] == "states[0]"
    assert [told["name"] for told in rows[0]["weights"]] == ["keys[0] (left)", "keys[1] (right)"]
    labelled = network().memories["states"]
    assert labelled.labels is None


def test_labels_of_states_are_shown() -> None:
    text = network().source.document.text.replace(f"patterns: {STATES}", f"patterns: {STATES}, labels: [pair, away]")
    found = entry(parse_spec(text))
    assert [row["name"] for row in found["obligations"][0]["data"]["mixtures"]] == [
        "states[0] (pair)",
        "states[1] (away)",
    ]


def test_a_state_on_the_watershed_is_unknown() -> None:
    between = "[[2, 0], [0, 0]]"
    found = entry(network(states=between))
    assert found["verdict"] == "unknown"
    assert found["reason"]["code"] == "margin_too_small"
    assert entry(network("{near: states, at_least: 1}", states=between))["verdict"] == "pass"


def test_uncertain_weights_are_not_covered() -> None:
    assert entry(network(more=", tolerance: 1e-9"))["verdict"] == "unknown"


@pytest.mark.parametrize("hidden", ["ghostmax", "sparsemax"])
def test_only_softmax_is_covered(hidden: str) -> None:
    found = entry(network(hidden=hidden))
    assert found["verdict"] == "not-applicable"
    assert "needs a softmax layer" in found["reason"]["text"]


@pytest.mark.parametrize(
    ("check", "told"),
    [
        ("{near: state}", "no memory is called 'state'; did you mean 'states'"),
        ("{near: hidden}", "hidden is a memory of layer h; name one of v"),
        ("{near: states, beta: 2}", "leave `beta` out"),
        ("{near: states, at_least: 3/2}", "must be a whole number"),
    ],
)
def test_parameters_that_do_not_fit_are_told(check: str, told: str) -> None:
    with pytest.raises(SpecError, match=told):
        verify(network(check))


def test_a_larger_radius_is_rejected() -> None:
    spec = network()
    text = verify(spec).to_json()
    radius = parse_certificate(text).results[0]["obligations"][0]["evidence"]["radii"][0]
    forged = text.replace(f'"{radius}"', f'"{Fraction(radius) * 2}"')
    assert forged != text
    with pytest.raises(CertificateRejected):
        check_certificate(spec, parse_certificate(forged))


def test_words_of_many_states_and_weights() -> None:
    weights = [{"name": f"k{j}", "lower": "1/6", "upper": "1/5"} for j in range(6)]
    rows = [{"name": f"s{k}", "verdict": "pass", "radius": "1", "distance": "0", "weights": weights} for k in range(12)]
    lines = mixtures_in_words({"certified": 12, "states": 12, "mixtures": rows})
    assert len(lines) == 12
    assert lines[1].endswith("k3 0.166 to 0.200 and 2 more")
    assert lines[-1].startswith("and 2 more")
    assert mixtures_in_words(None) == mixtures_in_words({}) == []
    left = mixtures_in_words({"certified": 0, "states": 1, "mixtures": [{"name": "s", "verdict": "unknown"}]})
    assert left[-1] == "s: not certified"
