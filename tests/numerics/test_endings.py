"""Searches end for the smallest and largest numbers: no loop waits for doubles to meet that cannot."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from hopverify.checker.quadratic_forms import DenseForm
from hopverify.numerics.definiteness import lower_bound
from hopverify.numerics.long_steps import BISECTIONS, Ray
from hopverify.pipeline import verify
from hopverify.spec import parse_spec
from hopverify.verdict import Verdict

TINY, SUBNORMAL, HUGE = 1e-200, 5e-324, 1e300


class Rising(Ray):
    """A ray along which the energy rises beyond a step; it counts how often it is asked."""

    def __init__(self, beyond: float) -> None:
        self.beyond, self.asked = beyond, 0

    def __call__(self, h: float) -> float:
        self.asked += 1
        return 1.0 if h > self.beyond else -1.0


@pytest.mark.parametrize(
    ("low", "high", "beyond"),
    [
        (TINY, 20 * TINY, 0.0),
        (TINY, 20 * TINY, 3 * TINY),
        (SUBNORMAL, 3 * SUBNORMAL, 0.0),
        (SUBNORMAL, HUGE, 1.0),
        (0.0, 1.0, 0.5),
        (1.0, 1.0, 0.5),
        (HUGE, 20 * HUGE, 2 * HUGE),
    ],
)
def test_bisection_ends_for_all_doubles(low: float, high: float, beyond: float) -> None:
    ray = Rising(beyond)
    found = ray.begins(low, high)
    assert found is not None
    assert ray(found) > 0
    assert ray.asked <= BISECTIONS + 2


def test_bisection_of_tiny_steps_is_as_sharp_as_of_others() -> None:
    found = Rising(3 * TINY).begins(TINY, 20 * TINY)
    assert found is not None
    assert 3 * TINY < found < 3.01 * TINY


@pytest.mark.parametrize("value", [0.0, SUBNORMAL, 1e-300, HUGE])
def test_a_bound_of_the_least_eigenvalue_is_found_or_given_up(value: float) -> None:
    found = lower_bound(DenseForm.of(np.diag([value, 2 * value])))
    assert found is None or found[0] < value


LEAKS = ("1", '["1e-300", "1e300"]')
TAUS = ('"1e-200"', '"1e-320"', '"1e-400"', '"1e400"')


@pytest.mark.parametrize(("tau", "leak"), [*itertools.product(TAUS, LEAKS[:1]), ("1", LEAKS[1])])
def test_steps_of_any_length_are_certified(tau: str, leak: str) -> None:
    spec = parse_spec(f"""
hopverify: 1
name: far
layers: {{x: {{size: 2, lagrangian: tanh, tau: {tau}, leak: {leak}}}}}
synapses: {{w: {{kind: dense, layers: [x, x], weights: [[0.5, 0.1], [0.1, 0.5]]}}}}
checks: [step_size]
""")
    assert verify(spec, samples=50).verdict == str(Verdict.PASS)
