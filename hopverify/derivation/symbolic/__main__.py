"""``python -m hopverify.derivation.symbolic`` derives the catalogue and writes the data of the package."""

from __future__ import annotations

import json
from typing import Any

from hopverify.derivation.committed import FOLDER
from hopverify.derivation.symbolic.catalogue import derived_catalogue
from hopverify.derivation.symbolic.kinds import derived_kinds, derived_layers

WIDTH = 110


def derived() -> dict[str, dict[str, Any]]:
    """Return everything that is derived, by the names of the files."""
    return {
        "lagrangians": derived_catalogue(),
        "networks": {"layers": derived_layers(), "synapses": derived_kinds()},
    }


def text_of(value: Any, indent: str = "") -> str:
    """Return JSON for readers: what fits stands on one line."""
    short = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(short) <= WIDTH or not isinstance(value, dict | list) or not value:
        return short
    deeper = f"{indent} "
    if isinstance(value, dict):
        parts = [f"{json.dumps(key, ensure_ascii=False)}: {text_of(part, deeper)}" for key, part in value.items()]
    else:
        parts = [text_of(part, deeper) for part in value]
    left, right = "{}" if isinstance(value, dict) else "[]"
    return f"{left}\n{deeper}" + f",\n{deeper}".join(parts) + f"\n{indent}{right}"


if __name__ == "__main__":
    for name, records in derived().items():
        (FOLDER / f"{name}.json").write_text(text_of(records) + "\n", encoding="utf-8")
