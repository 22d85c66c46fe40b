"""Stability of listed equilibria: what is accepted, and how false claims are refused. Lists are taken for granted."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

import numpy as np
import pytest
from flint import arb_mat
from scipy.linalg import solve_continuous_lyapunov

from hopverify.kernel import claims
from hopverify.kernel.check import accept
from hopverify.kernel.copositivity import is_strictly_copositive
from hopverify.kernel.core import Core, Layer, write
from hopverify.kernel.entries import Entry
from hopverify.kernel.facts import Fact
from hopverify.kernel.functions import precision
from hopverify.kernel.linearised import Beside, Linear
from hopverify.kernel.numbers import Rejected
from hopverify.kernel.reading import read
from hopverify.kernel.theorems import THEOREMS
from tests.kernel.accepting import core, dense, layer
from tests.kernel.test_core import SPINS

FORM, DIRECTION, COPOSITIVE, RANGE = ({"by": by} for by in ("form", "direction", "copositive", "range"))
LISTS = {"equilibria": ("region", "equilibria"), "some equilibria": ("equilibria",)}


@pytest.fixture(autouse=True)
def granted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let lists be taken for granted: here it counts what is made of their entries."""
    for name, fields in LISTS.items():
        monkeypatch.setitem(claims.FORMS, name, claims.Form(fields, "the listed states are equilibria"))  # type: ignore[attr-defined]
        monkeypatch.setitem(THEOREMS, (name, "granted"), lambda case: Fact(case.core, case.claim))  # type: ignore[arg-type]


def premises(of: Core, entries: list[dict[str, Any]], name: str = "equilibria") -> list[dict[str, Any]]:
    fields = {"region": None} if name == "equilibria" else {}
    whole = [each for each in of.layers if isinstance(each, Layer) and not each.elementwise and each.g is not None]
    return [
        {"claim": {"claim": name, "equilibria": entries, **fields}, "proof": {"by": "granted"}},
        *({"claim": {"claim": "gradient of L", "layer": each.name}, "proof": {"by": "identity"}} for each in whole),
    ]


def offered(of: Core, *rows: tuple[dict[str, Any], dict[str, Any] | None], **other: Any) -> Fact:
    """Return the fact of a claim about rows with their proofs."""
    told, proofs = [row for row, _ in rows], [proof for _, proof in rows]
    entries = [{key: row[key] for key in ("x", "dimension") if key in row} for row in told]
    for each in entries:
        each |= {"cell": [["0", None]] * len(each["x"])} if "dimension" in each else {}
        each |= {"ends": SEGMENT["ends"]} if "dimension" in each and len(each["x"]) == 2 else {}
    needed = (
        premises(of, entries)
        if {"range", "direction"} & {str(each.get("by")) for each in proofs if isinstance(each, dict)}
        else []
    )
    proof = {"by": "each", "premises": needed or premises(of, entries)[:1], "proofs": proofs, **other.pop("proof", {})}
    return accept(of, {"claim": {"claim": "stability", "all": True, "equilibria": told, **other}, "proof": proof})


def holds(of: Core, row: dict[str, Any], proof: dict[str, Any] | None) -> None:
    assert offered(of, (row, proof)).claim.name == "stability"


def fails(of: Core, row: dict[str, Any], proof: dict[str, Any] | None, why: str) -> None:
    with pytest.raises(Rejected, match=why):
        offered(of, (row, proof))


def row(x: list[Any], stability: str, alive: list[int] | None = None, **told: Any) -> dict[str, Any]:
    return {"x": x, "alive": list(range(len(x))) if alive is None else alive, "stability": stability, **told}


RELU = dense("[[0, 1/2], [1/2, 0]]", "size: 2, lagrangian: relu, bias: 1")
PAIR = dense("[[0, 2], [2, 0]]", "size: 2, lagrangian: relu, bias: -1")
STABLE = row(["2", "2"], "stable", lambda_max_at_most="33/64")
SADDLE = row(["1", "1"], "unstable", direction=["1", "1"])


def test_a_form_that_is_positive_and_one_that_is_not() -> None:
    fact = offered(RELU, (STABLE, FORM))
    assert str(fact.claim).startswith("of each listed equilibrium")
    holds(RELU, STABLE | {"lambda_max_at_most": "1"}, FORM)
    fails(RELU, STABLE | {"lambda_max_at_most": "1/2"}, FORM, "not certainly positive definite")
    for scale, why in (("65/64", "from 0 to 1"), ("-1/64", "from 0 to 1"), ("0.5", "expected a rational")):
        fails(RELU, STABLE | {"lambda_max_at_most": scale}, FORM, why)
    holds(PAIR, SADDLE, DIRECTION)
    fails(PAIR, SADDLE | {"direction": ["1", "-1"]}, DIRECTION, "not certainly negative along the direction")
    fails(PAIR, SADDLE | {"direction": ["1"]}, DIRECTION, "expected 2 numbers")
    fails(PAIR, row(["1", "1"], "stable"), FORM, "not certainly positive definite")


