"""Synapses that do not fit their layers are refused where they stand; each beside one that fits. And their formulas."""

from __future__ import annotations

from fractions import Fraction

import pytest

from hopverify.errors import SpecError
from hopverify.networks import Model, build_model
from hopverify.spec import ExactArray, parse_spec
from hopverify.synapses import Synapse
from hopverify.synapses.feedforward_feedback import FeedforwardFeedback

LAYERS = """hopverify: 1
name: fits
layers:
  a: {size: 2, lagrangian: tanh}
  b: {size: 2, lagrangian: tanh}
  c: {size: 3, lagrangian: tanh}
  image: {size: 4, shape: [1, 2, 2], lagrangian: tanh}
  map: {size: 1, shape: [1, 1, 1], lagrangian: tanh}
"""


def model(synapse: str) -> Model:
    return build_model(parse_spec(f"{LAYERS}synapses: {{w: {{{synapse}}}}}\n"))


def synapse(text: str) -> Synapse:
    return model(text).synapses["w"]


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        (
            "kind: dense, layers: [a, c], weights: [[1, 2, 3], [4, 5, 6]]",
            "kind: dense, layers: [a, c, b], weights: [[1, 2, 3], [4, 5, 6]]",
            "layers",
        ),
        (
            "kind: dense, layers: [a, c], weights: [[1, 2, 3], [4, 5, 6]]",
            "kind: dense, layers: [c, a], weights: [[1, 2, 3], [4, 5, 6]]",
            "expected shape 3×2",
        ),
        (
            "kind: diagonal, layers: [a, b], weights: [1, 2]",
            "kind: diagonal, layers: [a, c], weights: [1, 2]",
            "layers of equal size, got 2 and 3",
        ),
        (
            "kind: hebbian, layers: [a], patterns: [[1, -1]]",
            "kind: hebbian, layers: [a, b], patterns: [[1, -1]]",
            "joins a layer with itself",
        ),
        (
            "kind: hebbian, layers: [a], patterns: [[1, -1]]",
            "kind: hebbian, layers: [a], patterns: [1, -1, 1]",
            "patterns are the rows of a matrix",
        ),
        (
            "kind: epanechnikov, layers: [a], patterns: [[1, -1]], beta: 1, epsilon: 1",
            "kind: epanechnikov, layers: [a, b], patterns: [[1, -1]], beta: 1, epsilon: 1",
            "with itself",
        ),
        (
            "kind: epanechnikov, layers: [a], patterns: [[1, -1]], beta: 1, epsilon: 1",
            "kind: epanechnikov, layers: [a], patterns: [1, -1, 1], beta: 1, epsilon: 1",
            "patterns are the rows of a matrix",
        ),
        (
            "kind: associative, layers: [a, b], patterns: [[1, -1]], function: z^2",
            "kind: associative, layers: [a, c], patterns: [[1, -1]], function: z^2",
            "one size, got 2, 3",
        ),
        (
            "kind: associative, layers: [a], patterns: [[1, -1]], function: z^2",
            "kind: associative, layers: [a], patterns: [1, -1, 1], function: z^2",
            "patterns are the rows of a matrix",
        ),
        (
            "kind: associative, layers: [a], patterns: [[1, -1]], function: z^2",
            "kind: associative, layers: [a], patterns: [[1, -1]], function: y^2",
            "F is a function of z, but the expression uses y",
        ),
        (
            "kind: associative, layers: [a], patterns: [[1, -1]], function: z^2",
            "kind: associative, layers: [a], patterns: [[1, -1]], function: sum(z)",
            "sum needs a vector",
        ),
        (
            "kind: convolution, layers: [image, map], kernel: {values: [[[[1, 2], [3, 4]]]]}",
            "kind: convolution, layers: [image, image], kernel: {values: [[[[1, 2], [3, 4]]]]}",
            "joins two different layers",
        ),
        (
            "kind: gated, layers: [a, b, c], weights: {values: [[[1, 2, 3], [4, 5, 6]], [[1, 2, 3], [4, 5, 6]]]}",
            "kind: gated, layers: [a, b, c], weights: [1, 2]",
            "layers of equal size, got sizes",
        ),
        (
            "kind: gated, layers: [a, b, c], weights: {values: [[[1, 2, 3], [4, 5, 6]], [[1, 2, 3], [4, 5, 6]]]}",
            "kind: gated, layers: [a, b, b], weights: [1, 2]",
            "three or more different layers",
        ),
        (
            "kind: feedforward_feedback, layers: [a, b], forward: [[1, 2], [3, 4]]",
            "kind: feedforward_feedback, layers: [a, a], forward: [[1, 2], [3, 4]]",
            "give the layer that is fed back to first",
        ),
        (
            "kind: feedforward_feedback, layers: [a, b], forward: [[1, 2], [3, 4]]",
            "kind: feedforward_feedback, layers: [a, c], forward: [[1, 2], [3, 4], [5, 6]]",
            "without `feedback` the layers have equally many neurons, got 2 and 3",
        ),
        (
            "kind: feedforward_feedback, layers: [a, b], forward: [[1, 2], [3, 4]]",
            "kind: feedforward_feedback, layers: [a, b], forward: [[1, 2], [3, 4]], residual: [[1], [0]]",
            "`residual` and `potential` are given together",
        ),
        (
            "kind: feedforward_feedback, layers: [a, b], forward: [[1, 2], [3, 4]], residual: [[1], [0]], potential: z",
            "kind: feedforward_feedback, layers: [a, b], forward: [[1, 2], [3, 4]], residual: [[1]], potential: z",
            "expected a matrix with 2 rows",
        ),
        (
            "kind: attention, layers: [a, b], queries: [[1, 2]], keys: [[3, 4]], beta: 1",
            "kind: attention, layers: [a, a], queries: [[1, 2]], keys: [[3, 4]], beta: 1",
            "two or more different layers",
        ),
        (
            "kind: attention, layers: [a, b], queries: [[1, 2]], keys: [[3, 4]], beta: 1",
            "kind: attention, layers: [a, c], queries: [[1, 2]], keys: [[3, 4]], beta: 1",
            "the tokens have one size, got 2, 3",
        ),
        (
            "kind: attention, layers: [a, b], queries: [[1, 2]], keys: [[3, 4]], beta: 1",
            "kind: attention, layers: [a, b], queries: [[1, 2, 3]], keys: [[3, 4, 5]], beta: 1",
            "expected heads × d × 2",
        ),
        (
            "kind: attention, layers: [a, b], queries: [[1, 2]], keys: [[3, 4]], beta: 1",
            "kind: attention, layers: [a, b], queries: [[1, 2]], keys: [[3, 4]], beta: [1, 2]",
            "one number, or one for each of 1 heads, got 2",
        ),
        (
            "kind: attention, layers: [a, b], queries: [[1, 2]], keys: [[3, 4]], beta: 1, mask: [[1, 1], [0, 1]]",
            "kind: attention, layers: [a, b], queries: [[1, 2]], keys: [[3, 4]], beta: 1, mask: [[1, 2], [0, 1]]",
            "the entries are 1, where a token attends to another, and 0",
        ),
        (
            "kind: attention, layers: [a, b], queries: [[1, 2]], keys: [[3, 4]], beta: 1, to: others",
            "kind: attention, layers: [a, b], queries: [[1, 2]], keys: [[3, 4]], beta: 1, to: others, "
            "mask: [[1, 0], [0, 1]]",
            "no token attends to any",
        ),
        (
            "kind: convolution, layers: [image, map], kernel: [[[[1, 2], [3, 4]]]]",
            "kind: convolution, layers: [a, map], kernel: [[[[1, 2], [3, 4]]]]",
            "a kernel of 4 axes needs layers with 3 axes each",
        ),
        (
            "kind: convolution, layers: [image, map], kernel: [[[[1, 2], [3, 4]]]]",
            "kind: convolution, layers: [image, map], kernel: [[[[1]]]]",
            r"the convolution gives positions \(2, 2\), but map has \(1, 1\)",
        ),
        (
            "kind: convolution, layers: [image, map], kernel: [[[[1, 2], [3, 4]]]]",
            "kind: convolution, layers: [image, map], kernel: [[[[1, 2, 0], [3, 4, 0], [0, 0, 0]]]]",
            r"the convolution gives positions \(0, 0\), but map has \(1, 1\)",
        ),
        (
            "kind: expression, layers: [a], energy: -sum(a^2)",
            "kind: expression, layers: [a], energy: -a^2",
            "the energy must be one number",
        ),
        (
            "kind: expression, layers: [a], energy: -sum(a^2)",
            "kind: expression, layers: [a], energy: -sum(b^2)",
            "no variable is called 'b'",
        ),
    ],
)
def test_what_does_not_fit(right: str, wrong: str, message: str) -> None:
    model(right)
    with pytest.raises(SpecError, match=message):
        model(wrong)


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        (
            "kind: dense, layers: [a, a], weights: [[1, 2], [2, 1]]",
            r"-\tfrac{1}{2}\,\gamma_{a}^{\top} W_{w}\,\gamma_{a}",
        ),
        ("kind: dense, layers: [a, b], weights: [[1, 2], [2, 1]]", r"-\,\gamma_{a}^{\top} W_{w}\,\gamma_{b}"),
        (
            "kind: hebbian, layers: [a], patterns: [[1, -1]]",
            r"-\tfrac{1}{4}\,\gamma_{a}^{\top}(\Xi^{\top}\Xi)\gamma_{a}",
        ),
        (
            "kind: hebbian, layers: [a], patterns: [[1, -1]], scale: 2, zero_diagonal: true",
            r"-\tfrac{2}{2}\,\gamma_{a}^{\top}(\Xi^{\top}\Xi - \operatorname{diag}(\Xi^{\top}\Xi))\gamma_{a}",
        ),
        (
            "kind: gated, layers: [a, b, c], weights: {values: [[[1, 2, 3], [4, 5, 6]], [[1, 2, 3], [4, 5, 6]]]}",
            r"-\sum_{ijk} T_{w,ijk}\,\gamma_{a,i}\gamma_{b,j}\gamma_{c,k}",
        ),
        ("kind: expression, layers: [a, b], energy: '-dot(a, b)'", r"S_{w}(\gamma_{a}, \gamma_{b})"),
        (
            "kind: diagonal, layers: [a, a], weights: [1, 2]",
            r"-\tfrac{1}{2}\sum_i w_{w,i}\,\gamma_{a,i}\gamma_{a,i}",
        ),
        ("kind: diagonal, layers: [a, b], weights: [1, 2]", r"-\sum_i w_{w,i}\,\gamma_{a,i}\gamma_{b,i}"),
        (
            "kind: convolution, layers: [image, map], kernel: {values: [[[[1, 2], [3, 4]]]]}",
            r"-\gamma_{map}^{\top}\,(k_{w} \star \gamma_{image})",
        ),
        (
            "kind: feedforward_feedback, layers: [a, b], forward: [[1, 2], [3, 4]]",
            r"-\gamma_{b}^{\top} A_{w}\,\gamma_{a}",
        ),
        (
            "kind: associative, layers: [a, b], patterns: [[1, -1]], function: z^2",
            r"-\sum_{\mu} F_{w}(\xi_{\mu}\cdot\gamma_{a}) - \sum_{\mu} F_{w}(\xi_{\mu}\cdot\gamma_{b})",
        ),
    ],
)
def test_formulas(text: str, formula: str) -> None:
    assert synapse(text).formula("w") == formula


