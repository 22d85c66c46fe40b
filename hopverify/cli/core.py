"""``hopverify core``: the network that claims are about, every number exact and no default left, as JSON."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("core", short_help="Print the exact model that claims are about.")
@click.argument("spec_path", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="SPEC")
@click.option("--digest", is_flag=True, help="Print the SHA-256 of the canonical text alone.")
@click.option(
    "--arrays",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Write the arrays that have only a digest there into this folder, one file each.",
)
def command(spec_path: Path, digest: bool, arrays: Path | None) -> None:
    """Print the core model of a spec: layers with their functions, synapses with energy and drive, all numbers exact.

    Two specs of one network have one core. docs/core.md explains the format.
    """
    from hopverify.core import array_files, core_of, readable
    from hopverify.execution.files import write as write_file
    from hopverify.kernel.core import write
    from hopverify.networks import any_model
    from hopverify.spec import read_spec

    core = core_of(any_model(read_spec(spec_path)))
    if arrays is not None:
        for name, content in array_files(core).items():
            write_file(arrays / name, content)
    click.echo(core.digest if digest else readable(write(core)))