def test_dead_neurons_relax() -> None:
    dead = row(["-1", "-1"], "stable", [], lambda_max_at_most="0")
    offered(PAIR, (SADDLE, DIRECTION), (dead, FORM))
    # Entries that are swapped are other states.
    with pytest.raises(Rejected, match="are alive"):
        offered(PAIR, (row(["-1", "-1"], "unstable", direction=["1", "1"]), DIRECTION))
    fails(PAIR, dead | {"alive": [0]}, FORM, r"the neurons \[\] are alive")
    fails(PAIR, SADDLE | {"alive": [0]}, DIRECTION, r"the neurons \[0, 1\] are alive")
    fails(PAIR, row(["-1", "-1"], "unstable", [], direction=["1", "1"]), DIRECTION, "not certainly negative")


@pytest.mark.parametrize(
    ("change", "proof", "why"),
    [
        ({"stability": "neither"}, FORM, "stable, unstable or undecided"),
        ({"stability": "unstable"}, FORM, "this way shows that an equilibrium is stable"),
        ({"because": "it is"}, FORM, "remarks are about what is undecided"),
        ({"dimension": 1}, FORM, "another one than the premise lists"),
        ({"rate": "1"}, FORM, "more is told than this way shows"),
        ({"direction": ["1", "1"]}, FORM, "more is told than this way shows"),
        ({"told": "1"}, FORM, "unknown keys"),
        ({"at_kink": [0]}, FORM, r"the neurons \[\] are at a kink"),
        ({}, {"by": "form", "P": []}, "unknown keys"),
        ({}, {"by": "eigenvalues"}, "stability is shown by one of"),
        ({}, {"by": ["form"]}, "stability is shown by one of"),
        ({}, None, "stability is shown by one of"),
        ({}, "form", "stability is shown by one of"),
        ({}, {"by": "direction"}, "this way shows that an equilibrium is unstable"),
        ({"stability": "undecided"}, FORM, "nothing is shown of what is undecided"),
        ({"stability": "undecided"}, None, "nothing is shown of what is undecided"),
    ],
    ids=str,
)
def test_what_is_refused(change: dict[str, Any], proof: Any, why: str) -> None:
    fails(RELU, STABLE | change, proof, why)


def test_the_energy_of_an_equilibrium_is_told_exactly_or_enclosed() -> None:
    """E = ½|x|² - γᵀWγ/2 - b·γ of relu neurons: at (2, 2), with W = ½ off the diagonal and b = 1, it is 4 - 2 - 4."""
    for energy in ("-2", ["-2", "-1"], ["-5/2", "-2"], ["-21/10", "-19/10"]):
        holds(RELU, STABLE | {"energy": energy}, FORM)
        holds(RELU, row(["2", "2"], "undecided", energy=energy), None)
    wrong: list[Any] = [
        "-1",
        ["-3", "-21/10"],
        ["-19/10", "0"],
        ["-1", "-3"],
        ["-3", "-2", "-1"],
        ["-2"],
        "x",
        -2,
        None,
    ]
    for energy in wrong:
        with pytest.raises(Rejected):
            offered(RELU, (STABLE | {"energy": energy}, FORM))
    box = [["19/10", "21/10"], ["19/10", "21/10"]]
    fails(RELU, row(box, "undecided", energy="-2"), None, "of an enclosure an enclosed energy")
    fails(RELU, row(box, "undecided", energy=["-21/10", "-19/10"]), None, "not shown to lie between")
    holds(RELU, row(box, "undecided", energy=["-4", "0"]), None)


def test_the_energy_is_the_one_that_the_core_states() -> None:
    synapse = "synapses: {w: {kind: dense, layers: [x, x], weights: [[0]]}}"
    text = f"layers: {{x: {{size: 1, lagrangian: relu, bias: 1}}}}\n{synapse}\n"
    left = core(text.replace("bias: 1", "bias: 1, bias_in_energy: false"))
    holds(core(text), row(["1"], "undecided", energy="-1/2"), None)
    holds(left, row(["1"], "undecided", energy="1/2"), None)
    holds(core(text + "energy: sum(x^4)\n"), row(["1"], "undecided", energy="1"), None)
    fails(
        core(text + "energy: sum(exp(x))\n"), row(["1"], "undecided", energy="3"), None, "exp is known to be rational"
    )
    holds(core(text + "energy: sum(exp(x))\n"), row(["1"], "undecided", energy=["27/10", "14/5"]), None)
    free = core(text.replace("lagrangian: relu", "activation: {expression: tanh(x), of: neuron}"))
    fails(free, row(["1"], "undecided", energy=["-1", "1"]), None, "no Lagrangian")
    about = replace(left, arrays={**left.arrays, "c": replace(PAIR.arrays["w"], within=read_spread())})
    holds(about, row(["1"], "undecided"), None)
    fails(about, row(["1"], "undecided", energy="1/2"), None, "within a spread")