def test_what_is_concave_by_structure() -> None:
    for text, concave in (
        ("kind: associative, layers: [a], patterns: [[1, -1]], function: z^2", True),
        ("kind: associative, layers: [a], patterns: [[1, -1]], function: z^3", False),
        ("kind: expression, layers: [a], energy: -sum(a^2)", True),
        ("kind: expression, layers: [a], energy: sum(a^2)", False),
        ("kind: dense, layers: [a, b], weights: [[1, 2], [2, 1]]", False),
    ):
        assert synapse(text).is_concave() is concave


def test_attention_that_leaves_out_the_second_sum() -> None:
    """It is -∇S only if every W_Kᵀ W_Q is 0, or their sum where no token has a choice."""
    text = "kind: attention, layers: [a, b], queries: {}, keys: {}, beta: 1, drive: attention"
    some = synapse(text.format("[[1, 2]]", "[[3, 4]]")).defect()
    assert some is not None
    assert some.statement == "(W_K^T W_Q)[0,0] = 0, as the second sum is left out"
    assert synapse(text.format("[[0, 0]]", "[[3, 4]]")).defect() is None
    cancelled = "[[[1, 2]], [[1, 2]]]", "[[[3, 4]], [[-3, -4]]]"
    assert synapse(text.format(*cancelled)).defect() is not None
    alone = text + ", to: others"
    assert synapse(alone.format(*cancelled)).defect() is None
    lonely = synapse(alone.format("[[[1, 2]], [[1, 2]]]", "[[[3, 4]], [[3, 4]]]")).defect()
    assert lonely is not None
    assert "summed over the heads" in lonely.statement
    assert synapse(alone.replace("drive: attention", "drive: gradient").format("[[1, 2]]", "[[3, 4]]")).defect() is None


