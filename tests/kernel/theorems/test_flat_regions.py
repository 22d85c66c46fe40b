"""Flat regions of listed equilibria, and what the energy leaves open of them. Lists are taken for granted."""

from __future__ import annotations

from typing import Any

import pytest

from hopverify.kernel import claims
from hopverify.kernel.check import accept
from hopverify.kernel.core import Core, Layer, write
from hopverify.kernel.facts import Fact
from hopverify.kernel.numbers import Rejected
from hopverify.kernel.reading import read
from hopverify.kernel.theorems import THEOREMS
from hopverify.provers.structure import entry
from tests.kernel.accepting import core
from tests.profiles import by_profile
from tests.soundness.mutations import at, paths, placed

OPEN, NO_MORE = "an open neighbourhood lies in the basin too", "no more is claimed"
AROUND, INSIDE = "its flat region", "all of it in the basin"
DIFFERENT = "not shown to lie in the basin: the time constants or leaks differ inside the layer"
NOT_CONVEX = "not shown to lie in the basin: no Lagrangian that is evidently convex"
LISTS = {"equilibria": ("region", "equilibria"), "some equilibria": ("equilibria",), "stability": ("equilibria", "all")}


@pytest.fixture(autouse=True)
def granted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let lists be taken for granted: here it counts what is made of their entries."""
    for name, fields in LISTS.items():
        form = claims.Form(fields, "the listed states are equilibria", optional=("region",))
        monkeypatch.setitem(claims.FORMS, name, form)  # type: ignore[attr-defined]
        monkeypatch.setitem(THEOREMS, (name, "granted"), lambda case: Fact(case.core, case.claim))  # type: ignore[arg-type]


def listed(rows: list[dict[str, Any]], name: str, stable: bool) -> dict[str, Any]:
    """Return the premise that the states of rows are the equilibria."""
    entries = [{key: row[key] for key in ("x", "dimension") if key in row} for row in rows]
    if name == "stability":
        entries = [{**each, "stability": "stable" if stable else "unstable"} for each in entries]
    fields = {"equilibria": {"region": None}, "some equilibria": {}, "stability": {"all": True}}[name]
    return {"claim": {"claim": name, "equilibria": entries, **fields}, "proof": {"by": "granted"}}


def graded(of: Core) -> list[dict[str, Any]]:
    layers = [each for each in of.layers if isinstance(each, Layer)]
    whole = [each.name for each in layers if not each.elementwise and each.L is not None and each.g is not None]
    return [entry("identity", "gradient of L", layer=name) for name in whole]


def regular(of: Core, *convex: str) -> list[dict[str, Any]]:
    found = [entry("composition", "Lipschitz activation", layer=each.name) for each in of.layers]
    found += [entry("composition", "Lipschitz drive", synapse=each.name) for each in of.synapses]
    found += [entry("composition", "convex", layer=name) for name in convex]
    return found + graded(of) + [entry("identity", "gradient of L", layer=name) for name in convex]


def undetermined(of: Core, *rows: dict[str, Any], name: str = "equilibria", why: str = "", **more: Any) -> None:
    """Show that rows are accepted, or rejected for a reason."""
    fields = {"equilibria": list(rows), "all": name != "some equilibria", **more}
    proof = {"by": "each", "premises": [listed(list(rows), name, False), *graded(of)]}
    _offered(of, {"claim": "undetermined states", **fields}, proof, why)


def regions(of: Core, *rows: dict[str, Any], name: str = "equilibria", why: str = "", **more: Any) -> None:
    inside = not any("not shown" in str(text) for row in rows for text in row.get("layers", {}).values())
    convex, stable = more.pop("convex", ()), more.pop("stable", True)
    fields = {"equilibria": list(rows), "all": name != "some equilibria", "in_basins": inside, **more}
    proof = {"by": "each", "premises": [listed(list(rows), name, stable), *regular(of, *convex)]}
    _offered(of, {"claim": "flat regions", **fields}, proof, why)


def _offered(of: Core, claim: dict[str, Any], proof: dict[str, Any], why: str) -> None:
    if why:
        with pytest.raises(Rejected, match=why):
            accept(of, {"claim": claim, "proof": proof})
    else:
        assert accept(of, {"claim": claim, "proof": proof}).claim.name == claim["claim"]


def still(layers: str) -> Core:
    """Return a network whose layer ``a`` of two neurons and all others receive nothing but their biases."""
    return core(f"layers: {{{layers}}}\nsynapses: {{w: {{kind: diagonal, layers: [a, a], weights: [0, 0]}}}}\n")


def row(x: list[Any], told: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"x": x, "undetermined": told, **more}


def around(x: list[Any], region: dict[str, Any], neighbourhood: str = NO_MORE, **more: Any) -> dict[str, Any]:
    return {"x": x, "region": region, "neighbourhood": neighbourhood, **more}


RELU = still("a: {size: 2, lagrangian: relu, bias: [1, -2]}")
MIXED = still(
    "a: {size: 2, lagrangian: relu, bias: [-1, 2]}, s: {size: 3, lagrangian: sparsemax, bias: [1, 1, -5]}, "
    "b: {size: 1, lagrangian: relu, bias: [-3]}, m: {size: 2, lagrangian: softmax, bias: [1, 3]}"
)
STATE = ["-1", "2", "1", "1", "-5", "-3", "1", "3"]
TOLD = {
    "a[0]": "-1",
    "s[2]": "-5",
    "b[0]": "-3",
    "the mean of s over its support": "1",
    "the mean of m": "2",
}


# ------------------------------------------------------------------ what is undetermined


def test_only_neurons_on_a_constant_interval_are_open() -> None:
    undetermined(RELU, row(["1", "-2"], {"a[1]": "-2"}))
    undetermined(RELU, row([["7/8", "9/8"], ["-3", "-1"]], {"a[1]": ["-3", "-1"]}))
    undetermined(RELU, row(["0", "0"], {"a[0]": "0", "a[1]": "0"}))
    undetermined(RELU, row([["-1", "1"], ["-1", "0"]], {"a[1]": ["-1", "0"]}, unsettled=["a[0]"]))
    undetermined(RELU, row(["1", "-2"], {}, unsettled=["a[1]", "a[0]"]))


@pytest.mark.parametrize(
    ("x", "told", "why"),
    [
        (["1", "-2"], {}, r"a\[1\] is not shown to be determined"),
        (["1", "-2"], {"a[0]": "1", "a[1]": "-2"}, r"a\[0\] is not shown to be undetermined"),
        (["1", "-2"], {"a[1]": "-1"}, r"a\[1\] has another state"),
        (["1", "-2"], {"a[1]": "-2", "a[2]": "0"}, r"nothing is shown of \['a\[2\]'\]"),
        (["1", "-2"], [], "expected an object"),
        ([["-1", "1"], "-2"], {}, "two ends, the lower one first|pairs of ends|expected a list"),
        ([["-1", "1"], ["-3", "-2"]], {"a[0]": ["-1", "1"], "a[1]": ["-3", "-2"]}, r"a\[0\] is not shown to be und"),
        ([["-1", "1"], ["-3", "-2"]], {"a[1]": ["-3", "-2"]}, r"a\[0\] is not shown to be determined"),
    ],
)
def test_false_rows_are_refused(x: list[Any], told: Any, why: str) -> None:
    undetermined(RELU, row(x, told), why=why)


def test_what_is_recovered_of_every_layer() -> None:
    undetermined(MIXED, row(STATE, TOLD))
    box = [[x, x + "/1"] for x in STATE]
    box = [[str(int(x) - 1) if k == 6 else f"{8 * int(x) - 1}/8", f"{8 * int(x) + 1}/8"] for k, x in enumerate(STATE)]
    wide = {"a[0]": box[0], "s[2]": box[4], "b[0]": box[5], "the mean of m": ["23/16", "17/8"]}
    undetermined(MIXED, row(box, {**wide, "the mean of s over its support": ["7/8", "9/8"]}))
    undetermined(MIXED, row(box, {**wide, "the mean of s": ["7/8", "9/8"]}), why="the mean of layer s is undetermined")
    wrong = {**wide, "the mean of s over its support": ["7/8", "1"]}
    undetermined(MIXED, row(box, wrong), why="the mean of layer s is another")
    for key in TOLD:
        why = "is not shown to be determined|is undetermined|and undetermined"
        undetermined(MIXED, row(STATE, {name: each for name, each in TOLD.items() if name != key}), why=why)


def test_a_winner_that_takes_all_is_not_outside_the_support() -> None:
    """Its row of H is 0 as are the others', and its activation is 1."""
    found = still("a: {size: 2, lagrangian: tanh}, s: {size: 3, lagrangian: sparsemax, bias: [5, 0, 1]}")
    x = ["0", "0", "5", "0", "1"]
    undetermined(found, row(x, {"s[1]": "0", "s[2]": "1", "the mean of s over its support": "5"}))
    said = f"x + t·1 for every t, with s[1], s[2] anywhere up to t above the threshold of the support, {INSIDE}"
    regions(found, around(x, {}, layers={"s": said}))
    regions(found, around(x, {}, layers={"s": f"x + R·1, {INSIDE}"}), why="layer s is not shown to be that")
    regions(found, around(x, {}), why="the flat region of layer s is not shown to be a point")


