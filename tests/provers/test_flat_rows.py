"""What is offered of flat regions is what the kernel accepts, where lists are taken for granted."""

from __future__ import annotations

from typing import Any

import pytest

from hopverify.checks.equilibria import search_of
from hopverify.core import core_of
from hopverify.kernel.check import accept
from hopverify.networks import build_model
from hopverify.provers._flat_rows import with_flat_regions, with_undetermined
from hopverify.spec import parse_spec
from tests.kernel.theorems.test_flat_regions import AROUND, DIFFERENT, INSIDE, NO_MORE, NOT_CONVEX, OPEN, granted

__all__ = ["granted"]

MIXED = (
    "a: {size: 2, lagrangian: relu, bias: [-1, 2]}, s: {size: 3, lagrangian: sparsemax, bias: [1, 1, -5]}, "
    "b: {size: 1, lagrangian: relu, bias: [-3]}, m: {size: 2, lagrangian: softmax, bias: [1, 3]}"
)
STATE = ["-1", "2", "1", "1", "-5", "-3", "1", "3"]


def offered(layers: str, x: list[Any], stable: bool = True) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the kernel accepts of one equilibrium of a network with W = 0: what is open, and its region."""
    synapse = "{kind: diagonal, layers: [a, a], weights: [0, 0]}"
    model = build_model(
        parse_spec(
            f"hopverify: 1\nname: tried\nlayers: {{{layers}}}\nsynapses: {{w: {synapse}}}\nchecks: [equilibria]\n"
        )
    )
    search = search_of(model, {})
    assert search is not None
    found = []
    for make, claim in (
        (with_undetermined, {"claim": "equilibria", "region": None, "equilibria": [{"x": x}]}),
        (
            with_flat_regions,
            {
                "claim": "stability",
                "all": True,
                "equilibria": [{"x": x, "stability": "stable" if stable else "undecided"}],
            },
        ),
    ):
        evidence = make(search, {"rule": "kernel", "claim": claim, "proof": {"by": "granted"}})
        accept(core_of(model), {key: evidence[key] for key in ("claim", "proof")})
        (row,) = evidence["claim"]["equilibria"]
        assert row.pop("x") == x
        found.append(row)
    return found[0], found[1]


def test_every_kind_of_layer() -> None:
    hidden, region = offered(MIXED, STATE)
    assert hidden == {
        "undetermined": {
            "a[0]": "-1",
            "b[0]": "-3",
            "s[2]": "-5",
            "the mean of s over its support": "1",
            "the mean of m": "2",
        }
    }
    assert region == {
        "region": {"a[0]": ["-∞", "0"], "b[0]": ["-∞", "0"]},
        "layers": {
            "s": f"x + t·1 for every t, with s[2] anywhere up to t above the threshold of the support, {INSIDE}",
            "m": f"x + R·1, {INSIDE}",
        },
        "neighbourhood": OPEN,
    }
    box = [[f"{16 * int(x) - 1}/16", f"{16 * int(x) + 1}/16"] for x in STATE]
    assert offered(MIXED, box)[0]["undetermined"]["the mean of m"] == ["31/16", "33/16"]


@pytest.mark.parametrize(
    ("layers", "x", "hidden", "region"),
    [
        (
            "a: {size: 2, lagrangian: relu, bias: [1, -2]}",
            [["-1", "1"], ["-1", "0"]],
            {"undetermined": {"a[1]": ["-1", "0"]}, "unsettled": ["a[0]"]},
            {"region": {"a[1]": ["-∞", "0"]}, "layers": {"a[0]": f"{AROUND}, {INSIDE}"}, "neighbourhood": OPEN},
        ),
        (
            "a: {size: 2, lagrangian: softmax, bias: [1, -1], tau: [1, 2]}",
            ["1", "-1"],
            {"undetermined": {"the mean of a": "0"}},
            {"region": {}, "layers": {"a": f"x + R·1, {DIFFERENT}"}, "neighbourhood": NO_MORE},
        ),
        (
            "a: {size: 2, lagrangian: sparsemax, bias: [1, 0]}",
            ["1", "0"],
            {"undetermined": {"the mean of a": "1/2"}, "unsettled": ["a"]},
            {"region": {}, "layers": {"a": f"{AROUND}, {INSIDE}"}, "neighbourhood": OPEN},
        ),
        (
            "a: {size: 2, activation: clipped_softmax}",
            ["0", "0"],
            {"undetermined": {}, "unsettled": ["a"]},
            {"region": {}, "layers": {"a": f"{AROUND}, {NOT_CONVEX}"}, "neighbourhood": NO_MORE},
        ),
        (
            "a: {size: 2, lagrangian: ghostmax}, b: {size: 1, lagrangian: relu, bias: -1, tau: 0}",
            ["0", "0", "-1"],
            {"undetermined": {"b[0]": "-1"}},
            {"region": {}, "neighbourhood": OPEN},
        ),
    ],
)
def test_what_is_known_of_layers(layers: str, x: list[Any], hidden: dict[str, Any], region: dict[str, Any]) -> None:
    assert offered(layers, x) == (hidden, region)


def test_what_is_not_stable_has_no_neighbourhood() -> None:
    assert offered("a: {size: 2, lagrangian: relu}", ["0", "0"], stable=False)[1]["neighbourhood"] == NO_MORE


def test_instantaneous_layers_that_inhibit_themselves() -> None:
    model = build_model(
        parse_spec(
            "hopverify: 1\nname: tried\nlayers: {a: {size: 1, lagrangian: relu, bias: -1}, "
            "b: {size: 1, lagrangian: relu, tau: 0}}\n"
            "synapses: {w: {kind: diagonal, layers: [b, b], weights: [-1]}}\nchecks: [equilibria]\n"
        )
    )
    search = search_of(model, {})
    assert search is not None
    claim = {"claim": "some equilibria", "equilibria": [{"x": ["-1", "0"]}]}
    evidence = with_flat_regions(search, {"rule": "kernel", "claim": claim, "proof": {"by": "granted"}})
    assert accept(core_of(model), {key: evidence[key] for key in ("claim", "proof")}).claim["all"] is False