def test_undecided_ones() -> None:
    zero = dense("[[1]]", "size: 1, lagrangian: tanh")
    holds(zero, row(["0"], "undecided"), None)
    holds(zero, row(["0"], "undecided", because="λ_max(K) = 1"), None)
    fails(zero, row(["0"], "undecided", because=1), None, "a remark is a text")
    fails(zero, row(["0"], "stable"), FORM, "not certainly positive definite")
    line = dense("[[1]]", "size: 1, lagrangian: relu")
    holds(line, row(["1"], "undecided", dimension=1), None)


LINES = dense("[[0, -1], [-1, 0]]", "size: 2, lagrangian: relu, bias: 1")
SEGMENT = row(["1/2", "1/2"], "neutral", dimension=1, ends=[["0", "1"], ["1", "0"]])
ACROSS: dict[str, Any] = {"by": "neutral", "without": [0]}


def test_a_segment_that_is_neutral_along_it_and_attracts_across() -> None:
    """ẋ = 1 - y - x and ẏ = 1 - x - y rest where x + y = 1."""
    holds(LINES, SEGMENT, ACROSS)
    holds(LINES, SEGMENT, {"by": "neutral", "without": [1]})
    for without in ([], [0, 1], [2], [0, 0], "0", None):
        fails(LINES, SEGMENT, {"by": "neutral", "without": without}, "as many neurons|different alive neurons")
    fails(LINES, SEGMENT | {"stability": "stable"}, FORM, "it is neutral, unstable or undecided")
    fails(LINES, SEGMENT | {"ends": [["1", "0"], ["0", "1"]]}, ACROSS, "another one than the premise lists")
    fails(LINES, SEGMENT | {"direction": ["1", "1"]}, ACROSS, "more is told")
    fails(RELU, STABLE | {"stability": "neutral"}, ACROSS, "it is stable, unstable or undecided")
    at_end = row(["0", "1"], "neutral", [1], at_kink=[0], dimension=1, ends=SEGMENT["ends"])
    fails(LINES, at_end, ACROSS, "not affine around the state")
    # With -1 in the place of a self-inhibition of 0 across, the form has a negative direction beside its kernel.
    twice = dense("[[2, 1], [1, 2]]", "size: 2, lagrangian: relu, bias: -2")
    told = row(["1", "0"], "neutral", [0], at_kink=[1], dimension=1, ends=SEGMENT["ends"])
    fails(twice, told, ACROSS, "not affine around the state")
    three = dense("[[1, 0, 0], [0, 2, 0], [0, 0, 0]]", "size: 3, lagrangian: relu, bias: [0, -1, 1]")
    line = row(["3", "1", "1"], "neutral", dimension=1)
    fails(three, line, ACROSS, "not certainly positive across the continuum")
    holds(three, line | {"stability": "unstable", "direction": ["0", "1", "0"]}, DIRECTION)
    tanh = dense("[[1, 0], [0, 1/2]]", "size: 2, lagrangian: tanh")
    fails(tanh, row(["0", "0"], "neutral", dimension=1, ends=SEGMENT["ends"]), ACROSS, "not affine around the state")


def test_which_lists_are_needed() -> None:
    entries = [{"x": STABLE["x"]}]
    some = {"premises": premises(RELU, entries, "some equilibria")}
    with pytest.raises(Rejected, match="another list than needed"):
        offered(RELU, (STABLE, FORM), proof=some)
    with pytest.raises(Rejected, match="another list than needed"):
        offered(RELU, (STABLE, FORM), all=False)
    offered(RELU, (STABLE, FORM), proof=some, all=False)
    with pytest.raises(Rejected, match="no region is told"):
        offered(RELU, (STABLE, FORM), proof=some, all=False, region=[["0", "1"]] * 2)
    with pytest.raises(Rejected, match="another list than needed"):
        offered(RELU, (STABLE, FORM), region=[["0", "1"]] * 2)
    for wrong in ({"premises": []}, {"premises": premises(RELU, entries), "proofs": []}):
        with pytest.raises(Rejected, match=r"premise 0 is a list|a proof, or null, for each"):
            offered(RELU, (STABLE, FORM), proof=wrong)
    with pytest.raises(Rejected, match="all is true or false"):
        offered(RELU, (STABLE, FORM), all="yes")
    with pytest.raises(Rejected, match="another number of equilibria"):
        offered(RELU, (STABLE, FORM), proof={"premises": premises(RELU, entries * 2)})
    with pytest.raises(Rejected, match="another one than the premise lists"):
        offered(RELU, (STABLE, FORM), proof={"premises": premises(RELU, [{"x": ["2", "3"]}])})
    with pytest.raises(Rejected, match="more premises than needed"):
        offered(RELU, (STABLE, FORM), proof={"premises": premises(RELU, entries) * 2})


