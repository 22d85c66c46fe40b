"""``hopverify init``: a starter spec."""

from __future__ import annotations

from pathlib import Path

import click

from hopverify.errors import HopverifyError


@click.command("init", short_help="Write a commented starter spec.")
@click.argument("path", default="model.yaml", type=click.Path(dir_okay=False, path_type=Path), metavar="[FILE]")
def command(path: Path) -> None:
    """Write a commented starter spec into FILE (model.yaml unless stated); an existing file is never overwritten."""
    from hopverify.spec import STARTER

    if path.suffix.lower() not in (".yaml", ".yml"):
        raise click.BadParameter(f"the starter is written in YAML, so the name must end in .yaml; got {path.name!r}")
    try:
        with path.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(STARTER)
    except FileExistsError:
        raise HopverifyError(f"{path} exists and is left as it is: choose another name") from None
    except OSError as error:
        raise HopverifyError(f"{path}: cannot be written: {error.strerror or error}") from error
    click.echo(f"wrote {path}; next: hopverify verify {path}")
