"""Stable equilibria as statements, one for each row of a claim."""

from __future__ import annotations

import re
from fractions import Fraction
from math import tanh
from typing import Any

import pytest

from hopverify import verify
from hopverify.core import core_of
from hopverify.exporting import NotExported, claims_of, export
from hopverify.kernel.claims import Claim
from hopverify.networks import any_model
from hopverify.spec import parse_spec
from tests.exporting.test_lists import core_named, core_with

SPEC = """
hopverify: 1
name: two
layers: {x: {size: 2, lagrangian: relu, bias: 1}}
synapses: {w: {kind: dense, layers: [x, x], weights: [[0, -2], [-2, 0]]}}
checks: [equilibria]
"""


def row(*x: Any, stability: str = "stable") -> Claim:
    fields = {"x": list(x), "alive": [], "stability": stability}
    return Claim("stability", {"equilibria": [fields], "all": False})


def test_each_row_of_a_certificate_is_a_claim() -> None:
    """Two neurons that inhibit one another: either one is alive, and between these equilibria is an unstable one."""
    spec = parse_spec(SPEC)
    core = core_of(any_model(spec))
    claims = [each for each in claims_of(core, verify(spec).to_json()) if each.name == "stability"]
    rows = [each["equilibria"] for each in claims]
    assert sorted(each["stability"] for (each,) in rows) == ["stable", "stable", "unstable"]
    file = export(core, claims)
    assert {each.statement for each in file.theorems} == {
        "exponentially_stable model [1; -1]%Q",
        "exponentially_stable model [-1; 1]%Q",
    }
    assert [reason for _, reason in file.refused] == ["of equilibria proofs/ shows, one by one, that they are stable"]


def test_the_steepest_slopes_are_those_at_the_state() -> None:
    """At 0 both sides count; a dead neuron has the slope 0."""
    (theorem,) = export(core_with("relu"), [row("0", "-1")]).theorems
    found = re.search(r"\(heights := \[(.*?)\]%Q\) \(multipliers := \[(.*?)\]%Q\)", theorem.proof)
    assert found is not None
    assert found.groups() == ("1; 0", "1; 1")


def test_an_equilibrium_in_a_box_is_stated_with_slopes_on_the_box() -> None:
    box = (["-1/8", "1/8"], ["1", "2"])
    (theorem,) = export(core_with("tanh"), [row(*box)]).theorems
    assert re.sub(r"\s+", " ", theorem.statement) == "exponentially_stable_in model [(-1 # 8, 1 # 8); (1, 2)]%Q"
    found = re.search(r"\(heights := \[(.*?)\]%Q\) \(multipliers := \[(.*?)\]%Q\)", theorem.proof)
    assert found is not None
    first, second = (Fraction(each.replace(" # ", "/")) for each in found[1].split("; "))
    assert 1 < first < Fraction(1001, 1000)
    assert 1 - tanh(1) ** 2 < second < 1.001 - tanh(1) ** 2
    assert found[2] == "1; 1"


@pytest.mark.parametrize(
    ("core", "claim", "reason"),
    [
        (lambda: core_named("relu-pair"), row("1/2", "-3/4", stability="unstable"), "one by one"),
        (lambda: core_named("relu-pair"), row(["0", "1"], ["-1", "0"]), "not tanh or sigmoid"),
        (lambda: core_with("exp"), row("0", "0"), "not affine in pieces"),
        (lambda: core_named("relu-biactive"), row("1", "0", "0"), "not definite with the steepest slopes"),
        (lambda: core_with("tanh", "[[0, 2], [2, 0]]"), row(["-1/8", "1/8"], ["-1/8", "1/8"]), "not definite"),
        (lambda: core_named("repaired/relu-pair-universal"), row("1/2", "-3/4"), "instantaneous"),
    ],
)
def test_what_is_not_covered_is_refused(core: Any, claim: Claim, reason: str) -> None:
    with pytest.raises(NotExported, match=reason):
        export(core(), [claim])
