"""Lists of equilibria as claims with proofs: roots, regions, and what is told of an incomplete search."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

from hopverify.core import core_of
from hopverify.kernel.check import accept
from hopverify.networks import Model
from hopverify.numerics.equilibrium_list import equilibrium_list
from hopverify.provers._verified import is_accepted
from tests.numerics.models import model_of


def pair(weight: str, lagrangian: str = "tanh") -> Model:
    """Return two neurons that excite each other, with an equilibrium at 0."""
    return model_of(f"{{size: 2, lagrangian: {lagrangian}}}", f"[[0, {weight}], [{weight}, 0]]")


def test_bounded_activations_are_searched_from_all_states() -> None:
    found = equilibrium_list(pair("2"), None, lambda boxes: True)
    assert found is not None
    claim, proof = found
    assert claim["claim"] == "equilibria"
    assert claim["region"] is None
    assert len(claim["equilibria"]) == 3
    assert proof["nodes"][0] == ["shrink", [None, None], [None, None]]


def test_unbounded_activations_need_a_box_to_begin_with() -> None:
    assert equilibrium_list(pair("1/2", "softplus"), None, lambda boxes: True) is None
    root = [(Fraction(-8), Fraction(8))] * 2
    found = equilibrium_list(pair("1/2", "softplus"), None, lambda boxes: True, root)
    assert found is not None
    assert found[0]["region"] is None
    assert len(found[0]["equilibria"]) == 1


def test_of_a_region_only_the_equilibria_inside_are_listed() -> None:
    region = [(Fraction(1, 3), Fraction(5)), (Fraction(1, 3), Fraction(5))]
    found = equilibrium_list(pair("2"), region, lambda boxes: True)
    assert found is not None
    claim, proof = found
    assert claim["region"] == [["1/3", "5"], ["1/3", "5"]]
    assert len(claim["equilibria"]) == 1
    # Ends of the region are told exactly, others in units; no box reaches beyond.
    ends = [end for word, *rest in proof["nodes"] if word == "shrink" for side in rest for end in side]
    assert {end for end in ends if isinstance(end, str)} <= {"1/3", "5"}
    unit = Fraction(proof["unit"])
    assert all(Fraction(1, 3) < end * unit < 5 for end in ends if isinstance(end, int))


def test_boxes_that_reach_to_the_end_of_a_region_have_it_exactly() -> None:
    """The equilibrium 0 lies outside by 10⁻³⁰, and is known beside all boxes."""
    region = [(Fraction(1, 10**30), Fraction(3))] * 2
    asked = pair("2")
    found = equilibrium_list(asked, region, lambda boxes: True, holds=partial(is_accepted, asked))
    assert found is not None
    claim, proof = found
    assert (claim["claim"], len(claim["equilibria"])) == ("equilibria", 1)
    assert str(region[0][0]) in {end for word, *rest in proof["nodes"] if word == "shrink" for end in rest[0]}
    assert ["elsewhere", ["0", "0"]] in proof["nodes"]
    accept(core_of(asked), {"claim": claim, "proof": proof})


def test_an_incomplete_search_lists_what_it_has_found() -> None:
    region = [(Fraction(-3), Fraction(3)), (Fraction(0), Fraction(3))]
    found = equilibrium_list(pair("2"), region, lambda boxes: True)
    assert found is not None
    claim, proof = found
    # The equilibrium 0 lies on the boundary of the region.
    assert claim["claim"] == "some equilibria"
    assert len(claim["equilibria"]) == 1
    assert proof == {"by": "boxes"}
