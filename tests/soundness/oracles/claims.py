"""Whether a claim about a core is false, as JSON and in doubles: values, differences, steps. Nothing of the kernel.

``falsity`` returns why a claim cannot be true, or None. Differences have errors: what is within them is not called
false. States are drawn, so that a false claim about all states may go unseen; one about a given state does not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any

Value = Any
DRAWN = 12
H = 2.0**-12
"""The length of differences; second ones have errors of some 1e-6 where functions are smooth and of order 1."""


def falsity(core: Mapping[str, Any], claim: Mapping[str, Any]) -> str | None:
    """Return why a claim is false, or None if nothing speaks against it."""
    if claim["claim"] not in _ORACLES:
        return None
    return _ORACLES[claim["claim"]](core, claim, Random(7))


# ------------------------------------------------------------------------------------------------------------- values


@cache
def number(text: str) -> float:
    return float(Fraction(text))


def each(f: Callable[..., float], *values: Value) -> Value:
    """Return f entry by entry; a number stands beside every entry, a vector beside each row."""
    depth = max(map(_depth, values))
    if depth == 0:
        return f(*values)
    longest = next(value for value in values if _depth(value) == depth)
    parts = ([v[k] if _depth(v) == depth else v for v in values] for k in range(len(longest)))
    return [each(f, *part) for part in parts]


def _depth(value: Value) -> int:
    return 1 + _depth(value[0]) if isinstance(value, list) else 0


def dot(u: list[float], v: list[float]) -> float:
    return math.fsum(a * b for a, b in zip(u, v, strict=True))


def _logsumexp(u: list[float], ghost: float = -math.inf) -> float:
    top = max(*u, ghost)
    return top + math.log(math.fsum(math.exp(a - top) for a in [*u, ghost]))


def _sparsemax(u: list[float]) -> list[float]:
    low, high = min(u) - 1, max(u)
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(max(a - middle, 0) for a in u) > 1 else (low, middle)
    return [max(a - low, 0) for a in u]


def _softplus(u: float) -> float:
    return max(u, 0.0) + math.log1p(math.exp(-abs(u)))


_OF_NUMBER: Mapping[str, Callable[[float], float]] = {
    **{name: getattr(math, name) for name in ("exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "sinh", "cosh")},
    **{name: getattr(math, name) for name in ("tanh", "erf")},
    "arctan": math.atan,
    "abs": abs,
    "negate": lambda u: -u,
    "sech": lambda u: 1 / math.cosh(u),
    "logcosh": lambda u: abs(u) + math.log1p(math.exp(-2 * abs(u))) - math.log(2),
    "sigmoid": lambda u: (1 + math.tanh(u / 2)) / 2,
    "softplus": _softplus,
    "relu": lambda u: max(u, 0.0),
    "step": lambda u: float(u > 0),
    "sign": lambda u: float(u > 0) - float(u < 0),
}
_OF_TWO: Mapping[str, Callable[[float, float], float]] = {
    "add": lambda u, v: u + v,
    "subtract": lambda u, v: u - v,
    "multiply": lambda u, v: u * v,
    "divide": lambda u, v: u / v,
    "max": max,
    "min": min,
}
_OF_VECTORS: Mapping[str, Callable[..., Value]] = {
    "sum": math.fsum,
    "mean": lambda u: math.fsum(u) / len(u),
    "size": lambda u: float(len(u)),
    "ones": lambda u: [1.0] * len(u),
    "variance": lambda u: math.fsum((a - math.fsum(u) / len(u)) ** 2 for a in u) / len(u),
    "dot": dot,
    "norm": lambda u, offset: math.sqrt(dot(u, u) + offset),
    "logsumexp": _logsumexp,
    "ghost_logsumexp": lambda u: _logsumexp(u, 0.0),
    "softmax": lambda u: [math.exp(a - _logsumexp(u)) for a in u],
    "ghostmax": lambda u: [math.exp(a - _logsumexp(u, 0.0)) for a in u],
    "matmul": lambda A, u: [dot(row, u) for row in A],
    "transpose": lambda A: [list(column) for column in zip(*A, strict=True)],
    "stack": lambda *parts: list(parts),
    "concatenate": lambda *parts: [entry for part in parts for entry in part],
}


class Unknown(Exception):
    """A function that is not here, or has no value."""


def value(term: Any, places: Mapping[tuple[str, str], Value]) -> Value:
    """Return the value of a term."""
    if isinstance(term, str):
        return number(term)
    head, *rest = term
    if head in ("state", "activation", "array"):
        return places[head, rest[0] if rest else ""]
    u = value(rest[0], places) if rest else math.pi
    try:
        if head in _OF_NUMBER:
            return each(_OF_NUMBER[head], u)
        if head == "power":
            exponent = Fraction(rest[1])
            return each(lambda a: a ** int(exponent) if exponent.denominator == 1 else math.pow(a, exponent), u)
        if head == "index":
            return u[int(rest[1])]
        if head == "entmax" and rest[1] == "2":
            return _sparsemax(u)
        if head in _OF_TWO:
            return each(_OF_TWO[head], u, value(rest[1], places))
        if head in _OF_VECTORS:
            return _OF_VECTORS[head](u, *(value(part, places) for part in rest[1:]))
    except (ValueError, OverflowError, ZeroDivisionError, TypeError) as error:
        raise Unknown(head) from error
    raise Unknown(head)


def array(held: Mapping[str, Any]) -> Value:
    """Return the array of a core that stands in its text."""
    if "sha256" in held:
        raise Unknown("sha256")
    found = held.get("entries", held.get("all"))
    for n in reversed(held["shape"] if "all" in held else ()):
        found = [found] * n
    return _numbers(found)


def _numbers(found: Any) -> Value:
    return [_numbers(part) for part in found] if isinstance(found, list) else number(found)


def arrays(core: Mapping[str, Any]) -> dict[tuple[str, str], Value]:
    return {("array", name): array(held) for name, held in core["arrays"].items()}


def named(parts: list[Any], name: str) -> Any:
    return next(part for part in parts if part["name"] == name)


def gradient(f: Callable[[list[float]], float], x: list[float], h: float = H) -> list[float]:
    """Return the gradient by central differences."""
    ends = ([[*x[:k], x[k] + s * h, *x[k + 1 :]] for s in (1, -1)] for k in range(len(x)))
    return [(f(above) - f(below)) / (2 * h) for above, below in ends]


def drawn(random: Random, size: int, scale: float = 2.0) -> list[float]:
    return [random.gauss(0, scale) for _ in range(size)]


# ------------------------------------------------------------------------------------------------------------- layers


class Layer:
    """L, g and times of a layer; ``original: NAME`` and ``residual`` are not looked for."""

    def __init__(self, core: Mapping[str, Any], name: str, held: Mapping[tuple[str, str], Value] | None = None) -> None:
        found = [layer for layer in core["layers"] if layer["name"] == name and "tau" in layer]
        if not found:
            raise Unknown(name)
        self.stated, self.held = found[0], dict(arrays(core) if held is None else held)
        self.size, self.whole = self.stated["size"], self.stated["acts"] == "layer"
        self.tau, self.leak, self.bias = (array(self.stated[key]) for key in ("tau", "leak", "bias"))

    def L(self, x: list[float]) -> float:
        if self.stated["L"] is None and not self.whole:
            return math.fsum(map(self._integral, x))
        if self.stated["L"] is None:
            raise Unknown("L")
        states = [x] if self.whole else x
        return math.fsum(value(self.stated["L"], self.held | {("state", ""): at}) for at in states)

    def _integral(self, x: float, parts: int = 400) -> float:
        """Return the integral of g from 0 to a state, by Simpson's rule."""
        values = [self.g([x * k / parts])[0] for k in range(parts + 1)]
        return x / parts / 3 * math.fsum(v * (1 if k in (0, parts) else 2 + 2 * (k % 2)) for k, v in enumerate(values))

    def g(self, x: list[float]) -> list[float]:
        term = self.stated["g"]
        if term == "gradient":
            return gradient(self.L, x, 2.0**-16)
        if self.whole:
            return list(value(term, self.held | {("state", ""): x}))
        return [float(value(term, self.held | {("state", ""): at})) for at in x]


