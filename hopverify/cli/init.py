"""``hopverify init``: a starter spec, and the schema by which editors complete it and underline mistakes."""

from __future__ import annotations

import os
from pathlib import Path

import click

from hopverify.cli._schema import schema_text
from hopverify.errors import HopverifyError

SCHEMA = "hopverify.schema.json"


@click.command("init", short_help="Write a commented starter spec.")
@click.argument("path", default="model.yaml", type=click.Path(dir_okay=False, path_type=Path), metavar="[FILE]")
@click.option(
    "--weights",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="ARRAY",
    help="Write a spec of the network ẋ = W tanh(x) - x with the square matrix in this file (.npy, .csv, .mat …).",
)
def command(path: Path, weights: Path | None) -> None:
    """Write a commented starter spec into FILE (model.yaml unless stated); an existing file is never overwritten.

    The JSON Schema of specs is written beside it, as hopverify.schema.json, unless it is there. Editors with the YAML
    language server read it, by the first line of the spec.
    """
    from hopverify.spec import STARTER

    if path.suffix.lower() not in (".yaml", ".yml"):
        raise click.BadParameter(f"the starter is written in YAML, so the name must end in .yaml; got {path.name!r}")
    starter = STARTER if weights is None else _of_weights(path, weights)
    if not _made(path, f"# yaml-language-server: $schema={SCHEMA}\n{starter}"):
        raise HopverifyError(f"{path} exists and is left as it is: choose another name")
    schema = path.with_name(SCHEMA)
    beside = f", and {schema} for editors" if _made(schema, schema_text()) else ""
    click.echo(f"wrote {path}{beside}; next: hopverify verify {path}")


def _of_weights(path: Path, weights: Path) -> str:
    """Return the spec of a matrix, whose file lies in the folder of the spec or below it."""
    from hopverify.spec.array_files import read_array_file
    from hopverify.spec.starter import starter_of_weights

    file = Path(os.path.relpath(weights, path.parent)).as_posix()
    shape = read_array_file(path.parent, file, None).shape
    if len(shape) != 2 or shape[0] != shape[1]:
        raise HopverifyError(
            f"{weights} has shape {shape}: weights within one layer are a square matrix; for other networks change the "
            "spec that `hopverify init` writes without --weights"
        )
    return starter_of_weights(path.stem, file, shape[0])


def _made(path: Path, text: str) -> bool:
    """Write a file that is not there; return whether it was not."""
    try:
        with path.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except FileExistsError:
        return False
    except OSError as error:
        raise HopverifyError(f"{path}: cannot be written: {error.strerror or error}") from error
    return True
