"""Solvers that misbehave: whatever NumPy, SciPy or cvxpy proposes, in the way of one of these."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

Distortion = Callable[[Any], Any]


class Panic(BaseException):
    """What a panic in a solver written in Rust is in Python: no Exception."""


def _crashes(value: Any) -> Any:
    raise RuntimeError("the solver crashed")


def _panics(value: Any) -> Any:
    raise Panic("the solver panicked")


def _each(value: Any, change: Callable[[Any], Any]) -> Any:
    """Change the arrays and numbers of an answer, however it is wrapped."""
    if isinstance(value, tuple):
        parts = [_each(part, change) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if isinstance(value, dict):
        for key in ("x", "fun"):
            if value.get(key) is not None:
                value[key] = _each(value[key], change)
        value["success"] = True
        return value
    if isinstance(value, (np.ndarray, float, np.floating)):
        return change(np.asarray(value))
    return value


def _nan(array: Any) -> Any:
    return np.full(array.shape, np.nan)[()]


def _huge(array: Any) -> Any:
    return np.full(array.shape, 1e308)[()]


def _noise(array: Any) -> Any:
    return (np.random.default_rng(7).normal(size=array.shape) * 10)[()]


def _opposite(array: Any) -> Any:
    return (-array)[()]


def _of_another_shape(array: Any) -> Any:
    return np.ones((*array.shape[:-1], array.shape[-1] + 1)) if array.ndim else np.ones(3)


WAYS: dict[str, Distortion] = {
    "crashes": _crashes,
    "gives NaN": functools.partial(_each, change=_nan),
    "gives 1e308": functools.partial(_each, change=_huge),
    "gives noise": functools.partial(_each, change=_noise),
    "gives the opposite": functools.partial(_each, change=_opposite),
    "gives another shape": functools.partial(_each, change=_of_another_shape),
}

PLACES = {
    "cvxpy": (),
    "scipy.optimize": ("linprog", "minimize"),
    "scipy.linalg": ("solve_continuous_lyapunov",),
    # Its Cholesky is trusted, and says so in the certificate.
    "numpy.linalg": ("eig", "eigh", "eigvals", "eigvalsh", "inv", "lstsq", "pinv", "qr", "solve"),
}


@contextmanager
def misbehaving(place: str, way: str, asked: list[str]) -> Iterator[None]:
    """Let the solvers of a place misbehave; ``asked`` takes down which were asked."""
    with pytest.MonkeyPatch.context() as patch:
        if place == "cvxpy":
            _misdirect_cvxpy(patch, WAYS[way] if way != "panics" else _panics, asked)
        for name in PLACES[place]:
            _misdirect(patch, f"{place}.{name}", WAYS[way], asked)
        yield


def _misdirect(patch: pytest.MonkeyPatch, name: str, distortion: Distortion, asked: list[str]) -> None:
    from pkgutil import resolve_name

    module, _, function = name.rpartition(".")
    right = getattr(resolve_name(module), function)

    def wrong(*arguments: Any, **named: Any) -> Any:
        asked.append(name)
        return distortion(right(*arguments, **named))

    patch.setattr(name, wrong)


def _misdirect_cvxpy(patch: pytest.MonkeyPatch, distortion: Distortion, asked: list[str]) -> None:
    import cvxpy

    right = cvxpy.Problem.solve

    def wrong(self: Any, *arguments: Any, **named: Any) -> Any:
        asked.append("cvxpy")
        right(self, *arguments, **named)
        for variable in self.variables():
            value = distortion(np.asarray(variable.value, dtype=np.float64))
            variable.save_value(value)
        return 0.0

    patch.setattr(cvxpy.Problem, "solve", wrong)