def test_forms_need_symmetric_weights_slopes_that_rise_and_leaks() -> None:
    turned = dense("[[0, 1/2], [-1/2, 0]]", "size: 2, lagrangian: tanh")
    fails(turned, row(["0", "0"], "stable"), FORM, "W is not symmetric")
    unequal = dense("[[0, 3], [1, 0]]", "size: 2, lagrangian: tanh")
    fails(unequal, row(["0", "0"], "unstable", direction=["1", "1"]), DIRECTION, "W is not symmetric")
    one_way = dense("[[0, 3], [0, 0]]", "size: 2, lagrangian: tanh")
    fails(one_way, row(["0", "0"], "unstable", direction=["1", "1"]), DIRECTION, "W is not symmetric")
    # Where gelu falls, W < 0 excites: x = -2 is unstable for W = -20, and the form would say that it is stable.
    falling = dense("[[-20]]", "size: 1, lagrangian: gelu")
    box = [["-2000001/1000000", "-1999999/1000000"]]
    fails(falling, row(box, "stable"), FORM, "a slope is not certainly ≥ 0")
    fails(falling, row(box, "unstable", direction=["1"]), DIRECTION, "a slope is not certainly ≥ 0")
    holds(falling, row(box, "unstable", rate="1/2"), {"by": "lyapunov", "P": [["-1"]], "z": ["1"]})
    rising = dense("[[1]]", "size: 1, lagrangian: gelu")
    holds(rising, row(["0"], "stable", lambda_max_at_most="33/64"), FORM)
    leakless = dense("[[-1]]", "size: 1, lagrangian: relu, leak: 0")
    fails(leakless, row(["1"], "stable"), FORM, "a neuron has no leak")


def test_numbers_within_a_spread_are_refused() -> None:
    near = replace(PAIR.arrays["w"], within=read_spread())
    of = replace(PAIR, arrays={"w": near})
    fails(of, SADDLE, DIRECTION, "known up to a spread")
    fails(of, row(["-1", "-1"], "stable", []), FORM, "known up to a spread")


def read_spread() -> Any:
    of = core(
        "layers: {x: {size: 2, lagrangian: relu}}\n"
        "synapses: {w: {kind: dense, layers: [x, x], weights: {values: [[0, 2], [2, 0]], tolerance: 1/8}}}\n"
    )
    return of.arrays["w"].within


def test_spins_follow_no_flow() -> None:
    of = read(SPINS)
    with pytest.raises(Rejected, match="spins follow no flow"):
        offered(of, (STABLE, FORM))


# ------------------------------------------------------------------------------------------------------------- at kinks

CORNER = row(["0", "0"], "stable", [], at_kink=[0, 1])


def corner(w: str, own: str = "0") -> Core:
    return dense(f"[[{own}, {w}], [{w}, {own}]]", "size: 2, lagrangian: relu")


def test_cones_of_directions_at_a_kink() -> None:
    """Q = ((1, -w), (-w, 1)) is strictly copositive for w < 1, also where it is not positive definite."""
    holds(corner("-4"), CORNER, COPOSITIVE)
    fails(corner("-4"), CORNER, FORM, "not certainly positive definite")
    holds(corner("1/2"), CORNER, COPOSITIVE)
    fails(corner("1"), CORNER, COPOSITIVE, "not certainly positive on a cone")
    fails(corner("2"), CORNER, COPOSITIVE, "not certainly positive on a cone")
    growing = row(["0", "0"], "unstable", [], at_kink=[0, 1], direction=["1", "1"])
    holds(corner("2"), growing, DIRECTION)
    # Neurons do not move to the left, where relu is constant.
    fails(corner("2"), growing | {"direction": ["-1", "-1"]}, DIRECTION, "not certainly negative")
    fails(corner("-4"), growing | {"direction": ["1", "-1"]}, DIRECTION, "not certainly negative")
    fails(corner("-4"), CORNER | {"lambda_max_at_most": "1"}, COPOSITIVE, "more is told")
    fails(corner("-4"), row(["0", "0"], "stable", [0, 1]), COPOSITIVE, r"the neurons \[\] are alive")
    fails(corner("-4"), row(["0", "0"], "stable", []), COPOSITIVE, r"the neurons \[0, 1\] are at a kink")


def test_kinks_with_a_slope_on_both_sides() -> None:
    leaky = "size: 2, lagrangian: {leaky_relu: {slope: 1/2}}"
    for w, stable in (("9/10", True), ("-9/10", True), ("11/10", False), ("-3", False)):
        of = dense(f"[[0, {w}], [{w}, 0]]", leaky)
        if stable:
            holds(of, CORNER, COPOSITIVE)
        else:
            fails(of, CORNER, COPOSITIVE, "not certainly positive on a cone")
            sign = "1" if Fraction(w) > 0 else "-1"
            holds(of, row(["0", "0"], "unstable", [], at_kink=[0, 1], direction=["1", sign]), DIRECTION)
    far = dense("[[0, 6/5], [6/5, 0]]", leaky)
    fails(
        far,
        row(["0", "0"], "unstable", [], at_kink=[0, 1], direction=["-1", "-1"]),
        DIRECTION,
        "not certainly negative",
    )


