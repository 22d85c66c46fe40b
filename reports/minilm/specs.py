"""Some heads as specs, which anybody can verify without the model: `hopverify verify reports/minilm/specs`.

Beside the keys a spec has the mixtures that were found, as proposed in doubles; the check `equilibria` proves that
beside each of them there is exactly one equilibrium, and that it is stable.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from certify import BITS, Head
from chosen import CHOSEN
from encoder import Encoder
from survey import BETA, SENTENCES, checked_radii, place_of

from hopverify.expr.balls import precision
from hopverify.interop.imported import Imported, array_field, spec_text, stem_of
from hopverify.interop.memories import ENERGY
from hopverify.spec import ExactArray


def write_specs(encoder: Encoder, folder: Path) -> list[Path]:
    """Write the chosen heads as specs."""
    folder.mkdir(exist_ok=True)
    return [place_of(_spec(encoder, *chosen), folder) for chosen in CHOSEN]


def _spec(encoder: Encoder, sentence: int, layer: int, head: int) -> Imported:
    tokens = encoder.tokens(SENTENCES[sentence])
    keys = list(encoder.layers(tokens))[layer].keys[head]
    with precision(BITS[0]):
        found = [each for each in Head(keys, BETA).equilibria(keys) if each.single is None]
    return _written(f"minilm layer {layer} head {head}", keys, tokens, np.array([each.centre for each in found]))


def _written(name: str, keys: Any, tokens: list[str], mixtures: Any) -> Imported:
    files: dict[str, bytes] = {}
    stem = stem_of(name)
    count, width = keys.shape
    memories: dict[str, Any] = {"keys": {"layer": "v", "patterns": {"same_as": "xi"}, "labels": tokens}}
    checks: list[Any] = ["lagrangian_convexity", "time_constants", "energy_descent"]
    checks.append({"memory_retrieval": {"at_least": sum(radius is not None for radius in checked_radii(keys))}})
    if len(mixtures):
        memories["mixtures"] = {
            "layer": "v",
            "patterns": array_field(ExactArray.of(mixtures), f"{stem}-mixtures.npy", files),
        }
        checks.append({"equilibria": {"near": "mixtures"}})
    text = spec_text(
        name=name,
        description=f"The keys of one attention head of all-MiniLM-L6-v2 for '{_said(tokens)}' as memories. {ENERGY}",
        references=["arXiv:2002.10957", "arXiv:2008.02217"],
        sections={
            "layers": {
                "v": {"size": width, "lagrangian": "identity"},
                "h": {"size": count, "lagrangian": {"softmax": {"beta": BETA}}, "tau": 0},
            },
            "synapses": {
                "xi": {
                    "kind": "dense",
                    "layers": ["h", "v"],
                    "weights": array_field(ExactArray.of(keys), f"{stem}.npy", files),
                }
            },
            "memories": memories,
        },
        checks=checks,
        comment="Written by reports/minilm/make.py. beta is the float32 nearest to 1/sqrt(32).",
    )
    return Imported(stem, text, files)


def _said(tokens: list[str]) -> str:
    return " ".join(tokens[1:-1]).replace(" ##", "")
