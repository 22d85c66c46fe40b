"""What docs/docstrings.py makes of docstrings for the reference of the site."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest

from tests.documents.blocks import ROOT


@pytest.fixture(scope="module")
def script() -> Any:
    """The extension, where the extra ``docs`` is installed."""
    pytest.importorskip("griffe")
    place = importlib.util.spec_from_file_location("docstrings", ROOT / "docs" / "docstrings.py")
    assert place is not None
    assert place.loader is not None
    module = importlib.util.module_from_spec(place)
    place.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("Raises :class:`SpecError`.", "Raises [`SpecError`][hopverify.SpecError]."),
        ("See :func:`~hopverify.testing.against`.", "See [`against`][hopverify.testing.against]."),
        ("See :mod:`hopverify.notebook`.", "See `notebook`."),
        ("The keys are in docs/spec.md.", "The keys are in [spec.md](spec.md)."),
        ("A `role:` is ``plain``.", "A `role:` is ``plain``."),
    ],
)
def test_roles_and_pages_become_links(script: Any, text: str, markdown: str) -> None:
    assert script.markdown(text) == markdown


def test_an_example_is_a_block_that_ends_where_the_text_goes_on(script: Any) -> None:
    text = "First.\n\n>>> def f():\n...     return 1\n>>> f()\n1\n\nThen.\n\n>>> 2\n2"
    assert script.markdown(text) == (
        "First.\n\n```pycon\n>>> def f():\n...     return 1\n>>> f()\n1\n```\n\nThen.\n\n```pycon\n>>> 2\n2\n```"
    )