def test_alive_neurons_are_free_at_a_kink() -> None:
    """Neuron 0 rests at 1, neuron 1 exactly at its kink: S = 1 - w²/(1 - a)."""
    for w, a, why in (
        ("-1/2", "0", ""),
        ("-1/2", "7/8", "on a cone"),
        ("-1/2", "2", "of the alive neurons"),
    ):
        bias = f"[{1 - Fraction(a)}, {-Fraction(w)}]"
        of = dense(f"[[{a}, {w}], [{w}, 0]]", f"size: 2, lagrangian: relu, bias: {bias}")
        told = row(["1", "0"], "stable", [0], at_kink=[1])
        if why:
            fails(of, told, COPOSITIVE, why)
        else:
            holds(of, told, COPOSITIVE)


def test_at_most_eight_neurons_lie_at_a_kink() -> None:
    of = layer("size: 9, lagrangian: relu")
    fails(of, row(["0"] * 9, "stable", [], at_kink=list(range(9))), COPOSITIVE, "at most 8")
    holds(of, row(["0"] * 9, "stable", [], at_kink=list(range(9)), lambda_max_at_most="1/64"), FORM)


def test_curved_pieces_at_a_kink() -> None:
    """selu has two slopes at 0: a form shows stability, but that a state is unstable needs straight pieces."""
    selu = dense("[[0, 2], [2, 0]]", "size: 2, lagrangian: selu")
    told = row(["0", "0"], "unstable", [], at_kink=[0, 1], direction=["1", "1"])
    fails(selu, told, DIRECTION, "not piecewise linear")
    holds(dense("[[0, 1/4], [1/4, 0]]", "size: 2, lagrangian: selu"), CORNER, COPOSITIVE)
    # In a box around the kink, too, slopes are those of both sides.
    box = row([["-1/1000", "1/1000"]] * 2, "unstable", direction=["1", "1"])
    fails(corner("2"), box, DIRECTION, "not piecewise linear")
    holds(corner("1/2"), row([["-1/1000", "1/1000"]] * 2, "stable", lambda_max_at_most="33/64"), FORM)


def test_slopes_that_are_0_at_one_point_only() -> None:
    """relu(x)²/2 has the slope relu(x): 0 at 0 from both sides, so that it has no kink."""
    of = dense("[[-1]]", "size: 1, lagrangian: {expression: 'relu(x)^3/6'}")
    holds(of, row(["0"], "stable", [], lambda_max_at_most="0"), FORM)
    # x²/2 falls on the left of 0.
    square = dense("[[-1]]", "size: 1, lagrangian: {expression: 'x^3/6'}")
    fails(square, row(["0"], "stable", []), FORM, "a slope is not certainly ≥ 0")
    holds(square, row(["0"], "stable", []), {"by": "lyapunov", "P": [["1"]]})


def test_activations_that_jump_are_refused() -> None:
    of = layer("size: 1, activation: {expression: 'sign(x)'}")
    fails(of, row(["0"], "stable", []), FORM, "locally Lipschitz")


def test_a_kink_that_cannot_be_located() -> None:
    """The kink of relu(exp(x) - 2) is log 2, no rational: the line is one cell, with all slopes in between there."""
    of = dense("[[1/4]]", "size: 1, activation: {expression: 'relu(exp(x) - 2)'}")
    holds(of, row(["0"], "stable", [], lambda_max_at_most="0"), FORM)
    around = [["6931/10000", "1733/2500"]]
    holds(of, row(around, "stable", lambda_max_at_most="33/64"), FORM)
    steep = dense("[[1]]", "size: 1, activation: {expression: 'relu(exp(x) - 2)'}")
    fails(steep, row(around, "unstable", direction=["1"]), DIRECTION, "not piecewise linear")
    holds(steep, row([["1", "101/100"]], "unstable", direction=["1"]), DIRECTION)


# -------------------------------------------------------------------------------------------------- layers as a whole


def shares(scale: str, kind: str = "softmax", tau: str = "1") -> Core:
    weights = f"[[{scale}, 0, 0], [0, {scale}, 0], [0, 0, {scale}]]"
    return dense(weights, f"size: 3, lagrangian: {kind}, tau: {tau}")


def test_the_range_of_a_hessian() -> None:
    """H = 1/3 - 11ᵀ/9 at the middle: K has the eigenvalues w/3 and 0, along (1, 1, 1)."""
    stable = row(["2/3"] * 3, "stable", lambda_max_at_most="43/64")
    holds(shares("2"), stable, RANGE)
    fails(shares("2"), stable | {"lambda_max_at_most": "42/64"}, RANGE, "expected a rational in lowest terms")
    fails(shares("2"), stable | {"lambda_max_at_most": "21/32"}, RANGE, "not certainly positive in the range of H")
    fails(shares("2"), stable, FORM, "a layer acts as a whole")
    unstable = row(["2"] * 3, "unstable", direction=["1", "-1", "0"])
    holds(shares("6"), unstable, DIRECTION)
    fails(shares("6"), unstable | {"direction": ["1", "1", "1"]}, DIRECTION, "not certainly negative")
    fails(shares("6"), row(["2"] * 3, "stable"), RANGE, "in the range of H")
    mixed = shares("2", tau="[1, 2, 1]")
    fails(mixed, stable, RANGE, "different time constants")
    holds(
        mixed, row(["2/3"] * 3, "stable"), {"by": "lyapunov", "P": [["1", "0", "0"], ["0", "2", "0"], ["0", "0", "1"]]}
    )


