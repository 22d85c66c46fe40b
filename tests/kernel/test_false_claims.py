"""Claims that are false: where functions have no value, jump, or balls do not tell what an exact value is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from hopverify.checker.rules.kernel import RULE
from hopverify.core import core_of
from hopverify.errors import EvidenceRejected
from hopverify.kernel.check import accept
from hopverify.kernel.core import Core
from hopverify.kernel.numbers import Rejected
from hopverify.kernel.reading import read
from hopverify.networks import build_model
from hopverify.obligations import GradientDrive
from hopverify.spec import parse_spec
from tests.kernel.accepting import accepted, rejected

X, GAMMA = ["state"], ["activation", "x"]
HALF_SQUARE = ["divide", ["power", X, "2"], "2"]
FIRST = ["index", ["state", "x"], "0"]


def core_with(L: Any = HALF_SQUARE, size: int = 1, synapse: Any = None, **others: Any) -> Core:
    """Return the core of one layer x, with a synapse s of an energy and drives."""
    numbers = {key: {"shape": [size], "all": "0" if key == "bias" else "1"} for key in ("bias", "tau", "leak")}
    layer = {"name": "x", "size": size, **numbers, "bias in energy": True, "acts": "neuron", "L": L, "g": "gradient"}
    drives = ("energy", "arrays", "original")
    document: dict[str, Any] = {
        "core": 1,
        "dynamics": {"kind": "flow"},
        "arrays": {},
        "layers": [{**layer, **{key: each for key, each in others.items() if key not in drives}}],
        "synapses": [] if synapse is None else [dict(zip(("name", "S", "drive"), ("s", *synapse), strict=True))],
        "energy": "derived",
        "memories": [],
        "altered": None,
        "original": None,
    }
    return read({**document, **{key: others[key] for key in drives if key in others}})


# ------------------------------------------------------------------------------------- where functions have no value


@pytest.mark.parametrize("L", [["add", ["log", "-1"], ["multiply", "0", X]], ["log", ["subtract", "-1", HALF_SQUARE]]])
def test_a_gradient_of_what_has_no_value_is_neither_constant_nor_alive(L: Any) -> None:
    dead = {"intervals": [["-∞", "+∞"]], "unbounded": True, "neuron_states": ["0", "1"], "kind": "dead", "layer": "x"}
    rejected(core_with(L), "constant on a segment", "cells", dead, "locally Lipschitz")
    alive = {"layer": "x", "kind": "alive"}
    rejected(core_with(L), "constant on no segment", "slope", alive, "locally Lipschitz", points=["1"])


def test_a_whole_layer_whose_l_has_no_value_is_not_singular() -> None:
    of = core_with(["add", ["log", "-1"], ["multiply", "0", ["sum", X]]], 2, acts="layer")
    everywhere = {"layer": "x", "kind": "singular everywhere"}
    rejected(of, "constant on a segment", "growth", everywhere, "locally Lipschitz")


def test_an_activation_without_a_value_between_two_states_is_not_constant_there() -> None:
    """0·√(-x²(x - 1)²) has a value at 0 and at 1 alone."""
    inside = ["negate", ["multiply", ["power", X, "2"], ["power", ["subtract", X, "1"], "2"]]]
    relu = ["relu", ["subtract", X, "1"]]
    L = ["divide", ["power", relu, "2"], "2"]
    premises = [
        {"claim": {"claim": "convex", "layer": "x"}, "proof": {"by": "composition"}},
        {"claim": {"claim": "gradient of L", "layer": "x"}, "proof": {"by": "identity"}},
    ]
    of, claim = "constant on a segment", {"layer": "x", "kind": "singular", "states": [["0"], ["1"]]}
    assert accepted(core_with(L, g=relu), of, "states", claim, premises=premises)
    hollow = core_with(L, g=["add", relu, ["multiply", "0", ["sqrt", inside]]])
    rejected(hollow, of, "states", claim, "the function has no value there", premises=premises)


@pytest.mark.parametrize(
    "of",
    [
        core_with(["log", X], energy=FIRST),
        core_with(synapse=(["log", ["index", GAMMA, "0"]], "gradient"), energy=FIRST),
        core_with(["log", X], 2, energy=["subtract", "0", ["index", ["state", "x"], "1"]]),
    ],
)
def test_no_energy_rises_where_a_gradient_has_no_value(of: Core) -> None:
    """The formula 1/u has one."""
    state = {"x": ["-1"] * of.layers[0].size}
    rejected(of, "ascent", "point", {"state": state, "rate": "1/2"}, "the function has no value there")


def test_an_energy_that_ends_does_not_rise() -> None:
    """E = γ^(3/2) - γ + … has a derivative at 0, and no value for γ < 0, where the flow goes."""
    S = ["subtract", ["power", ["index", GAMMA, "0"], "3/2"], ["index", GAMMA, "0"]]
    of = core_with(synapse=(S, {"x": ["multiply", "-5", ["ones", GAMMA]]}))
    rejected(of, "ascent", "point", {"state": {"x": ["0"]}, "rate": "1"}, "dE/dt is not certainly so high")
    own = core_with(synapse=(S, "gradient"), energy=["multiply", "-1", FIRST], bias={"shape": [1], "all": "-5"})
    rejected(own, "ascent", "point", {"state": {"x": ["0"]}, "rate": "1"}, "none beside it")


def test_a_lagrangian_that_ends_has_no_curvature_there() -> None:
    of = core_with(["subtract", ["power", X, "5/2"], ["power", X, "2"]])
    claim = {"layer": "x", "state": ["0"], "direction": ["1"], "curvature": "-1"}
    rejected(of, "not convex", "point", claim, "none beside it")
    claim = {"layer": "x", "state": ["1/100"], "direction": ["1"], "curvature": "-1"}
    assert accepted(of, "not convex", "point", claim)


def test_functions_with_a_value_at_one_point_have_no_slope() -> None:
    """(-u²)^(3/2) has the value 0 at 0, where u² has the slope 0."""
    first = ["index", GAMMA, "0"]
    S = ["subtract", ["power", ["negate", ["power", first, "2"]], "3/2"], first]
    of = core_with(synapse=(S, {"x": ["multiply", "-5", ["ones", GAMMA]]}))
    rejected(of, "ascent", "point", {"state": {"x": ["0"]}, "rate": "1"}, "dE/dt is not certainly so high")
    claim = {"synapse": "s", "layer": "x", "index": 0, "activations": {"x": ["0"]}, "apart": "1"}
    rejected(of, "no gradient drive", "point", claim, "none beside it")
    of = core_with(["subtract", ["power", ["negate", ["power", X, "2"]], "5/2"], ["power", X, "2"]])
    bent = {"layer": "x", "state": ["0"], "direction": ["1"], "curvature": "-1"}
    rejected(of, "not convex", "point", bent, "none beside it")
    hidden = ["relu", ["subtract", ["power", ["negate", ["power", X, "2"]], "5/2"], "5"]]
    rejected(core_with(["subtract", hidden, ["power", X, "2"]]), "not convex", "point", bent, "none beside it")
    flat = ["power", ["relu", ["subtract", X, "5"]], "3/2"]
    assert accepted(core_with(["subtract", flat, ["power", X, "2"]]), "not convex", "point", {**bent, "state": ["1"]})


def test_an_energy_with_a_jump_in_it_does_not_rise() -> None:
    """step 0 has all values between 0 and 1, also where it does not move."""
    for jump, why in (["0", "dE/dt is not certainly so high"], ["1", ""]):
        of = core_with(synapse=(["step", jump], {"x": ["multiply", "2", GAMMA]}))
        claim = {"state": {"x": ["2"]}, "rate": "1"}
        if why:
            rejected(of, "ascent", "point", claim, why)
        else:
            assert accepted(of, "ascent", "point", claim)


# ------------------------------------------------------------------------------------------ values that balls enclose


@pytest.mark.parametrize("mask", [["stack", ["stack", ["exp", ["log", "1"]]]], ["stack", ["stack", ["sum", GAMMA]]]])
def test_a_mask_is_an_array(mask: Any) -> None:
    """Of exp(log 1) balls do not tell that it is 1."""
    S = ["sum", ["masked_logsumexp", mask, ["stack", GAMMA]]]
    with pytest.raises(Rejected, match="masked_logsumexp is not defined"):
        core_with(synapse=(S, "gradient"))


@pytest.mark.parametrize("function", ["entmax_conjugate", "normmax_conjugate"])
@pytest.mark.parametrize("parameter", ["-1", "0", "1/2", "1"])
def test_families_have_parameters_above_1(function: str, parameter: str) -> None:
    with pytest.raises(Rejected, match=f"{function} is not defined"):
        core_with(synapse=([function, GAMMA, parameter], "gradient"))


def drives_apart(S: Any, drive: Any, at: Sequence[int], index: int, why: str) -> None:
    """Show that a drive that is -∇S is not shown to be another one."""
    of = core_with(size=len(at), synapse=(S, {"x": drive}))
    claim = {"synapse": "s", "layer": "x", "index": index, "activations": {"x": list(map(str, at))}, "apart": "1/4"}
    rejected(of, "no gradient drive", "point", claim, why)


@pytest.mark.parametrize("at", [(10**30, 10**30 + 10**10), (10**400, 10**401), (-(10**401), -(10**400))])
@pytest.mark.parametrize("family", ["entmax", "normmax"])
def test_scores_that_are_one_double(family: str, at: tuple[int, int]) -> None:
    drives_apart(
        [f"{family}_conjugate", GAMMA, "2"], ["stack", "0", "-1"], at, 1, "not certainly so far apart|no value"
    )


TWICE = ["stack", GAMMA, GAMMA]


@pytest.mark.parametrize("product", [["convolve", TWICE, GAMMA, "1", "0", "2"], ["contract", TWICE, "0", GAMMA]])
def test_arrays_that_move(product: Any) -> None:
    """Σ is 2|γ|²."""
    drives_apart(["sum", product], ["multiply", "-4", GAMMA], (1, 0), 1, "with respect to its array")


def test_values_with_three_axes_that_move() -> None:
    S = ["sum", ["index", ["index", ["add", ["array", "T"], GAMMA], "0"], "0"]]
    of = core_with(size=2, synapse=(S, "gradient"), arrays={"T": {"shape": [2, 2, 2], "all": "1"}})
    rejected(of, "ascent", "point", {"state": {"x": ["1", "1"]}, "rate": "1"}, "more than two axes")


def test_an_array_of_one_number() -> None:
    of = core_with(["multiply", ["array", "c"], HALF_SQUARE], 2, arrays={"c": {"shape": [], "all": "-1"}})
    claim = {"layer": "x", "state": ["0", "0"], "direction": ["1", "1"], "curvature": "-2"}
    assert accepted(of, "not convex", "point", claim)


# ----------------------------------------------------------------------------------------------- what a claim is about


def test_where_symmetric_matrices_are_meant_none_is_not_symmetric() -> None:
    within = {"absolute": "1", "relative": "0", "symmetric": True}
    for w in ({"shape": [2, 2], "entries": [["0", "1"], ["0", "0"]]}, {"shape": [2, 3], "all": "1"}):
        with pytest.raises(Rejected, match="the given one is symmetric"):
            core_with(arrays={"w": {**w, "within": within}})


def test_the_drive_of_the_original_does_not_refute_that_of_the_model() -> None:
    """Both have a synapse w; that of the original is not symmetric."""
    good, bad = (
        build_model(
            parse_spec(
                "hopverify: 1\nname: tried\nlayers: {x: {size: 2, lagrangian: tanh}}\n"
                f"synapses: {{w: {{kind: dense, layers: [x, x], weights: [[1, 2], [{weight}, 1]]}}}}\n"
            )
        )
        for weight in (2, 3)
    )
    repaired = replace(good, original=bad)
    of_original = {"claim": "no gradient drive", "synapse": "w", "layer": "original: x", "index": 0, "apart": "1/4"}
    evidence = {"claim": {**of_original, "activations": {"x": ["1", "1"]}}, "proof": {"by": "point"}}
    assert accept(core_of(repaired), evidence).core is core_of(repaired).original
    with pytest.raises(EvidenceRejected, match="about the original"):
        RULE.judge(GradientDrive(repaired, "w"), evidence)
    evidence["claim"]["layer"] = "x"
    with pytest.raises(EvidenceRejected, match="not certainly so far apart"):
        RULE.judge(GradientDrive(repaired, "w"), evidence)


def test_a_name_with_line_breaks_is_shown_with_escapes() -> None:
    name = "x\naccepted: dE/dt ≤ 0 along the flow, from every state"
    said = accepted(core_with(name=name), "convex", "composition", {"layer": name})
    assert "\n" not in said


def test_a_constant_that_is_none_is_refused() -> None:
    rewritten = ["relu", ["power", X, X]]
    rejected(core_with(), "convex", "slope", {"layer": "x"}, "does not fit", rewritten=rewritten)


def test_an_array_that_would_never_be_read_is_refused() -> None:
    with pytest.raises(Rejected, match="at most 134217728 entries"):
        core_with(arrays={"w": {"shape": [2**26, 2**26], "all": "1"}})


def nested(depth: int) -> Any:
    """Return lists in lists."""
    found: Any = []
    for _ in range(depth):
        found = [found]
    return found


@pytest.mark.parametrize("depth", [500, 3000])
def test_what_is_nested_too_deep_is_refused(depth: int) -> None:
    deep, of = nested(depth), core_with()
    original: Any = None
    for _ in range(depth):
        original = {"core": 1, "original": original}
    of_cores: list[dict[str, Any]] = [
        {"name": deep},
        {"L": ["exp", deep]},
        {"original": original},
        {"arrays": {"w": {"shape": [2], "entries": deep}}},
        {"arrays": {"w": {"shape": [1] * depth, "entries": deep}}},
    ]
    for change in of_cores:
        with pytest.raises(Rejected):
            core_with(**change)
    claim = {"claim": "convex", "layer": "x"}
    entries: list[Any] = [
        deep,
        {"claim": deep, "proof": {"by": "composition"}},
        {"claim": {**claim, "layer": deep}, "proof": {"by": "composition"}},
        {"claim": claim, "proof": deep},
        {"claim": claim, "proof": {"by": deep}},
        {"claim": claim, "proof": {"by": "slope", "rewritten": deep}},
        {"claim": {"claim": "another energy", "because": deep}, "proof": {"by": "core"}},
    ]
    for entry in entries:
        with pytest.raises(Rejected):
            accept(of, entry)


def test_a_power_with_exponent_0_has_a_value_where_its_base_has_one() -> None:
    S = ["power", ["log", ["index", GAMMA, "0"]], "0"]
    of = core_with(synapse=(S, {"x": ["ones", GAMMA]}))
    claim = {"synapse": "s", "layer": "x", "index": 0, "apart": "1/2"}
    rejected(of, "no gradient drive", "point", {**claim, "activations": {"x": ["-1"]}}, "no value there")
    assert accepted(of, "no gradient drive", "point", {**claim, "activations": {"x": ["2"]}})
