"""Reading graphs of torch.fx without PyTorch: nodes with the attributes that a reader looks at."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hopverify.errors import HopverifyError
from hopverify.interop.names import Names
from hopverify.interop.tracing.graphs import Reading
from hopverify.interop.tracing.literals import simplest
from hopverify.interop.tracing.rows import Rows
from hopverify.interop.tracing.structure import Finder, Structure
from hopverify.interop.tracing.tensors import leaf, reshaped
from hopverify.interop.tracing.terms import Input

XI = np.array([[1.0, -1.0, 0.5], [1.0, 1.0, 0.0]])


@dataclass(eq=False)
class Node:
    op: str
    name: str
    target: Any
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    meta: dict[str, Any] = field(default_factory=dict)


@dataclass
class Operation:
    name: str
    tags: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name


class Graph:
    """A graph of one argument ``x``, written node by node; shapes are those that PyTorch would have found."""

    def __init__(self, *shape: int, dtype: str = "float32") -> None:
        self.nodes: list[Node] = []
        self.arrays: dict[str, Any] = {}
        self.shape = shape
        self.x = self._add(Node("placeholder", "x", "x"), shape, dtype)

    def _add(self, node: Node, shape: tuple[int, ...], dtype: str) -> Node:
        node.meta["val"] = SimpleNamespace(shape=shape, dtype=f"torch.{dtype}")
        self.nodes.append(node)
        return node

    def array(self, name: str, values: Any, dtype: str = "float32") -> Node:
        held = np.asarray(values, dtype=dtype)
        self.arrays[name] = held
        return self._add(Node("placeholder", name, name), held.shape, held.dtype.name)

    def __call__(
        self, operation: str, shape: tuple[int, ...], *args: Any, dtype: str = "float32", **kwargs: Any
    ) -> Node:
        tags = kwargs.pop("tags", ())
        node = Node("call_function", f"n{len(self.nodes)}", Operation(f"aten.{operation}", tags), args, kwargs)
        return self._add(node, shape, dtype)

    def read(self, result: Node, **options: Any) -> Structure:
        reading = Reading(fold, **options)
        given: dict[str, Any] = {name: reading.constant(values) for name, values in self.arrays.items()}
        given["x"] = leaf(Input("x", tuple(extent for extent in self.shape if extent != 1)), self.shape)
        (energy,) = reading.graph([*self.nodes, Node("output", "output", "output", ((result,),))], given)
        titles = self.arrays.items()

        def title(values: Any) -> str | None:
            return next((name for name, own in titles if own.shape == values.shape and np.all(own == values)), None)

        return Finder({"x": int(np.prod(self.shape))}, Names({"x"}).of, title).structure(reshaped(energy, ()))


def fold(target: Any, args: Any, kwargs: Any) -> Any:
    """Compute the few operations on constants that the graphs here have."""
    known = {
        "aten.permute.default": np.transpose,
        "aten.exp.default": np.exp,
        "aten.linalg_inv.default": np.linalg.inv,
        "aten.flip.default": np.flip,
        "aten.clone.default": np.copy,
        "aten.index.Tensor": lambda values, places: values[tuple(places)],
        "aten.index_put.default": _put,
        "aten.constant_pad_nd.default": lambda values, pads, fill=0: np.pad(values, pads, constant_values=fill),
    }
    return known[str(target)](*args)


def _put(values: Any, places: Any, new: Any, accumulate: bool = False) -> Any:
    found = values.copy()
    found[tuple(places)] = new
    return found


def of_layers(found: Structure) -> list[Any]:
    return [(hidden.act["lagrangian"], hidden.size) for hidden in found.hidden]


def half_square(graph: Graph) -> Node:
    squares = graph("pow.Tensor_Scalar", graph.shape, graph.x, 2)
    return graph("mul.Tensor", (), graph("sum.default", (), squares), 0.5)


def test_log_sum_exp_is_a_softmax_layer_and_the_square_its_leak() -> None:
    graph = Graph(3)
    scores = graph("mv.default", (2,), graph.array("xi", XI), graph.x)
    free = graph("logsumexp.default", (), graph("mul.Tensor", (2,), scores, 2.0), [0])
    found = graph.read(graph("sub.Tensor", (), half_square(graph), graph("div.Tensor", (), free, 2.0)))
    assert of_layers(found) == [({"softmax": {"beta": 2}}, 2)]
    assert found.leaks["x"].tolist() == [1, 1, 1]
    assert list(found.synapses) == ["xi"]
    assert np.array_equal(found.synapses["xi"].arrays["weights"], XI)


def test_what_is_common_to_all_scores_stands_outside() -> None:
    graph = Graph(1, 3)
    distances = graph("_cdist_forward.default", (1, 2), graph.x, graph.array("mu", XI), 2.0, None)
    scores = graph("neg.default", (1, 2), graph("pow.Tensor_Scalar", (1, 2), distances, 2))
    found = graph.read(graph("neg.default", (1,), graph("logsumexp.default", (1,), scores, [1])))
    assert of_layers(found) == [("softmax", 2)]
    assert found.leaks["x"].tolist() == [2, 2, 2]
    assert np.array_equal(found.hidden[0].bias, -(XI.astype(float) ** 2).sum(axis=1))


def test_a_quadratic_form_is_a_leak_and_weights() -> None:
    graph = Graph(2)
    A = graph.array("A", [[3.0, 1.0], [0.0, 1.0]])
    form = graph("dot.default", (), graph.x, graph("mv.default", (2,), A, graph.x))
    found = graph.read(form)
    assert found.leaks["x"].tolist() == [6, 2]
    (weights,) = found.synapses.values()
    assert (weights.kind, weights.arrays["weights"].tolist()) == ("dense", [[0, -1], [-1, 0]])


def test_a_bent_sum_of_overlaps_is_a_hidden_layer_or_an_associative_synapse() -> None:
    graph = Graph(3)
    xi = graph.array("xi", XI)
    hidden = graph("add.Tensor", (2,), graph("mv.default", (2,), xi, graph.x), graph.array("b", [0.5, 0.25]))
    free = graph("sum.default", (), graph("softplus.default", (2,), hidden))
    cubes = graph("pow.Tensor_Scalar", (2,), graph("mv.default", (2,), xi, graph.x), 3)
    found = graph.read(graph("sub.Tensor", (), graph("neg.default", (), free), graph("sum.default", (), cubes)))
    assert of_layers(found) == [("sigmoid", 2)]
    assert found.hidden[0].bias.tolist() == [0.5, 0.25]
    assert sorted(part.kind for part in found.synapses.values()) == ["associative", "dense"]


def test_silu_within_a_network_keeps_its_matrices() -> None:
    graph = Graph(3)
    hidden = graph("mv.default", (2,), graph.array("W", XI), graph.x)
    bent = graph("silu.default", (2,), hidden)
    again = graph("softplus.default", (2,), graph("mv.default", (2,), graph.array("V", np.eye(2) + 1), bent))
    (part,) = graph.read(graph("sum.default", (), again)).synapses.values()
    assert part.fields["energy"] == "sum(softplus(V@(sigmoid(W@x)*(W@x))))"


def test_numbers_are_those_of_the_type_that_computes_with_them() -> None:
    def energy(dtype: str, **options: Any) -> str:
        graph = Graph(2, dtype=dtype)
        scaled = graph("mul.Tensor", (2,), graph.x, 0.1, dtype=dtype)
        found = graph.read(
            graph("sum.default", (), graph("cos.default", (2,), scaled, dtype=dtype), dtype=dtype), **options
        )
        return str(next(iter(found.synapses.values())).fields["energy"])

    assert energy("float32") == "sum(cos(13421773/134217728*x))"
    assert energy("float64") == f"sum(cos({Fraction(0.1)}*x))"
    assert energy("float32", literal=simplest) == "sum(cos(x/10))"


def test_constants_are_computed_by_the_program_and_a_constant_energy_is_left_out() -> None:
    graph = Graph(2)
    inverse = graph("linalg_inv.default", (2, 2), graph.array("A", [[2.0, 0.0], [0.0, 4.0]]))
    form = graph("dot.default", (), graph.x, graph("mv.default", (2,), inverse, graph.x))
    found = graph.read(graph("add.Tensor", (), form, 1.5))
    assert found.leaks["x"].tolist() == [1, 0.5]
    assert found.constant == 1.5


def test_an_array_is_broadcast_as_pytorch_does() -> None:
    graph = Graph(1, 3)
    tall = graph.array("t", [[1.0], [2.0]])
    found = graph.read(graph("sum.default", (), graph("mul.Tensor", (2, 3), graph.x, tall)))
    assert [float(each) for each in found.biases["x"]] == [-3, -3, -3]


def sum_of(graph: Graph, operation: str, *args: Any, dtype: str = "float32", **kwargs: Any) -> Node:
    node = graph(operation, graph.shape, graph.x, *args, dtype=dtype, **kwargs)
    return graph("sum.default", (), node)


@pytest.mark.parametrize(
    ("operation", "args", "options", "told"),
    [
        ("native_dropout.default", (0.5, True), {}, "module.eval()"),
        ("bernoulli.p", (0.5,), {"tags": ("nondeterministic_seeded",)}, "random numbers"),
        ("mul_.Tensor", (2,), {}, "changed in place"),
        ("floor.default", (), {}, "aten.floor.default has no counterpart"),
        ("div.Tensor_mode", (2,), {"rounding_mode": "floor"}, "rounds to whole numbers"),
        ("_to_copy.default", (), {"dtype": "int64"}, "a result of type int64"),
        ("_to_copy.default", (), {"dtype": "float16"}, "a result of type float16"),
        ("view.dtype", ("int32",), {}, "bits read as another type"),
        ("empty_like.default", (), {}, "were never set"),
        ("mul.Tensor", (float("inf"),), {}, "the number inf"),
        ("eq.Scalar", (0,), {"dtype": "bool"}, "comparison for equality"),
        ("sort.stable", (), {}, "aten.sort.stable has no counterpart"),
        ("softplus.default", (1, 5), {}, "threshold below 20"),
    ],
)
def test_what_has_no_counterpart_is_refused_by_name(
    operation: str, args: tuple[Any, ...], options: dict[str, Any], told: str
) -> None:
    graph = Graph(3)
    with pytest.raises(HopverifyError) as caught:
        graph.read(sum_of(graph, operation, *args, **options))
    assert told in str(caught.value)


def test_a_result_that_does_not_use_what_is_refused_stands() -> None:
    graph = Graph(3)
    graph("sort.stable", (3,), graph.x)
    assert graph.read(graph("sum.default", (), graph.x)).biases["x"].tolist() == [-1, -1, -1]


def test_types_are_not_mixed() -> None:
    graph = Graph(3)
    half = graph.array("h", 0.1, "float64")
    with pytest.raises(HopverifyError, match="float32 and float64 are mixed"):
        graph.read(graph("sum.default", (), graph("mul.Tensor", (3,), graph.x, half)))


def test_rows_of_an_argument_have_to_be_layers() -> None:
    graph = Graph(2, 3)
    with pytest.raises(Rows):
        graph.read(graph("sum.default", (), graph("logsumexp.default", (2,), graph.x, [1])))


def test_a_refusal_tells_the_line_of_the_program() -> None:
    graph = Graph(3)
    node = graph("sort.stable", (3,), graph.x)
    node.meta["stack_trace"] = '  File "/models/net.py", line 7, in forward\n    return x.sort()'
    with pytest.raises(HopverifyError, match=r"\(at net.py:7, forward\)"):
        graph.read(graph("sum.default", (), node))


def quadratic_of(graph: Graph, moved: Node, *shape: int) -> Any:
    """Return the diagonal and the weights of the sum of squares of what is moved."""
    squares = graph("pow.Tensor_Scalar", shape, moved, 2)
    return graph.read(graph("sum.default", (), squares))


def test_what_only_moves_entries_is_read_by_where_they_go() -> None:
    graph = Graph(3)
    turned = graph("flip.default", (3,), graph.x, [0])
    found = graph.read(graph("dot.default", (), graph.x, turned))
    (weights,) = found.synapses.values()
    assert weights.arrays["weights"].tolist() == [[0, 0, -2], [0, -2, 0], [-2, 0, 0]]

    graph = Graph(3)
    places = graph.array("places", [0, 0, 2], dtype="int64")
    found = quadratic_of(graph, graph("index.Tensor", (3,), graph.x, [places]), 3)
    (weights,) = found.synapses.values()
    assert (weights.kind, weights.fields) == ("hebbian", {"scale": -2})
    assert weights.arrays["patterns"].tolist() == [[1, 0, 0], [1, 0, 0], [0, 0, 1]]

    graph = Graph(3)
    found = quadratic_of(graph, graph("constant_pad_nd.default", (5,), graph.x, [1, 1], 2.0), 5)
    assert (found.leaks["x"].tolist(), found.constant) == ([2, 2, 2], 8)

    graph = Graph(3)
    place, new = graph.array("place", [1], dtype="int64"), graph.array("new", [3.0])
    found = quadratic_of(graph, graph("index_put.default", (3,), graph.x, [place], new), 3)
    assert found.constant == 9


def test_entries_under_a_mask_of_the_state_are_chosen() -> None:
    graph = Graph(3)
    positive = graph("gt.Scalar", (3,), graph.x, 0, dtype="bool")
    below = graph("index_put.default", (3,), graph.x, [positive], graph.array("zero", 0.0))
    found = graph.read(graph("sum.default", (), below))
    assert "relu(-x)" in found.synapses["expression"].fields["energy"]


def test_connectives_of_comparisons_are_cases() -> None:
    graph = Graph(3)
    one = graph("gt.Scalar", (3,), graph.x, 1, dtype="bool")
    other = graph("lt.Scalar", (3,), graph.x, -1, dtype="bool")
    outside = graph("bitwise_or.Tensor", (3,), one, other, dtype="bool")
    inside = graph("bitwise_not.default", (3,), outside, dtype="bool")
    never = graph("logical_and.default", (3,), inside, graph.array("no", [False] * 3, dtype="bool"), dtype="bool")
    for which, step in ((outside, "max(x - 1, -x - 1)"), (inside, "-max("), (never, "min(")):
        chosen = graph("where.self", (3,), which, graph.x, graph.array("zero" + which.name, [0.0, 0.0, 0.0]))
        energy = graph.read(graph("sum.default", (), chosen)).synapses["expression"].fields["energy"]
        assert step in energy


@pytest.mark.parametrize(
    ("operation", "args", "told"),
    [
        ("index_put.default", ([None], 1.0, True), "added up where they meet"),
        ("prod.default", (), "one by one"),
        ("bitwise_and.Tensor", (1,), "for comparisons only"),
    ],
)
def test_what_moves_and_more_is_refused(operation: str, args: Any, told: str) -> None:
    graph = Graph(3)
    with pytest.raises(HopverifyError, match=told):
        graph.read(graph("sum.default", (), graph(operation, (3,), graph.x, *args)))


def test_a_state_that_is_rounded_is_refused() -> None:
    graph = Graph(3, dtype="float64")
    with pytest.raises(HopverifyError, match="rounded to float32"):
        graph.read(graph("sum.default", (), graph("_to_copy.default", (3,), graph.x)))


def test_numbers_that_were_never_set_must_not_remain() -> None:
    graph = Graph(3)
    place = graph.array("place", [0], dtype="int64")
    unset = graph("empty.memory_format", (3,), [3])
    one = graph("select.int", (), graph.x, 0, 0)
    with pytest.raises(HopverifyError, match="never set"):
        graph.read(graph("sum.default", (), graph("index_put.default", (3,), unset, [place], one)))


def test_entries_of_minus_infinity_are_left_out() -> None:
    graph = Graph(3)
    mask = graph.array("mask", [0.0, -np.inf, 0.0])
    scores = graph("mul.Tensor", (3,), graph("add.Tensor", (3,), graph.x, mask), 2.0)
    free = graph("logsumexp.default", (), graph("add.Tensor", (3,), graph("clone.default", (3,), scores), graph.x), [0])
    energy = graph.read(free).synapses["expression"].fields["energy"]
    assert energy == "log(dot(a_1, exp(3*x)))"

    graph = Graph(3)
    own = graph.array("own", [True, False, False], dtype="bool")
    infinite = graph.array("infinite", -np.inf)
    chosen = graph("where.self", (3,), own, infinite, graph.x)
    shares = graph("_softmax.default", (3,), chosen, 0, False)
    energy = graph.read(graph("dot.default", (), graph.x, shares)).synapses["expression"].fields["energy"]
    assert "exp(x)" in energy
    assert "softmax" not in energy


@pytest.mark.parametrize(
    ("operation", "args", "told"),
    [
        ("exp.default", (), "leave out"),
        ("mul.Tensor", (-1.0,), "leave out"),
        ("sum.default", (), "leave out"),
    ],
)
def test_minus_infinity_elsewhere_is_refused(operation: str, args: Any, told: str) -> None:
    graph = Graph(3)
    masked = graph("add.Tensor", (3,), graph.x, graph.array("mask", [0.0, -np.inf, 0.0]))
    with pytest.raises(HopverifyError, match=told):
        graph.read(graph("sum.default", (), graph(operation, (3,), masked, *args)))


def test_a_row_that_keeps_nothing_is_refused() -> None:
    graph = Graph(3)
    masked = graph("add.Tensor", (3,), graph.x, graph.array("mask", [-np.inf] * 3))
    with pytest.raises(HopverifyError, match="nothing is kept"):
        graph.read(graph("logsumexp.default", (), masked, [0]))
