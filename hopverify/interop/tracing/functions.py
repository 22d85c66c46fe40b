"""Functions of symbolic arrays, with the identities that programs hide behind: log Σ exp, log cosh, log(1 + exp).

Programs subtract the largest entry m before they take exponentials, with its gradient stopped. It is a
:class:`~hopverify.interop.tracing.terms.Shift` here, and log Σ exp(u - m) + m = log Σ exp u removes it.

>>> from hopverify.interop.tracing.tensors import leaf, total
>>> from hopverify.interop.tracing.terms import Input
>>> u = leaf(Input("u", (3,)))
>>> logarithm(total(function("exp", u), (0,))).terms[0].factors[0].source.function
'logsumexp'
"""

from __future__ import annotations

from fractions import Fraction

from hopverify.interop.tracing.tensors import (
    applied,
    leaf,
    number,
    placed,
    plus,
    product,
    scaled,
    stretched,
    transposed_core,
)
from hopverify.interop.tracing.terms import Atom, Factor, Shift, Source, Tensor, Term, collected

POSITIVE = ("exp", "cosh", "sigmoid", "softplus", "sech")
ONE = Fraction(1)


def function(name: str, value: Tensor) -> Tensor:
    """Return an elementary function of an array, entry by entry."""
    special = {"log": logarithm, "log1p": _log1p, "abs": _absolute, "exp": _exponential}.get(name)
    return special(value) if special else applied(name, value)


def power(value: Tensor, exponent: Fraction) -> Tensor:
    """Return a power; one of a product of entries is a product, so that squares of inputs stay polynomials."""
    if exponent == 0:
        return number(ONE, value.shape)
    if exponent == 1:
        return value
    if value.number is not None and value.number != 0 and exponent.denominator == 1:
        return number(value.number ** int(exponent), value.shape)
    root = value.alone
    if exponent == 2 and isinstance(root, Atom) and root.function == "sqrt":
        return placed_as(root.arguments[0], value)
    simple = len(value.terms) == 1 and all(set(f.labels) <= set(value.terms[0].axes) for f in value.terms[0].factors)
    if simple and exponent.denominator == 1 and 0 < exponent <= 12:
        result = value
        for _ in range(int(exponent) - 1):
            result = product(result, value)
        return result
    if len(value.terms) > 1 and exponent in (2, 3) and _varying(value) > 1:
        # A matrix has no name in the expression language; multiplied out, its parts may be vectors.
        return product(value, power(value, exponent - 1))
    if simple and exponent == -1 and value.terms[0].coefficient != 1:
        c = value.terms[0].coefficient
        return scaled(power(scaled(value, 1 / c), exponent), 1 / c)
    return applied("power", value, parameter=exponent)


def placed_as(core: Tensor, value: Tensor) -> Tensor:
    """Return an array over the axes along which a value varies, in the value's shape."""
    varying = [axis for axis in range(len(value.shape)) if value.terms[0].axes[axis] is not None]
    return placed(core, value.shape, varying)


def _varying(value: Tensor) -> int:
    """Return the number of axes along which an array varies."""
    return sum(any(term.axes[axis] is not None for term in value.terms) for axis in range(len(value.shape)))


def logarithm(value: Tensor) -> Tensor:
    """Return log, as log Σ exp, softplus or log cosh where the argument is of that form."""
    for rule in (_log_sum_exp, _log_one_plus_exp, _log_cosh):
        found = rule(value)
        if found is not None:
            return found
    return applied("log", value)


def _exponential(value: Tensor) -> Tensor:
    """Return exp; exp(u - log Σ exp u) is softmax(u), as a gradient of log Σ exp has it."""
    sums = [t for t in value.terms if _function_of(t) == "logsumexp" and t.coefficient == -1]
    for term in sums:
        u = collected(value.shape, [each for each in value.terms if each is not term])
        core = transposed_core(u)
        source = term.factors[0].source
        if isinstance(source, Atom) and core.key == source.arguments[0].key:
            places = [place for place, extent in enumerate(value.shape) if extent != 1]
            return placed(leaf(Atom("softmax", (core,), core.shape)), value.shape, places)
    return applied("exp", value)


def _function_of(term: Term) -> str:
    """Return the function of which a term is a multiple, if it is one."""
    source = term.factors[0].source if len(term.factors) == 1 else None
    return source.function if isinstance(source, Atom) else ""


def _log1p(value: Tensor) -> Tensor:
    return logarithm(plus(value, number(ONE)))


