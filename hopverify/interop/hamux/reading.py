"""From a HAM to its parts: what each Lagrangian is, and of which synapses and biases the connections consist."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from hopverify.errors import HopverifyError
from hopverify.expr.differentiate import gradient
from hopverify.interop.hamux import tracing
from hopverify.interop.names import Names
from hopverify.interop.tracing.convolutions import convolved, orders_of
from hopverify.interop.tracing.differing import difference
from hopverify.interop.tracing.energies import Interaction, Sorting
from hopverify.interop.tracing.jaxprs import Reading, read
from hopverify.interop.tracing.literals import as_held, simplest
from hopverify.interop.tracing.recognition import Found, activation_of, lagrangian_of, potential_of
from hopverify.interop.tracing.rewriting import same
from hopverify.interop.tracing.tensors import leaf
from hopverify.interop.tracing.terms import CannotWrite, Input, Tensor
from hopverify.interop.tracing.values import CannotRead

Result = TypeVar("Result")


@dataclass(frozen=True)
class Port:
    """A layer as a spec has it: its name there, HAMUX's shape, and what its Lagrangian is."""

    name: str
    shape: tuple[int, ...]
    found: Found

    @property
    def size(self) -> int:
        """The number of neurons."""
        return prod(self.shape)

    @property
    def single(self) -> bool:
        """Whether it is one neuron, which a program takes for a number."""
        return self.size == 1


@dataclass
class Read:
    """What was read of a HAM. ``orders`` and ``shapes``: of layers that stand with their channels first.

    ``assumed``: what is taken for granted of the program, which the spec has to say.
    """

    ports: dict[str, Port] = field(default_factory=dict)
    interactions: list[tuple[str, Interaction]] = field(default_factory=list)
    orders: dict[str, NDArray[np.int64]] = field(default_factory=dict)
    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    assumed: dict[str, None] = field(default_factory=dict)
    names: Names = field(default_factory=Names)
    literal: Callable[[Any], Fraction] = as_held


def read_ham(ham: Any, *, decimals: bool = False) -> Read:
    """Return the parts of a HAM, or raise with the name of the layer or synapse that cannot be read."""
    done = Read(literal=simplest) if decimals else Read()
    for key, layer in ham.neurons.items():
        done.ports[key] = _port(done, key, layer)
    connections = [_connection(done, ham, connection) for connection in ham.connections]
    _choose_orders(done, [connection.energy for connection in connections])
    try:
        done.interactions = [_sorted(done, connection) for connection in connections]
    except CannotWrite:
        if not done.orders:
            raise
        # A layer with channels first may be more than another synapse can be written for; then matrices serve.
        done.orders.clear()
        done.shapes.clear()
        done.interactions = [_sorted(done, connection) for connection in connections]
    return done


def _port(done: Read, key: str, layer: Any) -> Port:
    shape = (layer.shape,) if isinstance(layer.shape, int) else tuple(int(extent) for extent in layer.shape)
    subject = f"layer {key!r}"
    if not prod(shape):
        raise HopverifyError(f"{subject} has no neurons: its shape is {shape}")
    closed = tracing.program(subject, layer.lagrangian, [shape])
    value, reading = _value(done, subject, closed, [_leaf("x", shape)])
    found = _said(subject, lambda: lagrangian_of(value, shape))
    if found.expression is not None and "expression" in found.lagrangian and done.literal is as_held:
        _note_decimals(done, subject, closed, shape)
    if reading.rules:
        _check_rules(done, subject, layer, shape, value, list(reading.rules))
    return Port(done.names.of(str(key)), shape, found)


def _note_decimals(done: Read, subject: str, closed: Any, shape: tuple[int, ...]) -> None:
    """Say if a Lagrangian is one of the catalogue but for the rounding of a number in the program's text."""
    reading = Reading(tracing.fold, tracing.place, literal=simplest)
    stated = _said(subject, lambda: lagrangian_of(read(closed, [_leaf("x", shape)], reading), shape)).lagrangian
    if isinstance(stated, str) or "expression" not in stated:
        name = stated if isinstance(stated, str) else next(iter(stated))
        done.notes[f"{subject}: but for the rounding of a number it is {name}; decimals=yes reads it so"] = None


def _leaf(name: str, shape: tuple[int, ...]) -> Tensor:
    return leaf(Input(name, tuple(extent for extent in shape if extent != 1)), shape)


def _said(subject: str, work: Callable[[], Result]) -> Result:
    """Return the result of some work; what cannot be read or written is told with its subject."""
    try:
        return work()
    except (CannotRead, CannotWrite) as error:
        raise type(error)(f"{subject} cannot be imported: {error}") from error


