"""The kernel under attack: claims and proofs changed in each field, number, name and order.

Whatever is changed, the kernel rejects it, or what it accepts is true: no oracle calls it false, and the opposite of it
is not accepted of the same core.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path as File
from random import Random
from typing import Any

import pytest

from hopverify.checker.citing import Known, remember, whole
from hopverify.core import core_of
from hopverify.kernel import claims, core
from hopverify.kernel.check import accept
from hopverify.kernel.core import Core
from hopverify.kernel.numbers import Rejected
from hopverify.kernel.reading import read
from hopverify.kernel.theorems import THEOREMS
from hopverify.networks import build_model
from hopverify.pipeline import verify
from hopverify.spec import parse_spec
from tests.profiles import by_profile
from tests.soundness.lists_in_doubles import OF_LISTS, falsity_of_lists
from tests.soundness.mutations import ALIENS, Path, at, paths, placed
from tests.soundness.oracles.claims import Unknown, falsity

DOCS = File(__file__).parents[2] / "docs" / "claims"
CHANGES = by_profile(80, 100_000, 100_000)
X = {"layer": "x"}

STORED = (
    "layers: {{x: {{size: 1, lagrangian: {}}}}}\n"
    "synapses: {{w: {{kind: dense, layers: [x, x], weights: [[{}]]}}}}\n"
    "memories: {{m: {{layer: x, patterns: [{}]}}}}\n"
    "checks: [{}]\n"
)
"""A memory of one neuron, and what is asked of it."""

ONE_NEURON = (
    "layers: {{x: {{size: 1, lagrangian: {}}}}}\n"
    "synapses: {{w: {{kind: dense, layers: [x, x], weights: {}}}}}\nchecks: {}\n"
)
"""One neuron that drives itself."""

ALTERED = (
    "layers: {{y: {{size: {0}, lagrangian: identity}}, x: {{size: {0}, lagrangian: {1}, tau: 0}}}}\n"
    "synapses: {{s: {{kind: feedforward_feedback, layers: [y, x], forward: {2}, {3}}}}}\nchecks: [{4}]\n"
)
"""An altered system."""

AT_MOST_ONE = {
    "claim": {"claim": "at most one equilibrium"},
    "proof": {"by": "T16", "multipliers": {"x": ["1"]}, "heights": {"x": "1"}},
}
BY_ONE = {"by": "at most one", "premises": [AT_MOST_ONE]}

# Tiny specs whose claims the provers prove, and for each of them entries by hand.
SPECS: tuple[tuple[str, list[dict[str, Any]]], ...] = (
    (
        "layers: {x: {size: 2, lagrangian: {expression: 'x^2/2 - 2*sech(x)'}}}\n"
        "checks: [lagrangian_convexity, energy_flatness, activation_is_gradient, time_constants]",
        [],
    ),
    (
        "layers: {x: {size: 2, lagrangian: {expression: '(x[0] + x[1])^2', of: layer}}}",
        [
            {"claim": {"claim": "convex", **X}, "proof": {"by": "quadratic"}},
            {
                "claim": {
                    "claim": "constant on a segment",
                    **X,
                    "kind": "singular",
                    "states": [["1", "2"], ["2", "1"]],
                },
                "proof": {
                    "by": "states",
                    "premises": [{"claim": {"claim": "convex", **X}, "proof": {"by": "quadratic"}}],
                },
            },
        ],
    ),
    ("layers: {x: {size: 2, lagrangian: {expression: 'dot(x, x)/2 + logsumexp(x)', of: layer}}}", []),
    (
        "layers: {x: {size: 2, lagrangian: tanh, bias: [1, 0], bias_in_energy: false}}\n"
        "synapses: {w: {kind: dense, layers: [x, x], weights: [[0, 2], [1, 0]]}}",
        [
            {
                "claim": {"claim": "another energy", "because": "the bias of x is left out of the energy"},
                "proof": {"by": "core"},
            }
        ],
    ),
    (
        "layers: {x: {size: 2, tau: [1, 2], lagrangian: "
        "{expression: 'softplus(2*x[0])/2 + 2*logcosh(x[1]/2)', of: layer}}}\n"
        "checks: [time_constants, energy_flatness]",
        [],
    ),
    (
        "layers: {x: {size: 2, tau: [1, 2], activation: {expression: x/(1 + abs(x)), of: neuron}}}\n"
        "synapses: {w: {kind: dense, layers: [x, x], weights: [[0, 2], [2, 0]]}}\nchecks: [energy_descent]",
        [],
    ),
    (
        "layers: {x: {size: 2, lagrangian: relu, bias: 1}}\n"
        "energy: 'sum(g_x^2) - 2*sum(g_x) + 1'\nchecks: [energy_descent]",
        [
            {
                "claim": {"claim": "derived energy", "factor": "2"},
                "proof": {"by": "coordinates", "activations": ["x"]},
            }
        ],
    ),
    (
        "layers: {x: {size: 2, lagrangian: relu, bias: [1, 0]}}\nenergy: 'sum(g_x^2)'\nchecks: [energy_descent]",
        [],
    ),
    (
        "layers: {x: {size: 2, lagrangian: tanh}}\n"
        "synapses: {w: {kind: associative, layers: [x], patterns: [[1, -1], [2, 1]], function: z^2}}",
        [],
    ),
    (
        "layers: {x: {size: 2, activation: tanh}, y: {size: 2, lagrangian: relu, tau: [1, 2]}}\n"
        "synapses: {w: {kind: dense, layers: [x, y], weights: [[1, 2], [3, -1]]}}",
        [
            {
                "claim": {
                    "claim": "gradient activation",
                    **X,
                    "because": "each neuron's activation depends on its own state only",
                },
                "proof": {"by": "elementwise"},
            }
        ],
    ),
    (
        "layers: {x: {size: 2, lagrangian: tanh, bias: [1/8, 0]}}\n"
        "synapses: {w: {kind: dense, layers: [x, x], weights: [[0, 2], [2, 0]]}}",
        [],
    ),
    (
        "layers: {x: {size: 2, lagrangian: relu, bias: [-1, 1/2]}}\n"
        "synapses: {w: {kind: dense, layers: [x, x], weights: [[0, 1/2], [1/2, 0]]}}",
        [],
    ),
    (
        "layers: {x: {size: 1, lagrangian: {tanh: {beta: 2}}}}\n"
        "synapses: {s: {kind: expression, layers: [x], energy: '-x[0]^4/2'}}\nchecks: [equilibria]",
        [],
    ),
    (STORED.format("tanh", 2, "[2], [-2], [1/8]", "{equilibria: {near: m, at_least: 2}}"), []),
    (STORED.format("tanh", 2, "[2], [-2], [1/8]", "{equilibria: {near: m}}"), []),
    (STORED.format("{tanh: {beta: 8}}, bias: 1/2", "1/4", "[1], [-1]", "{basin_cells: {at_least: 1, flips: 1}}"), []),
    (STORED.format("identity, bias: 2", -3, "[1/2], [3]", "{basin_cells: {at_least: 1}}"), []),
    (
        "layers: {y: {size: 1, lagrangian: identity}, x: {size: 1, lagrangian: relu, tau: 0, bias: 1/2}}\n"
        "synapses: {s: {kind: feedforward_feedback, layers: [y, x], forward: [[1/2]], metric: [[1/2]]}}\n"
        "checks: [step_size, altered_energy_descent, altered_flatness, equilibria_preserved]",
        [],
    ),
    (
        "layers: {v: {size: 1, lagrangian: identity}, h: {size: 2, lagrangian: ghostmax, tau: 0}}\n"
        "synapses: {xi: {kind: dense, layers: [h, v], weights: [[1], [1/2]]}}\nchecks: [global_stability]",
        [
            {
                "claim": {"claim": "global stability", "x": [["19/32", "77/128"], ["9/16", "5/8"], ["9/32", "5/16"]]},
                "proof": {"by": "contraction", "centres": {"h": ["1/2"]}, "heights": {"v": "1"}},
            },
            {
                "claim": {"claim": "global stability"},
                "proof": {"by": "contraction", "centres": {"h": None}, "heights": {"v": "1"}},
            },
        ],
    ),
    (ONE_NEURON.format("relu", "[[2]]", "[energy_bounded_below, boundedness, global_stability]"), []),
    (ONE_NEURON.format("tanh, leak: false, bias: 2", "[[1/2]]", "[boundedness]"), []),
    (
        "layers: {x: {size: 1, lagrangian: identity, leak: false}}\n"
        "synapses: {s: {kind: expression, layers: [x], energy: '(x[0]^2 - 1)^2'}}\n"
        "checks: [{step_size: {below: 2}}]",
        [],
    ),
    (
        ONE_NEURON.format("tanh", "[[1]]", "[lagrangian_convexity]"),
        [
            {"claim": {"claim": "equilibria", "region": None, "equilibria": [{"x": ["0"]}]}, "proof": BY_ONE},
            {"claim": {"claim": "equilibria", "region": [["0", None]], "equilibria": [{"x": ["0"]}]}, "proof": BY_ONE},
        ],
    ),
    (ONE_NEURON.format("relu, bias: -1", "[[2]]", "[ghost_regions]"), []),
    (ONE_NEURON.format("identity", "[[-2]]", "[{step_size: {step: 1, lower: -1, upper: 1}}]"), []),
    (ONE_NEURON.format("{expression: relu(x)^3/3, of: neuron}, bias: 1/2", "[[1/2]]", "[ghost_regions]"), []),
    (
        "layers: {x: {size: 2, lagrangian: identity, leak: false, bias: 1}}\n"
        "synapses: {w: {kind: dense, layers: [x, x], weights: [[-1, 1], [1, -1]]}}\nchecks: [boundedness]",
        [],
    ),
    (
        "layers: {x: {size: 2, lagrangian: identity, bias: 1}}\n"
        "synapses: {w: {kind: dense, layers: [x, x], weights: [[0, 3], [-3, 0]]}}\nchecks: [boundedness]",
        [],
    ),
    (
        "layers: {x: {size: 2, lagrangian: tanh}}\n"
        "synapses: {w: {kind: dense, layers: [x, x], weights: [[2, -4], [4, 2]]}}\nchecks: [global_stability]",
        [],
    ),
    (
        "layers: {x: {size: 1, lagrangian: identity, bias: 1}}\n"
        "synapses: {s: {kind: expression, layers: [x], energy: 'x[0]^4'}}\nchecks: [boundedness]",
        [],
    ),
    ("layers: {x: {size: 2, lagrangian: softmax}}\nchecks: [ghost_regions]", []),
    (
        "layers: {x: {size: 3, lagrangian: {tanh: {beta: 2}}}}\n"
        "synapses: {w: {kind: hebbian, layers: [x, x], patterns: [[1, 1, -1]], zero_diagonal: false}}\n"
        "checks: [equilibria]",
        [],
    ),
    (ALTERED.format(1, "gelu", "[[1/2]]", "metric: [[1/2]]", "step_size"), []),
    (ALTERED.format(1, "relu", "[[1/2]]", "feedback: [[-1]]", "altered_energy_descent"), []),
    (ALTERED.format(2, "relu", "[[1, 2], [0, 1]]", "feedback: [[1, 0], [0, 1]]", "altered_energy_descent"), []),
    (
        "layers: {x: {size: 2, lagrangian: relu, bias: 1}}\n"
        "synapses: {w: {kind: dense, layers: [x, x], weights: [[-3, 2], [2, -3]]}}\nchecks: [boundedness]",
        [],
    ),
)

ORIGINAL_TIMES = {"claim": "compatible times", "layer": "original: x", "because": "H is diagonal"}

# Such specs with what they repair, and entries by hand about both.
REPAIRS: tuple[tuple[str, str, list[dict[str, Any]]], ...] = (
    (
        ALTERED.format(1, "relu", "[[1/2]]", "metric: [[1/2]]", "altered_energy_descent"),
        ONE_NEURON.format("relu, tau: 2", "[[1/2]]", "all"),
        [
            {"claim": {"claim": "same equilibria"}, "proof": {"by": "elimination", "kept": ["x"]}},
            {
                "claim": {"claim": "same stability"},
                "proof": {
                    "by": "metric",
                    "premises": [
                        {"claim": ORIGINAL_TIMES, "proof": {"by": "commuting"}},
                        {"claim": {"claim": "convex", **X}, "proof": {"by": "composition"}},
                    ],
                },
            },
        ],
    ),
    (
        ONE_NEURON.format("relu", "[[1/2]]", "[weight_symmetry]"),
        ONE_NEURON.format("relu", "[[1/2]]", "all"),
        [
            {"claim": {"claim": "same equilibria"}, "proof": {"by": "flow"}},
            {"claim": {"claim": "same stability"}, "proof": {"by": "flow"}},
        ],
    ),
)


@cache
def subjects() -> tuple[tuple[dict[str, Any], Core, tuple[dict[str, Any], ...]], ...]:
    """Return cores as documents and as the kernel reads them, and what the kernel accepts of them."""
    found = []
    for path in sorted(DOCS.glob("*.core.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        text = path.with_name(path.name.replace(".core.", ".claims.")).read_text(encoding="utf-8")
        found.append((document, read(document), tuple(filled(json.loads(text)["claims"]))))
    for body, repaired, entries in (*((body, None, entries) for body, entries in SPECS), *REPAIRS):
        asked = "" if "checks:" in body else "checks: all"
        spec = parse_spec(f"hopverify: 1\nname: attacked\n{body}\n{asked}")
        rows = [
            row
            for result in json.loads(verify(spec, samples=100).to_json())["results"]
            for row in result["obligations"]
        ]
        evidence = [row["evidence"] for row in rows if row.get("evidence", {}).get("rule") == "kernel"]
        made = [{key: each[key] for key in ("claim", "proof")} for each in evidence]
        model = build_model(spec)
        if repaired is not None:
            model = replace(model, original=build_model(parse_spec(f"hopverify: 1\nname: attacked\n{repaired}")))
        document = core.write(core_of(model))
        found.append((document, read(document), (*filled(made), *entries)))
    return tuple(found)


def filled(entries: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield entries with the proofs of what they cite, each once."""
    known: Known = {}
    for entry in entries:
        complete = whole(copy.deepcopy(entry), known)
        remember(complete, known)
        yield complete


