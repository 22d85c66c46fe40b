"""PyTorch: attention, and Hopfield layers, as dense associative memories. Loads torch only when it is used.

- :func:`module_specs` takes an ``nn.MultiheadAttention``, or a ``Hopfield`` or ``HopfieldLayer`` in the style of
  hopfield-layers (arXiv:2008.02217), and what it attends to; one spec for each head.
- :func:`key_specs` takes the key tensor of ``scaled_dot_product_attention``.
- :func:`load_state` reads a file of ``torch.save`` with ``weights_only=True``.

Numbers are taken as they are: float32, float16 and bfloat16 are dyadic rationals. Keys are computed by PyTorch itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from hopverify.errors import HopverifyError
from hopverify.interop.imported import Imported
from hopverify.interop.memories import ENERGY, Naming, dense_memory, inverse_temperature
from hopverify.spec import ExactArray

Array = np.ndarray[Any, Any]


def torch_itself() -> Any:
    """Return the module ``torch``, or tell how to get it."""
    try:
        import torch
    except ImportError:
        raise HopverifyError("this needs PyTorch: pip install 'hopverify[torch]'") from None
    return torch


def numbers(tensor: Any) -> Array:
    """Return a tensor's numbers; those of float16 and bfloat16 as float32, which holds them exactly."""
    torch = torch_itself()
    detached = tensor.detach().cpu()
    if detached.dtype in (torch.float16, torch.bfloat16):
        detached = detached.float()
    array: Array = detached.numpy()
    return array


def load_state(path: Path | str) -> Mapping[str, Array]:
    """Return the tensors in a file of ``torch.save``: a state dict, or a mapping with one under ``state_dict``."""
    torch = torch_itself()
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        advice = "only tensors and plain containers are read; save module.state_dict(), best as .safetensors"
        raise HopverifyError(f"{path}: {advice} ({type(error).__name__})") from None
    if isinstance(state, Mapping) and isinstance(state.get("state_dict"), Mapping):
        state = state["state_dict"]
    if not isinstance(state, Mapping):
        raise HopverifyError(f"{path}: holds no state dict but {type(state).__name__}")
    return {str(name): numbers(value) for name, value in state.items() if isinstance(value, torch.Tensor)}


def key_specs(key: Any, naming: Naming, *, scale: float | None = None, dtype: str | None = None) -> list[Imported]:
    """Return one memory for each leading index of keys (…, K, d), with β = ``scale``, 1/√d unless stated.

    β is rounded to the keys' type, as PyTorch does when it multiplies a tensor by it; float16 and bfloat16 scores are
    computed with a float32 factor.
    """
    torch = torch_itself()
    if key.dim() < 2:
        raise HopverifyError(f"keys have shape (…, keys, d), got {tuple(key.shape)}")
    kind = "float64" if key.dtype == torch.float64 else "float32"
    beta = inverse_temperature(key.shape[-1], kind) if scale is None else rounded(scale, kind)
    heads = numbers(key).reshape(-1, *key.shape[-2:])
    told = f"{naming.origin} beta = {'1/sqrt(d)' if scale is None else scale} in {kind}. {ENERGY}"
    own = Naming(naming.name, told, naming.labels, naming.references)
    return [
        dense_memory(ExactArray.of(keys), beta, _of_head(own, head, len(heads)), dtype=dtype)
        for head, keys in enumerate(heads)
    ]


def rounded(scale: float, kind: str) -> Fraction:
    """Return a factor as it is in a type of floats."""
    if not (np.isfinite(scale) and scale > 0):
        raise HopverifyError(f"the scale must be a positive number, got {scale}")
    return Fraction(float(scale if kind == "float64" else np.float32(scale)))


def module_specs(
    module: Any, stored: Any = None, *, naming: Naming | None = None, dtype: str | None = None
) -> list[Imported]:
    """Return one memory for each head of an attention module or a Hopfield layer.

    ``stored`` has one vector in a row: what the module attends to, as ``key`` of its call. A ``HopfieldLayer`` has its
    own.
    """
    torch = torch_itself()
    with torch.no_grad():
        if isinstance(module, torch.nn.MultiheadAttention):
            return _attention(module, _given(stored, module), naming, dtype)
        if hasattr(module, "lookup_weights"):
            own = module.lookup_weights.reshape(-1, module.lookup_weights.shape[-1])
            return _hopfield(module.hopfield, own, naming, dtype)
        if hasattr(module, "association_core"):
            return _hopfield(module, _given(stored, module), naming, dtype)
    known = "nn.MultiheadAttention, and Hopfield and HopfieldLayer of hopfield-layers"
    raise HopverifyError(f"{type(module).__name__} is not read: {known} are; others by key_specs, or by a mapping file")


