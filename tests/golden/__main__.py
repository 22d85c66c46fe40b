"""Compare, or write, the golden table: ``python -m tests.golden [--write] [--certificates DIR] [SPEC ...]``.

Without specs, all of specs/. Ends with 1 and prints the diff where a verdict or a told number is not as it is kept.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.golden.table import (
    differences,
    every_spec,
    name_of,
    read_certificates,
    read_table,
    verify,
    write_table,
)


def main() -> int:
    """Compare or write; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.golden", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write what was made into the table")
    parser.add_argument("--certificates", type=Path, help="read certificates from here in place of verifying")
    parser.add_argument("specs", nargs="*", type=Path, metavar="SPEC", help="default: all of specs/")
    given = parser.parse_args()
    paths = given.specs or every_spec()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.certificates or Path(scratch)
        if given.certificates is None:
            verify(paths, folder)
        made = read_certificates(paths, folder)
    kept = read_table()
    diff = differences(kept, made)
    if not given.specs:
        diff += [f"no longer a spec: {name}" for name in kept if name not in {name_of(path) for path in paths}]
    print("\n".join(diff) if diff else f"{len(paths)} specs are as the table keeps them")
    if given.write:
        write_table(kept, made)
    return 1 if diff and not given.write else 0


if __name__ == "__main__":
    sys.exit(main())
