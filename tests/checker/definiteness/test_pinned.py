"""How much slack each method takes, to the last double: pinned, and compared with what is true in rationals.

A bound that is computed too small would be unsound at the edge, one that is computed too large would refuse more than
it has to; either way a constant in a formula has changed, and that should be meant. All numbers are such that sums and
products are exact, so that no order of summation, no fused operation and no library changes the edge.
``UPDATE_PINS=1 pytest tests/checker/definiteness/test_pinned.py`` writes the edges anew.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hopverify.checker.definiteness import check_definite
from hopverify.checker.midpoints import Midpoint
from hopverify.checker.quadratic_forms import DenseForm, LowRankForm, SparseForm
from hopverify.errors import EvidenceRejected
from tests.soundness.oracles.matrices import is_definite

PINS = Path(__file__).with_name("pins.json")
Form = DenseForm | SparseForm | LowRankForm

ROWS = np.array([[9.0, 1.0, -2.0, 0.0], [1.0, 8.0, 1.0, 1.0], [-2.0, 1.0, 10.0, 0.5], [0.0, 1.0, 0.5, 4.0]])
# LLᵀ + I/1024, each step of whose factorisation is exact: L has entries 1 + 2⁻²⁶, whose squares have 53 bits.
ROOT = 1.0 + 2.0**-26
OWN, NEXT = ROOT**2 + 2.0**-10, ROOT / 2
FACTORED = np.array([[OWN, NEXT, 0.0], [NEXT, 0.25 + OWN, NEXT], [0.0, NEXT, 0.25 + OWN]])
# With I/2²⁶ the rest is as small as the products of the upper and lower halves of L, whose size the bound then shows.
CLOSE = FACTORED - (2.0**-10 - 2.0**-26) * np.eye(3)
# No entry of the Gram matrix has more than two terms: their order does not matter.
PATTERNS = np.array([[1.0, -1.0, 1.0, 0.0], [0.0, 1.0, 0.0, -0.5]])


def sparse(A: np.ndarray[Any, Any]) -> SparseForm:
    row, column = np.nonzero(np.tril(A, -1))
    return SparseForm(np.diag(A).copy(), row, column, A[row, column])


def low_rank(scale: float, radius: float = 0.0) -> LowRankForm:
    d = np.array([16.0, 8.0, np.inf, 32.0])
    return LowRankForm(d * scale, Midpoint(PATTERNS, radius), Fraction(scale))


CASES: dict[str, tuple[Form, Mapping[str, Any]]] = {
    "dominance": (DenseForm.of(ROWS), {"method": "dominance"}),
    "dominance, tiny": (DenseForm.of(ROWS * 2.0**-1056), {"method": "dominance"}),
    "dominance, weighted": (DenseForm.of(ROWS), {"method": "dominance", "weights": ["1", "3/2", "1", "2"]}),
    "dominance, sparse": (sparse(ROWS), {"method": "dominance", "weights": ["1", "3/2", "1", "2"]}),
    "integer_cholesky": (DenseForm.of(FACTORED), {"method": "integer_cholesky", "shift": "1/1024"}),
    "integer_cholesky, close": (DenseForm.of(CLOSE), {"method": "integer_cholesky", "shift": f"1/{2**26}"}),
    "low_rank": (low_rank(1.0), {"method": "low_rank", "complement": {"method": "dominance"}}),
    "low_rank, rounded": (low_rank(1.0, 2.0**-30), {"method": "low_rank", "complement": {"method": "dominance"}}),
    "low_rank, tiny": (low_rank(2.0**-890), {"method": "low_rank", "complement": {"method": "dominance"}}),
}


def takes(form: Form, evidence: Mapping[str, Any], slack: float) -> bool:
    try:
        check_definite(replace(form, slack=Fraction(slack)), evidence)
    except EvidenceRejected:
        return False
    return True


def edge(holds: Callable[[float], bool]) -> float:
    """Return the largest double ≥ 0 for which a property holds that ends once: doubles are ordered like their bits."""
    low, high = 0, int(np.float64(2.0**1000).view(np.int64))
    assert holds(0.0)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(float(np.int64(middle).view(np.float64))) else (low, middle)
    return float(np.int64(low).view(np.float64))


def is_true(form: Form, slack: float) -> bool:
    if isinstance(form, SparseForm):
        form = DenseForm.of(ROWS)
    return is_definite(replace(form, slack=Fraction(slack)).fractions().tolist())


@pytest.mark.parametrize("name", CASES)
def test_the_edge_is_where_it_was(name: str) -> None:
    form, evidence = CASES[name]
    found = edge(lambda slack: takes(form, evidence, slack))
    pins = json.loads(PINS.read_text(encoding="utf-8")) if PINS.exists() else {}
    if os.environ.get("UPDATE_PINS"):
        PINS.write_text(json.dumps(pins | {name: found.hex()}, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    else:
        assert float.fromhex(pins[name]) == found
    if not isinstance(form, LowRankForm) or not form.patterns.radius:
        assert found <= edge(lambda slack: is_true(form, slack))


def test_a_radius_takes_away_from_the_edge() -> None:
    pins = json.loads(PINS.read_text(encoding="utf-8"))
    assert float.fromhex(pins["low_rank, rounded"]) < float.fromhex(pins["low_rank"])
