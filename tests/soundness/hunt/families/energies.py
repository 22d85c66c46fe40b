"""Networks with curved energies: descent, steps, bounds of the energy and of solutions, against draws in doubles.

One or two layers of neurons or of softmax, with weights both ways and energies beside them that bend up and down. Their
energies, gradients and slopes are written down here, for many states at once. What passes has no exception among the
states that are drawn, improved by hill climbing, and followed in time; where it fails, the state that is told is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np

from tests.soundness.hunt.cases import Document, Family, Outcome, mirrored, positive, results, small, text, texts

Array = Any
F = Fraction
DRAWN, CLIMBS, STEPS, STEP = 400, 40, 1500, 0.02
SCALES = (0.1, 0.5, 2.0, 8.0, 50.0)
ROOM = 1e-9


def _log_sum_exp(x: Array) -> Array:
    top = x.max(axis=-1, keepdims=True)
    return (top + np.log(np.exp(x - top).sum(axis=-1, keepdims=True)))[..., 0]


def _softmax(x: Array) -> Array:
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _of_neurons(L: Callable[[Array], Array]) -> Callable[[Array], Array]:
    return lambda x: L(x).sum(axis=-1)


# L and g of a layer, for states in rows.
LAGRANGIANS: Mapping[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "identity": (_of_neurons(lambda x: x * x / 2), lambda x: x),
    "tanh": (_of_neurons(lambda x: np.abs(x) + np.log1p(np.exp(-2 * np.abs(x))) - np.log(2)), np.tanh),
    "relu": (_of_neurons(lambda x: np.maximum(x, 0) ** 2 / 2), lambda x: np.maximum(x, 0)),
    "sigmoid": (_of_neurons(lambda x: np.logaddexp(0, x)), lambda x: (1 + np.tanh(x / 2)) / 2),
    "hard_tanh": (
        _of_neurons(lambda x: np.where(np.abs(x) < 1, x * x / 2, np.abs(x) - 0.5)),
        lambda x: np.clip(x, -1, 1),
    ),
    "softmax": (_log_sum_exp, _softmax),
}


# S of the activations v of a layer, as text, as values, and its gradient, for a coefficient c.
ENERGIES: tuple[tuple[str, Callable[[Array, float], Array], Callable[[Array, float], Array]], ...] = (
    ("({c})*sum(cos(v))", lambda v, c: c * np.cos(v).sum(-1), lambda v, c: -c * np.sin(v)),
    ("({c})*logsumexp(v)", lambda v, c: c * _log_sum_exp(v), lambda v, c: c * _softmax(v)),
    ("({c})*sum(softplus(v))", lambda v, c: c * np.logaddexp(0, v).sum(-1), lambda v, c: c * (1 + np.tanh(v / 2)) / 2),
    ("({c})*sum(tanh(v))", lambda v, c: c * np.tanh(v).sum(-1), lambda v, c: c * (1 - np.tanh(v) ** 2)),
    (
        "({c})*sum(exp(-square(v)))",
        lambda v, c: c * np.exp(-v * v).sum(-1),
        lambda v, c: -2 * c * v * np.exp(-v * v),
    ),
    ("({c})*sum(v)^2", lambda v, c: c * v.sum(-1) ** 2, lambda v, c: 2 * c * v.sum(-1, keepdims=True) + 0 * v),
    ("({c})*dot(v, v)", lambda v, c: c * (v * v).sum(-1), lambda v, c: 2 * c * v),
    ("({c})*sum(square(square(v)))", lambda v, c: c * (v**4).sum(-1), lambda v, c: 4 * c * v**3),
)


@dataclass(frozen=True)
class Asked:
    """Steps of a length, or of the longest that is certified: at states of a cube, or below a level, or at all."""

    step: Fraction | None
    size: Fraction | None
    below: Fraction | None

    @property
    def check(self) -> Any:
        values = {
            "step": self.step,
            "below": self.below,
            "lower": None if self.size is None else -self.size,
            "upper": self.size,
        }
        stated = {key: text(value) for key, value in values.items() if value is not None}
        return {"step_size": stated} if stated else "step_size"


@dataclass(frozen=True)
class Case:
    """``parts`` are the layers as (name, neurons, L, g); numbers are those of all neurons, W of all pairs."""

    document: Document
    parts: list[tuple[str, slice, Callable[[Array], Array], Callable[[Array], Array]]]
    W: Array
    b: Array
    rho: Array
    tau: Array
    beside: list[tuple[slice, Callable[[Array, float], Array], Callable[[Array, float], Array], float]]

    def gamma(self, x: Array) -> Array:
        return np.concatenate([g(x[..., own]) for _, own, _, g in self.parts], axis=-1)

    def energy(self, x: Array) -> Array:
        v = self.gamma(x)
        found = (self.rho * x * v - self.b * v).sum(-1) - ((v @ self.W) * v).sum(-1) / 2
        found = found - sum(self.rho[own][0] * L(x[..., own]) for _, own, L, _ in self.parts)
        return found + sum(S(v[..., own], c) for own, S, _, c in self.beside)

    def flow(self, x: Array) -> Array:
        """Return ẋ."""
        v = self.gamma(x)
        drive = v @ self.W + self.b - self.rho * x
        for own, _, slope, c in self.beside:
            drive[..., own] -= slope(v[..., own], c)
        return drive / self.tau

    def rise(self, x: Array, step: Array, asked: Asked) -> Array:
        """Return by how much a step raises the energy, less what may be roundings; -∞ where it is not asked of."""
        end = x + step * self.flow(x)
        before, after = self.energy(x), self.energy(end)
        found = after - before - ROOM * (1 + np.abs(before) + np.abs(after))
        meant = np.ones(len(x), dtype=bool) if asked.below is None else before <= float(asked.below)
        if asked.size is not None:
            for states in (x,) if asked.below is not None else (x, end):
                meant &= (np.abs(states) <= float(asked.size)).all(axis=-1)
        return np.where(meant, found, -np.inf)

    def shares(self, random: Random) -> Array:
        """Return a share from 0 to 1 for each neuron, one for a layer that acts as a whole."""
        found = np.array([random.choice((0.0, 1.0, random.random())) for _ in self.b])
        for _, own, L, _ in self.parts:
            found[own] = found[own][0] if L is _log_sum_exp else found[own]
        return found

    def drawn(self, random: Random) -> Array:
        generator, n = np.random.default_rng(random.getrandbits(32)), len(self.b)
        states = [generator.normal(size=(DRAWN // len(SCALES), n)) * scale for scale in SCALES]
        states.append(np.zeros((1, n)))
        found = np.concatenate(states)
        # Beside each other on some axis: where energies of differences bend most.
        return np.concatenate([found, found * (generator.random(found.shape) < 0.5)])


def _layer(random: Random, name: str, first: int) -> tuple[Any, Any, Any, Any, Any]:
    """Return a layer of a document, its part of a case, and its numbers."""
    lagrangian = random.choice(list(LAGRANGIANS))
    n = random.randint(2, 3) if lagrangian == "softmax" else random.randint(1, 2)
    rho = random.choice((F(1), F(1), F(0), positive(random)))
    own_tau = (
        [positive(random)] * n
        if lagrangian == "softmax" or random.random() < 0.6
        else [positive(random) for _ in range(n)]
    )
    b = [small(random, 1) for _ in range(n)]
    document = {"size": n, "lagrangian": lagrangian, "tau": texts(own_tau), "bias": texts(b)}
    document["leak"] = False if rho == 0 else text(rho)
    return document, (name, slice(first, first + n), *LAGRANGIANS[lagrangian]), b, [rho] * n, own_tau


def _case(random: Random) -> Case:
    layers: Document = {}
    parts: list[Any] = []
    numbers: list[list[Fraction]] = [[], [], []]
    for name in ("x", "y")[: random.choice((1, 1, 2))]:
        layers[name], part, *own = _layer(random, name, len(numbers[0]))
        parts.append(part)
        numbers = [[*before, *after] for before, after in zip(numbers, own, strict=True)]
    W, synapses = _weights(random, parts, len(numbers[0]))
    beside = []
    for name, own_neurons, *_ in parts:
        if random.random() < 0.6:
            said, S, slope = random.choice(ENERGIES)
            c = small(random, 2)
            energy = said.format(c=c).replace("(v", f"({name}").replace("v)", f"{name})")
            synapses[f"s{name}"] = {"kind": "expression", "layers": [name], "energy": energy}
            beside.append((own_neurons, S, slope, float(c)))
    document = {"hopverify": 1, "name": "hunted", "layers": layers, "synapses": synapses}
    b, rho, tau = (np.array([float(each) for each in values]) for values in numbers)
    return Case(document, parts, W, b, rho, tau, beside)


def _weights(random: Random, parts: list[Any], n: int) -> tuple[Array, Document]:
    """Return symmetric weights, all and as synapses."""
    W, synapses = np.zeros((n, n)), {}
    for i, (one, rows, *_) in enumerate(parts):
        for other, columns, *_ in parts[: i + 1]:
            if random.random() < 0.3:
                continue
            M = [[small(random, 2) for _ in range(columns.stop - columns.start)] for _ in range(rows.stop - rows.start)]
            if one == other:
                M = mirrored(M)
            synapses[f"{one}{other}"] = {"kind": "dense", "layers": [one, other], "weights": texts(M)}
            W[rows, columns] = np.array(M, dtype=float)
            W[columns, rows] = np.array(M, dtype=float).T
    return W, synapses


def _climbed(case: Case, step: float, asked: Asked, starts: Array, random: Random) -> float:
    """Return the highest rise by a step, or a shorter one, that is found from the best of some states."""
    generator = np.random.default_rng(random.getrandbits(32))
    highest = -np.inf
    for h in (step, step * random.random(), step * case.shares(random)):
        rises = case.rise(starts, h, asked)
        best = starts[np.argsort(np.nan_to_num(rises, nan=-np.inf))[-5:]]
        size = 1.0
        for _ in range(CLIMBS):
            tried = (best[:, None] + size * generator.normal(size=(len(best), 20, best.shape[1]))).reshape(
                -1, best.shape[1]
            )
            tried = np.concatenate([best, tried])
            best = tried[np.argsort(np.nan_to_num(case.rise(tried, h, asked), nan=-np.inf))[-5:]]
            size *= 0.85
        highest = max(highest, float(np.nanmax(case.rise(best, h, asked))))
    return highest


def _lowest(case: Case, states: Array) -> float:
    """Return about the least energy, by following the flow from the lowest states."""
    best = states[np.argsort(np.nan_to_num(case.energy(states), nan=np.inf))[:8]]
    found = float(np.nanmin(case.energy(best)))
    for _ in range(200):
        best = best + 0.05 * case.flow(best)
        found = min(found, float(np.nanmin(case.energy(best))))
    return found


def _later(case: Case, x: Array) -> Array:
    for _ in range(STEPS):
        x = np.clip(x + STEP * case.flow(x), -1e9, 1e9)
    return x


def _contradictions(case: Case, found: Mapping[str, Any], asked: Asked, random: Random) -> Iterator[str]:
    verdicts = {name: entry["verdict"] for name, entry in found.items()}
    states = case.drawn(random)
    with np.errstate(all="ignore"):
        if verdicts["energy_descent"] == "pass" and (case.rise(states, 1e-7, Asked(None, None, None)) > ROOM).any():
            yield "E rises"
        longest = _longest(found["step_size"]) if asked.step is None else asked.step
        if verdicts["step_size"] == "pass" and _climbed(case, float(longest), asked, states, random) > 0:
            yield f"a step of {longest} raises E"
        if verdicts["step_size"] == "fail":
            yield from _no_rise(case, found["step_size"])
        if verdicts["energy_bounded_below"] == "pass":
            bound = F(found["energy_bounded_below"]["obligations"][0]["data"]["lower_bound"])
            lowest = _lowest(case, states)
            if lowest < float(bound) - ROOM * (1 + abs(lowest)):
                yield f"E is {lowest}, below {float(bound)}"
        if verdicts["boundedness"] == "pass" and not (np.abs(_later(case, states[:40])) < 1e8).all():
            yield "a solution runs away"
        if verdicts["global_stability"] == "pass":
            ends = _later(case, states[:160:8])
            slow = np.abs(case.flow(ends)).max()
            if slow < 1e-6 and np.ptp(ends, axis=0).max() > 0.1:
                yield f"solutions end at {ends[:3].tolist()}"


def _longest(entry: Mapping[str, Any]) -> Fraction:
    """Return up to which length steps are certified; 100, if any length is."""
    claims = [row.get("evidence", {}).get("claim", {}) for row in entry["obligations"]]
    told = [claim["up_to"] for claim in claims if str(claim.get("claim")).endswith("step descent")]
    return F(told[0]) if told and told[0] is not None else F(100)


def _no_rise(case: Case, entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield that a step from the state that is told does not raise the energy."""
    for row in entry["obligations"]:
        claim = row.get("evidence", {}).get("claim", {})
        if row["outcome"] == "refuted" and "step" in claim:
            x = np.array([float(F(v)) for name, *_ in case.parts for v in claim["state"][name]])
            rise = float(case.energy(x + float(F(claim["step"])) * case.flow(x)) - case.energy(x))
            if rise < float(F(claim["rise"])) - 1e-6 * (1 + abs(float(case.energy(x)))):
                yield f"E changes by {rise} from {x.tolist()}"


def draw(random: Random) -> Outcome:
    case = _case(random)
    step = None if random.random() < 0.6 else positive(random, 2) * random.choice((F(1), F(1, 8)))
    size = positive(random, 4) if random.random() < 0.4 else None
    below = small(random, 6) if random.random() < 0.3 else None
    asked = Asked(step, size, below)
    checks = ["energy_descent", asked.check, "boundedness", "energy_bounded_below", "global_stability"]
    found = results(case.document, checks, boxes=200)
    wrong = next(_contradictions(case, found, asked, random), None)
    told = random.choice(("step_size", "boundedness", "energy_bounded_below", "global_stability"))
    return Outcome(found[told]["verdict"], f"{wrong}; {asked}: {case.document}" if wrong else None)


FAMILY = Family(
    "energies", "curved energies: their descent, their steps, their bounds and where solutions go", draw, 24, 3_000
)
