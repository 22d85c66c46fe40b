"""Dense associative memories: what they refuse, and the formula of the literature."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from hopverify.errors import SpecError
from hopverify.expr.exact import EXACT
from hopverify.expr.floats import FLOATS
from tests.laws.test_synapse_laws import model_with


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("layers: [d, c], patterns: [[1, 1]], function: z^2", "have one size, got 2, 4"),
        ("layers: [d], patterns: [1, 1, 1], function: z^2", "rows of a matrix"),
        ("layers: [d], patterns: [[1, 1, 1]], function: z^2", "expected shape 1×2"),
        ("layers: [d], patterns: [[1, 1]], function: x^2", "F is a function of z, but the expression uses x"),
        ("layers: [d], patterns: [[1, 1]], function: sum(z)", "needs a vector"),
        ("layers: [d], patterns: [[1, 1]], function: ones(z)", "ones needs a vector"),
        ("layers: [d], patterns: [[1, 1]], function: '@'", "synapses.s.function"),
        ("layers: [d], patterns: [[1, 1]], function: z^99999999", "out of range"),
        ("layers: [d], patterns: [[1, 1]]", "the key 'function' is missing"),
    ],
)
def test_what_does_not_fit_is_told_so(fields: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        model_with(f"{{kind: associative, {fields}}}")
    assert message in str(caught.value)


def test_the_formula_of_the_literature() -> None:
    """E = -Σ F(ξ·s) and drive Σ ξ F'(ξ·s) (arXiv:1606.01164, eq. 1), by hand for two patterns."""
    s = model_with("{kind: associative, layers: [d, d], patterns: [[1, -1], [2, 1]], function: z^3}").synapses["s"]
    gamma = {"d": np.array([Fraction(1, 2), Fraction(3)], dtype=object)}
    z, w = Fraction(-5, 2), Fraction(4)
    assert s.energy(gamma, EXACT) == -(z**3 + w**3)
    assert s.drive(gamma, EXACT)["d"].tolist() == [3 * z**2 + 2 * 3 * w**2, -3 * z**2 + 3 * w**2]
    assert s.pairs == {("d", "d")}
    assert s.is_regular()


def test_the_hopfield_module_of_energy_transformers() -> None:
    """-½ Σ relu(ξ·g)²; its drive is Ξᵀ relu(Ξg) (arXiv:2302.07253, eq. 5)."""
    Xi = np.array([[1.0, -1.0], [2.0, 1.0], [-1.0, 0.5]])
    text = f"{{kind: associative, layers: [d], patterns: {Xi.tolist()}, function: relu(z)^2/2}}"
    s, g = model_with(text).synapses["s"], np.array([0.3, -0.8])
    assert np.allclose(s.drive({"d": g}, FLOATS)["d"], Xi.T @ np.maximum(Xi @ g, 0))
    assert s.energy({"d": g}, FLOATS) == pytest.approx(-0.5 * (np.maximum(Xi @ g, 0) ** 2).sum())


def test_a_jump_of_the_drive_is_told() -> None:
    assert (
        not model_with("{kind: associative, layers: [d], patterns: [[1, 1]], function: abs(z)}")
        .synapses["s"]
        .is_regular()
    )


def test_formulas() -> None:
    text = "{kind: associative, layers: [a, b], patterns: [[1, 1, 1, 1, 1, 1]], function: z^3}"
    assert model_with(text).synapses["s"].formula("s") == (
        r"-\sum_{\mu} F_{s}(\xi_{\mu}\cdot\gamma_{a}) - \sum_{\mu} F_{s}(\xi_{\mu}\cdot\gamma_{b})"
    )
    text = "{kind: epanechnikov, layers: [d], patterns: [[1, 1]], beta: 1, epsilon: 1}"
    s = model_with(text).synapses["s"]
    assert r"\varepsilon + \sum_{\mu} \max(0, 1 - \tfrac{\beta}{2}\,|\gamma_{d} - \xi_{s,\mu}|^2)" in s.formula("s")
    assert s.pairs == {("d", "d")}
    assert not s.is_regular()
