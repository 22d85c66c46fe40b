"""Numbers and arrays of a program as exact numbers: what a float, an array or a tensor holds, and nothing near it.

NumPy arrays, tensors of PyTorch and arrays of JAX are taken as the dyadic rationals that they hold; so is a Python
float, so that 0.1 is the double nearest to one tenth. ``"0.1"``, ``Fraction(1, 10)`` and ``Decimal("0.1")`` are one
tenth. PyTorch and JAX are never imported here: a tensor is known by its methods.

>>> exact_array([[0, "1/3"], [np.float32(0.5), 2]], "w").fractions().tolist()
[[Fraction(0, 1), Fraction(1, 3)], [Fraction(1, 2), Fraction(2, 1)]]
"""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.errors import ArgumentError
from hopverify.spec import ExactArray
from hopverify.spec.array_files import ArrayFileError, check_finite, check_shape_and_type
from hopverify.spec.numbers import NOT_A_NUMBER, NOT_FINITE, exact_number, shown

# Types of eight and sixteen bits that NumPy does not know itself; float32 holds all their numbers.
_NARROW = ("bfloat16", "float8")


def is_number(value: Any) -> bool:
    """Whether a value is a single number; a truth value is none, and a text may be anything."""
    return isinstance(value, int | float | Fraction | Decimal | np.number) and not isinstance(value, bool)


def exact(value: Any, where: str) -> Fraction:
    """Return the number that a value is; ``where`` names it in the error."""
    if isinstance(value, bool | np.bool_):
        raise ArgumentError(f"{where}: {value} is a truth value and no number: write {int(value)}")
    if isinstance(value, np.generic):
        value = value.item() if not isinstance(value, np.longdouble) else Fraction(*value.as_integer_ratio())
    if isinstance(value, float | Decimal) and not math.isfinite(value):
        raise ArgumentError(f"{where}: {NOT_A_NUMBER if value != value else NOT_FINITE}")
    if isinstance(value, int | float | Fraction | Decimal):
        return Fraction(value)
    if isinstance(value, str):
        try:
            return exact_number(value.strip())
        except ValueError as error:
            raise ArgumentError(f"{where}: {error}") from None
    if is_array(value) and exact_array(value, where).ndim == 0:
        number: Fraction = exact_array(value, where).fractions().item()
        return number
    raise ArgumentError(f"{where}: must be a number, got {shown(value)}")


def is_array(value: Any) -> bool:
    """Whether a value is an array or a tensor of a library (not a list, and no single number of NumPy)."""
    known = isinstance(value, np.ndarray) or hasattr(value, "detach") or hasattr(value, "toarray")
    return known or (hasattr(value, "__array__") and not isinstance(value, np.generic))


def exact_array(value: Any, where: str) -> ExactArray:
    """Return the exact numbers of an array, a tensor, nested lists or a number."""
    if isinstance(value, ExactArray):
        return value
    if is_array(value):
        array = _numpy(value, where)
        if array.dtype != object:
            try:
                check_shape_and_type(array.shape, array.dtype)
                check_finite(array)
            except ArrayFileError as error:
                raise ArgumentError(f"{where}: {error}") from None
            return ExactArray.of(array)
        value = array.tolist()
    listed = _listed(value, where)
    _check_rows(listed, where)
    return ExactArray.of(listed)


def _numpy(value: Any, where: str) -> NDArray[Any]:
    """Return the array of NumPy with the same numbers, in a type that NumPy knows."""
    if isinstance(value, np.ndarray):
        array = value
    elif hasattr(value, "toarray"):
        array = value.toarray()
    else:
        array = np.asarray(_strided(value, where) if hasattr(value, "detach") else value)
    return array.astype(np.float32) if array.dtype.name.startswith(_NARROW) else array


def _strided(tensor: Any, where: str) -> Any:
    """Return the array of a PyTorch tensor, of which gradients and devices are left behind."""
    kind = str(tensor.dtype).removeprefix("torch.")
    if getattr(tensor, "is_meta", False) or getattr(tensor, "is_quantized", False):
        said = "has no numbers (meta)" if tensor.is_meta else f"is quantised ({kind}): take tensor.dequantize()"
        raise ArgumentError(f"{where}: the tensor {said}")
    try:
        plain = tensor.detach().cpu()
        if not str(plain.layout).endswith("strided"):
            plain = plain.to_dense()
        return (plain.float() if kind.startswith(_NARROW) else plain).numpy()
    except (RuntimeError, TypeError) as error:
        raise ArgumentError(f"{where}: the tensor cannot be taken as an array: {error}") from error


def _listed(value: Any, where: str) -> Any:
    if is_array(value):
        value = exact_array(value, where).fractions().tolist()
    if isinstance(value, list | tuple):
        return [_listed(item, f"{where}[{index}]") for index, item in enumerate(value)]
    return exact(value, where)


def _check_rows(listed: Any, where: str) -> tuple[int, ...]:
    """Return the shape of nested lists; rows of different shapes are an error at the first that differs."""
    if not isinstance(listed, list):
        return ()
    if not listed:
        raise ArgumentError(f"{where}: must hold at least one number, got an empty list")
    shapes = [_check_rows(item, f"{where}[{index}]") for index, item in enumerate(listed)]
    for index, shape in enumerate(shapes):
        if shape != shapes[0]:
            raise ArgumentError(f"{where}[{index}]: must have the shape of the first row, {shapes[0]}, got {shape}")
    return (len(listed), *shapes[0])
