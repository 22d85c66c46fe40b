"""An energy, a flow or one update in PyTorch, as a spec: ``verify(energy_spec(module, torch.zeros(64)))``.

An energy E becomes the gradient flow ẋ = -∇E of its arguments: layers of identity neurons whose leak is what E has of
½ρx². Its graph is read (:mod:`hopverify.interop.tracing.graphs`), taken apart into what more is proved of than of an
expression (:mod:`hopverify.interop.tracing.structure`), and compared with the module before it is returned.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.errors import HopverifyError
from hopverify.interop.entries import array_entry, bias_entry, synapse_entry
from hopverify.interop.imported import Imported, spec_text, stem_of
from hopverify.interop.names import Names
from hopverify.interop.torch.comparison import Original, compare
from hopverify.interop.torch.programs import Program, copied, fold, own_rules, program, quiet
from hopverify.interop.torch.tensors import torch_itself
from hopverify.interop.tracing.graphs import Reading
from hopverify.interop.tracing.literals import as_held, simplest
from hopverify.interop.tracing.rows import Rows
from hopverify.interop.tracing.structure import Finder, Structure
from hopverify.interop.tracing.tensors import leaf, placed, plus, product, reshaped
from hopverify.interop.tracing.terms import CannotWrite, Constant, Input, Tensor
from hopverify.interop.tracing.values import CannotRead
from hopverify.reporting.plain import plain

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
class Wanted:
    """What the person said of the spec."""

    name: str
    decimals: bool
    checks: Sequence[Any] | str | None
    expect: Mapping[str, str] | None


@dataclass
class Read:
    """What was read of a program, with what the person is told."""

    arguments: Sequence[Argument]
    structure: Structure
    notes: dict[str, None] = field(default_factory=dict)
    assumed: dict[str, None] = field(default_factory=dict)


def energy_spec(
    function: Any,
    example: Any,
    *,
    name: str | None = None,
    returns: str | None = None,
    decimals: bool = False,
    checks: Sequence[Any] | str | None = None,
    expect: Mapping[str, str] | None = None,
) -> Imported:
    """Return an ``nn.Module``, or a function of tensors, that returns an energy as a spec with its arrays.

    ``example`` is an argument, or a tuple of them; only shapes and the type of floats matter. ``returns`` says what is
    returned: ``energy``, one number, is the default. With ``decimals`` numbers in the program's text are the short
    decimals that round to them. ``checks`` and ``expect`` are the spec's own.
    """
    examples = _examples(example)
    bare = copied(function)
    kind = returns or "energy"
    if kind not in RETURNS:
        raise HopverifyError(f"returns is one of {', '.join(RETURNS)}, got {returns!r}")
    made = program(bare, examples)
    shapes = [tuple(each.shape) for each in examples]
    read = _read(made, _names_of(bare, len(examples)), shapes, decimals=decimals)
    if made.stopped or kind == "energy":
        _take_for_granted(read, made, bare, examples)
    title = name or str(getattr(function, "__name__", type(function).__name__))
    wanted = Wanted(title, decimals, checks, expect)
    dtype = str(examples[0].dtype).removeprefix("torch.")
    original = Original(bare, shapes, dtype, kind)

    def split(states: Sequence[Array]) -> dict[str, Array]:
        pairs = zip(read.arguments, states, strict=True)
        return {layer: state for argument, values in pairs for layer, state in argument.states(values).items()}

    found = compare(_document(read, wanted), original, split, read.structure.constant)
    read.notes[found.told()] = None
    return _document(read, wanted)


RETURNS = ("energy",)
DECIMALS = "numbers in the text of the program are the simplest ones that round to them; arrays are what they are"
EXACT = "numbers are those that the program computes with, exactly"


def _examples(example: Any) -> list[Any]:
    """Return the arguments of the example: floats on the processor."""
    torch = torch_itself()
    given = list(example) if isinstance(example, list | tuple) else [example]
    for each in given:
        if not isinstance(each, torch.Tensor):
            raise HopverifyError(f"the example is a tensor, or a tuple of them, got {type(each).__name__}")
        if each.dtype not in (torch.float32, torch.float64):
            raise HopverifyError(f"a state is float32 or float64, got {str(each.dtype).removeprefix('torch.')}")
        if not each.numel():
            raise HopverifyError(f"a state has neurons; the example has the shape {tuple(each.shape)}")
    if len({each.dtype for each in given}) > 1:
        raise HopverifyError("the arguments of the example are of one type, float32 or float64")
    return [torch.zeros(each.shape, dtype=each.dtype) for each in given]


def _names_of(function: Any, count: int) -> list[str]:
    """Return what the program calls its arguments."""
    called = getattr(function, "forward", function)
    try:
        parameters = list(inspect.signature(called).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    own = [each.name for each in parameters if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]
    return own[:count] if len(own) >= count else [f"x{index + 1}" if count > 1 else "x" for index in range(count)]


def _read(made: Program, names: Sequence[str], shapes: Sequence[tuple[int, ...]], *, decimals: bool) -> Read:
    """Return what the program computes; where functions act on rows of an argument, its rows are layers."""
    try:
        return _structured(made, names, shapes, rows=False, decimals=decimals)
    except (Rows, CannotWrite) as whole:
        tall = [shape for shape in shapes if len([extent for extent in shape if extent != 1]) == 2]
        if not tall or any(max(shape[:-1]) > MAX_LAYERS for shape in tall):
            raise HopverifyError(f"cannot be imported: {whole}") from whole
    except CannotRead as refusal:
        raise CannotRead(f"cannot be imported: {refusal}") from None
    try:
        return _structured(made, names, shapes, rows=True, decimals=decimals)
    except (Rows, CannotRead, CannotWrite) as refusal:
        raise CannotRead(f"cannot be imported, not with a layer for each row either: {refusal}") from refusal


def _structured(
    made: Program, names: Sequence[str], shapes: Sequence[tuple[int, ...]], *, rows: bool, decimals: bool
) -> Read:
    given = Names()
    arguments = [_argument(given, name, shape, rows=rows) for name, shape in zip(names, shapes, strict=True)]
    reading = Reading(fold, simplest if decimals else as_held)
    values: dict[str, Any] = {name: reading.constant(array) for name, array in made.arrays.items()}
    values.update(zip(made.arguments, (argument.value() for argument in arguments), strict=True))
    results = reading.graph(made.nodes, values, made.results)
    if len(results) != 1 or prod(results[0].shape) != 1:
        shown = ", ".join(str(each.shape) for each in results)
        raise CannotRead(
            f"it returns {shown}, where an energy is one number: give an example of one state (a batch of 1), or sum"
        )
    finder = Finder(
        {layer: argument.size for argument in arguments for layer in argument.layers}, given.of, _titles(made)
    )
    read = Read(arguments, finder.structure(reshaped(results[0], ())))
    read.notes.update(reading.notes)
    return read


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


def _take_for_granted(read: Read, made: Program, function: Any, examples: Sequence[Any]) -> None:
    """Note whose gradients are another's than those of the function that is read: they are compared, not proved."""
    with quiet():
        result = function(*[each.clone().requires_grad_() for each in examples])
    parts = result if isinstance(result, list | tuple) else [result]
    for rule in dict.fromkeys(rule for part in parts for rule in own_rules(part)):
        read.assumed[f"the derivative rule of {rule} is its derivative"] = None
    if made.stopped:
        read.assumed["where the program stops gradients (detach, no_grad), those of the energy are the same"] = None


