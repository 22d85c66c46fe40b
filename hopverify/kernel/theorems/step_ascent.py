"""A step that raises the energy, no longer than a stated one; or dE/dt > 0, where all short enough steps raise it."""

from hopverify.kernel import points
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.functions import ball, precision
from hopverify.kernel.numbers import rational
from hopverify.kernel.steps import BITS, check_inside, check_meant, check_rise, point_of, states_of


def point(case: Case) -> Fact:
    """At states of the layers with τ > 0: the energy rises in a step, in balls; or E rises along the flow there.

    With guesses of instantaneous layers that inhibit themselves, the premises show these to have a convex L, and ∇L.
    """
    case.keys(optional=("guesses", "premises"))
    claim, where = case.claim, case.where
    case.need(case.core.spins is None, "spins follow no flow")
    local = {"region", "below"} & claim.fields.keys()
    case.need(claim["energy"] == "E" or (claim["energy"] == "V" and not local), "the energy is called E or V")
    along = "rate" in claim.fields
    case.need(along != ("step" in claim.fields) == ("rise" in claim.fields), "expected a step and a rise, or a rate")
    if along:
        case.need(claim["energy"] == "E" and "guesses" not in case.proof, "rates are those of E, without guesses")
        least = rational(claim["rate"], f"{where}.rate")
        with precision(BITS):
            found = point_of(case, states_of(case, claim["state"]), None)
            check_meant(case, found)
            # Short enough steps end in the region, too.
            check_inside(case, found.x, strictly=True)
            rate = points.rate(found)
            case.need(least > 0 and rate >= ball(least), "dE/dt is not certainly so high at this state")
    else:
        case.need("within" in claim.fields, "a step is within a length")
        within = rational(claim["within"], f"{where}.within")
        case.need(rational(claim["step"], f"{where}.step") <= within, "the step is longer")
        check_rise(case, claim.fields)
    wanted = [(name, {"layer": each.name}) for each in case.core.fast_layers for name in ("gradient of L", "convex")]
    case.premises(*(wanted if "guesses" in case.proof else []))
    return Fact(case.core, case.claim)
