"""Each flat region of more than one state on which ∇E = 0 holds an equilibrium: there are no ghosts (T6)."""

from itertools import product
from math import prod

from hopverify.kernel.cells import cells_or_line
from hopverify.kernel.constant_intervals import slope_of
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.intervals import between
from hopverify.kernel.network import activation
from hopverify.kernel.null_space import is_flat_along_ones_alone
from hopverify.kernel.piece_systems import PieceSystems
from hopverify.kernel.theorems.descent import energy_premises

MAX_CHOICES = 2**14


def nowhere_flat(case: Case) -> Fact:
    """No activation of a layer with τ > 0 is constant on a segment: no flat region has more than one state."""
    case.keys("premises")
    alive = [("constant on no segment", {"layer": layer.name}) for layer in case.core.slow_layers]
    case.premises(*energy_premises(case.core), *alive)
    return Fact(case.core, case.claim)


def along_ones(case: Case) -> Fact:
    """ker ∇²L = R·1 at every state of layers with a leak, and L is affine along 1; slopes of other layers are not 0.

    ∇E = 0 says ∇²L(ρx - ρx⋆) = 0: of the first, x⋆ lies in x + R·1, which is the flat region; of the others, x = x⋆.
    """
    case.keys("premises")
    case.premises(*energy_premises(case.core))
    for layer in case.core.slow_layers:
        if is_flat_along_ones_alone(case.core, layer):
            case.need(layer.leak.entries[0] != 0, f"layer {layer.name} has no leak")
        else:
            steep = layer.elementwise and _is_steep(case.core, layer)
            case.need(steep, f"layer {layer.name} is flat neither along the vector of ones alone nor nowhere")
    return Fact(case.core, case.claim)


def of_pieces(case: Case) -> Fact:
    """Drives are affine, activations piecewise affine; all choices of one piece of each neuron are solved exactly.

    Wherever the alive neurons solve their equations inside their pieces, the targets of the others lie in theirs.
    """
    case.keys("premises")
    case.premises(*energy_premises(case.core))
    systems = PieceSystems(case.core)
    case.need(prod(map(len, systems.pieces)) <= MAX_CHOICES, f"there are more than {MAX_CHOICES} choices of pieces")
    for choice in product(*(range(len(own)) for own in systems.pieces)):
        x = systems.targets(choice)
        case.need(x is None or not systems.waking(choice, x), f"the pieces {list(choice)} make a ghost region")
    return Fact(case.core, case.claim)


def _is_steep(core: Core, layer: Layer) -> bool:
    """Whether the slope of one neuron's g is not 0 on any cell, the cells' ends included."""
    found = cells_or_line(activation(core, layer))
    return all(slope_of(core, layer, cell, between(cell.low, cell.high, inside=False)).nonzero for cell in found)
