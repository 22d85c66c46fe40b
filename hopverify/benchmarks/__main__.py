"""A measuring process: ``python -m hopverify.benchmarks NAME SIZE SECONDS`` prints one point as JSON.

Each size is measured in a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from hopverify.benchmarks import BENCHMARKS
from hopverify.benchmarks.measuring import measure

if __name__ == "__main__":
    name, size, seconds = sys.argv[1:]
    print(json.dumps(asdict(measure(BENCHMARKS[name], int(size), seconds=float(seconds)))))
