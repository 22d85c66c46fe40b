"""Lists within regions: what lies inside, outside, exactly on an end, and too near to one to tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb, arb_mat, fmpq_mat

from hopverify.checker import listing, regions
from hopverify.checker.equilibria import Enumeration, Equilibrium
from hopverify.checker.exact_solution import Face
from hopverify.checker.floats import room
from hopverify.checker.listing import around, enumeration, replayed, root
from hopverify.errors import EvidenceRejected
from hopverify.expr.balls import precision
from hopverify.obligations import Search
from hopverify.pipeline import verify
from hopverify.spec import parse_spec
from tests.checker.models import dense, model, network

# x - tanh(x)/2 at x = 1, to 60 and to 100 digits.
AT_ONE = "0.619202922022117555940270858697603204793615701371031724201594"
NEARER = AT_ONE + "7499390233777116807582705262391631616428"
LISTS = ("equilibria", "state_recovery", "equilibrium_stability", "flat_region_stability")
RELU = dense("[[1]]", "size: 1, lagrangian: relu")
SMOOTH = dense("[[1/2]]", "size: 1, lagrangian: tanh")
FACE = Face(fmpq_mat([[0]]), fmpq_mat([[0]]), 0)


def entry(layer: str, weights: Any, lower: Any, upper: Any, check: str = "equilibria") -> Mapping[str, Any]:
    body = dense(weights, layer)
    asked = f"checks: [{{{check}: {{lower: {lower}, upper: {upper}}}}}]\n"
    return verify(parse_spec(f"hopverify: 1\nname: region\n{body}{asked}"), samples=20).results[0]


def listed(found: Mapping[str, Any]) -> Any:
    return found["obligations"][0]["data"]["equilibria"]


@pytest.mark.parametrize("check", LISTS)
@pytest.mark.parametrize(
    ("bias", "weight", "count"),
    [
        # Krawczyk's wider box reaches over the end, and the equilibria at 1.0000001 and 1.0001 with it.
        ("0.619202981028", "1/2", 0),
        ("0.276562478906836", "0.95", 0),
        ("0.619202863015", "1/2", 1),
        # By 10⁻²⁰, which no double sees.
        ("0.61920292202211755595", "1/2", 0),
        ("0.61920292202211755593", "1/2", 1),
    ],
)
def test_only_what_lies_in_the_region_is_listed(check: str, bias: str, weight: str, count: int) -> None:
    found = entry(f"size: 1, lagrangian: tanh, bias: '{bias}'", f"[['{weight}']]", -1, 1, check)
    assert (found["verdict"], len(listed(found))) == ("pass", count)


def test_the_tree_of_a_region_is_cut_off_there_too() -> None:
    """The same without T16: three equilibria, one at ≈ 0.9575, and a region that ends beside it."""
    for upper, count in (("0.9575040240772", 1), ("0.9575040240773", 2), ("2", 2)):
        found = entry("size: 1, lagrangian: {tanh: {beta: 2}}", "[[1]]", "-0.5", upper)
        assert (found["verdict"], len(listed(found))) == ("pass", count)


def test_an_equilibrium_on_the_end_is_in_the_region() -> None:
    """0 = tanh(0) exactly, however narrow the enclosure is."""
    for lower, upper, count in ((0, 3, 2), (-3, 0, 2), (0, 0, 1)):
        found = entry("size: 1, lagrangian: {tanh: {beta: 2}}", "[[1]]", lower, upper)
        assert (found["verdict"], len(listed(found))) == ("pass", count)
    found = entry("size: 2, lagrangian: tanh", "[['1/2', 0], ['1/2', 0]]", 0, 1)
    assert (found["verdict"], len(listed(found))) == ("pass", 1)


@pytest.mark.parametrize("bias", [AT_ONE, NEARER])
def test_what_is_too_near_to_the_end_is_undecided(bias: str) -> None:
    """At 1 ± 10⁻⁶⁰ the balls decide; at 1 ± 10⁻¹⁰⁰ they do not, and no exact arithmetic knows tanh(1)."""
    found = entry(f"size: 1, lagrangian: tanh, bias: '{bias}'", "[['1/2']]", -1, 1)
    if bias == AT_ONE:
        assert (found["verdict"], len(listed(found))) == ("pass", 1)
    else:
        assert (found["verdict"], found["reason"]["code"]) == ("unknown", "at_region_end")
        assert listed(found) == []


def test_whole_layers_have_ends_too() -> None:
    """softmax of (0, 0) is (1/2, 1/2): the equilibrium (1/4, 1/4) lies on the end of the region."""
    layer, weights = "size: 2, lagrangian: softmax", "[['1/2', 0], [0, '1/2']]"
    for lower, upper, count in (("-1", "1/4", 1), ("1/4", "1", 1), ("-1", "0.2499", 0), ("0.2501", "1", 0)):
        found = entry(layer, weights, f"'{lower}'", f"'{upper}'")
        assert (found["verdict"], len(listed(found))) == ("pass", count)


def test_a_face_is_listed_where_it_meets_the_region() -> None:
    """relu(x) = x for every x ≥ 0: no point of the face is the face."""
    for lower, upper, count in ((10, 20, 1), (0.25, 0.5, 1), (-3, -1, 0)):
        found = entry("size: 1, lagrangian: relu", "[[1]]", lower, upper)
        assert (found["verdict"], len(listed(found))) == ("pass", count)
        assert all("dimension" in row and lower <= Fraction(row["x"][0]) <= upper for row in listed(found))


def test_a_face_is_not_left_out_by_the_point_that_is_told_of_it() -> None:
    region = ((Fraction(10), Fraction(20)),)
    tree = {"box": None, "levels": ["s"], "cuts": [], "faces": {"0": ["5"]}}
    search = Search(model(RELU), network(RELU), region)
    assert root(search, None).lower.tolist() == [[10]]
    found = enumeration(search, {**tree, "levels": ["c", ".s"], "cuts": [[0, 0]]})
    assert (len(found.equilibria), found.undecided, found.at_ends) == (0, 1, 0)


def test_a_state_on_a_face_is_told_as_one() -> None:
    """0 is the solution for x ≤ 0, and an end of the face x ≥ 0: told as the point of that, it is not isolated."""
    search = Search(model(RELU), network(RELU), None)
    tree = {"box": None, "levels": ["c", "ss"], "cuts": [[0, 0]]}
    for point, faces in (("0", [True]), ("7", [False, True])):
        found = enumeration(search, {**tree, "faces": {"1": [point]}})
        assert [state.face is not None for state in found.equilibria] == faces


ZERO, ONE, TINY = Fraction(0), Fraction(1), Fraction(1, 2**60)


def test_the_ends_of_a_region_belong_to_it_and_touching_one_tells_nothing() -> None:
    for low, high, inside in ((ZERO, ONE, True), (-ONE, ZERO, None), (ONE, 2 * ONE, None), (-ONE, -TINY, False)):
        assert regions._side([(ZERO, ONE)], [low], [high]) is inside
    # What ends where the region does is inside at once: balls would reach beyond, and nothing rests here to be exact.
    shifted = network(dense("[[1]]", "size: 1, lagrangian: identity, bias: 1"))
    assert regions.is_inside(shifted, [(ZERO, ONE)], np.array([0.25]), np.array([1.0])) is True


def test_guesses_reach_the_ends_of_what_is_enclosed() -> None:
    third = Fraction(1, 3)
    for low, high, guess in ((ZERO, TINY, ZERO), (-TINY, ZERO, ZERO), (third, third, third), (TINY, TINY, None)):
        assert regions._guess(low, high, (ZERO, ONE)) == guess


def test_the_derivative_of_the_flow_of_whole_layers_has_all_their_entries() -> None:
    """At (0, 0) the Hessian of softmax is [[1, -1], [-1, 1]]/4."""
    asked = network(dense("[[2, 1], [0, 3]]", "size: 2, lagrangian: softmax"))
    with precision():
        G, J = regions._flow(asked, np.array([arb(0), arb(0)], dtype=object))
    assert [float(value) for value in G.entries()] == [1.5, 1.5]
    assert [float(value) for value in J.entries()] == [-0.75, -0.25, -0.75, -0.25]


def test_what_a_sharpening_does_not_bound_stays_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    flow = arb_mat([[0]]), arb_mat([[arb(1, "inf")]])
    monkeypatch.setattr(regions, "_flow", lambda *_: flow)
    (kept,) = regions._sharpened(network(RELU), np.array([arb(0.5)], dtype=object))
    assert kept == 0.5


def test_without_a_region_a_list_begins_with_everything() -> None:
    whole = root(Search(model(RELU), network(RELU), None), None)
    assert (whole.lower.tolist(), whole.upper.tolist()) == ([[-np.inf]], [[np.inf]])


def test_a_box_around_the_one_equilibrium_has_an_inside() -> None:
    search = Search(model(RELU), network(RELU), None)
    assert around(search, ["0", "1"]).upper.tolist() == [[1]]
    for ends in (["1", "1"], ["1", "0"]):
        with pytest.raises(EvidenceRejected, match="lower ends below upper ends"):
            around(search, ends)


def test_what_a_list_rests_on_is_part_of_it() -> None:
    """Evidence of definiteness counts where it is given; and what was replayed with room to spare is another list."""
    search = Search(model(SMOOTH), network(SMOOTH), None)
    tree: dict[str, Any] = {"box": None, "levels": [], "cuts": [], "faces": {}, "equilibrium": ["0"]}
    tree["multipliers"] = ["1"]
    assert replayed(search, tree) is replayed(search, tree)
    with room():
        roomy = replayed(search, tree)
    assert replayed(search, tree) is not roomy
    with pytest.raises(EvidenceRejected):
        replayed(search, tree | {"definiteness": {"method": "nonsense"}})


def test_each_state_that_may_lie_on_either_side_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    search = Search(model(RELU), network(RELU), ((ZERO, ONE),))
    point, face = (Equilibrium(np.array([Fraction(5)]), np.array([5.0]), np.array([5.0]), face=f) for f in (None, FACE))
    assert listing._is_in(search, replace(point, exact=np.array([ZERO]))) is True
    assert listing._is_in(search, replace(point, exact=np.array([ONE]))) is True
    assert (listing._is_in(search, point), listing._is_in(search, face)) == (False, None)
    found = listing._within(search, Enumeration([face, point, face], undecided=3))
    assert (found.equilibria, found.undecided, found.at_ends) == ([], 5, 0)
    monkeypatch.setattr(listing, "_is_in", lambda *_: None)
    found = listing._within(search, Enumeration([point, point, face], undecided=3))
    assert (found.undecided, found.at_ends) == (6, 2)
