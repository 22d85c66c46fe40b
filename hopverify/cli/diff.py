"""``hopverify diff``: two certificates compared, or two folders of them: what got better, worse, slower, different."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hopverify.cli._exit_codes import FAIL, PASS
from hopverify.errors import CertificateRejected
from hopverify.reporting.plain import plain

if TYPE_CHECKING:
    from hopverify.cli._certificates import Found
    from hopverify.reporting.comparison_words import Compared

WORSE, SLOWER, DIFFERENT, NOTHING = "worse", "slower", "different", "nothing"
_PLACE = click.Path(exists=True, path_type=Path)


@click.command("diff", short_help="Compare two certificates, or two folders of them.")
@click.argument("old", type=_PLACE, metavar="OLD")
@click.argument("new", type=_PLACE, metavar="NEW")
@click.option(
    "--spec",
    "specs",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="SPEC",
    help="The spec of OLD, and a second time that of NEW: show which keys changed.",
)
@click.option(
    "--fail-on",
    multiple=True,
    type=click.Choice([WORSE, SLOWER, DIFFERENT, NOTHING]),
    default=[WORSE],
    show_default=True,
    help="What ends with exit code 1; may be given several times.",
)
@click.option("--json", "form", flag_value="json", help="Print one JSON object for programs.")
@click.option("--markdown", "form", flag_value="markdown", help="Print Markdown, for a pull request.")
@click.option("-q", "--quiet", "form", flag_value="line", help="Print one line for each comparison.")
@click.option("-v", "--verbose", is_flag=True, help="Show claims that are the same, and how each was proved.")
@click.option("--no-color", is_flag=True, help="No colours.")
@click.pass_context
def command(
    ctx: click.Context,
    old: Path,
    new: Path,
    specs: tuple[Path, ...],
    fail_on: tuple[str, ...],
    form: str | None,
    verbose: bool,
    no_color: bool,
) -> None:
    """Compare two certificates, or those of two folders whose specs have the same name.

    Nothing is checked here: `hopverify check` does that. The exit code is 1 if a verdict, a claim
    or a certified number got worse, or an answer is gone; 4 if a file is no certificate.
    """
    if old.is_dir() != new.is_dir():
        raise click.UsageError("OLD and NEW are two certificates, or two folders of certificates")
    if specs and (len(specs) != 2 or old.is_dir()):
        raise click.UsageError("--spec is given twice, for the spec of OLD and that of NEW, which are two certificates")
    colour = not no_color and not os.environ.get("NO_COLOR")
    if old.is_dir():
        ctx.exit(_folders(old, new, fail_on, form, verbose, colour))
    compared = _compared(_read(old), _read(new), specs)
    _print(compared, form, verbose, colour)
    ctx.exit(FAIL if _fails(compared, fail_on) else PASS)


def _read(path: Path) -> Found:
    from hopverify.certificate import read_certificate
    from hopverify.cli._certificates import Found

    return Found(path, read_certificate(path))


def _compared(old: Found, new: Found, specs: Sequence[Path] = ()) -> Compared:
    from hopverify.reporting.comparing import compare
    from hopverify.reporting.comparison_words import Compared
    from hopverify.reporting.spec_changes import spec_changes

    files = str(old.path), str(new.path)
    comparison = compare(old.certificate, new.certificate, files=files)
    if not specs:
        return Compared(comparison, files)
    for found, spec in zip((old, new), specs, strict=True):
        _warn_of_another(found, spec)
    return Compared(comparison, files, spec_changes(*specs))


def _warn_of_another(found: Found, path: Path) -> None:
    """Say so if a certificate was made for another text than that of a spec."""
    from hopverify.spec import read_spec

    if read_spec(path).digest != found.certificate.spec.get("digest"):
        click.echo(plain(f"{path}: not the spec that {found.path} was made for: the digests differ"), err=True)


def _folders(old: Path, new: Path, fail_on: Sequence[str], form: str | None, verbose: bool, colour: bool) -> int:
    """Compare two folders, print all, and return the exit code."""
    from hopverify.cli._certificates import certificates_in, matched
    from hopverify.reporting.comparison_json import all_as_json
    from hopverify.reporting.comparison_markdown import code

    refused: list[CertificateRejected] = []
    compared: list[Compared] = []
    pairs, gone, added = matched(certificates_in(old, refused.append), certificates_in(new, refused.append))
    for pair in pairs:
        try:
            compared.append(_compared(*pair))
        except CertificateRejected as error:
            refused.append(error)
    if form == "json":
        sides = {"old": [str(each.path) for each in gone], "new": [str(each.path) for each in added]}
        click.echo(all_as_json(compared, sides))
    else:
        for each in compared:
            # What is the same is one line among many certificates.
            whole = verbose or each.comparison.is_different or each.comparison.got_slower
            _print(each, form or (None if whole else "line"), verbose, colour)
        for place, left in (("OLD", gone), ("NEW", added)):
            for found in left:
                said = f"only in {place}: {found.path}: {found.name}: {found.certificate.verdict}"
                click.echo(f"- {code(said)}" if form == "markdown" else plain(said))
    for reason in refused:
        click.echo(plain(str(reason), lines=True), err=True)
    if refused:
        return CertificateRejected.exit_code
    is_left = (gone and WORSE in fail_on) or ((gone or added) and DIFFERENT in fail_on)
    return FAIL if is_left or any(_fails(each, fail_on) for each in compared) else PASS


def _fails(compared: Compared, fail_on: Sequence[str]) -> bool:
    comparison = compared.comparison
    found = {WORSE: comparison.got_worse, SLOWER: comparison.got_slower, DIFFERENT: comparison.is_different}
    return any(found.get(each, False) for each in fail_on)


def _print(compared: Compared, form: str | None, verbose: bool, colour: bool) -> None:
    from hopverify.reporting.comparison_json import as_json
    from hopverify.reporting.comparison_markdown import as_markdown
    from hopverify.reporting.comparison_text import one_line, show
    from hopverify.reporting.terminal import console_for

    if form == "json":
        click.echo(as_json(compared))
    elif form == "markdown":
        click.echo(as_markdown(compared, verbose=verbose) + "\n")
    elif form == "line":
        click.echo(one_line(compared))
    else:
        show(compared, console_for(sys.stdout, colour=colour), verbose=verbose)
