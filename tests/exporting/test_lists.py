"""Lists of equilibria as statements, with trees of boxes that are found in rationals."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from hopverify.core import core_of
from hopverify.exporting import NotExported, export, lists, tree_search
from hopverify.kernel.claims import Claim
from hopverify.kernel.core import Core
from hopverify.networks import any_model
from hopverify.spec import parse_spec, read_spec

SPECS = Path(__file__).parents[2] / "specs"
TWO = [["0", "3/5"], ["1/3", "1/3"], ["1", "-1"]]
"""All equilibria of relu-two-neurons, but for the first, which is none."""
SPEC = """
hopverify: 1
name: pair
layers: {{x: {{size: 2, lagrangian: {lagrangian}, bias: {bias}}}}}
synapses: {{w: {{kind: dense, layers: [x, x], weights: {weights}}}}}
checks: [energy_descent]
"""


@cache
def core_named(name: str) -> Core:
    return core_of(any_model(read_spec(SPECS / f"{name}.yaml")))


def core_with(lagrangian: str, weights: str = "[[0, 1/2], [1/2, 0]]", bias: str = "0") -> Core:
    return core_of(any_model(parse_spec(SPEC.format(lagrangian=lagrangian, weights=weights, bias=bias))))


def listed(*states: Any, region: Any = None) -> Claim:
    return Claim("equilibria", {"region": region, "equilibria": [{"x": x} for x in states]})


def numbers(text: str) -> list[list[Fraction]]:
    """Return the states of a statement."""
    rows = re.findall(r"\[([^\[\]]*)\]", text)
    return [[Fraction(each.replace(" # ", "/")) for each in row.split(";")] for row in rows]


def test_the_states_and_the_shape_are_stated() -> None:
    pair = core_named("relu-pair")
    file = export(pair, [listed(["1/2", "-3/4"]), Claim("some equilibria", {"equilibria": [{"x": ["1/2", "-3/4"]}]})])
    assert [each.statement.partition("\n")[0] for each in file.theorems] == ["rests_exactly_at model", "rests_at model"]
    for theorem in file.theorems:
        assert numbers(theorem.statement) == [[Fraction(1, 2), Fraction(-3, 4)]]
    assert "Lemma shape_of_x : has_shape g_x (Shape (Line (0) (0)) [(0, Line (1) (0))])%Q." in file.text


def test_two_equilibria_are_stated_with_what_follows() -> None:
    claim = Claim("no global stability", {"equilibria": [{"x": x} for x in TWO[1:]]})
    (theorem,) = export(core_named("relu-two-neurons"), [claim]).theorems
    first, second = theorem.statement.split(" /\\\n  ")
    assert numbers(first) == [[Fraction(1, 3)] * 2, [Fraction(1), Fraction(-1)]]
    assert second == "nothing_attracts_everything model"
    assert theorem.proof.count(first.replace("\n", "\n  ").replace("\n    ", "\n  ")) == 1


@pytest.mark.parametrize(
    ("core", "claim", "reason"),
    [
        (lambda: core_named("relu-pair"), listed(["1/2", "-3/4"], region=[["0", "1"], ["-1", "0"]]), "of a region"),
        (lambda: core_named("relu-pair"), listed([["0", "1"], ["-1", "0"]]), "not tanh or sigmoid"),
        (lambda: core_named("relu-pair"), listed(["1/3", "-3/4"]), "not in the list"),
        (lambda: core_named("relu-two-neurons"), listed(*TWO[1:]), "not in the list"),
        (lambda: core_named("relu-two-neurons"), Claim("no global stability", {"equilibria": [{"x": TWO[1]}]}),
         "without two equilibria"),
        (lambda: core_named("relu-pair"),
         Claim("equilibria", {"region": None, "equilibria": [{"x": ["0", "0"], "dimension": 1, "cell": []}]}),
         "a continuum"),
        (lambda: core_with("exp"), listed(["0", "0"]), "not affine in pieces"),
        (lambda: core_named("relu-pair"), Claim("no global stability", {}), "without two equilibria"),
        (lambda: core_with("identity", "[[0, 1], [1, 0]]"), listed(["0", "0"]), "a continuum"),
        (lambda: core_named("softmax-equilibria"), listed(["0", "0"]), "acts as a whole"),
    ],
)  # fmt: skip
def test_what_is_not_covered_is_refused(core: Any, claim: Claim, reason: str) -> None:
    with pytest.raises(NotExported, match=reason):
        export(core(), [claim])


def test_the_sizes_of_networks_and_of_trees_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    claim = listed(["1/2", "-3/4"])
    monkeypatch.setattr(tree_search, "MAX_NODES", 1)
    with pytest.raises(NotExported, match="more than 1 boxes"):
        export(core_named("relu-pair"), [claim])
    monkeypatch.setattr(lists, "MAX_NEURONS", 1)
    with pytest.raises(NotExported, match="at most 1 neurons"):
        export(core_named("relu-pair"), [claim])


def test_equations_that_contradict_one_another_have_a_multiplier() -> None:
    """x = y + 1 and y = x + 1 have no solution; both neurons are linear."""
    core = core_with("identity", "[[0, 1], [1, 0]]", "1")
    (theorem,) = export(core, [listed()]).theorems
    assert "(t := (Nowhere [" in theorem.proof
