"""Declared keys: what a synapse kind, a Lagrangian or a check may be given.

The packages above declare their parameters as values of :class:`Field`; reading, messages and the JSON Schema
all follow from the declaration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from hopverify.errors import Problem, SpecError
from hopverify.spec.advice import advice
from hopverify.spec.bounds import MAX_PROBLEMS
from hopverify.spec.document import child, raise_all
from hopverify.spec.numbers import integer, number, shown

if TYPE_CHECKING:
    from hopverify.spec.model_spec import ModelSpec


class FieldKind(StrEnum):
    """What a field holds, and as what :func:`read_fields` returns it."""

    NUMBER = "number"  #: Fraction
    INTEGER = "integer"  #: int
    BOOLEAN = "boolean"  #: bool
    ARRAY = "array"  #: ExactArray
    CHOICE = "choice"  #: str, one of ``choices``
    TEXT = "text"  #: str
    NUMBERS = "numbers"  #: tuple[Fraction, ...], written as a number or as a list of them


class _Required(Enum):
    REQUIRED = "required"

    def __repr__(self) -> str:
        return self.name


#: The default of a field that has none.
REQUIRED: Final = _Required.REQUIRED

ONLY_EXACT = "must be exact: a tolerance or a dtype is for the weights of a dense synapse"

_BOUNDED = frozenset({FieldKind.NUMBER, FieldKind.INTEGER, FieldKind.NUMBERS})


@dataclass(frozen=True)
class Field:
    """One declared key; ``strict`` excludes the ends ``minimum`` and ``maximum`` themselves.

    An array may stand for all arrays near it (``tolerance``, ``dtype``) only where ``near`` says so.

    >>> Field("beta", FieldKind.NUMBER, "inverse temperature", minimum=Fraction(0), strict=True).required
    True
    """

    name: str
    kind: FieldKind
    doc: str
    default: Any = REQUIRED
    choices: tuple[str, ...] = ()
    minimum: Fraction | None = None
    maximum: Fraction | None = None
    strict: bool = False
    near: bool = False

    def __post_init__(self) -> None:
        if (self.minimum is not None or self.maximum is not None) and self.kind not in _BOUNDED:
            raise ValueError(f"field {self.name!r}: a {self.kind} has no minimum or maximum")
        if bool(self.choices) != (self.kind is FieldKind.CHOICE):
            raise ValueError(f"field {self.name!r}: choices belong to a choice, and a choice needs them")

    @property
    def required(self) -> bool:
        """Whether the key must be given."""
        return self.default is REQUIRED

    def check_range(self, value: Fraction | int) -> None:
        """Raise :class:`ValueError` when the number is out of range."""
        below = self.minimum is not None and (value <= self.minimum if self.strict else value < self.minimum)
        above = self.maximum is not None and (value >= self.maximum if self.strict else value > self.maximum)
        if below:
            wanted = f"{'greater than' if self.strict else 'at least'} {shown(self.minimum)}"
        elif above:
            wanted = f"{'less than' if self.strict else 'at most'} {shown(self.maximum)}"
        else:
            return
        raise ValueError(f"must be {wanted}, got {shown(value)}")


def read_fields(
    spec: ModelSpec, fields: Sequence[Field], raw: Mapping[str, Any], path: str, *, neurons: int | None = None
) -> dict[str, Any]:
    """Return the typed values of all declared fields, defaults filled in; all problems are raised together.

    The fields of a layer's function are told how many ``neurons`` it has: a list of numbers has one for each.
    """
    declared = {field.name: field for field in fields}
    values: dict[str, Any] = {}
    unknown = [key for key in raw if key not in declared][: 2 * MAX_PROBLEMS]
    problems: list[Problem] = [
        spec.problem(child(path, key), _unknown(key, list(declared)), at_key=True) for key in unknown
    ]
    for field in fields:
        if field.name in raw:
            try:
                values[field.name] = _read(spec, field, raw[field.name], child(path, field.name), neurons)
            except SpecError as error:
                problems.extend(error.problems)
        elif field.required:
            problems.append(spec.problem(path, f"the key {field.name!r} is missing: {field.doc}"))
        else:
            values[field.name] = field.default
    raise_all(problems)
    return values


def _unknown(key: str, known: list[str]) -> str:
    return f"unknown key{advice(key, known)}" if known else "unknown key; no parameters are taken here"


def _read(spec: ModelSpec, field: Field, raw: Any, path: str, neurons: int | None) -> Any:
    if field.kind is FieldKind.ARRAY:
        array = spec.array(raw, path)
        if array.spread is not None and not field.near:
            raise spec.error(path, ONLY_EXACT)
        return array
    if field.kind is FieldKind.NUMBERS and isinstance(raw, list):
        if not raw:
            raise spec.error(path, "must be a number or a list of numbers, got an empty list")
        if neurons not in (None, len(raw)):
            wanted = f"must be one number or {neurons}, the size of the layer"
            raise spec.error(path, f"{wanted}, got {len(raw)}")
        return tuple(_scalar(spec, field, item, child(path, index)) for index, item in enumerate(raw))
    value = _scalar(spec, field, raw, path)
    return (value,) if field.kind is FieldKind.NUMBERS else value


def _scalar(spec: ModelSpec, field: Field, raw: Any, path: str) -> Any:
    try:
        if field.kind in {FieldKind.BOOLEAN, FieldKind.CHOICE, FieldKind.TEXT}:
            return _word(field, raw)
        value = integer(raw) if field.kind is FieldKind.INTEGER else number(raw)
        field.check_range(value)
    except ValueError as error:
        raise spec.error(path, str(error)) from None
    return value


def _word(field: Field, raw: Any) -> bool | str:
    if field.kind is FieldKind.BOOLEAN:
        if not isinstance(raw, bool):
            raise ValueError(f"must be true or false, got {shown(raw)}")
        return raw
    if field.kind is FieldKind.CHOICE and (not isinstance(raw, str) or raw not in field.choices):
        near = advice(raw, field.choices, list_all=False) if isinstance(raw, str) else ""
        raise ValueError(f"must be one of {', '.join(field.choices)}, got {shown(raw)}{near}")
    # A text such as the expression `1/2` reads as a number; its exact text means the same.
    text = str(raw) if isinstance(raw, Fraction) else raw
    if not isinstance(text, str):
        raise ValueError(f"must be text, got {shown(raw)}")
    return text
