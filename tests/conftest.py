"""Chooses how far the tests go, see ``tests/profiles.py``, and marks what ``tests/long.txt`` names."""

from __future__ import annotations

import gc
import os
from pathlib import Path

# Two runs of pytest on two cores, each with two threads that wait for one another, take up to three times the CPU time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest

from tests import profiles

LONG = tuple(
    line for line in Path(__file__).with_name("long.txt").read_text(encoding="utf-8").splitlines() if line[:1] != "#"
)


def pytest_configure(config: pytest.Config) -> None:
    profiles.choose(config)
    # What is imported and collected stays to the end: it is not gone through for what may be thrown away.
    gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith(LONG):
            item.add_marker(pytest.mark.long)
