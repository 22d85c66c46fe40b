"""Write the specs of this folder anew: the models that HAMUX's documentation builds, as `hopverify import` reads them.

    pip install 'hopverify[hamux]'
    python specs/hamux/make.py

With them go the numbers that HAMUX itself computes at some states, into tests/interop/data: the tests compare the
specs with these, so that nobody needs JAX for it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import equinox as eqx
import hamux as hmx
import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
from hamux.lagrangians import lagr_ghostmax

from hopverify.interop import Imported, from_hamux
from hopverify.interop.hamux.comparison import of_ham, random_states

HERE = Path(__file__).parent
NUMBERS = HERE.parents[1] / "tests" / "interop" / "data" / "hamux.json"
STATES, SEED = 3, 1
DESCENT = ["lagrangian_convexity", "energy_descent", "energy_flatness"]


class Bilinear(eqx.Module):
    """The synapse of the front page: its energy has a plus sign."""

    W: jax.Array

    def __call__(self, left: jax.Array, right: jax.Array) -> jax.Array:
        return left @ self.W @ right


class NormalisedMemories(eqx.Module):
    """The synapse of the demonstration with digits: log-sum-exp of the overlaps with memories of length 1."""

    W: jax.Array
    beta: float = 1.0

    def __call__(self, activation: jax.Array) -> jax.Array:
        lengths = jnp.sqrt(jnp.sum(self.W**2, axis=0, keepdims=True))
        overlaps = activation @ (self.W / lengths)
        return -1 / self.beta * jax.nn.logsumexp(self.beta * overlaps, axis=-1)


def front_page() -> Any:
    """Three layers and two synapses, from "How to use"."""
    key = jr.key(0)
    neurons = {
        "input": hmx.NeuronLayer(hmx.lagr_identity, (7,)),
        "labels": hmx.NeuronLayer(hmx.lagr_softmax, (8,)),
        "hidden": hmx.NeuronLayer(hmx.lagr_softmax, (9,)),
    }
    synapses = {"dense1": Bilinear(0.02 * jr.normal(key, (7, 9))), "dense2": Bilinear(0.02 * jr.normal(key, (8, 9)))}
    return hmx.HAM(neurons, synapses, [(("input", "hidden"), "dense1"), (("labels", "hidden"), "dense2")])


def two_layers() -> Any:
    """The first hypergraph of "Building HAMUX": sigmoid and softmax neurons, joined by a linear synapse."""
    neurons = {
        "n1": hmx.NeuronLayer(hmx.lagr_sigmoid, (10,)),
        "n2": hmx.NeuronLayer(lambda x: hmx.lagr_softmax(x, axis=-1), (100,)),
    }
    return hmx.HAM(neurons, {"s1": hmx.LinearSynapse.rand_init(jr.key(0), 10, 100)}, [(("n1", "n2"), "s1")])


def with_biases() -> Any:
    """The two ways to add a bias that "Building HAMUX" shows, between layers of 10 and 20 neurons."""
    W, b = 0.02 * jr.normal(jr.key(0), (10, 20)), jnp.arange(20) + 1
    neurons = {"x": hmx.NeuronLayer(hmx.lagr_tanh, (10,)), "y": hmx.NeuronLayer(hmx.lagr_relu, (20,))}
    synapses = {"linear": hmx.LinearSynapseWithBias(W, b), "bias": hmx.BiasSynapse(b=b)}
    return hmx.HAM(neurons, synapses, [(("x", "y"), "linear"), (("y",), "bias")])


def convolution() -> Any:
    """The convolutional synapse of "Building HAMUX": 8 × 8 pixels, 3 channels in, 5 out."""
    synapse = hmx.ConvSynapse.from_conv_params(
        key=jr.key(42), channels_out=5, channels_in=3, filter_shape=(3, 3), window_strides=(1, 1), padding="SAME"
    )
    neurons = {
        "image": hmx.NeuronLayer(hmx.lagr_identity, (8, 8, 3)),
        "features": hmx.NeuronLayer(hmx.lagr_tanh, (8, 8, 5)),
    }
    return hmx.HAM(neurons, {"conv": synapse}, [(("image", "features"), "conv")])


def memories(pixels: int = 16, count: int = 25) -> Any:
    """The demonstration with digits before training, at a size that is read in a glance (it has 784 and 900)."""
    synapse = NormalisedMemories(0.02 * jr.normal(jr.PRNGKey(0), (pixels, count)))
    neurons = {"input": hmx.NeuronLayer(hmx.lagr_spherical_norm, (pixels,))}
    return hmx.HAM(neurons, {"s1": synapse}, [(["input"], "s1")])


def lagrangians() -> Any:
    """Every Lagrangian of the library, each a lone layer."""
    functions = {
        "identity": hmx.lagr_identity,
        "repu": lambda x: hmx.lagr_repu(x, 3),
        "relu": hmx.lagr_relu,
        "exp": hmx.lagr_exp,
        "rexp": hmx.lagr_rexp,
        "tanh": hmx.lagr_tanh,
        "sigmoid": hmx.lagr_sigmoid,
        "softmax": hmx.lagr_softmax,
        "layernorm": hmx.lagr_layernorm,
        "spherical": hmx.lagr_spherical_norm,
        "ghostmax": lagr_ghostmax,
    }
    return hmx.HAM({name: hmx.NeuronLayer(each, (3,)) for name, each in functions.items()}, {}, [])


MODELS: dict[str, tuple[Callable[[], Any], dict[str, Any]]] = {
    "front-page": (front_page, {"step": 0.5, "expect": {"energy_flatness": "fail"}}),
    "two-layers": (two_layers, {"expect": {"energy_flatness": "fail"}}),
    "with-biases": (with_biases, {"expect": {"energy_flatness": "fail"}}),
    "convolution": (convolution, {"checks": DESCENT}),
    "memories": (memories, {"step": 1}),
    "lagrangians": (lagrangians, {"checks": [*DESCENT, "boundedness"], "expect": {"energy_flatness": "fail"}}),
}


def imported(name: str) -> tuple[Any, Imported]:
    """Return a model as HAMUX has it, and as it is imported."""
    build, options = MODELS[name]
    ham = build()
    return ham, from_hamux(ham, name=f"hamux-{name}", **options)


def numbers(ham: Any, made: Imported) -> list[dict[str, Any]]:
    """Return what HAMUX computes at some states, by the names of the spec and in its order."""
    names = {key: key for key in ham.neurons}
    found = []
    for states in random_states(ham, STATES, SEED):
        values = of_ham(ham, states, made, names)
        order = {key: np.asarray(made.orders.get(key, range(state.size))) for key, state in states.items()}
        found.append(
            {
                "states": {key: state.reshape(-1)[order[key]].tolist() for key, state in states.items()},
                "energy": values.energy,
                "activations": {key: each.tolist() for key, each in values.activations.items()},
                "slopes": {key: each.tolist() for key, each in values.slopes.items()},
            }
        )
    return found


def make(folder: Path) -> dict[str, Any]:
    """Write all specs into a folder, and return the numbers that HAMUX computes for each."""
    computed = {}
    for name in MODELS:
        ham, made = imported(name)
        made.write(folder, force=True)
        computed[made.stem] = numbers(ham, made)
    return computed


if __name__ == "__main__":
    NUMBERS.parent.mkdir(exist_ok=True)
    NUMBERS.write_text(json.dumps(make(HERE)) + "\n", encoding="utf-8")
    print(f"wrote the specs of {', '.join(MODELS)}, and {NUMBERS}", file=sys.stderr)
