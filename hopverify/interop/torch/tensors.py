"""Tensors of PyTorch as arrays of NumPy, exactly; torch is loaded only when it is used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hopverify.errors import HopverifyError
from hopverify.extras import to_install
from hopverify.spec.array_files import check_finite, check_shape_and_type

Array = np.ndarray[Any, Any]


def torch_itself() -> Any:
    """Return the module ``torch``, or tell how to get it."""
    try:
        import torch
    except ImportError:
        raise HopverifyError(f"this needs PyTorch: {to_install('torch')}") from None
    return torch


_HELD = ("float16", "bfloat16", "float32", "float64", "uint8", "int8", "int16", "int32", "int64")


def numbers(tensor: Any) -> Array:
    """Return a tensor's numbers; those of float16 and bfloat16 as float32, which holds them exactly."""
    torch = torch_itself()
    kind = str(tensor.dtype).removeprefix("torch.")
    form = str(tensor.layout).removeprefix("torch.")
    unread = {
        f"quantised ({kind})": tensor.is_quantized,
        f"of type {kind}": kind not in _HELD,
        f"sparse ({form})": tensor.layout is not torch.strided,
        "without numbers (meta)": tensor.is_meta,
    }
    said = next((what for what, holds in unread.items() if holds), None)
    if said is not None:
        raise HopverifyError(f"a tensor that is {said} is not read; dense ones of {', '.join(_HELD)} are")
    detached = tensor.detach().cpu()
    if kind in ("float16", "bfloat16"):
        detached = detached.float()
    array: Array = detached.numpy()
    check_shape_and_type(array.shape, array.dtype)
    check_finite(array)
    return array


@dataclass(frozen=True)
class StateDict(Mapping[str, Array]):
    """Tensors by name; the numbers of each are looked at when it is asked for."""

    tensors: Mapping[str, Any]

    def __getitem__(self, name: str) -> Array:
        try:
            return numbers(self.tensors[name])
        except HopverifyError as error:
            raise HopverifyError(f"{name}: {error}") from None

    def __contains__(self, name: object) -> bool:
        return name in self.tensors

    def __iter__(self) -> Iterator[str]:
        return iter(self.tensors)

    def __len__(self) -> int:
        return len(self.tensors)


def load_state(path: Path | str) -> Mapping[str, Array]:
    """Return the tensors in a file of ``torch.save``: a state dict, or a mapping with one under ``state_dict``."""
    torch = torch_itself()
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        advice = "only tensors and plain containers are read; save module.state_dict(), best as .safetensors"
        raise HopverifyError(f"{path}: {advice} ({type(error).__name__})") from None
    if isinstance(state, Mapping) and isinstance(state.get("state_dict"), Mapping):
        state = state["state_dict"]
    if not isinstance(state, Mapping):
        raise HopverifyError(f"{path}: holds no state dict but {type(state).__name__}")
    return StateDict({str(name): value for name, value in state.items() if isinstance(value, torch.Tensor)})
