"""docs/api.md and docs/reference.md have every public name, and each name has an example of its own.

The examples of the guide run with those of other pages, and those of docstrings with the doctests of the package.
"""

from __future__ import annotations

import ast
import builtins
import doctest
import importlib
import re
from pathlib import Path

import pytest

import hopverify

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = (DOCS / "api.md").read_text(encoding="utf-8")
REFERENCE = re.findall(r"^::: ([\w.]+)$", (DOCS / "reference.md").read_text(encoding="utf-8"), re.MULTILINE)
MODULES = ("hopverify", "hopverify.testing", "hopverify.strategies")


def test_each_public_name_is_in_the_guide() -> None:
    for name in hopverify.__all__:
        assert name == "__version__" or re.search(rf"(?:^### |`)[^`\n]*\b{name}\b", GUIDE, re.MULTILINE), name


def test_signatures_are_in_the_reference_only() -> None:
    assert not re.findall(r"^`\w+\([^`\n]*\)`$", GUIDE, re.MULTILINE)


def test_the_reference_has_each_public_name_once() -> None:
    public = [f"{module}.{name}" for module in MODULES for name in importlib.import_module(module).__all__]
    assert sorted(REFERENCE) == sorted(set(public) - {"hopverify.__version__"})


def unbound(source: str) -> set[str]:
    """Return the names that a program reads, and neither binds nor imports."""
    nodes = list(ast.walk(ast.parse(source)))
    names = [node for node in nodes if isinstance(node, ast.Name)]
    bound = {node.id for node in names if isinstance(node.ctx, ast.Store)} | set(dir(builtins))
    bound |= {alias.asname or alias.name for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names}
    bound |= {node.name or "" for node in nodes if isinstance(node, ast.ExceptHandler | ast.FunctionDef)}
    bound |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    return {node.id for node in names} - bound


@pytest.mark.parametrize("name", REFERENCE)
def test_each_public_name_has_an_example_that_can_be_copied(name: str) -> None:
    module, _, own = name.rpartition(".")
    value = getattr(importlib.import_module(module), own)
    examples = doctest.DocTestParser().get_examples(value.__doc__ or "")
    assert examples, f"{name} has no example in its docstring"
    source = "".join(example.source for example in examples)
    assert isinstance(value, type) or own in source, f"the example of {name} does not show it"
    assert not unbound(source), f"the example of {name} uses what it does not import"


def test_what_an_example_does_not_import_is_noticed() -> None:
    assert unbound("from a import b\nb(c)\n") == {"c"}
    assert unbound("try:\n    f = lambda x: x\nexcept ValueError as error:\n    print(error, f)\n") == set()
