"""``hopverify import``: specs of models that live elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hopverify.reporting.plain import plain

if TYPE_CHECKING:
    from hopverify.interop import Imported, Request


@click.command("import", short_help="Make specs of models of HAMUX and other libraries.")
@click.argument("files", nargs=-1, required=True, metavar="FILE[:NAME]...")
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where the specs and their arrays go.",
)
@click.option("--from", "source", metavar="SOURCE", help="What FILE is, where its suffix does not say (see `list`).")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A setting of the source; see `explain`.")
@click.option("--allow-code", is_flag=True, help="Run Python files, with all your rights. Only for files you trust.")
@click.option("--force", is_flag=True, help="Replace specs and arrays that are there.")
def command(
    files: tuple[str, ...], out: Path, source: str | None, settings: tuple[str, ...], allow_code: bool, force: bool
) -> None:
    """Make a spec, with its arrays beside it, of each model in the files; NAME says which, where there are several.

    `hopverify list sources` shows what is read, `hopverify explain SOURCE` its settings. A Python file is a program:
    reading a model from it means running it, which needs --allow-code.
    """
    from hopverify.interop import read

    chosen = dict(_setting(text) for text in settings)
    # Everything is read before anything is written.
    made = [each for text in files for each in read(_request(text, chosen, allow_code), source)]
    _check_distinct(made)
    for each in made:
        path = each.write(out, force=force)
        click.echo(plain(f"wrote {path}"))
        for note in each.notes:
            click.echo(plain(f"  {note}"))
    click.echo(plain(f"next: hopverify verify {out}"))


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise click.BadParameter(f"a setting is written NAME=VALUE, got {text!r}", param_hint="--set")
    return name.strip(), value.strip()


def _request(text: str, settings: dict[str, str], allow_code: bool) -> Request:
    from hopverify.interop import Request

    file, colon, member = text.rpartition(":")
    whole = Path(text).exists() or not colon or not file
    path = Path(text) if whole else Path(file)
    if allow_code and path.suffix.lower() == ".py":
        click.echo(plain(f"running the code of {path}, as --allow-code allows"), err=True)
    return Request(path, None if whole else member, settings, allow_code)


def _check_distinct(made: list[Imported]) -> None:
    seen: set[str] = set()
    for each in made:
        if each.stem.lower() in seen:
            raise click.UsageError(f"two models would both write {each.stem}.yaml: import them into different folders")
        seen.add(each.stem.lower())
