"""The imported spec beside the module itself: energy and gradient, or flow, at random states of several scales.

This proves nothing, and nothing is concluded from it but errors: it finds what a reader of graphs may have got wrong,
programs that draw random numbers, and gradients that are not those of the energy.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.errors import HopverifyError
from hopverify.expr.floats import FLOATS
from hopverify.interop.imported import Imported
from hopverify.interop.torch.calls import differentiated, quiet
from hopverify.interop.torch.tensors import torch_itself
from hopverify.networks import build_model

STATES, SEED = 3, 0
SCALES = (1.0, 0.01, 0.1, 10.0, 100.0, 1e4)
CLOSE = {"float64": 1e-6, "float32": 2e-3}
"""How far apart numbers are that differ, by the type in which the module computes them: roundings are no difference."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Compared:
    """How many states were compared, and the largest difference, relative to the numbers compared."""

    states: int
    largest: float

    def told(self) -> str:
        """Return a sentence for the person."""
        return (
            f"compared with the module at {self.states} states: the largest relative difference is {self.largest:.1g}"
        )


@dataclass(frozen=True)
class Original:
    """The module: ``of`` returns energy and flow, or the flow alone, at one state; ``dtype`` is its type of floats."""

    function: Any
    shapes: Sequence[tuple[int, ...]]
    dtype: str
    returns: str

    def of(self, states: Sequence[Array]) -> tuple[Array, Array]:
        """Return the energy (empty where there is none) and the flow, flattened."""
        torch = torch_itself()
        kind = getattr(torch, self.dtype)
        xs = [torch.tensor(x.reshape(shape), dtype=kind) for x, shape in zip(states, self.shapes, strict=True)]
        with quiet(), differentiated():
            if self.returns != "energy":
                found = self.function(*[x.requires_grad_() for x in xs])
                parts = found if isinstance(found, list | tuple) else [found]
                flow = [_numbers(part) for part in parts]
                if self.returns == "update":
                    flow = [part - x for part, x in zip(flow, states, strict=True)]
                return np.zeros(0), np.concatenate(flow)
            leaves = [x.requires_grad_() for x in xs]
            # The program may change what it is given.
            energy = self.function(*[x.clone() for x in leaves]).sum()
            if not energy.requires_grad:
                return _numbers(energy), np.zeros(sum(x.size for x in states))
            slopes = torch.autograd.grad(energy, leaves, allow_unused=True)
        given = zip(slopes, states, strict=True)
        flow = [-_numbers(slope) if slope is not None else np.zeros(x.size) for slope, x in given]
        return _numbers(energy), np.concatenate(flow)


def _numbers(tensor: Any) -> Array:
    found: Array = tensor.detach().cpu().double().numpy().reshape(-1)
    return found


def compare(
    made: Imported, original: Original, split: Callable[[Sequence[Array]], Mapping[str, Array]], constant: float
) -> Compared:
    """Raise unless the module and the spec agree; ``split`` gives the states of the spec's layers, in their order.

    ``constant`` is what the spec's energy leaves out.
    """
    model = build_model(made.model_spec())
    rng = np.random.default_rng(SEED)
    exact = _in_doubles(original, rng)
    largest, count = 0.0, 0
    for scale in SCALES:
        for _ in range(STATES):
            states = [scale * rng.normal(size=int(np.prod(shape))) for shape in original.shapes]
            layers = split(states)
            with np.errstate(all="ignore"):
                flows = model.flow(layers, FLOATS)
                ours = [np.concatenate([np.asarray(flows[name], dtype=float) for name in layers])]
                if original.returns == "energy":
                    ours.insert(0, np.array([float(model.energy(layers, FLOATS)) + constant]))
            trials = [exact, original] if scale == 1.0 and exact is not original else [exact]
            for trial in trials:
                energy, flow = trial.of(states)
                theirs = [energy, flow] if original.returns == "energy" else [flow]
                gap = _gap(ours, theirs, scale)
                if gap > CLOSE[trial.dtype] * (max(1.0, scale) if original.dtype == "float32" else 1.0):
                    raise HopverifyError(_apart(ours, theirs, original.returns, scale))
                largest = max(largest, gap) if trial is exact else largest
                count += 1
    return Compared(count, largest)


def _in_doubles(original: Original, rng: np.random.Generator) -> Original:
    """Return the module in double precision, where it can be had: not of a function that holds float32 tensors."""
    torch = torch_itself()
    if original.dtype == "float64":
        return original
    try:
        function = original.function
        if isinstance(function, torch.nn.Module):
            function = copy.deepcopy(function).double()
        doubled = Original(function, original.shapes, "float64", original.returns)
        doubled.of([rng.normal(size=int(np.prod(shape))) for shape in original.shapes])
    except Exception:
        return original
    return doubled


def _gap(ours: Sequence[Array], theirs: Sequence[Array], scale: float) -> float:
    """Return the largest difference relative to the size of the numbers; overflow at large states is none."""
    largest = 0.0
    for one, other in zip(ours, theirs, strict=True):
        if one.shape != other.shape:
            return np.inf
        finite = np.isfinite(one) & np.isfinite(other)
        if not finite.all():
            if scale <= 1.0:
                return np.inf
            continue
        size = max(1.0 if scale >= 1 else scale, *np.abs(one), *np.abs(other))
        largest = max(largest, float(np.max(np.abs(one - other), initial=0.0)) / size)
    return largest


def _apart(ours: Sequence[Array], theirs: Sequence[Array], returns: str, scale: float) -> str:
    kinds = ["energy", "gradient"] if returns == "energy" else ["flow"]
    pairs = list(zip(kinds, ours, theirs, strict=True))
    kind, one, other = max(pairs, key=lambda each: _gap([each[1]], [each[2]], scale))
    causes = (
        "Either a gradient is stopped (detach, no_grad) or has a rule of its own (autograd.Function), or the program"
        " draws random numbers or remembers its calls, or float32 loses too many digits (try .double())"
    )
    if not np.isfinite(one).all():
        return (
            f"what was read is not defined at a state of size {scale:g}, where PyTorch computes {_some(other)}: a"
            " logarithm, a root or a quotient is taken outside its domain in a case that torch.where does not choose;"
            " bound its argument by torch.clamp"
        )
    return (
        f"the module and what was read of it differ in their {kind} at states of size {scale:g}: PyTorch computes"
        f" {_some(other)}, the reading gives {_some(one)}. {causes}"
    )


def _some(values: Array) -> str:
    return ", ".join(f"{value:.6g}" for value in values[:4]) + (", …" if len(values) > 4 else "")
