"""|δγ|² ≤ h̄ δγ·δx between random states, for the heights that the kernel takes; sums that stay the same."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from hopverify.kernel.core import Layer
from hopverify.kernel.functions import ball, precision
from hopverify.kernel.network import Network, activation
from hopverify.kernel.sectors import is_sector, whole_sector
from tests.kernel.accepting import core

HEIGHTS = {
    "lagrangian: tanh": "1",
    "lagrangian: {sigmoid: {beta: 3}}": "3/4",
    "lagrangian: softplus": "1",
    "lagrangian: elu": "1",
    "lagrangian: hard_sigmoid": "1/6",
    "lagrangian: {softmax: {beta: 3}}": "3/2",
    "activation: {expression: '2*softmax(3*x) + 1'}": "3",
    "lagrangian: ghostmax": "1/2",
    "lagrangian: sparsemax": "1",
    "lagrangian: entmax": "1",
    "lagrangian: {spherical: {epsilon: 1/4, gamma: 3}}": "6",
    "lagrangian: {layernorm: {epsilon: 1/4, gamma: 3, delta: [1, 2, 3]}}": "6",
}


@pytest.mark.parametrize("text", HEIGHTS)
def test_differences_of_activations_lie_in_their_sector(text: str) -> None:
    of, height, random = core(f"layers: {{x: {{size: 3, {text}}}}}\n"), Fraction(HEIGHTS[text]), Random(text)
    (layer,) = of.layers
    assert isinstance(layer, Layer)
    with precision():
        assert is_sector(of, layer, height)
        whole = None if layer.elementwise else whole_sector(activation(of, layer))
        for k in range(60):
            scale = 2.0 ** random.randint(-6, 3)
            x = [random.gauss(0, 1) for _ in range(3)]
            y = [a + scale * random.gauss(0, 1) * (k % 4 > 0 or i == 0) for i, a in enumerate(x)]
            first, second = (Network(of).activations({"x": list(map(ball, each))})["x"] for each in (x, y))
            moved = [b - a for a, b in zip(first, second, strict=True)]
            square = sum(each**2 for each in moved)
            along = sum(each * (ball(b) - ball(a)) for each, a, b in zip(moved, x, y, strict=True))
            assert not square > ball(height) * along
            assert whole is None or not whole.balanced or sum(moved).contains(0)
