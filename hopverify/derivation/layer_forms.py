"""What is derived of one layer: elementwise cases, forms of a whole layer, or the reason why there are none.

Of the catalogue they are read from the data that SymPy wrote when this version was made: β stays β in the formulas, and
its value stands beside them. Values 0 and 1, whole-number parameters (exponents), one number for a vector, and
everything in a formula with kinks, or without a closed form, are filled in instead. A user's own expression is derived
when it is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from hopverify.activations import ACTIVATIONS
from hopverify.derivation.asking import ask
from hopverify.derivation.committed import Record, record_of
from hopverify.derivation.forms import factored_forms
from hopverify.derivation.formula import ZERO, Formula, NoFormula, Number, Symbol, substituted
from hopverify.derivation.language import of_expression, read
from hopverify.errors import ExpressionError
from hopverify.expr.parser import parse
from hopverify.lagrangians import LAGRANGIANS
from hopverify.networks import Layer, LayerFunction
from hopverify.spec import FieldKind

End = Formula | None


@dataclass(frozen=True)
class Conjugate:
    """L*(y) on an open interval of y."""

    lower: End
    upper: End
    value: Formula


@dataclass(frozen=True)
class Case:
    """L, g, h and x·g - L of one neuron on an open interval; ``potential`` is None for a bare activation.

    ``conjugate`` is L*(y), on the interval of g's values here, where it is known in closed form.
    """

    lower: End
    upper: End
    potential: Formula | None
    activation: Formula
    slope: Formula
    own: Formula | None
    conjugate: Conjugate | None


@dataclass(frozen=True)
class Elementwise:
    """The cases from left to right; h = 0 on ``dead``, and beyond them at ``isolated`` points (None: not decided).

    ``jumps`` are the kinks at which h has different limits from the two sides.
    """

    cases: tuple[Case, ...]
    dead: tuple[tuple[End, End], ...]
    isolated: bool | None
    zeros: tuple[Formula, ...]
    jumps: tuple[Formula, ...]


@dataclass(frozen=True)
class Whole:
    """Forms in x_i of n neurons, in names that ``definitions`` explain.

    ``closed`` is False where g comes from the catalogue (entmax, normmax) because L has no closed form; ``equation``
    then defines t. The null space of H is spanned by ``kernel`` (in the index k) if ``exact``, where the norms
    ``positive`` are not 0; otherwise it contains them. ``diagonal`` is H where that is all of it. ``rate`` is -ẋᵀTHẋ.
    ``conjugate`` is L*(y) for y = g(x), for which the pairs of ``values`` are equal.
    """

    potential: Formula | None
    activation: Formula
    hessian: Formula
    own: Formula | None
    definitions: tuple[tuple[Formula, Formula], ...]
    closed: bool
    equation: Formula | None
    kernel: tuple[Formula, ...] = ()
    exact: bool = False
    positive: tuple[Formula, ...] = ()
    diagonal: Formula | None = None
    rate: Formula | None = None
    conjugate: Formula | None = None
    values: tuple[tuple[Formula, Formula], ...] = ()


@dataclass(frozen=True, eq=False)
class LayerForms:
    """``elementwise`` or ``whole``; ``missing`` says why there is neither. ``values`` are those of the symbols."""

    layer: Layer
    elementwise: Elementwise | None = None
    whole: Whole | None = None
    missing: str = ""
    of_catalogue: bool = False
    values: Mapping[str, Fraction] = field(default_factory=dict)

    @property
    def cases(self) -> tuple[Case, ...]:
        """The cases of an elementwise layer."""
        return self.elementwise.cases if self.elementwise is not None else ()

    @property
    def has_conjugate(self) -> bool:
        """Whether L* is known."""
        return any(part.conjugate is not None for part in (*self.cases, self.whole) if part is not None)


def layer_forms(layer: Layer) -> LayerForms:
    """Return g and H of a layer, derived from its L."""
    function = layer.function
    record = committed(function)
    if record is not None:
        values = _kept(function, record)
        return _forms(layer, record if _is_convex(function) else _without_conjugates(record), values, of_catalogue=True)
    asked = (function.potential, function.activation, function.slope, tuple(function.constants))
    try:
        record = ask("layer_record", *asked)
        return _forms(layer, _shortened(record) if "cases" in record else record, {}, of_catalogue=False)
    except NoFormula as error:
        return LayerForms(layer, missing=str(error))


def _is_convex(function: LayerFunction) -> bool:
    """Whether the catalogue says that L is convex with these parameters."""
    if function.potential is None or function.name is None:
        return False
    facts = LAGRANGIANS[function.name].facts
    return facts.convex is True or function.parameters.get(facts.convex_when or "", 0) > 0


def _without_conjugates(record: Record) -> Record:
    kept = {key: part for key, part in record.items() if key != "L*"}
    if "cases" in record:
        kept["cases"] = [{key: part for key, part in case.items() if key != "L*"} for case in record["cases"]]
    return kept


def _shortened(record: Record) -> Record:
    """Return what is derived of one neuron, each part in the shortest of a few forms."""
    cases = [
        case | {part: _shortest(case[part]) for part in ("g", "h", "x*g - L") if part in case}
        for case in record["cases"]
    ]
    return {**record, "cases": cases}


def _shortest(text: str) -> str:
    try:
        found = factored_forms(parse(text))
        return min((text, *(str(of_expression(form, {"x": Symbol("x")})) for form in found)), key=len)
    except ExpressionError:
        # Integrals are no expressions.
        return text


def committed(function: LayerFunction) -> Record | None:
    """Return what was derived of an entry of the catalogue; None for a user's own expression."""
    if function.name is None:
        return None
    return record_of(
        "lagrangians" if function.potential is not None else "activations", function.name, function.parameters
    )


