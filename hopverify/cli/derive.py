"""``hopverify derive``: the energy, the flow and the Hessians of a model in closed form."""

from __future__ import annotations

from pathlib import Path

import click

from hopverify.reporting.plain import plain


@click.command("derive", short_help="Print energy, flow and Hessians in closed form.")
@click.argument("spec_path", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="SPEC")
@click.option("--latex", is_flag=True, help="Print LaTeX instead of text.")
def command(spec_path: Path, latex: bool) -> None:
    """Print the energy, vector field, Hessians and dE/dt of a model in closed form."""
    from hopverify.derivation import derive
    from hopverify.model import any_model
    from hopverify.spec import read_spec

    derivation = derive(any_model(read_spec(spec_path)))
    click.echo(plain(derivation.to_latex() if latex else derivation.to_text(), lines=True))
