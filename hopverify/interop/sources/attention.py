"""Attention heads in trained tensors: the keys of one input as the memories of each head.

    hopverify import model.pt --out specs --set input=x.npy --set heads=8 --set prefix=encoder.layer.0.attention.self.
    hopverify import model.safetensors --from attention --out specs --set input=x.npy --set heads=8

A file of ``torch.save`` needs PyTorch, and is read with ``weights_only=True``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from hopverify.errors import HopverifyError
from hopverify.interop.attention import Told, attention_heads, key_projection
from hopverify.interop.imported import Imported
from hopverify.interop.memories import Naming
from hopverify.interop.source import Request, Source
from hopverify.interop.state_dict import PICKLED, read_tensors, widened
from hopverify.spec.array_files import read_numbers
from hopverify.spec.numbers import number
from hopverify.spec.spread import DTYPES

ROOT = "1/sqrt(d)"


def _read(request: Request) -> Sequence[Imported]:
    settings = request.settings
    for needed in ("input", "heads"):
        if needed not in settings:
            raise HopverifyError(f"{request.path}: the keys of a head are those of an input: --set {needed}=…")
    told = Told(_scale(settings), _count(settings, "key_heads"), tuple(_listed(settings, "ignore") or ()))
    heads = _count(settings, "heads") or 0
    projection = key_projection(read_tensors(request.path), heads, prefix=settings.get("prefix"), told=told)
    input_file = Path(settings["input"])
    inputs = widened(read_numbers(input_file.parent, input_file.name, None))
    labels = _listed(settings, "labels")
    dtype = settings.get("dtype")
    if dtype is not None and dtype not in DTYPES:
        raise HopverifyError(f"dtype is one of {', '.join(DTYPES)}, got {dtype!r}")
    name = settings.get("name", request.path.stem)
    naming = Naming(name, f"Keys for the input {input_file.name} of the attention in {request.path.name}.", labels)
    only = _only(request, projection.heads)
    return attention_heads(projection, inputs, naming, scale=told.scale, dtype=dtype, only=only)


def _count(settings: Mapping[str, str], name: str) -> int | None:
    if name not in settings:
        return None
    if not settings[name].isdecimal():
        raise HopverifyError(f"{name} is a number of heads, got {settings[name]!r}")
    return int(settings[name])


def _scale(settings: Mapping[str, str]) -> Fraction | str | None:
    text = settings.get("scale")
    if text is None or text == ROOT:
        return text
    try:
        scale = number(text)
    except ValueError as error:
        raise HopverifyError(f"scale is {ROOT}, or the number that multiplies q·k: {error}") from None
    if scale <= 0:
        raise HopverifyError(f"scale is {ROOT}, or a positive number, got {text}")
    return scale


def _listed(settings: Mapping[str, str], name: str) -> list[str] | None:
    return [part.strip() for part in settings[name].split(",")] if name in settings else None


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
        "heads": "the number of heads, of the queries if they have more than the keys",
        "key_heads": "the number of heads that the keys have, where groups of queries share them",
        "scale": "what multiplies q·k in the scores: 1/sqrt(d), or a number; needed where the tensors do not tell",
        "ignore": "parts of the layer that have nothing to do with its scores, with commas between",
        "prefix": "what stands before the names of the layer's tensors, where there are several layers",
        "labels": "a label for each row of the input, with commas between",
        "dtype": "the keys are known up to rounding to bfloat16, float16 or float32",
        "name": "the name of the specs; the file's unless stated",
    },
)
