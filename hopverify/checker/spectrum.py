"""Enclosures of eigenvalues in ball arithmetic (Arb), multiple ones included."""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import acb_mat, arb


def real_parts(A: np.ndarray[Any, Any]) -> list[arb] | None:
    """Return the enclosed real parts of the eigenvalues of a square matrix of balls, None where none are isolated."""
    try:
        return [value.real for value in acb_mat([[arb(entry) for entry in row] for row in A]).eig(multiple=True)]
    except (ValueError, ZeroDivisionError):
        return None
