"""The checker under attack: mutated certificates and mutated evidence, of specs of every kind and repairs among them.

Whatever is changed in a certificate, the checker refuses it as a :class:`CertificateRejected` and nothing else; or what
is decided is what was decided before (other evidence may prove the same). Evidence alone, which an attacker could
surround with fitting data, never proves what was refuted, or refutes what was proved.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from hopverify import certificate
from hopverify.certificate import parse_certificate, read_certificate
from hopverify.checker import check_certificate
from hopverify.checker.citing import Known, is_entry, remember, whole
from hopverify.checker.deciding import decide, roles_of
from hopverify.checker.rules import RULES, judge
from hopverify.checks import claims_of
from hopverify.errors import CertificateRejected, EvidenceRejected
from hopverify.networks import any_model
from hopverify.obligations import Obligation, Outcome
from hopverify.pipeline import verify
from hopverify.spec import ModelSpec, parse_spec, read_spec
from tests.profiles import by_profile, profile
from tests.soundness.mutations import at, mutated, paths, placed

SPECS = Path(__file__).parents[2] / "specs"
HUNT = profile() == "hunt"
CERTIFICATES, EVIDENCES = by_profile((6, 12), (60, 150), (4000, 4000))

NAMES = (
    "relu-pair", "relu-five-equilibria", "relu-horn", "relu-runaway", "relu-dead-coordinate", "hamux-convention",
    "negative-gelu", "negative-clipped-softmax", "negative-not-symmetrisable", "negative-step-too-long", "global-lure",
    "no-leak-runaway", "step-size-tanh", "two-layer-cells", "ghostmax-memory", "entmax-memory", "softmax-memory",
    "epanechnikov", "metastable", "hopfield-1982", "negative-synchronous", "negative-spin-self-inhibition",
    "repaired/relu-five-equilibria-universal", "repaired/relu-two-neurons-universal",
    "repaired/softmax-equilibria-altered", "repaired/negative-two-time-constants-universal",
)  # fmt: skip

EXTRA = {
    # Two of one neuron more than the kernel takes.
    "large cells": f"""
hopverify: 1
name: large-cells
layers:
  x: {{size: 401, lagrangian: tanh}}
synapses:
  w: {{kind: diagonal, layers: [x, x], weights: 2}}
memories:
  m: {{layer: x, patterns: [{[2] * 401}]}}
checks: [basin_cells]
""",
    "large forms": """
hopverify: 1
name: large-forms
layers:
  x: {size: 401, lagrangian: tanh}
synapses:
  w: {kind: diagonal, layers: [x, x], weights: 1/2}
checks: [global_stability]
""",
    "followed": """
hopverify: 1
name: followed
layers:
  s: {size: 2, states: spins}
synapses:
  w: {kind: dense, layers: [s, s], weights: [[0, 1], [0, 0]]}
update: asynchronous
checks: [spin_convergence]
""",
    "escaping": """
hopverify: 1
name: escaping
layers:
  s: {size: 5, states: spins}
synapses:
  w: {kind: hebbian, layers: [s], patterns: {same_as: m}, zero_diagonal: true}
memories:
  m: {layer: s, patterns: [[1, 1, 1, 1, 1]]}
update: asynchronous
checks: [{spin_correction: {flips: 3}}]
expect: {spin_correction: fail}
""",
    "forgets": """
hopverify: 1
name: forgets
layers:
  x: {size: 2, lagrangian: tanh}
synapses:
  w: {kind: dense, layers: [x, x], weights: [[0, 0.5], [0.5, 0]]}
memories:
  m: {layer: x, patterns: [[1, 1]]}
checks: [basin_cells]
expect: {basin_cells: fail}
""",
    "warm": """
hopverify: 1
name: warm
layers:
  v: {size: 2, lagrangian: identity}
  h: {size: 2, lagrangian: {softmax: {beta: 1}}, tau: 0}
synapses:
  xi: {kind: dense, layers: [h, v], weights: [[1, 0], [0, 1]]}
checks: [memory_retrieval]
expect: {memory_retrieval: fail}
""",
    "whirling": """
hopverify: 1
name: whirling
layers:
  x: {size: 2, lagrangian: tanh}
