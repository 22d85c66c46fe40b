"""Synapses of every kind, found by trial: no kind says here which layers and arrays it takes, its own ``build`` does.

A kind declares its fields but not the shapes of its arrays. For the layers at hand all short shapes (and, for fields
that hold expressions, a few texts) are tried, one field after the other; what ``build`` blames a field for is dropped.
What it accepts is a *form*. A search stops early where it looks hopeless: forms may be missed, none is wrong. A kind
that is added to the registry is drawn without a change here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, product
from math import prod
from typing import Any

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from hopverify.errors import HopverifyError
from hopverify.spec import ExactArray, Field, FieldKind
from hopverify.strategies.field_value import STRUCTURAL, assignments
from hopverify.strategies.spelling import spelled
from hopverify.strategies.weight import matrices, weights
from hopverify.synapses import SYNAPSES, Port, SynapseError, SynapseKind

#: Builds that are tried for one kind and one choice of layers, forms kept for each choice of fields, axes of an array.
TRIALS, FORMS, AXES = 1000, 6, 3

Content = tuple[int, ...] | str
"""The shape of an array, or an expression with {0}, {1} and so on in place of the layers' names."""
Ports = tuple[Port, ...]


@dataclass(frozen=True)
class Form:
    """What each structural field of a synapse holds; fields without an entry are left out."""

    contents: tuple[tuple[str, Content], ...]


def forms(kind_name: str, ports: Ports, scalars: tuple[tuple[str, Any], ...] = ()) -> tuple[Form, ...]:
    """Return the forms in which a kind of synapse joins the layers, those with the fewest fields first.

    ``scalars`` are values of other fields, on which shapes may depend; those left out have their default.

    >>> forms("dense", (Port("x", 2), Port("y", 3)))
    (Form(contents=(('weights', (2, 3)),)),)
    >>> forms("gated", (Port("x", 2), Port("x", 2)))
    ()
    """
    # Names do not matter, but which ends are the same layer does.
    names = _names(ports)
    return _forms(kind_name, tuple(Port(f"layer{names.index(p.name)}", p.size, p.shape) for p in ports), scalars)


def _names(ports: Ports) -> list[str]:
    return list(dict.fromkeys(port.name for port in ports))


@lru_cache(maxsize=4096)
def _forms(kind_name: str, ports: Ports, scalars: tuple[tuple[str, Any], ...]) -> tuple[Form, ...]:
    kind = SYNAPSES[kind_name]
    structural = [field for field in kind.fields if field.kind in STRUCTURAL]
    required = [field for field in structural if field.required]
    optional = [field for field in structural if not field.required]
    trial = _Trial(kind, ports, dict(scalars))
    if structural and trial.is_hopeless(structural[0]):
        return ()
    for count in range(len(optional) + 1):
        for extra in combinations(optional, count):
            trial.most = len(trial.found) + FORMS
            trial.search([field for field in structural if field in required or field in extra])
    return tuple(trial.found)


class _Trial:
    """The search for forms of one kind between given layers, within bounds."""

    def __init__(self, kind: SynapseKind, ports: Ports, scalars: Mapping[str, Any]) -> None:
        self.kind, self.ports, self.scalars = kind, ports, scalars
        self.left = TRIALS
        self.found: list[Form] = []
        self.most = FORMS
        # Which contents of a field are worth a try after those chosen before: the same for all that may follow.
        self.kept: dict[tuple[tuple[tuple[str, Content], ...], str], list[Content]] = {}

    def search(self, fields: Sequence[Field], chosen: Mapping[str, Content] | None = None) -> None:
        """Extend what is chosen by the fields, one after the other."""
        chosen = {} if chosen is None else chosen
        if not fields:
            if self.blamed(chosen) is None:
                self.found.append(Form(tuple(chosen.items())))
            return
        field, *rest = fields
        for content in self.promising(field, chosen):
            if len(self.found) >= self.most:
                return
            self.search(rest, {**chosen, field.name: content})

    def promising(self, field: Field, chosen: Mapping[str, Content]) -> list[Content]:
        """Return the contents of a field for which ``build`` does not blame it, nor what was chosen before."""
        key = (tuple(chosen.items()), field.name)
        if key not in self.kept:
            self.kept[key] = []
            # Whatever is added to an array has seldom more axes than it.
            most = max((len(shape) for shape in chosen.values() if not isinstance(shape, str)), default=AXES)
            for content in _contents(field, self.ports, most):
                self.left -= 1
                blamed = self.blamed({**chosen, field.name: content})
                if blamed in chosen or self.left < 0:
                    break
                if blamed != field.name:
                    self.kept[key].append(content)
        return self.kept[key]

    def is_hopeless(self, field: Field) -> bool:
        """Whether the choice of layers is blamed whatever the field holds."""
        return all(self.blamed({field.name: content}) == "layers" for content in _contents(field, self.ports))

    def blamed(self, chosen: Mapping[str, Content]) -> str | None:
        """Return the field that ``build`` blames, or None if it accepts."""
        names = _names(self.ports)
        filled = {
            name: content.format(*names) if isinstance(content, str) else ExactArray.full(content, Fraction(1))
            for name, content in chosen.items()
        }
        return blame(self.kind, self.ports, filled | dict(self.scalars))


