"""A pytest plugin that collects tests once, and tries each mutant in a fork of the process that has them.

First all tests run without a mutant, and mutmut's trampolines tell which functions each of them calls. A mutant then
meets the tests that call its function, those first that killed others there, then the quick ones, until one fails.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from time import process_time
from typing import Any

import pytest
from hypothesis import Phase, settings
from mutmut.mutation import trampoline

from tests.mutation.mutants import Mutant

KILLED, SURVIVED = 0, 1
MEMORY = 8 * 2**30


class Trial:
    """Tries ``mutants`` and tells ``done`` of each: killed, survived, timed out, or not called by any test.

    ``warm``: the forks find the caches of the tests filled, as after a run without a mutant. That is much faster where
    certificates are kept from test to test; what survives is tried again without.
    """

    def __init__(
        self,
        mutants: Iterable[Mutant],
        done: Callable[[Mutant, str, str], None],
        *,
        warm: bool,
        most: float,
        slowest: float,
        children: int = 2,
    ) -> None:
        self.mutants, self.done, self.warm = mutants, done, warm
        self.most, self.slowest, self.children = most, slowest, children
        self.tests_of: dict[str, dict[str, float]] = defaultdict(dict)
        self.kills: dict[str, Counter[str]] = defaultdict(Counter)
        self.failed = ""

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.items = {item.nodeid: item for item in session.items}
        # A failure is enough: what Hypothesis found need not be made small.
        settings.register_profile("mutation", settings(), phases=(Phase.explicit, Phase.generate))
        settings.load_profile("mutation")
        if self.warm:
            self._run(session.items)
        for name, seconds, hits in self._survey():
            for hit in hits if seconds <= self.slowest else ():
                self.tests_of[hit][name] = seconds
        print(f"{len(self.items)} tests reach {len(self.tests_of)} functions", flush=True)
        gc.freeze()
        self._try_all()
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed = report.nodeid

    def _run(self, items: list[pytest.Item]) -> None:
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)

    def _survey(self) -> Iterator[tuple[str, float, list[str]]]:
        """Run all tests in a fork; return for each that passes its seconds and the functions that it calls."""
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            with os.fdopen(writing, "w") as out:
                self._tell_hits(out)
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as told:
            rows = [json.loads(line) for line in told]
        os.waitpid(pid, 0)
        return iter(rows)

    def _tell_hits(self, out: Any) -> None:
        _quiet()
        hits: set[str] = set()
        trampoline.record_trampoline_hit = lambda name, caller=None: hits.add(name)
        trampoline.set_mutant_under_test("stats")
        items = list(self.items.values())
        if self.warm:
            _forget()
        for item, following in zip(items, [*items[1:], None], strict=True):
            hits.clear()
            self.failed, before = "", process_time()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if not self.failed:
                print(json.dumps([item.nodeid, process_time() - before, sorted(hits)]), file=out)

    def _try_all(self) -> None:
        running: dict[int, tuple[Mutant, int]] = {}
        for mutant in self.mutants:
            tests = self._chosen(mutant)
            if not tests:
                self.done(mutant, "not reached", "")
                continue
            while len(running) >= self.children:
                self._reap(running)
            pid, reading = self._fork(mutant, tests)
            running[pid] = mutant, reading
        while running:
            self._reap(running)

    def _chosen(self, mutant: Mutant) -> list[str]:
        seconds, kills = self.tests_of.get(mutant.hit, {}), self.kills[mutant.hit]
        chosen, total = [], 0.0
        for name in sorted(seconds, key=lambda name: (-kills[name], seconds[name])):
            total += seconds[name]
            if chosen and total > self.most:
                break
            chosen.append(name)
        return chosen

    def _fork(self, mutant: Mutant, tests: list[str]) -> tuple[int, int]:
        reading, writing = os.pipe()
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            self._child(mutant, tests, writing)
        os.close(writing)
        return pid, reading

    def _child(self, mutant: Mutant, tests: list[str], writing: int) -> None:
        """Run the tests under the mutant until one fails; never returns."""
        expected = sum(self.tests_of[mutant.hit][name] for name in tests)
        limit = int(process_time() + 10 * expected + 10)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        gc.disable()
        _quiet()
        if self.warm:
            _forget()
        trampoline.set_mutant_under_test(mutant.key)
        code = SURVIVED
        try:
            self.failed = ""
            for name in tests:
                self._run([self.items[name]])
                if self.failed:
                    os.write(writing, self.failed.encode())
                    code = KILLED
                    break
        except BaseException as error:
            os.write(writing, repr(error).encode()[:200])
            code = KILLED
        os._exit(code)

    def _reap(self, running: dict[int, tuple[Mutant, int]]) -> None:
        pid, status = os.wait()
        if pid not in running:
            return
        mutant, reading = running.pop(pid)
        with os.fdopen(reading) as told:
            test = told.read()
        code = os.waitstatus_to_exitcode(status)
        if code == KILLED and test:
            self.kills[mutant.hit][test] += 1
        outcome = {KILLED: "killed", SURVIVED: "survived"}.get(code, "timed out")
        self.done(mutant, outcome, test)


def _quiet() -> None:
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)


def _forget() -> None:
    """Empty the caches of the package itself: what they hold was computed without the mutant."""
    for name, module in list(sys.modules.items()):
        if name.startswith("hopverify."):
            for value in list(vars(module).values()):
                if callable(getattr(value, "cache_clear", None)):
                    value.cache_clear()
