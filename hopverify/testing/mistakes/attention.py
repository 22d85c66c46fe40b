"""Attention between tokens: its second sum left out of the update, another set of tokens attended to, another β."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import numpy as np

from hopverify.synapses.attention import Attention
from hopverify.testing.derived import Derived
from hopverify.testing.mistakes import Floats, Mistake, Suspect
from hopverify.testing.subject import Subject

ONE_SUM, OTHERS, TEMPERATURE = "attention without its second sum", "other tokens attended to", "another β of attention"


def _suspects(subject: Subject, states: list[Floats]) -> Iterator[Suspect]:
    for name, synapse in subject.derived.model.synapses.items():
        if not isinstance(synapse, Attention):
            continue
        if synapse.gradient:
            said = (
                f"the update leaves out how tokens move as keys of others in {name}: attention as transformers have it"
            )
            change = "add Σ_h W^K_hᵀ Σ_B A_h,BC Q_hB, or state `drive: attention`"
            part = _with(subject, name, replace(synapse, gradient=False))
            yield Suspect(ONE_SUM, said, change, velocity=part.velocity)
        for which, attended in _others(synapse):
            said = f"each token attends to {which} in {name}, which is not what the spec says"
            other = _with(subject, name, replace(synapse, attended=attended))
            yield from _places(OTHERS, said, "attend to the tokens of `to` and `mask`, or change them", other)
        for beta in _betas(synapse):
            said = f"β of {name} is {float(beta):g}, where the spec has {float(synapse.beta[0]):g}"
            other = _with(subject, name, replace(synapse, beta=(beta,) * len(synapse.beta)))
            yield from _places(TEMPERATURE, said, "use the β of the spec, or change it there", other)


def _with(subject: Subject, name: str, synapse: Attention) -> Derived:
    model = subject.derived.model
    return Derived(replace(model, synapses={**model.synapses, name: synapse}))


def _places(mistake: str, said: str, change: str, other: Derived) -> Iterator[Suspect]:
    """Yield the mistake made in the energy and the update alike, and in one of them."""
    yield Suspect(mistake, said, change, energy=other.energy, velocity=other.velocity)
    yield Suspect(mistake, f"{said} (in the update only)", change, velocity=other.velocity)
    yield Suspect(mistake, f"{said} (in the energy only)", change, energy=other.energy)


def _others(synapse: Attention) -> Iterator[tuple[str, tuple[np.ndarray[tuple[int], np.dtype[np.int64]], ...]]]:
    count = len(synapse.layers)
    choices = {
        "all tokens": np.ones((count, count)),
        "all others": 1 - np.eye(count),
        "itself and the past": np.tri(count),
    }
    own = [row.tolist() for row in synapse.attended]
    for which, allowed in choices.items():
        attended = tuple(np.flatnonzero(row).astype(np.int64) for row in allowed)
        if [row.tolist() for row in attended] != own:
            yield which, attended


def _betas(synapse: Attention) -> Iterator[Fraction]:
    """Yield what is often taken by mistake: 1, 1/d in place of 1/√d, and 1/√D as near as a double is to it."""
    d, size = synapse.queries.shape[1:]
    for beta in (Fraction(1), Fraction(1, d), Fraction(d**-0.5), Fraction(size**-0.5)):
        if set(synapse.beta) != {beta}:
            yield beta


MISTAKE = Mistake("attention", 5, _suspects)
