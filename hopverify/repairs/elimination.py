"""Linear layers e beside others f at an equilibrium: x_e = M⁻¹(W_ef γ_f + b_e) with M = ρ_e - W_ee ≻ 0.

If they have no weights among themselves and one leak λ, they are kept as they are: λx_e = Bγ + a with B = W_ef.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from hopverify.checker.linear_algebra import Matrix, is_positive_definite, solve
from hopverify.networks import Layer
from hopverify.repairs import UnfitError
from hopverify.repairs.finding import asymmetry, negative
from hopverify.repairs.subject import Network


@dataclass(frozen=True, eq=False)
class Eliminated:
    """λy = Bγ + a and ρx = Ay + ``among``·γ + b; A is (n, m), B (m, n), among (n, n), a (m,), in Fractions.

    ``is_solved`` tells that B and a are M⁻¹ times what they were.
    """

    linear: tuple[Layer, ...]
    others: tuple[Layer, ...]
    A: Matrix
    B: Matrix
    among: Matrix
    rate: Fraction
    a: Matrix
    is_solved: bool


def eliminated(network: Network) -> Eliminated | None:
    """Return the linear layers beside the others, None where there are none; UnfitError if they run away alone."""
    linear = tuple(layer for layer in network.layers if layer.function.name == "identity")
    others = tuple(layer for layer in network.layers if layer.function.name != "identity")
    if not linear:
        return None
    e, f = network.neurons(linear), network.neurons(others)
    A, B, among = network.W[np.ix_(f, e)], network.W[np.ix_(e, f)], network.W[np.ix_(f, f)]
    own, leaks = network.W[np.ix_(e, e)], network.leak[e]
    if not own.any() and len(set(leaks.tolist())) == 1:
        return Eliminated(linear, others, A, B, among, leaks[0], network.b[e], False)
    M = np.diag(leaks) - own
    _check_stable(M, [network.names[int(k)] for k in e])
    answer = solve(M, np.column_stack([B, network.b[e]]))
    assert answer is not None
    return Eliminated(linear, others, A, answer[:, :-1], among, Fraction(1), answer[:, -1], True)


def _check_stable(M: Matrix, names: list[str]) -> None:
    said = asymmetry(M, names, "(ρ - W)")
    if said is not None:
        raise UnfitError(f"the weights among the linear layers are not symmetric: {said}")
    if not is_positive_definite(M):
        why = negative(M, names, "(ρ - W)") or "ρ - W is singular on them"
        raise UnfitError(f"the linear layers alone do not come to rest: {why}")
