"""Ghost regions: by choices of affine pieces, by a segment of states; and networks that have none."""

from __future__ import annotations

from typing import Any

import pytest

from hopverify.kernel.reading import read
from hopverify.kernel.theorems import ghost_regions, no_ghost_regions
from hopverify.networks import build_model
from hopverify.provers.flatness import alive_premise
from hopverify.provers.structure import energy_premises, entry
from hopverify.spec import parse_spec
from tests.kernel.accepting import accepted, core, rejected
from tests.kernel.test_core import SPINS
from tests.profiles import by_profile
from tests.soundness.mutations import at, paths, placed

NO, YES = "no ghost regions", "ghost regions"


def body(layers: str, synapses: str = "", more: str = "") -> str:
    return f"layers: {{{layers}}}\n" + (f"synapses: {{{synapses}}}\n" if synapses else "") + more


def one(text: str, weights: str, size: int, more: str = "") -> str:
    return body(f"x: {{size: {size}, {text}}}", f"w: {{kind: dense, layers: [x, x], weights: {weights}}}", more)


def premises(text: str) -> list[dict[str, Any]]:
    """Return what makes the energy of a model the derived one."""
    return energy_premises(build_model(parse_spec(f"hopverify: 1\nname: tried\n{text}")))


def alive(text: str) -> list[dict[str, Any]]:
    """Return the same, and premises that no activation of a layer with τ > 0 is constant on a segment."""
    model = build_model(parse_spec(f"hopverify: 1\nname: tried\n{text}"))
    return [*energy_premises(model), *map(alive_premise, model.dynamic)]


HALF = "lagrangian: {expression: 'relu(x)^2/4', of: neuron}"
# The first wakes up where it sleeps, at 1/2; the second sleeps; the third, of slope a half, wakes up at 1.
THREE = one(f"{HALF}, bias: [1/2, -1, 1]", "[[0, 1/2, 0], [1/2, 0, 0], [0, 0, 0]]", 3)

ALL_ASLEEP = {"alive": [], "activation": ["0", "0", "0"], "target": ["1/2", "-1", "1"], "wakes_up": ["x[0]", "x[2]"]}
THIRD_AWAKE = {"alive": [2], "activation": ["0", "0", "1/2"], "target": ["1/2", "-1", "1"], "wakes_up": ["x[0]"]}
FIRST_AWAKE = {"alive": [0], "activation": ["1/4", "0", "0"], "target": ["1/2", "-7/8", "1"], "wakes_up": ["x[2]"]}


# ------------------------------------------------------------------ pieces


def pieces(text: str, choices: Any, ghosts: Any, count: Any, why: str = "") -> None:
    """Show that ghosts of a model are accepted, or rejected for a reason."""
    given = {"ghosts": ghosts, "count": count}
    if why:
        rejected(core(text), YES, "pieces", given, why, premises=premises(text), choices=choices)
    else:
        assert accepted(core(text), YES, "pieces", given, premises=premises(text), choices=choices)


def test_each_choice_is_a_ghost() -> None:
    choices, ghosts = [[0, 0, 0], [0, 0, 1], [1, 0, 0]], [ALL_ASLEEP, THIRD_AWAKE, FIRST_AWAKE]
    pieces(THREE, choices, ghosts, 3)
    pieces(THREE, choices[1:], ghosts[1:], 2)
    pieces(THREE, choices[::-1], ghosts[::-1], 3)
    pieces(THREE, choices, ghosts[::-1], 3, "other ghosts")
    pieces(THREE, choices, ghosts[:2], 3, "other ghosts")
    pieces(THREE, choices, [ALL_ASLEEP, THIRD_AWAKE, {**FIRST_AWAKE, "wakes_up": ["x[1]"]}], 3, "other ghosts")


