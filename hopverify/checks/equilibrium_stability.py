"""Equilibrium stability (T7, claim ii of arXiv:2410.13866): decided on the alive neurons, independently of τ."""

from __future__ import annotations

from hopverify.checks import Check
from hopverify.checks.equilibria import REGION, SIZES_OF_LISTS, claims_about
from hopverify.obligations import DecidedStability

CHECK = Check(
    name="equilibrium_stability",
    title="Stability is decided",
    theory="T7",
    explanation=(
        "Claim (ii) of arXiv:2410.13866: stability lives in the range of the Hessian. On the alive neurons, "
        "diag(ρ/h) - W ≻ 0 means stable and a negative direction unstable, whatever the time constants are; "
        "dead neurons always relax. For softmax, layer norm and sparsemax ρH - HWH decides off the null space of H. "
        "At a kink the form must be strictly copositive on each cone of "
        "directions. Pass: each equilibrium is shown to be stable or unstable, and the list says which."
    ),
    premises="as equilibria",
    sizes={"": SIZES_OF_LISTS},
    claims=claims_about(DecidedStability, "the stability of each equilibrium is decided"),
    order=140,
    parameters=REGION,
    diagnostic=True,
)
