"""Chooses how far the tests go, see ``tests/profiles.py``."""

from __future__ import annotations

import pytest

from tests import profiles


def pytest_configure(config: pytest.Config) -> None:
    profiles.choose(config)
