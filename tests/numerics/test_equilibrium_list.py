"""Lists of equilibria as claims with proofs: roots, regions, and what is told of an incomplete search."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from hopverify.networks import Model
from hopverify.numerics.equilibrium_list import equilibrium_list
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
    low, high = np.array(proof["nodes"][0][1:]) * float(Fraction(proof["unit"]))
    assert (low <= 1 / 3).all()
    assert (high == 5).all()


def test_an_incomplete_search_lists_what_it_has_found() -> None:
    region = [(Fraction(-3), Fraction(3)), (Fraction(0), Fraction(3))]
    found = equilibrium_list(pair("2"), region, lambda boxes: True)
    assert found is not None
    claim, proof = found
    # The equilibrium 0 lies on the boundary of the region.
    assert claim["claim"] == "some equilibria"
    assert len(claim["equilibria"]) == 1
    assert proof == {"by": "boxes"}
