"""``hopverify report``: certificates as reports that people read, print, or keep."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hopverify.cli._files import ENDING, ENDINGS
from hopverify.cli._reports import formats_of, named_from_here, place_of, write_report
from hopverify.errors import CertificateRejected, HopverifyError
from hopverify.reporting.plain import plain

if TYPE_CHECKING:
    from hopverify.certificate import Certificate
    from hopverify.cli._specs import Specs
    from hopverify.spec import ModelSpec

STREAM = "-"


@click.command("report", short_help="Make reports of certificates: HTML, PDF, Markdown, JUnit, LaTeX, JSON.")
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="CERTIFICATE..."
)
@click.option(
    "--spec",
    "specs",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    metavar="SPEC",
    help="A spec, or a folder of specs, to look among for those of the certificates.",
)
@click.option(
    "-f",
    "--format",
    "formats",
    multiple=True,
    default=["html"],
    show_default=True,
    callback=formats_of,
    metavar="FORMATS",
    help="html, pdf, markdown, junit, json or latex; several with commas.",
)
@click.option(
    "--out",
    type=click.Path(allow_dash=True),
    metavar="DIR|FILE|-",
    help="Where the reports go: a folder, a file for a single one, - for the output (beside each certificate).",
)
@click.pass_context
def command(
    ctx: click.Context, paths: tuple[Path, ...], specs: tuple[Path, ...], formats: tuple[str, ...], out: str | None
) -> None:
    """Make a report of each CERTIFICATE, a file or a folder of them, after checking it against its spec.

    A spec is found by its digest: among those named, beside the certificate, in the folder above it, or in ./specs.
    Without it the report says that nothing was checked. A rejected certificate gives no report, and exit code 4.
    """
    from hopverify.cli._specs import Specs

    certificates = _certificates(paths)
    targets = _targets(certificates, formats, out)
    known = Specs(specs)
    failed: list[HopverifyError] = []
    for path in certificates:
        try:
            _report(path, known, formats, targets[path])
        except HopverifyError as error:
            failed.append(error)
            click.echo(plain(str(error), lines=True), err=True)
    ctx.exit(max((error.exit_code for error in failed), default=0))


def _certificates(paths: Sequence[Path]) -> list[Path]:
    found: dict[Path, None] = {}
    for path in paths:
        if path.suffix.lower() in (".yaml", ".yml", ".toml"):
            advice = f"`hopverify verify {shlex.quote(str(path))} --report html` verifies it and writes its report"
            raise click.UsageError(f"{path} is a spec, and reports are made of certificates: {advice}")
        inside = sorted(each for each in path.iterdir() if each.name.endswith(ENDINGS)) if path.is_dir() else [path]
        if not inside:
            raise click.UsageError(f"no certificates in {path}: a certificate ends in {ENDING}")
        found.update(dict.fromkeys(inside))
    return list(found)


def _targets(certificates: Sequence[Path], formats: Sequence[str], out: str | None) -> dict[Path, list[Path | None]]:
    """Return where the reports of each certificate go, in the order of the formats; None is the output stream."""
    from hopverify.cli._specs import stem_of
    from hopverify.reporting.formats import FORMATS

    if not formats:
        raise click.UsageError(f"no format is named: {', '.join(FORMATS.names)}")
    single = len(certificates) == len(formats) == 1
    if out == STREAM or (out is not None and _is_file(out)):
        if not single:
            raise click.UsageError(f"--out {out} is for one certificate in one format: give a folder")
        return {certificates[0]: [None if out == STREAM else Path(out)]}
    taken: dict[Path, Path] = {}
    targets: dict[Path, list[Path | None]] = {}
    for path in certificates:
        folder = path.parent if out is None else Path(out)
        targets[path] = [place_of(folder, stem_of(path), FORMATS[name]) for name in formats]
        for target in targets[path]:
            if target is not None and taken.setdefault(target, path) != path:
                raise click.UsageError(f"{taken[target]} and {path} would both write {target}: rename one")
    return targets


def _is_file(out: str) -> bool:
    """Whether an output is meant as a file: it has an ending, and is no folder."""
    return Path(out).is_file() or (bool(Path(out).suffix) and not out.endswith("/") and not Path(out).is_dir())


def _report(path: Path, known: Specs, formats: Sequence[str], targets: Sequence[Path | None]) -> None:
    from hopverify.certificate import read_certificate
    from hopverify.reporting.composed import composed
    from hopverify.reporting.formats import FORMATS
    from hopverify.reporting.progress import Bar

    chosen = [FORMATS[name] for name in formats]
    certificate = read_certificate(path)
    spec = _spec_of(path, certificate, known)
    done = 0
    with Bar(len(certificate.results)) as bar:

        def watch(name: str) -> None:
            nonlocal done
            bar.show(done, name)
            done += 1

        try:
            document, report = composed(certificate, named_from_here(path), spec, chosen, progress=watch)
        except CertificateRejected as error:
            said = f"{path}: rejected, so there is no report: {error}"
            raise CertificateRejected(f"{said}; `hopverify verify SPEC --out DIR` makes a new one") from error
    for each, target in zip(chosen, targets, strict=True):
        if target is None:
            click.echo(each.render(document, report, None).content, nl=False)
        else:
            click.echo(plain(f"wrote {write_report(document, report, each, target)[0]}"))


def _spec_of(path: Path, certificate: Certificate, known: Specs) -> ModelSpec | None:
    """Return the spec of a certificate; without one, tell on the error stream what the report will lack."""
    name, digest = str(certificate.spec.get("name")), str(certificate.spec.get("digest"))
    spec = known.of(path, name, digest)
    if spec is None:
        said = f"{path}: no spec with digest {digest[:12]}… among --spec, beside it, above it or in specs"
        if known.others:
            said += f" ({known.others[0]} has its name, but is another: verify it again)"
        click.echo(
            plain(f"{said}; the report is made of the certificate alone, and nothing in it is checked"), err=True
        )
    return spec
