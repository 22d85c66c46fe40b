"""Networks drawn at random, offered with the proofs of all premises: E never rises, or does, as the kernel says.

Activations, drives and rates come from differences of L, S and E, in an evaluator of its own.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from random import Random
from typing import Any

import mpmath
import pytest
from mpmath import mpf

from hopverify.kernel.numbers import Rejected
from hopverify.kernel.reading import read
from tests.kernel.drawing import POINTS, number
from tests.kernel.test_random_claims import DRAWS, ROUGH, at, layer, offered
from tests.kernel.test_random_terms import FAR, real
from tests.soundness.oracles.terms import DIGITS, Undefined, value


@pytest.fixture(autouse=True)
def digits() -> Any:
    with mpmath.workdps(DIGITS):
        yield


def of_layers(document: Any, gamma: dict[str, list[mpf]]) -> mpf | None:
    """Return the value of a term in the activations of several layers."""
    try:
        found: mpf = value(document, {("activation", name): each for name, each in gamma.items()})
    except (Undefined, OverflowError):
        return None
    return found if abs(found) < FAR else None


class Net:
    """Two layers and a synapse, whose activations and drives are gradients, and all that follows, by differences."""

    def __init__(self, r: Random) -> None:
        self.sizes, self.acts = {"x": 2, "y": 1}, {"x": r.choice(["neuron", "layer"]), "y": "neuron"}
        self.L = {
            name: number(r, r.choice([1, 2]), size if self.acts[name] == "layer" else 0)
            for name, size in self.sizes.items()
        }
        self.tau = {"x": r.choice([["1", "1"], ["1", "2"], ["1", "100"]]), "y": r.choice([["1"], ["0"]])}
        joint = [number(r, r.choice([1, 2]), size, ["activation", name]) for name, size in self.sizes.items()]
        self.S = [r.choice(["add", "multiply", "max"]), *joint]
        layers = []
        for name, size in self.sizes.items():
            own = layer(size, self.acts[name], self.L[name], "gradient")
            tau = {"shape": [size], "entries": self.tau[name]}
            if len(set(self.tau[name])) == 1:
                tau = {"shape": [size], "all": self.tau[name][0]}
            layers.append({**own, "name": name, "tau": tau})
        empty = {"arrays": {}, "energy": "derived", "memories": [], "altered": None, "original": None}
        synapse = {"name": "s", "S": self.S, "drive": "gradient"}
        self.core = read({"core": 1, "dynamics": {"kind": "flow"}, "layers": layers, "synapses": [synapse], **empty})

    def descends(self) -> bool:
        """Whether the kernel accepts that E never increases, by whatever proofs."""
        wanted = [("derived energy", {}, ["core"]), ("gradient drive", {"synapse": "s"}, ["definition"])]
        wanted.append(("Lipschitz drive", {"synapse": "s"}, ["composition"]))
        for name in self.sizes:
            wanted.append(("Lipschitz activation", {"layer": name}, ["composition"]))
            wanted.append(("gradient of L", {"layer": name}, ["definition"]))
        for name in (each for each in self.sizes if self.tau[each][0] != "0"):
            wanted.append(("convex", {"layer": name}, ["composition", "slope", "quadratic"]))
            because = "H is diagonal" if self.acts[name] == "neuron" else "one time constant"
            wanted.append(("compatible times", {"layer": name, "because": because}, ["commuting"]))
        premises = []
        for claim, fields, ways in wanted:
            way = next((each for each in ways if offered(self.core, claim, {"by": each}, **fields)), None)
            if way is None:
                return False
            premises.append({"claim": {"claim": claim, **fields}, "proof": {"by": way}})
        return offered(self.core, "descent", {"by": "T2", "premises": premises})

    def gamma(self, x: dict[str, list[mpf]]) -> dict[str, list[mpf]] | None:
        found = {}
        for name, size in self.sizes.items():
            L, own = self.L[name], x[name]
            found[name] = [
                _difference(
                    lambda e, L=L, own=own, k=k, name=name: at(
                        L, _shifted(own, k, e) if self.acts[name] == "layer" else own[k] + e
                    )
                )
                for k in range(size)
            ]
        return None if any(None in each for each in found.values()) else found

    def drive(self, gamma: dict[str, list[mpf]], name: str) -> list[mpf | None]:
        """Return -∂S/∂γ + b."""
        found = [
            _difference(lambda e, k=k: of_layers(self.S, {**gamma, name: _shifted(gamma[name], k, e)}))
            for k in range(self.sizes[name])
        ]
        return [None if each is None else mpf(1) / 2 - each for each in found]

    def settled(self, x: dict[str, list[mpf]]) -> dict[str, list[mpf]] | None:
        """Return the states, those of layers with τ = 0 from the others."""
        gamma = self.gamma(x)
        if gamma is None or self.tau["y"][0] != "0":
            return None if gamma is None else x
        drive = self.drive(gamma, "y")
        return None if None in drive else {**x, "y": drive}

    def energy(self, x: dict[str, list[mpf]]) -> mpf | None:
        gamma = self.gamma(x)
        synaptic = None if gamma is None else of_layers(self.S, gamma)
        if gamma is None or synaptic is None:
            return None
        total = synaptic
        for name, own in x.items():
            L = [at(self.L[name], own)] if self.acts[name] == "layer" else [at(self.L[name], each) for each in own]
            if None in L:
                return None
            total += mpmath.fsum(
                (each - mpf(1) / 2) * g for each, g in zip(own, gamma[name], strict=True)
            ) - mpmath.fsum(L)
        return total

    def rate(self, start: dict[str, list[mpf]]) -> mpf | None:
        """Return dE/dt, where it is the same by two steps."""
        x = self.settled(start)
        gamma = None if x is None else self.gamma(x)
        if x is None or gamma is None:
            return None
        velocity = {}
        for name in (each for each in self.sizes if self.tau[each][0] != "0"):
            drive = self.drive(gamma, name)
            if None in drive:
                return None
            velocity[name] = [(d - own) / mpf(tau) for d, own, tau in zip(drive, x[name], self.tau[name], strict=True)]
        found, here = [], self.energy(x)
        for step in (mpf(10) ** -10, mpf(10) ** -11):
            ahead = {name: [a + step * b for a, b in zip(x[name], own, strict=True)] for name, own in velocity.items()}
            after = self.settled({**x, **ahead})
            there = None if after is None else self.energy(after)
            if here is None or there is None:
                return None
            found.append((there - here) / step)
        return found[0] if abs(found[0] - found[1]) <= ROUGH * (1 + abs(found[0])) else None


def _shifted(x: list[mpf], k: int, by: mpf) -> list[mpf]:
    return [each + by * (i == k) for i, each in enumerate(x)]


def _difference(function: Any) -> mpf | None:
    """Return the derivative at 0, where those of both sides are one."""
    step = mpf(10) ** -25
    here, ahead, behind = (function(each) for each in (mpf(0), step, -step))
    if None in (here, ahead, behind) or abs(here) > FAR:
        return None
    up, down = (ahead - here) / step, (here - behind) / step
    return up if abs(up - down) <= mpf(10) ** -12 * (1 + abs(up)) else None


def test_energies_descend_or_rise() -> None:
    seen: Counter[str] = Counter()
    for seed in range(DRAWS):
        r = Random(seed)
        try:
            net = Net(r)
        except Rejected:
            continue
        descends = net.descends()
        seen["descent"] += descends
        for _ in range(3):
            x = {
                name: [r.choice(POINTS[:12]) + Fraction(1, 89) for _ in range(size)] for name, size in net.sizes.items()
            }
            state = {name: list(map(str, own)) for name, own in x.items() if net.tau[name][0] != "0"}
            rises = offered(net.core, "ascent", {"by": "point"}, state=state, rate="1/1000")
            assert not (rises and descends), (net.L, net.S, net.tau, x)
            seen["ascent"] += rises
            rate = (
                net.rate({name: [real(each) for each in own] for name, own in x.items()}) if rises or descends else None
            )
            if rate is not None:
                assert not descends or rate <= ROUGH * 10, (net.L, net.S, net.tau, x, rate)
                assert not rises or rate >= mpf("0.0009"), (net.L, net.S, net.tau, x, rate)
    assert min(seen["descent"], seen["ascent"]) > 0, seen
