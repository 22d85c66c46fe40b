"""``python -m hopverify.kernel CORE.json CERTIFICATE.json [FOLDER]``: check a certificate with nothing but the kernel.

FOLDER has the arrays that the core names by digest. The two files may be packed by gzip. Each accepted claim is printed
as a sentence. The command ends with 0, or with 4 and the place and the reason of the first claim that is rejected.
"""

from __future__ import annotations

import gzip
import sys
import zlib
from pathlib import Path

from hopverify.kernel import json_values, reading
from hopverify.kernel.check import check
from hopverify.kernel.numbers import Rejected

USAGE, REJECTED = 2, 4


def main(arguments: list[str]) -> int:
    """Check a certificate; return the exit code."""
    if len(arguments) not in (2, 3):
        print("usage: python -m hopverify.kernel CORE.json CERTIFICATE.json [FOLDER]", file=sys.stderr)
        return USAGE
    try:
        texts = [_unpacked(Path(path).read_bytes()).decode("utf-8") for path in arguments[:2]]
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        print(f"cannot be read: {error}", file=sys.stderr)
        return USAGE
    try:
        core = reading.loads(texts[0], Path(arguments[2]) if len(arguments) == 3 else Path(arguments[0]).parent)
        facts = 0
        for fact in check(core, json_values.parse(texts[1])):
            print(f"accepted{'' if fact.core is core else ', of the original'}: {fact.claim}")
            facts += 1
    except Rejected as error:
        print(f"rejected: {error}", file=sys.stderr)
        return REJECTED
    print(f"{facts} claims accepted about the core {core.digest}")
    return 0


def _unpacked(content: bytes) -> bytes:
    return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
