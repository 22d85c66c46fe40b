"""Attention heads in trained tensors: the keys of one input as the memories of each head.

    hopverify import model.pt --out specs --set input=x.npy --set heads=8 --set prefix=encoder.layer.0.attention.self.
    hopverify import model.safetensors --from attention --out specs --set input=x.npy --set heads=8

A file of ``torch.save`` needs PyTorch, and is read with ``weights_only=True``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from hopverify.errors import HopverifyError
from hopverify.interop.attention import attention_heads, key_projection
from hopverify.interop.imported import Imported
from hopverify.interop.memories import Naming
from hopverify.interop.source import Request, Source
from hopverify.interop.state_dict import PICKLED, narrowed, read_tensors
from hopverify.spec.array_files import read_array_file
from hopverify.spec.spread import DTYPES


def _read(request: Request) -> Sequence[Imported]:
    settings = request.settings
    for needed in ("input", "heads"):
        if needed not in settings:
            raise HopverifyError(f"{request.path}: the keys of a head are those of an input: --set {needed}=…")
    projection = key_projection(read_tensors(request.path), _count(settings), prefix=settings.get("prefix"))
    input_file = Path(settings["input"])
    inputs = narrowed(read_array_file(input_file.parent, input_file.name, None).floats())
    labels = [label.strip() for label in settings["labels"].split(",")] if "labels" in settings else None
    dtype = settings.get("dtype")
    if dtype is not None and dtype not in DTYPES:
        raise HopverifyError(f"dtype is one of {', '.join(DTYPES)}, got {dtype!r}")
    name = settings.get("name", request.path.stem)
    naming = Naming(name, f"Keys for the input {input_file.name} of the attention in {request.path.name}.", labels)
    return attention_heads(projection, inputs, naming, dtype=dtype, only=_only(request, projection.heads))


def _count(settings: Mapping[str, str]) -> int:
    if not settings["heads"].isdecimal():
        raise HopverifyError(f"heads is the number of heads, got {settings['heads']!r}")
    return int(settings["heads"])


def _only(request: Request, heads: int) -> list[int] | None:
    if request.member is None:
        return None
    if not request.member.isdecimal() or int(request.member) >= heads:
        raise HopverifyError(f"after the colon stands one of the heads 0 to {heads - 1}, got {request.member!r}")
    return [int(request.member)]


SOURCE = Source(
    name="attention",
    summary="attention heads in a state dict: the keys of one input as memories",
    suffixes=PICKLED,
    read=_read,
    extra="torch",
    settings={
        "input": "an array file: one vector a row, what the layer attends to",
        "heads": "the number of heads",
        "prefix": "what stands before the names of the layer's tensors, where there are several layers",
        "labels": "a label for each row of the input, with commas between",
        "dtype": "the keys are known up to rounding to bfloat16, float16 or float32",
        "name": "the name of the specs; the file's unless stated",
    },
)