def _states(claim: Mapping[str, Any], *keys: str) -> list[list[float]]:
    return [[number(entry) for entry in claim[key]] for key in keys]


def _far(u: list[float], v: list[float], room: float) -> bool:
    scale = 1 + max(map(abs, [*u, *v]))
    return max(abs(a - b) for a, b in zip(u, v, strict=True)) > room * scale


def _convex(core: Mapping[str, Any], claim: Mapping[str, Any], random: Random) -> str | None:
    return _weakly_convex(core, {**claim, "modulus": "0"}, random)


def _weakly_convex(core: Mapping[str, Any], claim: Mapping[str, Any], random: Random) -> str | None:
    layer, modulus = Layer(core, claim["layer"]), number(claim["modulus"])
    for _ in range(DRAWN):
        x, y = drawn(random, layer.size), drawn(random, layer.size)
        middle, ends = layer.L([(a + b) / 2 for a, b in zip(x, y, strict=True)]), (layer.L(x) + layer.L(y)) / 2
        if middle > ends + modulus / 8 * dot(*[[a - b for a, b in zip(x, y, strict=True)]] * 2) + 1e-9 * (
            1 + abs(ends)
        ):
            return f"L is higher between {x} and {y}"
    return None


def _bent(core: Mapping[str, Any], claim: Mapping[str, Any], random: Random) -> str | None:
    """dᵀT∇²L d by a difference of gradients along d."""
    layer = Layer(core, claim["layer"])
    x, d = _states(claim, "state", "direction")
    length = max(map(abs, d)) or 1.0
    ahead, behind = (gradient(layer.L, [a + s * H / length * b for a, b in zip(x, d, strict=True)]) for s in (1, -1))
    times = layer.tau if claim["claim"] == "incompatible times" else [1.0] * layer.size
    weights = [tau * b for tau, b in zip(times, d, strict=True)]
    found = dot(weights, [a - b for a, b in zip(ahead, behind, strict=True)]) * length / (2 * H)
    room = 1e-2 * abs(found) + 1e-3 * (1 + dot([abs(w) for w in weights], [abs(b) for b in d]))
    return None if found <= number(claim["curvature"]) + room else f"the curvature is {found}"


