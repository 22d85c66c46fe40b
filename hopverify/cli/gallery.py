"""``hopverify gallery``: a page for each spec, and an index with a card for each page."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hopverify.cli._files import MAX_BYTES, specs_in
from hopverify.cli._outputs import outputs

if TYPE_CHECKING:
    from hopverify.certificate import Certificate
    from hopverify.reporting.gallery.making import Model
    from hopverify.reporting.gallery.manifest import Manifest
    from hopverify.spec import ModelSpec

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command("gallery", short_help="Write a page for each spec, and an index of all pages.")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[PATH]...")
@click.option(
    "--out", type=_FOLDER, default=Path("reports"), metavar="DIR", show_default=True, help="Where the gallery is."
)
@click.option(
    "--certificates",
    type=_FOLDER,
    metavar="DIR",
    help="Use the certificates that `verify --out DIR` wrote; specs that have none, or have changed, are verified.",
)
@click.option("--force", is_flag=True, help="Replace files in DIR that no gallery has written.")
@click.option("--check", is_flag=True, help="Write nothing; list how the gallery differs from what the specs give.")
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1, 1024),
    default=1,
    show_default=True,
    metavar="N",
    help="Processes for proofs.",
)
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[Path, ...],
    out: Path,
    certificates: Path | None,
    force: bool,
    check: bool,
    jobs: int,
) -> None:
    """Verify specs and show them together: models/NAME.html for each, index.html, and gallery.json.

    A PATH is a spec or a folder, as for `verify`; without any, the folder specs. With --check, exit code 1 says that
    the gallery does not match what the specs give now; timings, versions and numbers found may differ.
    """
    specs = specs_in(paths or _default_folder())
    # Pages are named as certificates are: two specs of one name are refused.
    outputs(specs, out)
    if not (force or check):
        _refuse_others(specs, out)
    models = _models(specs, out, certificates, jobs)
    if not check:
        _write(models, len(specs), out)
        return
    told = list(_differences(models, len(specs), out))
    for each in told:
        click.echo(each, err=True)
    click.echo(f"{out}: {'does not match the specs: make the gallery anew' if told else 'matches the specs'}")
    ctx.exit(1 if told else 0)


def _default_folder() -> tuple[Path]:
    folder = Path("specs")
    if not folder.is_dir():
        raise click.UsageError("there is no folder specs here: name the specs, or the folders that hold them")
    return (folder,)


def _refuse_others(specs: Sequence[Path], out: Path) -> None:
    """Raise before anything is verified where a page would replace a file that is none of this gallery's."""
    from hopverify.errors import HopverifyError
    from hopverify.reporting.gallery import index, manifest
    from hopverify.reporting.gallery.making import page_of

    own = _manifest(out).files if os.path.lexists(out / manifest.FILE) else {}
    for name in (index.FILE, *(page_of(path.stem) for path in specs)):
        if name not in own and os.path.lexists(out / name):
            raise HopverifyError(f"{out / name} exists and is no gallery's: give another folder by --out, or --force")


def _models(specs: Sequence[Path], out: Path, certificates: Path | None, jobs: int) -> Iterator[Model]:
    from hopverify.reporting.gallery.making import Model
    from hopverify.spec import read_spec

    read = [(path, read_spec(path)) for path in specs]
    kept = {path: _kept(spec, path, certificates) for path, spec in read}
    made = _verified([spec for path, spec in read if kept[path] is None], jobs)
    home = out.resolve()
    for path, spec in read:
        file, address = (Path(os.path.relpath(path.resolve(), folder)).as_posix() for folder in (home.parent, home))
        known = kept[path]
        yield Model(spec, next(made) if known is None else known, file, address)


def _kept(spec: ModelSpec, path: Path, folder: Path | None) -> Certificate | None:
    """Return the certificate that lies in a folder, if it is of this spec; what it says is checked with the rest."""
    from hopverify.certificate import read_certificate

    file = None if folder is None else folder / f"{path.stem}.certificate.json"
    if file is None or not file.is_file():
        return None
    certificate = read_certificate(file)
    return certificate if certificate.spec.get("digest") == spec.digest else None


def _verified(specs: Sequence[ModelSpec], jobs: int) -> Iterator[Certificate]:
    """Yield the certificates as they would be read from files, whose keys have another order."""
    from hopverify.certificate import parse_certificate
    from hopverify.execution.run import Run
    from hopverify.execution.settings import Settings
    from hopverify.pipeline import certificate_of, drive, executing, was_interrupted

    with executing(jobs=jobs) as backend:
        for run in drive((Run(spec, Settings()) for spec in specs), backend):
            certificate = certificate_of(run)
            if was_interrupted(certificate):
                raise KeyboardInterrupt
            yield parse_certificate(certificate.to_json())


def _write(models: Iterator[Model], count: int, out: Path) -> None:
    from hopverify.cli._outputs import require_writable, write
    from hopverify.reporting.formats import FORMATS, require_modules
    from hopverify.reporting.gallery import index, manifest
    from hopverify.reporting.gallery.making import make, paired

    require_modules("the gallery", (*FORMATS["html"].needs, "matplotlib", "PIL", "typst", "ziafont"))
    require_writable(out)
    cards, entries, files = [], {}, {}
    for model in _told(models, count):
        made = make(model)
        write(out / model.page, made.page.decode())
        cards.append(made.card)
        entries[model.key] = made.entry
        files[model.page] = manifest.digest(made.page)
    cards = paired(cards)
    shown = index.index(cards)
    write(out / index.FILE, shown)
    files[index.FILE] = manifest.digest(shown.encode())
    _remove_old(out, files)
    write(out / manifest.FILE, manifest.Manifest(entries, index.words(cards), files).to_json())
    click.echo(f"wrote {out / index.FILE} and {len(entries):,} pages")


def _remove_old(out: Path, files: dict[str, str]) -> None:
    """Remove the pages that the last gallery had and this one has not."""
    from hopverify.reporting.gallery.making import is_page
    from hopverify.reporting.gallery.manifest import FILE

    if not (out / FILE).is_file():
        return
    for name in _manifest(out).files:
        if name not in files and is_page(name):
            (out / name).unlink(missing_ok=True)


def _differences(models: Iterator[Model], count: int, out: Path) -> Iterator[str]:
    from hopverify.reporting.gallery import index, manifest
    from hopverify.reporting.gallery.making import make_words, paired

    kept = _manifest(out)
    made = {model.key: make_words(model) for model in _told(models, count)}
    words = index.words(paired([each.card for each in made.values()]))
    now = manifest.Manifest({key: each.entry for key, each in made.items()}, words, {})
    yield from manifest.differences(kept, now)
    for name, digest in kept.files.items():
        page = out / name
        if not page.is_file():
            yield f"{name}: is missing"
        elif manifest.digest(page.read_bytes()) != digest:
            yield f"{name}: is not as it was written"


def _manifest(out: Path) -> Manifest:
    from hopverify.errors import HopverifyError
    from hopverify.regular_files import read_text
    from hopverify.reporting.gallery.manifest import FILE, parse_manifest

    try:
        return parse_manifest(read_text(out / FILE, MAX_BYTES))
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise HopverifyError(f"{out / FILE}: cannot be read: {why}; `hopverify gallery` writes it") from error


def _told(models: Iterator[Model], count: int) -> Iterator[Model]:
    """Yield the models, with a progress bar."""
    from hopverify.reporting.progress import Bar

    with Bar(count) as bar:
        bar.show(0, "verifying")
        for done, model in enumerate(models):
            bar.show(done, model.key)
            yield model
