"""Ghost enumeration: every choice of one segment a neuron is solved exactly (T6); or one ghost is shown.

Without a payload all choices are gone through, if there are at most 2¹⁴. A payload ``pattern`` names one choice that is
a ghost, which is enough to refute. Networks without flat segments have no flat regions, and so no ghosts. States are
those of the layers with τ > 0; an instantaneous neuron is where its equation says. Where a drive is not -∇S, or the
energy is not the derived one, its critical states are not those of the flow, and nothing is said: not even where no
activation of a dynamic layer is constant, since E can be constant on a line of states that the flow leaves.

Nor has a layer whose Hessian has the null space R·1 at every state and whose L is affine along 1 (softmax, layer norm),
with one leak ρ: ∇E = H(ρx - ρx⋆) = 0 says x⋆ ∈ x + R·1, which is the flat region itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checker.constant_pieces import is_nowhere_flat
from hopverify.checker.exact_solution import SegmentSystems
from hopverify.checker.ghosts import MAX_PATTERNS, Ghost, Undecided, count_of_patterns, ghost_at, ghosts, parts_of
from hopverify.checker.payload import index, text_of, texts_of
from hopverify.checker.range_stability import is_flat_along_ones
from hopverify.checker.rules import Judgement, Rule
from hopverify.errors import EvidenceRejected
from hopverify.expr.curvature import curvature
from hopverify.expr.translation import is_flat_only_along_ones
from hopverify.networks import Layer, LinearNetwork, Model
from hopverify.obligations import NoGhosts, Outcome
from hopverify.verdict import Reason

MAX_LISTED = 200


def _described(network: LinearNetwork, parts: list[Any], ghost: Ghost) -> dict[str, Any]:
    names, chosen = network.names(), [own[k] for own, k in zip(parts, ghost.pattern, strict=True)]
    return {
        "alive": [i for i, part in enumerate(chosen) if part.slope != 0],
        "activation": [text_of(part.value(x)) for part, x in zip(chosen, ghost.target, strict=True)],
        "target": texts_of(ghost.target.tolist()),
        "wakes_up": [names[i] for i in ghost.waking],
    }


def _judge(obligation: NoGhosts, payload: Mapping[str, Any]) -> Judgement:
    network, model = obligation.search.network, obligation.search.model
    if not has_derived_energy(model):
        return Judgement(Outcome.OPEN, reason=Reason.OUTSIDE_THEOREM)
    if all(_is_nowhere_flat(layer) for layer in model.dynamic):
        return Judgement(Outcome.PROVED, {"because": "no activation is constant anywhere"})
    if all(_hides_nothing(layer) for layer in model.dynamic):
        return Judgement(Outcome.PROVED, {"because": _because(network)})
    parts = parts_of(network)
    if parts is None:
        return Judgement(Outcome.OPEN, reason=Reason.OUTSIDE_THEOREM)
    singular = 0
    if "pattern" in payload:
        found = [_shown(network, parts, payload["pattern"])]
    elif count_of_patterns(parts) > MAX_PATTERNS:
        raise EvidenceRejected(f"more than {MAX_PATTERNS} choices of segments")
    else:
        found, singular = ghosts(network, parts)
    data: dict[str, Any] = {"singular_patterns": singular} if singular else {}
    if found:
        listed = [_described(network, parts, ghost) for ghost in found[:MAX_LISTED]]
        return Judgement(Outcome.REFUTED, data | {"ghosts": listed, "count": len(found)})
    if singular:
        return Judgement(Outcome.OPEN, data, Reason.SINGULAR_SYSTEM)
    return Judgement(Outcome.PROVED, {"patterns": count_of_patterns(parts)})


def has_derived_energy(model: Model) -> bool:
    """Whether E is the derived energy, with every bias counted and every drive -∇S: then ∇E = Hρ(x - x⋆) (T1)."""
    layers = model.layers.values()
    counted = all(layer.bias_in_energy or not layer.bias.values.any() for layer in layers)
    known = all(layer.function.elementwise or layer.function.potential is not None for layer in layers)
    gradients = all(synapse.defect() is None for synapse in model.synapses.values())
    return model.claimed is None and counted and known and gradients


def _is_nowhere_flat(layer: Layer) -> bool:
    """Whether the activation is, evidently, constant on no segment of states."""
    function = layer.function
    if function.elementwise:
        return is_nowhere_flat(function)
    return function.potential is not None and curvature(function.potential, {"x"}).strict


def _hides_nothing(layer: Layer) -> bool:
    """Whether every flat critical region of the layer holds x⋆, for certain."""
    function = layer.function
    if _is_nowhere_flat(layer):
        return True
    if function.elementwise or function.potential is None:
        return False
    along = is_flat_along_ones(layer) and is_flat_only_along_ones(function.potential)
    return along and len(set(layer.leak)) == 1


def _because(network: LinearNetwork) -> str:
    along = [layer.name for layer in network.layers if is_flat_along_ones(layer) and not layer.instantaneous]
    return f"the energy is flat along the vector of ones of {', '.join(along)} only, and x⋆ lies on that line if ∇E = 0"


def _shown(network: LinearNetwork, parts: list[Any], listed: Any) -> Ghost:
    if not isinstance(listed, list) or len(listed) != network.size:
        raise EvidenceRejected("pattern: expected one segment for each neuron")
    pattern = [index(entry, len(part)) for entry, part in zip(listed, parts, strict=True)]
    try:
        ghost = ghost_at(SegmentSystems(network), parts, pattern)
    except Undecided:
        ghost = None
    if ghost is None:
        raise EvidenceRejected("pattern: not a ghost")
    return ghost


RULE = Rule(
    name="ghost_enumeration",
    summary="all choices of segments solved exactly, or one that is a ghost",
    obligations=(NoGhosts,),
    judge=_judge,
    optional=frozenset({"pattern"}),
)
