"""Attention heads from a state dict: which tensors project the keys, and the keys of a given input. Needs no PyTorch.

A head of attention scores a query q against the keys k_j = W_k x_j + b_k of its input by β q·k_j. Its keys are a dense
associative memory (:mod:`hopverify.interop.memories`), one spec for each head. Layouts are recognised by their names:

    in_proj_weight, in_proj_bias                 nn.MultiheadAttention: queries, keys and values stacked
    k_proj_weight                                nn.MultiheadAttention with kdim or vdim of its own
    key.weight, key.bias                         BERT and its kin
    k_proj.weight, k_proj.bias                   most others

`bias_k` is a further key of nn.MultiheadAttention that every input gets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


def key_projection(state: Mapping[str, Array], heads: int, *, prefix: str | None = None) -> KeyProjection:
    """Return the key projection among the tensors; ``prefix`` chooses one of several."""
    known = prefixes(list(state))
    if prefix is None:
        if len(known) != 1:
            raise HopverifyError(_which(known))
        prefix = known[0]
    elif prefix not in known:
        raise HopverifyError(f"no key projection begins with {prefix!r}: {_which(known)}")
    own = {name.removeprefix(prefix): tensor for name, tensor in state.items() if name.startswith(prefix)}
    weight, bias = _weights(own)
    return KeyProjection(weight, bias, heads, own.get("bias_k"))


def _which(known: Sequence[str]) -> str:
    if not known:
        return f"no tensor is called {', '.join(LAYOUTS)}; use a mapping file to say what the tensors are"
    listed = ", ".join(repr(prefix) for prefix in known[:8]) + (", …" if len(known) > 8 else "")
    return f"there are {len(known)} attention layers; choose one by its prefix: {listed}"


def _weights(own: Mapping[str, Array]) -> tuple[Array, Array | None]:
    """Return W_k and b_k; stacked projections are queries, keys and values, of equal numbers of rows."""
    stacked_bias = own.get("in_proj_bias")
    thirds = None if stacked_bias is None else np.split(stacked_bias, 3)
    if "in_proj_weight" in own:
        if own["in_proj_weight"].shape[0] % 3:
            raise HopverifyError("in_proj_weight does not stack queries, keys and values of equal width")
        return np.split(own["in_proj_weight"], 3)[1], None if thirds is None else thirds[1]
    name = next(name for name in _SEPARATE if name in own)
    if name == "k_proj_weight":
        return own[name], None if thirds is None else thirds[1]
    return own[name], own.get(name.removesuffix("weight") + "bias")


def attention_heads(
    projection: KeyProjection,
    inputs: Array,
    naming: Naming,
    *,
    dtype: str | None = None,
    only: Sequence[int] | None = None,
) -> list[Imported]:
    """Return one spec for each head (or for those in ``only``): the keys of this input as memories, β = 1/√d."""
    keys = projection.keys(inputs)
    tokens = naming.labels if naming.labels is not None else [str(index) for index in range(len(inputs))]
    labels = projection.labels(tokens)
    if len(labels) != keys.shape[1]:
        raise HopverifyError(f"{len(tokens)} labels are given for {len(inputs)} tokens")
    chosen = range(projection.heads) if only is None else only
    return [_head(keys[head], head, naming, labels, dtype) for head in chosen]


def _head(keys: Array, head: int, naming: Naming, labels: Sequence[str], dtype: str | None) -> Imported:
    width = keys.shape[1]
    beta = inverse_temperature(width, str(keys.dtype))
    origin = (
        f"{naming.origin} Head {head}: keys and beta = 1/sqrt({width}) as computed in {keys.dtype}. {told_energy()}"
    )
    own = Naming(f"{naming.name}-head-{head}", origin, labels, naming.references)
    return dense_memory(ExactArray.of(keys), beta, own, dtype=dtype)
