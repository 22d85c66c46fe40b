"""A certificate that was changed is refused: each kind of tampering, on certificates that are accepted unchanged."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hopverify.certificate import parse_certificate
from hopverify.checker import check_certificate
from hopverify.errors import CertificateRejected
from hopverify.pipeline import verify
from hopverify.spec import ModelSpec, parse_spec, read_spec
from tests.profiles import long_but

SPECS = Path(__file__).parents[2] / "specs"

SUBDIVIDED = """
hopverify: 1
name: subdivided
layers:
  x: {size: 2, lagrangian: {expression: "x^2/2 - 2*sech(x)"}}
checks: [lagrangian_convexity]
"""

# What is asked of modern-hopfield beside its memories takes seconds.
MODERN = (SPECS / "modern-hopfield.yaml").read_text(encoding="utf-8")
RETRIEVAL = MODERN.partition("checks:")[0] + "checks: [memory_retrieval]\n"

# What is tampered with in the certificates of others; all that could be asked of them takes seconds too.
CHECKS = {
    "negative-gelu": "lagrangian_convexity, energy_descent",
    "negative-clipped-softmax": "activation_is_gradient",
    "negative-two-time-constants": "time_constants",
    "negative-not-symmetrisable": "weight_symmetry",
}

Body = dict[str, Any]


@cache
def spec_named(name: str) -> ModelSpec:
    own = {"subdivided": SUBDIVIDED, "retrieval": RETRIEVAL}
    if name in CHECKS:
        text = (SPECS / f"{name}.yaml").read_text(encoding="utf-8")
        return parse_spec(f"{text.partition('checks:')[0]}checks: [{CHECKS[name]}]\n")
    return parse_spec(own[name]) if name in own else read_spec(SPECS / f"{name}.yaml")


@cache
def text_of(name: str) -> str:
    return verify(spec_named(name)).to_json()


def body_of(name: str) -> Body:
    return copy.deepcopy(json.loads(text_of(name)))


def entry(body: Body, check: str) -> Body:
    return next(result for result in body["results"] if result["check"] == check)


def evidence(body: Body, check: str, rule: str) -> Body:
    rows = [row for result in body["results"] if result["check"] == check for row in result["obligations"]]
    return next(row["evidence"] for row in rows if row.get("evidence", {}).get("rule") == rule)


def claimed(body: Body, check: str, claim: str) -> Body:
    rows = [row for result in body["results"] if result["check"] == check for row in result["obligations"]]
    claims: list[Body] = [row["evidence"]["claim"] for row in rows if "claim" in row.get("evidence", {})]
    return next(each for each in claims if each["claim"] == claim)


QUICK = (
    "hopfield-1984", "relu-pair", "softmax-memory", "epanechnikov",
    "synchronous-spins", "step-size-tanh", "two-layer-cells", "energy-transformer-runaway", "dense-associative-spins",
)  # fmt: skip
"""A spec of each family; the others are verified and checked with the long tests, and by every landing."""


@pytest.mark.parametrize("path", long_but(QUICK, sorted(SPECS.glob("*.yaml"))))
def test_untouched_certificates_are_accepted(path: Path) -> None:
    spec = read_spec(path)
    certificate = parse_certificate(verify(spec).to_json() if path.stem in CHECKS else text_of(path.stem))
    assert str(check_certificate(spec, certificate)) == certificate.verdict == "pass"


def test_the_subdivided_certificate_is_what_its_name_says() -> None:
    assert evidence(body_of("subdivided"), "lagrangian_convexity", "kernel")["proof"]["cuts"]
    check_certificate(spec_named("subdivided"), parse_certificate(text_of("subdivided")))


def another_digest(body: Body) -> None:
    body["spec"]["digest"] = "0" * 64


def another_name(body: Body) -> None:
    body["spec"]["name"] = "relu-trio"


def unknown_version(body: Body) -> None:
    body["version"] += 1


def another_format(body: Body) -> None:
    body["format"] = "certificate"


def unknown_top_level_key(body: Body) -> None:
    body["trusted"] = True


def missing_top_level_key(body: Body) -> None:
    del body["arrays"]


def flipped_overall_verdict(body: Body) -> None:
    body["verdict"] = "fail"


def flipped_fail_to_pass(body: Body) -> None:
    entry(body, "energy_flatness")["verdict"] = "pass"


def flipped_pass_to_unknown(body: Body) -> None:
    entry(body, "energy_descent")["verdict"] = "unknown"


def dropped_claim(body: Body) -> None:
    body["results"].pop()


def repeated_claim(body: Body) -> None:
    body["results"].append(body["results"][0])


def swapped_claims(body: Body) -> None:
    body["results"].reverse()


def dropped_obligation(body: Body) -> None:
    entry(body, "energy_descent")["obligations"].pop(0)


def dropped_evidence(body: Body) -> None:
    del entry(body, "energy_descent")["obligations"][0]["evidence"]


def changed_statement(body: Body) -> None:
    entry(body, "energy_descent")["statement"] += ", strictly"


def changed_theory(body: Body) -> None:
    entry(body, "energy_descent")["theory"] = "T99"


def added_assumption(body: Body) -> None:
    entry(body, "energy_descent")["assumptions"].append("the weights are symmetric")


def changed_expectation(body: Body) -> None:
    entry(body, "energy_flatness")["expected"] = "pass"


def changed_method(body: Body) -> None:
    entry(body, "energy_descent")["method"] = ["simulation"]


def unknown_rule(body: Body) -> None:
    evidence(body, "energy_descent", "kernel")["rule"] = "believe_me"


def rule_for_something_else(body: Body) -> None:
    evidence(body, "energy_descent", "kernel")["rule"] = "lure"


def unknown_key_in_evidence(body: Body) -> None:
    evidence(body, "energy_descent", "kernel")["tolerance"] = "1/1000"


def evidence_is_no_object(body: Body) -> None:
    entry(body, "energy_descent")["obligations"][0]["evidence"] = ["composition"]


def changed_outcome(body: Body) -> None:
    entry(body, "energy_flatness")["obligations"][0]["outcome"] = "proved"


def changed_dead_interval(body: Body) -> None:
    entry(body, "energy_flatness")["obligations"][0]["data"]["intervals"] = [["-1", "0"]]


def entry_without_obligations(body: Body) -> None:
    entry(body, "energy_descent")["obligations"] = None


ON_RELU_PAIR = [
    another_digest,
    another_name,
    unknown_version,
    another_format,
    unknown_top_level_key,
    missing_top_level_key,
    flipped_overall_verdict,
    flipped_fail_to_pass,
    flipped_pass_to_unknown,
    dropped_claim,
    repeated_claim,
    swapped_claims,
    dropped_obligation,
    dropped_evidence,
    changed_statement,
    changed_theory,
    added_assumption,
    changed_expectation,
    changed_method,
    unknown_rule,
    rule_for_something_else,
    unknown_key_in_evidence,
    evidence_is_no_object,
    changed_outcome,
    changed_dead_interval,
    entry_without_obligations,
]


def moved_state(body: Body) -> None:
    claimed(body, "lagrangian_convexity", "not convex")["state"] = ["1", "0"]


def no_direction(body: Body) -> None:
    claimed(body, "lagrangian_convexity", "not convex")["direction"] = ["0", "0"]


def short_state(body: Body) -> None:
    claimed(body, "lagrangian_convexity", "not convex")["state"] = ["-2"]


def state_of_floats(body: Body) -> None:
    claimed(body, "lagrangian_convexity", "not convex")["state"] = [-2, 0]


def division_by_zero(body: Body) -> None:
    claimed(body, "lagrangian_convexity", "not convex")["state"] = ["1/0", "0"]


def changed_curvature(body: Body) -> None:
    entry(body, "lagrangian_convexity")["obligations"][0]["data"]["curvature"] = "-1"


def descending_state(body: Body) -> None:
    claimed(body, "energy_descent", "ascent")["state"]["x"] = ["0", "0"]


def state_of_another_layer(body: Body) -> None:
    found = claimed(body, "energy_descent", "ascent")
    found["state"] = {"y": found["state"]["x"]}


ON_GELU = [
    moved_state,
    no_direction,
    short_state,
    state_of_floats,
    division_by_zero,
    changed_curvature,
    descending_state,
    state_of_another_layer,
]


def another_state_of_softmax(body: Body) -> None:
    claimed(body, "time_constants", "incompatible times")["direction"] = ["1", "1", "1"]


def times_of_what_is_not_shown_convex(body: Body) -> None:
    (found,) = (row["evidence"] for each in body["results"] for row in each["obligations"])
    found["proof"]["premises"] = []


def mirrored_pair(body: Body) -> None:
    found = claimed(body, "activation_is_gradient", "no gradient activation")
    found["j"] = found["i"]


def neuron_out_of_range(body: Body) -> None:
    claimed(body, "activation_is_gradient", "no gradient activation")["i"] = 3


def larger_difference(body: Body) -> None:
    claimed(body, "activation_is_gradient", "no gradient activation")["apart"] = "1000000"


def agreeing_cycle(body: Body) -> None:
    claimed(body, "weight_symmetry", "not symmetric")["cycle"] = [0, 1]


def invented_symmetriser(body: Body) -> None:
    found = claimed(body, "weight_symmetry", "not symmetric")
    del found["cycle"]
    found["symmetriser"] = ["1", "1", "1"]


def negative_symmetriser(body: Body) -> None:
    found = claimed(body, "weight_symmetry", "not symmetric")
    found["symmetriser"] = ["-" + number for number in found["symmetriser"]]


def moved_cut(body: Body) -> None:
    evidence(body, "lagrangian_convexity", "kernel")["proof"]["cuts"] = ["1000"]


def enormous_cut(body: Body) -> None:
    evidence(body, "lagrangian_convexity", "kernel")["proof"]["cuts"] = ["1" + "0" * 400]


def unsorted_cuts(body: Body) -> None:
    evidence(body, "lagrangian_convexity", "kernel")["proof"]["cuts"].reverse()


def invented_rewriting(body: Body) -> None:
    evidence(body, "lagrangian_convexity", "kernel")["proof"]["rewritten"] = ["exp", ["state"]]


def _of_first_pattern(body: Body, key: str, value: Any) -> None:
    evidence(body, "memory_retrieval", "retrieval")["sheets"][0][key][0] = value


def enlarged_radius(body: Body) -> None:
    _of_first_pattern(body, "radii", "2")


def shrunk_distance(body: Body) -> None:
    _of_first_pattern(body, "distances", "0")


def distance_beyond_the_radius(body: Body) -> None:
    _of_first_pattern(body, "distances", "4")


def distance_without_a_radius(body: Body) -> None:
    _of_first_pattern(body, "radii", None)


def sheet_for_another_beta(body: Body) -> None:
    evidence(body, "memory_retrieval", "retrieval")["sheets"][0]["beta"] = "5"


def no_sheet(body: Body) -> None:
    evidence(body, "memory_retrieval", "retrieval")["sheets"].clear()


def negative_radius(body: Body) -> None:
    _of_first_pattern(body, "radii", "-1/2")


def radius_that_is_no_double(body: Body) -> None:
    _of_first_pattern(body, "radii", "1/3")


def competitor_out_of_range(body: Body) -> None:
    _of_first_pattern(body, "competitors", 4)


def missing_pattern(body: Body) -> None:
    evidence(body, "memory_retrieval", "retrieval")["sheets"][0]["radii"].pop()


def changed_table(body: Body) -> None:
    entry(body, "memory_retrieval")["obligations"][0]["data"]["memories"][0]["radius"] = "3/4"


ELSEWHERE = [
    ("negative-two-time-constants", another_state_of_softmax),
    ("negative-two-time-constants", times_of_what_is_not_shown_convex),
    ("negative-clipped-softmax", mirrored_pair),
    ("negative-clipped-softmax", neuron_out_of_range),
    ("negative-clipped-softmax", larger_difference),
    ("negative-not-symmetrisable", agreeing_cycle),
    ("negative-not-symmetrisable", invented_symmetriser),
    ("hamux-convention", negative_symmetriser),
    ("subdivided", moved_cut),
    ("subdivided", enormous_cut),
    ("subdivided", unsorted_cuts),
    ("subdivided", invented_rewriting),
    ("retrieval", enlarged_radius),
    ("retrieval", shrunk_distance),
    ("retrieval", distance_beyond_the_radius),
    ("retrieval", distance_without_a_radius),
    ("retrieval", sheet_for_another_beta),
    ("retrieval", no_sheet),
    ("retrieval", negative_radius),
    ("retrieval", radius_that_is_no_double),
    ("retrieval", competitor_out_of_range),
    ("retrieval", missing_pattern),
    ("retrieval", changed_table),
]

CASES = [
    *(("relu-pair", tamper) for tamper in ON_RELU_PAIR),
    *(("negative-gelu", tamper) for tamper in ON_GELU),
    *ELSEWHERE,
]


@pytest.mark.parametrize(("name", "tamper"), CASES, ids=lambda part: getattr(part, "__name__", part))
def test_tampering_is_refused(name: str, tamper: Callable[[Body], None]) -> None:
    body = body_of(name)
    tamper(body)
    with pytest.raises(CertificateRejected):
        check_certificate(spec_named(name), parse_certificate(json.dumps(body)))


def test_a_radius_for_a_digit_without_one_is_refused() -> None:
    body = body_of("digits")
    found = evidence(body, "memory_retrieval", "retrieval")["sheets"][0]
    pattern = found["radii"].index(None)
    found["radii"][pattern], found["distances"][pattern] = "1/8", "1/16"
    with pytest.raises(CertificateRejected, match=f"pattern {pattern}"):
        check_certificate(spec_named("digits"), parse_certificate(json.dumps(body)))


def test_a_certificate_is_for_one_spec_only() -> None:
    changed = parse_spec((SPECS / "relu-pair.yaml").read_text().replace("[0.5, -1]", "[0.5, -1.0000000001]"))
    with pytest.raises(CertificateRejected, match="another spec"):
        check_certificate(changed, parse_certificate(text_of("relu-pair")))


def test_one_unit_in_the_last_place_of_an_array_matters(tmp_path: Path) -> None:
    """The array of the spec is part of what is certified, down to its last bit."""
    (tmp_path / "data").mkdir()
    weights = np.load(SPECS / "data" / "one_ulp.npy")
    weights[2, 2] = np.nextafter(0.0, 1.0)
    np.save(tmp_path / "data" / "one_ulp.npy", weights)
    name = "negative-one-unit-in-the-last-place"
    (tmp_path / "spec.yaml").write_text((SPECS / f"{name}.yaml").read_text())
    with pytest.raises(CertificateRejected):
        check_certificate(read_spec(tmp_path / "spec.yaml"), parse_certificate(text_of(name)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "nonsense",
        '{"format": "hopverify-certificate", "format": "hopverify-certificate"}',
        '{"format": "hopverify-certificate", "version": 2.0}',
        '{"format": "hopverify-certificate", "version": NaN}',
        "[" * 100_000,
    ],
)
def test_what_is_no_certificate_is_refused(text: str) -> None:
    with pytest.raises(CertificateRejected):
        parse_certificate(text)
