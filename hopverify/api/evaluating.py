"""``evaluate``: energy and flow at one state, in exact rationals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from hopverify.api.given import SpecLike
from hopverify.api.numbers import exact_array
from hopverify.errors import ArgumentError
from hopverify.expr.exact import EXACT
from hopverify.networks import Model, altered_system
from hopverify.networks.network import split

Vectors = Mapping[str, tuple[Fraction, ...]]


@dataclass(frozen=True)
class Evaluation:
    """What a model does at a ``state``: ``energy`` E, ``velocity`` ẋ by layer, ``energy_rate`` dE/dt.

    ``altered_energy`` is V, where the model is an altered system that states its metric.
    """

    state: Vectors
    energy: Fraction
    velocity: Vectors
    energy_rate: Fraction
    altered_energy: Fraction | None = None


def evaluate(spec: SpecLike | Model, state: Mapping[str, Any] | Sequence[Any]) -> Evaluation:
    """Return energy and flow at a state: a vector for each layer with τ > 0, or one over all of them.

    Raises :class:`HopverifyError` where a value is not known to be rational, as those of tanh are not.

    >>> from hopverify import Layer, evaluate, model
    >>> found = evaluate(model({"x": Layer(2, "relu", bias=[1, "1/2"])}), [2, "1/3"])
    >>> found.energy, found.velocity
    (Fraction(-1, 9), {'x': (Fraction(-1, 1), Fraction(1, 6))})
    """
    from hopverify.api.actions import build_model as built

    model = spec if isinstance(spec, Model) else built(spec)
    x = _state(model, state)
    rate = model.energy_rate(x, EXACT)
    system = altered_system(model)
    metric = None if isinstance(system, str) else system.synapse.metric
    altered = None if isinstance(system, str) or metric is None else system.energy(x[system.slow.name], metric, EXACT)
    return Evaluation(_vectors(x), model.energy(x, EXACT), _vectors(model.velocity(x, EXACT)), Fraction(rate), altered)


def _state(model: Model, given: Any) -> dict[str, Any]:
    sizes = {layer.name: layer.size for layer in model.dynamic}
    if not isinstance(given, Mapping):
        numbers = exact_array(given, "state").fractions()
        if numbers.shape != (model.size,):
            raise ArgumentError(f"state: {model.size} numbers are taken, got an array of shape {numbers.shape}")
        return split(model, EXACT.array(numbers.tolist()))
    if set(given) != set(sizes):
        raise ArgumentError(
            f"state: one vector for each of the layers {', '.join(sizes)}, got {', '.join(map(str, given))}"
        )
    parts = {name: exact_array(given[name], f"state.{name}").fractions() for name in sizes}
    for name, part in parts.items():
        if part.shape != (sizes[name],):
            raise ArgumentError(f"state.{name}: {sizes[name]} numbers are taken, got an array of shape {part.shape}")
    return {name: EXACT.array(part.tolist()) for name, part in parts.items()}


def _vectors(values: Mapping[str, Any]) -> Vectors:
    return {name: tuple(Fraction(entry) for entry in value) for name, value in values.items()}
