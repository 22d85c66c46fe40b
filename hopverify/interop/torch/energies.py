"""An energy, a flow or one update in PyTorch, as a spec: ``verify(energy_spec(module, torch.zeros(64)))``.

An energy E becomes the gradient flow ẋ = -∇E of its arguments: layers of identity neurons whose leak is what E has of
½ρx². Its graph is read (:mod:`hopverify.interop.tracing.graphs`), taken apart into what more is proved of than of an
expression (:mod:`hopverify.interop.tracing.structure`), and compared with the module before it is returned.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from hopverify.errors import HopverifyError
from hopverify.interop.imported import Imported
from hopverify.interop.torch.calls import copied, differentiated, own_rules, quiet, returned
from hopverify.interop.torch.comparison import Original, compare
from hopverify.interop.torch.document import RETURNS, Wanted, document
from hopverify.interop.torch.programs import Program, program
from hopverify.interop.torch.reading import Read, read_program
from hopverify.interop.torch.tensors import torch_itself
from hopverify.networks import build_model

Array = NDArray[Any]


def energy_spec(
    function: Any,
    example: Any,
    *,
    name: str | None = None,
    returns: str | None = None,
    decimals: bool = False,
    checks: Sequence[Any] | str | None = None,
    expect: Mapping[str, str] | None = None,
) -> Imported:
    """Return an ``nn.Module``, or a function of tensors, that returns an energy as a spec with its arrays.

    ``example`` is an argument, or a tuple of them; only shapes and the type of floats matter. ``returns`` says what is
    returned: ``energy``, one number, is the default; ``flow``, ẋ for each argument; ``update``, the next states. With
    ``decimals`` numbers in the program's text are the short decimals that round to them. ``checks`` and ``expect`` are
    the spec's own.
    """
    examples = _examples(example)
    bare = copied(function)
    kind = returns or "energy"
    if kind not in RETURNS:
        raise HopverifyError(f"returns is one of {', '.join(RETURNS)}, got {returns!r}")
    made = program(bare, examples)
    shapes = [tuple(each.shape) for each in examples]
    title = name or str(getattr(function, "__name__", type(function).__name__))
    wanted = Wanted(title, kind, decimals, checks, expect)
    read = read_program(
        made,
        _names_of(bare, len(examples)),
        shapes,
        kind,
        decimals=decimals,
        fits=lambda read: build_model(document(read, wanted).model_spec()),
    )
    if kind == "energy":
        _take_for_granted(read, made, bare, examples)
    dtype = str(examples[0].dtype).removeprefix("torch.")
    original = Original(bare, shapes, dtype, kind)

    def split(states: Sequence[Array]) -> dict[str, Array]:
        pairs = zip(read.arguments, states, strict=True)
        return {layer: state for argument, values in pairs for layer, state in argument.states(values).items()}

    found = compare(document(read, wanted), original, split, read.structure.constant)
    read.notes[found.told()] = None
    return document(read, wanted)


def _examples(example: Any) -> list[Any]:
    """Return the arguments of the example: floats on the processor."""
    torch = torch_itself()
    given = list(example) if isinstance(example, list | tuple) else [example]
    for each in given:
        if not isinstance(each, torch.Tensor):
            raise HopverifyError(f"the example is a tensor, or a tuple of them, got {type(each).__name__}")
        if each.dtype not in (torch.float32, torch.float64):
            raise HopverifyError(f"a state is float32 or float64, got {str(each.dtype).removeprefix('torch.')}")
        if not each.numel():
            raise HopverifyError(f"a state has neurons; the example has the shape {tuple(each.shape)}")
    if len({each.dtype for each in given}) > 1:
        raise HopverifyError("the arguments of the example are of one type, float32 or float64")
    return [torch.zeros(each.shape, dtype=each.dtype) for each in given]


def _names_of(function: Any, count: int) -> list[str]:
    """Return what the program calls its arguments."""
    called = getattr(function, "forward", function)
    try:
        parameters = list(inspect.signature(called).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    own = [each.name for each in parameters if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]
    return own[:count] if len(own) >= count else [f"x{index + 1}" if count > 1 else "x" for index in range(count)]


def _take_for_granted(read: Read, made: Program, function: Any, examples: Sequence[Any]) -> None:
    """Note whose gradients are another's than those of the function that is read: they are compared, not proved."""
    with quiet(), differentiated():
        parts = returned(function(*[each.clone().requires_grad_() for each in examples]))
    for rule in dict.fromkeys(rule for part in parts for rule in own_rules(part)):
        read.assumed[f"the derivative rule of {rule} is its derivative"] = None
    if made.stopped:
        read.assumed["where the program stops gradients (detach, no_grad), those of the energy are the same"] = None
