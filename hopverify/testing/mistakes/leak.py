"""The leak: missing from the flow or from the energy, or taken for 1."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from hopverify.networks import Model
from hopverify.testing.derived import velocity_of
from hopverify.testing.mistakes import Floats, Mistake, Suspect
from hopverify.testing.subject import Subject
from hopverify.testing.variants import parts_of, slowed

NAME = "leak missing"


def _suspects(subject: Subject, states: list[Floats]) -> Iterator[Suspect]:
    model, energy = subject.derived.model, subject.derived.energy
    names = [layer.name for layer in model.dynamic if any(layer.leak)]
    for chosen in [[name] for name in names] + ([names] if len(names) > 1 else []):
        none, one = model, model
        for name in chosen:
            none, one = slowed(none, name, Fraction(0)), slowed(one, name, Fraction(1))
        where = f"layer {', '.join(chosen)}"

        def driven(x: Floats, none: Model = none) -> Floats:
            return velocity_of(none, x)

        def unheld(x: Floats, names: list[str] = chosen) -> float:
            parts = parts_of(model, x)
            return energy(x) - sum(parts.product[name] - parts.lagrangian.get(name, np.nan) for name in names)

        def at_one(x: Floats, one: Model = one) -> Floats:
            return velocity_of(one, x)

        def weighed(x: Floats, one: Model = one, names: list[str] = chosen) -> float:
            before, after = parts_of(model, x), parts_of(one, x)
            changes = (
                after.product[n]
                - before.product[n]
                - after.lagrangian.get(n, np.nan)
                + before.lagrangian.get(n, np.nan)
                for n in names
            )
            return energy(x) + sum(changes)

        said = f"the leak is missing from the flow of {where}: nothing draws the state back"
        yield Suspect(NAME, said, "subtract ρx (x itself for ρ = 1): ẋ = (drive + b - ρx)/τ", velocity=driven)
        said = f"what the leak of {where} contributes is missing from the energy"
        yield Suspect(NAME, said, "add ρ(x·g(x) - L(x)), which is ½ρ|x|² for a linear layer", energy=unheld, adds=True)
        said = f"the leak of {where} is taken for 1"
        yield Suspect("leak ignored", f"{said} in the flow", "multiply x by ρ", velocity=at_one)
        yield Suspect("leak ignored", f"{said} in the energy", "multiply x·g(x) - L(x) by ρ", energy=weighed, adds=True)
        yield Suspect("leak ignored", said, "multiply by ρ in both", energy=weighed, velocity=at_one)


MISTAKE = Mistake("leak", 4, _suspects)