@pytest.mark.parametrize(
    ("choices", "count", "why"),
    [
        ([[1, 0, 1]], 1, "make no ghost region"),
        ([[0, 1, 0]], 1, "make no ghost region"),
        ([[0, 0]], 1, "a piece for each neuron"),
        ([[0, 0, 0, 0]], 1, "a piece for each neuron"),
        ("000", 1, "expected a list"),
        (["000"], 1, "expected a list"),
        ([[0, 0, 2]], 1, "a piece for each neuron"),
        ([[0, 0, -1]], 1, "a piece for each neuron"),
        ([[0, 0, False]], 1, "a piece for each neuron"),
        ([[0, 0, 0]], 2, "as many choices as the claim counts"),
        ([[0, 0, 0]] * 2, 2, "as many choices as the claim counts"),
        ([], 0, "at least one"),
    ],
)
def test_other_choices_are_refused(choices: Any, count: Any, why: str) -> None:
    pieces(THREE, choices, [ALL_ASLEEP], count, why)


def test_long_lists_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ghost_regions, "MAX_LISTED", 2)
    pieces(THREE, [[0, 0, 0], [0, 0, 1], [1, 0, 0]], [ALL_ASLEEP, THIRD_AWAKE], 3)


def test_a_claim_about_a_segment_is_not_shown_by_pieces() -> None:
    fields = {"neurons": ["x[0]"], "segment": [["0"], ["-1"]], "target": ["1/2"], "activation": ["0", "0", "0"]}
    rejected(core(THREE), YES, "pieces", fields, "ghosts and their count", premises=premises(THREE), choices=[])


def none(text: str, why: str = "") -> None:
    """Show that all choices hold equilibria where they are critical, or are not shown to."""
    if why:
        rejected(core(text), NO, "pieces", {}, why, premises=premises(text))
    else:
        assert accepted(core(text), NO, "pieces", {}, premises=premises(text))


def test_no_choice_is_a_ghost(monkeypatch: pytest.MonkeyPatch) -> None:
    asleep = one("lagrangian: relu, bias: -1", "[[0]]", 1)
    none(asleep)
    none(THREE, r"the pieces \[0, 0, 0\] make a ghost region")
    monkeypatch.setattr(no_ghost_regions, "MAX_CHOICES", 2)
    none(asleep)
    monkeypatch.setattr(no_ghost_regions, "MAX_CHOICES", 1)
    none(asleep, "more than 1 choices of pieces")


def test_singular_choices_decide_nothing_unless_they_have_no_solution() -> None:
    """W = 1: with b = 0 every state x > 0 rests, with b = -1 none."""
    still = one("lagrangian: relu", "[[1]]", 1)
    none(still, "a singular system has many solutions")
    pieces(still, [[1]], [], 1, "a singular system has many solutions")
    none(one("lagrangian: relu, bias: -1", "[[1]]", 1))


# Steep, steep, flat, steep, steep: with slopes 1, 2, 0, 1, 3 and kinks at 0, 1, 2, 3.
MIXED = "x^2/2 + relu(x)^2/2 - relu(x - 1)^2 + relu(x - 2)^2/2 + relu(x - 3)^2"


@pytest.mark.parametrize(
    ("k", "x", "critical"),
    [
        (0, "-1/2", True),
        (0, "0", False),  # a kink between two steep pieces counts for the right one
        (1, "0", True),
        (1, "1/2", True),
        (1, "1", False),  # a kink beside a flat piece belongs to that, on either side
        (1, "-1", False),
        (1, "3", False),
        (3, "2", False),
        (3, "5/2", True),
        (3, "3", False),
        (4, "3", True),
        (4, "2", False),
        (4, "7", True),
    ],
)
@pytest.mark.parametrize("tau", ["", ", tau: 0"])
def test_a_steep_piece_holds_inside_and_at_a_kink_with_a_steep_one_on_its_left(
    k: int, x: str, critical: bool, tau: str
) -> None:
    """Beside a neuron that sleeps at the target 1, and so makes each critical choice a ghost."""
    text = body(
        f"x: {{size: 1, lagrangian: {{expression: '{MIXED}', of: neuron}}, bias: {x}{tau}}}, "
        "y: {size: 1, lagrangian: relu, bias: 1}"
    )
    if not critical:
        pieces(text, [[k, 0]], [], 1, "make no ghost region")
        return
    value = {"-1/2": "-1/2", "0": "0", "1/2": "1", "5/2": "5/2", "3": "3", "7": "15"}[x]
    ghost = {"alive": [0], "activation": [value, "0"], "target": [x, "1"], "wakes_up": ["y[0]"]}
    pieces(text, [[k, 0]], [ghost], 1)


