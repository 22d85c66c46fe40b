"""What is asked of JAX: the jaxpr of a function, arrays of constants, and where an equation stands in a program."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.errors import HopverifyError
from hopverify.extras import to_install


def jax_itself() -> Any:
    """Return the module ``jax``, or tell how to get it."""
    try:
        import jax
    except ImportError:
        raise HopverifyError(f"this needs HAMUX and JAX: {to_install('hamux')}") from None
    return jax


def program(subject: str, function: Callable[..., Any], shapes: Sequence[tuple[int, ...]]) -> Any:
    """Return the jaxpr of a function of arrays of those shapes, of JAX's default type of floats."""
    jax = jax_itself()
    arguments = [jax.numpy.zeros(shape) for shape in shapes]
    try:
        # What a function prints while it is traced must not end up among what hopverify prints.
        with contextlib.redirect_stdout(sys.stderr):
            return jax.make_jaxpr(function)(*arguments)
    except Exception as error:
        said = str(error).strip().splitlines()[:1] or [""]
        shown = ", ".join(str(shape) for shape in shapes)
        raise HopverifyError(
            f"{subject}: its function fails for activations of shape {shown}: {type(error).__name__}: {said[0]}"
        ) from error


def gradient_program(subject: str, function: Callable[..., Any], shape: tuple[int, ...]) -> Any:
    """Return the jaxpr of a function's gradient, as its own rules of differentiation have it."""
    return program(subject, jax_itself().grad(function), [shape])


def fold(equation: Any, arrays: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
    """Return what JAX computes for an equation whose inputs are constants."""
    jax = jax_itself()
    found = equation.primitive.bind(*map(jax.numpy.asarray, arrays), **equation.params)
    return [np.asarray(each) for each in (found if equation.primitive.multiple_results else [found])]


def place(equation: Any) -> str:
    """Return file, line and function of an equation, where JAX tells."""
    try:
        from jax._src.source_info_util import summarize

        return str(summarize(equation.source_info))
    except Exception:
        # No promise of JAX's: a message without the line is still a message.
        return ""
