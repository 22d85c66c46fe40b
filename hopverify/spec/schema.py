"""The shape of a spec, as pydantic models over the neutral tree.

The models say which keys there are and what each holds; the same declarations give the JSON Schema. They see the tree
of :mod:`hopverify.spec.document`, whose numbers are fractions; what depends on arrays and on other parts of the
spec is checked when it is assembled.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, WithJsonSchema

from hopverify.spec.advice import advice
from hopverify.spec.bounds import MAX_EXPRESSION, MAX_LAYER_SIZE, MAX_NAME, MAX_PARTS, MAX_TITLE
from hopverify.spec.numbers import integer, shown
from hopverify.spec.spins import SCHEMA, STATES, update_of
from hopverify.verdict import Verdict

VERSION = 1
NAME_PATTERN = rf"[A-Za-z][A-Za-z0-9_-]{{0,{MAX_NAME - 1}}}"


class Misplaced(ValueError):
    """What is wrong with a part of a value: the steps lead from the value to the part."""

    def __init__(self, message: str, *steps: str | int) -> None:
        self.steps = steps
        super().__init__(message)


def _version(value: Any) -> int:
    if not isinstance(value, Fraction) or value != VERSION:
        raise ValueError(f"this hopverify reads version {VERSION} of the format, got {shown(value)}")
    return VERSION


def _text(limit: int, *, lines: bool = False) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str) or not value:
            quotes = "; put it in quotes" if isinstance(value, Fraction | bool) else ""
            raise ValueError(f"must be text, got {shown(value)}{quotes}")
        if len(value) > limit:
            raise ValueError(f"the text has {len(value)} characters; the limit is {limit}")
        if not (value.replace("\n", " ").replace("\t", " ") if lines else value).isprintable():
            raise ValueError("must be printable text, got control characters")
        return value

    return read


def name(value: Any) -> str:
    """Return the value if it is a name of a part, or raise :class:`ValueError`."""
    if not isinstance(value, str) or not re.fullmatch(NAME_PATTERN, value):
        rule = f"a letter, then letters, digits, _ and -, at most {MAX_NAME} characters"
        raise ValueError(f"must be a name ({rule}), got {shown(value)}")
    return value


def expression(value: Any) -> str:
    """Return the text of an expression, unparsed, or raise :class:`ValueError`."""
    # `0` and `1/2` are expressions too, and read as numbers before.
    return _text(MAX_EXPRESSION, lines=True)(str(value) if type(value) is Fraction else value)


def _whole(limit: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        number = integer(value)
        if not 1 <= number <= limit:
            raise ValueError(f"must be a whole number from 1 to {limit}, got {shown(number)}")
        return number

    return read


_size = _whole(MAX_LAYER_SIZE)


def _shape(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= 8:
        raise ValueError(f"must be a list of 1 to 8 whole numbers, got {shown(value)}")
    lengths = []
    for index, item in enumerate(value):
        try:
            lengths.append(_size(item))
        except ValueError as error:
            raise Misplaced(str(error), index) from None
    return tuple(lengths)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, got {shown(value)}")
    return value


def _label(value: Any) -> str:
    """Labels are often digits, so whole numbers count as text."""
    whole = isinstance(value, Fraction) and value.denominator == 1
    return _text(MAX_TITLE)(str(value) if whole else value)


def _labels(value: Any) -> Any:
    """Return a list of labels; what says where an array is stays as it is."""
    if value is None or isinstance(value, dict):
        return value
    if not isinstance(value, list):
        raise ValueError(f"must be a list of labels, or an array such as {{file: labels.npy}}, got {shown(value)}")
    labels = []
    for index, item in enumerate(value):
        try:
            labels.append(_label(item))
        except ValueError as error:
            raise Misplaced(str(error), index) from None
    return labels


def _verdict(value: Any) -> Verdict:
    known = [verdict.value for verdict in Verdict]
    if not isinstance(value, str) or value not in known:
        near = advice(value, known, list_all=False) if isinstance(value, str) else ""
        raise ValueError(f"must be {', '.join(known[:-1])} or {known[-1]}, got {shown(value)}{near}")
    return Verdict(value)


def _states(value: Any) -> str:
    if value != STATES:
        raise ValueError(f"must be {STATES} (±1), or left out for states that follow a flow, got {shown(value)}")
    return STATES


def _function(value: Any) -> Any:
    """Check the form of a Lagrangian or activation: a name, a name with parameters, or an expression."""
    if isinstance(value, str):
        return name(value)
    if not isinstance(value, dict):
        raise ValueError(f"must be a name, a name with parameters or {{expression: …}}, got {shown(value)}")
    if "expression" in value:
        return _expression_function(value)
    if len(value) != 1:
        keys = ", ".join(map(shown, list(value)[:5])) or "none"
        raise ValueError(f"must have a single key, the name with its parameters below it, got {keys}")
    return dict([_named(*next(iter(value.items())))])


def _expression_function(value: dict[str, Any]) -> dict[str, Any]:
    for key in value:
        if key not in {"expression", "of"}:
            raise Misplaced(f"unknown key{advice(key, ['expression', 'of'])}", key)
    if value.get("of", "neuron") not in ("neuron", "layer"):
        raise Misplaced(f"must be neuron or layer, got {shown(value['of'])}", "of")
    texts = value["expression"]
    for index, text in enumerate(texts) if isinstance(texts, list) else [(None, texts)]:
        try:
            expression(text)
        except ValueError as error:
            raise Misplaced(str(error), "expression", *([] if index is None else [index])) from None
    return value


def _named(key: str, parameters: Any) -> tuple[str, dict[str, Any]]:
    """Return a name and its parameters from an entry such as ``softmax: {beta: 4}``."""
    name(key)
    if not isinstance(parameters, dict | None):
        raise Misplaced(f"must be a mapping of parameters, got {shown(parameters)}", key)
    return key, parameters or {}


def _checks(value: Any) -> tuple[tuple[str, dict[str, Any]], ...] | None:
    if value == "all":
        return None
    if not isinstance(value, list) or not value:
        got = "an empty list" if value == [] else shown(value)
        raise ValueError(f"must be `all` or a list of checks, got {got}")
    found: dict[str, dict[str, Any]] = {}
    for index, item in enumerate(value):
        try:
            key, parameters = _check(item)
        except Misplaced as error:
            raise Misplaced(str(error), index, *error.steps) from None
        except ValueError as error:
            raise Misplaced(str(error), index) from None
        if key in found:
            raise Misplaced(f"the check {key!r} is listed twice; keep one of them", index)
        found[key] = parameters
    return tuple(found.items())


def _check(item: Any) -> tuple[str, dict[str, Any]]:
    if item == "all":
        raise ValueError("for all checks write `checks: all`, without a list")
    if isinstance(item, dict) and len(item) == 1:
        return _named(*next(iter(item.items())))
    if not isinstance(item, str):
        raise ValueError(f"must be a check's name, or its name with parameters below it, got {shown(item)}")
    return name(item), {}


def _layer_names(value: list[str]) -> list[str]:
    if not value:
        raise ValueError("must name at least one layer, got an empty list")
    return value


def _few(noun: str) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if isinstance(value, dict) and len(value) > MAX_PARTS:
            raise ValueError(f"the spec has {len(value)} {noun}; the limit is {MAX_PARTS}")
        return value

    return check


def _schema(**schema: Any) -> WithJsonSchema:
    return WithJsonSchema(schema)


Version = Annotated[Any, PlainValidator(_version), _schema(const=VERSION)]
Title = Annotated[Any, PlainValidator(_text(MAX_TITLE)), _schema(type="string", minLength=1, maxLength=MAX_TITLE)]
Prose = Annotated[Any, PlainValidator(_text(MAX_EXPRESSION, lines=True)), _schema(type="string")]
Expression = Annotated[Any, PlainValidator(expression), _schema(**{"x-ref": "expression"})]
Name = Annotated[str, PlainValidator(name), _schema(type="string", pattern=f"^{NAME_PATTERN}$")]
Size = Annotated[Any, PlainValidator(_size), _schema(type="integer", minimum=1, maximum=MAX_LAYER_SIZE)]
Copies = Annotated[Any, PlainValidator(_whole(MAX_PARTS)), _schema(type="integer", minimum=1, maximum=MAX_PARTS)]
Shape = Annotated[
    Any, PlainValidator(_shape), _schema(type="array", items={"type": "integer", "minimum": 1}, minItems=1, maxItems=8)
]
Flag = Annotated[Any, PlainValidator(_boolean), _schema(type="boolean")]
Labels = Annotated[
    Any,
    PlainValidator(_labels),
    _schema(anyOf=[{"type": "array", "items": {"type": ["string", "integer"]}}, {"x-ref": "array"}]),
]
ArrayValue = Annotated[Any, _schema(**{"x-ref": "array"})]
Leak = Annotated[Any, _schema(anyOf=[{"type": "boolean"}, {"x-ref": "array"}])]
VerdictValue = Annotated[Any, PlainValidator(_verdict), _schema(enum=[verdict.value for verdict in Verdict])]
Lagrangian = Annotated[Any, PlainValidator(_function), _schema(**{"x-ref": "lagrangian"})]
Activation = Annotated[Any, PlainValidator(_function), _schema(**{"x-ref": "activation"})]
Update = Annotated[Any, PlainValidator(update_of), _schema(**SCHEMA)]
States = Annotated[Any, PlainValidator(_states), _schema(const=STATES)]
Checks = Annotated[Any, PlainValidator(_checks), _schema(**{"x-ref": "checks"})]


class _Closed(BaseModel):
    # Built when the first document is read, once as a whole: this is a good part of the time that a small spec takes.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


class LayerModel(_Closed):
    """A layer of neurons."""

    size: Size = Field(description="number of neurons")
    shape: Shape | None = Field(None, description="lengths of the axes, whose product is the size")
    copies: Copies | None = Field(None, description="so many layers alike, called name_1, name_2 and so on")
    lagrangian: Lagrangian = Field(None, description="the Lagrangian L; the activation is its gradient")
    activation: Activation = Field(None, description="the activation itself, when no Lagrangian is known")
    states: States | None = Field(None, description="`spins`: the states are ±1, and there is no Lagrangian")
    bias: ArrayValue = Field(Fraction(0), description="bias, one number or one for each neuron")
    tau: ArrayValue = Field(
        Fraction(1), description="time constant, one number or one for each neuron; 0 for an instantaneous layer"
    )
    leak: Leak = Field(True, description="decay rate of the state; true is 1, false is 0")
    bias_in_energy: Flag = Field(True, description="whether the bias is part of the energy")


class SynapseModel(BaseModel):
    """A synapse; its kind declares the other keys."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, defer_build=True)

    kind: Name = Field(description="kind of synapse, such as dense")
    layers: Annotated[list[Name], AfterValidator(_layer_names)] = Field(description="names of the layers it connects")


