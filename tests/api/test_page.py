"""docs/api.md has every public name, with the signature that it has. Its examples run with those of other pages."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import hopverify

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


def signature(function: Any) -> str:
    """Return how the page writes a function: its name, and its parameters without their types."""
    found = inspect.signature(function)
    plain = [each.replace(annotation=inspect.Parameter.empty) for each in found.parameters.values()]
    text = str(found.replace(parameters=plain, return_annotation=inspect.Signature.empty))
    return function.__name__ + re.sub(r"<function (\w+) at 0x[0-9a-f]+>", r"\1", text)


def test_each_public_name_is_on_the_page() -> None:
    for name in hopverify.__all__:
        assert name == "__version__" or re.search(rf"`[^`\n]*\b{name}\b[^`\n]*`", PAGE), name


def test_signatures_are_those_of_the_code() -> None:
    written = {found[1]: found[0] for found in re.finditer(r"(?<=`)([A-Za-z_]+)\([^`\n]*\)(?=`(?:\n|:))", PAGE)}
    callables = [name for name in hopverify.__all__ if inspect.isfunction(getattr(hopverify, name))]
    for name in (*callables, "Layer", "Synapse"):
        assert written[name] == signature(getattr(hopverify, name)), name
