"""Whether the energy is, but for a constant and a factor > 0, E = Σ [ρ(x·g - L) - b·g] + Σ S with every bias.

That is the derived energy (docs/theory.md, Setting).
"""

from dataclasses import replace
from typing import Any

from hopverify.kernel import points
from hopverify.kernel.core import Core
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.json_values import listed
from hopverify.kernel.network import Network
from hopverify.kernel.numbers import rational
from hopverify.kernel.own_energy import Difference, difference
from hopverify.kernel.steps import states_of

OWN = "the spec claims an energy of its own"


def derived_energy(case: Case) -> Fact:
    """The core is of a flow and states no other energy; a bias that is left out is 0."""
    case.keys()
    case.need(case.core.spins is None, "spins have another energy")
    case.need(case.core.energy is None, "the core states an energy of its own")
    case.need("factor" not in case.claim.fields, "it has no factor")
    left_out = uncounted(case)
    case.need(not left_out, f"the bias of {', '.join(left_out)} is left out of the energy")
    return Fact(case.core, case.claim)


def identity(case: Case) -> Fact:
    """The energy that the core states is the derived one times the factor > 0 and plus a constant, by normal forms.

    The difference is, by composition, locally Lipschitz as a function of all states and activations: it has a value
    everywhere. Its normal form is that of its value at 0; activations are variables like the states, or g(x) where the
    proof names their layers, whose states are (drive + b)/ρ if τ = 0.
    """
    found = _compared(case)
    case.need(found.is_constant(), "no constant is seen in the difference of the energies")
    return Fact(case.core, case.claim)


def coordinates(case: Case) -> Fact:
    """The same, with the state and the activation of each neuron as a variable."""
    found = _compared(case).by_coordinates()
    case.need(found.is_constant(), "no constant is seen in the difference of the energies")
    return Fact(case.core, case.claim)


def _compared(case: Case) -> Difference:
    case.keys("activations")
    case.need(case.core.spins is None, "spins have another energy")
    factor = rational(case.claim.fields.get("factor", "1"), case.where)
    case.need(factor > 0, "the factor is not > 0")
    names = listed(case.proof["activations"], case.where)
    case.need(difference(case.core, factor, ()).is_lipschitz(), "composition does not show that energies have values")
    return difference(case.core, factor, names)


def another_energy(case: Case) -> Fact:
    """The core leaves out a bias that is not 0; the claim says which."""
    case.keys()
    case.need(case.core.energy is None, "the core states an energy of its own")
    case.need(bool(uncounted(case)), "it is the derived one")
    because = f"the bias of {', '.join(uncounted(case))} is left out of the energy"
    case.need(case.claim["because"] == because, f"the reason is that {because}")
    case.need("states" not in case.claim.fields, "no states show it")
    return Fact(case.core, case.claim)


def by_states(case: Case) -> Fact:
    """Between three states the energy that the core states changes otherwise than in proportion to the derived one.

    With changes c_1, c_2 of the one and d_1, d_2 of the other, certainly c_1 d_2 ≠ c_2 d_1, or c_1 d_1 < 0, or c_1 = 0
    and d_1 ≠ 0. The states are those of the layers with τ > 0; the numbers are those that are given.
    """
    case.keys()
    core = case.core
    case.need(core.spins is None and core.energy is not None, "the core states no energy of its own")
    case.need(case.claim["because"] == OWN, f"the reason is that {OWN}")
    states = listed(case.claim.fields.get("states"), case.where)
    case.need(len(states) == 3, "there are not three states")
    counted = tuple(replace(layer, bias_in_energy=True) for layer in core.layers)
    (c_1, c_2), (d_1, d_2) = (
        _changes(case, each, states) for each in (core.given, replace(core.given, layers=counted, energy=None))
    )
    apart = c_1 * d_2 - c_2 * d_1
    differ = apart != 0 or c_1 * d_1 < 0 or (c_1 == 0 and d_1 != 0)
    case.need(differ, "the two energies are not shown to differ")
    return Fact(core, case.claim)


def _changes(case: Case, core: Core, states: list[Any]) -> list[Any]:
    """Return by how much the energy of the second and the third state is higher than that of the first."""
    network = Network(core)
    energies = [points.at(network, states_of(case, each)).energy for each in states]
    return [each - energies[0] for each in energies[1:]]


def uncounted(case: Case) -> list[str]:
    """Return the layers whose bias is not 0, or may be, and is left out of the energy."""
    return [
        layer.name
        for layer in case.core.layers
        if not layer.bias_in_energy and (layer.bias.within is not None or any(b != 0 for b in layer.bias.entries))
    ]
