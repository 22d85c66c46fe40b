"""What is derived of a model of spins: how a neuron is set, and the energy S - b·s, in closed form."""

from __future__ import annotations

from hopverify.derivation.document import Line, Mark, Section
from hopverify.derivation.formula import ONE, Formula, NoFormula, call, total
from hopverify.derivation.names import I, Names
from hopverify.derivation.network_sections import ENERGY, has_bias, sum_of
from hopverify.derivation.synaptic import SynapseForms, synapse_forms
from hopverify.networks import SpinLayer, SpinModel

Term = tuple[Formula, str]


def spin_sections(model: SpinModel) -> tuple[Section, ...]:
    """Return the update, the energy and the symbols."""
    names, forms = Names(model), _forms(model)
    untold = [f"synapse {name} has no formula here" for name in model.synapses if name not in forms]
    remarks = [form.remark for form in forms.values() if form.remark]
    return (
        Section("Update", tuple(_update(model, names, forms)), (*_order(model), *remarks, *untold)),
        Section("Energy", tuple(sum_of(ENERGY, _energy(model, names, forms)))),
        Section("Symbols", (), ("s states, each 1 or -1; g = s activations; b biases; n numbers of neurons",)),
    )


def _forms(model: SpinModel) -> dict[str, SynapseForms]:
    names, found = Names(model), dict[str, SynapseForms]()
    for name, synapse in model.synapses.items():
        try:
            found[name] = synapse_forms(name, synapse, names)
        except NoFormula:
            continue
    return found


def _update(model: SpinModel, names: Names, forms: dict[str, SynapseForms]) -> list[Line]:
    """Return f = drive + b of each layer and what becomes of s; by the energy rule the latter only."""
    lines: list[Line] = []
    for layer in model.layers.values():
        s = (Mark("new ", r"\text{new } "), names.vector("s", layer.name)[I])
        if model.by_energy:
            lines.append(Line(s, Mark("the sign with the lower E", r"\text{the sign with the lower } E")))
            continue
        f = names.vector("f", layer.name)[I]
        terms = [
            (form.drives[layer.name], f"synapse {name}") for name, form in forms.items() if layer.name in form.drives
        ]
        lines += sum_of(f, terms + _bias(layer, names, ONE))
        lines.append(Line(s, call("sign", f)))
    return lines


def _order(model: SpinModel) -> tuple[str, str]:
    order = "all neurons are set at once" if model.synchronous else "one neuron is set at a time, in any order"
    return order, "ties keep the state of a neuron"


def _bias(layer: SpinLayer, names: Names, factor: Formula) -> list[Term]:
    return [(factor * names.vector("b", layer.name)[I], "bias")] if has_bias(layer) else []


def _energy(model: SpinModel, names: Names, forms: dict[str, SynapseForms]) -> list[Term]:
    terms = [(form.energy, f"synapse {name}") for name, form in forms.items()]
    for layer in model.layers.values():
        if has_bias(layer) and layer.bias_in_energy:
            g, b = names.vector("g", layer.name)[I], names.vector("b", layer.name)[I]
            terms.append((-total(b * g, (I, names.size(layer.name))), f"bias of layer {layer.name}"))
    return terms
