"""A user's implementation: energy, velocity, update and activation as callables, and what they return, made comparable.

States are given as one array for each layer with τ > 0, in the order of the spec, or all in one vector (``joined``).
What comes back may be an array, a list or a mapping by layer, of any library whose arrays NumPy can read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.errors import HopverifyError
from hopverify.networks import Model
from hopverify.registry import did_you_mean

Floats = NDArray[np.float64]
Function = Callable[..., Any]
PARTS = ("energy", "velocity", "update", "activation")


@dataclass(frozen=True)
class Implementation:
    """Callables that are not given are None; ``activations`` are by layer. States are vectors over all free layers."""

    sizes: Mapping[str, int]
    joined: bool
    functions: Mapping[str, Function]
    activations: Mapping[str, Function] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Return whether a part is there."""
        return bool(self.activations) if name == "activation" else name in self.functions

    def energy(self, x: Floats) -> float:
        """Return E(x)."""
        found = _array(self._call("energy", x), "energy")
        if found.size != 1:
            raise HopverifyError(f"energy must return one number, got an array of shape {found.shape}")
        return float(found.reshape(()))

    def velocity(self, x: Floats) -> Floats:
        """Return ẋ."""
        return self._vector("velocity", x)

    def update(self, x: Floats) -> Floats:
        """Return the next state."""
        return self._vector("update", x)

    def activation(self, layer: str, x: Floats) -> Floats:
        """Return g(x) of one layer, x being that layer's state."""
        found = _array(self.activations[layer](x.copy()), "activation")
        if found.size != x.size:
            raise HopverifyError(f"activation of {layer} must return {x.size} numbers, got shape {found.shape}")
        return found.reshape(-1)

    def precision(self, x: Floats) -> float:
        """Return the largest relative rounding of the types of numbers that come back, at least that of doubles."""
        answers = [self._call(name, x) for name in self.functions]
        return max((_rounding(answer) for answer in answers), default=float(np.finfo(np.float64).eps))

    def _call(self, name: str, x: Floats) -> Any:
        # Copies: a function that works in place must not change the states of the test.
        parts = np.split(x.copy(), np.cumsum(list(self.sizes.values()))[:-1])
        with np.errstate(all="ignore"):
            return self.functions[name](x.copy()) if self.joined else self.functions[name](*parts)

    def _vector(self, name: str, x: Floats) -> Floats:
        answer = self._call(name, x)
        if isinstance(answer, Mapping):
            missing = self.sizes.keys() - answer.keys()
            if missing:
                raise HopverifyError(
                    f"{name} must return a state of each layer; {', '.join(sorted(missing))} is missing"
                )
            answer = [answer[layer] for layer in self.sizes]
        if isinstance(answer, tuple | list) and len(answer) == len(self.sizes) and not self.joined:
            found = np.concatenate([_array(part, name).reshape(-1) for part in answer])
        else:
            found = _array(answer, name).reshape(-1)
        if found.size != x.size:
            sizes = ", ".join(f"{layer} has {size}" for layer, size in self.sizes.items())
            raise HopverifyError(f"{name} must return {x.size} numbers ({sizes}), got {found.size}")
        return found


def _array(answer: Any, name: str) -> Floats:
    try:
        return np.array(answer, dtype=np.float64)
    except (TypeError, ValueError, RuntimeError) as error:
        raise HopverifyError(f"{name} must return numbers, got {type(answer).__name__}: {error}") from error


def _rounding(answer: Any) -> float:
    parts = list(answer.values()) if isinstance(answer, Mapping) else [answer]
    parts = [each for part in parts for each in (part if isinstance(part, tuple | list) else [part])]
    kinds = [np.asarray(part).dtype for part in parts]
    return max(float(np.finfo(kind if kind.kind == "f" else np.float64).eps) for kind in kinds)


def implementation_of(given: Any, model: Model, *, joined: bool = False) -> Implementation:
    """Return the implementation that a mapping, a module or any object with such attributes is."""
    parts = {name: _part(given, name) for name in PARTS}
    functions = {name: part for name, part in parts.items() if part is not None and name != "activation"}
    activations = _by_layer(parts["activation"], model)
    if not functions and not activations:
        raise HopverifyError(f"nothing to test: give at least one of {', '.join(PARTS)}")
    for name, function in (functions | activations).items():
        if not callable(function):
            raise HopverifyError(f"{name} must be a function of the state, got {type(function).__name__}")
    return Implementation({layer.name: layer.size for layer in model.dynamic}, joined, functions, activations)


def _part(given: Any, name: str) -> Any:
    return given.get(name) if isinstance(given, Mapping) else getattr(given, name, None)


def _by_layer(given: Any, model: Model) -> dict[str, Function]:
    """Return activations by layer; a single function is that of the only layer that is not linear, or the only one."""
    if given is None:
        return {}
    if isinstance(given, Mapping):
        for name in given:
            if name not in model.layers:
                raise HopverifyError(f"activation: no layer is called {name!r}{did_you_mean(name, list(model.layers))}")
        return dict(given)
    bent: Sequence[str] = [name for name, layer in model.layers.items() if layer.function.name != "identity"]
    names = bent if len(model.layers) > 1 else list(model.layers)
    if len(names) != 1:
        raise HopverifyError(f"activation: say of which layer, such as activation={{{next(iter(model.layers))!r}: …}}")
    return {names[0]: given}
