"""Running a Python file for the sake of one object in it. Nobody does so unless the person said ``--allow-code``."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hopverify.errors import HopverifyError

MODULE = "hopverify_imported"


def run_file(path: Path) -> Mapping[str, Any]:
    """Run a file, with its folder on the path and its output sent to stderr, and return what it defines."""
    if not path.is_file():
        raise HopverifyError(f"{path}: there is no such file")
    found = importlib.util.spec_from_file_location(MODULE, path)
    if found is None or found.loader is None:
        raise HopverifyError(f"{path}: is no Python file")
    module = importlib.util.module_from_spec(found)
    sys.path.insert(0, str(path.resolve().parent))
    sys.modules[MODULE] = module
    try:
        with contextlib.redirect_stdout(sys.stderr):
            found.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise HopverifyError(f"{path}: the file itself fails: {type(error).__name__}: {error}") from error
    finally:
        sys.path.remove(str(path.resolve().parent))
        sys.modules.pop(MODULE, None)
    return dict(vars(module))


def member_of(names: Mapping[str, Any], fits: Callable[[Any], bool], member: str | None, noun: str) -> tuple[str, Any]:
    """Return the object of that name, or the one that fits, under its name."""
    if member is not None:
        if member not in names:
            raise HopverifyError(f"the file defines nothing called {member!r}")
        if not fits(names[member]):
            raise HopverifyError(f"{member!r} is no {noun} but {type(names[member]).__name__}")
        return member, names[member]
    found: dict[int, tuple[str, Any]] = {}
    for name, each in names.items():
        if not name.startswith("_") and fits(each):
            found.setdefault(id(each), (name, each))
    if len(found) != 1:
        known = ", ".join(name for name, _ in found.values()) or "none"
        raise HopverifyError(f"which {noun} is meant? The file defines: {known}; give its name, as in model.py:ham")
    return next(iter(found.values()))