def _kept(function: LayerFunction, record: Record) -> dict[str, Fraction]:
    """Return the parameters that stay symbols, with their values."""
    assert function.name is not None
    if len(record.get("cases", ())) > 1 or not record.get("closed", True):
        return {}
    entry = (LAGRANGIANS if function.potential is not None else ACTIVATIONS)[function.name]
    numbers = {each.name for each in entry.parameters if each.kind is FieldKind.NUMBER}
    return {name: value for name, value in function.parameters.items() if name in numbers and value not in (0, 1)}


def _forms(layer: Layer, record: Record, values: Mapping[str, Fraction], *, of_catalogue: bool) -> LayerForms:
    numbers = layer.function.parameters if of_catalogue else {}
    filled = {name: Number(value) for name, value in numbers.items() if name not in values}

    def at(text: Any) -> Any:
        return None if text is None else substituted(read(text), filled)

    if "cases" in record:
        elementwise = _elementwise(record, at)
        return LayerForms(layer, elementwise=elementwise, of_catalogue=of_catalogue, values=values)
    whole = _whole(record, at)
    shown = {node.name for part in _formulas(whole) for node in part.nodes() if isinstance(node, Symbol)}
    return LayerForms(
        layer, whole=whole, of_catalogue=of_catalogue, values={n: v for n, v in values.items() if n in shown}
    )


def _elementwise(record: Record, at: Any) -> Elementwise:
    def read_case(case: Record) -> Case:
        conjugate = Conjugate(*map(at, (*case["y"], case["L*"]))) if "L*" in case else None
        low, high = at(case.get("from")), at(case.get("to"))
        return Case(low, high, at(case.get("L")), at(case["g"]), at(case["h"]), at(case.get("x*g - L")), conjugate)

    return Elementwise(
        tuple(map(read_case, record["cases"])),
        tuple((at(low), at(high)) for low, high in record["dead"]),
        record["isolated"],
        tuple(map(at, record["zeros"])),
        tuple(at(place) for place, jump in record["jumps"] if at(jump) != ZERO),
    )


def _whole(record: Record, at: Any) -> Whole:
    names = [(at(name), at(value)) for name, value in record["where"]]
    # A name of a number, as of a sum of zeros, is not worth a line.
    known = {name.name: value for name, value in names if isinstance(name, Symbol) and isinstance(value, Number)}

    def part(name: str) -> Any:
        value = at(record.get(name))
        return None if value is None else substituted(value, known)

    return Whole(
        potential=part("L"),
        activation=part("g"),
        hessian=part("H"),
        own=part("x*g - L"),
        definitions=tuple((name, substituted(value, known)) for name, value in names if not isinstance(value, Number)),
        closed=record["closed"],
        equation=part("equation"),
        kernel=tuple(map(at, record.get("kernel", ()))),
        exact=record.get("exact", False),
        positive=tuple(map(at, record.get("positive", ()))),
        diagonal=part("diagonal"),
        rate=part("rate"),
        conjugate=part("L*"),
        values=tuple((at(left), at(right)) for left, right in record["y"]) if "L*" in record else (),
    )


def _formulas(whole: Whole) -> list[Formula]:
    shown = [whole.potential, whole.activation, whole.hessian, whole.own, whole.equation, whole.conjugate]
    shown += [part for pair in whole.values for part in pair]
    return [*(part for part in shown if part is not None), *(value for _, value in whole.definitions)]