def test_a_neuron_at_the_edge_of_the_support_is_not_outside() -> None:
    """At (1, 0) the second activation is 0 and grows on one side: below, it is open, which is not told."""
    found = still("a: {size: 2, lagrangian: tanh}, s: {size: 2, lagrangian: sparsemax, bias: [1, 0]}")
    edge, outside = ["0", "0", "1", "0"], ["0", "0", "1", "-1/2"]
    undetermined(found, row(edge, {"the mean of s": "1/2"}, unsettled=["s"]))
    undetermined(found, row(edge, {"the mean of s": "1/2"}), why="layer s is not shown to be determined")
    undetermined(found, row(edge, {}, unsettled=["s"]))
    undetermined(found, row(outside, {"s[1]": "-1/2", "the mean of s over its support": "1"}))
    regions(found, around(edge, {}, layers={"s": f"{AROUND}, {INSIDE}"}))
    regions(found, around(edge, {}, layers={"s": f"x + R·1, {INSIDE}"}), why="is not shown to be that")


def test_a_threshold_with_an_affine_term_has_no_activation_0() -> None:
    """All activations of L + 2·Σx are ≥ 2: which neurons lie outside the support is not seen, and not told."""
    shifted = "{expression: 'entmax_conjugate(x, 2) + 2*sum(x)', of: layer}"
    found = still(f"a: {{size: 2, lagrangian: tanh}}, s: {{size: 2, lagrangian: {shifted}, bias: [3, 0]}}")
    x = ["0", "0", "3", "0"]
    undetermined(found, row(x, {"the mean of s": "3/2"}, unsettled=["s"]))
    undetermined(found, row(x, {"s[1]": "0", "the mean of s over its support": "3"}), why="s is not shown to be det")
    regions(found, around(x, {}, layers={"s": f"{AROUND}, {INSIDE}"}))


