"""The commands that a report tells its reader, with file names that a shell takes for nothing else."""

from __future__ import annotations

import shlex

from hopverify.reporting.material import Material

SPEC, CERTIFICATE = "SPEC", "CERTIFICATE"


def check_again(material: Material) -> str:
    """Return the command that decides every claim again, with the checker alone."""
    return f"hopverify check {_spec(material)} {_quoted(material.certificate_file) or CERTIFICATE}"


def repair(material: Material) -> str:
    """Return the command that proposes models with the same equilibria and a sound energy."""
    return f"hopverify repair {_spec(material)}"


def _spec(material: Material) -> str:
    return _quoted(material.spec_file) or SPEC


def _quoted(name: str) -> str:
    """Return a file name for a shell; one that begins with a hyphen must not be taken for an option.

    >>> _quoted("my spec.yaml"), _quoted("-x.yaml")
    ("'my spec.yaml'", './-x.yaml')
    """
    return shlex.quote(f"./{name}" if name.startswith("-") else name) if name else ""
