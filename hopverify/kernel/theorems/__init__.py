"""Theorems: how claims are shown. A file is named after a claim; it has its theorems, and may have its opposite's.

A theorem is a function. Its docstring states its hypotheses, and where its proof stands; its body checks them one by
one, and returns the fact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.theorems import (
    altered_energy,
    derived_energy,
    equilibria,
    equilibria_by_overlaps,
    flat_regions,
    ghost_regions,
    global_stability,
    gradient_activation,
    gradient_drive,
    gradient_of_l,
    local_step_descent,
    no_ghost_regions,
    no_global_stability,
    retrieved_patterns,
    same_equilibria,
    step_ascent,
    step_descent,
    stored_patterns,
    unbounded_solutions,
    undetermined_states,
)
from hopverify.kernel.theorems.bounded_solutions import by_energy, by_growth, by_limits, by_ranges, by_stability
from hopverify.kernel.theorems.compatible_times import commuting, incompatible
from hopverify.kernel.theorems.constant_on_a_segment import dead, equal_activations, singular_everywhere
from hopverify.kernel.theorems.constant_on_no_segment import alive, of_neurons, strictly_convex
from hopverify.kernel.theorems.convex import by_composition, by_quadratic, by_slope, weakly_by_slope
from hopverify.kernel.theorems.descent import ascent, by_t2
from hopverify.kernel.theorems.energy_bounded_below import by_convexity, by_ray
from hopverify.kernel.theorems.lipschitz_activation import lipschitz_activation
from hopverify.kernel.theorems.lipschitz_drive import lipschitz_drive
from hopverify.kernel.theorems.not_convex import not_convex
from hopverify.kernel.theorems.stability import each
from hopverify.kernel.theorems.symmetric import not_symmetric, symmetric

THEOREMS: Mapping[tuple[str, str], Callable[[Case], Fact]] = {
    ("symmetric", "entries"): symmetric,
    ("not symmetric", "entries"): not_symmetric,
    ("compatible times", "commuting"): commuting,
    ("convex", "composition"): by_composition,
    ("convex", "quadratic"): by_quadratic,
    ("convex", "slope"): by_slope,
    ("Lipschitz activation", "composition"): lipschitz_activation,
    ("Lipschitz drive", "composition"): lipschitz_drive,
    ("gradient of L", "definition"): gradient_of_l.definition,
    ("gradient of L", "identity"): gradient_of_l.identity,
    ("gradient of L", "integral"): gradient_of_l.integral,
    ("gradient activation", "elementwise"): gradient_activation.elementwise,
    ("gradient activation", "jacobian"): gradient_activation.jacobian,
    ("no gradient activation", "point"): gradient_activation.point,
    ("gradient drive", "definition"): gradient_drive.definition,
    ("gradient drive", "identity"): gradient_drive.identity,
    ("no gradient drive", "point"): gradient_drive.point,
    ("incompatible times", "point"): incompatible,
    ("not convex", "point"): not_convex,
    ("descent", "T2"): by_t2,
    ("ascent", "point"): ascent,
    ("bounded solutions", "growth"): by_growth,
    ("bounded solutions", "ranges"): by_ranges,
    ("bounded solutions", "stability"): by_stability,
    ("altered descent", "T11"): altered_energy.falls,
    ("altered flatness", "T11"): altered_energy.is_flat_nowhere,
    ("no altered metric", "pair"): altered_energy.excluded_by_pair,
    ("no altered metric", "direction"): altered_energy.excluded_by_direction,
    ("same equilibria", "elimination"): same_equilibria.by_elimination,
    ("same equilibria", "flow"): same_equilibria.by_flow,
    ("reduced equilibria", "elimination"): same_equilibria.reduced,
    ("same stability", "flow"): same_equilibria.by_flow,
    ("same stability", "times"): same_equilibria.stable_by_times,
    ("same stability", "metric"): same_equilibria.stable_by_metric,
    ("weakly convex", "slope"): weakly_by_slope,
    ("step descent", "T14"): step_descent.of_network,
    ("step descent", "altered"): step_descent.of_altered_system,
    ("step ascent", "point"): step_ascent.point,
    ("local step descent", "T14"): local_step_descent.of_network,
    ("local step ascent", "point"): step_ascent.point,
    ("bounded solutions", "energy"): by_energy,
    ("bounded solutions", "limits"): by_limits,
    ("unbounded solutions", "ranges"): unbounded_solutions.by_ranges,
    ("unbounded solutions", "drift"): unbounded_solutions.by_drift,
    ("unbounded solutions", "energy"): unbounded_solutions.by_energy,
    ("energy bounded below", "convexity"): by_convexity,
    ("energy unbounded below", "ray"): by_ray,
    ("equilibria", "tree"): equilibria.by_tree,
    ("equilibria", "overlaps"): equilibria_by_overlaps.by_overlaps,
    ("equilibria", "at most one"): equilibria.at_most_one,
    ("some equilibria", "boxes"): equilibria.some,
    ("global stability", "T16"): global_stability.by_t16,
    ("global stability", "contraction"): global_stability.by_contraction,
    ("global stability", "list"): global_stability.by_list,
    ("no global stability", "two"): no_global_stability.two,
    ("no global stability", "unstable"): no_global_stability.unstable,
    ("no global stability", "unbounded"): no_global_stability.unbounded,
    ("at most one equilibrium", "T16"): global_stability.at_most_one,
    ("derived energy", "core"): derived_energy.derived_energy,
    ("derived energy", "identity"): derived_energy.identity,
    ("derived energy", "coordinates"): derived_energy.coordinates,
    ("another energy", "core"): derived_energy.another_energy,
    ("another energy", "states"): derived_energy.by_states,
    ("stability", "each"): each,
    ("stored patterns", "each"): stored_patterns.each,
    ("retrieved patterns", "cells"): retrieved_patterns.cells,
    ("retrieved patterns", "one"): retrieved_patterns.one,
    ("too few stored patterns", "list"): stored_patterns.few,
    ("undetermined states", "each"): undetermined_states.each,
    ("flat regions", "each"): flat_regions.each,
    ("constant on no segment", "slope"): alive,
    ("constant on no segment", "composition"): strictly_convex,
    ("constant on no segment", "neurons"): of_neurons,
    ("constant on a segment", "cells"): dead,
    ("constant on a segment", "growth"): singular_everywhere,
    ("constant on a segment", "states"): equal_activations,
    ("no ghost regions", "nowhere flat"): no_ghost_regions.nowhere_flat,
    ("no ghost regions", "along ones"): no_ghost_regions.along_ones,
    ("no ghost regions", "pieces"): no_ghost_regions.of_pieces,
    ("ghost regions", "pieces"): ghost_regions.of_pieces,
    ("ghost regions", "segment"): ghost_regions.segment,
}
"""The theorem of each claim, by the word that proofs have under ``by``."""