@pytest.mark.parametrize("text", ["norm(x, 1)", "dot(x, x)/2 + logcosh(x[0] - x[1])", "dot(x, x)/2 + relu(sum(x))^2/2"])
def test_the_flat_region_of_a_curved_layer_is_a_point(text: str) -> None:
    """Strictly convex by structure, or convex with H ≻ 0 at the equilibrium: time constants do not matter."""
    own = f"lagrangian: {{expression: '{text}', of: layer}}, bias: [1, 0], tau: [1, 10]"
    found = still(f"a: {{size: 2, {own}}}")
    undetermined(found, row(["1", "0"], {}))
    undetermined(found, row(["1", "0"], {"the mean of a": "1/2"}), why="nothing is shown of")
    regions(found, around(["1", "0"], {}))


def test_layers_without_a_closed_form_are_not_settled() -> None:
    own = "lagrangian: {expression: 'relu(sum(x))^2/2', of: layer}, bias: [-1, -1]"
    found = still(f"a: {{size: 2, {own}}}")
    undetermined(found, row(["-1", "-1"], {}, unsettled=["a"]))
    undetermined(found, row(["-1", "-1"], {}), why="layer a is not shown to be determined")
    undetermined(found, row(["-1", "-1"], {"the mean of a": "-1"}, unsettled=["a"]), why="is not shown to be undet")
    bare = still("a: {size: 2, activation: clipped_softmax}")
    undetermined(bare, row(["0", "0"], {}, unsettled=["a"]))
    regions(bare, around(["0", "0"], {}, layers={"a": f"{AROUND}, {NOT_CONVEX}"}))
    regions(bare, around(["0", "0"], {}, layers={"a": f"{AROUND}, {INSIDE}"}), why="is not shown to be that")


