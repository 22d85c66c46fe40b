"""Reading: from a file or a text to a :class:`~hopverify.spec.model_spec.ModelSpec`.

Three passes, each of which reports all that it finds: the text (syntax and bounds), the shape of the document (keys and
kinds of values), and what its parts say of one another (sizes, names, arrays).
"""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from hopverify.errors import ArgumentError, Problem, SpecError, require
from hopverify.regular_files import opened_regular
from hopverify.spec.advice import advice
from hopverify.spec.bounds import MAX_TEXT
from hopverify.spec.document import Document, Format, read_document
from hopverify.spec.model_spec import ModelSpec
from hopverify.spec.numbers import shown
from hopverify.spec.text_bounds import too_long

FORMATS: dict[str, Format] = {".yaml": "yaml", ".yml": "yaml", ".toml": "toml", ".json": "json"}
_OF_MODELS = (".py", ".pt", ".pth", ".bin", ".ckpt")


def read_spec(path: str | Path) -> ModelSpec:
    """Return the spec in the file; its suffix (.yaml, .yml, .toml, .json) says the format.

    Raises :class:`~hopverify.errors.SpecError` with all problems found, in reading order.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from hopverify import read_spec
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "tiny.yaml")
    ...     _ = path.write_text("{hopverify: 1, name: tiny, layers: {x: {size: 2, lagrangian: relu}}}")
    ...     read_spec(path).name
    'tiny'
    """
    require(path, (str, PathLike), "path", "the path of a spec")
    if "\n" in str(path):
        raise ArgumentError("path: this is the text of a spec and not its path: parse_spec reads it")
    document = read_file(Path(path))
    # Imported here because pydantic takes longer to load than the rest of the package together.
    from hopverify.spec.assembly import assemble

    return assemble(document, Path(path).parent)


def _of_no_spec(path: Path) -> str:
    """Return what to do with a file that holds an array or a model."""
    from hopverify.spec.array_files import SUFFIXES

    if path.suffix.lower() in SUFFIXES:
        return "; a spec names its arrays, and `hopverify init --weights FILE` writes one"
    return "; `hopverify import` makes specs of models" if path.suffix.lower() in _OF_MODELS else ""


def read_file(path: Path) -> Document:
    """Return the text of a spec's file as a tree; nothing is said yet of its keys."""
    file = str(path)
    if path.suffix.lower() not in FORMATS:
        said = f"a spec's name must end in {', '.join(FORMATS)}, got {shown(path.suffix)}"
        raise _unreadable(file, said + _of_no_spec(path))
    try:
        with opened_regular(path) as stream:
            content = stream.read(MAX_TEXT + 1)
        size = max(path.stat().st_size, len(content))
    except FileNotFoundError:
        raise _unreadable(file, f"there is no such file{_near(path)}") from None
    except (OSError, ValueError) as error:
        raise _unreadable(file, f"the file cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(content) > MAX_TEXT:
        raise _unreadable(file, too_long(size))
    return read_document(_decoded(content, file), format=FORMATS[path.suffix.lower()], file=file)


def parse_spec(text: str, *, format: Format = "yaml", folder: Path | None = None, file: str = "<spec>") -> ModelSpec:
    """Return the spec in the text. Array files are looked for in ``folder``; ``file`` names the text in errors.

    >>> from hopverify import parse_spec
    >>> spec = parse_spec("{hopverify: 1, name: tiny, layers: {x: {size: 2, lagrangian: relu, bias: 0.1}}}")
    >>> spec.layers["x"].bias.fractions()[0]
    Fraction(1, 10)
    """
    require(text, str, "text", "the text of a spec")
    document = read_document(text, format=format, file=file)
    from hopverify.spec.assembly import assemble

    return assemble(document, folder)


def _decoded(content: bytes, file: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        place = (before.count(b"\n") + 1, error.start - before.rfind(b"\n"))
        raise SpecError(Problem(file, *place, "", "the file is not in UTF-8; save it as UTF-8")) from None


def _unreadable(file: str, message: str) -> SpecError:
    return SpecError(Problem(file, 1, 1, "", message))


def _near(path: Path) -> str:
    try:
        files = [str(other) for other in path.parent.iterdir() if other.suffix in FORMATS]
    except OSError:
        return ""
    return advice(str(path), files, list_all=False)
