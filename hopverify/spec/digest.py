"""The digest of a spec: equal for texts that say the same, whatever the format, the comments and the order of keys.

The order of the layers is no such order: vectors with one number for each neuron (`lower`, `upper`, states) go by it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from hopverify.spec.document import child

# Only here do array fields stand; a check named `file` under `expect:` is no array.
_SECTIONS = ("layers", "synapses", "memories", "arrays", "checks")


def array_files(tree: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the path and the value of each array field that names a file."""
    for section in _SECTIONS:
        yield from _files(tree.get(section), section)


def _files(value: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict):
        if isinstance(value.get("file"), str):
            yield path, value
        for key, item in value.items():
            yield from _files(item, child(path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _files(item, child(path, index))


def order_of_layers(tree: Mapping[str, Any]) -> list[str]:
    """Return the names of the layers in their order; of a tree without layers, none."""
    layers = tree.get("layers")
    return list(layers) if isinstance(layers, dict) else []


def spec_digest(tree: Mapping[str, Any], array_digests: Mapping[str, str], original: str | None = None) -> str:
    """Return the SHA-256 of canonical JSON: the tree, the order of its layers, the digests of its arrays and original.

    >>> spec_digest({"a": Fraction(1, 2), "b": "x"}, {}) == spec_digest({"b": "x", "a": Fraction(2, 4)}, {})
    True
    """
    content: dict[str, Any] = {"arrays": dict(array_digests), "spec": tree}
    order = order_of_layers(tree)
    if len(order) > 1:
        content["order"] = order
    if original is not None:
        content["original"] = original
    # A number becomes the text of its ratio. The text "1/2" in quotes reads the same wherever a number is expected.
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=_number)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _number(value: Any) -> str:
    if not isinstance(value, Fraction):
        raise TypeError(f"a spec's tree holds no {type(value).__name__}")
    return str(value)
