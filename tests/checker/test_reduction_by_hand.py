"""The network that an altered system stands for, and what makes it the original's, in small fractions."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hopverify.checker.reduction import (
    Reduced,
    _compare_dense,
    _compare_hebbian,
    compare,
    is_stably_reduced,
    reduced_network,
    reduced_system,
)
from hopverify.errors import EvidenceRejected
from hopverify.spec import ExactArray
from tests.checker.models import layer, model
from tests.rationals import exact, vector


def altered(A: Any, B: Any, **rest: Any) -> Any:
    """Return what is read of an altered system: one fast layer with the leaks 1 and 2, a slow one with a bias."""
    synapse = SimpleNamespace(forward=ExactArray.of(A), feedback=ExactArray.of(B))
    fast = (layer("lagrangian: relu, leak: [1, 2], bias: [3, 5]"),)
    slow = SimpleNamespace(bias=ExactArray.of(vector(1, 2)))
    return SimpleNamespace(**({"synapse": synapse, "fast": fast, "slow": slow} | rest))


@pytest.mark.parametrize("B", [exact([[1, 0], [0, 1]]), exact([[1, 1], [0, 2]])])
def test_the_system_stands_for_products_over_the_rate(B: Any) -> None:
    A = exact([[1, 2], [3, 4]])
    found = reduced_system(altered(A, B, rate=Fraction(4), inhibition=(Fraction(1, 2), Fraction(1))))
    assert (A @ B / 4 - exact([["1/2", 0], [0, 1]]) == found.W).all()
    # b + A·a/λ = (3 + 5/4, 5 + 11/4).
    assert found.b.tolist() == [Fraction(17, 4), Fraction(31, 4)]
    assert found.leak.tolist() == [1, 2]
    assert A.tolist() == [[1, 2], [3, 4]], "what is read stays as it is"


def test_eliminated_layers_hand_on_their_biases() -> None:
    whole = model(
        "layers: {x: {size: 2, lagrangian: relu, bias: [1, 2]}, y: {size: 1, lagrangian: identity, leak: 4, bias: 8}}\n"
        "synapses: {w: {kind: dense, layers: [x, y], weights: [[2], [6]]}}\n"
    )
    found = reduced_network(whole, ["x"])
    # y = (8 + 2γ_1 + 6γ_2)/4.
    assert found.W.tolist() == [[1, 3], [3, 9]]
    assert found.b.tolist() == [1 + 2 * 2, 2 + 6 * 2]


def test_a_factor_for_each_neuron_is_one_of_leak_weights_and_bias() -> None:
    two = (layer("lagrangian: relu"),)
    other = Reduced(exact([[1, 2], [3, 5]]), vector(7, 11), vector(2, 4), two)
    one = Reduced(exact([[3, 6], [2, "10/3"]]), vector(21, "22/3"), vector(6, "8/3"), two)
    assert compare(one, other).tolist() == [3, Fraction(2, 3)]
    with pytest.raises(EvidenceRejected, match="bias of neuron 1 is 8, and 22/3 in the original"):
        compare(Reduced(one.W, vector(21, 8), one.leak, two), other)
    with pytest.raises(EvidenceRejected, match=r"W\[1,0\] is 5, and 2 in the original"):
        compare(Reduced(exact([[3, 6], [5, "10/3"]]), one.b, one.leak, two), other)


def test_factors_are_one_on_each_whole_layer() -> None:
    whole = model(
        "layers: {u: {size: 1, lagrangian: relu}, v: {size: 2, lagrangian: softmax},"
        " w: {size: 2, lagrangian: softmax}}\n"
        "synapses: {s: {kind: dense, layers: [u, v], weights: [[1, 1]]}}\n"
    )
    kept = Reduced(
        exact([*np.zeros((5, 5), dtype=int)]), vector(*[0] * 5), vector(*[1] * 5), tuple(whole.layers.values())
    )
    for d, stable in (([1, 2, 2, 3, 3], True), ([1, 1, 2, 3, 3], False), ([1, 2, 2, 3, 4], False)):
        assert is_stably_reduced(whole, kept, vector(*d)) is stable


def dense_block(**rest: Any) -> Any:
    values = ExactArray.of(np.array([[1.0, 2.0], [3.0, 4.0]]))
    return SimpleNamespace(**({"matrix": values, "factor": 1, "symmetrised": False, "transposed": False} | rest))


def test_dense_weights_are_those_of_the_original() -> None:
    identity, c = np.eye(2), (Fraction(1, 2), Fraction(0))
    moved = np.array([[1.5, 2.0], [3.0, 4.0]])
    _compare_dense(altered(moved, identity, inhibition=c), dense_block())
    turned = np.array([[1.5, 3.0], [2.0, 4.0]])
    _compare_dense(altered(turned, identity, inhibition=c), dense_block(transposed=True))
    for A, block in ((turned, dense_block()), (moved, dense_block(transposed=True))):
        with pytest.raises(EvidenceRejected, match="A - diag c differs"):
            _compare_dense(altered(A, identity, inhibition=c), block)
    for wrong in (np.array([[0.5, 2.0], [3.0, 4.0]]), np.array([[1.5, 2.0], [3.0, 5.0]])):
        with pytest.raises(EvidenceRejected, match="A - diag c differs"):
            _compare_dense(altered(wrong, identity, inhibition=c), dense_block())
    for block in (dense_block(factor=2), dense_block(symmetrised=True)):
        with pytest.raises(EvidenceRejected, match="have a factor"):
            _compare_dense(altered(moved, identity, inhibition=c), block)
    with pytest.raises(EvidenceRejected, match="B is not the identity"):
        _compare_dense(altered(moved, 2 * identity, inhibition=c), dense_block())


def test_hebbian_weights_are_those_of_the_original() -> None:
    Xi = ExactArray.of(np.array([[1.0, 2.0]]))
    block: Any = SimpleNamespace(patterns=Xi, scale=Fraction(1, 2), zero_diagonal=True)
    A, own = ExactArray.of(np.array([[0.5], [1.0]])), (Fraction(1, 2), Fraction(2))
    right: Any = SimpleNamespace(forward=A, feedback=Xi)
    _compare_hebbian(right, own, block)
    wrong: Any
    for wrong in (
        SimpleNamespace(forward=A, feedback=ExactArray.of(np.array([[1.0, 3.0]]))),
        SimpleNamespace(forward=ExactArray.of(np.array([[0.5], [2.0]])), feedback=Xi),
    ):
        with pytest.raises(EvidenceRejected, match="A and B are not"):
            _compare_hebbian(wrong, own, block)
    with pytest.raises(EvidenceRejected):
        _compare_hebbian(right, (Fraction(0), Fraction(0)), block)
