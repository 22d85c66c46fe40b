"""The imported spec beside HAMUX itself: energy, activations and ∂E/∂g at random states, to float32's accuracy.

Where derivative rules are taken for granted, activations and ∂E/∂g are compared at states of all sizes, as far as
float32 has numbers for them.

This proves nothing, and nothing is concluded from it but errors: it finds what a reader of jaxprs may have got wrong,
and derivative rules that are not derivatives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.errors import HopverifyError
from hopverify.expr.floats import FLOATS
from hopverify.interop.hamux.tracing import jax_itself
from hopverify.interop.imported import Imported
from hopverify.networks import build_model
from hopverify.networks.network import Model

STATES, CLOSE, SEED = 4, 1e-3, 0
SCALES = tuple(10.0**power for power in range(-3, 7))


@dataclass(frozen=True)
class Numbers:
    """Energy, activations and ∂E/∂g (by layer) at one state."""

    energy: float
    activations: Mapping[str, NDArray[np.float64]]
    slopes: Mapping[str, NDArray[np.float64]]


def compare(ham: Any, made: Imported, names: Mapping[str, str], *, at_all_sizes: bool = False) -> None:
    """Raise unless HAMUX and the imported spec agree; ``names`` are those of the layers in the spec."""
    model = build_model(made.model_spec())

    def at(states: Mapping[str, Any]) -> tuple[Numbers, Numbers]:
        ours = of_model(model, {names[key]: _ordered(made, names[key], value) for key, value in states.items()})
        return ours, of_ham(ham, states, made, names)

    for states in random_states(ham, STATES, SEED):
        for what, one, other in _pairs(*at(states)):
            if not _close(one, other):
                raise _apart(what, one, other)
        for scale in SCALES if at_all_sizes else ():
            # An energy of large parts that cancel is lost in float32; its slopes are not.
            for what, one, other in _pairs(*at({key: scale * value for key, value in states.items()}))[1:]:
                held = np.isfinite(one) & np.isfinite(other)
                if not _close(one[held], other[held]):
                    raise _apart(what, one, other)


def _apart(what: str, one: NDArray[np.float64], other: NDArray[np.float64]) -> HopverifyError:
    return HopverifyError(
        f"{what}: HAMUX computes {_some(other)}, where its own functions, read as mathematics, give {_some(one)}. "
        "Either a custom derivative rule is not the derivative of its function, or a part that differs in float32 (an"
        " overflow, a cancellation) matters"
    )


def random_states(ham: Any, count: int, seed: int) -> list[dict[str, NDArray[np.float32]]]:
    """Return states of the layers, by HAMUX's names."""
    rng = np.random.default_rng(seed)
    shapes = {key: np.shape(value) for key, value in ham.init_states().items()}
    return [{key: rng.normal(size=shape).astype(np.float32) for key, shape in shapes.items()} for _ in range(count)]


def of_ham(ham: Any, states: Mapping[str, Any], made: Imported, names: Mapping[str, str]) -> Numbers:
    """Return what HAMUX computes, by the spec's names and in the spec's order."""
    jax = jax_itself()
    xs = {key: jax.numpy.asarray(value) for key, value in states.items()}
    activations = ham.activations(xs)
    energy, slopes = ham.dEdact(activations, xs, return_energy=True)
    found = [{names[key]: _ordered(made, names[key], each[key]) for key in names} for each in (activations, slopes)]
    return Numbers(float(energy), *found)


def of_model(model: Model, states: Mapping[str, NDArray[np.float64]]) -> Numbers:
    """Return what the imported spec says, in doubles: T ẋ is -∂E/∂g."""
    _, activations = model.complete(states, FLOATS)
    slopes = {name: -np.asarray(flow) for name, flow in model.flow(states, FLOATS).items()}
    return Numbers(float(model.energy(states, FLOATS)), activations, slopes)


def _ordered(made: Imported, name: str, value: Any) -> NDArray[np.float64]:
    flat = np.asarray(value, dtype=np.float64).reshape(-1)
    return flat[np.asarray(made.orders[name])] if name in made.orders else flat


def _pairs(ours: Numbers, theirs: Numbers) -> list[tuple[str, Any, Any]]:
    found: list[tuple[str, Any, Any]] = [("the energy", np.array([ours.energy]), np.array([theirs.energy]))]
    for name in ours.activations:
        found.append((f"the activations of layer {name!r}", ours.activations[name], theirs.activations[name]))
        found.append((f"dE/dg of layer {name!r}", ours.slopes[name], theirs.slopes[name]))
    return found


def _close(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    scale = max(1.0, float(np.max(np.abs(one), initial=0)), float(np.max(np.abs(other), initial=0)))
    return bool(np.all(np.isfinite(one)) and np.all(np.abs(one - other) <= CLOSE * scale))


def _some(values: NDArray[np.float64]) -> str:
    return ", ".join(f"{value:.6g}" for value in values[:4]) + (", …" if len(values) > 4 else "")