@pytest.mark.parametrize(("x", "holds"), [("1/2", False), ("1", True), ("3/2", True), ("2", True), ("5/2", False)])
def test_on_a_flat_piece_only_a_neuron_with_a_time_constant_of_0_has_an_equation(x: str, holds: bool) -> None:
    for tau in ("", ", tau: 0"):
        text = body(
            f"x: {{size: 1, lagrangian: {{expression: '{MIXED}', of: neuron}}, bias: {x}{tau}}}, "
            "y: {size: 1, lagrangian: relu, bias: 1}"
        )
        waking = ["y[0]"] if holds else ["x[0]", "y[0]"]
        ghost = {"alive": [], "activation": ["2", "0"], "target": [x, "1"], "wakes_up": waking}
        pieces(text, [[2, 0]], [ghost], 1, "" if holds or not tau else "make no ghost region")


def test_pieces_need_affine_activations_affine_drives_and_leaks() -> None:
    bent = one("lagrangian: squared_relu, bias: -1", "[[0]]", 1)
    none(bent, "the activation is not piecewise affine")
    none(one("lagrangian: softmax", "[[0, 0], [0, 0]]", 2), "the layer acts as a whole")
    none(one("lagrangian: relu, leak: 0", "[[0]]", 1), "a neuron has no leak")
    associative = "w: {kind: associative, layers: [x], patterns: [[1]], function: z^4}"
    none(body("x: {size: 1, lagrangian: relu}", associative), "it is not affine in the activations")


def test_of_weights_within_a_spread_the_given_ones_have_ghosts_and_none_is_said_of_all() -> None:
    spread = one("lagrangian: relu, bias: 1", "{values: [[1/4]], tolerance: 1/8}", 1)
    ghost = {"alive": [], "activation": ["0"], "target": ["1"], "wakes_up": ["x[0]"]}
    pieces(spread, [[0]], [ghost], 1)
    none(spread.replace("bias: 1", "bias: -1"), "known up to a spread")


# ------------------------------------------------------------------ segments


def own(text: str, more: str = "bias: [3, 3]") -> str:
    return one(f"lagrangian: {{expression: '{text}', of: layer}}, {more}", "[[0, 0], [0, 0]]", 2)


def segment(text: str, state: list[str], share: str, why: str = "", convex: str = "x", **fields: Any) -> None:
    whole = [entry("composition", "convex", layer=convex)] if convex else []
    proof = {"premises": [*premises(text), *whole], "state": state, "share": share}
    if why:
        rejected(core(text), YES, "segment", fields, why, **proof)
    else:
        assert accepted(core(text), YES, "segment", fields, **proof)


# On {(s, s): s ≤ 0} the activation is 0.
VARYING = "norm(x - mean(x), 1 + relu(sum(x))^2)"


def told(*ends: str) -> dict[str, Any]:
    """Return what is told of the segment between two states with equal entries."""
    segment = [[end, end] for end in ends]
    return {"neurons": ["x[0]", "x[1]"], "segment": segment, "target": ["3", "3"], "activation": ["0", "0"]}


@pytest.mark.parametrize(
    ("share", "end"),
    [("1/8", "-1/2"), ("1/5", "-1/5"), ("-1", "-5"), ("1/1000000000000", "-249999999999/250000000000")],
)
def test_a_segment_in_the_flat_region_is_a_ghost(share: str, end: str) -> None:
    segment(own(VARYING), ["-1", "-1"], share, **told("-1", end))
    segment(own(VARYING), ["-1", "-1"], share, "the claim tells another segment", **told("-1", "-3"))


@pytest.mark.parametrize(
    ("state", "share", "why"),
    [
        (["-1", "-1"], "0", "the share is 0"),
        (["-1", "-1"], "1000000001/4000000000", "a square root is irrational"),
        (["-1", "-1"], "1/2", "a square root is irrational"),
        (["-1", "1"], "1/8", "a square root is irrational"),
        (["3", "3"], "1/8", "a square root is irrational"),
        (["-1"], "1/8", "expected 2 numbers"),
        (["-1", "-1"], "0.1", "expected a rational"),
    ],
)
def test_what_leaves_the_region_is_none(state: list[str], share: str, why: str) -> None:
    segment(own(VARYING), state, share, why, **told("-1", "-1/2"))