# ------------------------------------------------------------------ flat regions


def test_constant_intervals_are_told_with_both_ends() -> None:
    found = still("a: {size: 2, activation: {expression: 'clip(x, -1, 1)', of: neuron}, bias: [3, -2]}")
    region = {"a[0]": ["1", "+∞"], "a[1]": ["-∞", "-1"]}
    regions(found, around(["3", "-2"], region))
    regions(found, around(["3", "-2"], region, OPEN), name="stability")
    regions(found, around(["3", "-2"], region, OPEN), name="stability", stable=False, why="no neighbourhood is shown")
    regions(found, around(["3", "-2"], region, OPEN), why="no neighbourhood is shown")
    regions(found, around(["3", "-2"], region, "all of it"), name="stability", why="no neighbourhood is shown")
    regions(
        found, around(["3", "-2"], {**region, "a[0]": ["0", "+∞"]}), why=r"the interval of a\[0\] is \['1', '\+∞'\]"
    )
    regions(
        found, around(["3", "-2"], {"a[0]": ["1", "+∞"]}), why=r"a\[1\] is not shown to lie on no constant interval"
    )
    regions(found, around(["3", "0"], region), why=r"a\[1\] is not shown to lie on a constant interval")
    regions(found, around(["3", "0"], {"a[0]": ["1", "+∞"]}))
    regions(found, around([["1/2", "3"], ["-3", "-2"]], {"a[1]": ["-∞", "-1"]}, layers={"a[0]": f"{AROUND}, {INSIDE}"}))
    open_end = around([["1/2", "3"], ["-3", "-2"]], {"a[1]": ["-∞", "-1"]}, layers={"a[0]": f"x + R·1, {INSIDE}"})
    regions(found, open_end, why="a neuron has its flat region")
    regions(found, around(["3", "0"], []), why="expected objects")
    regions(found, around(["3", "0"], {"a[0]": ["1", "+∞"]}, layers={"b": AROUND}), why=r"nothing is shown of \['b'\]")


@pytest.mark.parametrize(("first", "second"), [("", ""), (", tau: [1, 2]", ""), ("", ", tau: [1, 2]")])
def test_every_whole_layer_must_return_on_a_straight_line(first: str, second: str) -> None:
    layers = f"a: {{size: 2, lagrangian: relu, bias: [1, 1]}}, m: {{size: 2, lagrangian: softmax{first}}}"
    found, x = still(f"{layers}, n: {{size: 2, lagrangian: softmax{second}}}"), ["1", "1", "0", "0", "0", "0"]
    told = {"m": f"x + R·1, {DIFFERENT if first else INSIDE}", "n": f"x + R·1, {DIFFERENT if second else INSIDE}"}
    regions(found, around(x, {}, OPEN if not first + second else NO_MORE, layers=told), name="stability")
    regions(found, around(x, {}, layers=told), in_basins=bool(first + second), why="in_basins is true")
    regions(found, around(x, {}, layers=dict.fromkeys("mn", f"{AROUND}, {DIFFERENT}")))
    if first + second:
        regions(found, around(x, {}, OPEN, layers=told), name="stability", why="no neighbourhood is shown")
        inside = dict.fromkeys("mn", f"x + R·1, {INSIDE}")
        regions(found, around(x, {}, layers=inside), why="is not shown to be that")


# F(0) is a half-plane and another one: not convex.
HAT = "relu(sum(x))^2/2 - relu(sum(x) - 1)^2 + relu(sum(x) - 2)^2/2"


