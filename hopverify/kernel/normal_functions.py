"""Functions of normal forms: what is known of each, by which two ways to write one function become one form.

    e^(a + b) = e^a·e^b             log(c·e^a·u) = log c + a + log u, c > 0
    (c·e^a·u)^r = c^r·e^(ra)·u^r    f(-u) = -f(u) for odd f
    cos^2 u = 1 - sin^2 u           step(-u) = 1 - step u, off the kink

Of a function that stands neither here nor in :mod:`~hopverify.kernel.definitions` nothing is known but its argument.

>>> forms = Forms()
>>> x = forms.variable("x")
>>> forms.same(forms.product(exp(forms, x), exp(forms, x)), exp(forms, forms.scale(x, 2)))
True
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import gcd, lcm

from hopverify.kernel.normal_form import MAX_EXPONENT, Form, Forms, Monomial, divided, joined, lowest, raised
from hopverify.kernel.numbers import need

MAX_PRIME = 100


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
        return {} if exponent > 0 else forms.opaque(("power", exponent), u)
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
    sine = _odd("sin")(forms, upright)
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


OF_NUMBERS: Mapping[str, Callable[[Forms, Form], Form]] = {
    "exp": exp,
    "log": log,
    "sin": _odd("sin"),
    "cos": _cos,
    "arctan": _odd("arctan"),
    "erf": _odd("erf"),
    "step": _step,
}
"""Functions of one number of which more is known than their argument."""
