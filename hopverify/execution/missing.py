"""What stands in the way of a theorem: premises of an open obligation that fail, found in the model alone.

They are advice for the reader. No verdict rests on them, no certificate holds them, and every run finds the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from hopverify.checker.convexity import has_convex_lagrangian, is_nondecreasing
from hopverify.checker.rules.lure import steepest
from hopverify.checker.slope_bounds import slope_bounds
from hopverify.errors import EvidenceRejected
from hopverify.networks import Model
from hopverify.networks.linear import MAX_NEURONS, curved, leakless, obstacles
from hopverify.networks.segments import segments
from hopverify.numerics.averaged import averaged_flow
from hopverify.numerics.constant_pieces import is_nowhere_flat
from hopverify.numerics.exact_copositivity import MAX_SIZE as MAX_COPOSITIVE
from hopverify.numerics.growth import propose_box
from hopverify.numerics.linear_growth import growth
from hopverify.numerics.ranges import activation_range
from hopverify.numerics.step_form import DerivedForm, longest_step, step_form
from hopverify.obligations import (
    AllEquilibria,
    AlteredEnergy,
    Bounded,
    Convex,
    DecidedStability,
    Descent,
    EnergyBoundedBelow,
    FlatRegionsInBasins,
    GloballyStable,
    GradientDrive,
    NoGhosts,
    RecoveredStates,
    StepForm,
    SymmetricJacobian,
)
from hopverify.provers.ascent_witness import MAX_LOCAL
from hopverify.synapses import Synapse
from hopverify.synapses.dense import Dense

MAX_TOLD = 4
# So many neurons with dense weights can be searched for all equilibria, by the benchmarks.
MOST_DENSE = 20
# Up to so many neurons that act together a quadratic Lagrangian, and normal forms of partial derivatives, are compared.
MOST_QUADRATIC, MOST_NORMAL = 60, 8
ONE_FOR_EACH = (
    "no list is that of all weights within the tolerance; whether each of them has exactly one equilibrium, "
    "global_stability tells"
)


@lru_cache(maxsize=32)
def in_the_way(obligation: Any) -> tuple[str, ...]:
    """Return the premises that fail, some of them where there are many; none where nothing is known of them."""
    find = _FINDERS.get(type(obligation))
    try:
        return () if find is None else tuple(dict.fromkeys(find(obligation)))[:MAX_TOLD]
    except (EvidenceRejected, ArithmeticError):
        # Numbers beyond doubles, for one: advice that cannot be computed is none.
        return ()


def _decreasing(model: Model) -> Iterator[str]:
    for layer in model.layers.values():
        if layer.function.elementwise and not is_nondecreasing(layer.function):
            yield f"the activation of layer {layer.name} is not known to be non-decreasing"


def _asymmetric(model: Model) -> Iterator[str]:
    for name, synapse in model.synapses.items():
        yield from _no_gradient(name, synapse)


def _no_gradient(name: str, synapse: Synapse) -> Iterator[str]:
    defect = synapse.defect()
    if defect is not None:
        said = f"the drive of synapse {name} is not minus the gradient of its energy: {defect.statement} does not hold"
        yield _unequal(name, synapse, defect.index) or said


def _unequal(name: str, synapse: Synapse, index: tuple[int, ...]) -> str:
    """Return a pair of weights that differ; empty where the defect is another."""
    if not isinstance(synapse, Dense) or not synapse.within or len(index) != 2:
        return ""
    i, j = index
    W = synapse.matrix.values
    if W[i, j] == W[j, i]:
        return ""
    return f"W is not symmetric: {name}[{i},{j}] = {W[i, j]}, {name}[{j},{i}] = {W[j, i]}"


def _bounded(obligation: Bounded) -> Iterator[str]:
    model = obligation.model
    plain = not _curved(model)
    # Of drives that are not affine, the size and the shape of a list of equilibria say nothing here.
    found = [*(obstacles(model) if plain else leakless(model)), *_decreasing(model), *_asymmetric(model)]
    found += _unheld(model)
    yield from found or [f"{_form(model)}: W may be too large"]
    at_once = [layer.name for layer in model.layers.values() if layer.instantaneous]
    if at_once and not found:
        yield f"layer {', '.join(at_once)} is instantaneous, so that no solution that runs away is sought"


def _below(obligation: EnergyBoundedBelow) -> Iterator[str]:
    model = obligation.model
    if model.claimed is not None:
        yield "the spec claims an energy of its own"
    for layer in model.layers.values():
        if not has_convex_lagrangian(layer.function):
            yield f"the Lagrangian of layer {layer.name} is not evidently convex"
        if not any(layer.leak) and None in activation_range(layer):
            yield f"layer {layer.name} has no leak, and S is not shown to hold its activation"
    held = list(_unheld(model))
    yield from held or [_form(model)]


def _form(model: Model) -> str:
    """Return that the form of the growing activations decides, and how many it is about."""
    said = "diag(ρ/s) - W is not shown to be positive where activations are unbounded"
    rectified = [layer for layer in model.layers.values() if activation_range(layer).count(None) == 1]
    count = sum(layer.size for layer in rectified)
    limit = f", {count} of them on one side (up to {MAX_COPOSITIVE} are decided exactly)"
    return said + limit if count > MAX_COPOSITIVE else said


def _curved(model: Model) -> list[str]:
    """Return the synapses whose drive is not affine, and which join an activation that is not bounded."""
    unbounded = {name for name, layer in model.layers.items() if None in activation_range(layer)}
    return [name for name in curved(model) if unbounded & set(model.synapses[name].layers)]


def _unheld(model: Model) -> Iterator[str]:
    """Yield what is not shown to hold activations that are not bounded."""
    for name in _curved(model):
        yield f"S of synapse {name} is not shown to be bounded below, or large where the activations that it joins are"
    for name, layer in model.layers.items():
        if layer.function.elementwise and None in activation_range(layer) and growth(layer.function) is None:
            yield f"the activation of layer {name} is not bounded, nor known to grow at most linearly"
        if not layer.function.elementwise and None in activation_range(layer):
            yield f"layer {name} acts as a whole, and its activation is not known to be bounded"


def _stable(obligation: GloballyStable) -> Iterator[str]:
    model = obligation.model
    found = [*obstacles(model), *_decreasing(model)]
    for layer in model.layers.values():
        try:
            steepest(layer)
        except EvidenceRejected as error:
            found += [] if found else [f"layer {layer.name}: {error}"]
    yield from found or ["W times the steepest slopes is too large: no D makes D(diag(ρ/h̄) - W) positive definite"]


def _ghosts(obligation: NoGhosts) -> Iterator[str]:
    model = obligation.search.model
    for layer in model.layers.values():
        if not layer.bias_in_energy and layer.bias.values.any():
            yield f"the bias of layer {layer.name} is left out of the energy"
        function = layer.function
        if not function.has_lagrangian:
            yield f"layer {layer.name} has no Lagrangian, so there is no energy"
        if function.elementwise and segments(function) is None and not is_nowhere_flat(function):
            yield f"the activation of layer {layer.name} may be flat somewhere, and is not piecewise linear"
    yield from _asymmetric(model)


def _listed(obligation: AllEquilibria) -> Iterator[str]:
    """Yield why no box that holds all equilibria is known, or else what is too many neurons for the search in it."""
    search = obligation.search
    if search.model.uncertain:
        yield ONE_FOR_EACH
    if search.model.uncertain or search.region is not None:
        return
    if search.linear is None:
        yield from obstacles(search.model)
    elif propose_box(search.linear) is None:
        yield from _bounded(Bounded(search.model))
    elif search.linear.size > MOST_DENSE:
        yield f"the search grows with each neuron: {search.network.size} are too many, if weights are dense"


def _convex(obligation: Convex) -> Iterator[str]:
    layer, function = obligation.layer, obligation.function
    if not function.elementwise and layer.size > MOST_QUADRATIC:
        yield f"layer {layer.name} acts on {layer.size} neurons together, and forms are decided up to {MOST_QUADRATIC}"


def _gradient(obligation: SymmetricJacobian) -> Iterator[str]:
    layer = obligation.layer
    if layer.size > MOST_NORMAL:
        yield f"layer {layer.name} has {layer.size} neurons, and partial derivatives are compared up to {MOST_NORMAL}"


def _rising(obligation: Descent) -> Iterator[str]:
    size = sum(layer.size for layer in obligation.model.layers.values())
    if size > MAX_LOCAL and averaged_flow(obligation.model) is None:
        yield f"there are {size:,} neurons; states at which E may rise are drawn, and improved up to {MAX_LOCAL} only"


def _steps(obligation: StepForm) -> Iterator[str]:
    model, found = obligation.model, list[str]()
    if obligation.system is None:
        for layer in model.dynamic:
            try:
                slope_bounds(layer.function)
            except EvidenceRejected as error:
                found.append(f"layer {layer.name}: {error}")
        for layer in (each for each in model.layers.values() if each.instantaneous):
            if not has_convex_lagrangian(layer.function):
                found.append(f"the Lagrangian of layer {layer.name}, which is instantaneous, is not evidently convex")
    yield from found or _steps_by_form(obligation)


def _steps_by_form(obligation: StepForm) -> Iterator[str]:
    """Yield why there is no form M(h), or up to which step it is positive."""
    try:
        form = step_form(obligation)
        form.matrix(float(form.least_pace) + 1)
    except EvidenceRejected as error:
        yield str(error)
        return
    if obligation.below is not None:
        where = "outside all boxes that were tried" if obligation.region is None else "on the faces of the region"
        yield f"E is not shown to be above {obligation.below} {where}, or the bound of its Hessian inside is too large"
    elif isinstance(form, DerivedForm) and form.bent:
        fewer = "" if obligation.local else "; `below`, or `lower` and `upper`, ask it of fewer states"
        yield f"the Hessian of S is not shown to be bounded, or the bound is too large ({', '.join(form.bent)}){fewer}"
    elif obligation.length is not None and (longest := longest_step(form) or obligation.length) < obligation.length:
        yield f"M(h) is positive up to about h = {longest:.3g}, and h = {obligation.length} is asked"


def _metric(obligation: AlteredEnergy) -> Iterator[str]:
    size = max(obligation.system.synapse.forward.shape)
    if size > MAX_NEURONS:
        yield f"the synapse joins {size:,} neurons, and a metric is sought up to {MAX_NEURONS}"


_FINDERS: dict[type, Callable[[Any], Iterator[str]]] = {
    Convex: _convex,
    SymmetricJacobian: _gradient,
    Descent: _rising,
    GradientDrive: lambda obligation: _no_gradient(obligation.name, obligation.synapse),
    Bounded: _bounded,
    EnergyBoundedBelow: _below,
    GloballyStable: _stable,
    NoGhosts: _ghosts,
    AllEquilibria: _listed,
    RecoveredStates: _listed,
    DecidedStability: _listed,
    FlatRegionsInBasins: _listed,
    StepForm: _steps,
    AlteredEnergy: _metric,
}
