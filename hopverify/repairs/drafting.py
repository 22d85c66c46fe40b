"""From the parts of a new model to the text of its spec: layers, synapses, memories, and what is asked of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from hopverify.networks import Layer
from hopverify.repairs.signs import SMOOTHED
from hopverify.repairs.subject import Subject
from hopverify.repairs.writing import array, flow, literal, per_neuron, section
from hopverify.spec import ExactArray, FunctionSpec, MemorySpec


@dataclass(frozen=True)
class Draft:
    """A spec to be written; ``comment`` stands above it; ``expect`` has the checks that are to fail."""

    name: str
    comment: str
    description: str
    layers: Mapping[str, Mapping[str, Any]]
    synapses: Mapping[str, Mapping[str, Any]]
    checks: Sequence[str]
    expect: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Altered:
    """The parts of an altered system T ẏ = Bγ + a - λy, ρx + c∘γ = Ay + b (see :mod:`hopverify.networks.altered`).

    A is (n, m), B (m, n), the metric P (m, m), the residual N (m, k); a and τ have one entry for each neuron of y, b, ρ
    and c one for each fast neuron. ``made`` says how A, B and P come from the original. The layers in ``smoothed`` have
    the sign, filled in at 0, as their g; the spec that is written has hard tanh neurons of leak c > 0 instead, which
    have the same γ (see :mod:`hopverify.repairs.signs`).
    """

    made: str
    slow: str
    tau: Sequence[Fraction]
    rate: Fraction
    a: Sequence[Fraction]
    fast: tuple[Layer, ...]
    b: Sequence[Fraction]
    leak: Sequence[Fraction]
    inhibition: Sequence[Fraction]
    A: ExactArray
    B: ExactArray
    metric: ExactArray
    residual: ExactArray | None = None
    potential: str | None = None
    smoothed: frozenset[str] = frozenset()

    @property
    def width(self) -> int:
        """m, the number of slow neurons."""
        return self.A.shape[1]


def written(draft: Draft, subject: Subject, files: dict[str, bytes]) -> str:
    """Return the text of a spec; large arrays of memories are added to ``files``."""
    spec = subject.spec
    head = [f"# {line}" for line in draft.comment.splitlines()]
    lines = [*head, "hopverify: 1", f"name: {flow(draft.name)}", f"description: {flow(draft.description)}"]
    if spec.references:
        lines.append(f"references: {flow(spec.references)}")
    lines.append(f"original: {flow(subject.original)}")
    kept = [memory for memory in spec.memories.values() if memory.layer in draft.layers]
    sections = [section("layers", draft.layers), section("synapses", draft.synapses)]
    if kept:
        sections.append(section("memories", {memory.name: _memory(memory, subject, files) for memory in kept}))
    asked = [f"checks: {flow(draft.checks)}", *([f"expect: {flow(draft.expect)}"] if draft.expect else [])]
    return "\n".join(lines) + "\n" + "".join(sections) + "\n".join(asked) + "\n"


def _memory(memory: MemorySpec, subject: Subject, files: dict[str, bytes]) -> dict[str, Any]:
    patterns = array(memory.patterns, f"{subject.file}-{memory.name}.npy", files)
    entry: dict[str, Any] = {"layer": memory.layer, "patterns": patterns}
    if memory.labels is not None:
        entry["labels"] = list(memory.labels)
    if memory.shape is not None:
        entry["shape"] = list(memory.shape)
    return entry


def layer_entry(
    subject: Subject, layer: Layer, *, b: Iterable[Fraction], tau: Iterable[Fraction], leak: Iterable[Fraction]
) -> dict[str, Any]:
    """Return a layer of the original with other numbers; what is the default is left out."""
    entry: dict[str, Any] = {"size": layer.size}
    if layer.shape is not None:
        entry["shape"] = list(layer.shape)
    entry["lagrangian"] = _function(subject.spec.layers[layer.name].function)
    return entry | _numbers(b, tau, leak)


def _numbers(b: Iterable[Fraction], tau: Iterable[Fraction], leak: Iterable[Fraction]) -> dict[str, Any]:
    numbers = {"bias": per_neuron(b), "tau": per_neuron(tau), "leak": per_neuron(leak)}
    plain = {"bias": 0, "leak": 1}
    return {key: value for key, value in numbers.items() if key not in plain or value != plain[key]}


def _function(function: FunctionSpec) -> Any:
    if function.name is None:
        scope = {} if function.scope == "auto" else {"of": function.scope}
        return {"expression": function.expression, **scope}
    return {function.name: dict(function.parameters)} if function.parameters else function.name


def altered_layers(subject: Subject, parts: Altered) -> dict[str, dict[str, Any]]:
    """Return the layers of an altered system: y, and the fast ones."""
    numbers = _numbers(parts.a, parts.tau, [parts.rate])
    layers: dict[str, dict[str, Any]] = {parts.slow: {"size": parts.width, "lagrangian": "identity", **numbers}}
    for layer, (start, stop) in cuts_of(parts.fast):
        b, smoothed = parts.b[start:stop], layer.name in parts.smoothed
        leak = (parts.inhibition if smoothed else parts.leak)[start:stop]
        entry = layer_entry(subject, layer, b=b, tau=[Fraction(0)], leak=leak)
        layers[layer.name] = entry | {"lagrangian": SMOOTHED} if smoothed else entry
    return layers


def altered_synapses(subject: Subject, parts: Altered, name: str, files: dict[str, bytes]) -> dict[str, dict[str, Any]]:
    """Return the synapses of an altered system; an array that another one is, is tied to it."""
    stem = f"{subject.file}-{name}"
    both: dict[str, Any] = {
        "kind": "feedforward_feedback",
        "layers": [parts.slow, *(layer.name for layer in parts.fast)],
        "forward": array(parts.A, f"{stem}-forward.npy", files),
    }
    written = {"forward": parts.A}
    for key, value in (("feedback", parts.B), ("metric", parts.metric), ("residual", parts.residual)):
        if value is None or (key == "feedback" and is_identity(value)):
            continue
        same = _tied(value, written)
        both[key] = same if same is not None else array(value, f"{stem}-{key}.npy", files)
        written[key] = value
    if parts.potential is not None:
        both["potential"] = parts.potential
    synapses = {"forth_and_back": both}
    for layer, (start, stop) in cuts_of(parts.fast):
        c = parts.inhibition[start:stop]
        if any(c) and layer.name not in parts.smoothed:
            ends = [layer.name, layer.name]
            synapses[f"inhibition_{layer.name}"] = {
                "kind": "diagonal",
                "layers": ends,
                "weights": [-rate for rate in c],
            }
    return synapses


def _tied(value: ExactArray, written: Mapping[str, ExactArray]) -> dict[str, Any] | None:
    if max(value.shape) <= 4:
        return None
    for key, other in written.items():
        if other == value:
            return {"same_as": f"forth_and_back.{key}"}
        if other.transpose() == value:
            return {"same_as": f"forth_and_back.{key}", "transpose": True}
    return None


def is_identity(value: ExactArray) -> bool:
    """Whether a matrix is the identity."""
    rows, columns = value.shape
    return rows == columns and value == ExactArray.of([[int(i == j) for j in range(rows)] for i in range(rows)])


def cuts_of(layers: Sequence[Layer]) -> list[tuple[Layer, tuple[int, int]]]:
    """Return each layer with the first and the last but one of its neurons' numbers."""
    found, start = [], 0
    for layer in layers:
        found.append((layer, (start, start + layer.size)))
        start += layer.size
    return found


def free_name(subject: Subject, wanted: str = "y") -> str:
    """Return a name for the slow layer that no layer of the original has."""
    name = wanted
    while name in subject.model.layers:
        name += "_slow"
    return name


def listed(values: Iterable[Fraction]) -> str:
    """Return numbers for a sentence: one number where all agree."""
    numbers = per_neuron(values)
    return f"({', '.join(map(literal, numbers))})" if isinstance(numbers, list) else literal(numbers)
