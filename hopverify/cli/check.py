"""``hopverify check``: the checker alone. It reads a spec and a certificate, and searches for nothing."""

from __future__ import annotations

from pathlib import Path

import click

from hopverify.cli._exit_codes import exit_code
from hopverify.errors import CertificateRejected, HopverifyError, SpecError
from hopverify.reporting.plain import plain

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("check", short_help="Re-verify a certificate with the checker alone.")
@click.argument("spec_path", type=_FILE, metavar="SPEC")
@click.argument("certificate_path", type=_FILE, metavar="CERTIFICATE")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing; the exit code says it all.")
@click.pass_context
def command(ctx: click.Context, spec_path: Path, certificate_path: Path, quiet: bool) -> None:
    """Re-verify a certificate against its spec with the checker alone.

    Every claim is rebuilt from the spec and decided again from the certificate's evidence. A rejected certificate ends
    with exit code 4; an accepted one with the code of its verdict, as `hopverify verify` would.
    """
    from hopverify.certificate import read_certificate
    from hopverify.checker import check_certificate
    from hopverify.reporting.progress import Bar
    from hopverify.spec import read_spec

    try:
        spec = read_spec(spec_path)
    except SpecError:
        if _is_certificate(spec_path):
            raise HopverifyError(f"{spec_path} is a certificate: the spec comes first, then the certificate") from None
        raise
    certificate = read_certificate(certificate_path)
    done = 0
    with Bar(len(certificate.results)) as bar:

        def watch(name: str) -> None:
            nonlocal done
            bar.show(done, name)
            done += 1

        try:
            verdict = check_certificate(spec, certificate, progress=watch)
        except CertificateRejected as error:
            raise CertificateRejected(f"{certificate_path}: rejected: {error}") from error
    if not quiet:
        claims = len(certificate.results)
        click.echo(plain(f"accepted: {spec.name}: {verdict}; {claims} claims decided again from their evidence"))
    ctx.exit(exit_code([verdict]))


def _is_certificate(path: Path) -> bool:
    """Whether a file that is no spec is a certificate: the two were given the other way round."""
    from hopverify.certificate import read_certificate

    try:
        return bool(read_certificate(path).spec)
    except CertificateRejected:
        return False
