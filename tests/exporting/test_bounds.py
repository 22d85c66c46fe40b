"""Boxes that every solution enters, as statements."""

from __future__ import annotations

import re
from typing import Any

import pytest

from hopverify.exporting import NotExported, bounds, export
from hopverify.kernel.claims import Claim
from tests.exporting.test_lists import core_named, core_with


def within(*box: Any) -> Claim:
    return Claim("bounded solutions", {"box": {"x": list(box)}})


@pytest.mark.parametrize(
    ("lagrangian", "ends", "lemma"),
    [
        ("tanh", ("-1", "1"), "unfold g_x. intro u. apply range_tanh."),
        ("sigmoid", ("0", "1"), "unfold g_x. intro u. apply range_sigmoid."),
        ("hard_tanh", ("-1", "1"), "unfold g_x. by_range."),
        ("relu6", ("0", "6"), "unfold g_x. by_range."),
    ],
)
def test_the_box_and_the_ranges_are_stated(lagrangian: str, ends: tuple[str, str], lemma: str) -> None:
    """The drives of two neurons with the weight 1/2 between them are half of the range, and the box is larger."""
    claim = within(["-2/3", "10/3"], ["-3/4", "4"])
    file = export(core_with(lagrangian), [claim])
    (theorem,) = file.theorems
    assert theorem.statement == "bounded_by model\n  [-2 # 3; -3 # 4]%Q\n  [10 # 3; 4]%Q"
    found = re.search(r"Lemma range_of_x : has_range g_x (.*)%Q\.\nProof\. (.*) Qed\.", file.text)
    assert found is not None
    assert found.groups() == (f"({ends[0]}, {ends[1]})", lemma)


@pytest.mark.parametrize(
    ("core", "claim", "reason"),
    [
        (lambda: core_with("tanh"), Claim("bounded solutions", {}), "without a box"),
        (lambda: core_with("tanh"), within(["-1/2", "2/3"], ["-2/3", "2/3"]), "over all states alone"),
        (lambda: core_with("tanh"), within(["-2/3", "2/3"], ["-2/3", "1/2"]), "over all states alone"),
        (lambda: core_with("relu"), within(["-1", "1"], ["-1", "1"]), "no finite range"),
        (lambda: core_named("softmax-equilibria"), within(["-1", "1"]), "acts as a whole"),
    ],
)
def test_what_is_not_covered_is_refused(core: Any, claim: Claim, reason: str) -> None:
    with pytest.raises(NotExported, match=reason):
        export(core(), [claim])


def test_the_sizes_of_networks_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MAX_NEURONS", 1)
    with pytest.raises(NotExported, match="at most 1 neurons"):
        export(core_with("tanh"), [within(["-1", "1"], ["-1", "1"])])