synapses:
  w: {kind: dense, layers: [x, x], weights: [[2, -2], [2, 2]]}
checks: [global_stability]
expect: {global_stability: fail}
""",
    "subdivided": """
hopverify: 1
name: subdivided
layers:
  x: {size: 2, lagrangian: {expression: "x^2/2 - 2*sech(x)"}}
checks: [lagrangian_convexity]
""",
    "clipped": """
hopverify: 1
name: clipped
layers:
  x: {size: 2, lagrangian: hard_tanh}
checks: [lagrangian_convexity, energy_flatness]
""",
    "quadratic": """
hopverify: 1
name: quadratic
layers:
  x: {size: 2, lagrangian: {expression: "x[0]^2 + x[0]*x[1] + x[1]^2"}, activation: null}
checks: all
""",
    "segment": """
hopverify: 1
name: segment
layers:
  x: {size: 2, lagrangian: {expression: "norm(x - mean(x), 1 + relu(sum(x))^2)", of: layer}, bias: [3, 3]}
checks: [ghost_regions]
expect: {ghost_regions: fail}
""",
    "one way": """
hopverify: 1
name: one-way
layers:
  x: {size: 2, lagrangian: {tanh: {beta: 4}}}
synapses:
  w: {kind: dense, layers: [x, x], weights: [[1, 0], [1, 0]]}
memories:
  m: {layer: x, patterns: [[1, 1]]}
checks: [basin_cells]
""",
    "whole": """
hopverify: 1
name: whole
layers:
  x: {size: 2, lagrangian: identity, bias: [2, 0]}
synapses:
  w: {kind: dense, layers: [x, x], weights: [[-3, 3], [3, -3]]}
memories:
  m: {layer: x, patterns: [[1, 1]]}
checks: [basin_cells]
""",
    "given": """
hopverify: 1
name: given
layers:
  x: {size: 2, activation: {expression: ["x[0] + x[1]", "x[0] + 2*x[1]"]}}
checks: all
""",
    "rays": """
hopverify: 1
name: rays
layers:
  x: {size: 2, lagrangian: {spherical: {epsilon: 0}}}
checks: [energy_flatness]
""",
    "near": """
hopverify: 1
name: near
layers:
  x: {size: 2, lagrangian: {tanh: {beta: 3}}}
synapses:
  w: {kind: dense, layers: [x, x], weights: [[1, 0], [0, 1]]}
memories:
  m: {layer: x, patterns: [[1, 1], [-1, 1]]}
checks: [{equilibria: {near: m}}]
""",
    "winners": """
hopverify: 1
name: winners
layers:
  x: {size: 2, lagrangian: sparsemax, bias: [0.5, 0]}
synapses:
  w: {kind: diagonal, layers: [x, x], weights: [2, 2]}
checks: [equilibria]
""",
    # One neuron more than the kernel takes.
    "large": """
hopverify: 1
name: large
layers:
  x: {size: 201, lagrangian: tanh}