def _fitting(core: Mapping[str, Any], claim: Mapping[str, Any], random: Random) -> str | None:
    layer = Layer(core, claim["layer"])
    if not layer.whole or len(set(layer.tau)) == 1:
        return None
    if layer.size == 1 or layer.stated["L"] is None:
        return "neither reason holds"
    for _ in range(DRAWN):
        x, far = drawn(random, layer.size), drawn(random, layer.size)
        # What moves one neuron changes the sum by what stands beside none of the others.
        one, other = ([far[0], *y[1:]] for y in (x, far))
        parts = [layer.L(x), layer.L(one), layer.L(other), layer.L([x[0], *far[1:]])]
        if abs(parts[0] - parts[1] + parts[2] - parts[3]) > 1e-9 * (1 + max(map(abs, parts))):
            return f"L is no sum of functions of one neuron each: at {x} and {far}"
    return None


def _is_gradient(core: Mapping[str, Any], claim: Mapping[str, Any], random: Random) -> str | None:
    layer = Layer(core, claim["layer"])
    states = [drawn(random, layer.size) for _ in range(DRAWN)]
    far = [x for x in states if _far(layer.g(x), gradient(layer.L, x), 1e-3)]
    # At a kink a difference is another number; most states are none.
    return f"g is not ∇L at {far}" if len(far) > DRAWN / 3 else None


def _jacobian(layer: Layer, x: list[float], i: int, j: int) -> float:
    ends = ([*x[:j], x[j] + s * H, *x[j + 1 :]] for s in (1, -1))
    above, below = (layer.g(end)[i] for end in ends)
    return (above - below) / (2 * H)


def _some_gradient(core: Mapping[str, Any], claim: Mapping[str, Any], random: Random) -> str | None:
    layer = Layer(core, claim["layer"])
    pairs = [(i, j) for i in range(layer.size) for j in range(i)] if layer.whole else []
    for i, j in pairs:
        x = drawn(random, layer.size)
        one, other = _jacobian(layer, x, i, j), _jacobian(layer, x, j, i)
        if abs(one - other) > 1e-4 * (1 + abs(one)):
            return f"∂g_{i}/∂x_{j} is another number at {x}"
    return None


