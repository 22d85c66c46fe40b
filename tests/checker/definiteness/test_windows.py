"""Windows: the slack that each is asked for, to the last double, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.checker.definiteness import check_definite, windows
from hopverify.checker.quadratic_forms import DenseForm, SparseForm
from hopverify.errors import EvidenceRejected

ASKED: list[DenseForm] = []


@pytest.fixture(autouse=True)
def _nothing_asked() -> None:
    ASKED.clear()


def note(form: DenseForm, evidence: Mapping[str, Any]) -> None:
    assert evidence == {"method": "cholesky"}
    ASKED.append(form)


def diagonal(*entries: float) -> SparseForm:
    none = np.array([], dtype=np.int64)
    return SparseForm(np.array(entries), none, none, np.array([]))


@pytest.mark.parametrize(
    ("slack", "counted"),
    [(Fraction(1, 3), Fraction(1, 3)), (Fraction(-1, 3), Fraction(-1, 6)), (Fraction(0), Fraction(0))],
)
def test_a_window_is_asked_for_the_slack_and_what_rounding_lost(
    slack: Fraction, counted: Fraction, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three rows with entries up to 5 lose 2·3·5 units in the last place at most; half of a negative slack counts."""
    monkeypatch.setattr(windows, "check_definite", note)
    rounded = np.array([[1.0, 0.0, 0.0], [0.0, -5.0, 2.0], [0.0, 2.0, 4.0]])
    windows._check(np.eye(6), rounded, slack, 0)
    assert [form.slack for form in ASKED] == [counted + Fraction(30, 2**53)]


def test_every_block_has_its_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "check_definite", note)
    payload = {"method": "windows", "order": [0, 1, 2], "block": 1, "share": "0"}
    check_definite(diagonal(1.0, 2.0, 3.0), payload)
    assert [form.values.tolist() for form in ASKED] == [[[1, 0], [0, 0]], [[2, 0], [0, 0]], [[3]]]


def test_what_windows_refuse() -> None:
    good = {"method": "windows", "order": [0], "block": 2048, "share": "0"}
    check_definite(diagonal(1.0), good)
    for wrong in ({"block": 2049}, {"block": 0}, {"order": 5}, {"order": None}, {"order": []}, {"order": [1]}):
        with pytest.raises(EvidenceRejected):
            check_definite(diagonal(1.0), good | wrong)
    with pytest.raises(EvidenceRejected, match="window 1: "):
        check_definite(diagonal(1.0, -1.0), good | {"order": [0, 1], "block": 1, "share": "1/2"})