ENTRIES = range(len(list(DOCS.glob("*.core.json"))) + len(SPECS) + len(REPAIRS))


def changes(document: dict[str, Any], entry: dict[str, Any]) -> Iterator[tuple[Path, Any]]:
    """Yield everything that makes another entry by one change: the place, and what is put there."""
    names = [part["name"] for key in ("layers", "synapses") for part in document[key]] + list(document["arrays"])
    for path in paths(entry):
        here = at(entry, path)
        others = [alien for alien in ALIENS if alien != here]
        if isinstance(here, str):
            others += [name for name in names if name != here]
            others += _numbers(here)
        if path and path[-1] == "claim" and isinstance(here, str):
            others += [name for name in claims.FORMS if name != here]
        if path and path[-1] == "by":
            others += sorted({by for _, by in THEOREMS} - {here})
        if isinstance(here, int) and not isinstance(here, bool):
            others += [here + 1, here - 1, str(here)]
        if isinstance(here, bool):
            others += [not here]
        if isinstance(here, list):
            others += [here[:k] + here[k + 1 :] for k in range(len(here))]
            others += [here[: k + 1] + here[k:] for k in range(len(here))]
            others += [[*here[:k], here[k + 1], here[k], *here[k + 2 :]] for k in range(len(here) - 1)]
        if isinstance(here, dict):
            others += [{name: part for name, part in here.items() if name != key} for key in here]
            others += [here | {"other": "1"}]
        yield from ((path, other) for other in others)


