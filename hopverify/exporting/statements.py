"""Claims as statements of ``proofs/Networks.v``, with their proofs from ``proofs/Exports.v``."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hopverify.exporting import attraction, bounds, lists, neurons, stability
from hopverify.exporting.definitions import Definitions, activation, potential
from hopverify.exporting.numbers import name, rational, real, vector
from hopverify.exporting.refusal import NotExported
from hopverify.exporting.statement import COMPUTED, Statement, each_by, flow_layers
from hopverify.kernel.claims import Claim
from hopverify.kernel.core import Layer, Synapse
from hopverify.kernel.numbers import rational as number


def symmetric(file: Definitions, claim: Claim) -> Statement:
    """W = Wᵀ."""
    array, n, W = _matrix(file, claim)
    return Statement(f"symmetric_{name(array)}", f"is_symmetric {n} {W}", f"apply symmetric_by_entries. {COMPUTED}.")


def not_symmetric(file: Definitions, claim: Claim) -> Statement:
    """Two entries differ, and so many pairs do; and a symmetriser, or a cycle without one."""
    array, n, W = _matrix(file, claim)
    i, j = claim["pair"]
    first, second = (f"({rational(number(each, 'values'))})%Q" for each in claim["values"])
    text = f"is_not_symmetric {n} {W} {i} {j} {first} {second} {claim['unequal_pairs']}"
    entries = f"apply not_symmetric_by_entries; {COMPUTED}"
    proof = f"{entries}."
    answer = claim.fields.get("symmetrisable")
    if answer == "yes":
        d = vector([number(each, "symmetriser") for each in claim["symmetriser"]])
        text = f"{text} /\\\n  symmetrises {n} {d}%Q {W}"
        proof = f"split; [{entries}|].\napply symmetriser_by_entries. {COMPUTED}."
    elif answer == "no":
        text = f"{text} /\\\n  not_symmetrisable {n} {W}"
        cycle = claim["cycle"]
        way = f"two_cycle {n} {W} {cycle[0]} {cycle[1]}" if len(cycle) == 2 else _long_cycle(n, W, cycle)
        proof = f"split; [{entries}|].\napply ({way}). {COMPUTED}."
    return Statement(f"not_symmetric_{name(array)}", text, proof)


def _long_cycle(n: int, W: str, cycle: list[int]) -> str:
    rest = "; ".join(map(str, [*cycle[1:], cycle[0]]))
    return f"long_cycle {n} {W} {cycle[0]} [{rest}]%nat"


def _matrix(file: Definitions, claim: Claim) -> tuple[str, int, str]:
    array = claim["matrix"][1]
    return array, file.core.arrays[array].shape[0], f"(rows {file.array(array)})"


def compatible_times(file: Definitions, claim: Claim) -> Statement:
    """vᵀTHv ≥ 0 for every semidefinite H of this layer."""
    layer = _layer(file, claim)
    tau = file.vector(layer, "tau")
    if claim["because"] == "H is diagonal":
        meant, proof = "of_single_neurons", "apply compatible_single_neurons"
    else:
        meant, proof = "of_a_layer", f"apply (compatible_one_time _ _ ({rational(layer.tau.fraction(0))})%Q)"
    text = f"compatible {layer.size} {tau} {meant}"
    return Statement(f"compatible_times_{name(layer.name)}", text, f"{proof}. {COMPUTED}.")


def convex(file: Definitions, claim: Claim) -> Statement:
    """The Lagrangian of the layer is convex."""
    layer = _layer(file, claim)
    if not layer.elementwise:
        return _convex_whole(file, layer)
    L, own = file.function(layer, "L"), neurons.convex(potential(layer))
    if own is not None:
        proof = f"apply convex_sum. unfold {L}. {own}."
    elif layer.g is not None and neurons.neuron(potential(layer), layer.g) is not None:
        proof = f"destruct {file.neuron(layer)} as (h & H). exact (convex_sum _ _ (convex_neuron _ _ h H))."
    else:
        raise NotExported(
            f"proofs/Functions.v has no lemma that shows the Lagrangian of layer {layer.name} to be convex"
        )
    return Statement(f"convex_{name(layer.name)}", f"convex_layer {layer.size} {L}", proof)


def _convex_whole(file: Definitions, layer: Layer) -> Statement:
    """The Lagrangian, a function of all states of the layer, is convex."""
    L = file.whole_potential(layer)
    proof = f"unfold {L}. first [apply convex_logsumexp; lia|apply convex_states_scaled; [lia|lra]]."
    return Statement(f"convex_{name(layer.name)}", f"convex_of_states {L}", proof)


def dead(file: Definitions, claim: Claim) -> Statement:
    """The activation has one value on each of the intervals, and at the two states."""
    layer = _layer(file, claim)
    if claim["kind"] != "dead":
        raise NotExported(f"flat activations of the kind {claim['kind']!r} have no theorem in proofs/ yet")
    g, ends = file.function(layer, "g"), {"-∞", "+∞"}
    parts = []
    for interval in claim["intervals"]:
        low, high = ("None" if end in ends else f"(Some {real(number(end, 'intervals'))})" for end in interval)
        parts.append(f"constant_on {g} {low} {high}")
    a, b = (real(number(each, "neuron_states")) for each in claim["neuron_states"])
    parts.append(f"{a} <> {b} /\\ {g} {a} = {g} {b}")
    steps = [f"split; [unfold {g}; flat|]."] * len(claim["intervals"])
    last = f"split; [lra|]. unfold {g}, relu, Rmin, Rmax. repeat destruct Rle_dec; lra."
    return Statement(f"constant_{name(layer.name)}", " /\\\n  ".join(parts), "\n".join([*steps, last]))


def gradient_of_l(file: Definitions, claim: Claim) -> Statement:
    """L' = g."""
    layer = _layer(file, claim)
    text = f"gradient_of_L {file.function(layer, 'L')} {file.function(layer, 'g')}"
    lemma = file.neuron(layer)
    proof = f"destruct {lemma} as (h & H). exact (neuron_gradient _ _ h H)."
    return Statement(f"gradient_of_L_{name(layer.name)}", text, proof)


