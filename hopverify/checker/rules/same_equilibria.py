"""An altered system and its original have the same equilibria: equalities of exact numbers (T11, T12, T13).

The theory stands in :mod:`hopverify.checker.reduction`. A system without an original stands for the network that its
slow layer's elimination gives; that is no claim about another text, and holds by the theorem.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.checker.linear_algebra import Matrix
from hopverify.checker.payload import texts_of
from hopverify.checker.reduction import compare, compare_large, is_stably_reduced, reduced_network, reduced_system
from hopverify.checker.rules import Judgement, Rule
from hopverify.errors import EvidenceRejected
from hopverify.networks import Model
from hopverify.networks.linear import MAX_NEURONS, MAX_WITH_WHOLE_LAYERS
from hopverify.obligations import Outcome, SameEquilibria
from hopverify.verdict import Reason

LISTED = 64


def _judge(obligation: SameEquilibria, payload: Mapping[str, Any]) -> Judgement:
    model, system = obligation.model, obligation.system
    original = model.original
    if original is None:
        # What it stands for is defined by eliminating the slow layer: no other text is spoken of.
        return Judgement(Outcome.OPEN if system is None else Outcome.PROVED)
    if system is not None and system.keeps_flow:
        return Judgement(Outcome.PROVED, {"original": original.name, "flow": "the same"})
    try:
        return _compared(obligation, original)
    except EvidenceRejected as error:
        # A difference between two texts refutes nothing: other networks may rest in the same states.
        return Judgement(Outcome.OPEN, {"because": str(error)}, Reason.ORIGINAL_DIFFERS)


def _compared(obligation: SameEquilibria, original: Model) -> Judgement:
    model, system = obligation.model, obligation.system
    if system is not None and _is_large(original):
        compare_large(system, original)
        return Judgement(Outcome.PROVED, {"original": original.name})
    names = list(original.layers) if system is None else [layer.name for layer in system.fast]
    theirs = reduced_network(original, names)
    d = compare(reduced_network(model, names) if system is None else reduced_system(system), theirs)
    if obligation.stably and not is_stably_reduced(original, theirs, d):
        return Judgement(Outcome.OPEN, reason=Reason.OUTSIDE_THEOREM)
    gone = [name for name in original.layers if name not in names]
    return Judgement(Outcome.PROVED, {"original": original.name, **({"eliminated": gone} if gone else {}), **_told(d)})


def _is_large(original: Model) -> bool:
    layers = original.layers.values()
    most = MAX_NEURONS if all(layer.function.elementwise for layer in layers) else MAX_WITH_WHOLE_LAYERS
    return sum(layer.size for layer in layers) > most


def _told(d: Matrix) -> dict[str, Any]:
    return {"factors": texts_of(d.tolist())} if len(d) <= LISTED and (d != 1).any() else {}


RULE = Rule(
    name="same_equilibria",
    summary="the network that a system stands for is its original, neuron by neuron up to a factor",
    obligations=(SameEquilibria,),
    judge=_judge,
)
