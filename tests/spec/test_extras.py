"""What is told about extras is right: the command adds to this environment, and each named extra is declared."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from pathlib import Path

import pytest

from hopverify.extras import to_install

ROOT = Path(__file__).parents[2]
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]


def test_the_command_is_of_this_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`pip` alone may be another one, where the environment is not activated."""
    (tmp_path / "bin").mkdir()
    for name in ("bin/pip", "bin/python", "pip"):
        (tmp_path / name).touch(mode=0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "python"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin") + os.pathsep + str(tmp_path))
    assert to_install("report") == "pip install 'hopverify[report]'"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert to_install("report") == f"{tmp_path}/bin/python -m pip install 'hopverify[report]'"


def test_every_extra_that_is_named_is_declared() -> None:
    pages = [ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("hopverify/**/*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in pages)
    lists = re.findall(r"(?:hopverify|['\"]\.)\[([\w,]+)\]", text) + re.findall(r"to_install\(['\"](\w+)", text)
    named = {extra for each in lists for extra in each.split(",")}
    assert {"report", "figures", "hamux", "bench"} <= named <= set(EXTRAS)
