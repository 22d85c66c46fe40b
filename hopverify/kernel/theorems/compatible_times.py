"""vᵀTH(x)v ≥ 0 wherever H(x) ⪰ 0, if T and H commute (T2); a state and a velocity that show otherwise."""

from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.separable import is_separable
from hopverify.kernel.theorems.not_convex import check_curvature

ONE_TIME, DIAGONAL = "one time constant", "H is diagonal"


def commuting(case: Case) -> Fact:
    """T is a multiple of 1, or H is diagonal since each neuron acts for itself. Then TH = T^½HT^½ ⪰ 0. Any L.

    A layer as a whole has a diagonal H if its L is seen to be a sum of functions of one neuron's state each.
    """
    case.keys()
    layer, because = case.layer, case.claim["because"]
    case.need(because in (ONE_TIME, DIAGONAL), f"the reason is {ONE_TIME!r} or {DIAGONAL!r}")
    if because == ONE_TIME:
        times = layer.tau.entries
        case.need(all(tau == times[0] for tau in times), "two time constants differ")
    elif not layer.elementwise:
        apart = layer.L is not None and is_separable(layer.L, case.core.places_of(layer))
        case.need(apart, "the layer acts as a whole, and L is no sum of functions of one neuron each")
    return Fact(case.core, case.claim)


def incompatible(case: Case) -> Fact:
    """L is convex, so that H(x) ⪰ 0, and still vᵀTH(x)v is at most the number < 0 that the claim states, in balls."""
    case.keys("premises")
    case.premises(("convex", {"layer": case.layer.name}))
    check_curvature(case, case.layer.tau.entries)
    return Fact(case.core, case.claim)
