"""The kernel: what has to be believed for a certificate to be believed. Standard library and python-flint only.

It reads the *core model* (:mod:`~hopverify.kernel.core`), in which every number is exact and nothing is left to a
default, and the terms of a closed language (:mod:`~hopverify.kernel.terms`); docs/core.md is the format. It accepts
claims about a core with their proofs (:mod:`~hopverify.kernel.check`), as docs/claims.md defines them, or rejects them.
docs/trust.md says which questions are decided here.

A file uses only files that stand before it:

    what is read         numbers, json_values, terms, arrays, properties, language, core, reading
    terms of terms       derive, definitions, cells
    values of terms      arithmetic, vectors, functions, balls, evaluate, exact, duals, germs, coordinates
    ranges               intervals, sums, ranges
    same functions       normal_form, normal_functions, identity
    by composition       known, regularity, curvature, growth, composition, almost_everywhere
    of a core            network, points, semidefinite, affine, altered, reduction, drive_ranges, linear_growth
    of some cores        weight_spreads, separable
    of equilibria        formulas, pieces, curves, normalised, flow, krawczyk, entries, boxes, affine_pieces, tree
    of one equilibrium   overlaps, sectors, contraction, patterns, pattern_rows, basins, energy, own_energy
    of steps             bends, interval_matrices, hessians, step_form, levels
    beside a state       copositivity, smooth, slopes, linearised, second_order
    of the energy        cone_forms, activation_growth, separate, synaptic_bounds, energy_bounds
    where g is constant  constant_intervals, null_space, piece_systems, flat_places
    claims and proofs    claims, facts, steps, witness, theorems, check, __main__
"""
