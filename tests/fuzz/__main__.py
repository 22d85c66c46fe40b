"""``python -m tests.fuzz TARGET [CORPUS …] [-max_total_time=SECONDS]``: libFuzzer on one target, by atheris."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import atheris

with atheris.instrument_imports(include=["hopverify", "yaml"]):
    from tests.fuzz.targets import CORPUS, SPECS, TARGETS, certificate_of


def main() -> None:
    """Fuzz, from the corpus and, for the checker, from certificates that it accepts; what breaks is written here."""
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        raise SystemExit(f"name a target: {', '.join(TARGETS)}")
    name = sys.argv.pop(1)
    with TemporaryDirectory() as found:
        for letter in SPECS if name == "checker" else ():
            Path(found, letter.decode()).write_bytes(letter + certificate_of(letter).encode())
        # What libFuzzer finds worth keeping goes into the first folder.
        atheris.Setup([*sys.argv, found, str(CORPUS / name)], TARGETS[name])
        atheris.Fuzz()


if __name__ == "__main__":
    main()
