"""Specs that no search finishes in seconds, or that libraries are slow with: what ``--timeout`` is measured on.

Each is written into a folder, from one seed. They are of kinds that people have: memories, recurrent networks,
attention, hierarchies; and a few that once hung.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Random = np.random.Generator
# Beyond so many numbers an array stands in a file of its own.
INLINE = 2000


class Written:
    """A spec being written: the text, and the files of its arrays beside it."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name, self.count = folder, name, 0

    def array(self, values: Any, **more: str) -> str:
        """Return what stands for an array in the text."""
        values = np.asarray(values)
        if values.size <= INLINE and not more:
            return str(values.tolist())
        self.count += 1
        file = f"{self.name}-{self.count}.npy"
        np.save(self.folder / file, values)
        return "{" + ", ".join([f"file: {file}", *(f"{key}: {value}" for key, value in more.items())]) + "}"


@dataclass(frozen=True)
class HardSpec:
    """``body(written, random)`` returns the text below the head of the spec."""

    name: str
    summary: str
    body: Callable[[Written, Random], str]

    def write(self, folder: Path) -> Path:
        """Write the spec, and the arrays it names, into a folder; return its path."""
        path = folder / f"{self.name}.yaml"
        text = self.body(Written(folder, self.name), np.random.default_rng(0))
        path.write_text(f"hopverify: 1\nname: {self.name}\n{text}", encoding="utf-8")
        return path


def signs(random: Random, *shape: int) -> NDArray[np.int8]:
    """Return patterns of ±1."""
    return random.choice([-1, 1], size=shape).astype(np.int8)


def unit(random: Random, *shape: int) -> Floats:
    """Return patterns of length 1."""
    rows: Floats = random.normal(size=shape)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def symmetric(random: Random, n: int, scale: float) -> Floats:
    """Return a random symmetric matrix whose spectral radius is about 2·scale."""
    W = random.normal(size=(n, n))
    return np.asarray(scale * (W + W.T) / np.sqrt(2 * n))


def _network(W: Floats, bias: Floats | float, lagrangian: str, checks: str, w: Written, **more: str) -> str:
    b = w.array(bias) if np.ndim(bias) else str(bias)
    return (
        f"layers: {{x: {{size: {len(W)}, lagrangian: {lagrangian}, bias: {b}}}}}\n"
        f"synapses: {{w: {{kind: dense, layers: [x, x], weights: {w.array(W, **more)}}}}}\nchecks: {checks}\n"
    )


def _dense(n: int, checks: str, w: Written, random: Random) -> str:
    return _network(symmetric(random, n, 1.2), 0.2 * random.normal(size=n), "tanh", checks, w)


def _competing(n: int, checks: str, w: Written, random: Random) -> str:
    """Combinatorial threshold-linear networks: inhibition that is weaker along the edges of a graph."""
    W = np.where(random.random((n, n)) < 0.5, -0.75, -1.5)
    np.fill_diagonal(W, 0.0)
    return _network(W, 1.0, "relu", checks, w)


def _recurrent(n: int, norm: float, w: Written, random: Random) -> str:
    W = random.normal(size=(n, n))
    return _network(norm * W / np.linalg.norm(W, 2), 0.3 * random.normal(size=n), "tanh", "all", w)