def _no_gradient(core: Mapping[str, Any], claim: Mapping[str, Any], random: Random) -> str | None:
    layer, (x,) = Layer(core, claim["layer"]), _states(claim, "state")
    found = abs(_jacobian(layer, x, claim["i"], claim["j"]) - _jacobian(layer, x, claim["j"], claim["i"]))
    return None if found >= number(claim["apart"]) - 1e-4 else f"they are {found} apart"


def _flat(core: Mapping[str, Any], claim: Mapping[str, Any], random: Random) -> str | None:
    layer, kind = Layer(core, claim["layer"]), claim["kind"]
    if kind == "dead":
        for low, high in claim["intervals"]:
            below = -1e3 if low == "-∞" else number(low)
            above = 1e3 if high == "+∞" else number(high)
            near = min(above - below, 1.0) / 2
            inside = [below + near * 0.01, below + near, above - near, above - near * 0.01]
            values = [layer.g([at] * layer.size)[0] for at in inside]
            if max(values) - min(values) > 1e-6:
                return f"g moves between {low} and {high}"
        pairs = [[[number(at)] * layer.size for at in claim["neuron_states"]]]
    elif kind == "singular":
        pairs = [[[number(entry) for entry in state] for state in claim["states"]]]
    else:
        found = [drawn(random, layer.size) for _ in range(DRAWN)]
        pairs = [[x, [a + 1.5 for a in x]] for x in found]
    for x, y in pairs:
        if x == y or _far(layer.g(x), layer.g(y), 1e-6):
            return f"g differs between {x} and {y}"
    return None


def _moving(core: Mapping[str, Any], claim: Mapping[str, Any], random: Random) -> str | None:
    layer = Layer(core, claim["layer"])
    for _ in range(DRAWN):
        x = drawn(random, layer.size, 1.0)
        y = [a + 0.25 for a in x] if layer.whole else [x[0] + 0.25, *x[1:]]
        if all(a == b for a, b in zip(layer.g(x), layer.g(y), strict=True)):
            return f"g is the same at {x} and {y}"
    return None


# ------------------------------------------------------------------------------------------------- synapses and energy


class Parts:
    """A core with its arrays and its layers, read once for values at many states."""

    def __init__(self, core: Mapping[str, Any]) -> None:
        self.core, self.held = core, arrays(core)
        self.layers = {layer["name"]: Layer(core, layer["name"], self.held) for layer in core["layers"]}


def _held(held: Mapping[tuple[str, str], Value], gamma: dict[str, list[float]]) -> dict[tuple[str, str], Value]:
    return {**held, **{("activation", name): at for name, at in gamma.items()}}


def _slope(
    held: Mapping[tuple[str, str], Value], synapse: Mapping[str, Any], gamma: dict[str, list[float]], name: str
) -> list[float]:
    """Return -∇S of the activation of a layer by differences."""
    held = _held(held, gamma)

    def S(at: list[float]) -> float:
        return float(value(synapse["S"], {**held, ("activation", name): at}))

    return [-part for part in gradient(S, gamma[name])]


def _stated(
    held: Mapping[tuple[str, str], Value], synapse: Mapping[str, Any], gamma: dict[str, list[float]], name: str
) -> Any:
    """Return the drive of a layer that is stated, or None where it is -∇S."""
    if synapse["drive"] == "gradient":
        return None
    if name not in synapse["drive"]:
        return [0.0] * len(gamma[name])
    return value(synapse["drive"][name], _held(held, gamma))


def _driven(core: Mapping[str, Any], claim: Mapping[str, Any], random: Random) -> str | None:
    synapse, held, far = named(core["synapses"], claim["synapse"]), arrays(core), 0
    for _ in range(DRAWN):
        gamma = {layer["name"]: drawn(random, layer["size"]) for layer in core["layers"]}
        both = [(_slope(held, synapse, gamma, name), _stated(held, synapse, gamma, name)) for name in gamma]
        far += any(drive is not None and _far(slope, drive, 1e-3) for slope, drive in both)
    return "the drive is not -∇S" if far > DRAWN / 3 else None


