"""Whether the energy is E = Σ [ρ(x·g - L) - b·g] + Σ S with every bias (docs/theory.md, Setting)."""

from hopverify.kernel.facts import Case, Fact


def derived_energy(case: Case) -> Fact:
    """The core is of a flow and states no other energy; a bias that is left out is 0."""
    case.keys()
    case.need(case.core.spins is None, "spins have another energy")
    case.need(case.core.energy is None, "the core states an energy of its own")
    left_out = uncounted(case)
    case.need(not left_out, f"the bias of {', '.join(left_out)} is left out of the energy")
    return Fact(case.core, case.claim)


def another_energy(case: Case) -> Fact:
    """The core states an energy, or leaves out a bias that is not 0; the claim says which."""
    case.keys()
    because = "the spec claims an energy of its own"
    if case.core.energy is None:
        case.need(bool(uncounted(case)), "it is the derived one")
        because = f"the bias of {', '.join(uncounted(case))} is left out of the energy"
    case.need(case.claim["because"] == because, f"the reason is that {because}")
    return Fact(case.core, case.claim)


def uncounted(case: Case) -> list[str]:
    """Return the layers whose bias is not 0, or may be, and is left out of the energy."""
    return [
        layer.name
        for layer in case.core.layers
        if not layer.bias_in_energy and (layer.bias.within is not None or any(b != 0 for b in layer.bias.entries))
    ]
