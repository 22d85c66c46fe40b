"""The definitions of a file: arrays, layers, synapses and the network, each once, where a statement names it."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from math import prod

from hopverify.exporting import functions, neurons
from hopverify.exporting.networks import array_name, arrays_in, synapse_text
from hopverify.exporting.numbers import WIDTH, array_of, name, rational, vector_of
from hopverify.exporting.refusal import NotExported
from hopverify.exporting.statement import flow_layers
from hopverify.kernel.core import Core, Layer, Synapse
from hopverify.kernel.flow import Flow
from hopverify.kernel.numbers import Rejected
from hopverify.kernel.terms import Term

MAX_ENTRIES, MAX_NEURONS = 100_000, 400
"""What Coq reads, or compares with a gradient entry by entry, in a minute or two."""


class Definitions:
    """What a file defines. Methods return the name of a definition, and write it if it is not yet there."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self._texts: dict[str, str] = {}
        self._lemmas: dict[str, str] = {}
        self._modules: list[str] = ["Sums", "Functions", "Networks", "Exports"]
        self._named: dict[str, str] = {}
        self._theorems: set[str] = set()

    @cached_property
    def flow(self) -> Flow:
        """The flow of the core, for searches.

        Raises:
            NotExported: the core has none that the kernel computes with.
        """
        try:
            return Flow(self.core)
        except Rejected as error:
            raise NotExported(str(error)) from error

    @property
    def texts(self) -> list[str]:
        """The definitions, in the order in which they need one another."""
        return list(self._texts.values())

    @property
    def modules(self) -> list[str]:
        """The files of ``proofs/`` that the file needs."""
        return self._modules

    def need(self, module: str) -> None:
        """Have the file read another file of ``proofs/``."""
        if module not in self._modules:
            self._modules.append(module)

    @property
    def lemmas(self) -> list[str]:
        """What theorems share of their proofs."""
        return list(self._lemmas.values())

    def theorem(self, wanted: str) -> str:
        """Return a name that no theorem has yet."""
        found, count = wanted, 1
        while found in self._theorems or found in self._texts:
            count += 1
            found = f"{wanted}_{count}"
        self._theorems.add(found)
        return found

    def _define(self, key: str, subject: str, text: str) -> str:
        """Write a definition; two names of the core that Coq would read as one are refused."""
        if self._named.setdefault(key, subject) != subject:
            raise NotExported(f"{subject!r} and {self._named[key]!r} would have one name for Coq: rename one")
        self._texts.setdefault(key, text)
        return key

    def array(self, array: str) -> str:
        """Return the name of an array of the core."""
        held = self.core.arrays[array]
        if prod(held.shape) > MAX_ENTRIES:
            raise NotExported(f"the array {array} has {prod(held.shape)} entries; Coq reads {MAX_ENTRIES} at most")
        kind = "numbers" if len(held.shape) == 1 else "list numbers"
        key = array_name(array)
        return self._define(key, array, _definition(key, kind, array_of(self.core, array)))

    def vector(self, layer: Layer, key: str) -> str:
        """Return the name of the bias, the times or the leaks of a layer."""
        found = f"{key}_{name(layer.name)}"
        return self._define(found, layer.name, _definition(found, "numbers", f"{vector_of(layer, key)}%Q"))

    def function(self, layer: Layer, key: str) -> str:
        """Return the name of L or g of a layer whose neurons act one by one."""
        if not layer.elementwise:
            raise NotExported(f"layer {layer.name} acts as a whole; so far statements have layers of single neurons")
        term = potential(layer) if key == "L" else activation(layer)
        found = f"{key}_{name(layer.name)}"
        text = f"Definition {found} ({functions.STATE} : R) : R := {functions.written(term)}.\n"
        return self._define(found, layer.name, text)

    def whole_potential(self, layer: Layer) -> str:
        """Return the name of L of a layer that acts as a whole."""
        found = f"L_{name(layer.name)}"
        text = functions.written_of_states(potential(layer), layer.size)
        return self._define(found, layer.name, f"Definition {found} ({functions.STATE} : vec) : R := {text}.\n")

    def neuron(self, layer: Layer) -> str:
        """Return the name of the lemma that g is L', non-decreasing and with bounded slopes."""
        L, g = self.function(layer, "L"), self.function(layer, "g")
        proof = neurons.neuron(potential(layer), activation(layer))
        if proof is None:
            raise NotExported(f"proofs/Functions.v has no lemma on L and g of layer {layer.name} with bounded slopes")
        found = f"neuron_of_{name(layer.name)}"
        statement = f"Lemma {found} : exists h, neuron {L} {g} h."
        self._lemmas[found] = f"{statement}\nProof. unfold {L}, {g}. eexists. {proof}. Qed.\n"
        return found

    def sloped(self, layer: Layer, height: Fraction) -> str:
        """Return the name of the lemma that slopes of g lie between 0 and a height."""
        L, g = self.function(layer, "L"), self.function(layer, "g")
        proof = neurons.neuron(potential(layer), activation(layer))
        if proof is None:
            raise NotExported(f"proofs/Functions.v has no lemma on L and g of layer {layer.name} with bounded slopes")
        found = f"slopes_of_{name(layer.name)}"
        statement = f"Lemma {found} : sloped {self.layer(layer)} ({rational(height)})%Q"
        steps = f"unfold {L}, {g}. eapply neuron_raised; [{proof}|unfold Q2R; simpl; lra]"
        self._lemmas[found] = f"{statement}.\nProof. unfold sloped. simpl. {steps}. Qed.\n"
        return found

    def shape(self, layer: Layer, shape: str) -> str:
        """Return the name of the lemma that g is affine in pieces, as a shape of ``proofs/Pieces.v`` says."""
        g, found = self.function(layer, "g"), f"shape_of_{name(layer.name)}"
        steps = f"intro u. unfold {g}. by_shape"
        self._lemmas[found] = f"Lemma {found} : has_shape {g} ({shape})%Q.\nProof. {steps}. Qed.\n"
        return found

    def curve(self, layer: Layer, curve: str) -> str:
        """Return the name of the lemma that g is a multiple of tanh, as a curve of ``proofs/Curves.v`` says."""
        g, found = self.function(layer, "g"), f"curve_of_{name(layer.name)}"
        self._lemmas[found] = f"Lemma {found} : has_curve {g} ({curve})%Q.\nProof. unfold {g}. by_curve. Qed.\n"
        return found

    def ranged(self, layer: Layer, values: str, tactic: str) -> str:
        """Return the name of the lemma that the values of g lie between two numbers."""
        g, found = self.function(layer, "g"), f"range_of_{name(layer.name)}"
        self._lemmas[found] = f"Lemma {found} : has_range {g} {values}%Q.\nProof. unfold {g}. {tactic}. Qed.\n"
        return found

    def layer(self, layer: Layer) -> str:
        """Return the name of a layer's record."""
        held = {key: self.vector(layer, key) for key in ("tau", "leak", "bias")}
        held |= {key: self.function(layer, key) for key in ("L", "g")}
        fields = "; ".join(f"{key} := {value}" for key, value in {"size": layer.size, **held}.items())
        found = f"layer_{name(layer.name)}"
        return self._define(found, layer.name, _definition(found, "layer", f"{{| {fields} |}}"))

    def synapse(self, synapse: Synapse) -> str:
        """Return the name of a synapse's record."""
        for array in arrays_in(synapse):
            self.array(array)
        found = f"synapse_{name(synapse.name)}"
        return self._define(found, synapse.name, _definition(found, "synapse", synapse_text(self.core, synapse)))

    def compared(self) -> None:
        """Refuse to compare drives with gradients, entry by entry, where the network is large."""
        count = sum(layer.size for layer in self.core.layers)
        if count > MAX_NEURONS:
            raise NotExported(f"the network has {count} neurons; drives are compared entry by entry to {MAX_NEURONS}")

    def sizes(self) -> str:
        """Return the name of the list of the layers' sizes."""
        held = "; ".join(str(layer.size) for layer in self.core.layers)
        return self._define("sizes", "sizes", _definition("sizes", "list nat", f"[{held}]%nat"))

    def network(self) -> str:
        """Return the name of the network."""
        layers = "; ".join(map(self.layer, flow_layers(self.core)))
        synapses = "; ".join(self.synapse(synapse) for synapse in self.core.synapses)
        text = f"{{| layers := [{layers}]; synapses := [{synapses}] |}}"
        return self._define("model", "model", _definition("model", "network", text))


def _definition(key: str, kind: str, value: str) -> str:
    """Return a definition, on one line if it fits."""
    line = f"Definition {key} : {kind} := {value}."
    return f"{line}\n" if "\n" not in line and len(line) <= WIDTH else f"Definition {key} : {kind} :=\n  {value}.\n"


def potential(layer: Layer) -> Term:
    """Return L of a layer."""
    if layer.L is None:
        raise NotExported(f"layer {layer.name} has no Lagrangian")
    return layer.L


def activation(layer: Layer) -> Term:
    """Return g of a layer, stated as a term."""
    if layer.g is None:
        raise NotExported(f"g of layer {layer.name} is L' by definition; statements have activations that are stated")
    return layer.g