def _not_driven(core: Mapping[str, Any], claim: Mapping[str, Any], random: Random) -> str | None:
    zero = {layer["name"]: [0.0] * layer["size"] for layer in core["layers"]}
    gamma = zero | {name: [number(entry) for entry in at] for name, at in claim["activations"].items()}
    synapse, held = named(core["synapses"], claim["synapse"]), arrays(core)
    slope, drive = (of(held, synapse, gamma, claim["layer"]) for of in (_slope, _stated))
    found = 0.0 if drive is None else abs(slope[claim["index"]] - drive[claim["index"]])
    return None if found >= number(claim["apart"]) - 1e-3 else f"they are {found} apart"


def flow(core: Parts, x: dict[str, list[float]]) -> dict[str, list[float]]:
    """Return drive + b - ρx of each layer."""
    layers = core.layers
    gamma = {name: layers[name].g(at) for name, at in x.items()}
    total = {
        name: [b - r * a for b, r, a in zip(layers[name].bias, layers[name].leak, x[name], strict=True)] for name in x
    }
    for synapse in core.core["synapses"]:
        for name in layers:
            drive = _stated(core.held, synapse, gamma, name)
            drive = _slope(core.held, synapse, gamma, name) if drive is None else drive
            total[name] = [a + b for a, b in zip(total[name], drive, strict=True)]
    return total


def energy(core: Parts, x: dict[str, list[float]]) -> float:
    gamma = {name: core.layers[name].g(at) for name, at in x.items()}
    held, stated = _held(core.held, gamma), core.core["energy"]
    if stated != "derived":
        return float(value(stated, {**held, **{("state", name): at for name, at in x.items()}}))
    total = math.fsum(value(synapse["S"], held) for synapse in core.core["synapses"])
    for name, layer in core.layers.items():
        if len(set(layer.leak)) > 1:
            raise Unknown("leaks that differ")
        total += layer.leak[0] * (dot(x[name], gamma[name]) - layer.L(x[name]))
        total -= dot(layer.bias, gamma[name]) if layer.stated["bias in energy"] else 0.0
    return total


def _rate(core: Parts, x: dict[str, list[float]], h: float = 2.0**-14) -> float:
    """Return the rise of E in a short time, by time."""
    times = {name: layer.tau for name, layer in core.layers.items()}
    if any(tau[0] == 0 for tau in times.values()):
        raise Unknown("a layer that is instantaneous")
    moved = flow(core, x)
    ahead = {n: [a + h * f / t for a, f, t in zip(x[n], moved[n], times[n], strict=True)] for n in x}
    return (energy(core, ahead) - energy(core, x)) / h


def _falls(core: Mapping[str, Any], claim: Mapping[str, Any], random: Random) -> str | None:
    parts = Parts(core)
    for _ in range(DRAWN):
        x = {layer["name"]: drawn(random, layer["size"]) for layer in core["layers"]}
        if _rate(parts, x) > 1e-2 * (1 + sum(map(abs, (f for moved in flow(parts, x).values() for f in moved)))):
            return f"E rises at {x}"
    return None


def _rises(core: Mapping[str, Any], claim: Mapping[str, Any], random: Random) -> str | None:
    parts = Parts(core)
    x = {name: [number(entry) for entry in at] for name, at in claim["state"].items()}
    found, stated = _rate(parts, x), number(claim["rate"])
    if "step" in claim:
        moved, step = flow(parts, x), number(claim["step"])
        ahead = {name: [a + step * f for a, f in zip(x[name], moved[name], strict=True)] for name in x}
        rise = energy(parts, ahead) - energy(parts, x)
        if rise < number(claim["rise"]) - 1e-6 * (1 + abs(rise)):
            return f"a step raises E by {rise}"
    return None if found >= stated - 1e-2 * (1 + abs(stated)) else f"dE/dt is {found}"


def _stepped(core: Parts, x: dict[str, list[float]], step: float) -> float:
    """Return by how much a step raises E."""
    return step * _rate(core, x, step)


def _safe(core: Mapping[str, Any], claim: Mapping[str, Any], random: Random) -> str | None:
    """Steps up to a length do not raise E, and the longer one does; V is not looked for."""
    parts = _of_e(core, claim)
    longest = 100.0 if claim["up_to"] is None else number(claim["up_to"])
    for k in range(4 * DRAWN):
        x = {layer["name"]: drawn(random, layer["size"]) for layer in core["layers"]}
        x = _clipped(core, claim, x)
        step = longest * (1 if k % 2 else random.random())
        rises = _stepped(parts, x, step) > 1e-7 * (1 + abs(energy(parts, x)))
        if rises and _not_meant(core, claim, x, step) is None:
            return f"a step raises E from {x}"
    longer = {key: claim[key] for key in ("region", "below") if key in claim} | claim.get("longer", {})
    return _raising(core, {"energy": "E", **longer}, random) if "longer" in claim else None


