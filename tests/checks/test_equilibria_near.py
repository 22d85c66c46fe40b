"""The equilibrium beside each stored pattern: boxes that hold exactly one, at sizes no enumeration reaches."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.certificate import parse_certificate
from hopverify.checker import check_certificate
from hopverify.errors import CertificateRejected, SpecError
from hopverify.pipeline import verify
from hopverify.spec import ModelSpec, parse_spec


def hebbian(size: int, count: int, lagrangian: str, near: str = "stored") -> ModelSpec:
    patterns = np.random.default_rng(size).choice([-1, 1], (count, size)).tolist()
    return parse_spec(f"""
hopverify: 1
name: near
layers:
  x: {{size: {size}, lagrangian: {lagrangian}}}
synapses:
  w: {{kind: hebbian, layers: [x], patterns: {patterns}, zero_diagonal: true}}
memories:
  stored: {{layer: x, patterns: {{same_as: w.patterns}}}}
checks:
  - equilibria: {{near: {near}}}
""")


@pytest.mark.parametrize(
    ("size", "lagrangian"), [(60, "{tanh: {beta: 4}}"), (40, "hard_tanh"), (120, "{erf: {beta: 3}}")]
)
def test_each_pattern_has_an_equilibrium_beside_it(size: int, lagrangian: str) -> None:
    spec = hebbian(size, 3, lagrangian)
    certificate = verify(spec)
    check_certificate(spec, parse_certificate(certificate.to_json()))
    (entry,) = certificate.results
    assert entry["verdict"] == "pass"
    rows: list[dict[str, Any]] = entry["obligations"][0]["data"]["memories"]
    assert all(Fraction(row["distance_at_most"]) < 2 for row in rows)


@pytest.mark.parametrize("change", ["centre", "width", "count"])
def test_a_moved_box_is_refused(change: str) -> None:
    spec = hebbian(20, 2, "{tanh: {beta: 4}}")
    body = json.loads(verify(spec).to_json())
    evidence = body["results"][0]["obligations"][0]["evidence"]
    if change == "centre":
        evidence["centres"][0][0] = str(Fraction(evidence["centres"][0][0]) + Fraction(1, 1000))
    elif change == "width":
        evidence["widths"][0] = "0"
    else:
        evidence["widths"].pop()
    with pytest.raises(CertificateRejected):
        check_certificate(spec, parse_certificate(json.dumps(body)))


def test_an_unknown_memory_is_an_error() -> None:
    with pytest.raises(SpecError, match="no memory is called 'storde'; did you mean 'stored'"):
        verify(hebbian(4, 1, "tanh", near="storde"))


def test_a_pattern_that_the_flow_leaves_to_nowhere_certain_is_unknown() -> None:
    """relu with W = I has a continuum of equilibria: no box holds exactly one."""
    spec = parse_spec("""
hopverify: 1
name: face
layers:
  x: {size: 1, lagrangian: relu}
synapses:
  w: {kind: dense, layers: [x, x], weights: [[1]]}
memories:
  stored: {layer: x, patterns: [[1]]}
checks:
  - equilibria: {near: stored}
""")
    (entry,) = verify(spec).results
    assert entry["verdict"] == "unknown"
