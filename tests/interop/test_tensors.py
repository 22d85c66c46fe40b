"""Tensors of the libraries themselves; skipped where they are not installed, run by the nightly jobs that have them."""

from __future__ import annotations

from fractions import Fraction

import pytest

from hopverify import Layer, Synapse, model
from hopverify.api.numbers import exact_array
from hopverify.errors import ArgumentError


def test_tensors_of_pytorch() -> None:
    torch = pytest.importorskip("torch")
    for dtype in (torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int8, torch.int64):
        held = torch.tensor([[0.5, 3], [-1, 0]]).to(dtype)
        assert exact_array(held.T, "w").fractions().tolist() == [[Fraction(held[0, 0].item()), -1], [3, 0]]
    third = torch.tensor(1 / 3, dtype=torch.bfloat16, requires_grad=True)
    assert exact_array(third, "w").fractions().item() == Fraction(third.item()) == Fraction(171, 512)
    assert exact_array(torch.eye(2).to_sparse(), "w").shape == (2, 2)
    for odd in (torch.tensor([1j]), torch.tensor([True]), torch.empty(2, device="meta")):
        with pytest.raises(ArgumentError, match="w: "):
            exact_array(odd, "w")
    linear = torch.nn.Linear(2, 2)
    made = model({"x": Layer(2, "tanh", bias=linear.bias)}, [Synapse("dense", ["x", "x"], weights=linear.weight)])
    assert made.model_spec().layers["x"].bias.floats().tolist() == linear.bias.tolist()


def test_arrays_of_jax() -> None:
    numpy = pytest.importorskip("jax.numpy")
    for dtype in (numpy.float32, numpy.bfloat16, numpy.int32):
        assert exact_array(numpy.array([1, -2], dtype=dtype), "w").fractions().tolist() == [1, -2]
