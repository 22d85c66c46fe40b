"""PyTorch modules that attend: their keys as PyTorch computes them, and how they make weights of the scores.

A module is read by its attributes, and then compared with itself: a copy in double precision gives its association
weights for some states (:mod:`hopverify.interop.association`), which have to be those of the keys, the inverse
temperature and the function that were read. What a module does beyond that (its values, its output) is not asked.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np

from hopverify.errors import HopverifyError
from hopverify.interop.association import MOST, Head, states, weighing_of, weighings
from hopverify.interop.memories import Weighing

#: Parts of a module's β with which its weights are compared as well.
SMALLER = (2.0**-7, 2.0**-14, 2.0**-20)


@dataclass(frozen=True, eq=False)
class Reading:
    """Keys (heads, K, d), β of each head (None: 1/√d), what weighs the scores, and names of keys that are no input."""

    keys: Any
    scales: tuple[float | None, ...]
    weighings: tuple[Weighing, ...]
    further: tuple[str, ...]


def read_attention(module: Any, stored: Any) -> Reading:
    """Return what an ``nn.MultiheadAttention`` does with the vectors that it attends to, (K, width)."""
    further = (*(["bias_k"] if module.bias_k is not None else []), *(["zero"] if module.add_zero_attn else []))
    twin, seen = _twin(module), stored.double().cpu()
    queries, values = _tensor(states(module.embed_dim)), seen.new_zeros(len(seen), module.vdim)
    given = _computed(module, lambda: twin(queries, seen, values, need_weights=True, average_attn_weights=False)[1])
    heads, beta = module.num_heads, 1 / np.sqrt(module.head_dim)
    read = (_attention_keys(twin, seen), _by_heads(_attention_rows(twin, queries, 0), heads), given)
    weighings = [
        weighing_of([Head(_numbers(keys), beta, _numbers(query), _numbers(weights))])
        for keys, query, weights in zip(*read, strict=True)
    ]
    return Reading(_attention_keys(module, stored), (None,) * heads, tuple(weighings), further)


def _attention_rows(module: Any, inputs: Any, block: int) -> Any:
    """Return inputs projected as queries (``block`` 0) or keys (1), all heads side by side."""
    rows = slice(block * module.embed_dim, (block + 1) * module.embed_dim)
    own = (module.q_proj_weight, module.k_proj_weight)[block]
    weight = own if module.in_proj_weight is None else module.in_proj_weight[rows]
    return _linear(inputs, weight, None if module.in_proj_bias is None else module.in_proj_bias[rows])


def _attention_keys(module: Any, stored: Any) -> Any:
    keys = _attention_rows(module, stored, 1)
    return _by_heads(_with_further(keys, module.bias_k, module.add_zero_attn), module.num_heads)


def read_hopfield(module: Any, stored: Any) -> Reading:
    """Return what a ``Hopfield`` of hopfield-layers does with stored patterns, (K, width).

    Its updates are q <- f(beta q·keys) keys. Of f, one update tells most where β is small, whatever normalises states.
    Some versions have a ``bias_k`` that they never append: it is seen from the number of weights.
    """
    core, twin, seen = module.association_core, _twin(module), stored.double().cpu()
    state = _tensor(states(_state_width(core, seen)))

    def one_update(factor: float) -> Any:
        return _computed(module, lambda: _associations(_with_one_update(twin, factor), seen, state))

    each = {factor: one_update(factor) for factor in (1.0, *SMALLER)}
    steps = [MOST if number < 0 else number + 1 for number in updates(module)]
    every = each[1.0] if set(steps) == {1} else _computed(module, lambda: _associations(twin, seen, state))
    has_bias = core.bias_k is not None and every.shape[-1] > len(seen) + bool(core.add_zero_attn)
    further = (*(["bias_k"] if has_bias else []), *(["zero"] if core.add_zero_attn else []))
    keys, queries = _hopfield_keys(twin, seen, has_bias), _hopfield_queries(twin, state)
    scales = tuple(_of_head(module.scaling, head) for head in range(core.num_heads))
    found = []
    for head, scale in enumerate(scales):
        own, asked = _numbers(keys[head]), _numbers(queries[head])
        observed = [Head(own, factor * scale, asked, _numbers(given[head])) for factor, given in each.items()]
        observed.append(Head(own, scale, asked, _numbers(every[head]), steps[head]))
        alpha = getattr(core, "alpha", None)
        found.append(weighing_of(observed, weighings(None if alpha is None else _of_head(alpha, head))))
    return Reading(_hopfield_keys(module, stored, has_bias), scales, tuple(found), further)


def updates(module: Any) -> list[int]:
    """Return, for each head, the number of updates after the first; -1 stands for as many as it takes."""
    most, heads = module.update_steps_max, module.association_core.num_heads
    each = [int(number) for number in np.atleast_1d(np.asarray(-1 if most is None else most))]
    return each if len(each) == heads else each * heads


def _with_one_update(twin: Any, factor: float) -> Any:
    """Return a copy that makes one update, with β times a factor; only the copy is changed."""
    once = deepcopy(twin)
    for name in vars(once):
        if name.endswith("__update_steps_max"):
            setattr(once, name, 0)
        if name.endswith("__scaling"):
            setattr(once, name, factor * twin.scaling)
    if any(updates(once)) or _of_head(once.scaling, 0) != factor * _of_head(twin.scaling, 0):
        raise ValueError("its number of updates and its scaling cannot be set")
    return once


def _associations(module: Any, stored: Any, state: Any) -> Any:
    """Return the association weights that the module gives, (heads, states, K)."""
    core, axis = module.association_core, 0 if module.batch_first else 1
    width = core.kdim if core.value_as_connected else core.pattern_dim if core.value_as_static else core.vdim
    projected = stored.new_zeros(len(stored), stored.shape[1] if width is None else width)
    return module.get_association_matrix(tuple(part.unsqueeze(axis) for part in (stored, state, projected)))[0]


def _state_width(core: Any, stored: Any) -> int:
    if core.query_as_static:
        return int(stored.shape[1] if core.head_dim is None else core.head_dim)
    return int(core.embed_dim)


def _hopfield_keys(module: Any, stored: Any, has_bias: bool) -> Any:
    core = module.association_core
    normalised = stored if module.norm_stored_pattern is None else module.norm_stored_pattern(stored)
    before = 0 if core.query_as_static else 1
    keys = _hopfield_rows(core, normalised, core.k_proj_weight, before, is_static=core.key_as_static)
    return _by_heads(_with_further(keys, core.bias_k if has_bias else None, core.add_zero_attn), core.num_heads)


def _hopfield_queries(module: Any, state: Any) -> Any:
    core = module.association_core
    normalised = state if module.norm_state_pattern is None else module.norm_state_pattern(state)
    queries = _hopfield_rows(core, normalised, core.q_proj_weight, 0, is_static=core.query_as_static)
    return _by_heads(queries, core.num_heads)


def _hopfield_rows(core: Any, inputs: Any, own: Any, block: int, *, is_static: bool) -> Any:
    """Return inputs in association space, all heads side by side; what normalises them is the same for all heads.

    Projections that are not static are stacked; ``block`` says how many stand before this one.
    """
    if is_static:
        rows = inputs.repeat(1, core.num_heads)
    else:
        place = slice(block * core.num_heads * core.head_dim, (block + 1) * core.num_heads * core.head_dim)
        weight = own if core.in_proj_weight is None else core.in_proj_weight[place]
        rows = _linear(inputs, weight, None if core.in_proj_bias is None else core.in_proj_bias[place])
    if not core.normalize_pattern:
        return rows
    flat, scale, shift = rows.reshape(-1, rows.shape[1] // core.num_heads), core.p_norm_weight, core.p_norm_bias
    norm = _torch().nn.functional.layer_norm
    return norm(flat, flat.shape[1:], scale, shift, core.normalize_pattern_eps).reshape(rows.shape)


def _of_head(value: Any, head: int) -> float:
    """Return a number that is one for all heads, or one for each."""
    each = np.ravel(value.detach().cpu().double().numpy() if hasattr(value, "detach") else value)
    return float(each[head] if len(each) > 1 else each[0])


def _with_further(keys: Any, bias_k: Any, has_zero: bool) -> Any:
    further = [] if bias_k is None else [bias_k.reshape(1, -1)]
    further += [keys.new_zeros(1, keys.shape[1])] if has_zero else []
    return _torch().cat([keys, *further])


def _by_heads(rows: Any, heads: int) -> Any:
    return rows.reshape(len(rows), heads, -1).transpose(0, 1)


def _linear(inputs: Any, weight: Any, bias: Any) -> Any:
    return _torch().nn.functional.linear(inputs, weight, bias)


def _torch() -> Any:
    import torch

    return torch


def _tensor(values: Any) -> Any:
    return _torch().from_numpy(values)


def _numbers(tensor: Any) -> Any:
    return tensor.detach().numpy()


def _twin(module: Any) -> Any:
    """Return a copy of the module in double precision, without dropout."""
    return _computed(module, lambda: deepcopy(module).cpu().double().eval())


def _computed(module: Any, compute: Callable[[], Any]) -> Any:
    """Return what a module computes, or tell that it cannot be compared with what is read of it."""
    try:
        return compute()
    except Exception as error:
        # Modules of others fail in whatever way they choose.
        why = f"{type(error).__name__}: {error}".splitlines()[0]
        told = "its association weights cannot be computed, so that what is read of it could be compared with them"
        raise HopverifyError(f"{type(module).__name__} is not read: {told} ({why})") from None
