"""CPU seconds by test: ``python -m tests.seconds [PYTEST ARGUMENTS]`` runs pytest in one process and measures.

Time on the wall says how busy a machine is; CPU seconds, those of processes that a test starts included, say what a
test costs. Printed are the sum, and what the files and the slowest tests take of it; the rest is importing and
collecting. A fixture that is shared counts for the test that asks first.
"""

from __future__ import annotations

import resource
import sys
from collections import Counter
from collections.abc import Iterator

import pytest

SLOWEST = 60


def cpu_seconds() -> float:
    """Return what this process and those it has waited for have used, in seconds."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


class Meter:
    """A pytest plugin that keeps the CPU seconds of each test."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Measure a test with its fixtures."""
        before = cpu_seconds()
        done = yield
        self.seconds[item.nodeid] += cpu_seconds() - before
        return done

    def tell(self) -> None:
        """Print the tables."""
        files: Counter[str] = Counter()
        tests: Counter[str] = Counter()
        for name, seconds in self.seconds.items():
            files[name.split("::")[0]] += seconds
            tests[name.split("::")[0]] += 1
        print(
            f"\n{cpu_seconds():.0f} CPU seconds, {sum(self.seconds.values()):.0f} of them in {len(self.seconds)} tests"
        )
        for name, seconds in files.most_common():
            print(f"{seconds:8.2f} {tests[name]:6} {name}")
        print(f"\nThe {SLOWEST} slowest")
        for name, seconds in self.seconds.most_common(SLOWEST):
            print(f"{seconds:8.2f} {name}")


def main(arguments: list[str]) -> int:
    """Run pytest, measure, tell; return the exit code of pytest."""
    meter = Meter()
    code = pytest.main(["-q", "-p", "no:xdist", "-p", "no:cacheprovider", *arguments], plugins=[meter])
    meter.tell()
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
