"""Attention heads from a state dict: which tensors project the keys, and the keys of a given input. Needs no PyTorch.

A head of attention scores a query q against the keys k_j = W_k x_j + b_k of its input by β q·k_j. Its keys are a dense
associative memory (:mod:`hopverify.interop.memories`), one spec for each head. Layouts are recognised by their names:

    in_proj_weight, in_proj_bias                 nn.MultiheadAttention: queries, keys and values stacked
    k_proj_weight                                nn.MultiheadAttention with kdim or vdim of its own
    key.weight, key.bias                         BERT and its kin
    k_proj.weight, k_proj.bias                   others

`bias_k` is a further key of nn.MultiheadAttention that every input gets. A state dict holds no program: a layer with a
tensor that no layout knows (keys that are normalised, rotated, shared by groups of queries) is refused by the tensor's
name, and where names leave the factor of the scores open, the caller has to state it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.errors import HopverifyError
from hopverify.interop.imported import Imported
from hopverify.interop.memories import Naming, dense_memory, inverse_temperature, told_energy
from hopverify.spec import ExactArray

Array = np.ndarray[Any, Any]
_SEPARATE = ("k_proj_weight", "key.weight", "k_proj.weight")
LAYOUTS = ("in_proj_weight", *_SEPARATE)


@dataclass(frozen=True, eq=False)
class KeyProjection:
    """W_k (heads·d, width) and b_k; ``bias_k`` is one more key, and so are the zeros of ``zero_key``."""

    weight: Array
    bias: Array | None
    heads: int
    bias_k: Array | None = None
    zero_key: bool = False

    def __post_init__(self) -> None:
        rows = self.weight.shape[0]
        if self.weight.ndim != 2 or self.heads < 1 or rows % self.heads:
            raise HopverifyError(f"{rows} rows of key weights cannot be shared out among {self.heads} heads")

    def keys(self, inputs: Array) -> Array:
        """Return the keys of an input, (heads, keys, d), in the wider type of inputs and weights, at least float32."""
        if inputs.ndim != 2 or inputs.shape[1] != self.weight.shape[1]:
            wanted = f"one vector of {self.weight.shape[1]} numbers for each token"
            raise HopverifyError(f"the input must have {wanted}, got an array of shape {inputs.shape}")
        kind = np.result_type(inputs.dtype, self.weight.dtype, np.float32)
        keys = inputs.astype(kind) @ self.weight.astype(kind).T
        if self.bias is not None:
            keys = keys + self.bias.astype(kind)
        further = [] if self.bias_k is None else [self.bias_k.reshape(1, -1).astype(kind)]
        further += [np.zeros((1, keys.shape[1]), kind)] if self.zero_key else []
        stacked = np.concatenate([keys, *further])
        split: Array = stacked.reshape(len(stacked), self.heads, -1).transpose(1, 0, 2)
        return split

    def labels(self, tokens: Sequence[str]) -> list[str]:
        """Return a label for each key."""
        return [*tokens, *(["bias_k"] if self.bias_k is not None else []), *(["zero"] if self.zero_key else [])]


def prefixes(names: Sequence[str]) -> list[str]:
    """Return what stands before the names of a layout, such as ``encoder.layer.0.attention.self.``, in their order."""
    found = [name.removesuffix(layout) for name in names for layout in LAYOUTS if _ends(name, layout)]
    return list(dict.fromkeys(found))


def _ends(name: str, layout: str) -> bool:
    return name == layout or name.endswith(f".{layout}")


@dataclass(frozen=True)
class Told:
    """What the caller says of a layer, which its tensors do not: the factor β of the scores, None where they do.

    ``key_heads`` is the number of heads that keys have, where groups of queries share them; ``ignored`` names parts of
    the layer that have nothing to do with its scores.
    """

    scale: Fraction | str | None = None
    key_heads: int | None = None
    ignored: tuple[str, ...] = ()


def key_projection(
    state: Mapping[str, Array], heads: int, *, prefix: str | None = None, told: Told | None = None
) -> KeyProjection:
    """Return the key projection among the tensors; ``prefix`` chooses one of several. No other tensor is read."""
    told = told if told is not None else Told()
    known = prefixes(list(state))
    if prefix is None:
        if len(known) != 1:
            raise HopverifyError(_which(known))
        prefix = known[0]
    elif prefix not in known:
        raise HopverifyError(f"no key projection begins with {prefix!r}: {_which(known)}")
    own = _Layer(state, prefix)
    layout = next(layout for layout in LAYOUTS if layout in own)
    own.refuse_unknown(layout, told)
    weight, bias = _stacked(own) if layout == "in_proj_weight" else _separate(own, layout)
    heads = _key_heads(own, layout, weight, heads, told.key_heads)
    bias_k = own.tensor("bias_k") if "bias_k" in own else None
    if bias_k is not None and bias_k.size != len(weight):
        raise HopverifyError(f"{prefix}bias_k has {bias_k.size} numbers, the keys {len(weight)}")
    return KeyProjection(weight, bias, heads, bias_k)


def _which(known: Sequence[str]) -> str:
    if not known:
        return f"no tensor is called {', '.join(LAYOUTS)}; use a mapping file to say what the tensors are"
    listed = ", ".join(repr(prefix) for prefix in known[:8]) + (", …" if len(known) > 8 else "")
    return f"there are {len(known)} attention layers; choose one by its prefix: {listed}"


_STACKED = ("in_proj_weight", "in_proj_bias", "q_proj_weight", "k_proj_weight", "v_proj_weight", "bias_k", "bias_v")
_FAMILIES = {
    "in_proj_weight": (_STACKED, ("out_proj",)),
    "k_proj_weight": (_STACKED, ("out_proj",)),
    "key.weight": ((), ("query", "key", "value", "out_proj")),
    "k_proj.weight": ((), ("q_proj", "k_proj", "v_proj", "out_proj")),
}
"""The tensors that a layer of each layout has, and the modules whose weight and bias it has."""
_QUERIES = {"k_proj_weight": "q_proj_weight", "key.weight": "query.weight", "k_proj.weight": "q_proj.weight"}
_MEANINGS = {
    "o_proj": "so the layer is of LLaMA's kind, whose keys are rotated by their positions",
    "rotary": "which rotates keys by their positions",
    "norm": "which normalises keys or queries",
    "relative": "which adds to the scores what depends on positions",
    "distance": "which adds to the scores what depends on positions",
}
"""What some names say, by a part of the name."""


@dataclass(frozen=True)
class _Layer:
    """The tensors of a layer, by their names without its prefix; each is read when it is asked for."""

    state: Mapping[str, Array]
    prefix: str

    def __contains__(self, name: str) -> bool:
        return f"{self.prefix}{name}" in self.state

    def tensor(self, name: str) -> Array:
        """Return a tensor of floats."""
        found = self.state[f"{self.prefix}{name}"]
        if found.dtype.kind != "f":
            raise HopverifyError(f"{self.prefix}{name} has type {found.dtype}; weights and biases are floats")
        return found

    def shape(self, name: str) -> tuple[int, ...]:
        """Return the shape of a tensor."""
        return tuple(self.state[f"{self.prefix}{name}"].shape)

    def refuse_unknown(self, layout: str, told: Told) -> None:
        """Raise where a tensor, or its lack, says that the scores are not, or not surely, 1/√d q·k."""
        names, modules = _FAMILIES[layout]
        for name in self.state:
            rest = name.removeprefix(self.prefix)
            module, _, last = rest.rpartition(".")
            is_known = rest in names or (module in modules and last in ("weight", "bias"))
            is_ignored = any(rest == part or rest.startswith(f"{part}.") for part in told.ignored)
            if name.startswith(self.prefix) and not (is_known or is_ignored):
                meaning = next((f", {said}" for part, said in _MEANINGS.items() if part in rest), "")
                part = rest.partition(".")[0]
                raise HopverifyError(
                    f"the layer holds {name}{meaning}; it is not known what that does to its keys and scores. Use a "
                    f"mapping file; or, if it has nothing to do with them, say so: --set ignore={part}"
                )
        if layout == "k_proj.weight" and "k_proj.bias" not in self and "q_proj.bias" not in self and told.scale is None:
            raise HopverifyError(
                f"the projections {self.prefix}q_proj and k_proj have no bias, as those of layers that leave out the "
                "factor 1/sqrt(d) (GPT-Neo) or rotate keys (GPT-J), and the tensors do not tell. If the scores are "
                "q·k times a factor, and nothing else, say so: --set scale=1/sqrt(d), or --set scale=1"
            )


def _stacked(own: _Layer) -> tuple[Array, Array | None]:
    """Return W_k and b_k of stacked projections: queries, keys and values, of as many rows as columns each."""
    weight = own.tensor("in_proj_weight")
    if weight.ndim != 2 or len(weight) != 3 * weight.shape[1]:
        raise HopverifyError(
            f"in_proj_weight does not stack queries, keys and values, 3·width × width, but has shape {weight.shape}"
        )
    rows = weight.shape[1]
    return weight[rows : 2 * rows], _third(own, rows)


def _third(own: _Layer, rows: int) -> Array | None:
    """Return b_k of stacked biases."""
    if "in_proj_bias" not in own:
        return None
    bias = own.tensor("in_proj_bias")
    if bias.shape != (3 * rows,):
        raise HopverifyError(f"in_proj_bias has shape {bias.shape}, where the weights need ({3 * rows},)")
    return bias[rows : 2 * rows]


def _separate(own: _Layer, layout: str) -> tuple[Array, Array | None]:
    weight = own.tensor(layout)
    if weight.ndim != 2:
        raise HopverifyError(f"{layout} has shape {weight.shape}; the key weights are a matrix")
    if layout == "k_proj_weight":
        return weight, _third(own, len(weight))
    name = layout.removesuffix("weight") + "bias"
    bias = own.tensor(name) if name in own else None
    if bias is not None and bias.shape != (len(weight),):
        raise HopverifyError(f"{name} has shape {bias.shape}, where {layout} needs ({len(weight)},)")
    return weight, bias


def _key_heads(own: _Layer, layout: str, weight: Array, heads: int, key_heads: int | None) -> int:
    """Return how many heads share out the keys: as many as the queries have, unless groups of queries share keys."""
    queries = _QUERIES.get(layout, "")
    if queries not in own:
        return heads if key_heads is None else key_heads
    rows = own.shape(queries)[0] if own.shape(queries) else 0
    if rows == len(weight) and key_heads in (None, heads):
        return heads
    if heads < 1 or rows % heads:
        raise HopverifyError(f"{rows} rows of query weights cannot be shared out among {heads} heads")
    width = rows // heads
    shared = f"{queries} has {rows} rows and {layout} {len(weight)}"
    if key_heads is None:
        fitting = f"; with {heads} heads of {width} the keys have {len(weight) // width}"
        advice = fitting if len(weight) % width == 0 else ""
        raise HopverifyError(f"{shared}: groups of queries share keys. State by --set key_heads=… how many{advice}")
    if key_heads * width != len(weight):
        raise HopverifyError(f"{shared}, which {key_heads} key heads of {width} do not give")
    return key_heads


def attention_heads(
    projection: KeyProjection,
    inputs: Array,
    naming: Naming,
    *,
    scale: Fraction | str | None = None,
    dtype: str | None = None,
    only: Sequence[int] | None = None,
) -> list[Imported]:
    """Return one spec for each head (or for those in ``only``): the keys of this input as memories.

    β is ``scale`` in the type of the keys, 1/√d unless stated.
    """
    keys = projection.keys(inputs)
    tokens = naming.labels if naming.labels is not None else [str(index) for index in range(len(inputs))]
    labels = projection.labels(tokens)
    if len(labels) != keys.shape[1]:
        raise HopverifyError(f"{len(tokens)} labels are given for {len(inputs)} tokens")
    chosen = range(projection.heads) if only is None else only
    own = Naming(naming.name, naming.origin, labels, naming.references)
    return [_head(keys[head], head, own, scale, dtype) for head in chosen]


def _head(keys: Array, head: int, naming: Naming, scale: Fraction | str | None, dtype: str | None) -> Imported:
    width, kind = keys.shape[1], str(keys.dtype)
    told = f"1/sqrt({width})"
    beta = inverse_temperature(width, kind)
    if isinstance(scale, Fraction):
        told, beta = str(scale), Fraction(float(scale if kind == "float64" else np.float32(scale)))
    origin = f"{naming.origin} Head {head}: keys and beta = {told} as computed in {kind}. {told_energy()}"
    own = Naming(f"{naming.name}-head-{head}", origin, naming.labels, naming.references)
    return dense_memory(ExactArray.of(keys), beta, own, dtype=dtype)