def _absolute(value: Tensor) -> Tensor:
    """Return |u|, which is u where u is a sum of positive factors."""
    factors = [factor.source for term in value.terms for factor in term.factors]
    positive = all(isinstance(source, Atom) and source.function in POSITIVE for source in factors)
    return value if positive and all(term.coefficient > 0 for term in value.terms) else applied("abs", value)


def _exponent(term: Term) -> tuple[Tensor, tuple[int, ...]] | None:
    """Return u and its labels, if the term is exp(u) for an array u."""
    if len(term.factors) != 1 or term.coefficient != 1:
        return None
    source, labels = term.factors[0].source, term.factors[0].labels
    return (source.arguments[0], labels) if isinstance(source, Atom) and source.function == "exp" else None


def _split_shift(value: Tensor) -> tuple[Tensor, Tensor]:
    """Return u and m, numbers both or m a number only, with value = u + m and m a multiple of shifts."""
    shifts = [t for t in value.terms if len(t.factors) == 1 and _is_shift(t.factors[0].source)]
    rest = [t for t in value.terms if t not in shifts]
    moved = collected((), [Term(t.coefficient, t.factors, ()) for t in shifts])
    return collected(value.shape, rest), moved


def _split_numbers(value: Tensor) -> tuple[Tensor, Tensor]:
    """Return u and m with value = u + m, m being what all entries have in common, but for plain constants."""
    common = [t for t in value.terms if t.factors and all(axis is None for axis in t.axes)]
    rest = [t for t in value.terms if t not in common]
    return collected(value.shape, rest), collected((), [Term(t.coefficient, t.factors, ()) for t in common])


def _is_shift(source: Source) -> bool:
    return isinstance(source, Shift) and not source.shape


def _log_sum_exp(value: Tensor) -> Tensor | None:
    """Log Σ_i exp(v_i + m) = logsumexp(v) + m; with exp(m) beside the sum, log(1 + Σ exp v) + m."""
    if any(axis is not None for term in value.terms for axis in term.axes) or not 1 <= len(value.terms) <= 2:
        return None
    parts = [_exponent(term) for term in value.terms]
    sums = [part for part in parts if part is not None and part[1]]
    if len(sums) != 1:
        return None
    if len(value.terms) == 1:
        u, m = _split_numbers(sums[0][0])
        return plus(stretched(_of_all("logsumexp", u), value.shape), stretched(m, value.shape))
    u, m = _split_shift(sums[0][0])
    other = next(term for term, part in zip(value.terms, parts, strict=True) if part is not sums[0])
    if not _is_exponential_of(other, m):
        return None
    return plus(stretched(_of_all("ghost_logsumexp", u), value.shape), stretched(m, value.shape))


def _is_exponential_of(term: Term, m: Tensor) -> bool:
    """Whether a term is exp(m), a number."""
    if not m.terms:
        return term.coefficient == 1 and not term.factors
    part = _exponent(term)
    return part is not None and part[0].key == m.key


def _of_all(name: str, value: Tensor) -> Tensor:
    return leaf(Atom(name, (value,), ()))


def _log_one_plus_exp(value: Tensor) -> Tensor | None:
    """log(1 + exp u) = softplus(u)."""
    if len(value.terms) != 2:
        return None
    one = [term for term in value.terms if not term.factors and term.coefficient == 1]
    other = [term for term in value.terms if term.factors]
    if len(one) != 1 or len(other) != 1:
        return None
    return _renewed("softplus", "exp", other[0], value)


def _log_cosh(value: Tensor) -> Tensor | None:
    return _renewed("logcosh", "cosh", value.terms[0], value) if len(value.terms) == 1 else None


def _renewed(new: str, old: str, term: Term, value: Tensor) -> Tensor | None:
    """Return new(u), if the term is old(u) entry by entry."""
    if term.coefficient != 1 or len(term.factors) != 1:
        return None
    source, labels = term.factors[0].source, term.factors[0].labels
    if not isinstance(source, Atom) or source.function != old or not set(labels) <= set(term.axes):
        return None
    atom = Atom(new, source.arguments, source.shape)
    return collected(value.shape, [Term(ONE, (Factor(atom, labels),), term.axes)])


def held(value: Tensor) -> Tensor:
    """Return a value as one thing, which products do not multiply out; a single entry of a sum needs no holding.

    u·σ(u) with u = Wx + b is so one product of vectors, and W stays a matrix of its own.
    """
    if value.number is not None or value.alone is not None:
        return value
    return applied("view", value)