def test_sparse_shares() -> None:
    """At (3, 0, 0) sparsemax is constant; at (0, 0, 0) all shares move; at the border between, nothing is told."""
    holds(shares("1", "sparsemax"), row(["1/3"] * 3, "undecided"), None)
    spread = row(["0", "0", "0"], "stable", lambda_max_at_most="1/64")
    holds(shares("0", "sparsemax"), spread, RANGE)
    lone = row(["3", "0", "0"], "stable", [], lambda_max_at_most="0")
    holds(shares("3", "sparsemax"), lone, RANGE)
    at_border = row(["1", "0", "0"], "stable", [0, 1, 2])
    fails(shares("1", "sparsemax"), at_border, RANGE, "no continuous derivatives")


def test_a_hessian_with_another_null_space() -> None:
    """The norm is flat along rays, which composition does not see."""
    of = dense("[[1/2, 0], [0, 1/2]]", "size: 2, lagrangian: {expression: 'norm(x, 1)'}, bias: [1, 0]")
    holds(of, row([["3/2", "151/100"], ["-1/100", "1/100"]], "stable"), RANGE)
    flat = dense("[[0, 0], [0, 0]]", "size: 2, lagrangian: {expression: 'sum(x)^2/2'}, bias: [1, 0]")
    fails(flat, row(["1", "0"], "stable"), RANGE, "H is not certainly positive off its known null space")
    fails(flat, row(["1", "0"], "unstable", direction=["1", "0"]), DIRECTION, "H is not certainly positive")


def test_gradients_are_a_premise_where_layers_act_as_a_whole() -> None:
    of = shares("2")
    stable = row(["2/3"] * 3, "stable")
    with pytest.raises(Rejected, match="lacks a premise"):
        offered(of, (stable, RANGE), proof={"premises": premises(of, [{"x": stable["x"]}])[:1]})


# ------------------------------------------------------------------------------------------------------------ any W

TURNED = dense("[[0, 2], [-2, 0]]", "size: 2, lagrangian: tanh")
P = [["1", "0"], ["0", "1"]]
ORIGIN = row(["0", "0"], "stable", rate="1/2")


def test_a_quadratic_form_that_falls() -> None:
    holds(TURNED, ORIGIN, {"by": "lyapunov", "P": P})
    fails(TURNED, ORIGIN | {"rate": "2"}, {"by": "lyapunov", "P": P}, "does not certainly fall")
    fails(TURNED, ORIGIN | {"rate": "-1"}, {"by": "lyapunov", "P": P}, "a rate is ≥ 0")
    for wrong in ([["1", "1"], ["0", "1"]], [["1", "0"]], [["1"], ["1"]]):
        fails(TURNED, ORIGIN, {"by": "lyapunov", "P": wrong}, "not a symmetric matrix|expected 2 numbers")
    fails(
        TURNED,
        ORIGIN | {"stability": "unstable"},
        {"by": "lyapunov", "P": P, "z": ["1", "0"]},
        "zᵀPz is not negative|fall",
    )
    fails(TURNED, ORIGIN, {"by": "lyapunov", "P": P, "z": ["1", "0"]}, "unknown keys")
    fails(TURNED, ORIGIN | {"lambda_max_at_most": "1"}, {"by": "lyapunov", "P": P}, "more is told")


def test_slopes_of_curved_drives_are_those_at_the_activation() -> None:
    """ẋ = γ³/8 - x with γ = 2x grows like e^(2t) beside x = 1, where γ = 2: not as it would with γ = g(g(1)) = 4."""
    of = core(
        "layers: {x: {size: 1, lagrangian: {expression: x^2}}}\n"
        "synapses: {s: {kind: expression, layers: [x], energy: -sum(x^4)/32}}\n"
    )
    proof = {"by": "lyapunov", "P": [["-1"]], "z": ["1"]}
    holds(of, row(["1"], "unstable", rate="31/16"), proof)
    fails(of, row(["1"], "unstable", rate="2"), proof, "does not certainly fall")
    fails(of, row(["1"], "stable"), {"by": "lyapunov", "P": [["1"]]}, "does not certainly fall")
    holds(of, row(["0"], "stable", rate="15/16"), {"by": "lyapunov", "P": [["1"]]})
    fails(of, row(["0"], "stable", lambda_max_at_most="1"), FORM, "W is not symmetric|not affine")


