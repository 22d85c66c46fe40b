"""Claimed enclosures: what a forger may say of an equilibrium is no sharper than what is known, nor blurred."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from hopverify.checker.deciding import roles_of
from hopverify.checker.rules import judge
from hopverify.checks import claims_of
from hopverify.errors import EvidenceRejected
from hopverify.networks import any_model
from hopverify.obligations import Obligation, Outcome
from hopverify.pipeline import verify
from hopverify.spec import read_spec

SPECS = Path(__file__).parents[2] / "specs"
NAMES = ("hopfield-1984", "hierarchical", "global-lure")
Box = list[list[str]]


@cache
def offers(name: str) -> list[tuple[Obligation, dict[str, Any]]]:
    spec = read_spec(SPECS / f"{name}.yaml")
    entries = verify(spec, samples=200).results
    found = []
    for (_, claim), entry in zip(claims_of(spec, any_model(spec)), entries, strict=True):
        for (obligation, _), row in zip(roles_of(claim), entry["obligations"], strict=False):
            if "enclosures" in row.get("evidence", {}):
                found.append((obligation, row["evidence"]))
    return found


def short(number: Fraction) -> str:
    """Return a number as one that is a double: what is refused is not the form."""
    return str(Fraction(round(number * 2**48), 2**48))


def moved(lower: int, upper: int, share: Fraction) -> Callable[[Box], Box]:
    """Return what moves the ends of a box by so many shares of the larger one's size, in short numbers."""

    def move(box: Box) -> Box:
        ends = [[Fraction(text) for text in pair] for pair in box]
        far = [max(abs(a), abs(b), Fraction(1, 2**20)) * share for a, b in ends]
        return [[short(a + lower * d), short(b + upper * d)] for (a, b), d in zip(ends, far, strict=True)]

    return move


def halved(box: Box) -> Box:
    return [[short((Fraction(a) + Fraction(b)) / 2)] * 2 for a, b in box]


SHORT, LONG = Fraction(1, 2**30), Fraction(1, 2**12)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("change", [halved, moved(1, 1, SHORT), moved(-1, 1, LONG), moved(0, -1, SHORT)])
def test_a_false_or_blurred_box_is_refused(name: str, change: Callable[[Box], Box]) -> None:
    for obligation, evidence in offers(name):
        for k, box in enumerate(evidence["enclosures"]):
            forged = list(evidence["enclosures"])
            forged[k] = change(box)
            with pytest.raises(EvidenceRejected, match="enclosures: "):
                judge(obligation, evidence | {"enclosures": forged})


@pytest.mark.parametrize("name", NAMES)
def test_a_box_that_is_left_out_doubled_or_out_of_order_is_refused(name: str) -> None:
    for obligation, evidence in offers(name):
        boxes = evidence["enclosures"]
        wrong = [boxes[1:], [*boxes, boxes[0]], []] + ([boxes[::-1]] if len(boxes) > 1 else [])
        for forged in wrong:
            with pytest.raises(EvidenceRejected):
                judge(obligation, evidence | {"enclosures": forged})
        with pytest.raises(EvidenceRejected):
            judge(obligation, {key: value for key, value in evidence.items() if key != "enclosures"})


@pytest.mark.parametrize("name", NAMES)
def test_a_box_that_is_a_little_wider_says_less_and_nothing_else(name: str) -> None:
    for obligation, evidence in offers(name):
        wider = [moved(-1, 1, Fraction(1, 2**34))(box) for box in evidence["enclosures"]]
        found, said = (judge(obligation, evidence | {"enclosures": boxes}) for boxes in (wider, evidence["enclosures"]))
        assert found.outcome is said.outcome is Outcome.PROVED
        assert [row["x"] for row in found.data["equilibria"]] == wider
        for row, before in zip(found.data["equilibria"], said.data["equilibria"], strict=True):
            assert row.get("stability") == before.get("stability")
            assert row.get("alive") == before.get("alive")
