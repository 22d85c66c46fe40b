"""Processes: the certificate is the serial one, also when a process is killed; none is left behind."""

from __future__ import annotations

import json
import multiprocessing
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from hopverify.certificate import parse_certificate
from hopverify.checker import check_certificate
from hopverify.execution import driving
from hopverify.execution.driving import drive
from hopverify.execution.events import Event
from hopverify.execution.processes import Processes
from hopverify.execution.run import Run
from hopverify.execution.settings import Settings
from hopverify.execution.worker_process import work_here
from hopverify.pipeline import certificate_of, executing, verify, was_interrupted
from hopverify.spec import ModelSpec, parse_spec, read_spec
from tests.cli.test_interruption import LONG
from tests.execution.certificates import SHARING, SLOW, SPECS, serial, text_of
from tests.profiles import long


def test_the_certificates_are_the_serial_ones() -> None:
    specs = [SHARING, SPECS / "negative-one-unit-in-the-last-place.yaml", SPECS / "ghostmax.yaml"]
    with executing(jobs=2) as backend:
        runs = list(drive((Run(read_spec(spec), Settings()) for spec in specs), backend))
    assert [text_of(certificate_of(run)) for run in runs] == [serial(spec) for spec in specs]
    assert not multiprocessing.active_children()


def test_a_killed_process_loses_nothing() -> None:
    killed = []

    def watch(event: Event) -> None:
        if event.kind == "obligation_finished" and not killed:
            killed.extend(multiprocessing.active_children())
            for process in killed:
                process.kill()

    certificate = verify(SLOW, jobs=2, watch=watch)
    assert killed
    assert text_of(certificate) == serial(SLOW)


def test_processes_may_be_lost_before_a_unit_is_given_to_them(monkeypatch: pytest.MonkeyPatch) -> None:
    right, broken = ProcessPoolExecutor.submit, list[Any]()

    def submit(pool: Any, what: Any, *arguments: Any) -> Any:
        if what is work_here and pool._processes and not broken:
            broken.append(pool)
            for process in pool._processes.values():
                process.kill()
            while not pool._broken:
                sleep(0.001)
        return right(pool, what, *arguments)

    monkeypatch.setattr(ProcessPoolExecutor, "submit", submit)
    certificate = verify(SHARING, jobs=2)
    assert broken
    assert text_of(certificate) == serial(SHARING)


def test_a_large_spec_is_sent_when_a_worker_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driving, "SMALL", 0)
    sent = []

    class Counting(Processes):
        def start(self, run: Run, unit: Any, *, with_spec: bool) -> Any:
            sent.append(with_spec)
            return super().start(run, unit, with_spec=with_spec)

    backend = Counting(2)
    try:
        (run,) = drive([Run(read_spec(SHARING), Settings(samples=20))], backend)
    finally:
        backend.close()
    assert text_of(certificate_of(run)) == serial(SHARING, samples=20)
    assert 1 <= sum(sent) <= 4 < len(sent)


def test_arrays_travel_with_the_spec(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for name in ("negative-one-unit-in-the-last-place.yaml", "data/one_ulp.npy"):
        (tmp_path / name).write_bytes((SPECS / name).read_bytes())
    run = Run(read_spec(tmp_path / "negative-one-unit-in-the-last-place.yaml"), Settings(samples=20))
    (tmp_path / "data" / "one_ulp.npy").unlink()
    with executing(jobs=2) as backend:
        (run,) = drive([run], backend)
    assert certificate_of(run).verdict == "pass"


@pytest.mark.parametrize("limits", [long({"boxes": 1}), {"timeout": 1e-9}])
def test_a_spent_budget_is_unknown(limits: dict[str, Any]) -> None:
    spec = read_spec(SHARING)
    certificate = verify(spec, jobs=2, samples=20, **limits)
    (equilibria,) = (result for result in certificate.results if result["check"] == "equilibria")
    assert equilibria["verdict"] == "unknown"
    assert not was_interrupted(certificate)
    check_certificate(spec, parse_certificate(certificate.to_json()))
    assert text_of(certificate) == serial(SHARING, samples=20, **limits)


def test_an_interrupt_leaves_a_certificate_and_no_process() -> None:
    def watch(event: Event) -> None:
        if event.kind == "obligation_finished":
            raise KeyboardInterrupt

    spec = read_spec(SLOW)
    certificate = verify(spec, jobs=2, watch=watch)
    assert was_interrupted(certificate)
    assert not multiprocessing.active_children()
    check_certificate(spec, parse_certificate(certificate.to_json()))


def test_a_long_search_is_heard_of() -> None:
    heard: list[Event] = []

    def watch(event: Event) -> None:
        heard.append(event)
        if event.kind == "searching":
            raise KeyboardInterrupt

    # Its search does not end before it is heard of, however busy the machine is.
    verify(parse_spec(json.dumps(LONG), format="json"), jobs=2, boxes=10**9, watch=watch)
    (searching,) = (event.values for event in heard if event.kind == "searching")
    assert {"check": "equilibria", "unit": "boxes", "total": None}.items() <= searching.items()
    assert searching["done"] > 0


def test_a_limit_of_time_needs_no_guard_in_the_program_that_verifies(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from hopverify.pipeline import verify\n"
        f"print(verify({str(SPECS / 'relu-pair.yaml')!r}, timeout=300).verdict)\n"
    )
    said = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert said.stdout == "pass\n"


def test_the_clock_starts_when_the_process_is_ready_and_reading_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []

    class Late(Processes):
        def ready(self) -> None:
            order.append("ready")

    def read(path: Path) -> ModelSpec:
        order.append("read")
        return read_spec(path)

    monkeypatch.setattr("hopverify.execution.processes.Processes", Late)
    monkeypatch.setattr("hopverify.pipeline.read_spec", read)
    clock = iter(range(1000, 10**6, 1000))
    monkeypatch.setattr("hopverify.pipeline.monotonic", lambda: order.append("clock") or -1e9 + next(clock))
    certificate = verify(SPECS / "relu-pair.yaml", timeout=10.0)
    assert order[:3] == ["ready", "clock", "read"]
    assert {(entry.get("reason") or {}).get("code") for entry in certificate.results} == {
        "budget_exhausted",
        "not_applicable",
    }
