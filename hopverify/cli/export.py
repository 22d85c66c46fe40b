"""``hopverify export``: claims about the exact model as theorems that Coq checks."""

from __future__ import annotations

from pathlib import Path

import click

from hopverify.reporting.plain import plain

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("export", short_help="Write claims as theorems for a proof assistant.")
@click.argument("spec_path", type=_FILE, metavar="SPEC")
@click.argument("certificate_path", type=_FILE, metavar="[CERTIFICATE]", required=False)
@click.option("--coq", is_flag=True, required=True, help="Write a file for Coq; it is the only format.")
@click.option(
    "--claim", "names", multiple=True, metavar="NAME", help="Only claims of this name, as `descent`; repeatable."
)
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Default: print it.")
def command(
    spec_path: Path, certificate_path: Path | None, coq: bool, names: tuple[str, ...], out: Path | None
) -> None:
    """Write claims about the core model of a spec as theorems with proofs from the library proofs/, for `coqc`.

    The claims are those that the kernel accepts of the certificate, or without one those that it accepts at sight. What
    the library has no theorem for is left out, and named with the reason. docs/proofs.md says how to check and to read
    the file.
    """
    from hopverify.core import core_of
    from hopverify.errors import HopverifyError
    from hopverify.execution.files import write
    from hopverify.exporting import claims_of, export
    from hopverify.networks import any_model
    from hopverify.regular_files import read_packed_text
    from hopverify.spec import read_spec

    core = core_of(any_model(read_spec(spec_path)))
    certificate = None if certificate_path is None else read_packed_text(certificate_path, MAX_BYTES)
    claims = claims_of(core, certificate)
    if names:
        there = list(dict.fromkeys(claim.name for claim in claims))
        for name in names:
            if name not in there:
                raise HopverifyError(f"the kernel accepts no claim {name!r} here, but {', '.join(there) or 'none'}")
        claims = [claim for claim in claims if claim.name in names]
    file = export(core, claims)
    for claim, reason in file.refused:
        click.echo(plain(f"left out: {claim}: {reason}"), err=True)
    if out is None:
        click.echo(file.text, nl=False)
    else:
        write(out, file.text)
        click.echo(plain(f"{out}: {len(file.theorems)} theorems, {len(file.refused)} claims left out"), err=True)


MAX_BYTES = 512 * 2**20
"""No certificate is larger."""