def open_ends(box: Any) -> list[tuple[float, float]]:
    """Return the ends of a box, which may be open: null stands for -∞ or ∞."""
    return [
        (-math.inf if low is None else number(low), math.inf if high is None else number(high)) for low, high in box
    ]


def _ends(core: Mapping[str, Any], claim: Mapping[str, Any]) -> list[tuple[float, float]] | None:
    """Return the region of a claim, if it has one."""
    if claim.get("region") is None:
        return None
    stated = open_ends(claim["region"])
    if len(stated) != sum(layer["size"] for layer in core["layers"]):
        raise Unknown("region")
    return stated


def _clipped(core: Mapping[str, Any], claim: Mapping[str, Any], x: dict[str, list[float]]) -> dict[str, list[float]]:
    ends = _ends(core, claim)
    if ends is None:
        return x
    left = iter(ends)
    return {
        name: [min(max(u, low), high) for u, (low, high) in zip(own, left, strict=False)] for name, own in x.items()
    }


def _not_meant(core: Mapping[str, Any], claim: Mapping[str, Any], x: dict[str, list[float]], step: float) -> str | None:
    """Return why a local claim does not mean a step: where it begins, or without a level where it ends."""
    parts, ends = Parts(core), _ends(core, claim)
    if claim.get("below") is not None and energy(parts, x) > number(claim["below"]) + 1e-9:
        return "E is above the level"
    moved = flow(parts, x)
    ahead = {name: [a + step * f for a, f in zip(x[name], moved[name], strict=True)] for name in x}
    for at in [x] if claim.get("below") is not None else [x, ahead]:
        states = [u for own in at.values() for u in own]
        pairs = [] if ends is None else zip(states, ends, strict=True)
        if any(not low - 1e-9 <= u <= high + 1e-9 for u, (low, high) in pairs):
            return "it leads out of the region, or begins outside"
    return None


def _raising(core: Mapping[str, Any], claim: Mapping[str, Any], random: Random) -> str | None:
    parts = _of_e(core, claim)
    x = {name: [number(entry) for entry in at] for name, at in claim["state"].items()}
    if "rate" in claim:
        found, stated = _rate(parts, x), number(claim["rate"])
        return None if found >= stated - 1e-2 * (1 + abs(stated)) else f"dE/dt is {found}"
    outside = _not_meant(core, claim, x, number(claim["step"]))
    if outside is not None:
        return outside
    rise = _stepped(parts, x, number(claim["step"]))
    return f"a step raises E by {rise}" if rise < number(claim["rise"]) - 1e-6 * (1 + abs(rise)) else None


def _of_e(core: Mapping[str, Any], claim: Mapping[str, Any]) -> Parts:
    if claim["energy"] != "E":
        raise Unknown("V")
    return Parts(core)


# --------------------------------------------------------------------------------------------------- matrices, in exact


def _bounded_below(core: Mapping[str, Any], claim: Mapping[str, Any], random: Random) -> str | None:
    """E at states of several sizes, those with τ = 0 among them."""
    parts, least = Parts(core), number(claim["lower_bound"])
    for scale in (0.0, 0.1, 0.5, 1.0, 3.0, 9.0):
        for _ in range(DRAWN):
            x = {name: drawn(random, len(layer.bias), scale) for name, layer in parts.layers.items()}
            found = energy(parts, x)
            if found < least - 1e-9 * max(1.0, abs(found), abs(least)):
                return f"E = {found} at {x}"
    return None


def _unbounded_below(core: Mapping[str, Any], claim: Mapping[str, Any], random: Random) -> str | None:
    """E far out, beside the leading power that is stated."""
    parts, t = Parts(core), 2.0**20
    x = {name: [t * number(each) for each in own] for name, own in claim["ray"].items()}
    found, stated = energy(parts, x) / t ** claim["degree"], number(claim["coefficient"])
    return None if stated < 0 and abs(found - stated) < 1e-3 * abs(stated) else f"E/t^{claim['degree']} = {found}"


