"""Which files are specs to pytest: those called ``*.hop.yaml`` and those that ``[tool.hopverify]`` lists.

    [tool.hopverify]
    specs = ["models/*.yaml", "papers/**/*.toml"]      # in pyproject.toml; globs relative to it

Nothing but the standard library is imported here: this runs whenever pytest starts.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ENDINGS = (".hop.yaml", ".hop.yml", ".hop.toml", ".hop.json")
SUFFIXES = (".yaml", ".yml", ".toml", ".json")


class WrongSelection(Exception):
    """A ``[tool.hopverify]`` that selects nothing, or not in the way it should. The text says what to do."""


def is_named_as_spec(path: Path) -> bool:
    """Return whether a file is called like a spec.

    >>> is_named_as_spec(Path("relu.hop.yaml")), is_named_as_spec(Path("relu.yaml"))
    (True, False)
    """
    return path.name.lower().endswith(ENDINGS) and not path.name.startswith(".")


def listed_specs(folder: Path) -> list[Path]:
    """Return the files that ``[tool.hopverify] specs`` in a folder's pyproject.toml lists, in order, each once."""
    found: dict[Path, None] = {}
    for pattern in _patterns(folder / "pyproject.toml"):
        matched = sorted(path for path in _matching(folder, pattern) if path.suffix.lower() in SUFFIXES)
        if not matched:
            advice = f"globs are relative to {folder}, and a spec ends in {', '.join(SUFFIXES)}"
            raise WrongSelection(f"pyproject.toml: [tool.hopverify] specs: {pattern!r} matches no spec; {advice}")
        found.update(dict.fromkeys(matched))
    return list(found)


def _matching(folder: Path, pattern: str) -> list[Path]:
    try:
        return [path for path in folder.glob(pattern) if path.is_file()]
    except (ValueError, NotImplementedError) as error:
        raise WrongSelection(f"pyproject.toml: [tool.hopverify] specs: {pattern!r} is no glob: {error}") from None


def _patterns(file: Path) -> list[str]:
    """Return the patterns of a pyproject.toml, none where there is no such file or section."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise WrongSelection(f"{file}: cannot be read: {error}") from None
    section: Any = content.get("tool", {}).get("hopverify", {})
    patterns = section.get("specs", []) if isinstance(section, dict) else None
    if not isinstance(patterns, list) or not all(isinstance(pattern, str) and pattern for pattern in patterns):
        raise WrongSelection(f'{file}: [tool.hopverify] specs must be a list of globs, such as ["models/*.yaml"]')
    return patterns


def outside(specs: Iterable[Path], places: Iterable[str], folder: Path) -> list[Path]:
    """Return the specs that lie in none of the places, which are files or folders relative to a folder."""
    roots = [(folder / place).resolve() for place in places]
    return [spec for spec in specs if not any(spec.resolve().is_relative_to(root) for root in roots)]