def blame(kind: SynapseKind, ports: Ports, given: Mapping[str, Any]) -> str | None:
    """Return the field for which a synapse with the given values (others by default) is refused, or None."""
    values = {field.name: given.get(field.name, None if field.required else field.default) for field in kind.fields}
    missing = [field.name for field in kind.fields if field.required and field.name not in given]
    if missing:
        # A scalar or a later field: any number does while shapes are looked for.
        values |= {name: _stand_in(kind, name) for name in missing}
    try:
        kind.build(ports, values, {})
    except SynapseError as error:
        return error.field
    except (HopverifyError, ArithmeticError, LookupError, TypeError, ValueError):
        return ""
    return None


def _stand_in(kind: SynapseKind, name: str) -> Any:
    field = next(field for field in kind.fields if field.name == name)
    if field.kind is FieldKind.ARRAY:
        return ExactArray.full((1,), Fraction(1))
    return {FieldKind.TEXT: "1", FieldKind.BOOLEAN: False, FieldKind.NUMBERS: (Fraction(1),)}.get(
        field.kind, field.choices[0] if field.choices else 1
    )


def _contents(field: Field, ports: Ports, most_axes: int = AXES) -> Iterator[Content]:
    if field.kind is FieldKind.TEXT:
        yield from _texts(ports)
        return
    sizes = [port.size for port in ports]
    lengths = {1, 2, 3, 4, *sizes, sum(sizes[1:]), *(abs(a - b) + 1 for a, b in combinations(sizes, 2))}
    channels = {length for port in ports for length in port.shape or ()}
    for axes in range(1, most_axes + 1):
        yield from product(sorted((lengths | channels) - {0}), repeat=axes)


def _texts(ports: Ports) -> Iterator[str]:
    """Return expressions in the names of the layers, and in z, as which some kinds know a number of their own."""
    names = [f"{{{number}}}" for number in range(len(_names(ports)))]
    yield from ("z^2/2", "relu(z)^2/2")
    if len(names) == 1:
        yield from ("-sum({0}^2)/2", "-sum({0}^4)/4", "-logsumexp({0})")
    else:
        yield "-(" + " + ".join(f"sum({a})*sum({b})" for a, b in combinations(names, 2)) + ")"
        yield "-" + "*".join(f"sum({name}^2)" for name in names) + "/2"


@st.composite
def synapses(
    draw: st.DrawFn, kind_name: str, ports: Ports, *, symmetric: bool | None = None, dyadic: bool = False
) -> dict[str, Any]:
    """Return a synapse of a kind between layers that it can join, as a spec writes it."""
    kind = SYNAPSES[kind_name]
    fields = {field.name: field for field in kind.fields}
    scalars = dict(draw(assignments(kind.fields, dyadic=dyadic)))
    scalars = _fitting(kind, ports, scalars)
    possible = forms(kind_name, ports, _read_all(fields, scalars))
    assume(possible)
    form = draw(st.sampled_from(possible))
    within = len({port.name for port in ports}) == 1
    drawn: dict[str, Any] = {}
    for name, content in form.contents:
        if isinstance(content, str):
            drawn[name] = content.format(*_names(ports))
        else:
            drawn[name] = draw(_arrays(content, symmetric if within else None, dyadic))
    refused = blame(kind, ports, drawn | dict(_read_all(fields, scalars)))
    if isinstance(drawn.get(refused or ""), ExactArray):
        # Its shape fits, so it is its numbers that do not: a mask, say.
        drawn[str(refused)] = draw(_marks(drawn[str(refused)].shape))
    known = {name: spelled(value) if isinstance(value, ExactArray) else value for name, value in drawn.items()}
    return {"kind": kind_name, "layers": [port.name for port in ports]} | known | scalars


def _fitting(kind: SynapseKind, ports: Ports, scalars: dict[str, Any]) -> dict[str, Any]:
    """Return the scalars without optional ones for which no shape fits, such as a stride that is too long."""
    fields = {field.name: field for field in kind.fields}
    for name in list(scalars):
        if forms(kind.name, ports, _read_all(fields, scalars)):
            break
        if not fields[name].required:
            scalars = {other: value for other, value in scalars.items() if other != name}
    return scalars


def _read_all(fields: Mapping[str, Field], scalars: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple((name, _read(fields[name], value)) for name, value in scalars.items())


def _read(field: Field, value: Any) -> Any:
    if field.kind in (FieldKind.BOOLEAN, FieldKind.CHOICE):
        return value
    if field.kind is FieldKind.NUMBERS:
        return tuple(map(Fraction, value)) if isinstance(value, list) else (Fraction(value),)
    return int(value) if field.kind is FieldKind.INTEGER else Fraction(value)


def _marks(shape: tuple[int, ...]) -> st.SearchStrategy[ExactArray]:
    """Return arrays of zeros and ones."""
    count = prod(shape)
    marks = st.lists(st.integers(0, 1), min_size=count, max_size=count)
    return marks.map(lambda entries: ExactArray.of(np.array(entries).reshape(shape)))


def _arrays(shape: tuple[int, ...], symmetric: bool | None, dyadic: bool) -> st.SearchStrategy[ExactArray]:
    if len(shape) == 2 and shape[0] == shape[1]:
        # One number is its own transpose, whatever is asked for.
        return weights(size=shape[0], symmetric=symmetric if shape[0] > 1 else None, dyadic=dyadic)
    return matrices(1, prod(shape), dyadic=dyadic).map(lambda row: ExactArray.of(row.reshape(shape)))
