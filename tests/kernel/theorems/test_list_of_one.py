"""A list of one equilibrium, with an energy that never rises and bounded solutions: and what is not enough (T17)."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any

import pytest

from hopverify.checks.equilibria import search_of
from hopverify.core import core_of
from hopverify.kernel.core import Core
from hopverify.networks import Model, build_model, linear_network
from hopverify.obligations import GloballyStable
from hopverify.obligations.equilibria import Search
from hopverify.provers import PROVERS, Budget
from hopverify.provers._lists import kernel_list
from hopverify.spec import parse_spec
from tests.checker.models import dense
from tests.kernel.accepting import accepted, rejected
from tests.rationals import exact

STABLE = "global stability"
PAIR = "[[0, '3/2'], ['3/2', 0]]"
# One equilibrium, (9/2, 3/2), where no neuron is alive; λ_max(W) = 3/2 is too much for T16.
CLIPPED = dense(PAIR, "size: 2, lagrangian: hard_tanh, bias: [3, 0]")
SMOOTH = dense(PAIR, "size: 2, lagrangian: tanh, bias: [3, 0]")
WHOLE = dense("[[6, 0], [0, 6]]", "size: 2, lagrangian: softmax, bias: [9, 0]")
FOLLOWED = (
    "layers:\n  v: {size: 2, lagrangian: hard_tanh, bias: [3, -3]}\n  h: {size: 2, lagrangian: identity, tau: 0}\n"
    "synapses: {w: {kind: dense, layers: [v, h], weights: [['5/4', 0], [0, '5/4']]}}\n"
)
TRAP = dense("[[1]]", "size: 1, lagrangian: {tanh: {beta: 2}}")


def model(body: str) -> Model:
    return build_model(parse_spec(f"hopverify: 1\nname: run\n{body}"))


@cache
def evidence(body: str) -> dict[str, Any]:
    (found,) = PROVERS["lasalle"].search(GloballyStable(model(body)), Budget())
    return dict(found)


def shown(body: str) -> tuple[Core, dict[str, Any], list[dict[str, Any]]]:
    """Return the core of a network, the fields of the claim about it, and the premises."""
    found = deepcopy(evidence(body))
    return core_of(model(body)), {"x": found["claim"]["x"]}, found["proof"]["premises"]


def without_proofs(name: str, **fields: Any) -> dict[str, Any]:
    return {"claim": {"claim": name, **fields}, "proof": {"by": "composition"}}


@pytest.mark.parametrize("body", [CLIPPED, SMOOTH, WHOLE, FOLLOWED])
def test_one_equilibrium_in_all_attracts_everything(body: str) -> None:
    of, place, premises = shown(body)
    said = "there is exactly one equilibrium, and every solution converges to it"
    assert accepted(of, STABLE, "list", place, premises=premises) == said
    assert accepted(of, STABLE, "list", {}, premises=premises) == said
    elsewhere = {"x": ["0"] * len(place["x"])}
    rejected(of, STABLE, "list", elsewhere, "another place", premises=premises)


def test_each_premise_is_needed_in_its_place() -> None:
    of, place, premises = shown(CLIPPED)
    names = [each["claim"]["claim"] for each in premises]
    assert names == [
        *("derived energy", "gradient drive", "Lipschitz drive", "Lipschitz activation", "gradient of L"),
        *("convex", "compatible times", "bounded solutions", "equilibria"),
    ]
    for k in range(len(premises)):
        less = premises[:k] + premises[k + 1 :]
        rejected(of, STABLE, "list", place, "lacks a premise|another one|is not a list|more premises", premises=less)
    rejected(of, STABLE, "list", place, "expected an object|not a list|another one", premises=premises[::-1])
    rejected(of, STABLE, "list", place, "lacks a premise", premises=[])
    rejected(of, STABLE, "list", place, "the key 'premises' is missing")


def test_a_list_of_a_region_is_none_of_all_states() -> None:
    """The trap: tanh(2x) has one equilibrium in [0.5, 3], and three in all."""
    asked = model(TRAP)
    network = linear_network(asked)
    assert network is not None
    ((low, high),) = exact([["1/2", "3"]])
    found = kernel_list(Search(asked, network, ((network.b[0] + low, network.b[0] + high),)), Budget())
    assert found is not None
    claim, proof = found
    assert claim["claim"] == "equilibria"
    assert len(claim["equilibria"]) == 1
    _, _, premises = shown(dense("[['1/4']]", "size: 1, lagrangian: {tanh: {beta: 2}}"))
    last = {"claim": claim, "proof": proof}
    box = {"claim": {"claim": "bounded solutions", "box": {"x": [["-2", "2"]]}}, "proof": {"by": "ranges"}}
    of, place = core_of(asked), {"x": claim["equilibria"][0]["x"]}
    given = [*premises[:-2], box, last]
    rejected(of, STABLE, "list", place, "not a list of all equilibria", premises=given)
    # The list of all states has three.
    whole = kernel_list(search_of(asked, {}), Budget())
    assert whole is not None
    given[-1] = {"claim": whole[0], "proof": whole[1]}
    rejected(of, STABLE, "list", {}, "not one equilibrium, and no others", premises=given)
    # Of some equilibria nothing follows.
    some = {"claim": {"claim": "some equilibria", "equilibria": [{"x": ["0"]}]}, "proof": {"by": "boxes"}}
    rejected(of, STABLE, "list", {}, "not a list of all equilibria", premises=[*given[:-1], some])


def test_a_continuum_is_no_point() -> None:
    """hard_tanh(x) = x on [-1, 1]: all of it rests."""
    body = dense("[[1]]", "size: 1, lagrangian: hard_tanh")
    segment = {"x": ["0"], "dimension": 1, "cell": [["-1", "1"]]}
    claim = {"claim": "equilibria", "region": None, "equilibria": [segment]}
    nodes = [["cut", 0, -1], ["affine", 0], ["cut", 0, 1], ["affine", 0], ["affine", 0]]
    last = {"claim": claim, "proof": {"by": "tree", "unit": "1", "nodes": nodes}}
    assert accepted(
        core_of(model(body)), "equilibria", "tree", {"region": None, "equilibria": [segment]}, unit="1", nodes=nodes
    )
    _, _, premises = shown(dense("[['1/4']]", "size: 1, lagrangian: hard_tanh"))
    box = {"claim": {"claim": "bounded solutions", "box": {"x": [["-2", "2"]]}}, "proof": {"by": "ranges"}}
    given = [*premises[:-2], box, last]
    rejected(core_of(model(body)), STABLE, "list", {}, "not one equilibrium, and no others", premises=given)


@pytest.mark.parametrize(
    ("taken", "body", "why"),
    [
        (CLIPPED, f"{CLIPPED}energy: '1'\n", "states an energy of its own"),
        (CLIPPED, f"{CLIPPED[:-1]}\n".replace("bias: [3, 0]", "bias: [3, 0], bias_in_energy: false"), "left out"),
        (
            CLIPPED,
            CLIPPED.replace("hard_tanh", "{expression: 'x^2/2 - relu(x - 1)^2', of: neuron}"),
            "fall|≥ 0|rise|states not both",
        ),
        (CLIPPED, CLIPPED.replace("lagrangian: hard_tanh", "lagrangian: abs"), "locally Lipschitz"),
        (CLIPPED, CLIPPED.replace("'3/2', 0]]", "1, 0]]"), "normal forms|gradient"),
        (CLIPPED, CLIPPED.replace(PAIR, f"{{values: {PAIR}, tolerance: 0.5}}"), "spread|lead into the box"),
        (CLIPPED, CLIPPED.replace("bias: [3, 0]", "bias: [3, 0], leak: 0"), "lead into the box"),
        (WHOLE, WHOLE.replace("bias: [9, 0]", "bias: [9, 0], tau: [1, 10]"), "several time constants"),
    ],
)
def test_what_does_not_descend_or_is_not_bounded(taken: str, body: str, why: str) -> None:
    """A claimed energy, a bias left out, slopes that fall, a jump, W not symmetric, tolerances, no leak, two times."""
    _, place, premises = shown(taken)
    rejected(core_of(model(body)), STABLE, "list", place, why, premises=premises)


def test_layers_that_inhibit_themselves_at_once_are_left_out() -> None:
    own = "i: {kind: diagonal, layers: [h, h], weights: [-1, -1]}, w:"
    body = FOLLOWED.replace("{w:", f"{{{own}").replace("identity, tau: 0", "tanh, tau: 0")
    _, place, premises = shown(FOLLOWED)
    rejected(core_of(model(body)), STABLE, "list", place, "depends on instantaneous layers", premises=premises)
