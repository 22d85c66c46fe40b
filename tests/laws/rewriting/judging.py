"""What is said of a model and of its rewriting, side by side: contradictions, and numbers that differ."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hopverify.checker.deciding import overall
from hopverify.expr.floats import FLOATS
from hopverify.networks import Model, SpinModel, any_model
from hopverify.pipeline import verify
from hopverify.spec import ModelSpec
from tests.laws.rewriting.all import REWRITINGS
from tests.laws.rewriting.tree import Rewritten, spec_of

DECIDED, NOT_APPLICABLE = {"pass", "fail"}, "not-applicable"
SAMPLES, BOXES = 50, 1000


@dataclass(frozen=True)
class Spoken:
    """The verdict on one claim. The ``statement`` is without its numbers, which units and names change."""

    subject: str
    statement: str
    verdict: str


@dataclass(frozen=True)
class Said:
    """The claims of each check, in order, and the verdict of each check over its subjects."""

    claims: Mapping[str, Sequence[Spoken]]
    checks: Mapping[str, str]


def said_of(spec: ModelSpec) -> Said:
    """Return what verify says of a spec, with small budgets and no deadline."""
    results = verify(spec, samples=SAMPLES, boxes=BOXES).results
    claims: dict[str, list[Spoken]] = {}
    for entry in results:
        statement = re.sub(r"[-\d./]+", "", entry["statement"])
        claims.setdefault(entry["check"], []).append(Spoken(entry["subject"], statement, entry["verdict"]))
    return Said(claims, {check: str(verdict) for check, verdict in overall(results).items()})


def contradictions(before: Said, after: Said, names: Mapping[str, str], *, keeps_structure: bool) -> list[str]:
    """Return where one says pass and the other fail, or where a claim concerns one and not the other.

    Where the structure is not kept, another theorem may be about the model, and a check may state something else of it
    (steps of E in place of V): what it then says of the one and of the other is not compared.
    """
    found = []
    for check, claims in before.claims.items():
        pairs = _pairs(claims, after.claims[check], names)
        if not keeps_structure:
            pairs = [(one, other) for one, other in pairs if one.statement == other.statement]
        told = [(f"of {one.subject}", one.verdict, other.verdict) for one, other in pairs]
        if pairs or {spoken.statement for spoken in claims} == {spoken.statement for spoken in after.claims[check]}:
            told.append(("over all", before.checks[check], after.checks[check]))
        for what, one, other in told:
            concerned = (one == NOT_APPLICABLE) == (other == NOT_APPLICABLE)
            if {one, other} == DECIDED or (keeps_structure and not concerned):
                found.append(f"{check} {what}: {one}, then {other}")
    return found


def _pairs(claims: Sequence[Spoken], later: Sequence[Spoken], names: Mapping[str, str]) -> list[tuple[Spoken, Spoken]]:
    """Return the claims that are about the same, by the new names of their subjects or else by their places."""
    if len(claims) != len(later):
        return []
    found = {spoken.subject: spoken for spoken in later}
    subjects = [names.get(spoken.subject, spoken.subject) for spoken in claims]
    same = set(subjects) == set(found) and len(found) == len(later)
    return list(zip(claims, [found[subject] for subject in subjects] if same else later, strict=True))


def decided_in_both(before: Said, after: Said) -> set[str]:
    """Return the checks of which both say pass or fail of some subject."""
    return {
        check
        for check, claims in before.claims.items()
        if DECIDED & {one.verdict for one in claims} & {one.verdict for one in after.claims[check]}
    }


def assert_follows(before: Model | SpinModel, after: Model | SpinModel, how: Rewritten) -> None:
    """Assert that energy and flow of a rewritten model are what its rewriting says, at a few states, in doubles."""
    generator = np.random.default_rng(1)
    for _ in range(2):
        if isinstance(before, SpinModel):
            assert isinstance(after, SpinModel)
            _assert_spins_follow(before, after, how, generator)
        else:
            assert isinstance(after, Model)
            _assert_states_follow(before, after, how, generator)


def _assert_spins_follow(before: SpinModel, after: SpinModel, how: Rewritten, generator: Any) -> None:
    s = {name: generator.choice([-1.0, 1.0], layer.size) for name, layer in before.layers.items()}
    moved = _moved(s, how)
    old, new = (np.concatenate([state[name] for name in m.layers]) for m, state in ((before, s), (after, moved)))
    assert np.isclose(float(how.energy) * before.energy(old, FLOATS), after.energy(new, FLOATS), rtol=1e-8, atol=1e-9)


def _assert_states_follow(before: Model, after: Model, how: Rewritten, generator: Any) -> None:
    x = {layer.name: generator.normal(size=layer.size) for layer in before.dynamic}
    moved = _moved(x, how)
    if all(layer.function.potential is not None for layer in before.layers.values()):
        old, new = float(how.energy) * before.energy(x, FLOATS), after.energy(moved, FLOATS)
        assert np.isclose(old, new, rtol=1e-7, atol=1e-9), f"E is {new}, not {old}"
    velocity = _moved(before.velocity(x, FLOATS), how)
    for name, value in after.velocity(moved, FLOATS).items():
        assert np.allclose(value, velocity[name] / float(how.time), rtol=1e-6, atol=1e-8), f"the flow of {name}"


def _moved(state: Mapping[str, Any], how: Rewritten) -> dict[str, Any]:
    return {
        how.names.get(name, name): how.maps[name].astype(float) @ value if name in how.maps else value
        for name, value in state.items()
    }


def rewritten(tree: Any, name: str, spec: ModelSpec, folder: Path, random: Any) -> tuple[Rewritten, ModelSpec] | None:
    """Return a rewriting of a spec and the spec that it is, or None where it does not concern the model."""
    model = any_model(spec)
    how = REWRITINGS[name].rewrite(tree, model, random)
    if how is None:
        return None
    made = spec_of(how.tree, folder)
    assert_follows(model, any_model(made), how)
    return how, made
