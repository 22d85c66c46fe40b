"""Lists of equilibria, by trees made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from hopverify.kernel.core import Core
from hopverify.kernel.reading import read
from tests.kernel.accepting import accepted, core, dense, rejected
from tests.kernel.test_core import SPINS
from tests.kernel.test_false_claims import GAMMA, X, core_with

ROOT = Fraction(1.9150080481545375)
"""x = 2 tanh x."""
DOUBLE = dense("[[2]]", "size: 1, lagrangian: tanh")
HARD = dense("[[1]]", "size: 1, lagrangian: hard_tanh")
LINE = {"x": ["0"], "dimension": 1, "cell": [["-1", "1"]], "ends": [["-1"], ["1"]]}


def around(*x: Fraction, by: Fraction = Fraction(1, 2**30)) -> list[list[str]]:
    """Return a box around a state."""
    return [[str(each - by), str(each + by)] for each in x]


THREE: list[dict[str, Any]] = [{"x": around(-ROOT)}, {"x": ["0"]}, {"x": around(ROOT)}]
NODES: list[list[Any]] = [
    ["shrink", [-9], [9]],
    ["cut", 0, -4],
    ["one", 0],
    ["cut", 0, -3],
    ["none"],
    ["cut", 0, 3],
    ["one", 1],
    ["cut", 0, "1"],
    ["none", [-1]],
    ["one", 2],
]


def listing(entries: Sequence[Any], region: Any = None) -> dict[str, Any]:
    """Return the fields of a claim."""
    return {"region": region, "equilibria": list(entries)}


def proved(of: Core, entries: Sequence[Any], nodes: Sequence[Any], region: Any = None, **proof: Any) -> None:
    """Show that a list is accepted."""
    proof = {"unit": "1/4", **proof}
    assert accepted(of, "equilibria", "tree", listing(entries, region), nodes=list(nodes), **proof)


def refused(of: Core, entries: Sequence[Any], nodes: Sequence[Any], why: str, region: Any = None, **proof: Any) -> None:
    """Show that a list is not accepted."""
    proof = {"unit": "1/4", **proof}
    rejected(of, "equilibria", "tree", listing(entries, region), why, nodes=list(nodes), **proof)


# ------------------------------------------------------------------------------------------------------ smooth neurons


def test_three_equilibria_of_a_neuron_that_drives_itself() -> None:
    proved(DOUBLE, THREE, NODES)
    assert accepted(DOUBLE, "some equilibria", "boxes", {"equilibria": THREE[1:]})


@pytest.mark.parametrize("missing", range(3))
def test_no_leaf_takes_the_place_of_an_entry_that_is_not_listed(missing: int) -> None:
    entries = [each for k, each in enumerate(THREE) if k != missing]
    at = NODES.index(["one", missing])
    leaves: list[list[Any]] = [["none"], ["none", [1]], ["none", [-1]], ["one", 0], ["one", 1], ["affine", 0]]
    leaves += [["affine"], ["elsewhere", THREE[missing]["x"]], ["elsewhere", THREE[(missing + 1) % 3]["x"]]]
    for leaf in leaves:
        nodes = [["one", node[1] - (node[1] > missing)] if node[0] == "one" else node for node in NODES]
        refused(DOUBLE, entries, [*nodes[:at], leaf, *nodes[at + 1 :]], "nodes")


@pytest.mark.parametrize(
    ("place", "node", "why"),
    [
        (0, ["shrink", [-7], [8]], "the bounds leave more"),
        (0, ["shrink", [-8], [7]], "the bounds leave more"),
        (0, ["shrink", [8], [-8]], "above the upper one"),
        (0, ["shrink", [-8, -8], [8, 8]], "ends for 1 neurons"),
        (0, ["shrink", [-8]], "lower and upper ends"),
        (0, ["shrink", -8, 8], "expected a list"),
        (0, ["shrink", [True], [8]], "an end is a whole number"),
        (0, ["shrink", [[-8]], [8]], "an end is a whole number"),
        (0, ["shrink", ["-8/4"], [8]], "lowest terms"),
        (0, ["one", 0], "infinite end"),
        (0, ["none", [1]], "not affine in pieces"),
        (0, ["pin", [1]], "not affine in pieces"),
        (0, ["pin"], "multipliers are one list"),
        (0, ["branch"], "a node is a list that begins with"),
        (0, [], "a node is a list that begins with"),
        (0, "none", "a node is a list that begins with"),
        (0, [["none"]], "a node is a list that begins with"),
        (1, ["cut", 0], "a neuron and a place"),
        (1, ["cut", 1, 0], "whole number from 0 to 0"),
        (1, ["cut", False, 0], "whole number from 0 to 0"),
        (1, ["cut", 0, 9], "not inside"),
        (1, ["cut", 0, -10], "not inside"),
        (1, ["cut", 0, None], "not inside"),
        (2, ["one", 1], "one value twice"),
        (2, ["one"], "names one entry"),
        (2, ["one", 3], "whole number from 0 to 2"),
        (2, ["none"], "leave something"),
        (2, ["none", [1]], "not affine in pieces"),
        (2, ["none", [1, 1]], "expected 1 multipliers"),
        (2, ["none", [0.5]], "lowest terms"),
        (2, ["none", [1], [1]], "multipliers are one list"),
        (2, ["affine"], "an activation is not affine"),
        (2, ["affine", 0, 0], "names one entry"),
        (2, ["elsewhere"], "one box elsewhere"),
        (2, ["elsewhere", THREE[0]["x"]], "not outside the box"),
        (2, ["elsewhere", ["5"]], "no equilibrium"),
        (2, ["elsewhere", [["5", "6"]]], "Krawczyk"),
        (2, ["elsewhere", ["0"]], "one value twice"),
    ],
)
def test_nodes_that_do_not_hold(place: int, node: Any, why: str) -> None:
    refused(DOUBLE, THREE, [*NODES[:place], node, *NODES[place + 1 :]], why)


def test_nodes_end_when_no_box_is_left() -> None:
    refused(DOUBLE, THREE, NODES[:-1], "end before all boxes are decided")
    refused(DOUBLE, THREE, [*NODES, ["none"]], "no box is left")


def test_ends_may_stay_where_they_are_or_lie_outside() -> None:
    proved(DOUBLE, THREE, [["shrink", [None], [9]], ["shrink", [-10], [11]], ["shrink", [-10], [9]], *NODES[1:]])
    proved(DOUBLE, THREE, [["shrink", [-9], [9]], ["shrink", [None], [9]], *NODES])
    refused(DOUBLE, THREE, [["shrink", [None], [7]], *NODES], "the bounds leave more")
    thirds = [["1/3", "2/3"]]
    proved(DOUBLE, [], [["shrink", ["1/3"], ["2/3"]], ["elsewhere", ["0"]]], thirds)


def test_a_box_shrinks_by_the_relaxed_bounds() -> None:
    """x = 2 tanh x has no solution between 1 and 3/2; the natural bounds leave [1.52, 1.81] of it, the relaxed none."""
    proved(DOUBLE, THREE, [*NODES[:-1], ["cut", 0, 6], ["shrink", [5], [5]], ["none"], ["one", 2]])
    proved(DOUBLE, THREE, [*NODES[:-1], ["shrink", ["3/2"], ["63/32"]], ["shrink", ["115/64"], [8]], ["one", 2]])


def test_many_ends_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hopverify.kernel.tree.MOST_ENDS", 1)
    proved(DOUBLE, THREE, NODES)


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ([*THREE, THREE[1]], "entries 1 and 3 may be the same"),
        ([*THREE, {"x": [["-1/4", "1/8"]]}], "entries 1 and 3 may be the same"),
        ([*THREE, {"x": ["1"]}], "the state is no equilibrium"),
        ([*THREE, {"x": ["1/3", "1/3"]}], "the states of 1 neurons"),
        ([*THREE, {"x": [["1", "2"]]}], "Krawczyk's test does not hold"),
        ([*THREE, LINE], "an activation is not affine"),
    ],
)
def test_entries_that_are_not_right(entries: list[Any], why: str) -> None:
    refused(DOUBLE, entries, NODES, why)
    rejected(DOUBLE, "some equilibria", "boxes", {"equilibria": entries}, why)


@pytest.mark.parametrize("unit", ["0", "-1/4", "2/3", "2"])
def test_a_unit_is_one_over_a_whole_number(unit: str) -> None:
    refused(DOUBLE, THREE, NODES, "1 over a whole number", unit=unit)


def test_lists_of_a_region() -> None:
    proved(DOUBLE, [THREE[1]], [["one", 0]], [["-1/2", "1/2"]])
    proved(DOUBLE, [THREE[1]], [["one", 0]], [["0", "1/2"]])
    above = [["cut", 0, 3], ["one", 0], ["cut", 0, 4], ["none"], ["shrink", [4], [9]], ["one", 1]]
    proved(DOUBLE, THREE[1:], above, [["0", None]])
    proved(DOUBLE, [], [["elsewhere", ["0"]]], [["1/4", "1/2"]])
    refused(DOUBLE, [THREE[2]], [["one", 0]], "reach out of the region: \\[0\\]", [["1", str(ROOT)]])
    refused(DOUBLE, THREE, [], "reach out of the region: \\[0, 2\\]", [["-1", "1"]])
    refused(DOUBLE, [], [["none"]], "expected 1 pairs", [["0", "1"], ["0", "1"]])
    refused(DOUBLE, [], [], "end before all boxes", [["0", "1"]])


def test_an_equilibrium_just_outside_the_region() -> None:
    """A box around it shows that the region has none."""
    nodes = [["elsewhere", around(ROOT)]]
    proved(DOUBLE, [], nodes, [["3/2", str(ROOT - Fraction(1, 2**20))]])
    refused(DOUBLE, [], nodes, "not outside the box", [["3/2", str(ROOT)]])


# ---------------------------------------------------------------------------------------- neurons affine in pieces


def test_a_segment_of_equilibria() -> None:
    nodes = [["cut", 0, -4], ["affine", 0], ["cut", 0, 4], ["affine", 0], ["affine", 0]]
    proved(HARD, [LINE], nodes)
    proved(HARD, [{**LINE, "ends": []}], nodes)
    proved(HARD, [{**LINE, "cell": [["-1", "0"]], "x": ["-1/2"], "ends": []}], [["affine", 0]], [["-1", "0"]])
    refused(HARD, [LINE], nodes, "reach out of the region", [["-1", "0"]])
    refused(HARD, [{"x": ["-1"]}, {"x": ["1"]}], [*nodes[:3], ["affine"], ["affine", 1]], "many solutions")
    refused(HARD, [LINE], [["affine", 0], *nodes], "an activation is not affine")
    refused(HARD, [LINE], [["cut", 0, -4], ["one", 0]], "a continuum is not one equilibrium")
    rejected(HARD, "some equilibria", "boxes", {"equilibria": [LINE]}, "a continuum is not one equilibrium")


def test_halves_of_a_segment_are_two_entries() -> None:
    halves = [{"x": [x], "dimension": 1, "cell": [cell]} for x, cell in (("-1/2", ["-1", "0"]), ("1/2", ["0", "1"]))]
    nodes = [["cut", 0, -4], ["affine", 0], ["cut", 0, 4], ["cut", 0, 0], ["affine", 0], ["affine", 1], ["affine", 1]]
    proved(HARD, halves, nodes)
    refused(HARD, [*halves, {"x": ["1/4"]}], nodes, "entries 1 and 2 may be the same")
    refused(HARD, [LINE, halves[0]], nodes, "entries 0 and 1 may be the same")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"dimension": 2}, "the dimension is another one"),
        ({"x": ["1"]}, "does not lie inside the cell"),
        ({"x": ["-1"]}, "does not lie inside the cell"),
        ({"cell": [["-2", "1"]]}, "an activation is not affine"),
        ({"cell": [["1", "2"]], "x": ["3/2"]}, "no equilibrium in the cell"),
        ({"ends": [["-1"], ["1/2"]]}, "where it leaves the cell"),
        ({"ends": [["-1"], ["-1"]]}, "where it leaves the cell"),
        ({"ends": [["-1"], ["2"]]}, "where it leaves the cell"),
        ({"ends": [["-1"]]}, "a segment has two ends"),
    ],
)
def test_continua_that_are_not_right(change: dict[str, Any], why: str) -> None:
    refused(HARD, [{**LINE, **change}], [], why)


RELU = [[0, -3, -3, -6], [-3, 0, -3, -6], [-3, -3, 0, -6], [-6, -6, -3, 0]]


def relus(of: Sequence[Sequence[int]]) -> Core:
    """Return relu neurons with weights w/4 and bias 1."""
    weights = str([[f"{w}/4" for w in row] for row in of]).replace("'", "")
    return dense(weights, f"size: {len(of)}, lagrangian: relu, bias: 1")


FOUR = relus(RELU)


def orthants(of: Sequence[Sequence[int]]) -> tuple[list[dict[str, Any]], list[list[Any]]]:
    """Return the equilibria of relu neurons with weights w/4 and bias 1, and a tree that cuts each neuron at 0."""
    n, entries, nodes = len(of), list[dict[str, Any]](), list[list[Any]]()

    def solved(on: Sequence[int]) -> list[Fraction] | None:
        rows = [[Fraction(int(i == j)) - Fraction(of[i][j], 4) for j in on] + [Fraction(1)] for i in on]
        for k in range(len(on)):
            pivot = next((r for r in range(k, len(on)) if rows[r][k] != 0), None)
            if pivot is None:
                return None
            rows[k], rows[pivot] = rows[pivot], rows[k]
            rows[k] = [each / rows[k][k] for each in rows[k]]
            for r in range(len(on)):
                if r != k:
                    rows[r] = [a - rows[r][k] * b for a, b in zip(rows[r], rows[k], strict=True)]
        gamma = dict(zip(on, (row[-1] for row in rows), strict=True))
        return [1 + sum(Fraction(of[i][j], 4) * gamma[j] for j in on) for i in range(n)]

    def grown(signs: tuple[int, ...]) -> None:
        if len(signs) < n:
            nodes.append(["cut", len(signs), 0])
            grown((*signs, 0))
            grown((*signs, 1))
            return
        x = solved([k for k, sign in enumerate(signs) if sign])
        if x is not None and all((u > 0) == bool(sign) for u, sign in zip(x, signs, strict=True)):
            entries.append({"x": [str(u) for u in x]})
            nodes.append(["affine", len(entries) - 1])
        else:
            nodes.append(["affine"])

    grown(())
    return entries, nodes


def test_threshold_linear_neurons() -> None:
    entries, nodes = orthants(RELU)
    assert {"x": ["4/25", "4/25", "4/25", "2/5"]} in entries
    proved(FOUR, entries, nodes)
    for k, entry in enumerate(entries):
        boxed = {"x": around(*map(Fraction, entry["x"]), by=Fraction(1, 2**20))}
        proved(FOUR, [*entries[:k], boxed, *entries[k + 1 :]], nodes)
        refused(FOUR, [*entries[:k], *entries[k + 1 :], {"x": ["1"] * 4}], nodes, "the state is no equilibrium")
        refused(FOUR, [*entries[:k], *entries[k + 1 :]], nodes, "a solution in the box is not the entry|from 0 to")


def test_multipliers_on_infinite_boxes_and_kinks() -> None:
    """x = relu(x) + 1 has no solution: F = x - relu(x) - 1 is -1 for x ≥ 0, and less below."""
    of = dense("[[1]]", "size: 1, lagrangian: relu, bias: 1")
    proved(of, [], [["none", [-1]]])
    proved(of, [], [["cut", 0, 0], ["none", [-1]], ["affine"]])
    proved(dense("[[1/2]]", "size: 1, lagrangian: relu, bias: -1"), [], [["none", [1]]], [["-1/2", None]])
    proved(of, [], [["cut", 0, "1/3"], ["none", ["-1/3"]], ["none", [-1]]], unit="1/3")
    refused(of, [], [["none", [1]]], "the multipliers do not show")
    refused(of, [], [["cut", 0, 0], ["none", [1]]], "the multipliers do not show")
    refused(of, [], [["none", [0]]], "the multipliers do not show")
    refused(of, [], [["none"]], "leave something")


def test_pins_hold_neurons_at_the_places_of_the_least_value() -> None:
    """x = relu(x) has all states ≥ 0, so that F = x - relu(x) ≤ 0; y = 2y - relu(x) is pinned with it."""
    of = dense("[[1]]", "size: 1, lagrangian: relu")
    half = {"x": ["1"], "dimension": 1, "cell": [["0", None]]}
    proved(of, [half], [["pin", [-1]], ["affine", 0]])
    proved(of, [half], [["cut", 0, 0], ["pin", [-1]], ["affine", 0], ["affine", 0]])
    refused(of, [half], [["pin", [1]]], "the least value is below 0")
    refused(of, [half], [["pin", ["-1", "-1"]]], "expected 1 multipliers")
    shifted = dense("[[1]]", "size: 1, lagrangian: relu, bias: 1")
    refused(shifted, [], [["pin", [1]]], "the least value is below 0")
    proved(shifted, [], [["pin", [-1]], ["none", [-1]]])


def test_a_touching_face_is_pinned() -> None:
    """x = relu(x) + relu(y), y = -relu(x) - relu(y): y ≤ 0 and, with it, x ≥ 0 alone are equilibria with y = -x."""
    of = dense("[[1, 1], [-1, -1]]", "size: 2, lagrangian: relu")
    ray = {"x": ["1", "-1"], "dimension": 1, "cell": [["0", None], [None, "0"]]}
    origin = [["cut", 0, 0], ["cut", 1, 0], ["affine", 0], ["affine", 0], ["cut", 1, 0], ["affine", 0]]
    proved(of, [ray], [*origin, ["affine", 0]])
    held = {**ray, "cell": [["0", None], ["0", "0"]], "x": ["1", "0"]}
    refused(of, [held], [], "the point is no equilibrium in the cell")


def test_a_degenerate_cell() -> None:
    """x = x, y = relu(y) where both are held: the continuum y = 0, x any, is one of dimension 1 in a cell [0, 0]."""
    of = core_with(L=None, g=X, size=2, synapse=(["sum", GAMMA], {"x": ["stack", ["index", GAMMA, "0"], "0"]}))
    line = {"x": ["0", "0"], "dimension": 1, "cell": [[None, None], ["0", "0"]]}
    proved(of, [line], [["shrink", [None, 0], [None, 0]], ["affine", 0]])
    refused(of, [line], [["affine", 0]], "many solutions")
    proved(of, [{**line, "cell": [[None, None], [None, None]]}], [["affine", 0]])
    # Equations of a degenerate box without a solution, and with one.
    moved = dense("[[1, 0], [0, 0]]", "size: 2, lagrangian: identity, bias: [0, 1]")
    region = [["0", "1"], ["0", "0"]]
    proved(moved, [], [["affine"]], region)
    point = dense("[[0, 0], [0, 0]]", "size: 2, lagrangian: identity, bias: [0, 1]")
    proved(point, [{"x": ["0", "1"]}], [["affine", 0]], [["0", "1"], ["1", "1"]])


# --------------------------------------------------------------------------------------------------------- other roots


def bounded(low: str, high: str, by: str = "growth", **proof: Any) -> dict[str, Any]:
    """Return the entry of a box that every solution enters."""
    return {"claim": {"claim": "bounded solutions", "box": {"x": [[low, high]]}}, "proof": {"by": by, **proof}}


def test_a_box_that_every_solution_enters_is_a_root() -> None:
    of = dense("[[1/2]]", "size: 1, lagrangian: softplus, bias: 1")
    x, nodes = Fraction(2.114001496806323), [["one", 0]]
    box = bounded("-4", "4", growth={"x": [["1", "0", "1"], ["0", "0", "0"]]})
    proved(of, [{"x": around(x)}], nodes, premises=[box])
    proved(of, [{"x": around(x)}], [["cut", 0, 0], ["none"], *nodes], premises=[box])
    refused(of, [{"x": around(x)}], nodes, "infinite end", premises=[])
    refused(of, [{"x": around(x)}], nodes, "one premise at most", premises=[box, box])
    refused(of, [], nodes, "one premise at most", [["0", "1"]], premises=[box])
    other = {"claim": {"claim": "convex", "layer": "x"}, "proof": {"by": "composition"}}
    refused(of, [{"x": around(x)}], nodes, "not about a box", premises=[other])
    small = bounded("-4", "1", growth={"x": [["1", "0", "1"], ["0", "0", "0"]]})
    refused(of, [{"x": around(x)}], nodes, "does not point inward", premises=[small])


# ------------------------------------------------------------------------------------------------------ other networks


def test_neurons_without_leak() -> None:
    """0 = 1/2 - tanh x."""
    of = dense("[[-1]]", "size: 1, lagrangian: tanh, bias: 1/2, leak: 0")
    x = Fraction(0.5493061443340549)
    nodes = [["cut", 0, 0], ["none"], ["cut", 0, 8], ["one", 0], ["none"]]
    proved(of, [{"x": around(x)}], nodes)
    refused(of, [], [["none"]], "leave something")


def test_whole_layers_and_drives_that_are_not_affine_have_mean_values() -> None:
    of = core(
        "layers: {x: {size: 2, lagrangian: {softmax: {beta: 1}}}}\n"
        "synapses: {w: {kind: dense, layers: [x, x], weights: [[1, 0], [0, 1]]}}\n"
    )
    half = {"x": ["1/2", "1/2"]}
    box = ["shrink", [-1, -1], [5, 5]]
    closer = [["shrink", [low, low], [high, high]] for low, high in (("1/20", "19/20"), (1, 3), ("3/8", "5/8"))]
    proved(of, [half], [box, *closer, ["one", 0]])
    refused(of, [half], [box, ["none", [1, 1]]], "neurons act together")
    refused(of, [half], [box, ["affine", 0]], "neurons act together")
    refused(of, [half], [["pin", [1, 1]]], "not affine in pieces")
    cubic = core_with(synapse=(["sum", ["power", GAMMA, "4"]], "gradient"))
    proved(cubic, [{"x": ["0"]}], [["shrink", ["-1/4"], ["1/4"]], ["one", 0]], [["-1/3", "1/3"]])
    refused(cubic, [{"x": ["0"]}], [["none"]], "leave something")
    # x = 4x³ has no solution between 3/10 and 9/20, of which natural bounds leave a part.
    rising = core_with(synapse=(["negate", ["sum", ["power", GAMMA, "4"]]], "gradient"))
    proved(rising, [], [["none"]], [["3/10", "9/20"]])
    refused(rising, [], [["none"]], "leave something", [["3/10", "1/2"]])


def test_instantaneous_layers_are_unknowns_like_the_others() -> None:
    """h = tanh(x)/2 at once, and x = tanh(h)/2."""
    of = core(
        "layers: {x: {size: 1, lagrangian: tanh}, h: {size: 1, tau: 0, lagrangian: tanh}}\n"
        "synapses: {w: {kind: dense, layers: [x, h], weights: [[1/2]]}}\n"
    )
    proved(of, [{"x": ["0", "0"]}], [["shrink", [-3, -3], [3, 3]], ["one", 0]])


def test_kinks_at_ends_of_boxes() -> None:
    """x = relu(x - 1/3)/2 - 1 has the one equilibrium -1."""
    of = core_with(
        L=None,
        g=["relu", ["subtract", X, "1/3"]],
        synapse=(["sum", GAMMA], {"x": ["subtract", ["divide", GAMMA, "2"], "1"]}),
    )
    proved(of, [{"x": ["-1"]}], [["cut", 0, "1/3"], ["affine", 0], ["none", [1]]])
    proved(of, [{"x": ["-1"]}], [["cut", 0, "1/3"], ["affine", 0], ["affine"]])
    refused(of, [{"x": ["-1"]}], [["cut", 0, "1/2"], ["affine", 0]], "not affine, with rational numbers")


def test_what_is_refused_at_once() -> None:
    refused(read(SPINS), [], [], "spins follow no flow")
    jumping = core_with(L=None, g=["step", X])
    refused(jumping, [], [["none"]], "locally Lipschitz")
    within = {"absolute": "1/8", "relative": "0", "symmetric": True}
    S = ["multiply", "-1/2", ["dot", GAMMA, ["matmul", ["array", "w"], GAMMA]]]
    spread = core_with(
        synapse=(S, {"x": ["matmul", ["array", "w"], GAMMA]}),
        arrays={"w": {"shape": [1, 1], "all": "1", "within": within}},
    )
    refused(spread, [], [["none"]], "up to a spread")


def test_random_networks_lose_no_equilibrium() -> None:
    """Each orthant of relu neurons has its own solution: a list without one of them has no proof by this tree."""
    for weights in product((-2, 1, 3), repeat=4):
        of = [[weights[0], weights[1]], [weights[2], weights[3]]]
        entries, nodes = orthants(of)
        proved(network := relus(of), entries, nodes)
        if entries:
            refused(network, entries[1:], nodes, "a solution in the box|from 0 to")


# --------------------------------------------------------------------------------------------- one equilibrium at most


def single(d: str, height: str = "1") -> dict[str, Any]:
    """Return the entry of at most one equilibrium."""
    proof = {"by": "T16", "multipliers": {"x": [d]}, "heights": {"x": height}}
    return {"claim": {"claim": "at most one equilibrium"}, "proof": proof}


def test_where_one_equilibrium_is_all_there_may_be() -> None:
    """x = tanh(x) is at the border of T16: 0 alone, where no slope is less than 1."""
    of, origin = dense("[[1]]", "size: 1, lagrangian: tanh"), {"x": ["0"]}
    premises = [single("1")]
    by, claim = "at most one", "equilibria"
    assert accepted(of, claim, by, listing([origin]), premises=premises)
    assert accepted(of, claim, by, listing([origin], [["0", None]]), premises=premises)
    assert accepted(of, claim, by, listing([], [["1/8", "1"]]), premises=premises, elsewhere=[origin])
    shown = "one equilibrium is shown"
    rejected(of, claim, by, listing([]), shown, premises=premises)
    outside = "the equilibrium elsewhere is not outside"
    rejected(of, claim, by, listing([]), outside, premises=premises, elsewhere=[origin])
    rejected(of, claim, by, listing([], [["0", "1"]]), outside, premises=premises, elsewhere=[origin])
    rejected(of, claim, by, listing([origin], [["1/8", "1"]]), "reach out of the region", premises=premises)
    wrong = "the state is no equilibrium"
    rejected(of, claim, by, listing([], [["1/8", "1"]]), wrong, premises=premises, elsewhere=[{"x": ["5"]}])
    rejected(of, claim, by, listing([{"x": ["1"]}]), wrong, premises=premises)
    rejected(of, claim, by, listing([origin]), "there is one premise", premises=[])
    rejected(of, claim, by, listing([origin]), "there is one premise", premises=premises * 2)
    convex = {"claim": {"claim": "convex", "layer": "x"}, "proof": {"by": "composition"}}
    rejected(of, claim, by, listing([origin]), "does not say that there is one", premises=[convex])
    rejected(DOUBLE, claim, by, listing([origin]), "not positive definite", premises=premises)
