"""Lagrangians and synapses as people write them with JAX and HAMUX, and what they are in a spec. Needs both.

A function stands with the shapes of its arguments. The library's own are all here: `test_hamux` sees to it.
"""

from __future__ import annotations

import functools as ft
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

pytest.importorskip("jax")
pytest.importorskip("hamux")

import hamux as hmx
import jax
import jax.numpy as jnp
from hamux.lagrangians import lagr_ghostmax

RNG = np.random.default_rng(7)


def array(*shape: int) -> jax.Array:
    return jnp.asarray(RNG.normal(size=shape).astype(np.float32))


@dataclass(frozen=True)
class Program:
    """A function, and the shapes of its arguments by the names of the layers (``self`` twice: the same layer)."""

    function: Callable[..., Any]
    layers: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]


def lagrangian(function: Callable[..., Any], *shape: int) -> Program:
    return Program(function, ("x",), (shape or (3,),))


def synapse(function: Callable[..., Any], **shapes: tuple[int, ...]) -> Program:
    return Program(function, tuple(name.rstrip("_") for name in shapes), tuple(shapes.values()))


LIBRARY = {
    "lagr_identity": lagrangian(hmx.lagr_identity),
    "lagr_repu": lagrangian(ft.partial(hmx.lagr_repu, n=4)),
    "lagr_relu": lagrangian(hmx.lagr_relu),
    "lagr_exp": lagrangian(hmx.lagr_exp),
    "lagr_rexp": lagrangian(hmx.lagr_rexp),
    "lagr_tanh": lagrangian(hmx.lagr_tanh),
    "lagr_sigmoid": lagrangian(hmx.lagr_sigmoid),
    "lagr_softmax": lagrangian(hmx.lagr_softmax),
    "lagr_layernorm": lagrangian(hmx.lagr_layernorm),
    "lagr_spherical_norm": lagrangian(hmx.lagr_spherical_norm),
    "lagr_ghostmax": lagrangian(lagr_ghostmax),
}

OF_PARAMETERS = {
    "repu of a degree whose inverse is rounded": lagrangian(ft.partial(hmx.lagr_repu, n=3)),
    "repu of a half": lagrangian(ft.partial(hmx.lagr_repu, n=2.5)),
    "exp of a beta": lagrangian(ft.partial(hmx.lagr_exp, beta=0.5)),
    "rexp of a beta": lagrangian(ft.partial(hmx.lagr_rexp, beta=2.0)),
    "tanh of a beta that is rounded": lagrangian(ft.partial(hmx.lagr_tanh, beta=0.1)),
    "sigmoid of a beta": lagrangian(ft.partial(hmx.lagr_sigmoid, beta=4.0)),
    "softmax of a beta": lagrangian(ft.partial(hmx.lagr_softmax, beta=4.0)),
    "softmax of a beta that is rounded": lagrangian(ft.partial(hmx.lagr_softmax, beta=0.1)),
    "layernorm of an offset": lagrangian(ft.partial(hmx.lagr_layernorm, gamma=2.0, delta=0.5)),
    "layernorm of many offsets": lagrangian(lambda x: hmx.lagr_layernorm(x, delta=jnp.array([1.0, 2.0, 3.0]))),
    "layernorm of all axes": lagrangian(ft.partial(hmx.lagr_layernorm, axis=None), 2, 3),
    "spherical of an offset": lagrangian(ft.partial(hmx.lagr_spherical_norm, delta=0.5)),
}