def test_repeated_eigenvalues() -> None:
    """W of a threshold-linear network whose linear flow has the eigenvalue -1/4 twice, and one > 0 (0.7367)."""
    of = dense(
        "[[0, -3/4, -3/4, -3/2], [-3/4, 0, -3/4, -3/2], [-3/4, -3/4, 0, -3/2], [-3/2, -3/2, -3/4, 0]]",
        "size: 4, lagrangian: relu, bias: 1",
    )
    P = [["1", "-1", "0", "0"], ["-1", "2", "-1", "0"], ["0", "-1", "1", "0"], ["0", "0", "0", "0"]]
    found = lyapunov_matrix(of, 4)
    state = row(["4/25", "4/25", "4/25", "2/5"], "unstable", rate="1/2")
    holds(of, state, {"by": "lyapunov", **found})
    fails(of, state | {"rate": "3/4"}, {"by": "lyapunov", **found}, "does not certainly fall")
    fails(of, state, {"by": "lyapunov", "P": P, "z": ["1", "0", "0", "0"]}, "does not certainly fall")
    fails(
        of,
        state | {"stability": "stable"},
        {"by": "lyapunov", "P": found["P"]},
        "fall",
    )


def lyapunov_matrix(of: Core, n: int) -> dict[str, Any]:
    """Return P with P(A - 1/2) + (A - 1/2)ᵀP = -1 for the flow A = W - 1 of neurons that are all alive, rounded."""
    W = np.array(of.arrays["w"].entries, dtype=float).reshape(n, n)
    P = solve_continuous_lyapunov((W - 1.5 * np.eye(n)).T, -np.eye(n))
    rounded = np.round((P + P.T) / 2 * 2**20) / 2**20
    z = np.round(np.linalg.eigh(P)[1][:, 0] * 2**10)
    return {"P": [[str(Fraction(each)) for each in line] for line in rounded], "z": [str(Fraction(each)) for each in z]}


def test_stability_at_a_kink_for_weights_that_are_not_symmetric() -> None:
    of = dense("[[0, 1/2], [-1/2, 0]]", "size: 2, lagrangian: relu")
    told = row(["0", "0"], "stable", [], at_kink=[0, 1])
    holds(of, told, {"by": "lyapunov", "P": P})
    steep = dense("[[0, 3], [-3, 0]]", "size: 2, lagrangian: relu")
    fails(steep, told, {"by": "lyapunov", "P": P}, "does not certainly fall")


FAST = """
layers:
  x: {size: 1, lagrangian: identity}
  h: {size: 1, lagrangian: identity, tau: 0}
synapses:
  w: {kind: dense, layers: [x, h], weights: [[%s]]}
"""


def test_instantaneous_neurons_follow() -> None:
    """ẋ = w²x - x: stable exactly if w² < 1."""
    for w, stable in (("1/2", True), ("2", False)):
        of = core(FAST % w)
        if stable:
            holds(of, row(["0", "0"], "stable"), FORM)
            holds(of, row(["0", "0"], "stable", rate="1/2"), {"by": "lyapunov", "P": [["1"]]})
            fails(of, row(["0", "0"], "stable", rate="1"), {"by": "lyapunov", "P": [["1"]]}, "fall")
        else:
            holds(of, row(["0", "0"], "unstable", direction=["1", w]), DIRECTION)
            holds(of, row(["0", "0"], "unstable", rate="2"), {"by": "lyapunov", "P": [["-1"]], "z": ["1"]})


SELF = """
layers:
  x: {size: 1, lagrangian: relu}
  h: {size: 1, lagrangian: %s, tau: 0}
synapses:
  w: {kind: dense, layers: [x, h], weights: [[1]]}
"""


def exciting(of: Core, weight: int) -> Core:
    """Return a core in which instantaneous neurons excite themselves, as no spec may say."""
    document = write(of)
    own = ["multiply", str(weight), ["activation", "h"]]
    document["synapses"].append(
        {
            "name": "own",
            "S": [
                "multiply",
                str(Fraction(-weight, 2)),
                ["dot", ["activation", "h"], ["activation", "h"]],
            ],
            "drive": {"h": own},
        }
    )
    return read(document)


def test_instantaneous_neurons_that_do_not_follow_are_refused() -> None:
    of = exciting(core(SELF % "identity"), 2)
    fails(of, row(["0", "0"], "unstable", [1], at_kink=[0], direction=["0", "1"]), DIRECTION, "not shown to follow")
    fails(of, row(["0", "0"], "stable", [1], at_kink=[0]), COPOSITIVE, "not shown to follow")
    fails(of, row(["0", "0"], "stable", [1], at_kink=[0]), {"by": "lyapunov", "P": [["1"]]}, "not shown to follow")
    curved = exciting(core(SELF % "gelu"), -2)
    fails(curved, row(["0", "0"], "stable", [1], at_kink=[0]), COPOSITIVE, "several states for one drive")
    # That hard_tanh rises is seen piece by piece: its Lagrangian is not convex by composition.
    holds(exciting(core(SELF % "hard_tanh"), -2), row(["0", "0"], "stable", [1], at_kink=[0]), COPOSITIVE)
    whole = exciting(core((SELF % "softmax").replace("h: {size: 1", "h: {size: 2").replace("[[1]]", "[[1, 0]]")), 6)
    told = row(["1", "3", "3"], "unstable", [0, 1, 2], direction=["0", "1", "-1"])
    fails(whole, told, DIRECTION, "not shown to follow")


