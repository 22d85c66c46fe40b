"""The drive of a synapse is a locally Lipschitz function of the activations (T1)."""

from dataclasses import replace

from hopverify.kernel.composition import of_activations
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.network import drives


def lipschitz_drive(case: Case) -> Fact:
    """What the synapse adds to each layer is, by composition, defined everywhere and locally Lipschitz.

    If it is -∇S, S is locally Lipschitz, and so is the continuous extension of the gradient, which exists almost
    everywhere.
    """
    case.keys()
    core = case.core
    named = tuple(each for each in core.synapses if each.name == case.claim["synapse"])
    case.need(len(named) == 1, "no synapse has this name")
    gradient = named[0].drive is None
    regular = not gradient or of_activations(core, named[0].energy).lipschitz
    case.need(regular, "composition does not show that S is locally Lipschitz")
    for layer in core.layers:
        for drive in drives(replace(core, synapses=named), layer.name):
            known = of_activations(core, drive, extended=gradient)
            case.need(known.lipschitz, f"composition does not show it of the drive of layer {layer.name}")
    return Fact(core, case.claim)
