"""SymPy counterparts of the functions in the table that SymPy lacks, or that it would expand at once.

``relu``, ``step`` and their kin are printed by name and differentiate as in :mod:`hopverify.expr.functions`; the
derivative of a jump is 0, so that every formula holds away from the kinks. ``entmax``'s and ``normmax``'s potentials
have no closed form and stay undefined.
"""

from __future__ import annotations

from typing import Any

import sympy


class relu(sympy.Function):  # type: ignore[misc]  # noqa: N801
    """max(u, 0)."""

    is_real = True
    is_nonnegative = True

    @classmethod
    def eval(cls, u: Any) -> Any:
        """Fold numbers."""
        return sympy.Max(u, 0) if u.is_Number else None

    def fdiff(self, argindex: int = 1) -> Any:
        """Return step(u)."""
        return step(self.args[0])


class step(sympy.Function):  # type: ignore[misc]  # noqa: N801
    """1 for u > 0 and 0 for u < 0; the value at 0 is left open."""

    is_real = True
    is_nonnegative = True

    @classmethod
    def eval(cls, u: Any) -> Any:
        """Fold numbers other than 0."""
        return sympy.Integer(int(bool(u > 0))) if u.is_Number and u != 0 else None

    def fdiff(self, argindex: int = 1) -> Any:
        """Return 0, the derivative away from the jump."""
        return sympy.S.Zero


class sign(sympy.Function):  # type: ignore[misc]  # noqa: N801
    """u/|u|; the value at 0 is left open."""

    is_real = True

    @classmethod
    def eval(cls, u: Any) -> Any:
        """Fold numbers other than 0."""
        return sympy.sign(u) if u.is_Number and u != 0 else None

    def fdiff(self, argindex: int = 1) -> Any:
        """Return 0, the derivative away from the jump."""
        return sympy.S.Zero


class modulus(sympy.Function):  # type: ignore[misc]  # noqa: N801
    """|u| of a real u."""

    is_real = True
    is_nonnegative = True

    @classmethod
    def eval(cls, u: Any) -> Any:
        """Fold numbers."""
        return abs(u) if u.is_Number else None

    def fdiff(self, argindex: int = 1) -> Any:
        """Return sign(u)."""
        return sign(self.args[0])


class larger(sympy.Function):  # type: ignore[misc]  # noqa: N801
    """max(u, v)."""

    is_real = True

    @classmethod
    def eval(cls, u: Any, v: Any) -> Any:
        """Write max(u, 0) as relu(u), and fold numbers."""
        if u.is_Number and v.is_Number:
            return sympy.Max(u, v)
        return relu(u) if v == 0 else None

    def fdiff(self, argindex: int = 1) -> Any:
        """Return step(u - v) or step(v - u)."""
        u, v = self.args
        return step(u - v if argindex == 1 else v - u)


class smaller(sympy.Function):  # type: ignore[misc]  # noqa: N801
    """min(u, v)."""

    is_real = True

    @classmethod
    def eval(cls, u: Any, v: Any) -> Any:
        """Fold numbers."""
        return sympy.Min(u, v) if u.is_Number and v.is_Number else None

    def fdiff(self, argindex: int = 1) -> Any:
        """Return step(v - u) or step(u - v)."""
        u, v = self.args
        return step(v - u if argindex == 1 else u - v)


KINKED = (relu, step, sign, modulus, larger, smaller)
"""The functions with a kink or a jump."""


def folded(expression: Any) -> Any:
    """Write relu(u)·step(u) as relu(u), step(u)² as step(u) and sign(u)·|u| as u."""

    def fold(product: Any) -> Any:
        powers = product.as_powers_dict()
        for factor in list(powers):
            if isinstance(factor, step) and powers[factor] >= 1:
                u = factor.args[0]
                absorbed = powers.get(relu(u), 0)
                powers[factor] = 0 if getattr(absorbed, "is_positive", False) else 1
            if isinstance(factor, sign) and powers.get(modulus(factor.args[0]), 0) == 1 and powers[factor] == 1:
                powers[factor] = powers[modulus(factor.args[0])] = 0
                powers[factor.args[0]] += 1
        return sympy.Mul(*(base**exponent for base, exponent in powers.items()))

    if not expression.has(step, sign):
        return expression
    return expression.replace(lambda node: node.is_Mul and node.has(step, sign), fold)
