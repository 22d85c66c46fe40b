"""Remarks about a spec: what is as it was written, and may not be what was meant. They change no verdict."""

from __future__ import annotations

from hopverify.reporting.counting import listed
from hopverify.spec import ModelSpec


def remarks(spec: ModelSpec) -> tuple[str, ...]:
    """Return that weights between two layers are sums, where several dense synapses join the same ones."""
    joined: dict[frozenset[str], list[str]] = {}
    for synapse in spec.synapses.values():
        if synapse.kind == "dense":
            joined.setdefault(frozenset(synapse.layers), []).append(synapse.name)
    return tuple(_added_up(names, sorted(layers)) for layers, names in joined.items() if len(names) > 1)


def _added_up(names: list[str], layers: list[str]) -> str:
    if len(layers) == 1:
        return f"synapses {listed(names)} join layer {layers[0]} with itself: their weights add up"
    return (
        f"synapses {listed(names)} join layers {listed(layers)}: their weights add up, since a dense synapse drives "
        "both of its layers; feedforward_feedback has a matrix for each direction"
    )