LAMBDAS = {
    "half the square": lagrangian(lambda x: jnp.sum(0.5 * x**2)),
    "a scalar product": lagrangian(lambda x: 0.5 * x @ x),
    "one neuron": lagrangian(lambda x: (x**2 / 2 + x**4).sum(), 1),
    "log cosh": lagrangian(lambda x: jnp.log(jnp.cosh(2 * x)).sum() / 2),
    "softplus": lagrangian(lambda x: jax.nn.softplus(x).sum()),
    "logaddexp": lagrangian(lambda x: jnp.logaddexp(x, 0.0).sum()),
    "log cosh as a sum of exponentials": lagrangian(lambda x: jnp.logaddexp(x, -x).sum()),
    "logaddexp of two lines": lagrangian(lambda x: jnp.logaddexp(2 * x, 1 - x).sum()),
    "leaky": lagrangian(lambda x: jnp.where(x > 0, x**2 / 2, 0.125 * x**2).sum()),
    "leaky, the other way round": lagrangian(lambda x: jnp.where(x <= 0, 0.125 * x**2, x**2 / 2).sum()),
    "elu": lagrangian(lambda x: jnp.where(x > 0, x**2 / 2, jnp.exp(x) - x - 1).sum()),
    "two pieces that meet at 1": lagrangian(lambda x: jnp.where(x > 1, x**2 / 2, x - 0.5).sum()),
    "two pieces that do not meet": lagrangian(lambda x: jnp.where(x > 0, x**2 / 2, 1.0).sum()),
    "a mask of a comparison": lagrangian(lambda x: (x**2 * (x > 0)).sum() / 2),
    "arctan": lagrangian(lambda x: (x * jnp.arctan(x) - 0.5 * jnp.log1p(x**2)).sum()),
    "huber": lagrangian(lambda x: jnp.where(jnp.abs(x) < 1, x**2 / 2, jnp.abs(x) - 0.5).sum()),
    "clipped": lagrangian(lambda x: (jnp.clip(x, -1, 1) * x).sum()),
    "gelu by erfc": lagrangian(lambda x: (x * x / 2).sum() + jax.nn.gelu(x, approximate=False).sum()),
    "gelu": lagrangian(lambda x: jax.nn.gelu(x).sum()),
    "silu": lagrangian(lambda x: jax.nn.silu(x).sum()),
    "a mean": lagrangian(lambda x: jnp.mean(x**2)),
    "the square of a sum": lagrangian(lambda x: x.sum() ** 2 + x @ x),
    "a variance": lagrangian(lambda x: 3 * jnp.sqrt(jnp.var(x) + 0.25)),
    "a norm": lagrangian(lambda x: jnp.sqrt(x @ x + 1)),
    "log-sum-exp of all axes": lagrangian(lambda x: jax.nn.logsumexp(x.reshape(-1)), 2, 3),
    "the length of a state": lagrangian(lambda x: jnp.linalg.norm(x) ** 2 / 2 + jnp.sum(jnp.exp(x))),
    "a reciprocal root": lagrangian(lambda x: (x**2 * jax.lax.rsqrt(1 + x**2)).sum()),
}

W34, A33, P53, T342 = array(3, 4), array(3, 3), array(5, 3), array(3, 4, 2)
CONV = hmx.ConvSynapse(W=array(5, 3, 3, 3), window_strides=(1, 1), padding="SAME")
STRIDED = hmx.ConvSynapse(W=array(5, 3, 3, 3), window_strides=(2, 2), padding="SAME")
VALID = hmx.ConvSynapse(W=array(2, 1, 2, 2), window_strides=(1, 1), padding="VALID")
T333 = array(3, 3, 3)

