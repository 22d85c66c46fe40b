"""The null space of H for a layer of n neurons, n a symbol, from H = diag D + Σ B_ab b_a b_bᵀ.

If no D_i is 0, H v = 0 exactly for v = Σ_b z_b b_b/D with (I + B G) z = 0, where G_ab = Σ_k b_a(k) b_b(k)/D_k: the
null space is read off a matrix as small as the number of vectors b (Woodbury's capacitance matrix). For softmax D = βp,
b = p, B = -β, so I + BG = 1 - Σp = 0 and the null space is spanned by p/p = 1, for every n.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from hopverify.derivation.symbolic.calculus import Calculus, I, J, K, expanded


@dataclass(frozen=True)
class Structure:
    """H_ij = D_i δ_ij + Σ_ab B_ab b_a(i) b_b(j); ``vectors`` in the index k."""

    diagonal: Any
    vectors: tuple[Any, ...]
    matrix: Any


@dataclass(frozen=True)
class Kernel:
    """The null space of H: spanned by ``vectors`` (in the index k) if ``exact``, otherwise it contains them."""

    vectors: tuple[Any, ...]
    exact: bool


def structure_of(hessian: Any) -> Structure | None:
    """Return H as a diagonal and products of vectors, or None where it is not of that form."""
    diagonal, rest = sympy.S.Zero, []
    for term in sympy.Add.make_args(expanded(hessian)):
        if term.has(sympy.KroneckerDelta(I, J)):
            diagonal += (term / sympy.KroneckerDelta(I, J)).subs(J, I)
        else:
            rest.append(term)
    products = [_separated(term) for term in rest]
    if any(product is None for product in products):
        return None
    vectors = list(dict.fromkeys(v for _, left, right in products for v in (left, right)))  # type: ignore[misc]
    matrix = sympy.zeros(len(vectors), len(vectors))
    for coefficient, left, right in products:  # type: ignore[misc]
        matrix[vectors.index(left), vectors.index(right)] += coefficient
    return Structure(sympy.factor_terms(diagonal), tuple(vectors), matrix)


def _separated(term: Any) -> tuple[Any, Any, Any] | None:
    """Return (coefficient, b_a(k), b_b(k)) for a product coefficient·b_a(i)·b_b(j)."""
    left = right = coefficient = sympy.S.One
    for factor in sympy.Mul.make_args(term):
        here = factor.free_symbols & {I, J}
        if len(here) == 2 or factor.has(sympy.KroneckerDelta):
            return None
        if here == {I}:
            left *= factor.subs(I, K)
        elif here == {J}:
            right *= factor.subs(J, K)
        else:
            coefficient *= factor
    return coefficient, left, right


def kernel_of(hessian: Any, calculus: Calculus) -> Kernel:
    """Return the null space as far as it is derived."""
    structure = structure_of(hessian)
    constant = (sympy.S.One,) if _annihilates_ones(hessian, calculus) else ()
    if structure is None or not structure.diagonal.is_nonzero:
        return Kernel(constant, False)
    D = structure.diagonal.subs(I, K)
    G = sympy.Matrix([[calculus.summed(a * b / D) for b in structure.vectors] for a in structure.vectors])
    M = (sympy.eye(len(structure.vectors)) + structure.matrix * G).applyfunc(sympy.cancel)
    zero = [b for b in range(len(structure.vectors)) if all(entry == 0 for entry in M[:, b])]
    rest = [b for b in range(len(structure.vectors)) if b not in zero]
    spanned = tuple(_direction(structure.vectors[b] / D) for b in zero)
    return Kernel(spanned or constant, _is_regular(M.extract(rest, rest)))


def _is_regular(matrix: Any) -> bool:
    """Whether a matrix is triangular with a diagonal that is evidently not 0."""
    triangular = bool(matrix.is_upper) or bool(matrix.is_lower)
    return triangular and all(matrix[b, b].is_nonzero for b in range(matrix.rows))


def _annihilates_ones(hessian: Any, calculus: Calculus) -> bool:
    """Whether Σ_j H_ij = 0, by the sums that are known."""
    return bool(sympy.cancel(calculus.summed(hessian.subs(J, K))) == 0)


def _direction(vector: Any) -> Any:
    """Return a vector without its constant factors."""
    moving = [factor for factor in sympy.Mul.make_args(sympy.factor_terms(vector)) if K in factor.free_symbols]
    return sympy.Mul(*moving)