def test_a_diagonal_whose_drive_is_not_its_gradient() -> None:
    missing = synapse("kind: diagonal, layers: [a, a], weights: [0, 3], prefactor: 1").defect()
    assert missing is not None
    assert (missing.index, missing.statement) == ((1,), "w[1] = 2·w[1]")
    for fits in ("weights: [0, 3]", "weights: [0, 0], prefactor: 1", "weights: [0, 3], prefactor: 1, drive: gradient"):
        assert synapse(f"kind: diagonal, layers: [a, a], {fits}").defect() is None


def test_weights_that_are_meant_exactly_have_no_spread_to_widen() -> None:
    gated = synapse("kind: feedforward_feedback, layers: [a, b], forward: [[1, 2], [3, 4]]")
    assert gated.spread is None
    assert gated.widened(Fraction(2)) is gated
    assert gated.pairs == {("a", "b")}


def test_feedback_that_is_not_given_is_the_identity() -> None:
    for feedback, identity in (
        ("", True),
        (", feedback: [[1, 0], [0, 1]]", True),
        (", feedback: [[1, 0], [0, 2]]", False),
    ):
        made = synapse(f"kind: feedforward_feedback, layers: [a, b], forward: [[1, 2], [3, 4]]{feedback}")
        assert isinstance(made, FeedforwardFeedback)
        assert made.is_identity is identity


