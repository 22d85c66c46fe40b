"""The folder in which somebody follows a page."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.documents.blocks import ROOT

SPECS = ("relu-pair", "relu-two-neurons", "hopfield-1982")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what the pages suppose: a few specs, the arrays of all, and patterns of a reader's own."""
    (tmp_path / "specs").mkdir()
    for name in SPECS:
        shutil.copy(ROOT / "specs" / f"{name}.yaml", tmp_path / "specs")
    shutil.copytree(ROOT / "specs" / "data", tmp_path / "specs" / "data")
    np.save(tmp_path / "patterns.npy", np.where(np.random.default_rng(3).random((2, 16)) < 0.5, -1, 1))
    monkeypatch.chdir(tmp_path)
    return tmp_path
