"""Small models of the whole catalogue: every claim that the kernel accepts of them, its premises too, against doubles.

What an oracle of ``tests/soundness`` cannot see (altered systems, spreads, functions that it does not have, states far
out) goes unseen; nothing here is on an edge. It is breadth that is hunted: layers, synapses and checks in all
combinations.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np

from hopverify.core import core_of
from hopverify.kernel import core
from hopverify.networks import build_model
from hopverify.spec import parse_spec
from tests.soundness.hunt.cases import Document, Family, Outcome, mirrored, positive, results, small, text, texts
from tests.soundness.lists_in_doubles import OF_LISTS, falsity_of_lists
from tests.soundness.oracles.claims import Unknown, falsity

NEURONS: tuple[Any, ...] = (
    *("identity", "tanh", "relu", "sigmoid", "softplus", "hard_tanh", "relu6", "leaky_relu", "elu", "arctan", "erf"),
    *("hard_sigmoid", {"tanh": {"beta": 3}}, {"repu": {"n": 3}}, {"leaky_relu": {"slope": "1/4"}}),
    *({"expression": each, "of": "neuron"} for each in ("x^2/2 + cos(x)/2", "x^2/2 - sech(x)", "sqrt(1 + x^2)")),
    *({"expression": each, "of": "neuron"} for each in ("relu(x - 3/7)^2/2", "x^4/4", "x^2/2 + exp(x)/4")),
)
LAYERS: tuple[Any, ...] = (
    *("softmax", "sparsemax", "ghostmax", {"softmax": {"beta": 2}}, {"layernorm": {"epsilon": "1/10"}}),
    *({"spherical": {"epsilon": "1/4"}}, {"expression": "dot(x, x)/2 + logsumexp(x)", "of": "layer"}),
    {"expression": "(x[0] + x[1])^2/2", "of": "layer"},
)
ENERGIES = ("{c}*sum(cos({v}))", "{c}*logsumexp({v})", "{c}*sum(tanh({v}))", "{c}*sum({v})^2", "{c}*{v}[0]^3")
CHECKS = (
    *("energy_descent", "step_size", "boundedness", "energy_bounded_below", "global_stability", "ghost_regions"),
    *("equilibria", "equilibrium_stability", "state_recovery", "flat_region_stability", "energy_flatness"),
    *("lagrangian_convexity", "time_constants", "activation_is_gradient", "weight_symmetry", "near"),
)
BOX = {"lower": -4, "upper": 4}


def _layer(random: Random, first: bool) -> Document:
    whole = random.random() < 0.25
    n = random.randint(2, 3) if whole else random.randint(1, 2)
    at_once = not first and random.random() < 0.4
    found: Document = {"size": n, "lagrangian": random.choice(LAYERS if whole else NEURONS)}
    if found["lagrangian"] == LAYERS[-1]:
        found["size"] = n = 2
    if at_once:
        found["tau"] = 0
    elif random.random() < 0.3:
        found["tau"] = texts([positive(random) for _ in range(n)])
    found["bias"] = texts([small(random, 1) for _ in range(n)])
    if not at_once and random.random() < 0.15:
        found["leak"] = False
    elif random.random() < 0.3:
        found["leak"] = text(positive(random))
    if random.random() < 0.1:
        found["bias_in_energy"] = False
    return found


def _synapses(random: Random, sizes: Mapping[str, int], at_once: set[str]) -> Iterator[Document]:
    names = list(sizes)
    for i, one in enumerate(names):
        for other in names[: i + 1]:
            if random.random() < 0.25 or (one == other and one in at_once):
                continue
            M = [[small(random, 2) for _ in range(sizes[other])] for _ in range(sizes[one])]
            if one == other and random.random() < 0.75:
                M = mirrored(M)
            drive = random.choice(("weights", "weights", "gradient"))
            yield {"kind": "dense", "layers": [one, other], "weights": texts(M), "drive": drive}
    name = random.choice([each for each in names if each not in at_once])
    if random.random() < 0.4:
        energy = random.choice(ENERGIES).format(c=f"({small(random, 2)})", v=name)
        yield {"kind": "expression", "layers": [name], "energy": energy}
    elif random.random() < 0.2:
        Xi = [[small(random, 1) for _ in range(sizes[name])] for _ in range(2)]
        function = random.choice(("z^2", "z^4", "exp(z)"))
        yield {"kind": "associative", "layers": [name], "patterns": texts(Xi), "function": function}


def _document(random: Random) -> Document:
    layers = {name: _layer(random, name == "x") for name in ("x", "y")[: random.choice((1, 1, 2))]}
    sizes = {name: layer["size"] for name, layer in layers.items()}
    at_once = {name for name, layer in layers.items() if layer.get("tau") == 0}
    synapses = {f"s{k}": synapse for k, synapse in enumerate(_synapses(random, sizes, at_once))}
    found = {"hopverify": 1, "name": "hunted", "layers": layers, "synapses": synapses}
    if random.random() < 0.5:
        rows = [[Fraction(random.choice((-1, 1))) for _ in range(sizes["x"])] for _ in range(2)]
        found["memories"] = {"m": {"layer": "x", "patterns": texts(rows)}}
    return found


def _asked(random: Random, document: Document) -> list[Any]:
    """Return some checks, lists in a box half of the time."""
    found: list[Any] = []
    for check in random.sample(CHECKS, 3):
        if check == "near":
            found += [{"equilibria": {"near": "m"}}] if "memories" in document else []
        elif check in CHECKS[6:10] and random.random() < 0.5:
            found.append({check: BOX})
        else:
            found.append(check)
    named = {next(iter(each)) if isinstance(each, dict) else each: each for each in found}
    return list(named.values()) or ["energy_descent"]


def _claims(entry: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the claim of an entry, and those of its premises that stand in it."""
    if "claim" in entry:
        yield dict(entry["claim"])
        for premise in entry.get("proof", {}).get("premises", ()):
            yield from _claims(premise)


def draw(random: Random) -> Outcome:
    document = _document(random)
    found = results(document, _asked(random, document), boxes=300)
    model = build_model(parse_spec(json.dumps(document), format="json"))
    stated = core.write(core_of(model))
    told = [
        claim
        for entry in found.values()
        for row in entry.get("obligations", ())
        if row.get("evidence", {}).get("rule") == "kernel"
        for claim in _claims(row["evidence"])
    ]
    for claim in {json.dumps(claim, sort_keys=True): claim for claim in told}.values():
        try:
            wrong = (falsity_of_lists if claim["claim"] in OF_LISTS else falsity)(stated, claim)
        except (Unknown, OverflowError, np.linalg.LinAlgError):
            continue
        if wrong is not None:
            return Outcome("contradicted", f"{claim} is false: {wrong}; {document}")
    return Outcome(next(iter(found.values()))["verdict"])


FAMILY = Family("every_claim", "small models of the whole catalogue, and each claim of them", draw, 24, 3_000)
