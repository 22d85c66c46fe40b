"""The drive of a synapse is -∇S, or differs from it at some activations."""

from hopverify.kernel.almost_everywhere import check_of_activations
from hopverify.kernel.arithmetic import Value
from hopverify.kernel.core import Core, Synapse
from hopverify.kernel.derive import ZERO, apply, gradient
from hopverify.kernel.duals import check_around
from hopverify.kernel.evaluate import arrays_of, evaluate
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.functions import ball
from hopverify.kernel.identity import same
from hopverify.kernel.json_values import keys, rationals
from hopverify.kernel.numbers import Rejected, shown
from hopverify.kernel.terms import Place, Term, Variable, variables
from hopverify.kernel.witness import are_apart, index


def definition(case: Case) -> Fact:
    """The core states no other drive than -∇S."""
    case.keys()
    case.need(synapse_of(case).drive is None, "the core states the drive")
    return Fact(case.core, case.claim)


def identity(case: Case) -> Fact:
    """S is, by composition, locally Lipschitz; -∇S and the drive have one normal form, for each layer of the core.

    The formula of ∇S has values almost everywhere. As for g = ∇L, the drive is then -∇S wherever it is continuous.
    """
    case.keys()
    core, synapse = case.core, synapse_of(case)
    case.need(synapse.drive is not None, "the core states no drive")
    check_of_activations(core, synapse.energy, "S")
    for layer in core.layers:
        alike = same(*two_drives(core, synapse, layer.name), core.places, core.arrays)
        case.need(alike, f"-∇S and the drive of layer {layer.name} have other normal forms")
    return Fact(core, case.claim)


def point(case: Case) -> Fact:
    """At the activations, an entry of the drive and the same entry of -∇S are certainly so far apart, in balls.

    The claim states the activations of those layers that S or the two have.
    """
    case.keys()
    core, claim, synapse = case.core, case.claim, synapse_of(case)
    case.need(synapse.drive is not None, "the core states no drive")
    sizes, layer, apart = {each.name: each.size for each in core.layers}, claim["layer"], claim["apart"]
    case.need(isinstance(layer, str) and layer in sizes, "no layer has this name")
    index(case, claim["index"], sizes[layer])
    two = two_drives(core, synapse, layer)
    used = variables(synapse.energy, *two)
    keys(claim["activations"], f"{case.where}.activations", *(name for kind, name in used if kind == "activation"))
    values: dict[Place, Value] = arrays_of(core, synapse.energy, *two, every=False)
    for name, stated in claim["activations"].items():
        values["activation", name] = [ball(each) for each in rationals(stated, sizes[name], case.where)]
    check_around(synapse.energy, values, "activation")
    first, second = (evaluate(term, values)[claim["index"]] for term in two)
    are_apart(case, first, second, apart)
    return Fact(core, claim)


def synapse_of(case: Case) -> Synapse:
    """Return the synapse that the claim names."""
    for synapse in case.core.synapses:
        if synapse.name == case.claim["synapse"]:
            return synapse
    raise Rejected(f"{case.where}: no synapse is called {shown(case.claim['synapse'])}")


def two_drives(core: Core, synapse: Synapse, layer: str) -> tuple[Term, Term]:
    """Return -∇S and what the core states, of a layer."""
    assert synapse.drive is not None
    nothing = apply("multiply", ZERO, Variable(("activation", layer)))
    slope = gradient(synapse.energy, ("activation", layer), core.places)
    return apply("negate", slope), synapse.drive.get(layer, nothing)
