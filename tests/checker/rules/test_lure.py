"""Multipliers of Lur'e and Postnikov: the matrix entry by entry, its form in doubles, and what is not covered."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.checker.floats import UNIT
from hopverify.checker.midpoints import matrix
from hopverify.checker.quadratic_forms import DenseForm, LowRankForm
from hopverify.checker.rules import Judgement, judge
from hopverify.checker.rules.lure import multiplied_form, sector_structure, steepest
from hopverify.checks import FACTORISATION, FLOATING_POINT
from hopverify.errors import EvidenceRejected
from hopverify.networks import Model, build_model
from hopverify.numerics.lure_form import multiplied, sector_network
from hopverify.obligations import Bounded, GloballyStable, Outcome
from hopverify.spec import parse_spec
from tests.checker import multipliers

EXACT = {"method": "exact"}


def model(layers: str, synapses: str) -> Model:
    text = f"hopverify: 1\nname: sector\nlayers: {{{layers}}}\nsynapses: {{{synapses}}}\n"
    return build_model(parse_spec(text))


def dense(weights: str, text: str = "lagrangian: relu", size: int = 2) -> Model:
    return model(f"x: {{size: {size}, {text}}}", f"w: {{kind: dense, layers: [x, x], weights: {weights}}}")


def judged(asked: Model, *d: Any, bounded: bool = False, **more: Any) -> Judgement:
    statement = Bounded(asked) if bounded else GloballyStable(asked)
    if "definiteness" not in more:
        shown = multipliers.bounded if bounded else multipliers.stable
        return judge(statement, shown(asked, d))
    return judge(statement, {"rule": "lure", "multipliers": [str(entry) for entry in d], **more})


def refused(asked: Model, message: str, *d: Any, **more: Any) -> None:
    with pytest.raises(EvidenceRejected, match=message):
        judged(asked, *d, **more)


BOTH: list[dict[str, Any]] = [{}, {"definiteness": EXACT}]


# ------------------------------------------------------------------ the matrix

# Slopes 2, 0 and 1/4: the second neuron is constant.
MIXED = model(
    "x: {size: 1, lagrangian: {leaky_relu: {slope: 2}}, leak: 3}, y: {size: 1, activation: {expression: '1 + 0*x', "
    "of: neuron}}, z: {size: 1, activation: {expression: 'x/4', of: neuron}, leak: 1/2}",
    "a: {kind: dense, layers: [x, x], weights: [[1/3]]}, b: {kind: dense, layers: [x, y], weights: [[7]]}, "
    "c: {kind: dense, layers: [x, z], weights: [[5]]}, d: {kind: dense, layers: [z, z], weights: [[-1]]}",
)


def test_the_matrix_is_that_of_the_theorem() -> None:
    """2M = 2D diag(ρ/h̄) - DW - WᵀD without the constant neuron, for d = (3, 1, 1/2)."""
    network, slopes = sector_network(MIXED)
    assert slopes.tolist() == [2, 0, Fraction(1, 4)]
    d = np.array([Fraction(3), Fraction(1), Fraction(1, 2)], dtype=object)
    across = -3 * 5 - Fraction(1, 2) * 5
    expected = [
        [2 * 3 * Fraction(3, 2) - 2 * 3 * Fraction(1, 3), across],
        [across, 2 * Fraction(1, 2) * 2 + 2 * Fraction(1, 2)],
    ]
    assert multiplied(network, slopes, d).tolist() == expected
    structure, heights = sector_structure(MIXED)
    assert heights == slopes.tolist()
    form = multiplied_form(structure, heights, d.astype(float))
    assert isinstance(form, DenseForm)
    assert form.size == 2
    exact = np.array(expected, dtype=float)
    assert np.all(np.abs(form.values - exact) < 1e-14)


def test_asymmetric_weights_count_on_both_sides() -> None:
    skew = dense("[[0, 4], [1, 0]]")
    network, slopes = sector_network(skew)
    d = np.array([Fraction(1), Fraction(3)], dtype=object)
    assert multiplied(network, slopes, d).tolist() == [[2, -7], [-7, 6]]
    structure, heights = sector_structure(skew)
    form = multiplied_form(structure, heights, np.array([1.0, 3.0]))
    assert isinstance(form, DenseForm)
    assert form.values.tolist() == [[2, -7], [-7, 6]]


@pytest.mark.parametrize("d", [(1000.0, 1.0), (2.0**-20, 2.0**-10), (1.0, 1.0)])
def test_the_slack_is_what_rounding_and_radius_may_do(d: tuple[float, float]) -> None:
    structure, heights = sector_structure(dense("[[1/3, 1/5], [1/7, 1/9]]"))
    W, scale = matrix(structure), np.array(d)
    form = multiplied_form(structure, heights, scale)
    assert isinstance(form, DenseForm)
    largest = float(np.abs(scale[:, None] * W.values).max())
    least = 2 * (8 * UNIT * largest + 2 * max(d) * W.radius)
    assert W.radius > 0
    assert least <= form.slack <= least * (1 + 1e-9)


def test_the_slack_holds_what_underflows() -> None:
    structure, heights = sector_structure(dense("[[0, 0], [0, 0]]"))
    form = multiplied_form(structure, heights, np.array([1.0, 2.0]))
    assert isinstance(form, DenseForm)
    assert 2 * Fraction(2) ** -1060 <= form.slack < Fraction(2) ** -1000


def test_spreads_are_part_of_the_slack() -> None:
    near = dense("{values: [[0, 1], [2, 0]], tolerance: 1/4}")
    structure, heights = sector_structure(near)
    form = multiplied_form(structure, heights, np.array([1.0, 2.0]))
    assert isinstance(form, DenseForm)
    # d_i U_ij + d_j U_ji in the second row: 2·(1/4 + 1/4) + (1/4 + 2/4).
    assert Fraction(7, 4) <= form.slack < Fraction(7, 4) + Fraction(1, 1000)
    refused(near, "for weights within the spread", 1, 1)


def test_structure_is_kept_where_nothing_is_multiplied() -> None:
    body = "h: {kind: hebbian, layers: [x], patterns: [[1, -1, 1], [1, 1, 1]]}"
    structure, heights = sector_structure(model("x: {size: 3, lagrangian: tanh, leak: 2}", body))
    kept = multiplied_form(structure, heights, np.ones(3))
    assert isinstance(kept, LowRankForm)
    assert np.all((kept.diagonal <= 2) & (kept.diagonal > 1.999))
    for d in (np.full(3, 2.0), np.array([1.0, 1.0, 2.0])):
        assert isinstance(multiplied_form(structure, heights, d), DenseForm)
    # Constant neurons have ρ/h̄ = ∞.
    constant = model("x: {size: 3, activation: {expression: '1 + 0*x', of: neuron}}", body)
    structure, heights = sector_structure(constant)
    assert np.all(np.isinf(multiplied_form(structure, heights, np.ones(3)).diagonal))  # type: ignore[union-attr]
    assert multiplied_form(structure, heights, np.full(3, 2.0)).size == 0


# ------------------------------------------------------------------ verdicts


@pytest.mark.parametrize("more", BOTH)
@pytest.mark.parametrize(
    ("weights", "d", "held"),
    [
        ("[[0, 1/2], [1/2, 0]]", (1, 1), True),
        ("[[0, 1], [1, 0]]", (1, 1), False),
        ("[[0, 2], [2, 0]]", (1, 1), False),
        # (2 -4; -4 2) is indefinite, whatever the triangles of W say alone; d = (1, 16) makes it (2 -4; -4 32).
        ("[[0, 4], [0, 0]]", (1, 1), False),
        ("[[0, 0], [4, 0]]", (1, 1), False),
        ("[[0, 4], [0, 0]]", (1, 16), True),
        ("[[0, 0], [4, 0]]", (16, 1), True),
        ("[[0, 4], [0, 0]]", (16, 1), False),
        ("[[0, 1/2], [1/2, 0]]", (1, 100), False),
        ("[[0, 9], [-9, 0]]", (1, 1), True),
        ("[[0, 9], [-9, 0]]", ("1/8", "1/8"), True),
    ],
)
def test_multipliers_are_positive_and_enough(
    weights: str, d: tuple[Any, Any], held: bool, more: dict[str, Any]
) -> None:
    asked = dense(weights)
    if held:
        assert judged(asked, *d, **more).outcome is Outcome.PROVED
    else:
        with pytest.raises(EvidenceRejected, match="definite"):
            judged(asked, *d, **more)
    for wrong in ((0, 1), (1, 0), (-1, -1)):
        refused(asked, "between 2\\^-400 and 2\\^400|multipliers are > 0", *wrong, **more)
    refused(asked, "expected a list of 2|expected 2 numbers", 1, **more)
    refused(asked, "expected a list of 2|expected 2 numbers", 1, 1, 1, **more)


def test_multipliers_fit_into_doubles() -> None:
    skew = dense("[[0, 9], [-9, 0]]")
    edge = Fraction(2) ** 400
    for d in (edge / 2, 2 / edge):
        assert judged(skew, d, d, definiteness=EXACT).outcome is Outcome.PROVED
    for d in (edge, 1 / edge, 2 * edge, edge * Fraction(3, 2)):
        refused(skew, "between 2\\^-400 and 2\\^400", d, d, definiteness=EXACT)
        assert judged(skew, d, d).outcome is Outcome.PROVED


@pytest.mark.parametrize("more", BOTH)
def test_whole_layers_have_one_multiplier(more: dict[str, Any]) -> None:
    """Softmax has slopes up to β/2."""
    sizes = {"x": "x: {size: 2, lagrangian: relu}", "s": "s: {size: 2, lagrangian: softmax}"}
    joined = "w: {kind: dense, layers: [x, s], weights: [[1/8, 0], [0, 1/8]]}"
    for order, good, bad in (("xs", (1, 2, 3, 3), (1, 2, 3, 4)), ("sx", (3, 3, 1, 2), (3, 4, 1, 1))):
        asked = model(", ".join(sizes[name] for name in order), joined)
        assert judged(asked, *good, **more).outcome is Outcome.PROVED
        refused(asked, "one number for a layer that is not elementwise|has one multiplier", *bad, **more)


@pytest.mark.parametrize("more", BOTH)
def test_layers_have_a_leak(more: dict[str, Any]) -> None:
    weights = "[[0, 1/4], [1/4, 0]]"
    assert judged(dense(weights, "lagrangian: relu, leak: 1/2"), 1, 1, **more).outcome is Outcome.PROVED
    refused(dense(weights, "lagrangian: relu, leak: 0"), "has no leak", 1, 1, **more)
    quartic = model("x: {size: 1, lagrangian: relu}", "e: {kind: expression, layers: [x], energy: sum(x^4)}")
    refused(quartic, "the drives are not|not affine", 1, **more)


def test_what_is_told_of_one_equilibrium() -> None:
    layers = ", ".join(
        f"{name}: {{size: 1, activation: {{expression: '{slope}*x', of: neuron}}}}"
        for name, slope in (("a", "10"), ("b", "2"), ("c", "1/4"))
    )
    asked = model(layers, "w: {kind: dense, layers: [a, b], weights: [[0]]}")
    assert judged(asked, 1, 1, 1).data == judged(asked, 1, 1, 1, bounded=True).data == {}
    slopes = {"assumptions": [FLOATING_POINT, FACTORISATION], "steepest slopes": ["1/4", "2", "10"]}
    assert judged(asked, 1, 1, 1, definiteness=EXACT).data == slopes
    everywhere = {"bounded": "every state: one equilibrium attracts every solution"}
    assert judged(asked, 1, 1, 1, bounded=True, definiteness=EXACT).data == slopes | everywhere


# ------------------------------------------------------------------ slopes


@pytest.mark.parametrize(
    ("text", "slope"),
    [
        ("lagrangian: {leaky_relu: {slope: 3}}", 3),
        ("lagrangian: hard_tanh", 1),
        ("lagrangian: tanh", 1),
        ("activation: {expression: 'tanh(x)/4', of: neuron}", Fraction(1, 4)),
        ("lagrangian: softmax", Fraction(1, 2)),
        ("activation: {expression: 'x + tanh(x)/8', of: neuron}", Fraction(9, 8)),
    ],
)
def test_the_steepest_slope(text: str, slope: Any) -> None:
    found = steepest(dense("[[0, 0], [0, 0]]", text).layers["x"])
    assert slope <= found < slope + Fraction(1, 10**9)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lagrangian: softmax, tau: [1, 2]", "more than one time constant"),
        ("lagrangian: {spherical: {epsilon: 0}}", "not evidently locally Lipschitz"),
        ("activation: clipped_softmax", "no bounds 0 ≤ H ≤ β"),
        ("lagrangian: {expression: '-x^2/2', of: neuron}", "not evidently non-decreasing"),
        ("lagrangian: exp", "no bound of the slope"),
        ("activation: {expression: 'x^3', of: neuron}", "no bound of the slope"),
    ],
)
def test_slopes_that_are_not_known(text: str, message: str) -> None:
    asked = dense("[[0, 0], [0, 0]]", text)
    with pytest.raises(EvidenceRejected, match=message):
        steepest(asked.layers["x"])
    with pytest.raises(EvidenceRejected):
        judged(asked, 1, 1)