def test_a_number_stands_for_every_weight() -> None:
    for text, shape in (
        ("kind: dense, layers: [a, c], weights: 1/2", (2, 3)),
        ("kind: dense, layers: [a, a], weights: 1/2", (2, 2)),
        ("kind: gated, layers: [a, b, c], weights: 1/2", (2, 2, 3)),
        ("kind: diagonal, layers: [a, b], weights: 1/2", (2,)),
    ):
        found = synapse(text)
        held = next(value for value in vars(found).values() if isinstance(value, ExactArray))
        assert held == ExactArray.full(shape, Fraction(1, 2))
    whole, number = (
        synapse(f"kind: dense, layers: [a, a], weights: {{values: {values}, tolerance: 0.1}}").spread
        for values in ("[[2, 2], [2, 2]]", "2")
    )
    assert whole == number is not None
    many = "  x: {size: 3000, lagrangian: tanh}\nsynapses: {w: {kind: dense, layers: [x, x], weights: 2}}\n"
    with pytest.raises(SpecError, match="3000×3000 equal weights are more than"):
        build_model(parse_spec(LAYERS + many))


def test_a_drive_that_jumps_is_neither_continuous_nor_analytic() -> None:
    jumps = synapse("kind: epanechnikov, layers: [a], patterns: [[0, 1]], beta: 1, epsilon: 1")
    assert (jumps.is_regular(), jumps.is_analytic()) == (False, False)