def test_a_region_of_a_layer_that_is_not_convex_need_not_lie_in_the_basin() -> None:
    found = still(f"a: {{size: 2, lagrangian: {{expression: '{HAT}', of: layer}}, bias: [-1, -1]}}")
    regions(found, around(["-1", "-1"], {}, layers={"a": f"{AROUND}, {INSIDE}"}), why="is not shown to be that")
    regions(found, around(["-1", "-1"], {}, layers={"a": f"{AROUND}, {NOT_CONVEX}"}))
    regions(found, around(["-1", "-1"], {}, layers={"a": 1}), why="is not shown to be that|unhashable|not so")


def test_regions_of_neurons_are_connected() -> None:
    """g is a hat, 0 outside (0, 2): 3 has the activation of -1, and the flow from there ends at 19/11."""
    layer = 'size: 1, lagrangian: {expression: "(relu(x)^2 - 2*relu(x-1)^2 + relu(x-2)^2)/2"}, bias: [-1]'
    hat = core(f"layers: {{x: {{{layer}}}}}\nsynapses: {{w: {{kind: dense, layers: [x, x], weights: [[10]]}}}}\n")
    rows = [around(["-1"], {"x[0]": ["-∞", "0"]}), around(["1/9"], {}), around(["19/11"], {})]
    regions(hat, *rows)
    regions(hat, around(["-1"], {"x[0]": ["-∞", "+∞"]}), *rows[1:], why="the interval of")
    undetermined(hat, row(["-1"], {"x[0]": "-1"}), row(["1/9"], {}), row(["19/11"], {}))


def test_neurons_without_a_time_constant_have_no_region() -> None:
    layers = "a: {size: 1, lagrangian: tanh}, b: {size: 1, lagrangian: relu, bias: [-1], tau: 0}"
    found = core(f"layers: {{{layers}}}\nsynapses: {{w: {{kind: dense, layers: [a, b], weights: [[0.1]]}}}}\n")
    regions(found, around(["0", "-1"], {}))
    regions(found, around(["0", "-1"], {"b[0]": ["-∞", "0"]}), why=r"b\[0\] is not shown to lie on a constant interval")
    regions(found, around(["0", "-1"], {}, layers={"b[0]": f"{AROUND}, {INSIDE}"}), why="nothing is shown of")
    undetermined(found, row(["0", "-1"], {"b[0]": "-1"}))
    softmax = core(f"layers: {{{layers.replace('relu, bias: [-1]', 'softmax')}}}\n")
    regions(softmax, around(["0", "0"], {}))


def test_neurons_that_follow_at_once_inhibit_themselves_only() -> None:
    layers = "a: {size: 1, lagrangian: relu, bias: [-1]}, b: {size: 2, lagrangian: relu, tau: 0}"
    body = "layers: {%s}\nsynapses: {w: {kind: %s, layers: [b, b], weights: %s}}\n"
    region = {"a[0]": ["-∞", "0"]}
    inhibited = core(body % (layers, "diagonal", "[-1, 0]"))
    regions(inhibited, around(["-1", "0", "0"], region), convex=("b",))
    regions(inhibited, around(["-1", "0", "0"], region), why="the proof lacks a premise: the Lagrangian of layer")
    b, document, why = ["activation", "b"], write(inhibited), "more at once than inhibit itself"
    for drive in (b, ["multiply", ["array", "m"], b], ["matmul", ["array", "w"], b]):
        arrays = {
            "m": {"shape": [2], "entries": ["-1", "1"]},
            "w": {"shape": [2, 2], "entries": [["0", "-1"], ["-1", "0"]]},
        }
        synapse = {"name": "w", "S": ["negate", ["divide", ["dot", b, drive], "2"]], "drive": {"b": drive}}
        found = read({**document, "arrays": arrays, "synapses": [synapse]})
        regions(found, around(["-1", "0", "0"], region), convex=("b",), why=why)
    softmax = layers.replace("size: 2, lagrangian: relu", "size: 2, lagrangian: softmax")
    whole = core(body % (softmax, "diagonal", "[-1, -1]"))
    regions(whole, around(["-1", "0", "0"], region), convex=("b",), why=why)


