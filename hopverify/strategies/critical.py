"""Weights at the edge: the largest eigenvalue is exactly 1, or one unit in the last place to either side of it.

For off-diagonal weights a_ij = a_ji ≥ 0 let L be the Laplacian of that graph, L_ii = Σ a_ij and L_ij = -a_ij. It is
positive semidefinite and L·1 = 0, so the largest eigenvalue of (1 + ε)I - L is 1 + ε, exactly, and stays so under a
change of signs D(·)D with D = diag(±1). With ε = 2⁻⁵² and -2⁻⁵³ it is the double after 1 and the one before it.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from hopverify.spec import ExactArray

#: What is added to 1: nothing, one unit in the last place upward, and one downward.
SHIFTS = (Fraction(0), Fraction(1, 2**52), Fraction(-1, 2**53))


@st.composite
def critical_weights(draw: st.DrawFn, size: int) -> ExactArray:
    """Return size × size weights with the largest eigenvalue 1 + ε, ε one of :data:`SHIFTS`; doubles hold them.

    >>> from hypothesis import find
    >>> find(critical_weights(2), lambda W: W.values[0, 1] > 0).values
    array([[0.5, 0.5],
           [0.5, 0.5]])
    """
    edges = size * (size - 1) // 2
    # Row sums below 2 keep the diagonal above -1, where a double still tells ε.
    unit = Fraction(1, 2 ** ((size - 2) // 3).bit_length()) if size > 2 else Fraction(1)
    steps = st.sampled_from([Fraction(0), unit / 2, unit / 4, unit / 8])
    drawn = iter(draw(st.lists(steps, min_size=edges, max_size=edges)))
    signs = draw(st.lists(st.sampled_from([1, -1]), min_size=size, max_size=size))
    W = np.full((size, size), Fraction(0), dtype=object)
    for i in range(size):
        for j in range(i):
            W[i, j] = W[j, i] = next(drawn) * signs[i] * signs[j]
    shift = draw(st.sampled_from(SHIFTS))
    for i in range(size):
        W[i, i] = 1 + shift - sum((abs(W[i, j]) for j in range(size) if j != i), Fraction(0))
    return ExactArray.of(W)