def test_all_neurons_are_instantaneous() -> None:
    document = write(layer("size: 1, lagrangian: identity, bias: 1"))
    document["layers"][0]["tau"] = {"shape": [1], "all": "0"}
    holds(read(document), row(["1"], "stable"), {"by": "lyapunov", "P": []})


def test_an_equilibrium_that_attracts_all_is_stable() -> None:
    """ẋ = tanh x - x has no exponential rate: solutions fall like 1/√t."""
    of, state = dense("[[1]]", "size: 1, lagrangian: tanh"), row(["0"], "stable")
    attracts = {
        "claim": {"claim": "global stability", "x": ["0"]},
        "proof": {"by": "T16", "multipliers": {"x": ["1"]}, "heights": {"x": "1"}},
    }
    listed = premises(of, [{"x": ["0"]}])
    offered(of, (state, {"by": "T16"}), proof={"premises": [*listed, attracts]})
    for wrong, why in ((listed, "lacks a premise"), ([*listed, listed[0]], "another one than needed")):
        with pytest.raises(Rejected, match=why):
            offered(of, (state, {"by": "T16"}), proof={"premises": wrong})
    with pytest.raises(Rejected, match="more is told"):
        offered(of, (state | {"rate": "1"}, {"by": "T16"}), proof={"premises": [*listed, attracts]})
    with pytest.raises(Rejected, match="more premises than needed"):
        offered(of, (row(["0"], "undecided"), None), proof={"premises": [*listed, attracts]})


# ------------------------------------------------------------------------------------------------------- copositivity


def test_copositivity_of_small_matrices_is_that_of_their_values_on_a_grid() -> None:
    """Entries are so coarse that a form is ≤ 0 on the grid wherever it is ≤ 0 clearly; where it is accepted, never."""
    r = Random(5)
    grid = [d for d in product(range(5), repeat=3) if any(d)]
    seen = set()
    with precision():
        for _ in range(150):
            a, b, c, d, e, f = (r.randrange(-3, 5) for _ in range(6))
            S = [[abs(a), b, c], [b, abs(d), e], [c, e, abs(f)]]
            value = min(sum(S[i][j] * u[i] * u[j] for i in range(3) for j in range(3)) for u in grid)
            holds_ = is_strictly_copositive(arb_mat(S))
            assert not (holds_ and value <= 0)
            seen.add((holds_, value > 0))
    assert {(True, True), (False, False)} <= seen


def test_horns_matrix_is_copositive_but_not_strictly() -> None:
    """Horn's matrix (Hall & Newman 1963) has zeros; with more on its diagonal it is strictly copositive."""
    H = [[1, -1, 1, 1, -1], [-1, 1, -1, 1, 1], [1, -1, 1, -1, 1], [1, 1, -1, 1, -1], [-1, 1, 1, -1, 1]]
    with precision():
        assert not is_strictly_copositive(arb_mat(H))
        assert is_strictly_copositive(
            arb_mat([[2 * each if i == j else each for j, each in enumerate(line)] for i, line in enumerate(H)])
        )
        assert not is_strictly_copositive(arb_mat([[0]]))


def test_forms_are_what_the_flow_says() -> None:
    """For random symmetric weights the forms accept only what the eigenvalues of the flow say, and mostly all of it."""
    r, decided = Random(11), 0
    for _ in range(40):
        w = [r.randrange(-6, 7) for _ in range(6)]
        W = [[Fraction(w[0], 4), Fraction(w[1], 4), Fraction(w[2], 4)]]
        W += [
            [Fraction(w[1], 4), Fraction(w[3], 4), Fraction(w[4], 4)],
            [Fraction(w[2], 4), Fraction(w[4], 4), Fraction(w[5], 4)],
        ]
        of = dense(
            str([[str(each) for each in line] for line in W]).replace("'", ""),
            "size: 3, lagrangian: tanh, tau: [1, 3, 1/5]",
        )
        top = float(np.linalg.eigvalsh(np.array(W, dtype=float))[-1])
        v = np.linalg.eigh(np.array(W, dtype=float))[1][:, -1]
        told = row(["0"] * 3, "unstable", direction=[str(Fraction(round(each * 64), 64)) for each in v])
        for claimed, proof in ((row(["0"] * 3, "stable"), FORM), (told, DIRECTION)):
            try:
                offered(of, (claimed, proof))
            except Rejected:
                continue
            decided += 1
            assert (top < 1) == (claimed["stability"] == "stable")
    assert decided >= 35


def test_states_are_numbered_through_the_layers() -> None:
    of = core(FAST % "1/2")
    beside = Beside(Linear(of), Entry(((Fraction(0), Fraction(0)),) * 2))
    assert (beside.flow.fast, beside.flow.slow, beside.alive) == ([1], [0], [0, 1])
