"""No Euler step up to a length raises E from the states of a region, or from those at which E is at most a level."""

from hopverify.kernel.arrays import Array
from hopverify.kernel.drive_ranges import Bounds
from hopverify.kernel.entries import read_box
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.json_values import whole
from hopverify.kernel.levels import check_above_around, check_above_on_faces
from hopverify.kernel.numbers import rational
from hopverify.kernel.theorems.step_descent import check_network


def of_network(case: Case) -> Fact:
    """T14 for two states of a box, where ∇²S ⪯ B need hold on it alone.

    With a level c = ``below``, E > c on each face of the region; without a region, outside the box of the proof: then
    no step from a state with E ≤ c leaves the box.
    """
    case.keys("slopes", "premises", optional=("curved", "guesses", "box", "parts"))
    core, claim, where = case.core, case.claim, case.where
    slow = core.slow_layers
    case.need(("box" in case.proof) == (claim["region"] is None), "the box is that of the claim, or of the proof")
    stated = case.proof["box"] if claim["region"] is None else claim["region"]
    ends = list(read_box(stated, sum(layer.size for layer in slow), where))
    box: dict[str, list[Bounds]] = {}
    for layer in slow:
        box[layer.name], ends = ends[: layer.size], ends[layer.size :]
    case.need(claim["below"] is not None or claim["region"] is not None, "neither a region nor a level is stated")
    if claim["below"] is not None:
        level, parts = rational(claim["below"], where), whole(case.proof.get("parts", 1), where)
        held: list[Array] = [*core.arrays.values(), *(layer.bias for layer in slow)]
        case.need(core.energy is None, "levels are those of the derived energy")
        case.need(all(each.within is None for each in held), "levels are those of exact numbers")
        alone = len(slow) == len(core.layers) and all(layer.elementwise for layer in slow)
        case.need(alone, "levels ask for layers with τ > 0 alone, whose neurons act for themselves")
        check = check_above_around if claim["region"] is None else check_above_on_faces
        check(core, box, level, parts)
    check_network(case, box)
    return Fact(core, claim)
