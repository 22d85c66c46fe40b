"""What simulations borrow from `verify`: certified steps and complete lists, and nothing that is not proved."""

from __future__ import annotations

from fractions import Fraction
from math import tanh
from typing import NoReturn

import pytest

from hopverify.simulation import borrowing
from hopverify.simulation.borrowing import certified_step, listed_equilibria
from hopverify.spec import parse_spec, read_spec
from tests.cli.commands import ROOT, SPEC


def spec(lagrangian: str = "relu", checks: str = "all") -> str:
    return SPEC.format(name="m", lagrangian=lagrangian, checks=checks, expect="{}")


def test_the_certified_step_is_that_of_step_size() -> None:
    # W has the eigenvalues ±1/2: α ≤ 2/(1 + 1/2), and for neurons that can be dead α ≤ 1.
    assert certified_step(parse_spec(spec())) == Fraction(1)
    # The slopes of GELU are negative somewhere.
    assert certified_step(parse_spec(spec("gelu"))) is None


def test_the_checks_and_expectations_of_the_spec_do_not_matter() -> None:
    asked = spec(checks="[energy_flatness]").replace("expect: {}", "expect: {energy_flatness: fail}")
    assert certified_step(parse_spec(asked)) == Fraction(1)
    assert len(listed_equilibria(parse_spec(asked)).equilibria) == 1


def test_a_complete_list() -> None:
    found = listed_equilibria(parse_spec(spec()))
    assert found.said is None
    assert found.equilibria == (((0.5, -0.75), "stable"),)


def test_enclosures_become_their_middles() -> None:
    ((x, stability),) = listed_equilibria(parse_spec(spec("tanh"))).equilibria
    # x = b + W tanh(x).
    assert x == pytest.approx((0.5 + 0.5 * tanh(x[1]), -1 + 0.5 * tanh(x[0])), abs=1e-9)
    assert stability == "stable"


def test_a_list_that_may_lack_some(monkeypatch: pytest.MonkeyPatch) -> None:
    hierarchical = read_spec(ROOT / "specs" / "hierarchical.yaml")
    assert listed_equilibria(hierarchical).said is None
    monkeypatch.setattr(borrowing, "BOXES", 1)
    assert "not all equilibria are listed" in str(listed_equilibria(hierarchical).said)


def test_what_cannot_be_listed() -> None:
    layers = "hopverify: 1\nname: m\nlayers:\n  x: {size: 12, lagrangian: relu}\n"
    assert listed_equilibria(parse_spec(layers)).said is None
    assert "at most 12 neurons" in str(listed_equilibria(parse_spec(layers.replace("12", "13"))).said)
    # Where a drive without leak is 0 there are regions of equilibria, which the search does not know.
    unleaky = layers.replace("relu", "relu, leak: 0")
    assert "not all equilibria are listed" in str(listed_equilibria(parse_spec(unleaky)).said)


def test_an_interrupt_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(borrowing, "drive", interrupted)
    with pytest.raises(KeyboardInterrupt):
        certified_step(parse_spec(spec()))