def test_where_the_target_has_the_same_activation_something_rests() -> None:
    near = {**told("-1", "-29999999999/40000000000"), "target": ["1/10000000000"] * 2}
    segment(own(VARYING, "bias: ['1/10000000000', '1/10000000000']"), ["-1", "-1"], "1/4", **near)
    segment(own(VARYING, "bias: [0, 0]"), ["-1", "-1"], "1/4", "may have the same activation")
    segment(own("norm(x - mean(x), 1)"), ["-1", "-1"], "1/8", "may have the same activation")
    segment(own("relu(sum(x))^2/2", "bias: [-1, -1]"), ["-1", "-1"], "1/2", "may have the same activation", convex="")


def test_the_lagrangian_of_a_whole_layer_has_to_be_convex() -> None:
    """Both ends have the activation 0, and on the way it is another."""
    hat = own("relu(sum(x))^2/2 - relu(sum(x) - 1)^2 + relu(sum(x) - 2)^2/2", "bias: ['1/2', '1/2']")
    segment(hat, ["-1", "-1"], "3", "composition does not show that the Lagrangian is convex")
    segment(hat, ["-1", "-1"], "3", "the proof lacks a premise: the Lagrangian of layer", convex="")
    steep = own("relu(sum(x))^2/2", "bias: ['1/2', '1/2']")
    segment(steep, ["-1", "-1"], "1", "the activation of layer x is not shown to stay what it is")


def test_elementwise_layers_stay_on_a_constant_interval() -> None:
    text = one("lagrangian: squared_relu, bias: [1, -1]", "[[0, 0], [0, 0]]", 2)
    both = {"neurons": ["x[0]", "x[1]"], "target": ["1", "-1"], "activation": ["0", "0"]}
    segment(text, ["-1", "-2"], "1/2", convex="", **both, segment=[["-1", "-2"], ["0", "-3/2"]])
    segment(text, ["-1", "-2"], "500000001/1000000000", "is not shown to stay", convex="")
    segment(
        text,
        ["-1", "-1"],
        "-1",
        convex="",
        **{"neurons": ["x[0]"], "segment": [["-1"], ["-3"]], "target": ["1"], "activation": ["0", "0"]},
    )
    # Of a hat of one number both ends are 0, and what lies between is not.
    hat = one(
        "lagrangian: {expression: 'relu(x)^2/2 - relu(x - 1)^2 + relu(x - 2)^2/2', of: neuron}, bias: [3, 3]",
        "[[0, 0], [0, 0]]",
        2,
    )
    segment(hat, ["-1", "-1"], "1", "is not shown to stay what it is", convex="")
    segment(hat, ["-1", "-1"], "1/4", "may have the same activation", convex="")


def test_the_hat_has_a_ghost_on_its_far_side() -> None:
    """With b = -1 and W = 10: F(0) is not connected, -1 rests, and what is flat on the other side does not."""
    hat = one("lagrangian: {expression: '(relu(x)^2 - 2*relu(x-1)^2 + relu(x-2)^2)/2'}, bias: -1", "[[10]]", 1)
    ghost = {"alive": [], "activation": ["0"], "target": ["-1"], "wakes_up": ["x[0]"]}
    pieces(hat, [[3]], [ghost], 1)
    pieces(hat, [[0]], [], 1, "make no ghost region")
    none(hat, r"the pieces \[3\] make a ghost region")


