"""Writing what was imported: a spec and the arrays it names, all of them or none, and nothing over what is there."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

from hopverify.errors import HopverifyError


def written(folder: Path, stem: str, text: str, files: Mapping[str, bytes], *, force: bool = False) -> Path:
    """Write ``stem``.yaml and its array files; return the spec's path.

    Every file is first written beside its place, the spec last, and put there in one step, so that no spec names
    arrays that are not there. What exists is left alone, and told, unless ``force`` is true.
    """
    contents = {**files, f"{stem}.yaml": text.encode("utf-8")}
    targets = {folder / name: content for name, content in contents.items()}
    there = [target for target in targets if target.exists() or target.is_symlink()]
    if there and not force:
        raise HopverifyError(
            f"{there[0]} exists and is left as it is: give another folder (--out), or force it (--force)"
        )
    drafts = {target: target.with_name(f".{target.name}.{os.getpid()}") for target in targets}
    placed: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for target, content in targets.items():
            with drafts[target].open("xb") as stream:
                stream.write(content)
        for target, draft in drafts.items():
            _put(draft, target, force=force)
            placed.append(target)
    except OSError as error:
        for path in () if force else placed:
            path.unlink()
        raise HopverifyError(f"{folder}: cannot be written to: {error.strerror or error}") from error
    finally:
        for draft in drafts.values():
            with contextlib.suppress(OSError):
                draft.unlink()
    return folder / f"{stem}.yaml"


def _put(draft: Path, target: Path, *, force: bool) -> None:
    """Give a draft its name; without ``force`` a file that has come to be there meanwhile is an error, not replaced."""
    if force:
        draft.replace(target)
    else:
        os.link(draft, target)
