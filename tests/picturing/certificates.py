"""Small specs with their certificates, each verified once."""

from __future__ import annotations

from functools import lru_cache

from hopverify.certificate import Certificate
from hopverify.networks import Model, build_model
from hopverify.picturing.sampling import Sampler
from hopverify.pipeline import verify
from hopverify.spec import ModelSpec, parse_spec, read_spec
from tests.cli.commands import ROOT

SPECS = ROOT / "specs"

# Two relu neurons that inhibit each other: equilibria (-1, 1), (1, -1), (1/3, 1/3), and a ghost where both are dead.
SWITCH = """
hopverify: 1
name: switch
layers: {x: {size: 2, lagrangian: relu, bias: 1}}
synapses: {w: {kind: dense, layers: [x, x], weights: [[0, -2], [-2, 0]]}}
checks: [energy_flatness, equilibria, ghost_regions, equilibrium_stability]
"""

# Two sign patterns in four neurons that saturate, with cells around their equilibria.
CELLS = """
hopverify: 1
name: cells
layers: {x: {size: 4, lagrangian: {tanh: {beta: 3}}}}
synapses: {w: {kind: hebbian, layers: [x], patterns: [[1, 1, 1, 1], [1, 1, -1, -1]]}}
memories: {stored: {layer: x, patterns: {same_as: w.patterns}}}
checks: [basin_cells]
"""

# Three images of 2 × 2. The third is as like the second as the second itself, which has no ball.
IMAGES = """
hopverify: 1
name: images
layers: {v: {size: 4, lagrangian: identity}, h: {size: 3, lagrangian: {softmax: {beta: 400}}, tau: 0}}
synapses: {xi: {kind: dense, layers: [h, v], weights: [[1, 0, 0, 0], [0, 1, 0, 0], [0, 1, 1/10, 0]]}}
memories: {seen: {layer: v, patterns: {same_as: xi}, labels: [a, b, c], shape: [2, 2]}}
checks: [{memory_retrieval: {at_least: 1}}]
"""

# A softmax layer with a time constant of its own: E does not see a shift of its states.
SHIFTED = """
hopverify: 1
name: shifted
layers: {v: {size: 3, lagrangian: identity}, h: {size: 3, lagrangian: {softmax: {beta: 6}}, tau: 1/2}}
synapses: {xi: {kind: dense, layers: [h, v], weights: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]}}
memories: {seen: {layer: v, patterns: {same_as: xi}}}
checks: [{equilibria: {near: seen}}]
"""


@lru_cache(maxsize=32)
def certified(text: str) -> tuple[ModelSpec, Model, Certificate]:
    """Return a spec, its model and its certificate; ``text`` is a spec, or the name of one of the project."""
    spec = read_spec(SPECS / f"{text}.yaml") if "\n" not in text else parse_spec(text)
    return spec, build_model(spec), verify(spec, boxes=20_000)


@lru_cache(maxsize=32)
def sampler(text: str) -> Sampler:
    """Return what evaluates the model of a spec."""
    return Sampler(certified(text)[1])
