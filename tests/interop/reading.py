"""What the tests of imports share."""

from __future__ import annotations

from pathlib import Path

from hopverify.interop.imported import Imported
from hopverify.spec import ModelSpec, read_spec


def read_back(made: Imported, folder: Path) -> ModelSpec:
    """Write what was imported into a folder, and read the spec."""
    for name, content in made.files.items():
        (folder / name).write_bytes(content)
    (folder / f"{made.stem}.yaml").write_text(made.text, encoding="utf-8")
    return read_spec(folder / f"{made.stem}.yaml")
