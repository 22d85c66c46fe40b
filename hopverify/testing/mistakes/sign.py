"""A wrong sign: of the interaction, in the energy or in the drive; of the Lagrangian; of everything."""

from __future__ import annotations

from collections.abc import Iterator

from hopverify.networks import Model
from hopverify.testing.derived import velocity_of
from hopverify.testing.mistakes import Floats, Mistake, Suspect
from hopverify.testing.subject import Subject
from hopverify.testing.variants import parts_of, with_drive

NAME = "wrong sign"


def _suspects(subject: Subject, states: list[Floats]) -> Iterator[Suspect]:
    model, derived = subject.derived.model, subject.derived
    for name, synapse in model.synapses.items():
        said = f"the interaction of synapse {name} has the wrong sign"

        def turned(x: Floats, name: str = name) -> float:
            return derived.energy(x) - 2 * parts_of(model, x).synaptic[name]

        ends = list(dict.fromkeys(synapse.layers))
        ways = [tuple(ends), *((end,) for end in ends if len(ends) > 1)]
        for layers in ways:
            back = with_drive(model, name, -1.0, *layers)

            def driven(x: Floats, back: Model = back) -> Floats:
                return velocity_of(back, x)

            where = f"in the drive on {', '.join(layers)}"
            yield Suspect(NAME, f"{said} {where}", f"the drive of {name} is added, not subtracted", velocity=driven)
            both = f"{said} in the energy and {where}"
            change = f"turn the sign of {name} in both"
            yield Suspect(NAME, both, change, energy=turned, velocity=driven)
        yield Suspect(
            NAME, f"{said} in the energy", f"the energy holds -½γᵀWγ, or -γᵀWγ' ({name})", energy=turned, adds=True
        )
    for name in parts_of(model, states[0]).lagrangian:

        def raised(x: Floats, name: str = name) -> float:
            return derived.energy(x) + 2 * parts_of(model, x).lagrangian[name]

        said = f"the Lagrangian of layer {name} has the wrong sign in the energy"
        yield Suspect(NAME, said, f"the energy holds x·g - L: subtract L of {name}", energy=raised, adds=True)
    said = "the energy as a whole has the wrong sign"
    yield Suspect(NAME, said, "turn it: the flow descends E", energy=lambda x: -derived.energy(x))
    said = "the velocity as a whole has the wrong sign"
    yield Suspect(NAME, said, "turn it: ẋ = (drive + b - x)/τ", velocity=lambda x: -derived.velocity(x))


MISTAKE = Mistake("sign", 3, _suspects)
