"""Certificates of drawn specs."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from hopverify.certificate import Certificate
from hopverify.pipeline import verify
from hopverify.spec import ModelSpec
from hopverify.strategies.arguments import check_strategy, check_whole
from hopverify.strategies.spec import specs as all_specs


def certificates(
    *, specs: ModelSpec | st.SearchStrategy[ModelSpec] | None = None, samples: int = 50, boxes: int = 500
) -> st.SearchStrategy[Certificate]:
    """Return certificates, made by :func:`hopverify.verify`, of ``specs``: of one spec, of a strategy's, or of any.

    ``samples`` and ``boxes`` bound the searches, as for ``verify``: what they do not settle is unknown. Making a
    certificate takes a part of a second, so a test of some size will set ``deadline=None`` and few examples.
    To have spec and certificate, draw the spec first:

    >>> from hypothesis import given, settings, strategies as st
    >>> from hopverify import check
    >>> from hopverify.strategies import certificates, specs
    >>> @settings(max_examples=3, deadline=None)
    ... @given(st.data())
    ... def test_certificates_are_accepted(data):
    ...     spec = data.draw(specs(max_layers=1, max_size=1))
    ...     check(spec, data.draw(certificates(specs=spec)))
    >>> test_certificates_are_accepted()
    """
    check_whole("samples", samples)
    check_whole("boxes", boxes)
    given: Any = st.just(specs) if isinstance(specs, ModelSpec) else all_specs() if specs is None else specs
    check_strategy("specs", given)
    return st.builds(verify, given, samples=st.just(samples), boxes=st.just(boxes))
