"""Hunt at length: ``nice python -m tests.soundness.hunt --jobs 2`` goes through all families and prints a table.

``--share 0.1`` hunts a tenth; ``--from 1000000`` begins at another seed, for cases that no run has seen; names of
families at the end restrict it to them. ``--write`` keeps each family's row as soon as it is there, in ``found.json``
and in the table of docs/trust.md.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from time import process_time

from tests.soundness.hunt.cases import Tally, hunt
from tests.soundness.hunt.families import families
from tests.soundness.hunt.table import HEAD, Row, keep, line, row_of, table

CHUNK = 250


def _work(order: tuple[str, int, int]) -> tuple[Tally, float]:
    name, start, stop = order
    begin = process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        tally = hunt(families()[name], range(start, stop))
    return tally, process_time() - begin


def main() -> int:
    """Run the hunt; the exit code is 1 if an oracle contradicts a verdict."""
    parser = argparse.ArgumentParser(prog="python -m tests.soundness.hunt")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--from", type=int, default=0, dest="start")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("names", nargs="*")
    asked = parser.parse_args()
    chosen = {name: family for name, family in families().items() if not asked.names or name in asked.names}
    orders = [
        (name, asked.start + k, asked.start + min(k + CHUNK, count))
        for name, family in chosen.items()
        for count in [round(family.long * asked.share)]
        for k in range(0, count, CHUNK)
    ]
    totals, seconds = {name: Tally(name) for name in chosen}, dict.fromkeys(chosen, 0.0)
    left = Counter(name for name, _, _ in orders)
    rows: dict[str, Row] = {}
    print(*HEAD, sep="\n", flush=True)
    with ProcessPoolExecutor(asked.jobs) as pool:
        for tally, spent in pool.map(_work, orders):
            name = tally.family
            totals[name].add(tally)
            seconds[name] += spent
            left[name] -= 1
            for said in tally.contradictions:
                print("CONTRADICTED", said, file=sys.stderr, flush=True)
            if not left[name]:
                rows[name] = row_of(totals[name], asked.start, seconds[name])
                print(line(name, rows[name]), flush=True)
                if asked.write:
                    keep({name: rows[name]}, set(families()))
    print(table(rows).splitlines()[-1])
    return 1 if any(total.contradictions for total in totals.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main())
