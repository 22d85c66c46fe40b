"""The ½: missing from the energy of a synapse within a layer, or from ½|x|²; or one too many, there or in the drive."""

from __future__ import annotations

from collections.abc import Iterator

from hopverify.testing.derived import velocity_of
from hopverify.testing.mistakes import Floats, Mistake, Suspect
from hopverify.testing.subject import Subject
from hopverify.testing.variants import parts_of, with_drive

NAME = "missing ½"


def _suspects(subject: Subject, states: list[Floats]) -> Iterator[Suspect]:
    model, energy = subject.derived.model, subject.derived.energy
    for name, synapse in model.synapses.items():
        within = len(set(synapse.layers)) == 1

        def more(x: Floats, name: str = name) -> float:
            return energy(x) + parts_of(model, x).synaptic[name]

        def less(x: Floats, name: str = name) -> float:
            return energy(x) - parts_of(model, x).synaptic[name] / 2

        def weak(x: Floats, name: str = name) -> Floats:
            return velocity_of(with_drive(model, name, 0.5), x)

        if within:
            said = f"the ½ is missing from the energy of synapse {name}: -γᵀWγ where the update Wγ needs -½γᵀWγ"
            yield Suspect(NAME, said, f"multiply the energy of {name} by ½", energy=more, adds=True)
        said = f"the energy of synapse {name} has a ½ too many"
        yield Suspect("a ½ too many", said, f"multiply the energy of {name} by 2", energy=less, adds=True)
        said = f"the drive of synapse {name} has a ½, which belongs to the energy only: the gradient of ½γᵀWγ is Wγ"
        yield Suspect("a ½ too many", said, f"multiply the drive of {name} by 2", velocity=weak)
    for name, layer in model.layers.items():
        if layer.function.name == "identity":

            def full(x: Floats, name: str = name) -> float:
                parts = parts_of(model, x)
                return energy(x) + parts.product[name] - parts.lagrangian[name]

            said = f"the ½ is missing from the energy of layer {name} itself: |{name}|² where the flow needs ½|{name}|²"
            yield Suspect(NAME, said, f"write ½|{name}|²", energy=full, adds=True)


MISTAKE = Mistake("half", 1, _suspects)