def _numbers(text: str) -> list[str]:
    try:
        value = Fraction(text)
    except (ValueError, ZeroDivisionError):
        return []
    return [str(value + step) for step in (1, -1, Fraction(1, 2**20))] + [
        str(value * by) for by in (2, -1, Fraction(1, 2))
    ]


def refuted(number: int, claim: dict[str, Any]) -> str | None:
    """Return why a claim that is accepted of a subject is false, as far as an oracle sees it."""
    return _refuted(number, json.dumps(claim, sort_keys=True))


@cache
def _refuted(number: int, claim: str) -> str | None:
    """The same of a claim as text: many changes of a proof leave it as it is."""
    told, document = json.loads(claim), subjects()[number][0]
    try:
        return (falsity_of_lists if told["claim"] in OF_LISTS else falsity)(document, told)
    except (Unknown, StopIteration):
        return None


def ways(entry: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the claims of an entry and of its premises, each with the way it is shown."""
    yield entry["claim"]["claim"], entry["proof"]["by"]
    for premise in entry["proof"].get("premises", []):
        yield from ways(premise)


OF_ALTERED = {
    *("altered descent", "altered flatness", "no altered metric"),
    *("same equilibria", "reduced equilibria", "same stability"),
}


def test_every_way_of_proof_is_attacked() -> None:
    met = {way for _, _, entries in subjects() for entry in entries for way in ways(entry)}
    assert met == set(THEOREMS)
    assert len(subjects()) == len(ENTRIES)


@pytest.mark.parametrize("number", ENTRIES)
def test_what_is_accepted_is_true(number: int) -> None:
    _, of, entries = subjects()[number]
    for entry in entries:
        assert accept(of, entry).core is of
        assert refuted(number, entry["claim"]) is None


@pytest.mark.parametrize("number", ENTRIES)
def test_what_is_changed_is_rejected_or_true(number: int) -> None:
    document, of, entries = subjects()[number]
    random, rejected, tried = Random(number), 0, 0
    told = [entry["claim"] for entry in entries]
    for entry in entries:
        listed = list(changes(document, entry))
        for place in random.sample(listed, min(len(listed), CHANGES)):
            changed, tried = placed(entry, *place), tried + 1
            try:
                fact = accept(of, changed)
            except Rejected:
                rejected += 1
                continue
            claim = {"claim": fact.claim.name, **fact.claim.fields}
            assert refuted(number, claim) is None, changed
            about = {key: claim[key] for key in ("layer", "synapse", "matrix") if key in claim}
            opposite = claims.FORMS[fact.claim.name].opposite
            contrary = [each for each in told if each["claim"] == opposite and about.items() <= each.items()]
            assert not contrary, changed
    assert rejected > tried / 2


@pytest.mark.parametrize("number", ENTRIES)
def test_claims_of_others_are_rejected_or_true(number: int) -> None:
    """All claims of all cores, about layers, synapses and matrices of each."""
    document, of, _ = subjects()[number]
    random = Random(number)
    names = {
        "layer": [layer["name"] for layer in document["layers"]],
        "synapse": [synapse["name"] for synapse in document["synapses"]],
        "matrix": [["array", name] for name in document["arrays"]],
    }
    listed = [entry for _, _, entries in subjects() for entry in entries]
    for entry in random.sample(listed, min(len(listed), CHANGES)):
        fields = {key: random.choice(names[key]) for key in names if key in entry["claim"] and names[key]}
        changed = {"claim": entry["claim"] | fields, "proof": entry["proof"]}
        try:
            fact = accept(of, changed)
        except Rejected:
            continue
        assert refuted(number, {"claim": fact.claim.name, **fact.claim.fields}) is None, changed


BOUNDS = ("apart", "rate", "curvature", "rise")


def test_bounds_that_are_twice_as_good_are_rejected() -> None:
    for _, of, entries in subjects():
        for entry in entries:
            for key in (key for key in BOUNDS if key in entry["claim"]):
                better = entry["claim"] | {key: str(2 * Fraction(entry["claim"][key]))}
                with pytest.raises(Rejected):
                    accept(of, entry | {"claim": better})


def test_the_order_of_premises_counts() -> None:
    swapped = 0
    for _, of, entries in subjects():
        for entry in entries:
            premises: list[Any] = entry["proof"].get("premises", [])
            for place in range(len(premises) - 1):
                order = [*premises[:place], premises[place + 1], premises[place], *premises[place + 2 :]]
                with pytest.raises(Rejected, match=r"needed|premise"):
                    accept(of, placed(entry, ("proof", "premises"), order))
                swapped += 1
    assert swapped > 5


W, SYNAPSE = {"matrix": ["array", "w"]}, {"synapse": "w"}
BENT = {"state": ["1", "1"], "direction": ["1", "0"], "curvature": "-1"}

# A claim that is false of a core by hand, with another value of a layer's key.
FALSE: tuple[tuple[str, dict[str, Any], dict[str, Any]], ...] = (
    ("one-way", {}, {"claim": "symmetric", **W}),
    ("relu-pair", {}, {"claim": "not symmetric", **W, "pair": [0, 1], "values": ["1/2", "1/2"], "unequal_pairs": 1}),
    ("softmax", {}, {"claim": "compatible times", **X, "because": "one time constant"}),
    ("relu-pair", {}, {"claim": "incompatible times", **X, **BENT}),
    ("double-well", {}, {"claim": "convex", **X}),
    ("relu-pair", {}, {"claim": "not convex", **X, **BENT}),
    ("relu-pair", {"g": ["tanh", ["state"]]}, {"claim": "gradient of L", **X}),
    ("bare", {}, {"claim": "gradient activation", **X, "because": "mirrored partial derivatives have one normal form"}),
    ("bare", {}, {"claim": "no gradient activation", "layer": "y", "state": ["1", "2"], "i": 0, "j": 1, "apart": "1"}),
    ("one-way", {}, {"claim": "gradient drive", **SYNAPSE}),
    (
        "relu-pair",
        {},
        {"claim": "no gradient drive", **SYNAPSE, **X, "index": 0, "activations": {"x": ["1", "2"]}, "apart": "1"},
    ),
    ("relu-pair", {"bias in energy": False}, {"claim": "derived energy"}),
    ("relu-pair", {}, {"claim": "another energy", "because": "the spec claims an energy of its own"}),
    ("relu-pair", {}, {"claim": "constant on no segment", **X, "kind": "alive"}),
    (
        "relu-pair",
        {},
        {
            "claim": "constant on a segment",
            **X,
            "kind": "dead",
            "intervals": [["-∞", "1"]],
            "unbounded": True,
            "neuron_states": ["-1", "0"],
        },
    ),
    ("double-well", {}, {"claim": "descent"}),
    ("relu-pair", {}, {"claim": "ascent", "state": {"x": ["1", "1"]}, "rate": "1"}),
    ("relu-pair", {}, {"claim": "energy bounded below", "lower_bound": "1", "confines": True}),
    (
        "relu-pair",
        {},
        {"claim": "energy unbounded below", "ray": {"x": ["1", "1"]}, "degree": 2, "coefficient": "-1"},
    ),
    ("double-well", {}, {"claim": "weakly convex", **X, "modulus": "1/2"}),
    ("relu-pair", {}, {"claim": "step descent", "energy": "E", "up_to": "4"}),
    ("relu-pair", {}, {"claim": "step ascent", "energy": "E", "state": {"x": ["1", "1"]}, "rate": "1"}),
    (
        "relu-pair",
        {},
        {"claim": "local step descent", "energy": "E", "up_to": "4", "region": [["0", "1"], ["0", None]], "below": "9"},
    ),
    (
        "relu-pair",
        {},
        {
            "claim": "local step ascent",
            "energy": "E",
            "state": {"x": ["2", "1"]},
            "region": [["0", "1"], ["0", "1"]],
            "below": None,
            "rate": "1",
        },
    ),
)


@pytest.mark.parametrize(("name", "changed", "claim"), FALSE, ids=lambda value: str(value)[:40])
def test_oracles_see_what_is_false(name: str, changed: dict[str, Any], claim: dict[str, Any]) -> None:
    document = json.loads((DOCS / f"{name}.core.json").read_text(encoding="utf-8"))
    document["layers"][0] |= changed
    claims.read(claim, "here")
    assert falsity(document, claim) is not None


def test_of_each_claim_but_two_there_is_an_oracle() -> None:
    """That a function is locally Lipschitz is not seen at points; false lists stand beside the theorems about lists.

    So do false claims about altered systems.
    """
    own = {"Lipschitz activation", "Lipschitz drive", *OF_LISTS, *OF_ALTERED}
    assert {claim["claim"] for _, _, claim in FALSE} == set(claims.FORMS) - own
