"""Layers that stand for several alike, such as the tokens of a transformer: ``copies: 3`` of x are x_1, x_2 and x_3.

Whoever names x in a synapse means all of its copies in order; x_2 alone can be named too. A spec is read as if every
copy had been written down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from hopverify.spec.model_spec import LayerSpec
from hopverify.spec.schema import DocumentModel, LayerModel


@dataclass(frozen=True)
class Named:
    """What a name of a layer stands for: a layer of the text, and the layers that are meant."""

    layer: LayerModel
    layers: tuple[str, ...]


def named_layers(layers: Mapping[str, LayerModel]) -> dict[str, Named]:
    """Return what each name stands for: the layers as they are written, and each copy by itself."""
    written = {name: Named(layer, names_of(name, layer)) for name, layer in layers.items()}
    single = {copy: Named(named.layer, (copy,)) for named in written.values() for copy in named.layers}
    return single | written


def names_of(name: str, layer: LayerModel) -> tuple[str, ...]:
    """Return the names of the layers that one entry of ``layers`` describes."""
    if layer.copies is None:
        return (name,)
    return tuple(f"{name}_{number}" for number in range(1, layer.copies + 1))


def clashes(model: DocumentModel) -> Iterator[tuple[str, str]]:
    """Yield copies called like another layer, and memories of several layers at once: (path, what is wrong)."""
    taken = dict.fromkeys(model.layers, 1)
    for name, layer in model.layers.items():
        if layer.copies is None:
            continue
        for copy in names_of(name, layer):
            if taken.setdefault(copy, 0):
                yield f"layers.{name}.copies", f"a copy would be called {copy}, as another layer is: rename one of them"
            taken[copy] += 1
    for name, memory in model.memories.items():
        if memory.layer in model.layers and model.layers[memory.layer].copies is not None:
            said = f"{memory.layer!r} has copies; name one of them, such as {memory.layer}_1"
            yield f"memories.{name}.layer", said


def expanded(layers: Mapping[str, LayerSpec], written: Mapping[str, LayerModel]) -> dict[str, LayerSpec]:
    """Return every copy as a layer of its own."""
    return {copy: replace(layer, name=copy) for name, layer in layers.items() for copy in names_of(name, written[name])}
