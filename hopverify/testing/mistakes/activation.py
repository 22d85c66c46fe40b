"""The activation: another inverse temperature or parameter, another function, or a Lagrangian with another factor.

An activation must be the gradient of the Lagrangian in the energy. So each suspect comes in three forms: in the
dynamics only, in the energy only, and in both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.errors import HopverifyError
from hopverify.expr.floats import FLOATS
from hopverify.lagrangians import LAGRANGIANS
from hopverify.networks import LayerFunction, Model, build_model
from hopverify.spec import FunctionSpec
from hopverify.testing.derived import Derived
from hopverify.testing.mistakes import FITTED, Floats, Mistake, Suspect
from hopverify.testing.subject import Subject
from hopverify.testing.variants import parts_of, with_layer

TEMPERATURE, NO_GRADIENT = "wrong inverse temperature", "activation that is not the gradient of the Lagrangian"


def _suspects(subject: Subject, states: list[Floats]) -> Iterator[Suspect]:
    for layer in subject.spec.layers.values():
        if layer.function.name is None or layer.function.name not in LAGRANGIANS:
            continue
        yield from _factors(subject, layer.name, states)
        held = subject.derived.model.layers[layer.name].function.parameters
        for parameter, value in held.items():
            for other in _values(value):
                yield from _with_parameter(subject, layer.name, parameter, value, other)
            fitted = _fitted(subject, layer.name, parameter, value, states)
            if fitted is not None:
                yield from _with_parameter(subject, layer.name, parameter, value, fitted, looseness=FITTED)
        for entry in LAGRANGIANS:
            if entry.name != layer.function.name:
                yield from _with_function(subject, layer.name, entry.name, held)


def _values(value: Fraction) -> Iterator[Fraction]:
    """Yield values that are often used by mistake: 1, the reciprocal, twice and half, the square."""
    seen = {value}
    for other in (Fraction(1), 1 / value if value else value, 2 * value, value / 2, value * value, -value, Fraction(0)):
        if other not in seen:
            seen.add(other)
            yield other


def _with_parameter(
    subject: Subject, layer: str, parameter: str, value: Fraction, other: Fraction, *, looseness: float = 1.0
) -> Iterator[Suspect]:
    function = _function(subject, layer, parameters={parameter: other})
    if function is None:
        return
    what = "inverse temperature" if parameter == "beta" else f"parameter {parameter}"
    said = f"the {what} of layer {layer} is {float(other):.6g}, where the spec has {parameter} = {float(value):g}"
    if other == 1 and parameter == "beta":
        said = (
            f"the inverse temperature of layer {layer} is left out: it acts as 1, where the spec has {float(value):g}"
        )
    name = TEMPERATURE if parameter == "beta" else "another parameter"
    change = f"use {parameter} = {float(value):g} in activation and Lagrangian alike, or change it in the spec"
    yield from _forms(subject, layer, function, name, said, change, looseness)


def _with_function(subject: Subject, layer: str, name: str, held: Mapping[str, Fraction]) -> Iterator[Suspect]:
    known = {field.name for field in LAGRANGIANS[name].parameters}
    choices: list[dict[str, Any]] = [{}]
    shared = {key: value for key, value in held.items() if key in known}
    if shared:
        choices.append(shared)
    for parameters in choices:
        function = _function(subject, layer, name=name, parameters=parameters)
        if function is not None:
            own = subject.spec.layers[layer].function.name
            told = ", ".join(f"{key} = {float(value):g}" for key, value in function.parameters.items())
            said = f"the activation of layer {layer} is that of {name}{f' ({told})' if told else ''}, not of {own}"
            change = f"use the gradient of the Lagrangian: `hopverify explain {own}` tells it"
            yield from _forms(subject, layer, function, NO_GRADIENT, said, change, 1.0)


def _function(
    subject: Subject, layer: str, *, name: str | None = None, parameters: Mapping[str, Any]
) -> LayerFunction | None:
    """Return the function of a layer with another name or other parameters; None where there is none."""
    spec = subject.spec
    old = spec.layers[layer].function
    values = {key: str(value) for key, value in parameters.items()}
    if name is None:
        values = {**old.parameters, **values}
    new = FunctionSpec("lagrangian", name or old.name, values, None, "auto", old.path)
    layers = {**spec.layers, layer: replace(spec.layers[layer], function=new)}
    try:
        return build_model(replace(spec, layers=layers, original=None)).layers[layer].function
    except HopverifyError:
        return None


def _forms(
    subject: Subject, layer: str, function: LayerFunction, name: str, said: str, change: str, looseness: float
) -> Iterator[Suspect]:
    model = with_layer(subject.derived.model, layer, function=function)
    try:
        other = Derived(model)
    except (HopverifyError, NotImplementedError):
        return

    def activation(x: Floats) -> Floats:
        with np.errstate(all="ignore"):
            return np.array(function.activate(x, FLOATS), dtype=np.float64)

    acts = {layer: activation}
    yield Suspect(name, f"{said} (in the dynamics)", change, None, other.velocity, acts, looseness)
    yield Suspect(name, f"{said} (in the energy)", change, other.energy, None, {}, looseness)
    yield Suspect(name, f"{said} (throughout)", change, other.energy, other.velocity, acts, looseness)


def _factors(subject: Subject, layer: str, states: list[Floats]) -> Iterator[Suspect]:
    """Yield a Lagrangian with a factor, as log Σ e^βx without its 1/β, and an activation with one."""
    model, derived = subject.derived.model, subject.derived
    if subject.implementation.has("energy") and layer in parts_of(model, states[0]).lagrangian:
        factor = _factor_of_lagrangian(subject, layer, states)
        if factor is not None:

            def energy(x: Floats, scale: float = factor) -> float:
                return derived.energy(x) - (scale - 1) * parts_of(model, x).lagrangian[layer]

            said = f"the Lagrangian of layer {layer} has the factor {factor:.6g} in the energy, and so another gradient"
            change = f"divide it by {factor:.6g}, so that its gradient is the activation"
            yield Suspect(NO_GRADIENT, said, change, energy=energy, looseness=FITTED)
    if layer in subject.implementation.activations:
        factor = _factor_of_activation(subject, layer, states)
        if factor is not None:
            said = f"the activation of layer {layer} has the factor {factor:.6g}"
            acts = {layer: lambda z, scale=factor: scale * derived.activation(layer, z)}
            yield Suspect(NO_GRADIENT, said, f"divide it by {factor:.6g}", activation=acts, looseness=FITTED)


def _factor_of_lagrangian(subject: Subject, layer: str, states: list[Floats]) -> float | None:
    origin = parts_of(subject.derived.model, subject.origin).lagrangian[layer]
    ours = np.array([parts_of(subject.derived.model, x).lagrangian[layer] - origin for x in states])
    gaps = np.array([subject.derived_rise(x) - subject.rise(x) for x in states])
    return _ratio(ours, gaps, 1.0)


def _factor_of_activation(subject: Subject, layer: str, states: list[Floats]) -> float | None:
    own = [np.asarray(subject.derived.states(x)[layer], dtype=np.float64) for x in states]
    ours = np.concatenate([subject.derived.activation(layer, z) for z in own])
    theirs = np.concatenate([subject.implementation.activation(layer, z) for z in own])
    return _ratio(ours, theirs, 0.0)


def _ratio(ours: Floats, theirs: Floats, offset: float) -> float | None:
    finite = np.isfinite(ours) & np.isfinite(theirs)
    power = float(ours[finite] @ ours[finite])
    factor = offset + float(ours[finite] @ theirs[finite]) / power if power else 0.0
    return factor if factor != 0 else None


def _fitted(subject: Subject, layer: str, parameter: str, value: Fraction, states: list[Floats]) -> Fraction | None:
    """Return the value of a parameter that comes nearest to what is seen: on a grid, and then by cutting."""
    if parameter != "beta":
        return None
    misfit = _misfit(subject, layer, parameter, states)
    grid = [float(value) * 2.0**k for k in np.linspace(-6, 6, 25)]
    losses = [misfit(each) for each in grid]
    best = int(np.argmin(losses))
    if not np.isfinite(losses[best]):
        return None
    low, high = np.log(grid[max(0, best - 1)]), np.log(grid[min(len(grid) - 1, best + 1)])
    golden = (np.sqrt(5) - 1) / 2
    for _ in range(70):
        left, right = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, right) if misfit(np.exp(left)) <= misfit(np.exp(right)) else (left, high)
    return Fraction(float(np.exp((low + high) / 2)))


def _misfit(subject: Subject, layer: str, parameter: str, states: list[Floats]) -> Any:
    """Return a function that tells how far a parameter is from what is seen, in the first series that there is."""
    few = states[:16]
    has = subject.implementation.has
    if layer in subject.implementation.activations:
        theirs = [subject.implementation.activation(layer, _own(subject, layer, x)) for x in few]
    elif has("velocity") or has("update"):
        theirs = [subject.velocity(x) for x in few]
    else:
        theirs = [np.array([subject.rise(x)]) for x in few]

    def predicted(model: Model, x: Floats) -> Floats:
        derived = Derived(model)
        if layer in subject.implementation.activations:
            return derived.activation(layer, _own(subject, layer, x))
        if has("velocity") or has("update"):
            return derived.velocity(x)
        return np.array([derived.energy(x) - derived.energy(subject.origin)])

    def misfit(value: float) -> float:
        function = _function(subject, layer, parameters={parameter: Fraction(value)})
        if function is None:
            return float("inf")
        model = with_layer(subject.derived.model, layer, function=function)
        gaps = np.concatenate([predicted(model, x) - y for x, y in zip(few, theirs, strict=True)])
        finite = gaps[np.isfinite(gaps)]
        return float(np.abs(finite).sum()) if len(finite) else float("inf")

    return misfit


def _own(subject: Subject, layer: str, x: Floats) -> Floats:
    return np.asarray(subject.derived.states(x)[layer], dtype=np.float64)


MISTAKE = Mistake("activation", 7, _suspects)
