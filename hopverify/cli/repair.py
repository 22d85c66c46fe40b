"""``hopverify repair``: new specs with the equilibria of an old one, and an energy without flat regions."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hopverify.cli._exit_codes import FAIL, exit_code
from hopverify.errors import HopverifyError
from hopverify.extras import to_install

if TYPE_CHECKING:
    from hopverify.repairs import Proposal, Refusal
    from hopverify.repairs.subject import Subject
    from hopverify.reporting.repairs import Repaired, Repairs


@click.command("repair", short_help="Propose models with the same equilibria and a sound energy.")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="SPEC")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where the new specs and their certificates go (NAME-repaired, beside SPEC).",
)
@click.option("--only", metavar="NAME", help="This repair only: symmetrised, altered or universal.")
@click.option(
    "--family",
    type=click.IntRange(1, 1000),
    metavar="K",
    help="K different energies for one altered system, and a figure.",
)
@click.option("--solver", metavar="NAME", help="The solver that chooses a metric, first: CLARABEL (default) or SCS.")
@click.option("--force", is_flag=True, help="Replace files that are there and are not what would be written.")
@click.option("--json", "json_wanted", is_flag=True, help="Print one JSON object for programs.")
@click.pass_context
def command(
    ctx: click.Context,
    path: Path,
    out: Path | None,
    only: str | None,
    family: int | None,
    solver: str | None,
    force: bool,
    json_wanted: bool,
) -> None:
    """Propose every repair of a model that applies, each as a complete new spec with a certificate of its own.

    What does not fit is listed with the reason. The exit code is that of `verify` on the new specs, or 1 if none fits.
    """
    from hopverify.repairs import REPAIRS, outcomes
    from hopverify.reporting.repairs import as_json, in_words

    if only is not None:
        REPAIRS[only]
    folder = out if out is not None else path.parent / f"{path.stem}-repaired"
    subject = _subject(path, folder, _solvers(solver))
    found = list(outcomes(subject, only=only, family=family))
    _refuse_others(subject, found, folder, force=force)
    repairs = _carried_out(subject, found, path, folder, is_family=family is not None, force=force)
    click.echo(as_json(repairs) if json_wanted else in_words(repairs))
    ctx.exit(exit_code(each.report.verdict for each in repairs.fitting) if repairs.fitting else FAIL)


def _solvers(first: str | None) -> tuple[str, ...]:
    """Return the solvers in the order in which they are tried."""
    from hopverify.registry import did_you_mean
    from hopverify.repairs.subject import SOLVERS

    if first is None:
        return SOLVERS
    name = first.upper()
    if name not in SOLVERS:
        raise click.BadParameter(
            f"no solver is called {first!r}{did_you_mean(name, list(SOLVERS))}", param_hint="--solver"
        )
    return (name, *(other for other in SOLVERS if other != name))


def _subject(path: Path, folder: Path, solvers: tuple[str, ...]) -> Subject:
    from hopverify.networks import build_model
    from hopverify.repairs.subject import Subject
    from hopverify.spec import read_spec

    spec = read_spec(path)
    try:
        original = Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:
        message = f"{folder}: lies on another drive than {path}, which the new specs name by a relative path"
        raise HopverifyError(f"{message}; give another folder by --out") from None
    return Subject(spec, build_model(spec), original, path.stem, solvers)


def _carried_out(
    subject: Subject, found: Sequence[Proposal | Refusal], path: Path, folder: Path, *, is_family: bool, force: bool
) -> Repairs:
    """Write and verify what is proposed."""
    from hopverify.repairs import Refusal
    from hopverify.reporting.repairs import Repairs, report_of_energy

    done = tuple(each if isinstance(each, Refusal) else _repaired(subject, each, folder) for each in found)
    written = [each for each in done if not isinstance(each, Refusal)]
    original = report_of_energy(subject.spec) if written else None
    figure = _figure(subject, written, folder, force=force) if is_family and written else None
    return Repairs(subject.spec.name, str(path), done, original, figure)


def _refuse_others(subject: Subject, found: Sequence[Proposal | Refusal], folder: Path, *, force: bool) -> None:
    """Raise before anything is written where that would replace what no such repair has written."""
    from hopverify.cli._outputs import refuse_others
    from hopverify.repairs import Refusal

    contents: dict[Path, bytes] = {}
    for proposal in found:
        if not isinstance(proposal, Refusal):
            contents |= {folder / name: content for name, content in proposal.files.items()}
            target = _target(subject, proposal, folder)
            contents[target] = proposal.text.encode("utf-8")
            _refuse_other_certificate(_certificate_of(target), force=force)
    refuse_others(contents, force=force)


def _refuse_other_certificate(place: Path, *, force: bool) -> None:
    """Raise where what would be replaced is no certificate; of certificates the newest counts."""
    from hopverify.certificate import read_certificate
    from hopverify.errors import CertificateRejected

    if os.path.lexists(place) and not force:
        try:
            read_certificate(place)
        except CertificateRejected:
            said = "exists, is no certificate and is left as it is: give another folder by --out, or --force"
            raise HopverifyError(f"{place} {said}") from None


def _certificate_of(target: Path) -> Path:
    return target.with_name(f"{target.stem}.certificate.json")


def _target(subject: Subject, proposal: Proposal, folder: Path) -> Path:
    return folder / f"{subject.file}-{proposal.name}.yaml"


def _repaired(subject: Subject, proposal: Proposal, folder: Path) -> Repaired:
    from hopverify.cli._outputs import require_writable, write
    from hopverify.pipeline import verify
    from hopverify.reporting.repairs import Repaired
    from hopverify.reporting.report import report_of
    from hopverify.spec import read_spec

    target = _target(subject, proposal, folder)
    require_writable(folder)
    for name, content in proposal.files.items():
        write(folder / name, content)
    write(target, proposal.text)
    spec = read_spec(target)
    certificate = verify(spec)
    place = _certificate_of(target)
    write(place, certificate.to_json())
    return Repaired(proposal, spec, certificate, report_of(spec, certificate), str(target), str(place))


def _figure(subject: Subject, members: Sequence[Repaired], folder: Path, *, force: bool) -> str | None:
    """Draw the energies of a family; without matplotlib say what would draw them."""
    from hopverify.cli._outputs import refuse_others, write
    from hopverify.networks import build_model
    from hopverify.repairs.curves import curves
    from hopverify.reporting.figures import has_matplotlib
    from hopverify.reporting.figures.energies import energies

    if not has_matplotlib():
        click.echo(f"no figure: it needs matplotlib: {to_install('figures')}", err=True)
        return None
    models = [(each.name, build_model(each.spec)) for each in members]
    target = folder / f"{subject.file}-energies.svg"
    drawn = energies(curves(models), f"{subject.spec.name}: one flow, {len(models)} energies")
    refuse_others({target: drawn.encode("utf-8")}, force=force)
    write(target, drawn)
    return str(target)
