"""Models: what drawn specs describe."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from hopverify.networks import Model, build_model
from hopverify.strategies.spec import specs


def models(**arguments: Any) -> st.SearchStrategy[Model]:
    """Return the models of :func:`~hopverify.strategies.specs`, which take the same arguments.

    >>> from hypothesis import given, settings
    >>> from hopverify.strategies import models
    >>> @settings(max_examples=10, deadline=None)
    ... @given(models(max_layers=2))
    ... def test_something_moves(model):
    ...     assert model.dynamic
    >>> test_something_moves()
    """
    return specs(**arguments).map(build_model)
