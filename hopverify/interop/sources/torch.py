"""PyTorch: Python files that define a module or a function which returns an energy. They are run: ``--allow-code``.

hopverify import model.py:energy --out specs --allow-code --set input=64
hopverify import model.py:energy --out specs --allow-code --set input=1x64,1x8
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hopverify.errors import HopverifyError
from hopverify.interop.code import member_of, run_file
from hopverify.interop.imported import Imported
from hopverify.interop.source import Request, Source, yes

_SHAPES = "the shape of a state, as in 64 or 1x8x8, with commas between several arguments"


def _read(request: Request) -> Sequence[Imported]:
    from hopverify.interop.torch.energies import energy_spec
    from hopverify.interop.torch.tensors import torch_itself

    torch = torch_itself()
    shapes = _shapes(request)
    name, function = member_of(run_file(request.path), _is_program, request.member, "module or function")
    if isinstance(function, type):
        raise HopverifyError(f"{name} is a class: give the name of a module made of it, as in model.py:energy")
    kind = request.settings.get("dtype", "float32")
    if kind not in ("float32", "float64"):
        raise HopverifyError(f"dtype is float32 or float64, got {kind!r}")
    example = tuple(torch.zeros(shape, dtype=getattr(torch, kind)) for shape in shapes)
    title = request.settings.get("name") or f"{request.path.stem}-{name}"
    decimals = yes(request.settings, "decimals")
    return [energy_spec(function, example, name=title, returns=request.settings.get("returns"), decimals=decimals)]


def _is_program(found: Any) -> bool:
    """Whether something may return an energy: a module, or a function of the file itself."""
    from hopverify.interop.code import MODULE
    from hopverify.interop.torch.tensors import torch_itself

    if isinstance(found, torch_itself().nn.Module):
        return True
    return callable(found) and getattr(found, "__module__", None) == MODULE


def _shapes(request: Request) -> list[tuple[int, ...]]:
    text = request.settings.get("input")
    if text is None:
        raise HopverifyError(f"{request.path}: say what it is a function of, --set input=SHAPE: {_SHAPES}")
    try:
        shapes = [tuple(int(extent) for extent in part.strip().split("x")) for part in text.split(",")]
    except ValueError:
        shapes = [(0,)]
    if any(extent < 1 for shape in shapes for extent in shape):
        raise HopverifyError(f"input is {_SHAPES}; got {text!r}")
    return shapes


SOURCE = Source(
    name="torch",
    summary="a module or a function of PyTorch that returns an energy, a flow or one update, defined by a Python file",
    suffixes=(".py",),
    read=_read,
    extra="torch",
    settings={
        "input": _SHAPES,
        "name": "the name of the spec; the file's and the member's unless stated",
        "returns": "what it returns: energy (unless stated), flow (dx/dt), or update (the next state)",
        "dtype": "the type of the state, float32 (unless stated) or float64",
        "decimals": "yes: 0.1 in the program means 1/10, not the float32 that it becomes",
    },
    runs_code=True,
    needs=("input",),
)
