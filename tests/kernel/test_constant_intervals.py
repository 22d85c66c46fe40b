"""Where the activation of a neuron is constant, may be constant, or is affine."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from hopverify.kernel import core as cores
from hopverify.kernel.constant_intervals import AffinePiece, Interval, affine_pieces, constant_intervals
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.numbers import Rejected
from hopverify.kernel.reading import read
from tests.kernel.accepting import layer

ZERO, ONE, TWO = Fraction(0), Fraction(1), Fraction(2)


def of(activation: str) -> tuple[Core, Layer]:
    """Return a core with one neuron, and its layer."""
    found = layer(f"size: 1, activation: {{expression: '{activation}', of: neuron}}")
    (own,) = found.layers
    assert isinstance(own, Layer)
    return found, own


@pytest.mark.parametrize(
    ("activation", "intervals"),
    [
        ("tanh(x)", []),
        ("x^3", []),
        ("relu(x)", [(None, 0, True)]),
        ("clip(x, -1, 1)", [(None, -1, True), (1, None, True)]),
        # The ends of cells that are none of intervals.
        ("relu(abs(x) - 1)^2", [(-1, 1, True)]),
        ("relu(x - 2)^3 + relu(-x)^3", [(0, 2, True)]),
        ("0*x", [(None, None, True)]),
        ("sin(x)^2 + cos(x)^2", [(None, None, True)]),
        # 0 at a half, at a third and at four fifths of the cell: nothing is known, where something is.
        ("relu(1 - relu(1 - relu(x)))*0 + clip(x, 0, 1)", [(None, 0, True), (1, None, True)]),
        # A kink that cannot be located.
        ("relu(sin(x))^2", [(None, None, False)]),
        ("relu(x^2 - 2)", [(None, None, False)]),
    ],
)
def test_intervals(activation: str, intervals: list[tuple[int | None, int | None, bool]]) -> None:
    wanted = [Interval(*(None if end is None else Fraction(end) for end in ends), known) for *ends, known in intervals]
    assert constant_intervals(*of(activation)) == wanted


def test_an_analytic_slope_that_is_0_where_it_is_looked_at_is_not_known() -> None:
    """g' = (x - 1/2)(x - 1/3)(x - 4/5) between 0 and 1, where g is looked at; beside it a dead cell is not known."""
    shape = "x^4/4 - 49*x^3/90 + 5*x^2/12 - 2*x/15".replace("x", "clip(x, 0, 1)")
    assert constant_intervals(*of(shape)) == [Interval(None, None, False)]
    assert constant_intervals(*of(shape.replace("49*", "50*"))) == [
        Interval(None, ZERO, True),
        Interval(ONE, None, True),
    ]


def test_what_an_interval_holds_and_meets() -> None:
    own = Interval(ZERO, ONE, True)
    assert [own.holds(*ends) for ends in ((ZERO, ONE), (ZERO, TWO), (-ONE, ONE))] == [True, False, False]
    assert [own.meets(*ends) for ends in ((ONE, TWO), (-ONE, ZERO), (TWO, TWO), (-TWO, -ONE))] == [
        True,
        True,
        False,
        False,
    ]
    assert Interval(None, ONE, True).holds(-TWO, ONE)
    assert Interval(ZERO, None, True).holds(ZERO, TWO)
    assert Interval(None, None, True).meets(ZERO, TWO)


def test_affine_pieces() -> None:
    """Neighbours with one function are one piece."""
    assert affine_pieces(*of("clip(x, -1, 1)")) == [
        AffinePiece(None, -ONE, ZERO, -ONE),
        AffinePiece(-ONE, ONE, ONE, ZERO),
        AffinePiece(ONE, None, ZERO, ONE),
    ]
    assert affine_pieces(*of("relu(x) - relu(-x) + relu(x - 1)/3 - relu(x - 1)/3")) == [
        AffinePiece(None, None, ONE, ZERO)
    ]
    for activation, why in (("relu(x)^2", "not piecewise affine"), ("tanh(x)", "the argument of a kink is a tanh")):
        with pytest.raises(Rejected, match=why):
            affine_pieces(*of(activation))


def test_what_is_too_long_for_normal_forms_or_within_a_spread_is_not_known() -> None:
    found, _ = of("tanh(x)")
    state, spread = ["state"], {"absolute": "1", "relative": "0", "symmetric": False}
    document = cores.write(found)
    for g, arrays, intervals in (
        # Of degree 2,000, and 0 at the three points that are looked at.
        (["power", ["multiply", state, *_at_three(state)], "400"], {}, [Interval(None, None, False)]),
        (["multiply", ["array", "a"], state], {"a": {"shape": [], "all": "1"}}, []),
        (["multiply", ["array", "a"], state], {"a": {"shape": [], "all": "1", "within": spread}}, None),
    ):
        (text,) = document["layers"]
        changed = read({**document, "arrays": arrays, "layers": [{**text, "L": None, "g": g}]})
        (layer_,) = changed.layers
        assert isinstance(layer_, Layer)
        wanted = [Interval(None, None, False)] if intervals is None else intervals
        assert constant_intervals(changed, layer_) == wanted


def _at_three(x: Any) -> list[Any]:
    first, second, third = (["subtract", x, at] for at in ("1/2", "1/3", "4/5"))
    return [["multiply", ["multiply", first, second], third]]
