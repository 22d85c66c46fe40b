"""From the graph of a PyTorch program to the parts of a spec: its arguments as layers, and what it returns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.errors import HopverifyError, SpecError
from hopverify.interop.names import Names
from hopverify.interop.torch.programs import Program, fold
from hopverify.interop.tracing.flows import Flow
from hopverify.interop.tracing.functions import ONE
from hopverify.interop.tracing.graphs import Reading
from hopverify.interop.tracing.literals import as_held, simplest
from hopverify.interop.tracing.rows import Rows
from hopverify.interop.tracing.structure import Finder, Structure
from hopverify.interop.tracing.tensors import leaf, placed, plus, product, reshaped, scaled
from hopverify.interop.tracing.terms import CannotWrite, Constant, Input, Tensor
from hopverify.interop.tracing.values import CannotRead

Array = NDArray[Any]
MAX_LAYERS = 32


@dataclass(frozen=True)
class Argument:
    """An argument of the program: its name, its shape, and the layers that its rows are (one: it is a layer itself)."""

    name: str
    shape: tuple[int, ...]
    layers: tuple[str, ...]

    @property
    def core(self) -> tuple[int, ...]:
        """The lengths of the axes other than 1."""
        return tuple(extent for extent in self.shape if extent != 1)

    @property
    def size(self) -> int:
        """The number of neurons of each layer."""
        return prod(self.shape) // len(self.layers)

    def value(self) -> Tensor:
        """Return the argument as a symbolic array of its layers."""
        if len(self.layers) == 1:
            return leaf(Input(self.layers[0], self.core), self.shape)
        rows = len(self.layers)
        result: Tensor | None = None
        for row, name in enumerate(self.layers):
            unit = placed(leaf(Constant(np.eye(rows)[row])), self.core, (0,))
            part = product(unit, placed(leaf(Input(name, self.core[1:])), self.core, (1,)))
            result = part if result is None else plus(result, part)
        assert result is not None
        return reshaped(result, self.shape) if self.core != self.shape else result

    def states(self, values: Array) -> dict[str, Array]:
        """Return the states of the layers."""
        return dict(zip(self.layers, values.reshape(len(self.layers), -1), strict=True))


@dataclass
class Read:
    """What was read of a program, with what the person is told."""

    arguments: Sequence[Argument]
    structure: Structure
    notes: dict[str, None] = field(default_factory=dict)
    assumed: dict[str, None] = field(default_factory=dict)


@dataclass(frozen=True)
class Form:
    """How a program is written: ``rows`` of an argument are layers; ``spread``: arrays over all their axes at once."""

    rows: bool
    spread: bool


FORMS = (Form(False, False), Form(True, False), Form(False, True), Form(True, True))


def read_program(
    made: Program,
    names: Sequence[str],
    shapes: Sequence[tuple[int, ...]],
    returns: str,
    *,
    decimals: bool,
    fits: Callable[[Read], object] = lambda read: None,
) -> Read:
    """Return what the program computes, in the first form that can be written and ``fits``, which raises if not.

    The layers are the arguments; where functions act on rows of one, its rows are layers, if that is an energy of few.
    """
    tall = [shape for shape in shapes if len([extent for extent in shape if extent != 1]) == 2]
    split = returns == "energy" and tall and all(max(shape[:-1]) <= MAX_LAYERS for shape in tall)
    refusals: list[str] = []
    for form in FORMS:
        if form.rows and not split:
            continue
        try:
            read = _structured(made, names, shapes, returns, form, decimals=decimals)
            fits(read)
        except CannotRead as refusal:
            raise CannotRead(f"cannot be imported: {refusal}") from None
        except (Rows, CannotWrite, SpecError) as refusal:
            refusals.append(str(refusal))
            continue
        return read
    long = next((each for each in refusals if "at most" in each or "more than" in each), None)
    if long is not None:
        advice = (
            "silu, gelu and mish write their argument twice, relu, tanh and softplus once; take fewer or smaller layers"
        )
        raise HopverifyError(f"cannot be imported: {long}: {advice}")
    raise HopverifyError(f"cannot be imported: {refusals[0]}")


def _structured(
    made: Program,
    names: Sequence[str],
    shapes: Sequence[tuple[int, ...]],
    returns: str,
    form: Form,
    *,
    decimals: bool,
) -> Read:
    given = Names()
    arguments = [_argument(given, name, shape, rows=form.rows) for name, shape in zip(names, shapes, strict=True)]
    reading = Reading(fold, simplest if decimals else as_held, by_sums=form.spread)
    values: dict[str, Any] = {name: reading.constant(array) for name, array in made.arrays.items()}
    values.update(zip(made.arguments, (argument.value() for argument in arguments), strict=True))
    results = reading.graph(made.nodes, values, made.results)
    sizes = {layer: argument.size for argument in arguments for layer in argument.layers}
    if returns == "energy":
        energy = _one_number(results)
        structure = Finder(sizes, given.of, _titles(made), form.spread).structure(energy)
    else:
        structure = Flow(sizes, given.of, _titles(made)).structure(_flows(results, arguments, returns))
    read = Read(arguments, structure)
    read.notes.update(reading.notes)
    return read


def _one_number(results: Sequence[Tensor]) -> Tensor:
    """Return the energy; raise if it is no number."""
    if len(results) != 1 or prod(results[0].shape) != 1:
        shown = ", ".join(str(each.shape) for each in results)
        advice = (
            "give an example of one state (a batch of 1), or sum; a flow, or an update, by returns='flow' or 'update'"
        )
        raise CannotRead(f"it returns {shown}, where an energy is one number: {advice}")
    return reshaped(results[0], ())


def _flows(results: Sequence[Tensor], arguments: Sequence[Argument], returns: str) -> dict[str, Tensor]:
    """Return the flow of each argument; raise if there is not one of its shape for each."""
    if [each.shape for each in results] != [argument.shape for argument in arguments]:
        shown = ", ".join(str(each.shape) for each in results)
        wanted = ", ".join(str(argument.shape) for argument in arguments)
        raise CannotRead(f"it returns {shown}, where the {returns} of its arguments has the shapes {wanted}")
    flows = dict(zip((argument.layers[0] for argument in arguments), results, strict=True))
    if returns == "update":
        states = {argument.layers[0]: argument.value() for argument in arguments}
        flows = {layer: plus(flow, scaled(states[layer], -ONE)) for layer, flow in flows.items()}
    return flows


def _argument(given: Names, name: str, shape: tuple[int, ...], *, rows: bool) -> Argument:
    core = [extent for extent in shape if extent != 1]
    if not rows or len(core) != 2:
        return Argument(name, shape, (given.of(name),))
    return Argument(name, shape, tuple(given.of(f"{name}_{row + 1}") for row in range(core[0])))


def _titles(made: Program) -> Any:
    """Return what finds the program's name of an array, as it is, turned over, or with the other sign."""
    known = {key: made.arrays[key] for key in made.titles if made.arrays[key].ndim}

    def title(values: Array) -> str | None:
        for key, own in known.items():
            if own.ndim <= 2 and any(_same(values, each) for each in (own, own.T, -own if own.dtype != bool else own)):
                return made.titles[key]
        return None

    return title


def _same(one: Array, other: Array) -> bool:
    return one.shape == other.shape and one.dtype != object and bool(np.array_equal(one, other))