def _value(done: Read, subject: str, closed: Any, arguments: Sequence[Tensor]) -> tuple[Tensor, Reading]:
    """Return what a program computes, which must be one number."""
    shape = tuple(closed.jaxpr.outvars[0].aval.shape)
    if shape:
        given = f"its function returns an array of shape {shape}, where one number is meant"
        raise HopverifyError(f"{subject}: {given}; HAMUX cannot differentiate it either")
    reading = Reading(tracing.fold, tracing.place, literal=done.literal)
    value = _said(subject, lambda: read(closed, arguments, reading))
    done.notes.update(dict.fromkeys(f"{subject}: {note}" for note in reading.notes))
    return value, reading


def _check_rules(
    done: Read, subject: str, layer: Any, shape: tuple[int, ...], value: Tensor, rules: Sequence[str]
) -> None:
    """Compare a Lagrangian's own rules of differentiation, which make HAMUX's activations, with its gradient.

    What the rules compute is read. Where the functions are elementwise it is proved to be the gradient, or refused
    where the two differ at a number of some size, or beside a kink. Else the comparison in floating point, with which
    every import ends, is all there is: that they agree is taken for granted, and the spec says so.
    """
    try:
        closed = tracing.gradient_program(subject, layer.lagrangian, shape)
        reading = Reading(tracing.fold, tracing.place, literal=done.literal)
        stated = activation_of(read(closed, [_leaf("x", shape)], reading))
        potential = potential_of(value, shape)
    except (CannotRead, CannotWrite):
        stated = potential = None
    if stated is None or potential is None:
        _take_for_granted(done, subject, rules)
        return
    derivative = gradient(potential, "x", {"x": 0})
    if same(stated, derivative):
        done.notes[f"{subject}: the derivative rule of {', '.join(rules)} is its derivative: proved"] = None
        return
    found = difference(stated, derivative)
    if found is not None:
        x, rule, true = found
        said = f"the derivative rule of {', '.join(rules)} is not its derivative: at x = {x:g} it gives {rule:g}"
        raise HopverifyError(f"{subject}: {said}, where the derivative is {true:g}")
    _take_for_granted(done, subject, rules)


def _take_for_granted(done: Read, subject: str, rules: Sequence[str]) -> None:
    said = f"{subject}: the derivative rule of {', '.join(rules)}"
    done.notes[f"{said} was compared with its derivative at states of all sizes, not proved to be it"] = None
    done.assumed[f"{said} is its derivative"] = None


@dataclass(frozen=True)
class Connection:
    """A connection: its name in the spec, the layers in the order of the synapse's arguments, and its energy."""

    name: str
    layers: tuple[str, ...]
    energy: Tensor


def _connection(done: Read, ham: Any, connection: Any) -> Connection:
    """Return the energy of a connection, under a name of its own."""
    keys, synapse = connection
    keys = (keys,) if isinstance(keys, str) else tuple(keys)
    missing = [f"layer {key!r}" for key in keys if key not in done.ports]
    missing += [f"synapse {synapse!r}"] if synapse not in ham.hypersynapses else []
    if missing:
        raise HopverifyError(f"the connection of {', '.join(map(repr, keys))}: there is no {missing[0]}")
    ports = [done.ports[key] for key in keys]
    subject, function = f"synapse {synapse!r}", ham.hypersynapses[synapse]
    closed = tracing.program(subject, function, [port.shape for port in ports])
    energy, reading = _value(done, subject, closed, [_leaf(port.name, port.shape) for port in ports])
    if reading.rules:
        _take_for_granted(done, subject, list(reading.rules))
    return Connection(done.names.of(str(synapse)), tuple(port.name for port in ports), energy)


def _choose_orders(done: Read, energies: Sequence[Tensor]) -> None:
    """Put the channels of convolved layers first, where no two convolutions disagree."""
    for term in (term for energy in energies for term in energy.terms):
        found = convolved(term)
        wanted = orders_of(found) if found is not None else {}
        if all(np.array_equal(done.orders.get(name, order), order) for name, (_, order) in wanted.items()):
            done.orders.update({name: order for name, (_, order) in wanted.items()})
            done.shapes.update({name: shape for name, (shape, _) in wanted.items()})


def _sorted(done: Read, connection: Connection) -> tuple[str, Interaction]:
    single = frozenset(port.name for port in done.ports.values() if port.single)
    sorting = Sorting(connection.name, done.orders, single, connection.layers, done.names.of)
    return connection.name, _said(f"synapse {connection.name!r}", lambda: sorting.sorted(connection.energy))
