"""A model with its numbers: the arrays, and for a few neurons the flow and the energy written out with them.

ẋ_1 = -2·g_2 + 1 - x_1   in place of   ẋ_i = Σ_j W_ij·g_j + b_i - x_i
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

from hopverify.derivation.arrays import Numbers, arrays_of
from hopverify.derivation.deriving import Derivation
from hopverify.derivation.document import Line, Mark, Section
from hopverify.derivation.formula import (
    ONE,
    Formula,
    Node,
    NoFormula,
    Number,
    add,
    formula,
    multiply,
    rebuilt,
    split,
    substituted,
)
from hopverify.derivation.network_sections import Network, dynamics_section, energy_sections
from hopverify.derivation.printing import text
from hopverify.derivation.synaptic import PATTERNS
from hopverify.networks import Model, SpinModel
from hopverify.synapses.attention import Attention
from hopverify.synapses.convolution import Convolution

# Models of more neurons, and formulas of more characters, are not written out.
NEURONS, LINES, CHARACTERS = 6, 12, 160
LINE = 40


def array_section(arrays: Sequence[Numbers]) -> Section:
    """Return the arrays of a model, the small ones whole."""
    lines = [Line(each.name, each.whole, each.what) for each in arrays if each.is_small]
    notes: list[tuple[Any, ...]] = [
        (each.name, f", {each.what}: ", each.in_short) for each in arrays if not each.is_small
    ]
    notes += [(each.name, f" is known up to {each.array.spread}") for each in arrays if each.array.spread]
    return Section("Numbers", tuple(lines), tuple(notes) if arrays else ("the model has no arrays",))


def with_numbers(derivation: Derivation, model: Model | SpinModel) -> Derivation:
    """Return a derivation that begins with the arrays of its model, and has the equations with numbers after it."""
    arrays = arrays_of(model)
    return replace(derivation, sections=(array_section(arrays), *derivation.sections, *written_out(model, arrays)))


def written_out(model: Model | SpinModel, arrays: Sequence[Numbers]) -> tuple[Section, ...]:
    """Return flow and energy with the numbers in them; nothing where that would be long, or has no formula."""
    if isinstance(model, SpinModel) or not _is_short(model):
        return ()
    network = Network(model, {})
    values: dict[str, Any] = {str(each.symbol): each.array.fractions() for each in arrays}
    is_told_apart = len(values) == len({(str(each.symbol), each.array.digest) for each in arrays})
    if not is_told_apart or set(network.synapses) != set(model.synapses):
        return ()
    sizes = {network.names.size(layer.name).name: formula(layer.size) for layer in model.layers.values()}
    # One letter stands for the number of patterns of each synapse.
    held = [array for each in model.synapses.values() if (array := getattr(each, "patterns", None)) is not None]
    if len({array.shape[0] for array in held}) > 1:
        return ()
    sizes |= dict.fromkeys([PATTERNS.name] if held else [], formula(held[0].shape[0] if held else 0))
    try:
        sections = [_flow(network, values, sizes), *_energies(network, values, sizes)]
    except (IndexError, NoFormula):
        # An index stays a letter, or an entry is not written in the array: the general formulas have to do.
        return ()
    lengths = [len(part) for section in sections for line in section.lines for part in line.text()[:2]]
    is_long = max(lengths, default=0) > CHARACTERS or any(len(section.lines) > LINES for section in sections)
    return () if is_long else tuple(section for section in sections if section.lines)


def _is_short(model: Model) -> bool:
    kinds = (Convolution, Attention)
    few = sum(layer.size for layer in model.layers.values()) <= NEURONS
    return few and not any(isinstance(synapse, kinds) for synapse in model.synapses.values())


def _flow(network: Network, values: Mapping[str, Any], sizes: Mapping[str, Formula]) -> Section:
    lines: list[Line] = []
    sums = _sums(dynamics_section(network).lines)
    for layer, (left, terms) in zip(network.model.layers.values(), sums, strict=True):
        for place in range(1, layer.size + 1):
            at = _at(values, {**sizes, "i": formula(place)})
            lines += _over_lines(_mapped(left, at), add(*map(at, terms)))
    return Section("Vector field, with its numbers", tuple(lines))


def _energies(network: Network, values: Mapping[str, Any], sizes: Mapping[str, Formula]) -> Iterator[Section]:
    for section in energy_sections(network):
        if section.title.startswith("Energy, derived"):
            at = _at(values, sizes)
            sums = (_over_lines(left, add(*map(at, terms))) for left, terms in _sums(section.lines))
            yield Section("Energy, with its numbers", tuple(line for lines in sums for line in lines))


def _over_lines(left: Any, value: Formula) -> Iterator[Line]:
    """Yield a sum in lines of about so many characters as a narrow page has."""
    terms: list[Formula] = []
    for term in value.parts if isinstance(value, Node) and value.head == "+" else (value,):
        if terms and len(text(add(*terms, term))) > LINE:
            yield Line(left, add(*terms))
            left, terms = None, []
        terms.append(term)
    yield Line(left, add(*terms))


def _sums(lines: tuple[Line, ...]) -> Iterator[tuple[Any, list[Any]]]:
    """Yield left sides with the terms that the lines after them add up."""
    found: list[tuple[Any, list[Any]]] = []
    for line in lines:
        if line.left is not None:
            found.append((line.left, []))
        found[-1][1].append(line.right)
    yield from found


def _at(values: Mapping[str, Any], known: Mapping[str, Formula]) -> Callable[[Formula], Formula]:
    return lambda value: filled(substituted(value, known), values)


def _mapped(left: Any, at: Callable[[Formula], Formula]) -> Any:
    if not isinstance(left, tuple):
        return left if isinstance(left, Mark) else at(left)
    first, *others = (part if isinstance(part, Mark) else at(part) for part in left)
    # A time constant of 1, of several, is not written before ẋ.
    return others[-1] if first == ONE and len(others) == 2 else (first, *others)


def filled(value: Formula, values: Mapping[str, Any]) -> Formula:
    """Return a formula with its sums written out and numbers in place of entries of arrays; indices count from 1.

    Raises :class:`NoFormula` where an index has no number, :class:`IndexError` for an entry that is not in its array.

    >>> from hopverify.derivation.language import read
    >>> print(filled(read("Sum(W[i]*y[i], (i, 1, 2))"), {"W": [Fraction(3), Fraction(-1)]}))
    3*y[1] - y[2]
    """
    if not isinstance(value, Node):
        return value
    if value.head == "Sum":
        body, *ends = value.parts
        ranges = [range(_whole(low), _whole(high) + 1) for low, high in zip(ends[1::3], ends[2::3], strict=True)]
        names = [str(index) for index in ends[::3]]
        places = (dict(zip(names, map(formula, place), strict=True)) for place in product(*ranges))
        return add(*(filled(substituted(body, place), values) for place in places))
    if value.head == "[]":
        entry = values.get(str(value.parts[0]))
        if entry is None:
            return value
        for index in value.parts[1:]:
            entry = entry[_whole(index) - 1]
        return Number(Fraction(entry))
    value = rebuilt(value, tuple(filled(part, values) for part in value.parts))
    coefficient, factors = split(value)
    if coefficient != 1 and len(factors) == 1 and isinstance(factors[0], Node) and factors[0].head == "+":
        return add(*(multiply(Number(coefficient), term) for term in factors[0].parts))
    return value


def _whole(index: Formula) -> int:
    if not isinstance(index, Number):
        raise NoFormula(f"the index {index} has no number")
    return int(index.value)
