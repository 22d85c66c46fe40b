"""Two equilibria, and one that is unstable: neither attracts every solution."""

from __future__ import annotations

from typing import Any

import pytest

from hopverify.core import core_of
from hopverify.kernel.core import Core
from hopverify.networks import build_model, linear_network
from hopverify.obligations.equilibria import Search
from hopverify.provers._stability import with_stability
from hopverify.spec import parse_spec
from tests.kernel.accepting import accepted, core, dense, rejected

NONE = "no global stability"


def text(weights: str, layer: str = "size: 1, lagrangian: tanh", more: str = "") -> str:
    synapse = f"w: {{kind: dense, layers: [x, x], weights: {weights}}}"
    return f"layers: {{x: {{{layer}}}}}\nsynapses: {{{synapse}{more}}}\n"


def listed(*entries: Any) -> dict[str, Any]:
    return {"equilibria": [{"x": list(entry)} for entry in entries]}


def some(*entries: Any) -> dict[str, Any]:
    return {"claim": {"claim": "some equilibria", **listed(*entries)}, "proof": {"by": "boxes"}}


# ------------------------------------------------------------------ two

ZERO, RIGHT, LEFT = ["0"], [["19/10", "193/100"]], [["-193/100", "-19/10"]]


@pytest.mark.parametrize("entries", [(ZERO, RIGHT), (RIGHT, LEFT), (LEFT, ZERO, RIGHT)])
def test_two_equilibria(entries: Any) -> None:
    """2 tanh x = x at 0 and ±1.915…"""
    of = core(text("[[2]]"))
    said = accepted(of, NONE, "two", listed(*entries))
    assert said.startswith("no equilibrium attracts every solution")
    other = core(text("[[1]]"))
    rejected(other, NONE, "two", listed(*entries), "equilibri|Krawczyk")


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ((ZERO,), "the claim lists two equilibria"),
        ((ZERO, ZERO), "may be the same"),
        ((RIGHT, [["19/10", "97/50"]]), "may be the same"),
        ((ZERO, ["2"]), "equilibri|exact|rational"),
        ((ZERO, [["2", "3"]]), "Krawczyk|exactly one|equilibrium"),
    ],
)
def test_what_is_not_shown_to_be_two(entries: Any, why: str) -> None:
    rejected(core(text("[[2]]")), NONE, "two", listed(*entries), why)
    rejected(core(text("[[2]]")), NONE, "two", listed(*entries), "unknown keys", premises=[])


def test_two_for_the_given_weights_refute_it_of_all_that_are_meant() -> None:
    near = core(text("{values: [[2]], tolerance: 1}"))
    assert accepted(near, NONE, "two", listed(ZERO, RIGHT))
    rejected(near, "some equilibria", "boxes", listed(ZERO, RIGHT), "known up to a spread")


def test_two_of_a_continuum() -> None:
    """relu with W = 1: every x ≥ 0 rests."""
    of = core(text("[[1]]", "size: 1, lagrangian: relu"))
    assert accepted(of, NONE, "two", listed(["0"], ["1"]))
    rejected(of, NONE, "two", listed(["0"], ["-1"]), "equilibri|exact")


def test_two_take_the_neurons_that_follow_at_once() -> None:
    layers = "layers: {x: {size: 1, lagrangian: tanh}, h: {size: 1, lagrangian: identity, tau: 0}}\n"
    of = core(f"{layers}synapses: {{w: {{kind: dense, layers: [h, x], weights: [[3/2]]}}}}\n")
    right = [["217/100", "221/100"], ["29/20", "37/25"]]
    assert accepted(of, NONE, "two", listed(["0", "0"], right))
    rejected(of, NONE, "two", listed(["0"], right), "expected")


# ------------------------------------------------------------------ unstable


def stability(body: str, entry: Any) -> dict[str, Any]:
    """Return what is found of the stability of an equilibrium."""
    model = build_model(parse_spec(f"hopverify: 1\nname: tried\n{body}"))
    network = linear_network(model)
    assert network is not None
    found = with_stability(Search(model, network, None), some(entry))
    return {key: found[key] for key in ("claim", "proof")}


