"""Arrays and tensors are the numbers they hold, in whatever type and place; what holds none is refused."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.api.numbers import exact, exact_array
from hopverify.errors import ArgumentError


class Tensor:
    """What is used of a tensor of PyTorch: bfloat16 becomes float32, which holds the same numbers."""

    def __init__(self, values: np.ndarray[Any, Any], dtype: str, **said: Any) -> None:
        self.values, self.dtype, self.layout = values, f"torch.{dtype}", "torch.strided"
        self.is_meta, self.is_quantized = said.get("meta", False), said.get("quantised", False)
        self.on_device = True

    def detach(self) -> Tensor:
        return self

    def cpu(self) -> Tensor:
        self.on_device = False
        return self

    def float(self) -> Tensor:
        assert self.dtype == "torch.bfloat16"
        return Tensor(self.values, "float32")

    def numpy(self) -> np.ndarray[Any, Any]:
        assert self.dtype != "torch.bfloat16", "NumPy has no such type"
        return self.values


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int8", "uint8", "int64", ">f8"])
def test_an_array_is_the_numbers_that_it_holds(dtype: str) -> None:
    values = np.array([[1, 2], [3, 0.1]]).astype(dtype)
    found = exact_array(values[:, ::-1], "w").fractions()
    assert found.tolist() == [[2, 1], [Fraction(float(values[1, 1])), 3]]


def test_a_tensor_is_the_numbers_that_it_holds() -> None:
    values = np.array([1.5, -0.25], dtype=np.float32)
    for dtype in ("float32", "bfloat16"):
        assert exact_array(Tensor(values, dtype), "w").fractions().tolist() == [Fraction(3, 2), Fraction(-1, 4)]
    assert exact_array([Tensor(values, "float32"), values], "w").shape == (2, 2)
    for said in ({"meta": True}, {"quantised": True}):
        with pytest.raises(ArgumentError, match=r"w: the tensor (has no numbers|is quantised)"):
            exact_array(Tensor(values, "float32", **said), "w")


def test_types_that_numpy_does_not_know_are_read_through_float32() -> None:
    narrow = pytest.importorskip("ml_dtypes")
    for dtype in (narrow.bfloat16, narrow.float8_e4m3fn):
        assert exact_array(np.array([0.5, -3]).astype(dtype), "w").fractions().tolist() == [Fraction(1, 2), -3]


def test_a_number_is_what_it_says() -> None:
    assert exact(0.1, "b") == Fraction(0.1) != exact("0.1", "b") == exact(Decimal("0.1"), "b") == Fraction(1, 10)
    assert exact(np.float32(0.5), "b") == exact(np.longdouble(0.5), "b") == exact("1/2", "b")
    assert exact(np.array(3), "b") == exact(Tensor(np.array(3.0), "float32"), "b") == 3
    for value, said in (
        (True, "truth value"),
        (float("inf"), "infinity"),
        (float("nan"), "NaN"),
        ("x", "number"),
        ([], "number"),
    ):
        with pytest.raises(ArgumentError, match=f"b: .*{said}"):
            exact(value, "b")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (np.array([1j]), "complex128; float16, float32, float64 and integers are read"),
        (np.array([True]), "type bool"),
        (np.array([1, np.nan]), r"NaN is not a number a model can hold: index \[1\]"),
        (np.ones((2, 0)), "holds no numbers"),
        (np.array(["a"], dtype=object), r"w\[0\]: must be a number"),
        ([[1, 2], [3]], r"w\[1\]: must have the shape of the first row, \(2,\), got \(1,\)"),
        ([], "must hold at least one number"),
        ([[1], [None]], r"w\[1\]\[0\]: must be a number, got nothing"),
    ],
)
def test_what_holds_no_numbers_is_refused(value: Any, said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        exact_array(value, "w")
