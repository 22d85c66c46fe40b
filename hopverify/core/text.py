"""A core as text for the eye, and the files beside it."""

from __future__ import annotations

import json
from typing import Any

from hopverify.kernel.arrays import form_of
from hopverify.kernel.core import Core, Layer

WIDTH = 120


def readable(document: Any, indent: str = "") -> str:
    """Return JSON for the eye: what fits into a line is written on one."""
    text = json.dumps(document, ensure_ascii=False)
    if len(indent) + len(text) <= WIDTH or not isinstance(document, dict | list) or not document:
        return text
    inner = f"{indent}  "
    if isinstance(document, dict):
        entries = [f"{json.dumps(key)}: {readable(value, inner)}" for key, value in document.items()]
    else:
        entries = [readable(value, inner) for value in document]
    opening, closing = "{}" if isinstance(document, dict) else "[]"
    lines = ",\n".join(f"{inner}{entry}" for entry in entries)
    return f"{opening}\n{lines}\n{indent}{closing}"


def array_files(found: Core) -> dict[str, bytes]:
    """Return the contents of the files that a core names by digest, by their digests."""
    held = list(found.arrays.values())
    for layer in found.layers:
        held += [layer.bias, layer.tau, layer.leak] if isinstance(layer, Layer) else [layer.bias]
    files = {each.digest: each.preimage for each in held if form_of(each) == "sha256"}
    return files if found.original is None else files | array_files(found.original)
