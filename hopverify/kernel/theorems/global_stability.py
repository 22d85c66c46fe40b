"""Exactly one equilibrium, to which every solution converges (T16, T17); or at most one equilibrium."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from flint import arb_mat, fmpq_mat

from hopverify.kernel import points
from hopverify.kernel.affine import affine_drives, starts
from hopverify.kernel.contraction import Memories
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.entries import read_state
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.flow import Flow
from hopverify.kernel.functions import ball, exactly, fraction
from hopverify.kernel.json_values import keys, listed, rationals
from hopverify.kernel.krawczyk import contains_one
from hopverify.kernel.network import activation
from hopverify.kernel.numbers import rational
from hopverify.kernel.sectors import Direction, is_sector, is_strict
from hopverify.kernel.sectors import directions as directions_of
from hopverify.kernel.semidefinite import is_definite, is_semidefinite
from hopverify.kernel.separable import act_apart
from hopverify.kernel.terms import STATE, Variable
from hopverify.kernel.theorems.bounded_solutions import layers_of
from hopverify.kernel.theorems.descent import premises_of_t2
from hopverify.kernel.weight_spreads import is_uncertain, radii, row_sums

MAX_SIZE, MAX_BORDER = 400, 200
"""How many neurons there may be, and of how many M may be singular."""


def at_most_one(case: Case) -> Fact:
    """As `by_t16`, but M ⪰ 0 will do, if it is ≻ 0 on the neurons that may be as steep as h̄ on a segment."""
    case.keys("multipliers", "heights")
    _is_definite_or_border(case)
    return Fact(case.core, case.claim)


def by_t16(case: Case) -> Fact:
    """Tẋ = Wg(x) + b - ρx, ρ > 0, |δγ|² ≤ h̄ δγ·δx in each layer, τ and ρ the same in a layer that acts as a whole.

    Or ρ ≥ 0 in a layer of identity neurons, with h̄ = 1.

    With multipliers d > 0, the same in such a layer, M = sym(D(diag(ρ/h̄) - W)) is ≻ 0 on the neurons with h̄ > 0, and
    there on the differences of activations, 1ᵀδγ = 0 in balanced layers, for all W that are meant. Or W is exact, and
    M ⪰ 0, and M ≻ 0 on the neurons that may be as steep as h̄ on a segment, and there is an equilibrium: in the box that
    every solution enters, of the premise `bounded solutions`, or at the place that the claim states. A place that is
    stated is one where an equilibrium is.
    """
    case.keys("multipliers", "heights", optional=("premises",))
    definite, placed = _is_definite_or_border(case), "x" in case.claim.fields
    if placed:
        _check_place(case)
    border = not (definite or placed)
    case.premises(*([("bounded solutions", {})] if border else []))
    boxed = not border or "box" in case.proof["premises"][0]["claim"]
    case.need(boxed, "a box that every solution enters has an equilibrium")
    return Fact(case.core, case.claim)


def by_contraction(case: Case) -> Fact:
    """Softmax memories: hidden layers with softmax or ghostmax, joined by symmetric weights to the others alone (T16).

    All patterns of a hidden layer are within R of a centre, or no two of them farther apart than 2R; in all other, the
    visible layers |δγ|² ≤ h̄ δγ·δx, and Σ cβR²/ρ over the hidden layers, times the largest h̄, is less than each ρ.
    """
    case.keys("centres", "heights")
    stated, where = case.proof["centres"], f"{case.where}.centres"
    hidden = [layer.name for layer in layers_of(case) if isinstance(stated, dict) and layer.name in stated]
    keys(stated, where, *hidden)
    points.check_explicit(case.core)
    memories = Memories(case.core, hidden, case.where)
    keys(case.proof["heights"], f"{case.where}.heights", *(layer.name for layer in memories.visible))
    size, least = len(memories.neurons), min(memories.leaks)
    case.need(least > 0, "a visible neuron has no leak")
    centres = {name: None if each is None else rationals(each, size, where) for name, each in stated.items()}
    height = max(_height(case, layer) for layer in memories.visible)
    rate = memories.gain(centres) * ball(height / least)
    case.need(rate < 1, "the patterns are not shown to lie close enough together")
    if "x" in case.claim.fields:
        entry = read_state(case.claim["x"], memories.flow.size, f"{case.where}.x")
        case.need(memories.holds(entry.ends, rate), "the equilibrium is not shown to be there")
    return Fact(case.core, case.claim)


def by_list(case: Case) -> Fact:
    """A list of all equilibria that has one entry, a state or a box, with an energy that never rises (T17, LaSalle).

    The premises of T2, in their order; then bounded solutions, and the list, of all states. Instantaneous layers follow
    from those with τ > 0 alone; a layer with τ > 0 that acts as a whole has one τ (and one ρ, as all do).
    """
    case.keys("premises")
    for layer in layers_of(case):
        alike = layer.elementwise or layer.instantaneous or len(set(layer.tau.entries)) == 1
        case.need(alike, f"layer {layer.name} acts as a whole, and has several time constants")
    points.check_explicit(case.core)
    *others, last = listed(case.proof["premises"], case.where) or [None]
    Case(case.core, case.claim, {"premises": others}, case.where, case.accept).premises(
        *premises_of_t2(case.core), ("bounded solutions", {})
    )
    fact = case.accept(last, f"{case.where}.premises[{len(others)}]")
    everywhere = fact.core is case.core and fact.claim.says("equilibria", region=None)
    case.need(everywhere, "the last premise is not a list of all equilibria")
    found = fact.claim["equilibria"]
    case.need(len(found) == 1 and "dimension" not in found[0], "the list has not one equilibrium, and no others")
    case.need(case.claim.fields.get("x", found[0]["x"]) == found[0]["x"], "the claim states another place")
    return Fact(case.core, case.claim)


def _is_definite_or_border(case: Case) -> bool:
    """Return whether M ≻ 0, or refuse multipliers that are not even at the border."""
    layers = layers_of(case)
    case.need(sum(layer.size for layer in layers) <= MAX_SIZE, f"the network has more than {MAX_SIZE} neurons")
    for key in ("multipliers", "heights"):
        keys(case.proof[key], f"{case.where}.{key}", *(layer.name for layer in layers))
    heights = {layer.name: _height(case, layer) for layer in layers}
    multipliers = [each for layer in layers for each in _multipliers(case, layer, heights[layer.name])]
    alive, first = [layer for layer in layers if heights[layer.name] > 0], starts(case.core)
    directions = [(layer, each) for layer in alive for each in directions_of(case.core, layer, first[layer.name])]
    M = _form(case.core, layers, multipliers, heights, [each for _, each in directions])
    balls = arb_mat(M).tolist()
    if is_definite(balls):
        return True
    case.need(not is_uncertain(case.core), "M may not be positive definite for weights within the spread")
    case.need(len(balls) <= MAX_BORDER, f"sym(D(diag(ρ/h̄) - W)) is not positive definite, of over {MAX_BORDER} neurons")
    strict = {layer.name for layer in alive if is_strict(case.core, layer, heights[layer.name])}
    steep = [k for k, (layer, _) in enumerate(directions) if layer.name not in strict]
    case.need(
        is_semidefinite([[fraction(each) for each in row] for row in M.tolist()])
        and is_definite([[balls[i][j] for j in steep] for i in steep]),
        "sym(D(diag(ρ/h̄) - W)) is not positive definite",
    )
    return False


def _height(case: Case, layer: Layer) -> Fraction:
    height = rational(case.proof["heights"][layer.name], f"{case.where}.heights")
    case.need(is_sector(case.core, layer, height), f"the activation of layer {layer.name} falls, or may be steeper")
    return height


def _multipliers(case: Case, layer: Layer, height: Fraction) -> list[Fraction]:
    # Of γ = x, -ρx is a part of Wγ: with c more in ρ and in W, flow and M are the same.
    either = height == 1 and activation(case.core, layer) == Variable(STATE)
    case.need(either or all(each > 0 for each in layer.leak.entries), f"layer {layer.name} has no leak")
    return multipliers_of(case, layer)


def multipliers_of(case: Case, layer: Layer) -> list[Fraction]:
    """Return the numbers d > 0 of the neurons of a layer; one that acts as a whole has one d, and one τ."""
    found = rationals(case.proof["multipliers"][layer.name], layer.size, f"{case.where}.multipliers")
    case.need(all(each > 0 for each in found), "multipliers are > 0")
    alike = len(set(found)) == len(set(layer.tau.entries)) == 1
    apart = alike or act_apart(case.core, layer)
    case.need(apart, f"layer {layer.name} acts as a whole: it has one multiplier, and one τ")
    return found


def _form(
    core: Core, layers: Sequence[Layer], d: Sequence[Fraction], heights: Mapping[str, Fraction], of: Sequence[Direction]
) -> fmpq_mat:
    """Return the matrix of 2M = 2D diag(ρ/h̄) - DW - WᵀD in some directions, or one below it for all W that are meant.

    Where W may be off by R, entry by entry, that changes the form by vᵀDRv at most, for |v|: no more than row sums.
    """
    size, scales, forms = len(d), list(map(exactly, d)), affine_drives(core.given)
    half, less = fmpq_mat(size, size), row_sums(radii(core, forms), d)
    for i, form in enumerate(forms):
        for j, weight in form.slopes.items():
            half[i, j] = -scales[i] * exactly(weight)
    leaks = [(layer.leak.fraction(k), heights[layer.name]) for layer in layers for k in range(layer.size)]
    for i, (leak, height) in enumerate(leaks):
        half[i, i] += scales[i] * exactly(leak / height if height else Fraction(0)) - exactly(less[i])
    N = fmpq_mat(size, len(of))
    for k, direction in enumerate(of):
        for i, entry in direction.items():
            N[i, k] = exactly(entry)
    return N.transpose() * (half + half.transpose()) * N


def _check_place(case: Case) -> None:
    """Refuse a place that the claim states unless an equilibrium is there."""
    flow = Flow(case.core)
    entry = read_state(case.claim["x"], flow.size, f"{case.where}.x")
    found = flow.is_zero(entry.point) if entry.exact else contains_one(flow, entry.ends)
    case.need(found, "no equilibrium is shown there")