def _document(read: Read, wanted: Wanted) -> Imported:
    """Return the spec of what was read."""
    name = plain(wanted.name).strip() or "energy"
    stem, files = stem_of(name), dict[str, bytes]()
    structure = read.structure
    layers: dict[str, Any] = {}
    for argument in read.arguments:
        for layer in argument.layers:
            layers[layer] = _layer(layer, argument.size, structure, stem, files)
    for hidden in structure.hidden:
        entry: dict[str, Any] = {"size": hidden.size, "lagrangian": hidden.lagrangian, "tau": 0}
        if hidden.bias is not None:
            entry["bias"] = bias_entry(hidden.bias, f"{stem}-{hidden.name}-bias.npy", files)
        layers[hidden.name] = entry
    synapses, arrays = {}, dict[str, Any]()
    for key, part in structure.synapses.items():
        synapses[key] = synapse_entry(part, f"{stem}-{key}.npy", files)
        arrays.update({each: array_entry(v, f"{stem}-{each}.npy", files) for each, v in part.named.items()})
    notes = [DECIMALS if wanted.decimals else EXACT, *read.notes]
    notes += [f"{argument.name}: each row is a layer" for argument in read.arguments if len(argument.layers) > 1]
    if structure.constant:
        notes.append(f"the constant {structure.constant:.9g} of the energy is left out")
    granted = (
        f" Taken for granted, as it is compared and not proved: {'; '.join(read.assumed)}." if read.assumed else ""
    )
    text = spec_text(
        name=name,
        description=plain(f"Imported from PyTorch: the flow is minus the gradient of the energy.{granted}"),
        references=[],
        sections={"layers": layers, "synapses": synapses, "arrays": arrays},
        checks="all" if wanted.checks is None else wanted.checks,
        expect=wanted.expect,
        comment="\n".join(plain(note) for note in notes),
    )
    return Imported(stem, text, files, tuple(notes))


def _layer(layer: str, size: int, structure: Structure, stem: str, files: dict[str, bytes]) -> dict[str, Any]:
    """Return the entry of a layer whose activation is its state."""
    leak = structure.leaks.get(layer)
    entry: dict[str, Any] = {"size": size, "lagrangian": "identity"}
    entry["leak"] = False if leak is None else bias_entry(leak, f"{stem}-{layer}-leak.npy", files)
    if layer in structure.biases:
        entry["bias"] = bias_entry(structure.biases[layer], f"{stem}-{layer}-bias.npy", files)
    return entry
