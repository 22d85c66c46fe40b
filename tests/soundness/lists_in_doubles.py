"""Whether claims about equilibria, flat regions, ghosts and all solutions are false, in doubles: Newton steps, slopes.

States are lists of all neurons. Where a layer follows at once, nothing is said of motion.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np

from tests.soundness.oracles.claims import Parts, Unknown, array, energy, flow, number, open_ends

Core = Mapping[str, Any]
State = Any
ROOM = 1e-3
STARTS = 8
SATURATING = ("tanh", "sigmoid", "erf", "exp", "softplus", "cosh", "sech", "softmax")


class Net:
    """The flow of a core, on vectors of the states of all neurons."""

    def __init__(self, core: Core) -> None:
        self.core = Parts(core)
        self.layers = self.core.layers
        self.names = [(name, k, f"{name}[{k}]") for name, layer in self.layers.items() for k in range(layer.size)]
        self.n = len(self.names)
        self.tau, self.leak, self.bias = (
            np.array([entry for layer in self.layers.values() for entry in getattr(layer, key)])
            for key in ("tau", "leak", "bias")
        )

    def apart(self, x: State) -> dict[str, list[float]]:
        found, start = {}, 0
        for name, layer in self.layers.items():
            found[name] = [float(entry) for entry in x[start : start + layer.size]]
            start += layer.size
        return found

    def F(self, x: State) -> State:
        """Return drive + b - ρx."""
        moved = flow(self.core, self.apart(x))
        return np.array([entry for name in self.layers for entry in moved[name]])

    def g(self, x: State) -> State:
        states = self.apart(x)
        return np.array([entry for name, layer in self.layers.items() for entry in layer.g(states[name])])

    def target(self, x: State) -> State:
        if not self.leak.all():
            raise Unknown("no leak")
        return x + self.F(x) / self.leak

    def J(self, x: State, h: float = 2.0**-16) -> State:
        sides = ((self.F(x + h * e), self.F(x - h * e)) for e in np.eye(self.n))
        return np.array([(above - below) / (2 * h) for above, below in sides]).T

    def newton(self, x: State) -> State | None:
        """Return a state at which all is 0, or None where steps lead to none."""
        for _ in range(40):
            F = self.F(x)
            if not np.isfinite(F).all():
                return None
            if np.abs(F).max(initial=0) < 1e-10:
                return x
            step = np.linalg.lstsq(self.J(x), -F, rcond=1e-10)[0]
            x = x + step * min(1.0, 2.0 / (np.abs(step).max() or 1.0))
        return None

    def found(self, random: Random) -> list[State]:
        starts = [self.drawn(random, scale) for scale in (0.5, 2.0) for _ in range(STARTS)]
        return [x for x in map(self.newton, starts) if x is not None]

    def drawn(self, random: Random, scale: float) -> State:
        return np.array([random.gauss(0, scale) for _ in range(self.n)])

    def later(self, x: State, time: float = 60.0, step: float = 1 / 16) -> State:
        """Return the state after some time."""
        if not self.tau.all():
            raise Unknown("a layer that is instantaneous")
        for _ in range(int(time / step)):
            v = self.F(x) / self.tau
            x = x + step * v
            # Far out, or at rest.
            if not np.abs(x).max(initial=0) < 1e6 or np.abs(v).max(initial=0) < 1e-8:
                break
        return x

    def growth(self, x: State) -> float:
        """Return the largest real part of an eigenvalue of the flow."""
        if not self.tau.all():
            raise Unknown("a layer that is instantaneous")
        return float(np.linalg.eigvals(self.J(x) / self.tau[:, None]).real.max())

    def rests(self, x: State, k: int) -> list[bool]:
        """Return whether the activation of a neuron stays as it is, below and above its state."""
        if not -10 < x[k] < 10:
            raise Unknown("far out")
        here, e = self.g(x), np.eye(self.n)[k]
        found = [bool((self.g(x + h * e) == here).all()) for h in (-ROOM, ROOM)]
        stated = self.layers[self.names[k][0]].stated
        if any(found) and any(name in str((stated["L"], stated["g"])) for name in SATURATING):
            raise Unknown("slopes that doubles do not see")
        return found

    def elementwise(self, k: int) -> bool:
        return not self.layers[self.names[k][0]].whole


def ends(entry: Mapping[str, Any]) -> tuple[State, State]:
    """Return the lower and the upper ends of what an entry lists; of a continuum those of its cell."""
    stated = entry.get("cell", entry["x"])
    pairs = open_ends(each if isinstance(each, list) else [each, each] for each in stated)
    return np.array([low for low, _ in pairs]), np.array([high for _, high in pairs])


def middle(entry: Mapping[str, Any]) -> State:
    pairs = [each if isinstance(each, list) else [each, each] for each in entry["x"]]
    return np.array([float((Fraction(low) + Fraction(high)) / 2) for low, high in pairs])


def inside(x: State, entry: Mapping[str, Any], room: float) -> bool:
    low, high = ends(entry)
    room *= 1 + np.abs(x).max(initial=0)
    return bool((low - room <= x).all() and (x <= high + room).all())


def _entries(net: Net, entries: list[Any]) -> str | None:
    """Return why one of them is no equilibrium, or why two are the same."""
    for entry in entries:
        x = middle(entry)
        low, high = ends({"x": entry["x"]})
        if len(x) != net.n:
            return "a state of other neurons"
        width = float((high - low).max(initial=0))
        if width < ROOM and np.abs(net.F(x)).max(initial=0) > (10 * ROOM + 100 * width) * (
            1 + np.abs(x).max(initial=0)
        ):
            return f"no equilibrium is at {x}"
    stated = [str(entry["x"]) for entry in entries]
    return "two are the same" if len(set(stated)) < len(stated) else None


def _some(net: Net, claim: Mapping[str, Any], random: Random) -> str | None:
    return _entries(net, claim["equilibria"])


def _all(net: Net, claim: Mapping[str, Any], random: Random) -> str | None:
    wrong, region = _entries(net, claim["equilibria"]), claim.get("region")
    if wrong:
        return wrong
    for x in net.found(random):
        if region is not None and not inside(x, {"x": [], "cell": region}, -ROOM):
            continue
        # Of a continuum, rows of other claims have one state only.
        if not any("dimension" in entry or inside(x, entry, 20 * ROOM) for entry in claim["equilibria"]):
            return f"an equilibrium at {x} is not listed"
    return None


def _listed(net: Net, claim: Mapping[str, Any], random: Random) -> str | None:
    """Return what is wrong with the list that rows are about."""
    return _all(net, claim, random) if claim["all"] else _some(net, claim, random)


def _stability(net: Net, claim: Mapping[str, Any], random: Random) -> str | None:
    wrong = (_stability_of(net, row) for row in claim["equilibria"])
    return _listed(net, claim, random) or next((each for each in wrong if each), None)


def _stability_of(net: Net, row: Mapping[str, Any]) -> str | None:
    x, at_kink = middle(row), row.get("at_kink", [])
    for k in range(net.n):
        if net.elementwise(k) and k not in at_kink:
            below, above = net.rests(x, k)
            # Where one side alone is flat, the slope may be 0 there.
            if below is above is (k in row["alive"]):
                return f"alive or not: neuron {k}"
    if "energy" in row:
        told, E = row["energy"], energy(net.core, net.apart(x))
        low, high = (number(end) for end in (told if isinstance(told, list) else (told, told)))
        if not low - ROOM < E < high + ROOM:
            return f"the energy is {E}"
    if at_kink or row["stability"] == "undecided" or "dimension" in row:
        return None
    growth, rate = net.growth(x), number(row.get("rate", "0"))
    if row["stability"] == "stable":
        # W has the slopes of drives by states for its columns that are alive.
        steepest = np.linalg.eigvals((net.J(x) + np.diag(net.leak)) / net.leak[:, None]).real.max()
        if (
            growth > ROOM - rate
            or steepest > (number(row["lambda_max_at_most"]) if "lambda_max_at_most" in row else np.inf) + ROOM
        ):
            return f"growth {growth}, λ {steepest}"
    if row["stability"] == "unstable":
        if growth < rate - ROOM:
            return f"growth {growth}"
        if "direction" in row:
            v = np.array(list(map(number, row["direction"])))
            h = 2.0**-16 / (np.abs(v).max() or 1.0)
            turn = (net.g(x + h * v) - net.g(x)) @ (net.F(x + h * v) - net.F(x)) / h**2
            return None if turn > -1e-6 else f"the energy turns by {turn}"
    return None


def _undetermined(net: Net, claim: Mapping[str, Any], random: Random) -> str | None:
    for row in claim["equilibria"]:
        x = middle(row)
        for k, (layer, _, name) in enumerate(net.names):
            if not net.elementwise(k) or {layer, name} & set(row.get("unsettled", [])):
                continue
            if (name in row["undetermined"]) is not any(net.rests(x, k)):
                return f"open or not: {name} of {x}"
    return _listed(net, claim, random)


def _regions(net: Net, claim: Mapping[str, Any], random: Random) -> str | None:
    for row in claim["equilibria"]:
        x = middle(row)
        here = net.g(x)
        for k, (layer, _, name) in enumerate(net.names):
            if not net.elementwise(k) or {layer, name} & set(row.get("layers", {})):
                continue
            if not net.tau[k]:
                continue
            if (name in row["region"]) is not any(net.rests(x, k)):
                return f"flat or not: {name} of {x}"
            for end in row["region"].get(name, []):
                beside = x.copy()
                beside[k] = {"-∞": -1e3, "+∞": 1e3}[end] if end in ("-∞", "+∞") else number(end)
                if np.abs(net.g(beside) - here).max() > 1e-4:
                    return f"another activation at {beside}"
        if row["neighbourhood"].startswith("an open") and net.growth(x) > ROOM:
            return f"{x} is not stable"
    return _listed(net, claim, random)


def _bounded(net: Net, claim: Mapping[str, Any], random: Random) -> str | None:
    for _ in range(3):
        x = net.later(net.drawn(random, 5.0))
        if np.abs(x).max(initial=0) > 1e5:
            return "a solution runs away"
        box = [pair for name in net.layers for pair in claim["box"][name]] if "box" in claim else None
        if box is not None and not inside(x, {"x": box}, ROOM):
            return f"a solution is at {x}"
    return None


def _unbounded(net: Net, claim: Mapping[str, Any], random: Random) -> str | None:
    if "ray" in claim:
        x = np.array([number(each) for name in net.layers for each in claim["ray"][name]])
        after = net.later(1e6 * x, time=8.0)
        return None if np.abs(after).max() > 1e6 * np.abs(x).max() else f"a solution falls back to {after}"
    if "drift" in claim:
        z = np.array([number(each) for name in net.layers for each in claim["drift"][name]])
        rates = [float(z @ net.F(net.drawn(random, scale))) for scale in (1.0, 9.0)]
        same = max(abs(each - number(claim["rate"])) for each in rates) < ROOM
        return None if same and rates[0] and not (z * net.leak).any() else f"the sum moves at {rates}"
    k = net.names.index((claim["layer"], claim["neuron"], f"{claim['layer']}[{claim['neuron']}]"))
    drive = number(claim["drive"])
    values = [net.F(net.drawn(random, scale))[k] for scale in (1.0, 3.0, 9.0) for _ in range(4)]
    beyond = min(values) >= drive - ROOM if drive > 0 else max(values) <= drive + ROOM
    return None if beyond and drive and not net.leak[k] else f"the drive has the values {values}"


def _lone(net: Net, claim: Mapping[str, Any], random: Random) -> str | None:
    found = net.found(random)
    far = [x for x in found if np.abs(x - found[0]).max() > 50 * ROOM]
    return f"equilibria at {found[0]} and {far[0]}" if far else None


def _attracting(net: Net, claim: Mapping[str, Any], random: Random) -> str | None:
    entry = {"x": claim["x"]} if "x" in claim else None
    wrong = _lone(net, claim, random) or (_entries(net, [entry]) if entry else None)
    if wrong:
        return wrong
    states = [net.later(net.drawn(random, 2.0)) for _ in range(2)]
    states += [middle(entry)] if entry else []
    # What comes closer like 1/√t is not there yet.
    return None if all(np.abs(x - states[0]).max() < 0.5 for x in states) else f"solutions at {states}"


def _not_attracting(net: Net, claim: Mapping[str, Any], random: Random) -> str | None:
    if "equilibria" not in claim:
        ends = [net.later(net.drawn(random, 4.0)) for _ in range(2 * STARTS)]
        together = all(np.abs(x - ends[0]).max() < ROOM for x in ends)
        return "solutions come together" if together else None
    entries = claim["equilibria"]
    if len(entries) == 1 and net.growth(middle(entries[0])) < -ROOM:
        return "it is stable"
    return _entries(net, entries) if entries else "no reason"


def _same(net: Net, claim: Mapping[str, Any], random: Random) -> str | None:
    """Each equilibrium of the one is that of the other, in layers of both that are found to agree."""
    original = Net(net.core.core["original"])
    kept = [
        name for name in net.layers if name in original.layers and net.layers[name].size == original.layers[name].size
    ]

    def states(of: Net) -> Any:
        return [np.array([v for name in kept for v in of.apart(x)[name]]) for x in of.found(random)]

    here, there = states(net), states(original)
    for one, other in ((here, there), (there, here)):
        lost = [x for x in one if all(np.abs(x - y).max(initial=0) > 50 * ROOM * (1 + np.abs(x).max()) for y in other)]
        # What Newton's method met once may be missed by it in the other.
        if other and len(lost) > STARTS:
            return f"{lost[0]} is an equilibrium of one alone"
    return None


def _ghosts(net: Net, claim: Mapping[str, Any], random: Random) -> str | None:
    if "segment" in claim:
        return _segment(net, claim)
    if claim["count"] < len(claim["ghosts"]) or not claim["ghosts"]:
        return "another count"
    for ghost in claim["ghosts"]:
        gamma, target = ([number(entry) for entry in ghost[key]] for key in ("activation", "target"))
        found = net.g(np.array(target))
        if np.abs(found - gamma).max() < 1e-9:
            return "the target is an equilibrium of the region"
        # The activation of a state with these targets is that of its alive neurons.
        if any(abs(found[k] - gamma[k]) > ROOM for k in ghost["alive"]):
            return f"the alive neurons move at {target}"
        woken = {net.names[k][2] for k in range(net.n) if abs(found[k] - gamma[k]) > ROOM}
        if not woken <= set(ghost["wakes_up"]):
            return f"other neurons wake up: {woken}"
    return None


def _segment(net: Net, claim: Mapping[str, Any]) -> str | None:
    p, q = (np.array(list(map(number, state))) for state in claim["segment"])
    target, gamma = (np.array(list(map(number, claim[key]))) for key in ("target", "activation"))
    same = max(np.abs(net.g(x) - gamma).max() for x in (p, q)) < ROOM
    if not same or np.abs(net.target(p) - target).max() > 10 * ROOM:
        return "another activation or target"
    return "the target has this activation" if np.abs(net.g(target) - gamma).max() < 1e-9 else None


def _no_ghosts(net: Net, claim: Mapping[str, Any], random: Random) -> str | None:
    """A ghost: the neurons that move are at rest, and the target of those that do not moves them."""
    if any(layer.whole for layer in net.layers.values()):
        raise Unknown("a layer that acts as a whole")
    if not net.tau.all():
        raise Unknown("states of instantaneous layers are their targets")
    for _ in range(3 * STARTS):
        x = net.drawn(random, 2.0)
        moving = np.array([not all(net.rests(np.clip(x, -9, 9), k)) for k in range(net.n)])
        for _ in range(20):
            F = np.where(moving, net.F(x), 0)
            x = x + np.linalg.lstsq(net.J(x)[:, moving], -F, rcond=None)[0] @ np.eye(net.n)[moving]
        still = np.array([all(net.rests(np.clip(x, -9, 9), k)) for k in range(net.n)])
        if (still == ~moving).all() and still.any() and np.abs(net.F(x)[moving]).max(initial=0) < 1e-9:
            target = net.target(x)
            if np.abs(net.g(target) - net.g(x)).max() > ROOM:
                return f"{x} is in a ghost region"
    return None


def _patterns(net: Net, claim: Mapping[str, Any]) -> tuple[Any, Any, float, Any]:
    """Return the states of the patterns, their activations, how large signs are, and how to see those of a layer."""
    held = next(each for each in net.core.core["memories"] if each["name"] == claim["memory"])
    if held["patterns"][0] != "array":
        raise Unknown("patterns that are no array")
    states = np.array(array(net.core.core["arrays"][held["patterns"][1]]))
    layer, own = net.layers[held["layer"]], [k for k, (name, _, _) in enumerate(net.names) if name == held["layer"]]
    signs = np.unique(np.abs(states))
    return states, layer, float(signs[0]) if len(signs) == 1 else 0.0, own


def _gaps(claim: Mapping[str, Any], net: Net) -> tuple[Any, Any, Any]:
    """Return the activations of the patterns, half the distances to rivals, and the activation at 0."""
    states, layer, _, own = _patterns(net, claim)
    gamma = np.array([layer.g(list(state)) for state in states])
    leak = np.where(net.leak[own] > 0, net.leak[own], np.inf)
    rest = np.array(layer.g(list(net.bias[own] / leak)))
    apart = np.linalg.norm(gamma[:, None] - np.array([rest, *gamma])[None], axis=2) / 2
    apart[:, 1:][apart[:, 1:] < 1e-12] = np.inf
    return gamma, apart, np.array(layer.g([0.0] * len(own)))


def _wrong_signs(net: Net, claim: Mapping[str, Any], mu: int, found: Any) -> int:
    gamma, _, zero = _gaps(claim, net)
    sizes = _patterns(net, claim)[2]
    return int((np.sign(gamma[mu] - zero) != np.sign(found - zero)).sum()) if sizes else 0


def _stored(net: Net, claim: Mapping[str, Any], random: Random) -> str | None:
    return _own_ones(net, claim, "stored")


def _retrieved(net: Net, claim: Mapping[str, Any], random: Random) -> str | None:
    """Beside what is told of equilibria: from states of a cell the flow goes to x, also where neurons were moved."""
    wrong = _own_ones(net, claim, "retrieved")
    if wrong is not None or not net.tau.all():
        return wrong
    states, _, _, own = _patterns(net, claim)
    for mu, row in enumerate(claim["patterns"]):
        if "x" not in row:
            continue
        if row["retrieved"] and row.get("flips", {"neurons": 0})["neurons"] < claim["flips"] and "basin" not in claim:
            return "fewer flips than are asked for"
        cell = row.get("cell", [[None, None]] * len(net.names))
        pattern = np.array([min(max(0.0, low), high) for low, high in open_ends(cell)], dtype=np.float64)
        pattern[own] = states[mu]
        starts = [pattern] if row["retrieved"] else []
        starts += [_somewhere(cell, random) for _ in range(2)]
        if "flips" in row:
            moved = _somewhere(row["flips"]["box"], random)
            for k in random.sample(own, min(row["flips"]["neurons"], len(own))):
                moved[k] = random.uniform(-9, 9)
            starts.append(moved)
        low, high = ends({"x": row["x"]})
        room = 1e-3 * (1 + np.abs(high) + np.abs(low))
        for start in starts:
            x = net.later(start)
            if not ((low - room <= x) & (x <= high + room)).all():
                return f"from {start} the flow leads to {x}"
    return None


def _somewhere(box: Any, random: Random) -> Any:
    """Return a state in a box, no farther out than 9 from an end where it has none."""
    finite = [(max(low, min(high, 9) - 18), min(high, max(low, -9) + 18)) for low, high in open_ends(box)]
    return np.array([random.uniform(low, high) for low, high in finite])


def _own_ones(net: Net, claim: Mapping[str, Any], word: str) -> str | None:
    states, layer, sizes, own = _patterns(net, claim)
    gamma, apart, _ = _gaps(claim, net)
    stored = [mu for mu, row in enumerate(claim["patterns"]) if row[word]]
    if len(states) != len(claim["patterns"]):
        return "another number of patterns"
    if len(stored) < len(states) and len({tuple(gamma[mu]) for mu in stored}) < claim["at_least"]:
        return "too few"
    for mu, row in enumerate(claim["patterns"]):
        if "x" not in row:
            continue
        x, (low, high) = middle(row), ends({"x": row["x"]})
        found = np.array(layer.g(list(x[own])))
        width = float((high - low).max(initial=0))
        far, signs = float(np.linalg.norm(found - gamma[mu])), _wrong_signs(net, claim, mu, found)
        if row[word] and (far > apart[mu].min() + width or signs > claim["errors"]):
            return f"pattern {mu} is {far} away, of {apart[mu].min()}"
        if row.get("stability", "stable") != "undecided" and net.tau.all():
            growth = net.growth(x)
            if growth > ROOM if row.get("stability", "stable") == "stable" else growth < -ROOM:
                return f"growth {growth}"
        if "apart" in row and number(row["apart"]) < far - width - 1e-9:
            return f"pattern {mu} is {far} away"
        if "distance" in row and number(row["distance"]) < np.abs(x[own] - states[mu]).max() - 1e-12:
            return f"pattern {mu} is farther away"
        if "wrong" in row and (row["wrong"] < signs or not sizes):
            return "other signs"
        if "limit" in row:
            least, most = map(number, row["limit"])
            here = apart[mu, 0 if row["rival"] is None else row["rival"] + 1]
            if least > apart[mu].min() + 1e-9 or most < here - 1e-9:
                return f"half the distances are {apart[mu]}"
    return _entries(net, [{"x": row["x"]} for row in claim["patterns"][:1] if "x" in row])


def _few(net: Net, claim: Mapping[str, Any], random: Random) -> str | None:
    gamma, apart, _ = _gaps(claim, net)
    _, layer, _, own = _patterns(net, claim)
    different = len(np.unique(gamma, axis=0))
    owned = set()
    for x in net.found(random):
        found = np.array(layer.g(list(x[own])))
        for mu in range(len(gamma)):
            near = np.linalg.norm(found - gamma[mu]) < apart[mu].min() - ROOM
            if near and net.growth(x) < -ROOM and _wrong_signs(net, claim, mu, found) <= claim["errors"]:
                owned.add(tuple(gamma[mu]))
    if len(owned) > claim["most"] or claim["most"] >= min(claim["at_least"], different):
        return f"{len(owned)} patterns are stored, of {different}"
    return None


OF_LISTS: Mapping[str, Callable[[Net, Mapping[str, Any], Random], str | None]] = {
    "equilibria": _all,
    "some equilibria": _some,
    "stability": _stability,
    "undetermined states": _undetermined,
    "flat regions": _regions,
    "bounded solutions": _bounded,
    "unbounded solutions": _unbounded,
    "at most one equilibrium": _lone,
    "global stability": _attracting,
    "no global stability": _not_attracting,
    "stored patterns": _stored,
    "retrieved patterns": _retrieved,
    "too few stored patterns": _few,
    "same equilibria": _same,
    "ghost regions": _ghosts,
    "no ghost regions": _no_ghosts,
}


def falsity_of_lists(core: Core, claim: Mapping[str, Any]) -> str | None:
    """Return why a claim about equilibria or all solutions is false, or None if nothing speaks against it."""
    return OF_LISTS[claim["claim"]](Net(core), claim, Random(7))
