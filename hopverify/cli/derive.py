"""``hopverify derive``: the energy, the flow and the Hessians of a model in closed form."""

from __future__ import annotations

from pathlib import Path

import click

from hopverify.reporting.plain import plain


@click.command("derive", short_help="Print energy, flow and Hessians in closed form.")
@click.argument("spec_path", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="SPEC")
@click.option("--latex", is_flag=True, help="Print LaTeX instead of text.")
@click.option("--numbers", is_flag=True, help="Print the arrays too; of few neurons, the equations with their numbers.")
def command(spec_path: Path, latex: bool, numbers: bool) -> None:
    """Print the energy, vector field, Hessians and dE/dt of a model in closed form."""
    from hopverify.derivation import derive, with_numbers
    from hopverify.networks import any_model
    from hopverify.spec import read_spec

    model = any_model(read_spec(spec_path))
    derivation = with_numbers(derive(model), model) if numbers else derive(model)
    click.echo(plain(derivation.to_latex() if latex else derivation.to_text(), lines=True))
