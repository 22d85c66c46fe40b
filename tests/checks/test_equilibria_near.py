"""The equilibrium beside each stored pattern: boxes that hold exactly one, at sizes no enumeration reaches."""

from __future__ import annotations

import json
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hopverify.certificate import parse_certificate
from hopverify.checker import check_certificate
from hopverify.errors import CertificateRejected, SpecError
from hopverify.pipeline import verify
from hopverify.spec import ModelSpec, parse_spec, read_spec
from tests.profiles import long

SPECS = Path(__file__).parents[2] / "specs"


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
    ("size", "lagrangian"),
    [
        (60, "{tanh: {beta: 4}}"),
        (200, "{tanh: {beta: 8}}"),
        pytest.param(120, "{erf: {beta: 3}}", marks=pytest.mark.long),
    ],
)
def test_each_pattern_has_an_equilibrium_beside_it(size: int, lagrangian: str) -> None:
    spec = hebbian(size, 3, lagrangian)
    certificate = verify(spec)
    check_certificate(spec, parse_certificate(certificate.to_json()))
    (entry,) = certificate.results
    assert entry["verdict"] == "pass"
    rows: list[dict[str, Any]] = entry["obligations"][0]["data"]["memories"]
    assert all(Fraction(row["distance_at_most"]) < 2 for row in rows)


@pytest.mark.parametrize(("name", "stability"), [("softmax-memory", "stable"), long("sparsemax-memory", "stable")])
def test_whole_layer_memories_have_an_equilibrium_beside_them(name: str, stability: str) -> None:
    spec = read_spec(SPECS / f"{name}.yaml")
    certificate = parse_certificate(verified(spec))
    check_certificate(spec, certificate)
    entry = next(result for result in certificate.results if result["check"] == "equilibria")
    assert entry["verdict"] == "pass"
    for row in entry["obligations"][0]["data"]["memories"]:
        assert row["stability"] == stability
        assert Fraction(row["distance_at_most"]) < Fraction(1, 1000)
        assert row.get("flat_region", {}) == (
            {"h": "x + R·1, all of it in the basin"} if name == "softmax-memory" else {}
        )


def test_different_time_constants_in_a_softmax_layer_take_the_basin_away() -> None:
    text = (SPECS / "softmax-memory.yaml").read_text().replace("tau: 0.1", "tau: [0.1, 0.2, 0.1, 0.1]")
    text = text.replace("  - energy_descent\n  - energy_flatness\n", "").replace("expect: {energy_flatness: fail}", "")
    (entry,) = verify(parse_spec(text)).results
    (row, *_) = entry["obligations"][0]["data"]["memories"]
    assert "not shown to lie in the basin" in row["flat_region"]["h"]


@cache
def verified(spec: ModelSpec) -> str:
    return verify(spec).to_json()


@pytest.mark.parametrize("name", ["softmax", "hebbian"])
@pytest.mark.parametrize("place", [("x",), ("apart",), ("limit", 0), ("distance",), ("stability",)])
def test_a_row_that_is_changed_is_refused(name: str, place: tuple[str | int, ...]) -> None:
    spec = read_spec(SPECS / "softmax-memory.yaml") if name == "softmax" else hebbian(8, 1, "{tanh: {beta: 4}}")
    body = json.loads(verified(spec))
    entry = next(result for result in body["results"] if result["check"] == "equilibria")
    row: Any = entry["obligations"][0]["evidence"]["claim"]["patterns"][0]
    *path, last = place
    for key in path:
        row = row[key]
    row[last] = {"x": "1/2", "apart": "1/1000000000000", 0: "9", "distance": "1/100000000000", "stability": "unstable"}[
        last
    ]
    with pytest.raises(CertificateRejected):
        check_certificate(spec, parse_certificate(json.dumps(body)))


def test_an_unknown_memory_is_an_error() -> None:
    with pytest.raises(SpecError, match="no memory is called 'storde'; did you mean 'stored'"):
        verify(hebbian(4, 1, "tanh", near="storde"))


def test_a_region_beside_a_memory_is_an_error() -> None:
    with pytest.raises(SpecError, match="leave it out with `near`"):
        verify(hebbian(8, 1, "tanh", near="stored, upper: 1"))


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
