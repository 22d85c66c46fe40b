"""The bias: in the update only, in the energy only, nowhere, or with the wrong sign."""

from __future__ import annotations

from collections.abc import Iterator

from hopverify.networks import Model
from hopverify.testing.derived import energy_of, velocity_of
from hopverify.testing.mistakes import Floats, Mistake, Suspect
from hopverify.testing.subject import Subject
from hopverify.testing.variants import has_bias, parts_of, without_bias

UPDATE_ONLY, ENERGY_ONLY = "bias in the update only", "bias in the energy only"


def _suspects(subject: Subject, states: list[Floats]) -> Iterator[Suspect]:
    model, energy = subject.derived.model, subject.derived.energy
    biased = [name for name, layer in model.layers.items() if has_bias(layer)]
    groups = [(name,) for name in biased] + ([tuple(biased)] if len(biased) > 1 else [])
    for names in groups:
        where = f"layer {', '.join(names)}"
        zero, minus = without_bias(model, *names), without_bias(model, *names, factor=-1)
        counted = [name for name in names if model.layers[name].bias_in_energy]

        def unbiased(x: Floats, names: list[str] = counted) -> float:
            parts = parts_of(model, x)
            return energy(x) + sum(parts.bias[name] for name in names)

        def turned(x: Floats, names: list[str] = counted) -> float:
            parts = parts_of(model, x)
            return energy(x) + 2 * sum(parts.bias[name] for name in names)

        def resting(x: Floats, zero: Model = zero) -> Floats:
            return velocity_of(zero, x)

        def driven(x: Floats, minus: Model = minus) -> Floats:
            return velocity_of(minus, x)

        def elsewhere(x: Floats, zero: Model = zero) -> float:
            return energy_of(zero, x)

        if counted:
            said = f"the bias of {where} drives the update and is missing from the energy"
            yield Suspect(UPDATE_ONLY, said, "subtract b·g(x) from the energy", energy=unbiased, adds=True)
        said = f"the bias of {where} is in the energy and missing from the update"
        yield Suspect(ENERGY_ONLY, said, "add b to the drive", velocity=resting)
        said = f"the bias of {where} is left out, of the energy and of the update"
        change = "add b to the drive, and subtract b·g(x) from the energy"
        yield Suspect("bias left out", said, change, energy=unbiased, velocity=resting)
        if not subject.derived.is_altered and any(model.layers[name].instantaneous for name in names):
            said = f"the bias of {where} is missing from the state that the energy is computed at"
            yield Suspect(UPDATE_ONLY, said, f"add b to the state of {where}", energy=elsewhere)
        said = f"the bias of {where} has the wrong sign in the energy"
        yield Suspect("wrong sign", said, "the energy holds -b·g(x)", energy=turned, adds=True)
        said = f"the bias of {where} has the wrong sign in the update"
        yield Suspect("wrong sign", said, "the drive holds +b", velocity=driven)


MISTAKE = Mistake("bias", 2, _suspects)
