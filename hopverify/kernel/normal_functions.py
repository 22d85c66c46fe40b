"""Functions of normal forms: what is known of each, by which two ways to write one function become one form.

    e^(a + b) = e^a·e^b             log(c·e^a·u) = log c + a + log u, c > 0
    (c·e^a·u)^r = c^r·e^(ra)·u^r    f(-u) = -f(u) for odd f
    relu u = u·step u               step(-u) = 1 - step u, off the kink

Hyperbolic functions, tanh, sech, sigmoid and expm1 are quotients of polynomials in e^u; log1p, softplus and logcosh are
logarithms; abs and sign are written with step. Of any other function nothing is known but its argument.

>>> forms = Forms()
>>> x = forms.variable("x")
>>> forms.same(function(forms, "sech", x), forms.quotient(forms.number(1), function(forms, "cosh", x)))
True
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import gcd, lcm

from hopverify.kernel.normal_form import MAX_EXPONENT, Form, Forms, Monomial, divided, joined, lowest, raised
from hopverify.kernel.numbers import need

MAX_PRIME = 100


def function(forms: Forms, name: str, u: Form) -> Form:
    """Return a function of one number."""
    if name in _OF_EXPONENTIAL:
        return _of_exponential(forms, u, *_OF_EXPONENTIAL[name])
    return _REWRITTEN[name](forms, u) if name in _REWRITTEN else forms.opaque(name, u)


def exp(forms: Forms, u: Form) -> Form:
    """Return e^u: of a sum, a product."""
    found: Monomial = ()
    for monomial, coefficient in u.items():
        atom = forms.atom(("exp", monomial), forms.moves({monomial: coefficient}))
        forms.exponentials[atom] = monomial
        forms.positive.add(atom)
        found = joined(found, ((atom, coefficient),))
    return {found: Fraction(1)}


def root(forms: Forms, u: Form, exponent: Fraction) -> Form:
    """Return u^exponent for u ≥ 0 and an exponent that is not whole."""
    need(abs(exponent) <= MAX_EXPONENT, "identity", f"exponents are at most {MAX_EXPONENT}")
    if not u:
        return forms.opaque(("power", exponent), u)
    content, positive, rest = _factors(forms, u)
    found = joined(_primes(forms, content), positive)
    if rest != forms.number(1):
        found = joined(found, ((forms.base(rest), Fraction(1)),))
    return forms.product({raised(found, exponent): Fraction(1)}, forms.number(1))


def log(forms: Forms, u: Form) -> Form:
    """Return log u; of a product with rationals and exponentials, a sum."""
    if not u:
        return forms.opaque("log", u)
    content, positive, rest = _factors(forms, u)
    found = forms.number(0) if rest == forms.number(1) else forms.opaque("log", rest)
    for atom, exponent in joined(_primes(forms, content), positive):
        exponential = forms.exponentials.get(atom)
        of_atom = forms.opaque("log", forms.of_atom(atom)) if exponential is None else {exponential: Fraction(1)}
        found = forms.add(found, forms.scale(of_atom, exponent))
    return found


def _factors(forms: Forms, u: Form) -> tuple[Fraction, Monomial, Form]:
    """Return a form as a product: a rational c > 0, a monomial of positive atoms, and what is left."""
    values = u.values()
    content = Fraction(gcd(*(value.numerator for value in values)), lcm(*(value.denominator for value in values)))
    positive = tuple((atom, exponent) for atom, exponent in lowest(u) if atom in forms.positive)
    return content, positive, divided(u, positive, content)


def _primes(forms: Forms, value: Fraction) -> Monomial:
    """Return a rational > 0 as a product of atoms: primes below 100, and what is left in one piece."""
    found: Monomial = ()
    for part, direction in ((value.numerator, 1), (value.denominator, -1)):
        rest = part
        for prime in range(2, MAX_PRIME):
            while rest % prime == 0:
                rest //= prime
                found = joined(found, ((_prime(forms, prime), Fraction(direction)),))
        if rest > 1:
            found = joined(found, ((_prime(forms, rest), Fraction(direction)),))
    return found


def _prime(forms: Forms, value: int) -> int:
    atom = forms.atom(("prime", value))
    forms.relations[atom] = (1, forms.number(value))
    return atom


def pi(forms: Forms) -> Form:
    """Return π."""
    atom = forms.atom("pi")
    forms.positive.add(atom)
    return forms.of_atom(atom)


def _upright(forms: Forms, u: Form) -> tuple[Form, int]:
    """Return u or -u, the same one for both, and the sign."""
    sign = -1 if u and u[min(u)] < 0 else 1
    return forms.scale(u, sign), sign


def _odd(name: str) -> Callable[[Forms, Form], Form]:
    """Return a function with f(-u) = -f(u)."""

    def form(forms: Forms, u: Form) -> Form:
        upright, sign = _upright(forms, u)
        return forms.scale(forms.opaque(name, upright), sign) if u else u

    return form


def _cos(forms: Forms, u: Form) -> Form:
    upright, _ = _upright(forms, u)
    sine = function(forms, "sin", upright)
    cosine = forms.opaque("cos", upright)
    ((((atom, _),), _),) = cosine.items()
    forms.relations[atom] = (2, forms.subtract(forms.number(1), forms.product(sine, sine)))
    return cosine


def _step(forms: Forms, u: Form) -> Form:
    if not u:
        return forms.opaque("step", u)
    upright, sign = _upright(forms, forms.scale(u, 1 / abs(u[min(u)])))
    step = forms.opaque("step", upright)
    ((((atom, _),), _),) = step.items()
    forms.relations[atom] = (2, step)
    return step if sign == 1 else forms.subtract(forms.number(1), step)


def _of_exponential(forms: Forms, u: Form, numerator: Sequence[int], denominator: Sequence[int]) -> Form:
    """Return a quotient of polynomials in e^u, by their coefficients."""
    e = exp(forms, u)
    parts = [forms.number(0), forms.number(0)]
    for place, coefficients in enumerate((numerator, denominator)):
        for exponent, coefficient in enumerate(coefficients):
            parts[place] = forms.add(parts[place], forms.scale(forms.power(e, exponent), coefficient))
    return forms.quotient(*parts)


_OF_EXPONENTIAL: Mapping[str, tuple[Sequence[int], Sequence[int]]] = {
    "exp": ((0, 1), (1,)),
    "expm1": ((-1, 1), (1,)),
    "sinh": ((-1, 0, 1), (0, 2)),
    "cosh": ((1, 0, 1), (0, 2)),
    "tanh": ((-1, 0, 1), (1, 0, 1)),
    "sech": ((0, 2), (1, 0, 1)),
    "sigmoid": ((0, 1), (1, 1)),
}
"""The coefficients of numerator and denominator, those of e^0, e^u, e^2u."""

_REWRITTEN: Mapping[str, Callable[[Forms, Form], Form]] = {
    "negate": lambda forms, u: forms.scale(u, -1),
    "sqrt": lambda forms, u: root(forms, u, Fraction(1, 2)),
    "log": log,
    "log1p": lambda forms, u: log(forms, forms.add(forms.number(1), u)),
    "softplus": lambda forms, u: log(forms, forms.add(forms.number(1), exp(forms, u))),
    "logcosh": lambda forms, u: log(forms, function(forms, "cosh", u)),
    "sin": _odd("sin"),
    "cos": _cos,
    "arctan": _odd("arctan"),
    "erf": _odd("erf"),
    "step": _step,
    "sign": lambda forms, u: forms.subtract(forms.scale(_step(forms, u), 2), forms.number(1)),
    "relu": lambda forms, u: forms.product(u, _step(forms, u)),
    "abs": lambda forms, u: forms.product(u, function(forms, "sign", u)),
    "kink": lambda forms, u: forms.number(0),
}