def test_an_instantaneous_layer_is_where_its_equation_says() -> None:
    layers = "x: {size: 1, lagrangian: squared_relu, bias: 1}, y: {size: 1, lagrangian: identity, tau: 0, bias: 2}"
    joined = body(layers, "w: {kind: dense, layers: [x, y], weights: [[1]]}")
    moved = {"neurons": ["x[0]"], "segment": [["-1"], ["-1/2"]], "target": ["3"], "activation": ["0", "2"]}
    segment(joined, ["-1", "2"], "1/8", convex="", **moved)
    segment(joined, ["-1", "1"], "1/8", "layer y is instantaneous, and not at its state", convex="")
    # In a dead zone too.
    dead = body(layers.replace("identity, tau: 0, bias: 2", "squared_relu, tau: 0, bias: -2"))
    alone = {"neurons": ["x[0]"], "segment": [["-1"], ["-3/4"]], "target": ["1"], "activation": ["0", "0"]}
    segment(dead, ["-1", "-2"], "1/8", convex="", **alone)
    segment(dead, ["-1", "-1"], "1/8", "layer y is instantaneous", convex="")


def test_a_segment_needs_a_leak() -> None:
    text = one("lagrangian: relu, leak: 0", "[[0]]", 1)
    segment(text, ["-1"], "1/8", "a neuron of layer x has no leak", convex="")


# ------------------------------------------------------------------ no flat region, or none that hides something


def nowhere(text: str, why: str = "") -> None:
    if why:
        rejected(core(text), NO, "nowhere flat", {}, why, premises=alive(text))
    else:
        assert accepted(core(text), NO, "nowhere flat", {}, premises=alive(text))


def test_what_is_flat_nowhere_has_no_ghosts() -> None:
    nowhere(one("lagrangian: tanh", "[[0, 1], [1, 0]]", 2))
    nowhere(own("dot(x, x)/2 + logsumexp(x)"))
    nowhere(body("s: {size: 2, lagrangian: ghostmax}, t: {size: 2, lagrangian: relu, tau: 0}"))
    nowhere(one("lagrangian: relu", "[[0]]", 1), "g' may vanish on an interval")
    nowhere(one("lagrangian: softmax", "[[0, 0], [0, 0]]", 2), "no sum of functions of one neuron each")


# Each of two pairs of drives and energies that do not go together, an energy of the author's own, a bias left out.
OTHERS = [
    (one("lagrangian: tanh", "[[0, 1], [2, 0]]", 2), "-∇S and the drive of layer x have other normal forms"),
    (one("lagrangian: tanh", "[[0, 1], [1, 0]]", 2, 'energy: "1"\n'), "the core states an energy of its own"),
    (one("lagrangian: tanh, bias: 1, bias_in_energy: false", "[[0]]", 1), "left out of the energy"),
]


@pytest.mark.parametrize(("text", "why"), OTHERS)
def test_another_energy_may_be_flat_elsewhere(text: str, why: str) -> None:
    nowhere(text, why)
    along(text, why)
    none(text.replace("tanh", "hard_tanh"), why)
    pieces(text.replace("tanh", "hard_tanh"), [[0]], [], 1, why)
    segment(text, ["0", "0"][: text.count("size: 2") + 1], "1", why, convex="")


def test_a_neuron_has_the_integral_of_its_activation_as_lagrangian() -> None:
    none(one("activation: {expression: 'relu(x)/2', of: neuron}", "[[0]]", 1))
    jumping = one("activation: {expression: 'step(x)', of: neuron}", "[[0]]", 1)
    none(jumping, "not show that the activation is locally Lipschitz")


