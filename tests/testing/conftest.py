"""Implementations tested at the fixed states alone: Hypothesis's search for simpler ones takes most of the time."""

from __future__ import annotations

import pytest

from hopverify.testing import states


@pytest.fixture
def no_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """Test as where Hypothesis is not installed: which mistake it is shows at the fixed states."""
    monkeypatch.setattr(states, "find_spec", lambda name: None)
