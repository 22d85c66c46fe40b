"""Models: what drawn specs describe."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from hopverify.model import Model, build_model
from hopverify.strategies.spec import specs


def models(**arguments: Any) -> st.SearchStrategy[Model]:
    """Return the models of :func:`~hopverify.strategies.specs`, which take the same arguments.

    >>> from hypothesis import find
    >>> model = find(models(), lambda model: True)
    >>> [(layer.name, layer.size, layer.function.name) for layer in model.layers.values()]
    [('x', 1, 'identity')]
    """
    return specs(**arguments).map(build_model)
