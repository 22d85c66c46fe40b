"""Correction of errors (D5, D6): how many flipped neurons of a stored pattern are set right, whichever they are."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from hopverify.checks import FLOATING_POINT, Check, Claim, ParameterError
from hopverify.networks import Memory, SpinModel
from hopverify.networks.spins import LARGE
from hopverify.obligations import SpinCorrection
from hopverify.registry import did_you_mean
from hopverify.spec import Field, FieldKind

_STATEMENT = "stored patterns are restored after flips of some neurons"


def _claims(model: SpinModel, values: Mapping[str, Any]) -> list[Claim]:
    named = values["memory"]
    if named is not None and named not in model.memories:
        raise ParameterError("memory", f"no memory is called {named!r}{did_you_mean(named, list(model.memories))}")
    chosen = [memory for name, memory in model.memories.items() if named in (None, name)]
    if not chosen:
        return [Claim(model.name, _STATEMENT, inapplicable="the model has no memories: name states under `memories`")]
    if len(model.layers) > 1:
        said = "the model has several layers, and a pattern is a state of one of them only"
        return [Claim(memory.name, _STATEMENT, inapplicable=said) for memory in chosen]
    return [_claim(model, memory, values) for memory in chosen]


def _claim(model: SpinModel, memory: Memory, values: Mapping[str, Any]) -> Claim:
    count, flips = memory.patterns.shape[0], values["flips"]
    at_least = count if values["at_least"] is None else values["at_least"]
    if at_least > count:
        raise ParameterError("at_least", f"{memory.name} holds {count} patterns only")
    if flips > model.size:
        raise ParameterError("flips", f"the model has {model.size} neurons only")
    obligation = SpinCorrection(model, memory, flips, at_least)
    assumptions = (FLOATING_POINT,) if model.size > LARGE else ()
    return Claim(memory.name, obligation.statement, necessary=(obligation,), assumptions=assumptions)


CHECK = Check(
    name="spin_correction",
    title="Flipped neurons are set right",
    refuted="Some flipped neurons stay wrong",
    theory="D5, D6",
    explanation=(
        "From a pattern of which any k neurons are flipped, does every run of updates return to it? It does if each "
        "neuron's drive has the pattern's sign at all those states; the k largest entries of its row of weights say so "
        "exactly. Then one synchronous step, or any order of single updates, restores the pattern. For dense "
        "associative memories the pattern's own overlap is at least n - 2k and the others move by at most 2k. A fail "
        "shows flips from which a run ends elsewhere; between the two the verdict is unknown. Without `flips` the "
        "patterns have to be fixed points. The report always has the largest certified k."
    ),
    premises="a model of spins (±1) in one layer, with a memory",
    sizes={
        "": "tens of thousands of neurons with one Hebbian synapse, 400 with dense weights",
    },
    claims=_claims,
    order=230,
    parameters=(
        Field("memory", FieldKind.TEXT, "the name of a memory; all of them by default", default=None),
        Field(
            "at_least",
            FieldKind.INTEGER,
            "how many patterns must be restored; all of them by default",
            default=None,
            minimum=Fraction(1),
        ),
        Field(
            "flips",
            FieldKind.INTEGER,
            "k: after flips of any k neurons runs must return",
            default=0,
            minimum=Fraction(0),
        ),
    ),
    diagnostic=True,
    discrete=True,
)