def regular(of: Core) -> list[dict[str, Any]]:
    wanted = [("Lipschitz activation", "layer", each.name) for each in of.layers]
    wanted += [("Lipschitz drive", "synapse", each.name) for each in of.synapses]
    return [{"claim": {"claim": name, key: value}, "proof": {"by": "composition"}} for name, key, value in wanted]


def one(body: str, entry: Any) -> tuple[Core, dict[str, Any]]:
    model = build_model(parse_spec(f"hopverify: 1\nname: tried\n{body}"))
    of = core_of(model)
    return of, {"premises": [stability(body, entry), *regular(of)]}


@pytest.mark.parametrize(
    ("weights", "layer", "entry"),
    [
        ("[[2]]", "size: 1, lagrangian: tanh", ["0"]),
        ("[[2]]", "size: 1, lagrangian: hard_tanh", ["0"]),
        ("[[2, 2], [-2, 2]]", "size: 2, lagrangian: tanh", ["0", "0"]),
        ("[[2, 2], [-2, 2]]", "size: 2, lagrangian: tanh, tau: [1, 2]", ["0", "0"]),
        ("[[6, 0], [0, 6]]", "size: 2, lagrangian: sparsemax", ["3", "3"]),
    ],
)
def test_one_that_is_unstable(weights: str, layer: str, entry: list[str]) -> None:
    of, proof = one(text(weights, layer), entry)
    assert accepted(of, NONE, "unstable", listed(entry), **proof)
    first, *others = proof["premises"]
    rejected(of, NONE, "unstable", listed(entry), "lacks a premise", premises=[first])
    rejected(of, NONE, "unstable", listed(entry), "another one than needed", premises=[first, *others[::-1]])
    rejected(of, NONE, "unstable", listed(entry), "not about stability", premises=others)
    rejected(of, NONE, "unstable", listed(entry), "premise 0 says", premises=[])
    rejected(of, NONE, "unstable", listed(entry, entry), "lists one equilibrium", **proof)
    rejected(of, NONE, "unstable", listed(["1"] * len(entry)), "does not say that it is unstable", **proof)


def test_a_stable_one_refutes_nothing() -> None:
    of, proof = one(text("[[1/2]]"), ["0"])
    assert proof["premises"][0]["claim"]["equilibria"][0]["stability"] == "stable"
    rejected(of, NONE, "unstable", listed(["0"]), "does not say that it is unstable", **proof)


def test_at_a_kink_an_unstable_one_may_attract_much() -> None:
    """relu, W = 2: 0 is the only equilibrium, and all x < 0 go to it, although E falls on the other side."""
    of, proof = one(text("[[2]]", "size: 1, lagrangian: relu"), ["0"])
    assert proof["premises"][0]["claim"]["equilibria"][0]["stability"] == "unstable"
    rejected(of, NONE, "unstable", listed(["0"]), "no continuous derivatives", **proof)


def test_layers_that_inhibit_themselves_at_once_are_left_out() -> None:
    layers = "layers: {x: {size: 1, lagrangian: tanh}, h: {size: 1, lagrangian: tanh, tau: 0}}\n"
    own = "w: {kind: dense, layers: [h, x], weights: [[3]]}, i: {kind: diagonal, layers: [h, h], weights: [-1]}"
    of, proof = one(f"{layers}synapses: {{{own}}}\n", ["0", "0"])
    rejected(of, NONE, "unstable", listed(["0", "0"]), "depends on instantaneous layers", **proof)


def test_what_runs_away_converges_to_nothing() -> None:
    of = dense("[[2]]", "size: 1, lagrangian: relu")
    ray = {"claim": "unbounded solutions", "ray": {"x": ["1"]}, "coefficient": "-1/2"}
    held = [{"claim": ray, "proof": {"by": "energy"}}]
    assert accepted(of, NONE, "unbounded", {}, premises=held)
    rejected(of, NONE, "unbounded", {"equilibria": [{"x": ["0"]}]}, "no equilibria are shown", premises=held)
    rejected(of, NONE, "unbounded", {}, "lacks a premise", premises=[])
    rejected(of, NONE, "two", {}, "the claim lists equilibria")
