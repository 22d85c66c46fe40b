"""Positive claims about a core with arrays within a spread are about every network that is meant."""

from __future__ import annotations

from typing import Any

import pytest

from hopverify.kernel import reading
from hopverify.kernel.core import Core
from tests.kernel.accepting import accepted, rejected

A, X = ["sum", ["array", "a"]], {"layer": "x"}
ALIVE = X | {"kind": "alive"}


def core(L: Any, acts: str, within: bool) -> Core:
    """Return the core of one layer; a has the entries 1 and 2, or others that are up to 3 away."""
    spread = {"within": {"absolute": "3", "relative": "0", "symmetric": False}} if within else {}
    vectors = {key: {"shape": [2], "all": value} for key, value in (("bias", "0"), ("tau", "1"), ("leak", "1"))}
    layer = {"name": "x", "size": 2, **vectors, "bias in energy": True, "acts": acts, "L": L, "g": "gradient"}
    return reading.read(
        {
            "core": 1,
            "dynamics": {"kind": "flow"},
            "arrays": {"a": {"shape": [2], "entries": ["1", "2"], **spread}},
            "layers": [layer],
            "synapses": [],
            "energy": "derived",
            "memories": [],
            "altered": None,
            "original": None,
        }
    )


@pytest.mark.parametrize(
    ("L", "acts", "claim", "by", "fields", "proof", "why"),
    [
        (["multiply", A, ["relu", ["state"]]], "neuron", "convex", "slope", X, {}, "up to a spread"),
        (["multiply", A, ["dot", ["state"], ["state"]]], "layer", "convex", "quadratic", X, {}, "up to a spread"),
        (
            ["multiply", A, ["power", ["state"], "2"]],
            "neuron",
            *("constant on no segment", "slope", ALIVE, {"points": ["1"]}, "up to a spread"),
        ),
    ],
)
def test_what_holds_for_the_given_numbers_alone(
    L: Any, acts: str, claim: str, by: str, fields: dict[str, Any], proof: dict[str, Any], why: str
) -> None:
    assert accepted(core(L, acts, False), claim, by, fields, **proof)
    rejected(core(L, acts, True), claim, by, fields, why, **proof)


def test_what_is_refuted_for_the_given_numbers() -> None:
    L = ["negate", ["multiply", A, ["power", ["state"], "2"]]]
    found = {"state": ["1", "0"], "direction": ["1", "0"], "curvature": "-6"}
    assert accepted(core(L, "neuron", True), "not convex", "point", X | found)
