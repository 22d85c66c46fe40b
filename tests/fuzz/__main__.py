"""``python -m tests.fuzz TARGET [FOLDER …] [-max_total_time=SECONDS]``: libFuzzer on one target, by atheris.

Bytes of specs and expressions are mutated by libFuzzer. Certificates would hardly ever be JSON again: they are mutated
as values half of the time, by the mutations of tests/soundness.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import atheris

with atheris.instrument_imports(include=["hopverify", "yaml"]):
    from tests.fuzz.targets import CORPUS, SPECS, TARGETS, certificate_of
    from tests.soundness.mutations import mutated


def mutate(data: bytes, most: int, seed: int) -> bytes:
    """Return a certificate with up to four places mutated, or bytes that libFuzzer mutated."""
    random = Random(seed)
    if random.random() < 0.5:
        return bytes(atheris.Mutate(data, most))
    try:
        body = json.loads(data[1:])
    except (ValueError, RecursionError):
        return bytes(atheris.Mutate(data, most))
    for _ in range(random.randint(1, 4)):
        body = mutated(body, random)
    found = data[:1] + json.dumps(body).encode()
    return found if len(found) <= most else bytes(atheris.Mutate(data, most))


def main() -> None:
    """Fuzz, from the corpus and, for the checker, from certificates that it accepts; what breaks is written here."""
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        raise SystemExit(f"name a target: {', '.join(TARGETS)}")
    name = sys.argv.pop(1)
    with TemporaryDirectory() as found:
        for letter in SPECS if name == "checker" else ():
            Path(found, letter.decode()).write_bytes(letter + certificate_of(letter).encode())
        mutator = {"custom_mutator": mutate} if name == "checker" else {}
        # What libFuzzer finds worth keeping goes into the first folder.
        atheris.Setup([*sys.argv, found, str(CORPUS / name)], TARGETS[name], **mutator)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