def _uncertain(n: int, w: Written, random: Random) -> str:
    patterns = signs(random, n // 20, n).astype(np.float64)
    W = patterns.T @ patterns / n
    np.fill_diagonal(W, 0.0)
    return _network(W, 0.0, "{tanh: {beta: 8}}", "all", w, dtype="bfloat16")


def _hebbian(n: int, count: int, checks: str, w: Written, random: Random) -> str:
    return (
        f"layers: {{x: {{size: {n}, lagrangian: {{tanh: {{beta: 4}}}}}}}}\n"
        f"synapses: {{w: {{kind: hebbian, layers: [x], patterns: {w.array(signs(random, count, n))}, scale: 1/{n}, "
        "zero_diagonal: true}}\n"
        f"memories: {{stored: {{layer: x, patterns: {{same_as: w.patterns}}}}}}\nchecks: {checks}\n"
    )


def _softmax(count: int, n: int, beta: int, visible: str, w: Written, random: Random) -> str:
    patterns = unit(random, count, n).astype(np.float32)
    return (
        f"layers:\n  v: {{size: {n}, lagrangian: {visible}}}\n"
        f"  h: {{size: {count}, lagrangian: {{softmax: {{beta: {beta}}}}}, tau: 0}}\n"
        f"synapses: {{xi: {{kind: dense, layers: [h, v], weights: {w.array(patterns)}}}}}\n"
        "memories: {stored: {layer: v, patterns: {same_as: xi}}}\nchecks: all\n"
    )


def _mixtures(count: int, n: int, beta: int, w: Written, random: Random) -> str:
    patterns = unit(random, count, n)
    means = patterns.reshape(count // 8, 8, n).mean(axis=1)
    return (
        f"layers:\n  v: {{size: {n}, lagrangian: identity}}\n"
        f"  h: {{size: {count}, lagrangian: {{softmax: {{beta: {beta}}}}}, tau: 0}}\n"
        f"synapses: {{xi: {{kind: dense, layers: [h, v], weights: {w.array(patterns)}}}}}\n"
        "memories:\n  stored: {layer: v, patterns: {same_as: xi}}\n"
        f"  near: {{layer: v, patterns: {w.array(means)}}}\n"
        "checks: [{memory_retrieval: {near: near}}]\n"
    )


def _transformer(tokens: int, width: int, heads: int, w: Written, random: Random) -> str:
    head = width // 2
    queries, keys = (random.normal(size=(heads, head, width)) / np.sqrt(width) for _ in range(2))
    patterns = random.normal(size=(4 * width, width)) / np.sqrt(width)
    return (
        f"layers: {{token: {{size: {width}, copies: {tokens}, "
        "lagrangian: {layernorm: {gamma: 1}}, leak: false}}\n"
        "synapses:\n"
        f"  attention: {{kind: attention, layers: [token], queries: {w.array(queries)}, keys: {w.array(keys)}, "
        f"beta: {1 / np.sqrt(head)}}}\n"
        f"  memories: {{kind: associative, layers: [token], patterns: {w.array(patterns)}, function: relu(z)^2/2}}\n"
        "checks: all\n"
    )


def _associative(count: int, n: int, function: str, w: Written, random: Random) -> str:
    patterns = w.array(signs(random, count, n))
    return (
        f"layers: {{x: {{size: {n}, lagrangian: {{tanh: {{beta: 4}}}}}}}}\n"
        f'synapses: {{s: {{kind: associative, layers: [x], patterns: {patterns}, function: "{function}"}}}}\n'
        f"memories: {{stored: {{layer: x, patterns: {patterns}}}}}\nchecks: all\n"
    )


def _hierarchy(w: Written, random: Random) -> str:
    kernel, top = 0.3 * random.normal(size=(8, 1, 5, 5)), 0.3 * random.normal(size=(200, 50)) / np.sqrt(50)
    return (
        "layers:\n  image: {size: 196, shape: [1, 14, 14], lagrangian: tanh}\n"
        "  features: {size: 200, shape: [8, 5, 5], lagrangian: tanh}\n  top: {size: 50, lagrangian: sigmoid}\n"
        "synapses:\n"
        f"  conv: {{kind: convolution, layers: [image, features], kernel: {w.array(kernel)}, stride: 2}}\n"
        f"  dense: {{kind: dense, layers: [features, top], weights: {w.array(top)}}}\nchecks: all\n"
    )


def _expression(lagrangian: str, w: Written, random: Random) -> str:
    return f'layers: {{x: {{size: 3, lagrangian: {{expression: "{lagrangian}", of: neuron}}}}}}\nchecks: all\n'


def _spins(n: int, count: int, w: Written, random: Random) -> str:
    return (
        f"layers: {{s: {{size: {n}, states: spins}}}}\n"
        f"synapses: {{w: {{kind: hebbian, layers: [s], patterns: {w.array(signs(random, count, n))}, scale: 1/{n}, "
        "zero_diagonal: true}}\n"
        "memories: {stored: {layer: s, patterns: {same_as: w.patterns}}}\nupdate: asynchronous\nchecks: all\n"
    )


def _tiny(w: Written, random: Random) -> str:
    return (
        'layers: {x: {size: 2, lagrangian: tanh, tau: "1e-200", leak: ["1e-300", "1e300"]}}\n'
        "synapses: {w: {kind: dense, layers: [x, x], weights: [[0.5, 0.1], [0.1, 0.5]]}}\nchecks: all\n"
    )


SPECS: tuple[HardSpec, ...] = (
    HardSpec("tanh-12", "all equilibria of 12 tanh neurons, dense", partial(_dense, 12, "[equilibria]")),
    HardSpec("tanh-20", "all checks of 20 tanh neurons, dense", partial(_dense, 20, "all")),
    HardSpec("tanh-100", "all checks of 100 tanh neurons, dense", partial(_dense, 100, "all")),
    HardSpec("competing-20", "all checks of 20 relu neurons that inhibit each other", partial(_competing, 20, "all")),
    HardSpec("competing-30", "a rise of the energy of 30 such neurons", partial(_competing, 30, "[energy_descent]")),
    HardSpec("low-rank-12", "12 tanh neurons with three patterns", partial(_hebbian, 12, 3, "[equilibria]")),
    HardSpec("hebbian-50", "50 tanh neurons with five patterns", partial(_hebbian, 50, 5, "all")),
    HardSpec("hebbian-200", "200 tanh neurons with twenty patterns", partial(_hebbian, 200, 20, "all")),
    HardSpec("bfloat16-100", "100 tanh neurons whose weights are known to 8 bits", partial(_uncertain, 100)),
    HardSpec("recurrent-300", "300 tanh neurons, W not symmetric, norm 1.2", partial(_recurrent, 300, 1.2)),
    HardSpec("softmax-100000", "a softmax memory of 100,000 patterns", partial(_softmax, 100_000, 16, 200, "identity")),
    HardSpec("spherical-500", "500 patterns on a sphere", partial(_softmax, 500, 64, 20, "spherical")),
    HardSpec("mixtures-2000", "250 mixtures of 2,000 patterns", partial(_mixtures, 2000, 64, 20)),
    HardSpec("transformer-8", "an energy transformer of 8 tokens", partial(_transformer, 8, 16, 4)),
    HardSpec("transformer-32", "an energy transformer of 32 tokens", partial(_transformer, 32, 32, 2)),
    HardSpec("dense-784", "a dense memory of 784 neurons", partial(_associative, 100, 784, "z^4/481890304")),
    HardSpec("hierarchy-446", "a convolution and a dense layer above it", _hierarchy),
    HardSpec(
        "expression",
        "a convex Lagrangian that SymPy rewrites for hours",
        partial(_expression, "2*x^2 + x*tanh(x + x^3)/8"),
    ),
    HardSpec("spins-60", "60 spins with four patterns", partial(_spins, 60, 4)),
    HardSpec("tiny-times", "time constants and leaks near the ends of doubles", _tiny),
)
