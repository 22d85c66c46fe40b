"""The frozen values that a spec is read into. They hold what is written, exactly, and no mathematics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

from hopverify.errors import Problem, SpecError
from hopverify.spec.arrays import Arrays
from hopverify.spec.exact_array import ExactArray
from hopverify.spec.spins import SpinLayerSpec, UpdateSpec
from hopverify.verdict import Verdict


@dataclass(frozen=True)
class FunctionSpec:
    """A layer's Lagrangian or bare activation: a name with parameters, or an expression.

    ``expression`` is elementwise in ``x`` or of the whole layer, as ``scope`` says; ``expressions`` holds one text for
    each neuron (activations only). Exactly one of ``name``, ``expression`` and ``expressions`` is given.
    """

    role: Literal["lagrangian", "activation"]
    name: str | None
    parameters: Mapping[str, Any]
    expression: str | None
    scope: Literal["auto", "neuron", "layer"]
    path: str
    expressions: tuple[str, ...] | None = None

    @property
    def parameters_path(self) -> str:
        """Where the parameters of a named function stand, for :func:`~hopverify.spec.fields.read_fields`."""
        return f"{self.path}.{self.name}"


@dataclass(frozen=True)
class LayerSpec:
    """A layer of ``size`` neurons. ``tau`` and ``leak`` have one entry, or one for each neuron.

    A single ``tau`` of 0 is an instantaneous layer.
    """

    name: str
    size: int
    shape: tuple[int, ...] | None
    function: FunctionSpec
    bias: ExactArray
    tau: tuple[Fraction, ...]
    leak: tuple[Fraction, ...]
    bias_in_energy: bool
    path: str


@dataclass(frozen=True)
class SynapseSpec:
    """A synapse between layers; ``values`` are the keys that its kind declares, not yet read."""

    name: str
    kind: str
    layers: tuple[str, ...]
    values: Mapping[str, Any]
    path: str


@dataclass(frozen=True)
class MemorySpec:
    """Stored patterns of a layer, one in a row."""

    name: str
    layer: str
    patterns: ExactArray
    labels: tuple[str, ...] | None
    shape: tuple[int, ...] | None
    path: str


@dataclass(frozen=True)
class CheckRequest:
    """A check that the spec asks for, with the parameters it gives."""

    name: str
    parameters: Mapping[str, Any]
    path: str


@dataclass(frozen=True)
class ModelSpec:
    """One spec as read. ``checks`` of None means all that apply.

    ``digest`` identifies the meaning of the text: it does not change with comments, the order of keys (but for that of
    the layers), or the format.
    ``array_digests`` holds the digest of each array that lies in a file, by the path at which the spec names it.
    ``original`` is the spec that this one repairs, if it names one; its digest counts in this one's.
    A spec has ``layers``, or ``spins`` with an ``update``.

    >>> from hopverify import parse_spec
    >>> spec = parse_spec("{hopverify: 1, name: tiny, layers: {x: {size: 2, lagrangian: relu}}}")
    >>> spec.name, spec.layers["x"].size, spec.checks
    ('tiny', 2, None)
    """

    version: int
    name: str
    description: str
    references: tuple[str, ...]
    layers: Mapping[str, LayerSpec]
    synapses: Mapping[str, SynapseSpec]
    memories: Mapping[str, MemorySpec]
    arrays: Mapping[str, ExactArray]
    energy: str | None
    checks: tuple[CheckRequest, ...] | None
    expect: Mapping[str, Verdict]
    digest: str
    array_digests: Mapping[str, str]
    original: ModelSpec | None
    spins: Mapping[str, SpinLayerSpec]
    update: UpdateSpec | None
    file: str
    source: Arrays = field(repr=False, compare=False)

    def __hash__(self) -> int:
        return hash(self.digest)

    def array(self, raw: Any, path: str) -> ExactArray:
        """Return the array that the field at the path describes: inline, in a file, or tied to another.

        ``raw`` is the field's neutral value; see :mod:`hopverify.spec.arrays` for the forms.
        """
        return self.source.resolve(raw, path)

    def error(self, path: str, message: str, *, offset: int = 0) -> SpecError:
        """Return an error that points at the path, or at its nearest ancestor in the text.

        ``offset`` moves along an expression: it counts into the scalar's text; add 1 when that is quoted.
        """
        return SpecError(self.problem(path, message, offset=offset))

    def problem(self, path: str, message: str, *, offset: int = 0, at_key: bool = False) -> Problem:
        """Return one problem at the path, to be raised together with others; ``at_key`` points at the key."""
        return self.source.document.problem(path, message, offset=offset, at_key=at_key)

    def is_quoted(self, path: str) -> bool:
        """Whether the text at the path stands in quotes."""
        return self.source.document.style(path) in {"'", '"'}
