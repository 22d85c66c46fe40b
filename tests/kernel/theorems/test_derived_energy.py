"""Whose energy it is: the derived one with every bias, or another."""

from __future__ import annotations

import pytest

from tests.kernel.accepting import accepted, core, layer, rejected

OWN, LEFT_OUT = "the spec claims an energy of its own", "the bias of x is left out of the energy"


@pytest.mark.parametrize("more", ["", ", bias: [0, 3]", ", bias: 0, bias_in_energy: false"])
def test_the_derived_one(more: str) -> None:
    of = layer(f"size: 2, lagrangian: relu{more}")
    assert accepted(of, "derived energy", "core", {})
    rejected(of, "another energy", "core", {"because": OWN}, "it is the derived one")


@pytest.mark.parametrize(
    ("body", "because", "why"),
    [
        ("layers: {x: {size: 2, lagrangian: relu}}\nenergy: sum(x^2)\n", OWN, "states an energy of its own"),
        ("layers: {x: {size: 2, lagrangian: relu, bias: [0, 3], bias_in_energy: false}}\n", LEFT_OUT, LEFT_OUT),
    ],
)
def test_another_one(body: str, because: str, why: str) -> None:
    assert accepted(core(body), "another energy", "core", {"because": because})
    rejected(core(body), "another energy", "core", {"because": "so"}, "the reason is that")
    rejected(core(body), "derived energy", "core", {}, why)


def test_all_layers_whose_bias_is_left_out_are_named() -> None:
    layers = ", ".join(f"{name}: {{size: 1, lagrangian: relu, bias: 1, bias_in_energy: false}}" for name in "ab")
    because = "the bias of a, b is left out of the energy"
    assert accepted(core(f"layers: {{{layers}}}\n"), "another energy", "core", {"because": because})
