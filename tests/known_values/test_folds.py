"""Where a neuron that excites itself gains two equilibria (Beer, Adaptive Behavior 3 (1995) 469): to a billionth.

ẋ = -x + wσ(x) + b has a fold where the slope of the right side vanishes at an equilibrium, wσ(1 - σ) = 1: for w > 4 at
σ = (1 ± √(1 - 4/w))/2, x = log(σ/(1 - σ)), b = x - wσ. Between both folds there are three equilibria, elsewhere one.
"""

from __future__ import annotations

from decimal import Decimal, localcontext

import pytest

from hopverify.pipeline import verify
from hopverify.spec import parse_spec

APART = Decimal("1e-9")


def folds(w: int) -> list[Decimal]:
    """Return both values of b, in ascending order, to 40 digits."""
    with localcontext(prec=40):
        root = (1 - Decimal(4) / w).sqrt()
        shares = [(1 + sign * root) / 2 for sign in (1, -1)]
        return [(share / (1 - share)).ln() - w * share for share in shares]


def stabilities(w: int, b: Decimal) -> list[str]:
    spec = parse_spec(
        f"hopverify: 1\nname: beer\nlayers:\n  y: {{size: 1, lagrangian: sigmoid, bias: [{b:.30f}]}}\n"
        f"synapses:\n  w: {{kind: dense, layers: [y, y], weights: [[{w}]]}}\nchecks: [equilibria]\n"
    )
    (entry,) = verify(spec).results
    assert entry["verdict"] == "pass"
    return [row["stability"] for row in entry["obligations"][0]["data"]["equilibria"]]


@pytest.mark.parametrize("w", [5, 16])
def test_two_equilibria_come_and_go_at_the_folds(w: int) -> None:
    low, high = folds(w)
    for b in (low - APART, high + APART):
        assert stabilities(w, b) == ["stable"]
    for b in (low + APART, high - APART):
        assert sorted(stabilities(w, b)) == ["stable", "stable", "unstable"]
