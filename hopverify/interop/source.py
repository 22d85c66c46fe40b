"""Where models come from: one library, or kind of file, a file in ``sources/``, found by name or by suffix.

A source says what it takes and reads it; everything that it needs beyond hopverify is an extra, imported when
:attr:`Source.read` is called and not before. Where reading means running somebody's code, ``runs_code`` is true, and
nothing is read unless the request allows it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hopverify.errors import HopverifyError
from hopverify.interop.imported import Imported
from hopverify.registry import Registry


@dataclass(frozen=True)
class Request:
    """What is asked of a source: a file, the name of one object in it, and settings, by name, as texts."""

    path: Path
    member: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    allow_code: bool = False


@dataclass(frozen=True)
class Source:
    """One source: ``settings`` are the names that a request may set, each with what it means.

    It takes a file by its suffix only if what it ``needs`` is set.
    """

    name: str
    summary: str
    suffixes: tuple[str, ...]
    read: Callable[[Request], Sequence[Imported]]
    extra: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    runs_code: bool = False
    needs: tuple[str, ...] = ()


SOURCES: Registry[Source] = Registry("hopverify.interop.sources", "SOURCE", noun="source")


def source_of(path: Path, name: str | None = None, settings: Collection[str] = ()) -> Source:
    """Return the source of that name, or the one that takes files of this suffix and knows these settings."""
    if name is not None:
        return SOURCES[name]
    suffix = path.suffix.lower()
    fitting = [source for source in SOURCES if suffix in source.suffixes and set(source.needs) <= set(settings)]
    if len(fitting) > 1:
        fitting = [source for source in fitting if set(settings) <= set(source.settings)] or fitting
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(sorted(source.name for source in fitting or SOURCES))
    wanted = f"{len(fitting)} sources take {suffix} files" if fitting else f"no source takes {suffix or 'such'} files"
    raise HopverifyError(f"{path}: {wanted}; say which is meant by --from: {names}")


def read(request: Request, name: str | None = None) -> Sequence[Imported]:
    """Return the models that a file holds; raise where the source may not be read, or does not know a setting."""
    source = source_of(request.path, name, request.settings)
    for setting in request.settings:
        if setting not in source.settings:
            known = ", ".join(source.settings) or "none"
            raise HopverifyError(f"{source.name} has no setting {setting!r}; it has: {known}")
    if source.runs_code and not request.allow_code:
        raise HopverifyError(
            f"{request.path}: a Python file is a program, and reading a model from it means running it with all your"
            " rights; if you trust it, say so by --allow-code"
        )
    return source.read(request)


_YES, _NO = ("yes", "true", "1"), ("no", "false", "0")


def yes(settings: Mapping[str, str], name: str) -> bool:
    """Whether a setting says yes; no if it is not there."""
    said = settings.get(name, "no").lower()
    if said not in (*_YES, *_NO):
        raise HopverifyError(f"{name} is yes or no, got {said!r}")
    return said in _YES
