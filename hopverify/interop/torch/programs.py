"""What is asked of PyTorch: the graph of a module or a function, its arrays, and constants computed from others.

``torch.export`` makes the graph, without whatever the program changes in place; where it cannot, as with a gradient
that the program itself takes, ``make_fx`` does, with tensors that hold no numbers, so that no branch is chosen by one.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hopverify.errors import HopverifyError
from hopverify.interop.torch.calls import copied, quiet, returned, undone
from hopverify.interop.torch.tensors import numbers, torch_itself

Array = np.ndarray[Any, Any]

# Operations that are read as they are, and not taken apart.
WHOLE = (
    "logsumexp",
    "silu",
    "softplus",
    "mish",
    "logaddexp",
    "log_sigmoid_forward",
    "_safe_softmax",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "_pad_circular",
    "index_select",
    "roll",
    "flip",
    "xlogy",
    "special_xlog1py",
    "special_entr",
    "linalg_inv",
    "linalg_solve",
    "linalg_pinv",
    "linalg_eigh",
    "linalg_svd",
    "linalg_cholesky",
)


@dataclass(frozen=True)
class Program:
    """A graph: its nodes, the numbers of its parameters, buffers and constants by the names of its nodes.

    ``titles`` are the program's own names of these. ``arguments`` are the placeholders of the arguments, ``results``
    the nodes of the results, where a graph has others too.
    """

    nodes: Sequence[Any]
    arguments: Sequence[str]
    arrays: Mapping[str, Array]
    titles: Mapping[str, str]
    results: Sequence[str] | None = None
    stopped: bool = False
    rules: tuple[str, ...] = field(default=())


def program(function: Any, example: Sequence[Any]) -> Program:
    """Return the graph of a module or a function, or raise with what keeps it from having one."""
    torch = torch_itself()
    module = function if isinstance(function, torch.nn.Module) else _holder(function)
    with quiet():
        _check_result(function, example)
        try:
            with undone():
                return _exported(module, example)
        except HopverifyError:
            raise
        except Exception as first:
            try:
                with undone():
                    return _traced(function, example)
            except HopverifyError:
                raise
            except Exception as second:
                raise HopverifyError(_no_graph(first, second)) from second


def _check_result(function: Any, example: Sequence[Any]) -> None:
    """Raise if a call on the example fails, or returns what is no tensor."""
    try:
        found = copied(function)(*[each.clone() for each in example])
    except Exception as error:
        said = (str(error).strip().splitlines() or [""])[0]
        raise HopverifyError(f"a call on the example fails: {type(error).__name__}: {said}") from error
    returned(found)


def _no_graph(first: Exception, second: Exception) -> str:
    said = [str(each).strip().splitlines()[:1] or [""] for each in (first, second)]
    told = "; ".join(dict.fromkeys(f"{type(e).__name__}: {s[0]}" for e, s in zip((first, second), said, strict=True)))
    data = ("DataDependent", "GuardOnData", "non_strict")
    if _within_distributions(first):
        return (
            "PyTorch makes no graph of it: torch.distributions looks whether its argument is allowed; make the"
            " distribution with validate_args=False"
        )
    advice = (
        "which way it goes depends on numbers of the state (if, while, .item(), .numpy()); write it with torch.where"
        if any(word in type(each).__name__ for each in (first, second) for word in data)
        else "call it once on the example to see whether it runs; only what torch does to tensors is traced"
    )
    return f"PyTorch makes no graph of it: {advice} ({told})"


def _within_distributions(error: BaseException) -> bool:
    """Whether an error arose in the code of torch.distributions."""
    files = [frame.filename.replace("\\", "/") for frame in traceback.extract_tb(error.__traceback__)]
    return any("/torch/distributions/" in file for file in files)


def _holder(function: Callable[..., Any]) -> Any:
    """Return a module that calls a function, as export wants one."""
    torch = torch_itself()

    class Holder(torch.nn.Module):  # type: ignore[misc, name-defined]
        def forward(self, *arguments: Any) -> Any:
            return function(*arguments)

    return Holder()


def _exported(module: Any, example: Sequence[Any]) -> Program:
    torch = torch_itself()
    exported = torch.export.export(module, tuple(example), strict=False)
    stopped = _stops(exported.graph_module)
    exported = exported.run_decompositions(_decompositions())
    signature = exported.graph_signature
    changed = [*signature.buffers_to_mutate.values(), *signature.user_inputs_to_mutate.values()]
    changed += getattr(signature, "parameters_to_mutate", {}).values()
    if changed:
        raise HopverifyError(
            f"calling it changes {', '.join(map(repr, changed))} in place, so that it is no function of its argument:"
            " compute new tensors (and call module.eval(), where it is a statistic of training)"
        )
    arrays, titles = {}, {}
    for spec in signature.input_specs:
        if spec.target is not None:
            tensor = exported.state_dict.get(spec.target, exported.constants.get(spec.target))
            arrays[spec.arg.name], titles[spec.arg.name] = held(tensor, spec.target), spec.target
    for name, tensor in exported.graph_module.named_buffers():
        arrays[name] = held(tensor, name)
    nodes = list(exported.graph.nodes)
    return Program(nodes, list(signature.user_inputs), arrays, titles, list(signature.user_outputs), stopped)


def held(tensor: Any, name: str) -> Array:
    """Return the numbers of a parameter or constant; what has no exact array is told by its name."""
    torch = torch_itself()
    if not isinstance(tensor, torch.Tensor):
        raise HopverifyError(f"{name}: is no tensor but {type(tensor).__name__}")
    if tensor.dtype == torch.bool:
        found: Array = tensor.detach().cpu().numpy()
        return found
    if tensor.dtype in (torch.float16, torch.bfloat16):
        raise HopverifyError(f"{name} is of type {str(tensor.dtype)[6:]}, in which sums lose most digits: use .float()")
    if tensor.ndim and not torch.isfinite(tensor).all():
        infinite: Array = tensor.detach().cpu().numpy()
        return infinite
    try:
        return numbers(tensor)
    except HopverifyError as error:
        raise HopverifyError(f"{name}: {error}") from None


def _stops(graph_module: Any) -> bool:
    """Whether the program stops a gradient somewhere."""
    names = {str(node.target) for part in graph_module.modules() if hasattr(part, "graph") for node in part.graph.nodes}
    return any("detach" in name or "set_grad_enabled" in name for name in names)


def _decompositions() -> Any:
    torch = torch_itself()
    table = torch.export.default_decompositions()
    for operation in list(table.keys()):
        if str(operation).split(".")[1] in WHOLE:
            table.pop(operation)
    return table


def _traced(function: Any, example: Sequence[Any]) -> Program:
    """Return the graph that make_fx records; tensors are fake, so that a branch by their numbers is an error."""
    torch = torch_itself()
    from torch.fx.experimental.proxy_tensor import make_fx

    module = isinstance(function, torch.nn.Module)
    own = {**dict(function.named_parameters()), **dict(function.named_buffers())} if module else {}

    def called(tensors: Mapping[str, Any], *arguments: Any) -> Any:
        return torch.func.functional_call(function, dict(tensors), arguments) if module else function(*arguments)

    table = {key: value for key, value in _decompositions().items() if callable(value)}
    inputs = [each.detach().clone().requires_grad_() for each in example]
    detached = {name: tensor.detach().clone() for name, tensor in own.items()}

    def recorded(pure: Callable[..., Any]) -> Any:
        record = make_fx(pure, decomposition_table=table, tracing_mode="fake", _allow_non_fake_inputs=True)
        return record(detached, *inputs)

    try:
        graph_module = recorded(torch.func.functionalize(called, remove="mutations_and_views"))
    except RuntimeError:
        # A program that asks for gradients of what it makes itself; what it changes in place is refused by the reader.
        graph_module = recorded(called)
    nodes = list(graph_module.graph.nodes)
    places = [node.name for node in nodes if node.op == "placeholder"]
    arrays = {place: held(tensor, name) for place, (name, tensor) in zip(places, own.items(), strict=False)}
    titles = dict(zip(places, own, strict=False))
    for node in nodes:
        if node.op == "get_attr":
            arrays[node.target] = held(_attribute(graph_module, node.target), node.target)
    return Program(nodes, places[len(own) :], arrays, titles, None, True)


def _attribute(module: Any, path: str) -> Any:
    for part in path.split("."):
        module = getattr(module, part)
    return module


def fold(target: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """Return what PyTorch computes for a call whose arguments are constants."""
    torch = torch_itself()

    def given(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return torch.from_numpy(np.array(value))
        if isinstance(value, list | tuple):
            return [given(each) for each in value]
        return value

    with torch.no_grad():
        found = target(*map(given, args), **{key: given(value) for key, value in kwargs.items()})
    return _arrays(found)


def _arrays(found: Any) -> Any:
    if isinstance(found, list | tuple):
        return tuple(map(_arrays, found))
    return found.detach().cpu().numpy() if hasattr(found, "detach") else found
