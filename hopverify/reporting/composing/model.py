"""Which network was verified: layers and synapses in words, numbers, the text of the spec, and the equations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction

from hopverify.derivation import between
from hopverify.reporting.composing.equations import arrays, equations, without_equations
from hopverify.reporting.composing.pictures import pictures_of
from hopverify.reporting.counting import counted, listed
from hopverify.reporting.document import Block, Code, Facts, Folded, Heading, Mono, Note, Paragraph, Words
from hopverify.reporting.material import Material
from hopverify.reporting.remarks import remarks
from hopverify.spec import FunctionSpec, LayerSpec, ModelSpec

TITLE = "The network"
# Of a longer spec the first lines are shown, and of longer lines the beginning.
LINES, CHARACTERS = 300, 400
# Of so many layers the first line tells each.
LAYERS = 4
UNKNOWN = (
    "The spec was not found, so this report shows no weights, no biases and no equations. The digest of the spec is "
    "all that identifies the network."
)


def model_blocks(material: Material) -> Iterator[Block]:
    """Yield what defines the model, and what follows from it by calculation."""
    yield Heading(TITLE)
    spec = material.spec
    if spec is None:
        yield Note((UNKNOWN,))
        return
    yield Facts(tuple(_facts(spec)))
    for remark in remarks(spec):
        yield Paragraph((f"{remark[0].upper()}{remark[1:]}.",))
    yield from arrays(material.arrays)
    yield from pictures_of(material, None, of_model=True)
    yield Folded(f"The spec as it was read: {spec.file}", (Code(shortened(spec.source.document.text)),))
    if material.derivation is None:
        yield from without_equations(material.without)
    else:
        yield from equations(material.derivation, material.written_out)


def in_one_line(spec: ModelSpec) -> str:
    """Return how many neurons of what kind the network has, and what joins them."""
    layers = [
        f"{counted(each.size, 'neuron')} in layer {each.name} ({each.function.name or 'its own expression'})"
        for each in spec.layers.values()
    ]
    layers += [f"{counted(each.size, 'spin')} in layer {name}" for name, each in spec.spins.items()]
    shown = layers if len(layers) <= LAYERS else [*layers[: LAYERS - 1], f"{len(layers) - LAYERS + 1} more layers"]
    kinds = Counter(synapse.kind for synapse in spec.synapses.values())
    synapses = [counted(count, f"{kind} synapse") for kind, count in kinds.items()]
    return f"{listed(shown)}, joined by {listed(synapses)}." if synapses else f"{listed(shown)}."


def _facts(spec: ModelSpec) -> Iterator[tuple[str, Words]]:
    for layer in spec.layers.values():
        yield f"layer {layer.name}", (f"{counted(layer.size, 'neuron')}, ", *_function(layer.function), _times(layer))
    for name, spins in spec.spins.items():
        yield f"spins {name}", (counted(spins.size, "neuron"),)
    for synapse in spec.synapses.values():
        yield f"synapse {synapse.name}", (f"{synapse.kind}, {between(synapse.layers)}",)
    for memory in spec.memories.values():
        count = memory.patterns.shape[0]
        yield f"memory {memory.name}", (f"{counted(count, 'pattern')} of layer {memory.layer}",)
    if spec.energy is not None:
        yield "energy", ("claimed by the spec: ", Mono(spec.energy))


def _function(function: FunctionSpec) -> Words:
    """Return the Lagrangian or activation, with its parameters or as the expression that it is."""
    role = "Lagrangian" if function.role == "lagrangian" else function.role
    if function.name is None:
        texts = function.expressions or (function.expression or "",)
        return (f"{role} ", Mono("; ".join(texts)))
    numbers = {name: value for name, value in function.parameters.items() if isinstance(value, Fraction | int | str)}
    given = ", ".join(f"{name} = {value}" for name, value in numbers.items())
    return (f"{role} {function.name}" + (f" ({given})" if given else ""),)


def _times(layer: LayerSpec) -> str:
    if set(layer.tau) == {0}:
        return "; instantaneous (τ = 0)"
    return f"; {_shared('τ =', 'τ', layer.tau)}, {_shared('leak', 'leak', layer.leak)}"


def _shared(equal: str, name: str, numbers: Sequence[Fraction]) -> str:
    return f"{equal} {numbers[0]}" if len(set(numbers)) == 1 else f"{name} of each neuron below"


def shortened(text: str) -> str:
    """Return the first lines of a spec, and of long ones the beginning, with what is left out counted."""
    lines = text.rstrip().splitlines()
    shown = [line if len(line) <= CHARACTERS else f"{line[:CHARACTERS]} … {len(line):,} characters" for line in lines]
    left = len(lines) - LINES
    return "\n".join(shown[:LINES]) + (f"\n… {left:,} more lines" if left > 0 else "")
