"""The decorator: a test function that returns an implementation becomes a test of it against a spec.

@against("specs/hopfield.yaml")
def test_my_network():
    return my_network              # a module, an object, or a mapping, with energy, velocity, update, activation
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from hopverify.errors import HopverifyError
from hopverify.spec import ModelSpec

Test = Callable[..., Any]


def against(spec: ModelSpec | str | Path, **options: Any) -> Callable[[Test], Callable[..., None]]:
    """Return a decorator for a test function that returns an implementation; fixtures reach it as ever.

    The options are those of :func:`~hopverify.testing.check_implementation`. A relative path is looked for from the
    working directory.

    >>> from hopverify import parse_spec
    >>> from hopverify.testing import against
    >>> spec = parse_spec("{hopverify: 1, name: tiny, layers: {x: {size: 2, lagrangian: identity}}}")
    >>> @against(spec)
    ... def test_my_network():
    ...     return {"energy": lambda x: x @ x / 2, "velocity": lambda x: -x}
    >>> test_my_network()
    """

    def decorate(test: Test) -> Callable[..., None]:
        @wraps(test)
        def tested(*arguments: Any, **keywords: Any) -> None:
            from hopverify.testing.checking import check

            __tracebackhide__ = True
            given = test(*arguments, **keywords)
            if given is None:
                said = "must return what is to be tested: a module, an object or a mapping with energy, velocity …"
                raise HopverifyError(f"{test.__name__} {said}")
            check(given, spec, **options)

        return tested

    return decorate
