"""Products of three and more activations: what they refuse, and their formulas."""

from __future__ import annotations

import numpy as np
import pytest

from hopverify.errors import SpecError
from hopverify.expr.floats import FLOATS
from tests.laws.test_synapse_laws import T4, model_with, random_activations


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("layers: [a, b], weights: [1, 1, 1, 1, 1, 1]", "three or more different layers"),
        ("layers: [a, b, a], weights: [1, 1, 1, 1, 1, 1]", "three or more different layers"),
        ("layers: [a, b, c], weights: [1, 1, 1, 1, 1, 1]", "needs layers of equal size, got sizes (6, 6, 4)"),
        ("layers: [a, b, e], weights: [1, 1]", "expected shape 6"),
        ("layers: [d, f, c], weights: {same_as: T}", "expected shape 2×3×4"),
        ("layers: [d, f, c], weights: {same_as: T4}", "an axis each"),
    ],
)
def test_what_does_not_fit_is_told_so(fields: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        model_with(f"{{kind: gated, {fields}}}")
    assert message in str(caught.value)


def test_four_axes_are_contracted_as_the_sum_says() -> None:
    model = model_with("{kind: gated, layers: [d, f, c, h], weights: {same_as: T4}}")
    gamma = random_activations(model, 9)
    d, f, c, h = (gamma[name] for name in "dfch")
    s = model.synapses["s"]
    assert s.energy(gamma, FLOATS) == pytest.approx(-np.einsum("ijkl,i,j,k,l", T4, d, f, c, h))
    assert np.allclose(s.drive(gamma, FLOATS)["c"], np.einsum("ijkl,i,j,l->k", T4, d, f, h))


@pytest.mark.parametrize(
    ("fields", "formula"),
    [
        ("layers: [d, c, f], weights: {same_as: T}", r"-\sum_{ijk} T_{s,ijk}\,\gamma_{d,i}\gamma_{c,j}\gamma_{f,k}"),
        (
            "layers: [e, a, b, g], weights: [1, 1, 1, 1, 1, 1]",
            r"-\sum_i w_{s,i}\,\gamma_{e,i}\gamma_{a,i}\gamma_{b,i}\gamma_{g,i}",
        ),
    ],
)
def test_formulas(fields: str, formula: str) -> None:
    assert model_with(f"{{kind: gated, {fields}}}").synapses["s"].formula("s") == formula


def test_indices_of_four_layers_are_numbered() -> None:
    formula = model_with("{kind: gated, layers: [d, f, c, h], weights: {same_as: T4}}").synapses["s"].formula("s")
    assert formula.startswith(r"-\sum_{i_{0} i_{1} i_{2} i_{3}} T_{s,i_{0} i_{1} i_{2} i_{3}}")