SYNAPSES = {
    "LinearSynapse": synapse(hmx.LinearSynapse(W34), x=(3,), y=(4,)),
    "LinearSynapseWithBias": synapse(hmx.LinearSynapseWithBias(W34, jnp.arange(4.0)), x=(3,), y=(4,)),
    "BiasSynapse": synapse(hmx.BiasSynapse(jnp.arange(3.0)), x=(3,)),
    "ConvSynapse": synapse(CONV, x=(4, 4, 3), y=(4, 4, 5)),
    "a convolution with a stride": synapse(STRIDED, x=(4, 4, 3), y=(2, 2, 5)),
    "a convolution of one channel": synapse(VALID, x=(3, 3, 1), y=(2, 2, 2)),
    "a layer with itself": synapse(hmx.LinearSynapse(A33), x=(3,), x_=(3,)),
    "one half": synapse(lambda x: -0.5 * x @ A33 @ x, x=(3,)),
    "a plus": synapse(lambda x, y: x @ W34 @ y, x=(3,), y=(4,)),
    "squares": synapse(lambda x: jnp.sum(x**2), x=(3,)),
    "a product of matrices": synapse(lambda x: -x @ A33 @ A33.T @ x, x=(3,)),
    "a masked matrix": synapse(lambda x: -x @ jnp.tril(A33) @ x, x=(3,)),
    "axes": synapse(lambda x, y: -jnp.einsum("ab,c,abc->", x, y, T342), x=(3, 4), y=(2,)),
    "flattened": synapse(lambda x, y: -x.reshape(-1) @ T342.reshape(12, 2) @ y, x=(3, 4), y=(2,)),
    "a bias of channels": synapse(lambda x: -jnp.sum(jnp.arange(5.0) * x), x=(2, 2, 5)),
    "three layers": synapse(lambda x, y, u: -jnp.einsum("i,j,k,ijk->", x, y, u, T342), x=(3,), y=(4,), u=(2,)),
    "three layers, neuron by neuron": synapse(lambda x, y, u: -jnp.sum(x * y * u), x=(3,), y=(3,), u=(3,)),
    "cubes of overlaps": synapse(lambda x: -jnp.sum((P53 @ x) ** 3) / 3, x=(3,)),
    "squares of overlaps": synapse(lambda x: -jnp.sum((x @ P53.T) ** 2), x=(3,)),
    "exponentials of overlaps": synapse(lambda x: -jnp.sum(jnp.exp(P53 @ x)), x=(3,)),
    "rectified overlaps": synapse(lambda x: -0.5 * jnp.sum(jax.nn.relu(P53 @ x) ** 2), x=(3,)),
    "softplus of overlaps": synapse(lambda x: -jnp.sum(jax.nn.softplus(P53 @ x)), x=(3,)),
    "log-sum-exp": synapse(lambda x: -jax.nn.logsumexp(2 * (P53 @ x)) / 2, x=(3,)),
    "normalised memories": synapse(
        lambda x: -jax.nn.logsumexp(x @ (P53.T / jnp.sqrt(jnp.sum(P53.T**2, axis=0, keepdims=True)))), x=(3,)
    ),
    "distances": synapse(lambda x: -jax.nn.logsumexp(-jnp.sum((P53 - x) ** 2, axis=1)), x=(3,)),
    "a distance between layers": synapse(lambda x, y: 0.5 * jnp.sum((x - y) ** 2), x=(3,), y=(3,)),
    "a constant": synapse(lambda x: jnp.sum(x) + 1.5, x=(3,)),
    "parts of a vector": synapse(lambda x: -x[0] * x[1] - x[1:] @ x[:2], x=(3,)),
    "side by side": synapse(lambda x, y: -jnp.tanh(jnp.concatenate([x, y]) @ jnp.arange(7.0)), x=(3,), y=(4,)),
    "stacked": synapse(lambda x, y: -(jnp.stack([x, 2 * y]) ** 2).sum(), x=(3,), y=(3,)),
    "stacked as columns": synapse(
        lambda x, y: -jnp.exp(jnp.stack([x, y], axis=1) @ jnp.arange(2.0)).sum(), x=(3,), y=(3,)
    ),
    "a function of a product of two layers": synapse(lambda x, y: -jnp.sum(jnp.tanh(jnp.outer(x, y))), x=(3,), y=(4,)),
    "differences of all pairs": synapse(lambda x: -jnp.sum(A33 * jnp.cos(x[:, None] - x)), x=(3,)),
    "an array of three axes": synapse(lambda x: -jnp.sum(jnp.einsum("i,j,ijk->k", x, x, T333) ** 3), x=(3,)),
    "divided by an array": synapse(lambda x: jnp.sum((x / jnp.arange(1.0, 4.0)) ** 4), x=(3,)),
    "sums of all pairs": synapse(lambda x, y: -jnp.sum(x[:, None] + 2 * y), x=(3,), y=(4,)),
    "products of sums": synapse(lambda x, y: -x.sum() * y.sum(), x=(3,), y=(4,)),
    "one neuron and many": synapse(lambda x, y: -(x[0] * jnp.sum(y**4)), x=(1,), y=(4,)),
    "a quotient": synapse(lambda x: -jnp.sum(x / (1 + x**2)), x=(3,)),
    "a cosine": synapse(lambda x: -(P53[0] @ x) / (jnp.linalg.norm(P53[0]) * jnp.sqrt(x @ x + 1)), x=(3,)),
    "tanh, mapped": synapse(lambda x: -jnp.sum(jax.vmap(lambda p: jnp.tanh(p @ x))(P53)), x=(3,)),
}

REFUSED = {
    "reduce_max": synapse(lambda x: -jnp.max(x), x=(3,)),
    "reduce_prod": synapse(lambda x: -jnp.prod(x), x=(3,)),
    "sort": synapse(lambda x: jnp.sum(jnp.sort(x)[:2]), x=(3,)),
    "scan": synapse(lambda x: jax.lax.scan(lambda c, each: (c + each, each), 0.0, x)[0], x=(3,)),
    "a cast to int32": synapse(lambda x: jnp.sum(x.astype(int)), x=(3,)),
    "a cast to bfloat16": synapse(lambda x: jnp.sum(x.astype(jnp.bfloat16)).astype(jnp.float32), x=(3,)),
    "stop_gradient": synapse(lambda x: jnp.sum(jax.lax.stop_gradient(x) * x), x=(3,)),
    "constant exponents only": synapse(lambda x, y: jnp.sum(jnp.abs(x) ** y), x=(3,), y=(3,)),
    "small whole numbers": synapse(lambda x: jnp.sum(jnp.abs(x) ** 2.1), x=(3,)),
    "along one axis of several": synapse(lambda x: -jnp.sum(jax.nn.logsumexp(x, axis=-1)), x=(2, 3)),
    "comparison for equality": synapse(lambda x: jnp.sum(jnp.where(x == 0, 1.0, x)), x=(3,)),
}
