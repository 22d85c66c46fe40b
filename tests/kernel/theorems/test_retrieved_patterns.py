"""Basin cells and what they retrieve, in numbers by hand; and everything next to what is accepted."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from hopverify.kernel.check import accept
from hopverify.kernel.core import Core
from hopverify.kernel.numbers import Rejected
from hopverify.kernel.reading import read
from tests.kernel.accepting import core
from tests.kernel.test_core import SPINS

# ẋ = 2 tanh x - x has the equilibria 0 and ±1.915; tanh' is 0.18 at 3/2, and 2·0.42 < 1 at 1.
PLAIN = """
layers: {x: {size: 1, lagrangian: tanh}}
synapses: {w: {kind: dense, layers: [x, x], weights: [[2]]}}
memories: {m: {layer: x, patterns: [[2]]}}
"""
ROW: dict[str, Any] = {
    "retrieved": True,
    "cell": [["1", None]],
    "x": [["19/10", "97/50"]],
    "apart": "1/100",
    "limit": ["12/25", "49/100"],
    "rival": None,
    "wrong": 0,
    "distance": "1/10",
    "nearest_end": "1",
}
ONES = {"x": ["1"]}


def told(of: Core | str, *rows: Any, multipliers: Any = ONES, by: str = "cells", more: Any = (), **fields: Any) -> str:
    claim = {"claim": "retrieved patterns", "memory": "m", "errors": 0, "flips": 0, "at_least": 1}
    proof = {"by": by, "multipliers": multipliers, **dict(more)}
    of = core(of) if isinstance(of, str) else of
    return str(accept(of, {"claim": {**claim, "patterns": list(rows), **fields}, "proof": proof}).claim)


def wrong(of: Core | str, *rows: Any, why: str, **more: Any) -> None:
    with pytest.raises(Rejected, match=why):
        told(of, *rows, **more)


def test_a_pattern_is_retrieved_from_a_cell() -> None:
    assert told(PLAIN, ROW).startswith("at least 1 patterns of m, or all of them, are retrieved")
    told(PLAIN, ROW | {"cell": [["1", "3"]]})
    told(PLAIN, {"retrieved": False}, at_least=0)
    told(PLAIN, {key: ROW[key] for key in ("x", "cell")} | {"retrieved": False}, at_least=0)


KEPT, DEFINITE = "targets of the cell may lie outside", "not shown to be positive definite"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"cell": [["1", "189/100"]]}, KEPT),
        ({"cell": [["48/25", None]]}, KEPT),
        ({"cell": [["1/10", None]]}, DEFINITE),
        ({"cell": [["17/20", None]]}, DEFINITE),
        ({"cell": [[None, None]]}, DEFINITE),
        ({"cell": [["9/10", None]], "nearest_end": "11/10"}, None),
        ({"cell": [["5/4", None]]}, "the cell may end nearer"),
        ({"cell": [["3", "1"]]}, "above the upper one"),
        ({"cell": [["1", None], ["1", None]]}, "expected 1 pairs"),
        ({"x": [["3/2", "2"]], "apart": "1/10", "distance": "1/2"}, None),
        ({"x": [["19/10", "191/100"]]}, "not shown to hold the equilibrium"),
        ({"x": [["0", "2"]]}, "not shown to hold the equilibrium"),
        ({"apart": "1/1000"}, "may lie farther from that of the pattern"),
        ({"distance": "1/20"}, "may lie farther from the pattern"),
        ({"limit": ["1/2", "1/2"]}, "a rival may be nearer"),
        ({"nearest_end": "101/100"}, "the cell may end nearer"),
        ({"nearest_end": "-1"}, "the cell may end nearer"),
        ({"apart": "12/25"}, "not shown to be retrieved"),
        ({"retrieved": 1}, "true or false"),
        ({"flips": {"neurons": 1, "box": [["1", None]]}}, "are not shown to return"),
        ({"flips": {"neurons": 0, "box": [["1", None]]}}, "whole number ≥ 1"),
        ({"flips": {"neurons": 1, "box": [["0", None]]}}, "its box is not in the cell"),
        ({"flips": {"neurons": 1, "box": [["1", "3/2"]]}}, "has no pattern"),
        ({"flips": {"neurons": 1}}, "missing"),
        ({"stability": "stable"}, "unknown keys"),
    ],
)
def test_what_a_row_tells_is_shown(change: dict[str, Any], why: str | None) -> None:
    if why is None:
        told(PLAIN, ROW | change)
    else:
        wrong(PLAIN, ROW | change, why=why)


@pytest.mark.parametrize("key", ["cell", "x", "apart", "limit", "wrong", "retrieved"])
def test_what_is_left_out_is_missed(key: str) -> None:
    row = {name: value for name, value in ROW.items() if name != key}
    wrong(PLAIN, row, why="no cell|nothing is told|comes with|not shown|missing")


def test_what_is_asked_has_to_be_told() -> None:
    wrong(PLAIN, ROW, why="not shown to be retrieved", flips=1)
    wrong(PLAIN, ROW, ROW, why="a row for each of 1 patterns")
    wrong(PLAIN, {"retrieved": False}, why="fewer patterns")
    wrong(PLAIN, {"retrieved": True}, why="nothing is told")
    wrong(PLAIN, ROW, why="no memory", memory="n")
    wrong(PLAIN, ROW, why="no basin is stated", basin="all states")
    wrong(PLAIN, ROW, why="multipliers are > 0", multipliers={"x": ["0"]})
    wrong(PLAIN, ROW, why="unknown keys", multipliers={"x": ["1"], "y": ["1"]})
    told(PLAIN, ROW, multipliers={"x": ["3"]})
    wrong(read(SPINS), ROW, why="spins")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("leak: 0", "has no leak"),
    ],
)
def test_what_the_theorem_does_not_cover(text: str, why: str) -> None:
    wrong(PLAIN.replace("lagrangian: tanh", f"lagrangian: tanh, {text}"), ROW, why=why)
    many = PLAIN.replace("size: 1", "size: 401").replace("dense", "diagonal").replace("[[2]]}", "0}", 1)
    wrong(many.replace("[[2]]", str([[2] * 401])), ROW, why="more than 400", multipliers={"x": ["1"] * 401})


def test_an_activation_falls_nowhere_on_a_cell() -> None:
    """-tanh falls everywhere, silu left of -1.28 only."""
    falls = PLAIN.replace("lagrangian: tanh", "lagrangian: {expression: '-logcosh(x)'}").replace("[[2]]}", "[[-2]]}", 1)
    wrong(falls, ROW, why=DEFINITE)
    silu = PLAIN.replace("lagrangian: tanh", "lagrangian: silu, bias: 2").replace("[[2]]}", "[[1/4]]}", 1)
    row = {"retrieved": False, "x": [["2", "3"]], "cell": [["-1", "4"]]}
    told(silu, row, at_least=0)
    wrong(silu, row | {"cell": [["-2", "4"]]}, why=DEFINITE, at_least=0)
    wrong(silu, row | {"cell": [["-1", None]]}, why="an activation is unbounded", at_least=0)


def test_where_it_is_not_known_how_an_activation_bends() -> None:
    """x/(1 + x²/8)… rises up to √8; on half-lines beyond where ranges tell how it bends no slope is known."""
    text = "lagrangian: {expression: '4*log1p(x^2/8)'}, bias: 1"
    of = PLAIN.replace("lagrangian: tanh", text).replace("[[2]]}", "[[1/4]]}", 1)
    row = {"retrieved": False, "x": [["1", "3/2"]], "cell": [["1/2", "2"]]}
    told(of, row, at_least=0)
    wrong(of, row | {"cell": [["1/2", "4"]]}, why=DEFINITE, at_least=0)
    wrong(of, row | {"cell": [["1/2", None]]}, why=f"{DEFINITE}|unbounded", at_least=0)


RELU = """
layers: {x: {size: 2, lagrangian: relu, bias: [1, -1]}}
synapses: {w: {kind: dense, layers: [x, x], weights: [[1/2, -1], [-1, WEIGHT]]}}
memories: {m: {layer: x, patterns: [[2, -3]]}}
"""


def test_dead_neurons_do_not_count() -> None:
    """Neuron 1 rests at -3, whatever it does to itself; alive it would excite itself too much."""
    of, row = RELU.replace("WEIGHT", "3"), {"retrieved": False, "x": [["3/2", "5/2"], ["-15/4", "-9/4"]]}
    two = {"x": ["1", "1"]}
    told(of, row | {"cell": [["1", "3"], [None, "0"]]}, at_least=0, multipliers=two)
    wrong(of, row | {"cell": [["0", "3"], [None, "1/8"]]}, why=DEFINITE, at_least=0, multipliers=two)
    wrong(
        of, row | {"cell": [["1", "3"], [None, "-2"]]}, why="hold the equilibrium|outside", at_least=0, multipliers=two
    )


SATURATED = """
layers: {x: {size: 4, lagrangian: {tanh: {beta: 8}}}}
synapses: {w: {kind: dense, layers: [x, x], weights: WEIGHTS}}
memories: {m: {layer: x, patterns: [[1, 1, 1, 1]]}}
"""


def saturated(tolerance: str) -> str:
    weights = str([[int(i != j) for j in range(4)] for i in range(4)])
    if tolerance != "0":
        weights = f"{{values: {weights}, tolerance: {tolerance}}}"
    return SATURATED.replace("WEIGHTS", weights)


WIDE = {
    "retrieved": True,
    "cell": [["1/2", None]] * 4,
    "x": [["2", "4"]] * 4,
    "apart": "1/1000",
    "limit": ["99/100", "1"],
    "rival": None,
    "wrong": 0,
    "flips": {"neurons": 1, "box": [["1/2", None]] * 4},
}
FOUR = {"x": ["1"] * 4}


def test_neurons_that_are_moved_anywhere_return() -> None:
    told(saturated("0"), WIDE, flips=1, multipliers=FOUR)
    two = WIDE | {"flips": {"neurons": 2, "box": [["1/2", None]] * 4}}
    wrong(saturated("0"), two, why="in 2 neurons are not shown to return", flips=1, multipliers=FOUR)
    wrong(saturated("0"), WIDE, why="not shown to be retrieved", flips=2, multipliers=FOUR)
    all_of_them = WIDE | {"flips": {"neurons": 9, "box": [["1/2", None]] * 4}}
    wrong(saturated("0"), all_of_them, why="not shown to return", multipliers=FOUR)


def test_weights_may_be_any_within_a_spread() -> None:
    """Targets are 3 without flips and 1 with one; a spread t takes 4t from the one, and 5t and more from the other."""
    told(saturated("1/16"), WIDE, flips=1, multipliers=FOUR)
    wrong(saturated("1/8"), WIDE, why="not shown to return", multipliers=FOUR)
    plain = {key: value for key, value in WIDE.items() if key != "flips"}
    told(saturated("1/8"), plain, multipliers=FOUR)
    wrong(saturated("1/8"), plain | {"x": [["21/8", "27/8"]] * 4}, why="hold the equilibrium", multipliers=FOUR)
    told(saturated("0"), plain | {"x": [["21/8", "27/8"]] * 4}, multipliers=FOUR)
    wrong(saturated("1"), plain, why=KEPT, multipliers=FOUR)


def test_a_spread_takes_from_the_form() -> None:
    """At x ≥ 0.9 the slope of tanh is 0.487: 1/0.487 - 2 is 0.05."""
    of = "layers: {x: {size: 1, lagrangian: tanh}}\nmemories: {m: {layer: x, patterns: [[2]]}}\n"
    synapse = "synapses: {{w: {{kind: dense, layers: [x, x], weights: {{values: [[2]], tolerance: {}}}}}}}\n"
    row = {"retrieved": False, "cell": [["9/10", None]], "x": [["1", "3"]]}
    told(of + synapse.format("1/32"), row, at_least=0)
    wrong(of + synapse.format("1/16"), row, why=DEFINITE, at_least=0)


ONE_WAY = """
layers: {x: {size: 2, lagrangian: {tanh: {beta: 2}}}}
synapses: {w: {kind: dense, layers: [x, x], weights: [[3/2, 0], [6, 0]]}}
memories: {m: {layer: x, patterns: [[3/2, 6]]}}
"""


def test_weights_need_not_be_symmetric() -> None:
    """The second neuron only listens: with D = 1 the form is indefinite, and definite with a small enough one."""
    row = {"retrieved": False, "cell": [["1", None], ["4", None]], "x": [["1", "2"], ["5", "7"]]}
    wide = row | {"cell": [["1", None], [None, None]]}
    told(ONE_WAY, row, at_least=0, multipliers={"x": ["1", "1"]})
    wrong(ONE_WAY, wide, why=DEFINITE, at_least=0, multipliers={"x": ["1", "1"]})
    told(ONE_WAY, wide, at_least=0, multipliers={"x": ["1", "1/32"]})


TWO_LAYERS = """
layers:
  v: {size: 4, lagrangian: identity, tau: [1, 2, 1, 1]}
  h: {size: 2, lagrangian: {softmax: {beta: 4}}, tau: 3}
