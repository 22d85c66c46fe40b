"""All that verifying loads is loaded beforehand: pytester forgets the modules that a run within this process loads."""

from __future__ import annotations

import importlib

import pytest

from hopverify import parse_spec, verify
from tests.pytest_plugin.specs import spec


@pytest.fixture(scope="session", autouse=True)
def everything_is_loaded() -> None:
    importlib.import_module("hopverify.testing.collecting.items")
    for format, text in (("yaml", spec(checks="all")), ("toml", "hopverify = 1"), ("json", "{}")):
        try:
            verify(parse_spec(text, format=format), timeout=20)  # type: ignore[arg-type]
        except Exception:
            continue