class MemoryModel(_Closed):
    """Stored patterns of a layer."""

    layer: Name = Field(description="name of the layer whose states the patterns are")
    patterns: ArrayValue = Field(description="the patterns, one in a row")
    labels: Labels = Field(None, description="one label for each pattern: a list, or an array of numbers in a file")
    shape: Shape | None = Field(None, description="lengths of the axes of a pattern shown as an image")


class DocumentModel(_Closed):
    """A Hopfield-type energy model for hopverify."""

    hopverify: Version = Field(description="version of the format")
    name: Title = Field(description="name of the model")
    description: Prose = Field("", description="what the model is")
    references: list[Title] = Field([], description="publications, such as arXiv:2410.13866")
    layers: Annotated[dict[Name, LayerModel], BeforeValidator(_few("layers"))] = Field(description="layers by name")
    synapses: Annotated[dict[Name, SynapseModel], BeforeValidator(_few("synapses"))] = Field(
        {}, description="synapses by name"
    )
    memories: Annotated[dict[Name, MemoryModel], BeforeValidator(_few("memories"))] = Field(
        {}, description="stored patterns by name"
    )
    arrays: Annotated[dict[Name, ArrayValue], BeforeValidator(_few("arrays"))] = Field(
        {}, description="named arrays, for expressions and for tying"
    )
    original: Title | None = Field(
        None, description="file of the spec that this one repairs, relative to this one's folder"
    )
    update: Update | None = Field(
        None, description="how spins are set: asynchronous or synchronous; `rule`: by the drive or by the energy"
    )
    energy: Expression | None = Field(None, description="the energy that the author claims, as an expression")
    checks: Checks = Field(None, description="`all`, or a list of checks")
    expect: dict[Name, VerdictValue] = Field({}, description="the expected verdict of each check; pass if not said")


#: The models of the parts, by the section in which they stand.
SECTIONS: dict[str, type[BaseModel]] = {"layers": LayerModel, "synapses": SynapseModel, "memories": MemoryModel}