checks: [global_stability]
""",
}
EXTRA["quadratic"] = EXTRA["quadratic"].replace(", activation: null", "")
DEAR = {"negative-clipped-softmax", "relu-five-equilibria", "repaired/negative-two-time-constants-universal"}
"""Not by default: what proves and refutes of these takes longest to find, and is found for others."""

ALL = tuple(name for name in (*NAMES, *EXTRA) if profile() != "default" or name not in DEAR)


@cache
def spec_named(name: str) -> ModelSpec:
    return parse_spec(EXTRA[name]) if name in EXTRA else read_spec(SPECS / f"{name}.yaml")


@cache
def text_of(name: str) -> str:
    return verify(spec_named(name), samples=200).to_json()


@cache
def offers() -> tuple[tuple[str, Obligation, dict[str, Any], Outcome], ...]:
    """Return all evidence of all certificates, with its obligation and what it shows; what is cited has its proof."""
    found = []
    for name in ALL:
        claims = claims_of(spec_named(name), any_model(spec_named(name)))
        known: Known = {}
        for (_, claim), entry in zip(claims, json.loads(text_of(name))["results"], strict=True):
            for (obligation, role), row in zip(roles_of(claim), entry["obligations"], strict=False):
                if "evidence" in row:
                    evidence = row["evidence"]
                    if is_entry(evidence):
                        evidence = whole(evidence, known)
                        remember(evidence, known)
                    found.append((name, obligation, evidence, decide(obligation, role, evidence).judgement.outcome))
    return tuple(found)


def decided(body: dict[str, Any]) -> dict[str, Any]:
    """Return what a certificate says, without the evidence and what is for information."""
    results = []
    for entry in body["results"]:
        rows = [{key: value for key, value in row.items() if key != "evidence"} for row in entry["obligations"]]
        kept = {key: value for key, value in entry.items() if key not in ("obligations", "reason")}
        results.append(kept | {"obligations": rows})
    return {"results": results} | {key: body[key] for key in ("format", "version", "spec", "arrays", "verdict")}


def test_the_attack_meets_every_rule() -> None:
    assert {evidence["rule"] for _, _, evidence, _ in offers()} == set(RULES.entries)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", ALL)
def test_a_mutated_certificate_is_refused_or_says_the_same(name: str) -> None:
    random, original = Random(name), json.loads(text_of(name))
    others = tuple(json.loads(text_of(other)) for other in ("relu-pair", "negative-gelu"))
    pool = tuple(at(body, path) for body in others for path in paths(body["results"], ("results",)))
    refused = 0
    for _ in range(CERTIFICATES):
        body = mutated(original, random, pool)
        try:
            check_certificate(spec_named(name), parse_certificate(json.dumps(body)))
        except CertificateRejected:
            refused += 1
        else:
            assert decided(body) == decided(original)
    assert refused >= CERTIFICATES / 2  # some mutations touch only what is for information


@pytest.mark.parametrize("name", ["relu-runaway", "entmax-memory", "repaired/softmax-equilibria-altered"])
def test_every_field_counts(name: str) -> None:
    """Each place of the certificate outside the evidence and what is for information, one by one."""
    original = json.loads(text_of(name))
    for path in paths(original):
        if len(path) < 1 or path[0] in ("made_with", "seconds") or "evidence" in path or "reason" in path:
            continue
        new = "changed" if at(original, path) != "changed" else "otherwise"
        with pytest.raises(CertificateRejected):
            check_certificate(spec_named(name), parse_certificate(json.dumps(placed(original, path, new))))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("rule", RULES.entries)
def test_mutated_evidence_never_shows_the_opposite(rule: str) -> None:
    random, own = Random(rule), [offer for offer in offers() if offer[2]["rule"] == rule]
    pool = tuple(value for _, _, evidence, _ in offers() for value in evidence.values())
    for k in range(EVIDENCES):
        name, obligation, evidence, outcome = own[k % len(own)]
        changed = mutated(evidence, random, pool)
        for _ in range(random.choice((0, 0, 1, 3))):
            changed = mutated(changed, random, pool)
        try:
            found = judge(obligation, changed).outcome
        except EvidenceRejected:
            continue
        opposite = {Outcome.PROVED, Outcome.REFUTED} == {found, outcome}
        assert not opposite, f"{name}: {obligation.statement}: {changed}"


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_evidence_for_something_else_never_shows_the_opposite() -> None:
    """All evidence of all certificates, offered for all obligations."""
    known = {id(obligation): (obligation, outcome) for _, obligation, _, outcome in offers()}
    random = Random(0)
    pairs = [(o, outcome, e) for o, outcome in known.values() for _, _, e, _ in offers()]
    for obligation, outcome, evidence in pairs if HUNT else random.sample(pairs, by_profile(500, 4000, 0)):
        try:
            found = judge(obligation, evidence).outcome
        except EvidenceRejected:
            continue
        assert {found, outcome} != {Outcome.PROVED, Outcome.REFUTED}, f"{obligation.statement}: {evidence}"


SIZES = {"width", "widths", "radius", "radii", "rate", "rates", "margin", "step", "factor", "unit", "distances"}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_negative_size_shows_nothing() -> None:
    """Of widths, radii, rates and steps: a box or ball of such a size is not one, whatever a test on it says."""
    met = set()
    for _, obligation, evidence, _ in offers():
        for path in paths(evidence):
            sized = SIZES & {key for key in path if isinstance(key, str)}
            if not sized or not isinstance(at(evidence, path), str) or at(evidence, path) == "any":
                continue
            met |= {(evidence["rule"], key) for key in sized}
            for wrong in ("-1/1000", "-1", "-1000"):
                with pytest.raises(EvidenceRejected):
                    judge(obligation, placed(evidence, path, wrong))
    assert {rule for rule, _ in met} >= {"kernel", "basin_cells", "retrieval"}


# ------------------------------------------------------------------ the text of certificates


def refused(text: str, match: str) -> None:
    with pytest.raises(CertificateRejected, match=match):
        parse_certificate(text)


def test_a_truncated_certificate_is_refused() -> None:
    text = text_of("relu-pair")
    for k in range(0, len(text) - 2, by_profile(397, 97, 1)):
        refused(text[:k], "not a certificate")


@pytest.mark.parametrize("depth", [70, 900, 100_000])
@pytest.mark.parametrize("key", ["made_with", "evidence", "results"])
def test_deep_nesting_is_refused(key: str, depth: int) -> None:
    text = text_of("relu-pair")
    nested = "[" * depth + "]" * depth
    place = text.index(f'"{key}":') + len(key) + 3
    refused(f'{text[:place]}{{"deep":{nested}}},"other":{text[place:]}', "nested more than 64 deep|recursion")


def test_a_key_given_twice_is_refused() -> None:
    refused(text_of("relu-pair").replace('"check":', '"check":"energy_descent","check":', 1), "occurs twice")


def test_a_lone_surrogate_is_refused_and_a_pair_is_not() -> None:
    text = text_of("relu-pair")
    refused(text.replace('"made_with":{', '"made_with":{"by":"\\ud800",'), "lone surrogate")
    refused(text.replace('"made_with":{', '"made_with":{"by":"\ud800",'), "lone surrogate")
    refused(text.replace('"rule":', '"\\udfff":0,"rule":', 1), "lone surrogate")
    parse_certificate(text.replace('"made_with":{', '"made_with":{"by":"\\ud83d\\ude00",'))


@pytest.mark.parametrize("seconds", ['"nan"', '"inf"', "1", "true", '"1e999"', '" 1"', "1" * 400, '"-1"', "null", "[]"])
def test_seconds_are_numbers_as_text(seconds: str) -> None:
    body = json.loads(text_of("relu-runaway"))
    text = json.dumps(body | {"seconds": ["HERE", *body["seconds"][1:]]}).replace('"HERE"', seconds)
    refused(text, "seconds")


@pytest.mark.parametrize("version", [True, "2", 1, 3, None, [2]])
def test_the_version_is_the_number_2(version: Any) -> None:
    refused(json.dumps(json.loads(text_of("relu-runaway")) | {"version": version}), "version")


def test_what_is_not_exact_is_refused() -> None:
    text = text_of("relu-runaway")
    for number in ("1.0", "1e5", "NaN", "Infinity", "-Infinity", "9" * 5000):
        refused(text.replace('"version":2', f'"version":{number}'), "not a certificate")


def test_a_file_that_is_too_large_or_no_text_is_refused(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "c.json"
    path.write_text(text_of("relu-runaway"), encoding="utf-8")
    assert read_certificate(path).verdict == "pass"
    monkeypatch.setattr(certificate, "MAX_BYTES", 10)
    with pytest.raises(CertificateRejected, match="larger than"):
        read_certificate(path)
    monkeypatch.undo()
    path.write_bytes(b"\xff\xfe{}")
    with pytest.raises(CertificateRejected, match="cannot be read"):
        read_certificate(path)
    with pytest.raises(CertificateRejected, match="cannot be read"):
        read_certificate(tmp_path / "nowhere.json")


def test_arrays_of_another_length_or_type_never_crash_a_state() -> None:
    """The same evidence with numbers, texts and lists in each other's places, for a rule that evaluates in balls."""
    _, obligation, evidence, _ = next(offer for offer in offers() if offer[2].get("claim", {}).get("claim") == "ascent")
    for path in paths(evidence):
        for alien in (0, "x", [], {}, None, "1/0", ["1"] * 100, np.nan):
            if path:
                with pytest.raises(EvidenceRejected):
                    judge(obligation, placed(evidence, path, alien))