def _given(stored: Any, module: Any) -> Any:
    if stored is None or stored.dim() != 2:
        raise HopverifyError(f"{type(module).__name__} needs what it attends to: one vector in a row")
    return stored


def _attention(module: Any, stored: Any, naming: Naming | None, dtype: str | None) -> list[Imported]:
    torch = torch_itself()
    width = module.embed_dim
    weight = module.k_proj_weight if module.in_proj_weight is None else module.in_proj_weight[width : 2 * width]
    bias = None if module.in_proj_bias is None else module.in_proj_bias[width : 2 * width]
    keys = torch.nn.functional.linear(stored, weight, bias)
    further = [] if module.bias_k is None else [module.bias_k.reshape(1, -1)]
    further += [keys.new_zeros(1, width)] if module.add_zero_attn else []
    named = _named(naming, "attention", "Keys of an nn.MultiheadAttention for one input.")
    labels = _with_further(named.labels, len(keys), module.bias_k is not None, module.add_zero_attn)
    split = _by_heads(torch.cat([keys, *further]), module.num_heads)
    return key_specs(split, Naming(named.name, named.origin, labels, named.references), dtype=dtype)


def _hopfield(module: Any, stored: Any, naming: Naming | None, dtype: str | None) -> list[Imported]:
    """Keys in Hopfield space; an update is v <- softmax(beta v·keys) keys, as often as ``update_steps_max`` says."""
    torch = torch_itself()
    core = module.association_core
    if getattr(module, "norm_stored_pattern", None) is not None:
        stored = module.norm_stored_pattern(stored)
    keys = _projected(core, stored)
    further = [] if core.bias_k is None else [core.bias_k.reshape(1, -1)]
    further += [keys.new_zeros(1, keys.shape[1])] if core.add_zero_attn else []
    origin = f"Stored patterns of a Hopfield layer, in its association space; updates: {_steps(module)}."
    named = _named(naming, "hopfield", origin)
    labels = _with_further(named.labels, len(keys), core.bias_k is not None, core.add_zero_attn)
    split = _by_heads(torch.cat([keys, *further]), core.num_heads)
    own = Naming(named.name, named.origin, labels, named.references)
    found = []
    for head in range(core.num_heads):
        told = _of_head(own, head, core.num_heads)
        found += key_specs(split[head], told, scale=_scaling(module, head), dtype=dtype)
    return found


def _projected(core: Any, stored: Any) -> Any:
    """Return the keys of a core, all heads side by side; what normalises them is the same for all heads."""
    functional = torch_itself().nn.functional
    keys = stored.repeat(1, core.num_heads) if core.key_as_static else functional.linear(stored, *_of_core(core))
    if not core.normalize_pattern:
        return keys
    flat, scale, shift = keys.reshape(-1, keys.shape[1] // core.num_heads), core.p_norm_weight, core.p_norm_bias
    return functional.layer_norm(flat, flat.shape[1:], scale, shift, core.normalize_pattern_eps).reshape(keys.shape)


def _of_core(core: Any) -> tuple[Any, Any]:
    """Return W_k and b_k of a core, whose queries, keys and values are stacked unless they are static."""
    rows, start = core.num_heads * core.head_dim, 0 if core.query_as_static else core.num_heads * core.head_dim
    weight = core.k_proj_weight if core.in_proj_weight is None else core.in_proj_weight[start : start + rows]
    return weight, None if core.in_proj_bias is None else core.in_proj_bias[start : start + rows]


def _steps(module: Any) -> str:
    most = module.update_steps_max
    if most is None:
        return "as many as it takes"
    return ", ".join(str(int(steps) + 1) for steps in np.atleast_1d(np.asarray(most)))


def _scaling(module: Any, head: int) -> float:
    scaling = module.scaling
    return float(scaling if isinstance(scaling, float) else scaling[head])


def _of_head(naming: Naming, head: int, heads: int) -> Naming:
    name = f"{naming.name}-head-{head}" if heads > 1 else naming.name
    return Naming(name, naming.origin, naming.labels, naming.references)


def _named(naming: Naming | None, name: str, origin: str) -> Naming:
    return Naming(name, origin) if naming is None else naming


def _with_further(labels: Sequence[str] | None, count: int, has_bias: bool, has_zero: bool) -> list[str] | None:
    if labels is None and not (has_bias or has_zero):
        return None
    own = list(labels) if labels is not None else [str(index) for index in range(count)]
    if len(own) != count:
        raise HopverifyError(f"{len(own)} labels are given for {count} vectors")
    return [*own, *(["bias_k"] if has_bias else []), *(["zero"] if has_zero else [])]


def _by_heads(keys: Any, heads: int) -> Any:
    return keys.reshape(len(keys), heads, -1).transpose(0, 1)
