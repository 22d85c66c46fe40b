"""Differentiation over a layer of n neurons, n a symbol: sums stay sums, and what they amount to gets a name.

A :class:`Total` names a number that depends on the whole state, such as Z = Σ_k e^(βx_k) or r = √(Σ_k x_k² + ε); a
:class:`NamedVector` names a vector, such as c_k = x_k - m. The derivative along x_j of anything built from them follows
by the chain rule, with δ_kj collapsing the sums:

>>> calculus = Calculus()
>>> Z = calculus.total("Z", sympy.exp(2 * STATE[K]), positive=True)
>>> calculus.derivative(sympy.log(Z) / 2, I)
exp(2*x[i])/Z
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from hopverify.derivation.symbolic.functions import folded

I, J, K = sympy.symbols("i j k", integer=True)  # noqa: E741
SIZE = sympy.Symbol("n", integer=True, positive=True)
"""The number of neurons."""
STATE = sympy.IndexedBase("x", real=True)
"""The state, x_1 … x_n."""


@dataclass(frozen=True)
class Total:
    """A named number: symbol^root = offset + scale·Σ_k body."""

    symbol: Any
    body: Any
    offset: Any
    scale: Any
    root: int

    @property
    def definition(self) -> Any:
        """The value as an explicit sum over k = 1 … n."""
        return (self.offset + self.scale * sympy.Sum(self.body, (K, 1, SIZE))) ** sympy.Rational(1, self.root)

    @property
    def sum_of_body(self) -> Any:
        """Σ_k body in terms of the symbol."""
        return (self.symbol**self.root - self.offset) / self.scale


@dataclass(frozen=True)
class NamedVector:
    """A named vector: base[k] = definition."""

    base: Any
    definition: Any


def expanded(value: Any) -> Any:
    """Multiply out sums, leaving exponentials, logarithms and powers of products as they are."""
    return sympy.expand(value, power_exp=False, power_base=False, log=False)


class Calculus:
    """The names introduced so far, and differentiation in terms of them."""

    def __init__(self) -> None:
        self.order: list[Total | NamedVector] = []
        self.totals: dict[Any, Total] = {}
        self.vectors: dict[Any, NamedVector] = {}
        self._sums: dict[Any, Any] = {}
        self._partials: dict[Any, Any] = {}

    def total(
        self, name: str, body: Any, *, offset: Any = 0, scale: Any = 1, root: int = 1, positive: bool | None = None
    ) -> Any:
        """Return the symbol for (offset + scale·Σ_k body)^(1/root), a new one unless it is known."""
        offset, scale = sympy.sympify(offset), sympy.sympify(scale)
        for known in self.totals.values():
            if (known.body, known.offset, known.scale, known.root) == (body, offset, scale, root):
                return known.symbol
        positive = positive or ((scale * body).is_positive and offset.is_nonnegative) or None
        symbol = sympy.Symbol(self._free(name), real=True, positive=positive)
        total = Total(symbol, body, offset, scale, root)
        self.totals[symbol] = total
        self.order.append(total)
        coefficient, term = _split(body)
        self._sums.setdefault(term, total.sum_of_body / coefficient)
        return symbol

    def vector(self, name: str, definition: Any, *, sum_of: Any = None, positive: bool | None = None) -> Any:
        """Return base[k] for a named vector; ``sum_of`` is Σ_k of it where that is known."""
        for known in self.vectors.values():
            if known.definition == definition:
                return known.base[K]
        base = sympy.IndexedBase(self._free(name), real=True, positive=positive)
        self._sums[base[K]] = self.summed(definition) if sum_of is None else sum_of
        self.vectors[base] = NamedVector(base, definition)
        self.order.append(self.vectors[base])
        return base[K]

    def _free(self, name: str) -> str:
        taken = {str(symbol) for symbol in (*self.totals, *self.vectors)}
        return next(
            candidate for candidate in (name, *(f"{name}{k}" for k in range(2, 1000))) if candidate not in taken
        )

    def derivative(self, value: Any, index: Any) -> Any:
        """Return ∂value/∂x_index."""
        masks = {atom: sympy.Dummy(real=True) for atom in value.atoms(sympy.Indexed)}
        back = {mask: atom for atom, mask in masks.items()}
        masked, result = value.xreplace(masks), sympy.S.Zero
        for atom, mask in masks.items():
            slope = self._of_component(atom, index)
            if slope != 0:
                result += masked.diff(mask).xreplace(back) * slope
        for symbol in sorted(masked.free_symbols & set(self.totals), key=str):
            result += masked.diff(symbol).xreplace(back) * self._of_total(self.totals[symbol], index)
        return folded(result)

    def _of_component(self, atom: Any, index: Any) -> Any:
        """Return ∂/∂x_index of x_a or of a component of a named vector; constant arrays have none."""
        if atom.base == STATE:
            return sympy.KroneckerDelta(atom.indices[0], index)
        named = self.vectors.get(atom.base)
        return self.derivative(named.definition.subs(K, atom.indices[0]), index) if named else sympy.S.Zero

    def _of_total(self, total: Total, index: Any) -> Any:
        if total.symbol not in self._partials:
            inner = self.summed(self.derivative(total.body, J))
            self._partials[total.symbol] = total.scale * inner / (total.root * total.symbol ** (total.root - 1))
        return self._partials[total.symbol].subs(J, index)

    def summed(self, value: Any) -> Any:
        """Return Σ_k value, in terms of known totals where they suffice and of new ones otherwise."""
        if value in self._sums:
            return self._sums[value]
        result = sympy.S.Zero
        for term in sympy.Add.make_args(expanded(folded(value))):
            deltas = [factor for factor in sympy.Mul.make_args(term) if factor.has(sympy.KroneckerDelta)]
            here = [delta for delta in deltas if delta.has(K)]
            if here:
                (other,) = set(here[0].args) - {K}
                result += (term / here[0]).subs(K, other)
                continue
            coefficient, rest = _split(term)
            result += coefficient * self._sum_of_term(rest)
        return result

    def _sum_of_term(self, term: Any) -> Any:
        if term == 1:
            return SIZE
        if term not in self._sums:
            self.total("s", term)
        return self._sums[term]


def collapsed(value: Any) -> Any:
    """Return a formula in which sums over a δ are written as the one term that is left."""

    def collapse(total: Any) -> Any:
        ((index, _, _),) = total.limits
        result = sympy.S.Zero
        for term in sympy.Add.make_args(expanded(total.function)):
            deltas = [d for d in term.atoms(sympy.KroneckerDelta) if index in d.args]
            if deltas:
                (other,) = set(deltas[0].args) - {index}
                result += (term / deltas[0]).subs(index, other)
            else:
                result += sympy.Sum(term, *total.limits)
        return result

    def applies(node: Any) -> bool:
        return isinstance(node, sympy.Sum) and len(node.limits) == 1 and bool(node.function.has(sympy.KroneckerDelta))

    return value.replace(applies, collapse)


def _split(term: Any) -> tuple[Any, Any]:
    """Return the factors of a term without k, and those with it."""
    if term.is_Add:
        return sympy.S.One, term
    factors = sympy.Mul.make_args(term)
    moving = [factor for factor in factors if K in factor.free_symbols]
    return sympy.Mul(*(factor for factor in factors if factor not in moving)), sympy.Mul(*moving)
