"""The notebooks of the documentation run, and show what they are committed with."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).parents[2] / "docs"
NEEDED = ("nbclient", "ipykernel", "matplotlib")


def running() -> ModuleType:
    """Return docs/notebooks.py, which is no part of the package."""
    place = importlib.util.spec_from_file_location("notebooks", DOCS / "notebooks.py")
    assert place is not None
    assert place.loader is not None
    script = importlib.util.module_from_spec(place)
    place.loader.exec_module(script)
    return script


@pytest.mark.parametrize("path", running().notebooks(), ids=lambda path: path.name)
def test_a_notebook_shows_what_it_is_committed_with(path: Path) -> None:
    for module in NEEDED:
        pytest.importorskip(module, reason=f"notebooks need {module}: pip install 'hopverify[test]'")
    import nbformat

    script = running()
    committed = script.shown(nbformat.read(path, as_version=4))
    assert len(committed) > 5, "a notebook is committed with what it shows"
    assert script.shown(script.run(path)) == committed, "run `python docs/notebooks.py --write`"


def test_what_a_notebook_shows_is_found_by_running_it(tmp_path: Path) -> None:
    """Of the smallest kind, so that by default some notebook is run."""
    for module in NEEDED[:2]:
        pytest.importorskip(module, reason=f"notebooks need {module}: pip install 'hopverify[test]'")
    import nbformat
    from nbformat.v4 import new_code_cell, new_notebook

    cells = [new_code_cell("print('x')\nx = 2", id="a"), new_code_cell("import hopverify\nx + 2", id="b")]
    nbformat.write(new_notebook(cells=cells), tmp_path / "small.ipynb")
    script = running()
    found = script.shown(script.run(tmp_path / "small.ipynb"))
    assert found == [("a", "stdout", ["x", ""]), ("b", "text/plain", ["4"])]


def test_what_may_differ_is_left_out() -> None:
    script = running()
    pictures = {"output_type": "display_data", "data": {"image/svg+xml": "<svg/>", "text/plain": "a picture"}}
    certificate = {"output_type": "execute_result", "data": {"text/html": "up to 2<br>3 raises it, by 1<br>98 %"}}
    printed = {"output_type": "stream", "name": "stdout", "text": "one\ntwo"}
    cells = [{"id": "a", "outputs": [pictures, certificate, printed]}, {"id": "b"}]
    assert script.shown(type("Notebook", (), {"cells": cells})) == [
        ("a", "text/html", ["up to 2", "98 %"]),
        ("a", "stdout", ["one", "two"]),
    ]


def test_what_is_printed_in_pieces_is_what_is_printed_at_once() -> None:
    script = running()
    first, rest = ({"output_type": "stream", "name": "stdout", "text": text} for text in ("one\nt", "wo"))
    error = {"output_type": "stream", "name": "stderr", "text": "three"}
    cells = [{"id": "a", "outputs": [first, rest, error]}]
    assert script.shown(type("Notebook", (), {"cells": cells})) == [
        ("a", "stdout", ["one", "two"]),
        ("a", "stderr", ["three"]),
    ]
