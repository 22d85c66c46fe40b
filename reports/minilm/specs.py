"""Some heads as specs, which anybody can verify without the model: `hopverify verify reports/minilm/specs`.

One spec of a head asks about single keys (T15). The other has the states that keys come to rest at, as found in
doubles: `memory_retrieval` with `near` proves that each lies in a ball that comes to rest at one equilibrium, and
between which bounds the weights are there.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from certify import Head
from chosen import CHOSEN
from encoder import HEADS, WIDTH, Encoder
from survey import BETA, SENTENCES, place_of, retrieved

from hopverify.interop.imported import Imported, array_field, spec_text
from hopverify.interop.memories import told_energy
from hopverify.spec import ExactArray


def write_specs(encoder: Encoder, folder: Path) -> list[Path]:
    """Write the chosen heads as specs, two for each: one asks about single keys, the other about all states."""
    folder.mkdir(exist_ok=True)
    return [place_of(made, folder) for chosen in CHOSEN for made in _specs(encoder, *chosen)]


def _specs(encoder: Encoder, sentence: int, layer: int, head: int) -> list[Imported]:
    tokens = encoder.tokens(SENTENCES[sentence])
    keys = list(encoder.layers(tokens))[layer].keys[head]
    found = Head(keys, BETA).equilibria(keys)
    stem, files = f"minilm-layer-{layer}-head-{head}", dict[str, bytes]()
    held = array_field(ExactArray.of(keys), f"{stem}.npy", files)
    states = array_field(ExactArray.of(np.array([each.centre for each in found])), f"{stem}-states.npy", files)
    # A head without any such key is asked all the same, and nobody is told that it passes.
    count = retrieved(keys)
    single = {"at_least": count} if count else {}
    memories = {"keys": {"layer": "v", "patterns": {"same_as": "xi"}, "labels": tokens}}
    both = memories | {"states": {"layer": "v", "patterns": states}}
    return [
        Imported(stem, _text(stem, tokens, held, both, {"near": "states"}), files),
        Imported(f"{stem}-keys", _text(f"{stem}-keys", tokens, held, memories, single), files),
    ]


def _text(name: str, tokens: Sequence[str], held: Any, memories: dict[str, Any], asked: dict[str, Any]) -> str:
    width = {"size": WIDTH // HEADS, "lagrangian": "identity"}
    origin = f"The keys of one attention head of all-MiniLM-L6-v2 for '{_said(tokens)}' as memories."
    return spec_text(
        name=name,
        description=f"{origin} {told_energy()}",
        references=["arXiv:2002.10957", "arXiv:2008.02217"],
        sections={
            "layers": {"v": width, "h": {"size": len(tokens), "lagrangian": {"softmax": {"beta": BETA}}, "tau": 0}},
            "synapses": {"xi": {"kind": "dense", "layers": ["h", "v"], "weights": held}},
            "memories": memories,
        },
        checks=[
            "lagrangian_convexity",
            "time_constants",
            "energy_descent",
            {"memory_retrieval": asked} if asked else "memory_retrieval",
        ],
        expect=None if asked else {"memory_retrieval": "unknown"},
        comment="Written by reports/minilm/make.py. beta is the float32 nearest to 1/sqrt(32).",
    )


def _said(tokens: Sequence[str]) -> str:
    return " ".join(tokens[1:-1]).replace(" ##", "")
