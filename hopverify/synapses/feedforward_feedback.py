"""Feed-forward and feedback connections that need not be each other's transposes: T ẏ = Bγ - y, u = Ay + b, γ = g(u).

The first layer y is joined with the others, whose neurons are stacked: A (``forward``) has a row for each of their
neurons and B (``feedback``) a row for each of y's; B is the identity unless stated. The drives are Aγ_y and Bγ. The
energy is that of a network which takes A both ways, S = -γᵀAγ_y; the drives descend it iff B = Aᵀ. Where y is linear
and the others are instantaneous the *altered* energy of arXiv:2410.13866 can take its place (T11), for which the spec
may state a ``metric`` P with PB = Aᵀ and a function φ of what no feedback reaches, Σ φ(z_i) with z = ``residual``ᵀ y:
see :mod:`hopverify.networks.altered`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from hopverify.expr.evaluate import Arithmetic, Value
from hopverify.expr.nodes import Expression
from hopverify.spec.exact_array import ExactArray
from hopverify.spec.fields import Field, FieldKind
from hopverify.synapses import Defect, Port, Synapse, SynapseError, SynapseKind, check_shape, held
from hopverify.synapses._functions import function_of_z


@dataclass(frozen=True, eq=False)
class FeedforwardFeedback(Synapse):
    """A is (n, m) and B (m, n), for m neurons of the first layer and n of the others together.

    ``metric`` is (m, m), ``residual`` (m, k); ``potential`` is φ as an expression in z, elementwise.
    """

    layers: tuple[str, ...]
    sizes: tuple[int, ...]
    forward: ExactArray
    feedback: ExactArray
    metric: ExactArray | None
    residual: ExactArray | None
    potential: Expression | None

    @property
    def pairs(self) -> frozenset[tuple[str, str]]:
        first, *others = self.layers
        return frozenset((first, other) for other in others)

    @cached_property
    def is_identity(self) -> bool:
        """Whether B = I."""
        m, n = self.feedback.shape
        return m == n and bool((self.feedback.values == np.eye(m)).all())

    @cached_property
    def places(self) -> dict[str, slice]:
        """The rows of A that belong to each of the other layers."""
        starts = np.cumsum([0, *self.sizes[1:]]).tolist()
        return {layer: slice(a, b) for layer, a, b in zip(self.layers[1:], starts, starts[1:], strict=False)}

    def energy(self, activations: Mapping[str, Value], a: Arithmetic) -> Value:
        forward = held(self.forward, a) @ activations[self.layers[0]]
        return -(self.stacked(activations) * forward).sum()

    def drive(self, activations: Mapping[str, Value], a: Arithmetic) -> dict[str, Value]:
        forward = held(self.forward, a) @ activations[self.layers[0]]
        drives = {layer: forward[place] for layer, place in self.places.items()}
        return drives | {self.layers[0]: held(self.feedback, a) @ self.stacked(activations)}

    def stacked(self, values: Mapping[str, Value]) -> Value:
        """Return the values of the other layers as one vector."""
        return np.concatenate([np.asarray(values[layer]) for layer in self.places])

    def blocks(self) -> dict[tuple[str, str], np.ndarray[Any, Any]]:
        A, B, first = self.forward.fractions(), self.feedback.fractions(), self.layers[0]
        ways = [((layer, first), A[place]) for layer, place in self.places.items()]
        return dict([*ways, *(((first, layer), B[:, place]) for layer, place in self.places.items())])

    def defect(self) -> Defect | None:
        unequal = np.argwhere(self.forward.values != self.feedback.values.T)
        if not len(unequal):
            return None
        i, j = (int(k) for k in unequal[0])
        return Defect((i, j), f"A[{i},{j}] = B[{j},{i}]")

    def formula(self, name: str) -> str:
        others = ",".join(self.layers[1:])
        return rf"-\gamma_{{{others}}}^{{\top}} A_{{{name}}}\,\gamma_{{{self.layers[0]}}}"


def _build(ports: Sequence[Port], values: Mapping[str, Any], arrays: Mapping[str, ExactArray]) -> Synapse:
    names = tuple(port.name for port in ports)
    if len(ports) < 2 or len(set(names)) < len(names):
        raise SynapseError("layers", "give the layer that is fed back to first, then one or more other layers")
    m, n = ports[0].size, sum(port.size for port in ports[1:])
    others = " and ".join(names[1:])
    check_shape(values["forward"], (n, m), field="forward", meaning=f"neurons of {others} × neurons of {names[0]}")
    feedback = values["feedback"]
    if feedback is None:
        if m != n:
            raise SynapseError("layers", f"without `feedback` the layers have equally many neurons, got {m} and {n}")
        feedback = ExactArray.of(np.eye(m))
    check_shape(feedback, (m, n), field="feedback", meaning=f"neurons of {names[0]} × neurons of {others}")
    if values["metric"] is not None:
        check_shape(values["metric"], (m, m), field="metric", meaning=f"neurons of {names[0]}, twice")
    residual, text = values["residual"], values["potential"]
    potential = None if text is None else function_of_z(text, field="potential", letter="φ")
    if (residual is None) != (potential is None):
        raise SynapseError("potential", "`residual` and `potential` are given together: φ(z) of z = residualᵀ y")
    if residual is not None and (residual.ndim != 2 or residual.shape[0] != m):
        raise SynapseError("residual", f"expected a matrix with {m} rows, one for each neuron of {names[0]}")
    sizes = tuple(port.size for port in ports)
    return FeedforwardFeedback(names, sizes, values["forward"], feedback, values["metric"], residual, potential)


SYNAPSE = SynapseKind(
    name="feedforward_feedback",
    summary="drives Aγ_y forward and Bγ back, A and B free; the form of altered systems (T11)",
    fields=(
        Field("forward", FieldKind.ARRAY, "A, neurons of the other layers × neurons of the first"),
        Field("feedback", FieldKind.ARRAY, "B, neurons of the first layer × neurons of the others", default=None),
        Field("metric", FieldKind.ARRAY, "P of the altered energy, with PB = Aᵀ", default=None),
        Field("residual", FieldKind.ARRAY, "N with NᵀB = 0, a column for each z", default=None),
        Field("potential", FieldKind.TEXT, "φ in V + Σ φ(z), z = Nᵀy, as an expression in z", default=None),
    ),
    build=_build,
)