synapses:
  xi: {kind: dense, layers: [h, v], weights: [[1, 1, -1, -1], [1, -1, 1, -1]]}
memories: {m: {layer: v, patterns: [[1, 1, -1, -1], [1, -1, 1, -1]]}}
"""
NEAR = {
    "retrieved": True,
    "cell": [["3/4", "5/4"], ["3/4", "5/4"], ["-5/4", "-3/4"], ["-5/4", "-3/4"], ["11/4", "21/4"], ["-5/4", "5/4"]],
    "x": [["3/4", "5/4"], ["3/4", "5/4"], ["-5/4", "-3/4"], ["-5/4", "-3/4"], ["11/4", "21/4"], ["-5/4", "5/4"]],
    "apart": "51/100",
    "limit": ["1", "1"],
    "rival": None,
    "wrong": 0,
}
LAYERS = {"v": ["1"] * 4, "h": ["1"] * 2}


def test_layers_that_act_as_a_whole_and_are_steep_elsewhere() -> None:
    """Softmax with β = 4 is steep between the patterns, and nearly constant beside one: e^(-4·2) is 0.0003."""
    none = {"retrieved": False}
    open_ends = NEAR | {"cell": [*NEAR["cell"][:4], ["11/4", "21/4"], ["-3/2", "3/2"]]}
    told(TWO_LAYERS, open_ends | {"x": NEAR["cell"]}, none, multipliers=LAYERS)
    wrong(TWO_LAYERS, NEAR, none, why="has one multiplier", multipliers=LAYERS | {"h": ["1", "2"]})
    several = TWO_LAYERS.replace("tau: 3", "tau: [3, 4]")
    wrong(several, NEAR, none, why="has one multiplier, and one τ", multipliers=LAYERS)
    wide = NEAR | {"cell": [*NEAR["cell"][:4], [None, None], [None, None]]}
    wrong(TWO_LAYERS, wide, none, why=f"{KEPT}|{DEFINITE}", multipliers=LAYERS)
    unknown = TWO_LAYERS.replace("{softmax: {beta: 4}}", "{expression: 'dot(x, x)/2', of: layer}")
    wrong(unknown, NEAR, none, why="none of those that are known", multipliers=LAYERS)
    on_hidden = TWO_LAYERS.replace(
        "m: {layer: v, patterns: [[1, 1, -1, -1], [1, -1, 1, -1]]}", "m: {layer: h, patterns: [[4, 0]]}"
    )
    row = {"retrieved": False, "cell": NEAR["cell"], "x": NEAR["cell"], "flips": {"neurons": 1, "box": NEAR["cell"]}}
    wrong(on_hidden, row, why="acts as a whole", multipliers=LAYERS, at_least=0)


@pytest.mark.parametrize("hidden", ["sparsemax", "{entmax: {alpha: 3/2}}"])
def test_shares_have_the_ends_of_their_own(hidden: str) -> None:
    """They are exactly 1 and 0 where scores are 1 apart (2 of entmax); where one is not, the form is not definite."""
    none, of = {"retrieved": False}, TWO_LAYERS.replace("{softmax: {beta: 4}}", hidden)
    closer = NEAR["cell"][:4], [["7/2", "9/2"], ["-1/2", "1/2"]]
    cell = [*([str(Fraction(low) + Fraction(1, 8)), str(Fraction(high) - Fraction(1, 8))] for low, high in closer[0])]
    row = NEAR | {"cell": [*cell, *closer[1]], "x": [*cell, *closer[1]]}
    wrong(of, row, none, why=KEPT, multipliers=LAYERS)
    row = (
        NEAR | {"cell": [*cell, ["27/8", "37/8"], ["-5/8", "5/8"]]} | {"x": [*cell, ["27/8", "37/8"], ["-5/8", "5/8"]]}
    )
    told(of, row, none, multipliers=LAYERS)
    wide = NEAR | {"cell": [*cell, ["1", "5"], ["-1", "1"]]}
    wrong(of, wide, none, why=f"{KEPT}|{DEFINITE}", multipliers=LAYERS)


def test_instantaneous_layers_follow_from_the_others() -> None:
    none = {"retrieved": False}
    told(TWO_LAYERS.replace("tau: 3", "tau: 0"), NEAR | {"cell": NEAR["cell"]}, none, multipliers=LAYERS)


# A layer that rests at 1 whatever it does: ẋ = 2 - x, and the pattern 3/2.
REST = """
layers: {x: {size: 1, lagrangian: identity, bias: 3/2}}
synapses: {w: {kind: dense, layers: [x, x], weights: [[-1/2]]}}
memories: {m: {layer: x, patterns: [[1]]}}
"""
STABLE = {
    "claim": {"claim": "global stability", "x": ["1"]},
    "proof": {"by": "T16", "multipliers": {"x": ["1"]}, "heights": {"x": "1"}},
}
ALONE = {"retrieved": True, "x": ["1"], "apart": "0", "limit": ["1/4", "1/4"], "rival": None, "wrong": 0}


def everywhere(row: Any, *premises: Any, of: str = REST, **fields: Any) -> str:
    claim = {"claim": "retrieved patterns", "memory": "m", "errors": 0, "flips": 1, "at_least": 1, "patterns": [row]}
    proof = {"by": "one", "premises": list(premises)}
    return str(accept(core(of), {"claim": claim | {"basin": "all states"} | fields, "proof": proof}).claim)


def test_where_one_equilibrium_attracts_everything_all_states_are_a_basin() -> None:
    everywhere(ALONE, STABLE)
    everywhere({"retrieved": False}, STABLE, at_least=0)
    everywhere(ALONE | {"apart": "1/4", "retrieved": False}, STABLE, at_least=0)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"x": ["2"]}, "the premise states another equilibrium"),
        ({"apart": "1/4"}, "is not shown to be retrieved"),
        ({"limit": ["1/2", "1/2"]}, "a rival may be nearer"),
        ({"cell": [["0", "2"]]}, "unknown keys"),
        ({"stability": "stable"}, "unknown keys"),
    ],
)
def test_what_is_told_of_the_one_is_shown(change: dict[str, Any], why: str) -> None:
    with pytest.raises(Rejected, match=why):
        everywhere(ALONE | change, STABLE)


def test_the_premise_says_where_the_one_is() -> None:
    nowhere = {**STABLE, "claim": {"claim": "global stability"}}
    at_most = {"claim": {"claim": "at most one equilibrium"}, "proof": STABLE["proof"]}
    for premises, why in [
        ((nowhere,), "with the place"),
        ((at_most,), "is not global stability"),
        ((), "there is one premise"),
        ((STABLE, STABLE), "there is one premise"),
    ]:
        with pytest.raises(Rejected, match=why):
            everywhere(ALONE, *premises)
    for basin in ("x", None):
        with pytest.raises(Rejected, match="the basin is that of all states"):
            everywhere(ALONE, STABLE, basin=basin)
