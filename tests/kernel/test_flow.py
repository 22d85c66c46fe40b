"""F and its slopes, and Krawczyk's operator, at equilibria that are known."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from flint import arb, arb_mat

from hopverify.kernel import krawczyk
from hopverify.kernel.core import Core
from hopverify.kernel.flow import Flow
from hopverify.kernel.functions import precision
from hopverify.kernel.krawczyk import contains_one, identity, inverse, is_injective
from hopverify.kernel.numbers import Rejected
from hopverify.kernel.reading import read
from tests.kernel.accepting import core, dense
from tests.kernel.test_core import SPINS
from tests.kernel.test_false_claims import GAMMA, HALF_SQUARE, X, core_with

ROOT = Fraction(1.9150080481545375)
"""x = 2 tanh x."""
THIRD, NEAR = Fraction(1, 3), Fraction(1, 2**30)

SOFTMAX = """\
layers: {x: {size: 3, lagrangian: {softmax: {beta: 2}}}}
synapses: {w: {kind: dense, layers: [x, x], weights: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]}}
"""
LOCKED = core_with(synapse=(["log", ["index", GAMMA, "0"]], "gradient"), size=1)
"""ẋ = -1/γ - x, γ = x."""


def around(*x: Fraction, by: Fraction = NEAR) -> list[tuple[Fraction, Fraction]]:
    """Return a box around a point."""
    return [(each - by, each + by) for each in x]


def interval(low: float, high: float) -> arb:
    """Return a ball of an interval."""
    return arb(low).union(arb(high))


def test_three_equilibria_of_a_neuron_that_drives_itself() -> None:
    with precision():
        flow = Flow(dense("[[2]]", "size: 1, lagrangian: tanh"))
        assert flow.is_zero([Fraction(0)])
        assert flow.separate is not None
        assert not flow.is_zero([Fraction(1)])
        assert contains_one(flow, around(ROOT))
        assert contains_one(flow, around(Fraction(0)))
        assert not contains_one(flow, around(ROOT + 2 * NEAR))
        assert is_injective(flow, [interval(1, 2)])
        assert not is_injective(flow, [interval(0, 2)])
        assert is_injective(flow, [arb(1)])


def test_of_many_neurons_the_diagonal_is_inverted_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """I - RJ has the norm 1/2 by the diagonal alone; with the weight 3 that is no contraction, and the inverse is."""
    with precision():
        for weight, enough in (("1/2", True), ("3", False)):
            flow = Flow(dense(f"[[0, {weight}], [{weight}, 0]]", "size: 2, lagrangian: identity"))
            box = around(Fraction(0), Fraction(0), by=Fraction(1))
            monkeypatch.setattr(krawczyk, "LARGE", 1)
            assert contains_one(flow, box)
            assert not contains_one(flow, around(Fraction(2), Fraction(2), by=Fraction(1)))
            monkeypatch.setattr(krawczyk, "deviation", lambda flow, x: (arb_mat(2, 2), arb_mat(2, 2, [arb.nan()] * 4)))
            assert contains_one(flow, box) is enough
            monkeypatch.undo()


def test_a_point_as_a_box_has_no_inside() -> None:
    with precision():
        assert not contains_one(Flow(dense("[[2]]", "size: 1, lagrangian: tanh")), around(Fraction(0), by=Fraction(0)))


@pytest.mark.parametrize(
    "of",
    [
        core(SOFTMAX),
        core(SOFTMAX.replace("{softmax: {beta: 2}}", "sigmoid")),
        core(
            "layers: {x: {size: 2, lagrangian: tanh}, h: {size: 3, tau: 0, lagrangian: {softmax: {beta: 2}}}}\n"
            "synapses: {w: {kind: dense, layers: [x, h], weights: [[1, 0, 1], [0, 1, 1]]}}\n"
        ),
        core_with(synapse=(["negate", ["logsumexp", GAMMA]], "gradient"), size=2),
    ],
)
def test_slopes_hold_what_differences_show(of: Core) -> None:
    with precision():
        flow = Flow(of)
        x = [arb(k) / 7 for k in range(flow.size)]
        for j in range(flow.size):
            step = arb(2) ** -20
            moved = [u + step * (k == j) for k, u in enumerate(x)]
            J = flow.jacobian([u.union(v) for u, v in zip(x, moved, strict=True)])
            for i, (a, b) in enumerate(zip(flow.residual(x), flow.residual(moved), strict=True)):
                assert ((b - a) / step).overlaps(J[i, j])


def test_whole_layers_and_drives_that_are_not_affine() -> None:
    with precision():
        flow = Flow(core(SOFTMAX))
        assert flow.separate is None
        assert flow.is_zero([THIRD] * 3)
        assert contains_one(flow, around(*[THIRD] * 3, by=Fraction(1, 100)))
        assert is_injective(flow, [interval(0.32, 0.35)] * 3)
        cubic = Flow(core_with(synapse=(["sum", ["power", GAMMA, "4"]], "gradient")))
        assert cubic.weights is None
        assert cubic.is_zero([Fraction(0)])
        assert not cubic.is_zero([Fraction(1)])
        assert cubic.separate is None
        stated = Flow(core_with(synapse=(["sum", ["power", GAMMA, "4"]], {"x": ["power", GAMMA, "3"]})))
        assert is_injective(stated, [interval(-0.25, 0.25)])
        assert contains_one(cubic, around(Fraction(0), by=Fraction(1, 4)))


def test_synapses_of_other_layers_drive_nothing() -> None:
    """What is infinite in one layer does not make the drive of another one unknown."""
    with precision():
        flow = Flow(
            core(
                "layers: {x: {size: 1, lagrangian: tanh}, y: {size: 1, lagrangian: identity}}\n"
                "synapses: {a: {kind: expression, layers: [x], energy: -sum(x^3)}, "
                "b: {kind: expression, layers: [x, y], energy: '-x[0]*y[0]'}}\n"
            )
        )
        assert [len(terms) for terms in flow.drives.values()] == [2, 1]
        assert flow.drive(flow.gamma([interval(-1, 1), arb("+/- inf")]))[1].is_finite()


def test_neurons_on_infinite_intervals_have_ranges() -> None:
    with precision():
        (found,) = Flow(dense("[[2]]", "size: 1, lagrangian: tanh")).gamma([arb(0, arb("inf"))])
        assert found.contains(interval(-1, 1))
        assert found.is_finite()


def test_whole_layers_on_infinite_boxes_have_the_range_of_their_form() -> None:
    of = core_with(L=None, g=["divide", X, ["norm", X, "1"]], acts="layer", size=2)
    with precision():
        for each in Flow(of).gamma([arb(0, arb("inf"))] * 2):
            assert each.contains(interval(-1, 1))
            assert each.is_finite()


def test_what_has_no_value_beside_a_point_has_no_slopes() -> None:
    with precision():
        with pytest.raises(Rejected, match="no value there"):
            Flow(LOCKED).jacobian([interval(-1, 1)])
        with pytest.raises(Rejected, match="no value there"):
            Flow(LOCKED).jacobian([arb(-1)])
        whole = core_with(["log", ["sum", X]], acts="layer", size=2)
        with pytest.raises(Rejected, match="no value there"):
            Flow(whole).jacobian([arb(-1), arb(-1)])
        jumping = core_with(L=None, g=["sign", X], acts="layer")
        assert not is_injective(Flow(jumping), [interval(-1, 1)])


def test_a_kink_has_the_slopes_of_both_sides() -> None:
    with precision():
        flow = Flow(dense("[[2]]", "size: 1, lagrangian: relu"))
        assert flow.jacobian([arb(0)])[0, 0].contains(interval(-1, 1))
        assert not is_injective(flow, [interval(-1, 1)])
        assert is_injective(flow, [interval(-2, -1)])


def test_a_singular_middle_has_no_inverse() -> None:
    with precision():
        flow = Flow(dense("[[1]]", "size: 1, lagrangian: identity"))
        assert not is_injective(flow, [interval(-1, 1)])
        assert inverse(flow.jacobian([arb(0)])) == identity(1)


def test_spreads_and_spins_are_refused() -> None:
    within = {"absolute": "1/8", "relative": "0", "symmetric": True}
    spread: dict[str, Any] = {"w": {"shape": [1, 1], "all": "1", "within": within}}
    S = ["multiply", "-1/2", ["dot", GAMMA, ["matmul", ["array", "w"], GAMMA]]]
    with pytest.raises(Rejected, match="up to a spread"):
        Flow(core_with(HALF_SQUARE, synapse=(S, {"x": ["matmul", ["array", "w"], GAMMA]}), arrays=spread))
    with pytest.raises(Rejected, match="spins follow no flow"):
        Flow(read(SPINS))
