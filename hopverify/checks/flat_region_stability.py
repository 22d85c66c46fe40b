"""Flat-region stability (T8; claim iii of arXiv:2410.13866): flat regions around equilibria lie in their basins."""

from __future__ import annotations

from hopverify.checks import Check
from hopverify.checks.equilibria import REGION, SIZES_OF_LISTS, claims_about
from hopverify.obligations import FlatRegionsInBasins

CHECK = Check(
    name="flat_region_stability",
    title="Flat regions lie in basins",
    theory="T8",
    explanation=(
        "Similar to claim (iii) of arXiv:2410.13866: from a state with the same activation as an equilibrium x⋆, every "
        "neuron relaxes as x_i(t) = x⋆_i + exp(-ρ_i t/τ_i)(x_i(0) - x⋆_i), inside the convex flat region, so that the "
        "whole region lies in the basin. If x⋆ is asymptotically stable, so does an open neighbourhood of the region. "
        "Layers that are not elementwise must have a convex Lagrangian, one time constant and one leak; for softmax "
        "and layer norm the region is x + R·1, and where no closed form is known the report calls it their flat "
        "region. For elementwise layers it is the product of the pieces around x⋆ on which each neuron is constant."
    ),
    premises="as equilibria",
    sizes={"": SIZES_OF_LISTS},
    claims=claims_about(FlatRegionsInBasins, "flat regions around equilibria lie in their basins"),
    order=150,
    parameters=REGION,
    diagnostic=True,
)
