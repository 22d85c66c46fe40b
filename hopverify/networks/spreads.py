"""Where a spec may state how far numbers may lie from the given ones: where a claim is about all that they may be."""

from __future__ import annotations

from collections.abc import Mapping

from hopverify.spec import ONLY_EXACT, ModelSpec
from hopverify.synapses import Synapse
from hopverify.synapses.dense import Dense


def check_spreads(spec: ModelSpec, synapses: Mapping[str, Synapse]) -> None:
    """Refuse spreads that no claim would be about: each must be that of the weights of a dense synapse.

    A memory may hold these weights, row by row or column by column, between two layers: then they are the patterns that
    are stored in them.
    """
    uncertain = [synapse for synapse in synapses.values() if isinstance(synapse, Dense) and synapse.spread is not None]
    between = [
        {synapse.layers[1]: synapse.matrix, synapse.layers[0]: synapse.matrix.transpose()}
        for synapse in uncertain
        if not synapse.within
    ]
    for name, memory in spec.memories.items():
        if memory.patterns.spread is not None and all(memory.patterns != ends.get(memory.layer) for ends in between):
            said = f"{ONLY_EXACT}, and for patterns that are these weights (same_as)"
            raise spec.error(f"memories.{name}.patterns", said)
    known = [form for synapse in uncertain for form in (synapse.matrix, synapse.matrix.transpose())]
    for name, array in spec.arrays.items():
        if array.spread is not None and array not in known:
            raise spec.error(f"arrays.{name}", f"{ONLY_EXACT}, and no dense synapse has these")
