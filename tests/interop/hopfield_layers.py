"""A Hopfield layer as hopfield-layers and its kin have it, in its attributes and in what it computes; needs PyTorch.

``weigh`` makes weights of scores, softmax unless stated; further attributes of the core may say what it is, truly or
not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from torch import nn

LINEAR, NORM = nn.functional.linear, nn.functional.layer_norm


class Core(nn.Module):
    """The association: queries, keys and values of several heads, side by side."""

    def __init__(self, width: int, heads: int, head_dim: int, **changed: Any) -> None:
        super().__init__()
        self.embed_dim = self.kdim = self.vdim = width
        self.num_heads, self.head_dim, self.pattern_dim = heads, head_dim, head_dim
        self.key_as_static = self.query_as_static = self.value_as_static = False
        self.value_as_connected = self.add_zero_attn = self.normalize_pattern = False
        self.normalize_pattern_eps, self.p_norm_weight, self.p_norm_bias = 1e-5, None, None
        self.bias_k: Any = None
        self.appends_bias = False
        self.weigh: Callable[[Any], Any] = lambda scores: torch.softmax(scores, dim=-1)
        stacked = changed.pop("stacked", True)
        for name, value in changed.items():
            setattr(self, name, value)
        rows = heads * head_dim
        moving = 3 - self.key_as_static - self.query_as_static
        self.in_proj_weight = nn.Parameter(torch.randn(moving * rows, width)) if stacked else None
        self.in_proj_bias = nn.Parameter(torch.randn(moving * rows)) if stacked else None
        self.q_proj_weight = None if stacked else nn.Parameter(torch.randn(rows, width))
        self.k_proj_weight = None if stacked else nn.Parameter(torch.randn(rows, width))

    def _rows(self, inputs: Any, own: Any, block: int, is_static: bool) -> Any:
        if is_static:
            rows = inputs.repeat(1, self.num_heads)
        elif self.in_proj_weight is None:
            rows = LINEAR(inputs, own)
        else:
            place = slice(block * self.num_heads * self.head_dim, (block + 1) * self.num_heads * self.head_dim)
            rows = LINEAR(inputs, self.in_proj_weight[place], self.in_proj_bias[place])
        split = rows.reshape(len(rows), self.num_heads, -1)
        if self.normalize_pattern:
            split = NORM(split, split.shape[2:], self.p_norm_weight, self.p_norm_bias, self.normalize_pattern_eps)
        return split

    def associate(self, stored: Any, state: Any, scaling: Any, most: int) -> Any:
        """Return weights (heads, states, keys) after ``most`` updates more than one."""
        keys = self._rows(stored, self.k_proj_weight, 0 if self.query_as_static else 1, self.key_as_static)
        if self.bias_k is not None and self.appends_bias:
            keys = torch.cat([keys, self.bias_k.reshape(1, self.num_heads, -1)])
        if self.add_zero_attn:
            keys = torch.cat([keys, keys.new_zeros(1, *keys.shape[1:])])
        keys = keys.transpose(0, 1)
        queries = self._rows(state, self.q_proj_weight, 0, self.query_as_static).transpose(0, 1)
        each = torch.as_tensor(scaling, dtype=keys.dtype).reshape(-1, 1, 1)
        for step in range(most + 1):
            weights = self.weigh(each * queries @ keys.transpose(1, 2))
            if step < most:
                queries = weights @ keys
        return weights


class Hopfield(nn.Module):
    """The layer: it normalises patterns, and holds β and the number of updates where only it can set them."""

    def __init__(
        self, core: Core, *, scaling: Any = 0.5, most: int | None = 0, norms: tuple[Any, Any] = (None, None)
    ) -> None:
        super().__init__()
        self.association_core = core
        self.norm_stored_pattern, self.norm_state_pattern = norms
        self.batch_first = True
        self.__scaling, self.__update_steps_max = scaling, most

    @property
    def scaling(self) -> Any:
        """β, or one for each head."""
        return self.__scaling

    @property
    def update_steps_max(self) -> Any:
        """How many updates may follow the first; None where that is as many as it takes."""
        return self.__update_steps_max

    def get_association_matrix(self, data: Any) -> Any:
        """Return the weights, (batch, heads, states, keys), of a batch of one."""
        stored, state, _ = (part[0] for part in data)
        stored = stored if self.norm_stored_pattern is None else self.norm_stored_pattern(stored)
        state = state if self.norm_state_pattern is None else self.norm_state_pattern(state)
        most = 60 if self.update_steps_max is None else self.update_steps_max
        return self.association_core.associate(stored, state, self.scaling, most)[None]


class HopfieldLayer(nn.Module):
    """A layer with patterns of its own."""

    def __init__(self, hopfield: Hopfield, patterns: Any) -> None:
        super().__init__()
        self.hopfield, self.lookup_weights = hopfield, nn.Parameter(patterns[None])


def sparsemax(scores: Any) -> Any:
    """Return the points of the simplex nearest to the rows, by sorting."""
    ordered = scores.sort(dim=-1, descending=True).values
    count = torch.arange(1, scores.shape[-1] + 1, dtype=scores.dtype)
    thresholds = (ordered.cumsum(-1) - 1) / count
    size = (ordered > thresholds).sum(-1, keepdim=True)
    return (scores - thresholds.gather(-1, size - 1)).clamp(min=0)


def bisected(order: float, *, is_norm: bool = False) -> Callable[[Any], Any]:
    """Return entmax of an order, or normmax, by bisection for the threshold."""

    def weigh(scores: Any) -> Any:
        z = scores if is_norm else (order - 1) * scores
        low, high = z.max(-1, keepdim=True).values - 1, z.max(-1, keepdim=True).values
        for _ in range(100):
            middle = (low + high) / 2
            p = (z - middle).clamp(min=0) ** (1 / (order - 1))
            above = (p**order if is_norm else p).sum(-1, keepdim=True) >= 1
            low, high = torch.where(above, middle, low), torch.where(above, high, middle)
        return p / p.sum(-1, keepdim=True)

    return weigh
