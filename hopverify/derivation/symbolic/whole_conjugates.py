"""Convex conjugates L*(y) = sup_x (x·y - L(x)) of Lagrangians of a whole layer, for n neurons, n a symbol.

Where g_i depends on x_i and on numbers T of the whole layer, y = g(x) is solved for x_i, and the equations that define
the T are solved for them. An equation without its T says which y are values of g, and L*(y) = x·y - L(x) there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from hopverify.derivation.symbolic.calculus import SIZE, STATE, Calculus, I, K, Total

Y = sympy.IndexedBase("y", real=True)


@dataclass(frozen=True)
class WholeConjugate:
    """L* in y_k; the values y of g are those for which the left side of each equation is its right side."""

    value: Any
    where: tuple[tuple[Any, Any], ...]


def whole_conjugate(potential: Any, activation: Any, calculus: Calculus) -> WholeConjugate | None:
    """Return L*, or None where there is no such form."""
    totals = [named for named in calculus.order if isinstance(named, Total)]
    symbols, activation = [total.symbol for total in totals], _inlined(activation, calculus)
    state = _inverse(activation)
    if state is None:
        return None
    sums, known, where = _Sums(symbols), dict[Any, Any](), dict[Any, Any]()
    weight, rest = _weight(potential, activation, totals)
    for total in totals:
        if not activation.has(total.symbol) and not rest.has(total.symbol):
            continue
        inside = sympy.simplify(_inlined(total.body, calculus).subs(STATE[K], state))
        equation = total.symbol**total.root - total.offset - total.scale * sums.of(inside)
        equation = sympy.numer(sympy.together(equation.subs(where)))
        found = [each for each in sympy.solve(equation, total.symbol) if each != 0]
        if found:
            known[total.symbol] = found[-1]
            continue
        letter = next((each for each in sums.letters.values() if equation.has(each)), None)
        if letter is None:
            return None
        where[letter] = sympy.solve(equation, letter)[0]
    products = sympy.Add(*(sympy.factor(term * weight) for term in _terms(state, symbols)))
    value = sympy.expand((sums.of(products) - rest).subs(where)).subs(known)
    value = _apart(sympy.simplify(sympy.factor(_apart(value))))
    value = sympy.collect(value, list(value.atoms(sympy.log)))
    if value.has(*symbols):
        return None
    return WholeConjugate(sums.written(value), tuple((sums.written(left), right) for left, right in where.items()))


def _inlined(value: Any, calculus: Calculus) -> Any:
    """Return a formula with the definitions of its vectors."""
    return value.replace(
        lambda node: isinstance(node, sympy.Indexed) and node.base in calculus.vectors,
        lambda node: calculus.vectors[node.base].definition.subs(K, node.indices[0]),
    )


def _inverse(activation: Any) -> Any:
    """Return x_k with g(x_k) = y_k; None where it is not the only one."""
    x, y = sympy.Dummy(real=True), sympy.Dummy(real=True, positive=activation.is_positive)
    equation = activation.subs(STATE[I], x) - y
    if equation.has(STATE):
        return None
    found = sympy.solve(equation, x)
    if len(found) != 1:
        return None
    return sympy.expand_log(found[0].subs(I, K), force=True).subs(y, Y[K])


def _apart(value: Any) -> Any:
    """Write roots and logarithms of quotients as quotients and differences of those of positive parts."""

    def split(node: Any) -> Any:
        above, below = sympy.fraction(sympy.together(node.args[0]))
        if below != 1 and above.could_extract_minus_sign():
            above, below = -above, -below
        if isinstance(node, sympy.log):
            return sympy.log(above) - sympy.log(below)
        return above**node.exp / below**node.exp

    def applies(node: Any) -> bool:
        return isinstance(node, sympy.log) or (node.is_Pow and node.exp.is_Rational and not node.exp.is_Integer)

    return value.replace(applies, split)


def _weight(potential: Any, activation: Any, totals: list[Total]) -> tuple[Any, Any]:
    """Return w_k and R with x·y - L = Σ_k w_k x_k - R: a sum Σ_k δ_k x_k in L is a part of the first."""
    weight, rest = Y[K], potential
    for total in totals:
        if not activation.has(total.symbol) and total.root == 1 and total.offset == 0:
            share = potential.diff(total.symbol) * total.scale
            weight -= share * total.body / STATE[K]
            rest = sympy.expand(rest - potential.diff(total.symbol) * total.symbol)
    return weight, rest


def _terms(value: Any, symbols: list[Any]) -> list[Any]:
    """Return the terms of a sum by powers of the symbols, factored."""
    factored = sympy.factor(value)
    moving = [factor for factor in sympy.Mul.make_args(factored) if factor.has(sympy.Indexed)]
    if not any(factor.has(*symbols) for factor in moving):
        return [factored]
    return [sympy.factor(term) for term in sympy.Add.make_args(sympy.collect(sympy.expand(value), symbols))]


class _Sums:
    """Letters for sums over k, so that equations can be solved for them."""

    def __init__(self, symbols: list[Any]) -> None:
        self.letters: dict[Any, Any] = {}
        self.symbols = symbols

    def of(self, value: Any) -> Any:
        """Return Σ_k value."""
        whole = sympy.S.Zero
        for term in _terms(value, self.symbols):
            factors = sympy.Mul.make_args(term)
            moving = sympy.Mul(*(factor for factor in factors if factor.has(sympy.Indexed)))
            # A sum and its negative have one letter.
            moving = -moving if moving.could_extract_minus_sign() else moving
            letter = SIZE if moving == 1 else self.letters.setdefault(moving, sympy.Dummy(real=True))
            whole += letter * term / moving
        return whole

    def written(self, value: Any) -> Any:
        """Return a formula with the sums themselves."""
        return value.xreplace({letter: sympy.Sum(body, (K, 1, SIZE)) for body, letter in self.letters.items()})
