"""Curves enclose the activations of single neurons, and bounds on an interval are near the true ones."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from flint import arb

from hopverify.kernel import pieces
from hopverify.kernel.curves import Curve, Stretch
from hopverify.kernel.functions import precision
from hopverify.kernel.intervals import INF
from hopverify.kernel.numbers import Rejected
from hopverify.kernel.pieces import Piece
from tests.kernel.accepting import layer
from tests.kernel.test_false_claims import X, core_with

NAMES = ["tanh", "sigmoid", "relu", "hard_tanh", "gelu", "silu", "softplus", "erf", "squared_relu", "celu"]


def curve(lagrangian: str) -> Curve:
    """Return the curve of a Lagrangian of the catalogue."""
    of = layer(f"size: 1, lagrangian: {lagrangian}")
    return Curve(of, of.layers[0])


@pytest.mark.parametrize("name", NAMES)
def test_bounds_of_one_neuron_enclose_what_it_does(name: str) -> None:
    random, g = Random(name), curve(name)
    with precision():
        for _ in range(40):
            a, width = random.uniform(-9, 9), random.choice([0.0, 0.01, 0.3, 1, 10]) * random.random()
            ends = arb(a), arb(a + width)
            values = g.at(ends[0]), g.at(ends[1])
            p, q = (arb(random.choice([0.0, random.gauss(0, 1)])) for _ in range(2))
            over = Stretch(g, ends, values)
            bounds, reached, slopes = over.bounds(p, q), over.range, g.slopes(*ends)
            inside = [min(arb(a + width * k / 50), ends[1]) for k in range(51)]
            found = [g.at(x) for x in inside]
            for (low, high), line in ((bounds, (p, q)), (reached, (arb(0), arb(1)))):
                assert all(not low > line[0] * x + line[1] * y for x, y in zip(inside, found, strict=True))
                assert all(not high < line[0] * x + line[1] * y for x, y in zip(inside, found, strict=True))
            for x, y, u, v in zip(inside, found, inside[1:], found[1:], strict=False):
                assert x == u or ((v - y) / (u - x)).overlaps(slopes)


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "silu", "softplus"])
def test_bounds_are_near_the_true_ones(name: str) -> None:
    """A secant of a smooth function is off by less than a fifth more than it has to be."""
    g = curve(name)
    with precision():
        for a, b in ((-3.0, 2.0), (0.5, 1.5), (-1.0, -0.75), (-6.0, 6.0)):
            ends = arb(a), arb(b)
            values = g.at(ends[0]), g.at(ends[1])
            slope = (values[1] - values[0]) / (ends[1] - ends[0])
            low, high = (float(end.mid()) for end in Stretch(g, ends, values).bounds(-slope, arb(1)))
            inside = [arb(a + (b - a) * k / 200) for k in range(201)]
            found = [float((g.at(x) - slope * x).mid()) for x in inside]
            assert high - low <= 1.2 * (max(found) - min(found))


def test_ranges_on_infinite_intervals() -> None:
    with precision():
        for name, low, high in (("tanh", -1, 1), ("relu", 0, INF), ("sigmoid", 0, 1)):
            found = Stretch(curve(name), (-INF, INF), (arb(0), arb(0))).range
            assert found == (low, high)
        assert Stretch(curve("relu"), (-INF, arb(-1)), (arb(0), arb(0))).range == (0, 0)


def test_what_cancels_on_a_half_line_has_a_range() -> None:
    """A hat: x - 2(x - 1) + (x - 2) is 0 beyond 2."""
    hat = curve("{expression: '(relu(x)^2 - 2*relu(x - 1)^2 + relu(x - 2)^2)/2', of: neuron}")
    with precision():
        low, high = Stretch(hat, (-INF, INF), (-INF, INF)).range
        assert (low, high) == (0, 1)


def test_pieces_end_at_kinks_and_where_the_bend_changes() -> None:
    assert [(p.low, p.high, p.bend, p.line) for p in curve("hard_tanh").pieces] == [
        (None, -1, "0", (0, -1)),
        (-1, 1, "0", (1, 0)),
        (1, None, "0", (0, 1)),
    ]
    assert curve("hard_tanh").is_piecewise_linear
    assert [(p.low, p.high, p.bend) for p in curve("tanh").pieces] == [(None, 0, "+"), (0, None, "-")]
    shifted = core_with(g=["tanh", ["subtract", ["multiply", "3", X], "1"]], L=None)
    assert [(p.high, p.bend) for p in Curve(shifted, shifted.layers[0]).pieces] == [(Fraction(1, 3), "+"), (None, "-")]


def test_kinks_at_irrational_places_are_in_one_piece() -> None:
    of = core_with(g=["relu", ["subtract", "2", ["power", X, "2"]]], L=None)
    g = Curve(of, of.layers[0])
    with precision():
        assert {piece.bend for piece in g.pieces} >= {"?"}
        slopes = g.slopes(arb(1), arb(2))
        assert slopes.contains(0)
        assert slopes.contains(-2)
        ends = arb(1), arb(2)
        low, high = Stretch(g, ends, (g.at(ends[0]), g.at(ends[1]))).bounds(arb(0), arb(1))
        assert low <= 0
        assert high >= 1


def test_a_kink_that_no_double_holds() -> None:
    of = core_with(g=["relu", ["subtract", X, "1/3"]], L=None)
    g = Curve(of, of.layers[0])
    with precision():
        third = arb(1) / 3
        assert g.slopes(third, third).contains(0)
        assert g.slopes(third, third).contains(1)
        assert g.at(third).contains(0)


def test_functions_of_arrays_and_of_vectors_are_evaluated() -> None:
    own = {"a": {"shape": [], "all": "2"}}
    of = core_with(g=["tanh", ["multiply", ["array", "a"], X]], L=None, arrays=own)
    with precision():
        assert Curve(of, of.layers[0]).at(arb(1)).overlaps(arb(2).tanh())
        summed = core_with(g=["multiply", X, ["sum", ["stack", "1", "1"]]], L=None)
        assert Curve(summed, summed.layers[0]).at(arb(1)) == 2
        odd = core_with(g=["multiply", ["pi"], X], L=None)
        assert Curve(odd, odd.layers[0]).at(arb(1)).overlaps(arb.pi())


@pytest.mark.parametrize("change", [{"g": ["step", X], "L": None}, {"L": ["log", X]}, {"L": ["step", X]}])
def test_what_jumps_or_has_no_value_is_refused(change: dict[str, object]) -> None:
    of = core_with(**change)
    with pytest.raises(Rejected, match="locally Lipschitz"):
        Curve(of, of.layers[0])


@pytest.mark.parametrize("name", ["tanh", "softplus", "silu"])
@pytest.mark.parametrize("q", [arb(0, 1), arb(0.25, 0.5), arb(0)])
def test_factors_whose_sign_is_not_certain(name: str, q: arb) -> None:
    g = curve(name)
    with precision():
        for a, b in ((-1.0, 2.0), (0.5, 1.5), (-2.0, -0.5)):
            ends = arb(a), arb(b)
            low, high = Stretch(g, ends, (g.at(ends[0]), g.at(ends[1]))).bounds(arb(0.25), q)
            for factor in (q.lower(), q.upper()):
                for k in range(41):
                    x = arb(a + (b - a) * k / 40)
                    h = x / 4 + factor * g.at(x)
                    assert low.lower() <= h.upper()
                    assert h.lower() <= high.upper()


def test_a_tangent_beyond_an_end_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """tanh is convex up to 0 only."""
    g = curve("tanh")
    with precision():
        beyond = {"+": 1.0, "-": -1.0}
        monkeypatch.setattr(Piece, "_around", lambda self, *_: (self._tangent(beyond[self.bend]),) * 2)
        ends = arb(-2), arb(2)
        low, high = Stretch(g, ends, (g.at(ends[0]), g.at(ends[1]))).bounds(arb(-0.5), arb(1))
        found = [g.at(arb(k / 50)) - arb(k / 100) for k in range(-100, 101)]
        assert all(low.lower() <= each.upper() and each.lower() <= high.upper() for each in found)


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "softplus"])
def test_lower_bounds_are_close_wherever_the_least_value_is(name: str) -> None:
    """Of what bends up it is inside or at an end; tangents lose little of what is between the curve and its chord."""
    g = curve(name)
    with precision():
        for a, b in ((-2.3671875, -0.25), (-3.0, 2.0), (0.0, 0.03125), (-0.001, 0.0005), (1.0, 40.0), (-0.25, 0.0)):
            over = Stretch(g, (arb(a), arb(b)), (g.at(arb(a)), g.at(arb(b))))
            grid = [arb(a) + (arb(b) - arb(a)) * k / 256 for k in range(257)]
            curved = max(float(abs(g.pieces[0].second(x)).mid()) for x in grid) * (b - a) ** 2 / 8
            for p in (-2.0, -0.95, -0.5, -0.2, -0.01, 0.0, 0.3):
                for q in (1.0, -1.5):
                    least = min((p * x + q * g.at(x) for x in grid), key=lambda value: float(value.mid()))
                    low = over.least(arb(p), arb(q))
                    assert low.lower() <= least.upper()
                    assert float((least - low).mid()) < curved / 64


def test_tangents_are_forgotten_where_they_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "MOST_TANGENTS", 4)
    g = curve("tanh")
    with precision():
        ends = arb(-1), arb(-0.25)
        over = Stretch(g, ends, (g.at(ends[0]), g.at(ends[1])))
        assert over.least(arb(-0.75), arb(1)) > -0.3
        assert len(g.pieces[0]._tangents) <= 6


def test_where_slopes_are_tiny_tangents_far_from_each_other_do() -> None:
    """The least value of 10⁻⁷⁰x - tanh(x) is about -1, at x = 81; slopes at 60 and 10⁶ are all that is known."""
    g = curve("tanh")
    with precision():
        ends = arb(1), arb(10**6)
        low = Stretch(g, ends, (g.at(ends[0]), g.at(ends[1]))).least(arb(10) ** -70, arb(-1))
        assert -1.001 < low < -0.999