def test_without_a_leak_nothing_returns() -> None:
    found = still("a: {size: 2, lagrangian: relu, leak: 0}")
    regions(found, around(["-1", "-1"], {"a[0]": ["-∞", "0"], "a[1]": ["-∞", "0"]}), why="a neuron has no leak")


# ------------------------------------------------------------------ lists


def test_rows_are_those_of_the_list() -> None:
    one, two = row(["1", "-2"], {"a[1]": "-2"}), row(["-1", "-2"], {"a[0]": "-1", "a[1]": "-2"})
    undetermined(RELU, one, two)
    undetermined(RELU, one, name="some equilibria")
    undetermined(RELU, one, name="some equilibria", all=True, why="premise 0 is another list")
    undetermined(RELU, one, all=False, why="premise 0 is another list")
    undetermined(RELU, one, region=[["0", "1"], ["0", "1"]], why="premise 0 is another list")
    undetermined(RELU, one, name="some equilibria", region=[["0", "1"], ["0", "1"]], why="no region is told")
    undetermined(RELU, one, all=1, why="all is true or false")
    undetermined(RELU, one, name="stability", why="premise 0 is another list")
    claim = {"claim": "undetermined states", "equilibria": [one], "all": True}
    for premises, why in (
        ([], "premise 0 is a list"),
        ([listed([one, two], "equilibria", True)], "another number"),
        ([listed([two], "equilibria", True)], "it is another one than the premise lists"),
        ([listed([{**one, "dimension": 1}], "equilibria", True)], "it is another one than the premise lists"),
        ([listed([one], "equilibria", True), entry("core", "derived energy")], "more premises than needed"),
    ):
        _offered(RELU, claim, {"by": "each", "premises": premises}, why)
    undetermined(RELU, {**one, "dimension": 1})
    regions(RELU, around(["1", "-2"], {"a[1]": ["-∞", "0"]}, dimension=1))


def test_where_slopes_have_no_value_nothing_is_settled() -> None:
    """∇L of |x|^(5/4) exists at 0, and its formula has no slope there."""
    stated = still("a: {size: 2, lagrangian: {expression: 'dot(x, x)^(5/8)', of: layer}}")
    document = write(stated)
    for g in (document["layers"][0]["g"], "gradient"):
        found = read({**document, "layers": [{**document["layers"][0], "g": g}]})
        undetermined(found, row(["0", "0"], {}, unsettled=["a"]))
        undetermined(found, row(["0", "0"], {}), why="layer a is not shown to be determined")


ALIENS: tuple[Any, ...] = (None, True, "0", "7", [], {}, ["0", "1"], "x + R·1", "a[0]")
STEP = by_profile(3, 1, 1)
"""Every so many of them are tried in each place, others in the next."""


def test_no_other_value_in_the_place_of_one_is_accepted() -> None:
    """Of these rows nothing may be changed but to say less: no neighbourhood, or that it is not shown."""
    hidden = {"claim": "undetermined states", "equilibria": [row(STATE, TOLD)], "all": True}
    layers = {
        "s": f"x + t·1 for every t, with s[2] anywhere up to t above the threshold of the support, {INSIDE}",
        "m": f"x + R·1, {INSIDE}",
    }
    region = {"a[0]": ["-∞", "0"], "b[0]": ["-∞", "0"]}
    around_it = {
        "claim": "flat regions",
        "equilibria": [around(STATE, region, OPEN, layers=layers)],
        "all": True,
        "in_basins": True,
    }
    for claim, name, more in ((hidden, "equilibria", graded(MIXED)), (around_it, "stability", regular(MIXED))):
        proof = {"by": "each", "premises": [listed(claim["equilibria"], name, True), *more]}
        _offered(MIXED, claim, proof, "")
        for k, path in enumerate(each for each in paths(claim) if each and each != ("claim",)):
            for alien in (each for each in ALIENS[k % STEP :: STEP] if each != at(claim, path)):
                _offered(MIXED, placed(claim, path, alien), proof, ".")
        _offered(MIXED, {**claim, "region": []}, proof, "premise 0 is another list")
