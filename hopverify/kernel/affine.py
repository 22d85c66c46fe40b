"""Affine drives: what all synapses add to each neuron, as an exact affine function of the activations of all neurons.

Neurons are numbered through the layers, in the order of the core. Terms are evaluated in affine functions: sums, and
products with constants; a term that needs more is refused.

>>> u, v = unit(0), unit(1)
>>> AFFINE.apply("subtract", AFFINE.apply("multiply", AFFINE.number(2), u), v)
Affine(constant=Fraction(0, 1), slopes={0: Fraction(2, 1), 1: Fraction(-1, 1)})
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate

from flint import fmpq

from hopverify.kernel.arithmetic import Arithmetic, Value, axes
from hopverify.kernel.core import Core
from hopverify.kernel.evaluate import arrays_of, evaluate, values_of
from hopverify.kernel.exact import RATIONALS
from hopverify.kernel.functions import fraction
from hopverify.kernel.functions import matrix as of_rationals
from hopverify.kernel.network import drives
from hopverify.kernel.numbers import need
from hopverify.kernel.terms import Place, Term
from hopverify.kernel.vectors import matrix_product

ZERO = Fraction(0)


@dataclass(frozen=True)
class Affine:
    """constant + Σ slopes[j]·γ_j; a neuron with the slope 0 is left out."""

    constant: Fraction
    slopes: Mapping[int, Fraction] = field(default_factory=dict)


def unit(neuron: int) -> Affine:
    """Return γ_j."""
    return Affine(Fraction(0), {neuron: Fraction(1)})


def starts(core: Core) -> dict[str, int]:
    """Return the number of the first neuron of each layer."""
    counted = accumulate((layer.size for layer in core.layers), initial=0)
    return dict(zip((layer.name for layer in core.layers), counted, strict=False))


@lru_cache(maxsize=4)
def affine_drives(core: Core, every: bool = True) -> tuple[Affine, ...]:
    """Return drive + b of each neuron; of ``every`` array that is meant, or of the given ones.

    Premises are about the same core, and ask for them again.
    """
    found: list[Affine] = []
    for layer in core.layers:
        parts = [affine(core, term, every) for term in drives(core, layer.name)]
        found += [_total(each) for each in zip(values_of(layer.bias, AFFINE), *parts, strict=True)]
    return tuple(found)


def has_symmetric_slopes(forms: Sequence[Affine]) -> bool:
    """Whether the drives of all neurons have W = Wᵀ."""
    return all(forms[j].slopes.get(i, 0) == w for i, form in enumerate(forms) for j, w in form.slopes.items())


def affine(core: Core, term: Term, every: bool = True) -> Value:
    """Return a term as an affine function of all activations, entry by entry, or refuse it."""
    first = starts(core)
    values: dict[Place, Value] = {
        ("activation", layer.name): [unit(first[layer.name] + k) for k in range(layer.size)] for layer in core.layers
    }
    return evaluate(term, {**values, **arrays_of(core, term, arithmetic=AFFINE, every=every)}, AFFINE)


def _total(parts: Sequence[Affine]) -> Affine:
    slopes: dict[int, Fraction] = {}
    for part in parts:
        for neuron, slope in part.slopes.items():
            slopes[neuron] = slopes[neuron] + slope if neuron in slopes else slope
    return Affine(sum((part.constant for part in parts), Fraction(0)), {j: each for j, each in slopes.items() if each})


def _scaled(u: Affine, factor: Fraction) -> Affine:
    return Affine(u.constant * factor, {j: slope * factor for j, slope in u.slopes.items()} if factor else {})


def _apply(name: str, *given: Affine) -> Affine:
    if name in ("add", "subtract"):
        return _total((given[0], given[1] if name == "add" else _scaled(given[1], Fraction(-1))))
    if name == "negate":
        return _scaled(given[0], Fraction(-1))
    if name == "multiply" and not (given[0].slopes and given[1].slopes):
        return _scaled(given[0], given[1].constant) if given[0].slopes else _scaled(given[1], given[0].constant)
    if name == "divide" and not given[1].slopes and given[1].constant != 0:
        return _scaled(given[0], 1 / given[1].constant)
    need(not any(each.slopes for each in given), "drive", f"it is not affine in the activations: {name}")
    return Affine(RATIONALS.apply(name, *(each.constant for each in given)))


def _power(u: Affine, exponent: Fraction) -> Affine:
    if exponent in (0, 1):
        return u if exponent else Affine(Fraction(1))
    need(not u.slopes, "drive", "it is not affine in the activations: power")
    return Affine(RATIONALS.power(u.constant, exponent))


def _dot(u: Sequence[Affine], v: Sequence[Affine]) -> Affine:
    """Return Σ u_j v_j, as the general one does, but with one sum of slopes: matrices have many entries."""
    constant, slopes = Fraction(0), dict[int, Fraction]()
    for pair in zip(u, v, strict=True):
        factor, other = pair if not pair[0].slopes else pair[::-1]
        need(not factor.slopes, "drive", "it is not affine in the activations: multiply")
        if factor.constant:
            constant += factor.constant * other.constant
            for neuron, slope in other.slopes.items():
                slopes[neuron] = slopes.get(neuron, Fraction(0)) + factor.constant * slope
    return Affine(constant, {j: each for j, each in slopes.items() if each})


def _product(matrix: Sequence[Sequence[Affine]], right: Value) -> Value:
    """Return the product of a matrix with a vector or a matrix; of constants with a vector at once, for all neurons."""
    if axes(right) != 1 or any(each.slopes for row in matrix for each in row):
        return matrix_product(_dot, matrix, right)
    neurons = sorted({neuron for form in right for neuron in form.slopes})
    forms = [[form.constant, *(form.slopes.get(j, ZERO) for j in neurons)] for form in right]
    found = of_rationals([[each.constant for each in row] for row in matrix]) * of_rationals(forms)
    return [_read(row, neurons) for row in found.tolist()]


def _read(row: Sequence[fmpq], neurons: Sequence[int]) -> Affine:
    slopes = zip(neurons, row[1:], strict=True)
    return Affine(fraction(row[0]), {neuron: fraction(each) for neuron, each in slopes if each != 0})


AFFINE = Arithmetic(
    number=lambda value: Affine(Fraction(value)),
    apply=_apply,
    power=_power,
    own={"dot": _dot, "matmul": _product},
)
