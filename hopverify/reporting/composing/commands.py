"""The commands that a report tells its reader, with file names that a shell takes for nothing else."""

from __future__ import annotations

from hopverify.reporting.advice import command_name
from hopverify.reporting.material import Material

CERTIFICATE = "CERTIFICATE"


def check_again(material: Material) -> str:
    """Return the command that decides every claim again, with the checker alone."""
    file = material.certificate_file
    return f"hopverify check {command_name(material.spec_file)} {command_name(file) if file else CERTIFICATE}"


def repair(material: Material) -> str:
    """Return the command that proposes models with the same equilibria and a sound energy."""
    return f"hopverify repair {command_name(material.spec_file)}"