def lipschitz_activation(file: Definitions, claim: Claim) -> Statement:
    """The activation is Lipschitz."""
    layer = _layer(file, claim)
    activation(layer)
    text, lemma = f"lipschitz_activation {file.function(layer, 'g')}", file.neuron(layer)
    proof = f"destruct {lemma} as (h & H). exact (neuron_lipschitz _ _ h H)."
    return Statement(f"lipschitz_activation_{name(layer.name)}", text, proof)


def gradient_drive(file: Definitions, claim: Claim) -> Statement:
    """The drive is minus the gradient of S."""
    file.compared()
    synapse = _synapse(file, claim)
    text = f"drive_is_gradient {file.sizes()} {file.synapse(synapse)}"
    return Statement(f"gradient_drive_{name(synapse.name)}", text, f"apply gradient_by_entries. {COMPUTED}.")


def lipschitz_drive(file: Definitions, claim: Claim) -> Statement:
    """The drive is a Lipschitz function of the activations."""
    synapse = _synapse(file, claim)
    text = f"drive_is_lipschitz {file.sizes()} {file.synapse(synapse)}"
    return Statement(f"lipschitz_drive_{name(synapse.name)}", text, "apply drive_lipschitz.")


def descent(file: Definitions, claim: Claim) -> Statement:
    """T2: from every state there is one solution, along which the derived energy never increases."""
    core = file.core
    if core.energy is not None:
        raise NotExported("the spec claims an energy of its own; T2 is about the derived one")
    layers = flow_layers(core)
    for layer in layers:
        if not layer.bias_in_energy and any(b != 0 for b in layer.bias.entries):
            raise NotExported(f"the bias of layer {layer.name} is left out of the energy; T2 counts every bias")
        if layer.instantaneous:
            raise NotExported(f"layer {layer.name} is instantaneous; the theorem in proofs/ is for τ > 0")
        if any(rho == 0 for rho in layer.leak.entries):
            raise NotExported(f"layer {layer.name} has the leak 0; the theorem in proofs/ is for leaks > 0")
    file.compared()
    lemmas = [file.neuron(layer) for layer in layers]
    model = file.network()
    proof = "\n".join([f"apply descends_by_T2; [{COMPUTED}|].", *each_by(lemmas, "Forall")])
    return Statement("descent", f"descends {model}", proof)


def _layer(file: Definitions, claim: Claim) -> Layer:
    for layer in file.core.layers:
        if isinstance(layer, Layer) and layer.name == claim["layer"]:
            return layer
    raise NotExported(f"{claim['layer']!r} is no layer of the network; export the spec of the original instead")


def _synapse(file: Definitions, claim: Claim) -> Synapse:
    for synapse in file.core.synapses:
        if synapse.name == claim["synapse"]:
            return synapse
    raise NotExported(f"no synapse is called {claim['synapse']!r}")


STATEMENTS: Mapping[str, Callable[[Definitions, Claim], Statement]] = {
    "symmetric": symmetric,
    "not symmetric": not_symmetric,
    "compatible times": compatible_times,
    "convex": convex,
    "constant on a segment": dead,
    "gradient of L": gradient_of_l,
    "Lipschitz activation": lipschitz_activation,
    "gradient drive": gradient_drive,
    "Lipschitz drive": lipschitz_drive,
    "descent": descent,
    "global stability": attraction.global_stability,
    "at most one equilibrium": attraction.at_most_one,
    "equilibria": lists.equilibria,
    "some equilibria": lists.some_equilibria,
    "no global stability": lists.no_global_stability,
    "stability": stability.stability,
    "bounded solutions": bounds.bounded_solutions,
}
"""By the names of claims (docs/claims.md)."""