def _square(core: Mapping[str, Any], claim: Mapping[str, Any]) -> list[list[Fraction]]:
    held = core["arrays"][claim["matrix"][1]]
    if "entries" not in held:
        raise Unknown("entries")
    return [[Fraction(entry) for entry in row] for row in held["entries"]]


def _symmetric(core: Mapping[str, Any], claim: Mapping[str, Any], random: Random) -> str | None:
    W = _square(core, claim)
    turned = [list(column) for column in zip(*W, strict=True)]
    return None if turned == W else "W is another matrix than its transpose"


def _asymmetric(core: Mapping[str, Any], claim: Mapping[str, Any], random: Random) -> str | None:
    W, (i, j) = _square(core, claim), claim["pair"]
    n = len(W)
    if [str(W[i][j]), str(W[j][i])] != claim["values"] or W[i][j] == W[j][i]:
        return "the weights are others"
    if claim["unequal_pairs"] != sum(W[a][b] != W[b][a] for a in range(n) for b in range(a)):
        return "another number of pairs differs"
    if claim.get("symmetrisable") == "yes":
        d = [Fraction(entry) for entry in claim["symmetriser"]]
        whole = all(d[a] * W[a][b] == d[b] * W[b][a] for a in range(n) for b in range(n))
        return None if whole and min(d) > 0 else "DW is not symmetric"
    if claim.get("symmetrisable") == "no" and n == 2 and W[0][1] * W[1][0] > 0:
        return "there is a symmetriser"
    return None


def _derived(core: Mapping[str, Any], claim: Mapping[str, Any], random: Random) -> str | None:
    if core["energy"] != "derived":
        return _compared(core, claim, random)
    own = any(not layer["bias in energy"] and any(map(bool, array(layer["bias"]))) for layer in core["layers"])
    return f"own: {own}" if own is (claim["claim"] == "derived energy") else None


def _compared(core: Mapping[str, Any], claim: Mapping[str, Any], random: Random) -> str | None:
    """The energy that is stated changes with the derived one, by a factor, or does not between three states."""
    counted = [{**layer, "bias in energy": True} for layer in core["layers"]]
    own, derived = Parts(core), Parts({**core, "layers": counted, "energy": "derived"})
    if any(layer.tau[0] == 0 for layer in own.layers.values()):
        raise Unknown("a layer that is instantaneous")
    if claim["claim"] == "derived energy":
        states = [{layer["name"]: drawn(random, layer["size"]) for layer in core["layers"]} for _ in range(DRAWN)]
        apart = [energy(own, x) - number(claim.get("factor", "1")) * energy(derived, x) for x in states]
        return None if max(apart) - min(apart) <= 1e-9 * (1 + max(map(abs, apart))) else "they differ otherwise"
    states = [{name: [number(entry) for entry in at] for name, at in x.items()} for x in claim["states"]]
    (c_1, c_2), (d_1, d_2) = ([energy(of, x) - energy(of, states[0]) for x in states[1:]] for of in (own, derived))
    apart_by = abs(c_1 * d_2 - c_2 * d_1)
    return None if apart_by > 1e-12 or c_1 * d_1 < 1e-12 else "the one is a multiple of the other"


_ORACLES: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any], Random], str | None]] = {
    "convex": _convex,
    "weakly convex": _weakly_convex,
    "not convex": _bent,
    "incompatible times": _bent,
    "compatible times": _fitting,
    "gradient of L": _is_gradient,
    "gradient activation": _some_gradient,
    "no gradient activation": _no_gradient,
    "constant on a segment": _flat,
    "constant on no segment": _moving,
    "gradient drive": _driven,
    "no gradient drive": _not_driven,
    "descent": _falls,
    "ascent": _rises,
    "step descent": _safe,
    "local step descent": _safe,
    "local step ascent": _raising,
    "step ascent": _raising,
    "energy bounded below": _bounded_below,
    "energy unbounded below": _unbounded_below,
    "symmetric": _symmetric,
    "not symmetric": _asymmetric,
    "derived energy": _derived,
    "another energy": _derived,
}
