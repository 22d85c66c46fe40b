"""What drawn specs have found: each was a crash, or a certificate that its own checker rejected."""

from __future__ import annotations

from fractions import Fraction

import pytest

from hopverify.expr.balls import BALLS, precision
from hopverify.expr.dual import Duals
from hopverify.expr.evaluate import Arithmetic
from hopverify.spec import ExactArray, parse_spec
from hopverify.synapses import held

from .test_verified import accepted

# A prover at 200 bits left its weights to the rule at 128 bits, and the checker came to other last digits.
LAST_DIGITS = (
    "{hopverify: 1, name: drawn, layers: {x: {size: 2, lagrangian: celu, tau: 0}, "
    "y: {size: 2, lagrangian: celu, bias: 1}, v: {size: 2, lagrangian: entmax}}, synapses: {w1: {kind: gated, "
    "layers: [y, v, x], weights: [[[-2, -4/3], [-1.6, -5/3]], [[-1.375, 0.1], [-0.125, 0.375]]]}, "
    "w2: {kind: dense, layers: [y, y], weights: [[-1.8, 2], [1.9, -1]]}}, checks: [energy_descent, global_stability]}"
)
# The input of the convolution is instantaneous: constants at one end, dual numbers at the other.
MIXED_ENDS = (
    "{hopverify: 1, name: drawn, layers: {x: {size: 2, lagrangian: ghostmax, bias: 1.3, bias_in_energy: false}, "
    "y: {size: 2, lagrangian: repu, tau: 0}}, "
    "synapses: {w1: {kind: convolution, layers: [y, x], kernel: [[[-1.6]]]}}, checks: [energy_descent]}"
)


@pytest.mark.parametrize("text", [LAST_DIGITS, MIXED_ENDS], ids=["last digits", "mixed ends"])
def test_it_is_accepted_now(text: str) -> None:
    accepted(parse_spec(text))


@pytest.mark.parametrize("a", [BALLS, Duals(BALLS)], ids=["balls", "duals"])
def test_what_is_held_does_not_depend_on_what_was_computed_before(a: Arithmetic) -> None:
    third = ExactArray.of([Fraction(1, 3)])
    with precision(64):
        first = held(third, a)[0].rad()
    with precision(256):
        finer = held(third, a)[0].rad()
    with precision(64):
        again = held(third, a)[0].rad()
    assert finer < first
    assert again == first