def along(text: str, why: str = "") -> None:
    if why:
        rejected(core(text), NO, "along ones", {}, why, premises=premises(text))
    else:
        assert accepted(core(text), NO, "along ones", {}, premises=premises(text))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (one("lagrangian: softmax", "[[0, 1], [1, 0]]", 2), ""),
        (one("lagrangian: {softmax: {beta: 3}}", "[[0, 1], [1, 0]]", 2), ""),
        (one("lagrangian: layernorm", "[[0, 1], [1, 0]]", 2), ""),
        (body("s: {size: 2, lagrangian: softmax}, t: {size: 2, lagrangian: tanh}"), ""),
        (body("s: {size: 2, lagrangian: softmax}, t: {size: 2, lagrangian: {leaky_relu: {slope: 1/4}}}"), ""),
        (body("s: {size: 2, lagrangian: softmax}, t: {size: 2, lagrangian: relu, tau: 0}"), ""),
        (own("-2*logsumexp(-x/3)/5 + dot(x, 3) + 7"), ""),
        (own("3 - logsumexp(x)"), ""),
        (own("sum(x) - norm(x - mean(x), 1)"), ""),
        (own("norm(x - mean(x), 0)"), "not show that the activation is locally Lipschitz"),
        (own("norm(x, 1)"), "flat neither along"),
        (own("norm(x - mean(x), 1 + sum(x)^2)"), "flat neither along"),
        (own("logsumexp(x) + dot(x, exp(x))"), "flat neither along"),
        (own("0*logsumexp(x)"), "flat neither along"),
        (own("logsumexp(x)*sum(x)"), "flat neither along"),
        (own("logsumexp(x)/(1 + sum(x)^2)"), "flat neither along"),
        (own("logsumexp(x + tanh(x))"), "flat neither along"),
        (own("sum(x)"), "flat neither along"),
        (own("relu(sum(x))^2/2"), "flat neither along"),
        (one("lagrangian: sparsemax", "[[0, 1], [1, 0]]", 2), "flat neither along"),
        (one("lagrangian: softmax, leak: 0", "[[0, 1], [1, 0]]", 2), "layer x has no leak"),
        (body("s: {size: 2, lagrangian: softmax}, t: {size: 2, lagrangian: relu}"), "layer t is flat neither"),
        (body("s: {size: 2, lagrangian: softmax}, t: {size: 2, lagrangian: ghostmax}"), "layer t is flat neither"),
        # At 0 the slope is 0, and a state there is critical wherever its target is: beside the line of s a ghost.
        (body("s: {size: 2, lagrangian: softmax}, t: {size: 1, lagrangian: {expression: x^4/4}}"), "layer t is flat"),
        (
            body("s: {size: 2, lagrangian: softmax}, t: {size: 1, lagrangian: {expression: abs(x)^3/3}, bias: 1}"),
            "layer t is flat neither",
        ),
    ],
)
def test_along_ones_alone(text: str, why: str) -> None:
    along(text, why)


def test_a_network_with_ghosts_has_no_proof_that_it_has_none() -> None:
    """On {(s, s): s < 0} g = 0 and ∇E = 0, while the flow is (3 - s, 3 - s): ker ∇²L is not R·1 there."""
    text = own(VARYING)
    along(text, "flat neither along")
    rejected(core(text), NO, "nowhere flat", {}, "no sum of functions of one neuron each", premises=alive(text))


def test_spins_have_no_ghosts() -> None:
    spins, derived, why = read(SPINS), [entry("core", "derived energy")], "spins have another energy"
    for by in ("nowhere flat", "along ones", "pieces"):
        rejected(spins, NO, by, {}, why, premises=derived)
    rejected(spins, YES, "pieces", {}, why, premises=derived, choices=[])


ALIENS: tuple[Any, ...] = (None, True, 0, 7, "0", "7", [], {}, ["0", "1"], [0, 0, 1], "x[0]")
STEP = by_profile(4, 1, 1)
"""Every so many of them are tried in each place, others in the next."""


def test_no_other_value_in_the_place_of_one_is_accepted() -> None:
    """Neither in the claim, nor in what was found for it, but for another segment of the same ghost."""
    varying = own(VARYING)
    shown = {"state": ["-1", "-1"], "share": "1/8"}
    whole = [*premises(varying), entry("composition", "convex", layer="x")]
    choices = [[0, 0, 0], [0, 0, 1], [1, 0, 0]]
    for text, by, fields, found, needed in (
        (
            THREE,
            "pieces",
            {"ghosts": [ALL_ASLEEP, THIRD_AWAKE, FIRST_AWAKE], "count": 3},
            {"choices": choices},
            premises(THREE),
        ),
        (varying, "segment", told("-1", "-1/2"), shown, whole),
    ):
        document, of = {"fields": fields, "found": found}, core(text)
        for k, path in enumerate(each for each in paths(document) if len(each) > 1):
            for alien in (each for each in ALIENS[k % STEP :: STEP] if each != at(document, path)):
                changed = placed(document, path, alien)
                rejected(of, YES, by, changed["fields"], ".", premises=needed, **changed["found"])
