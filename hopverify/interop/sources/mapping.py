"""Trained tensors by a mapping file: a spec that names tensors where a spec names files.

hopverify import model.map.yaml --from mapping --out specs --set tensors=model.safetensors
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hopverify.errors import HopverifyError
from hopverify.interop.imported import Imported
from hopverify.interop.mapping import mapped
from hopverify.interop.source import Request, Source
from hopverify.interop.state_dict import READ, read_tensors


def _read(request: Request) -> Sequence[Imported]:
    if "tensors" not in request.settings:
        raise HopverifyError(f"{request.path}: say where the tensors are, --set tensors=FILE ({', '.join(READ)})")
    return [mapped(request.path, read_tensors(Path(request.settings["tensors"])))]


SOURCE = Source(
    name="mapping",
    summary="a spec whose arrays are tensors of a state dict, named by {tensor: …}",
    suffixes=(".yaml", ".yml", ".toml", ".json"),
    read=_read,
    extra="torch",
    settings={"tensors": "the file of the tensors: .safetensors, .npz, or one of torch.save (with PyTorch)"},
)
