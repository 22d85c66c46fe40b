"""The kernel's map of its files names each of them, in an order in which a file uses only what stands before it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import hopverify.kernel

FOLDER = Path(hopverify.kernel.__file__).parent
MAP = re.findall(r"\w+", " ".join(re.findall(r"^    \S.*?  +(\S.*)$", hopverify.kernel.__doc__ or "", re.MULTILINE)))


def used(text: str) -> set[str]:
    """Return the parts of the kernel that a file imports."""
    found = set(re.findall(r"^from hopverify\.kernel\.(\w+)", text, re.MULTILINE))
    for names in re.findall(r"^from hopverify\.kernel import (.+)$", text, re.MULTILINE):
        found |= {name.split(" as ")[0].strip() for name in names.split(",")}
    return found


def test_it_names_every_file_once() -> None:
    there = {path.stem for path in FOLDER.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert sorted(MAP) == sorted(there - {"__init__"})


@pytest.mark.parametrize("name", MAP)
def test_a_file_uses_what_stands_before_it(name: str) -> None:
    path = FOLDER / name
    files = sorted(path.glob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
    imported = {each for file in files for each in used(file.read_text(encoding="utf-8"))} - {name}
    assert imported <= set(MAP[: MAP.index(name)])
