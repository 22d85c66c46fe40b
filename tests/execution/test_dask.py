"""A cluster: a real local scheduler with two workers. The certificate is the serial one, also when one is killed."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from distributed import Client, LocalCluster

from hopverify.errors import HopverifyError
from hopverify.execution import dask
from hopverify.execution.backend import ExecutionLost
from hopverify.execution.events import Event
from hopverify.execution.run import Run
from hopverify.execution.working import require
from hopverify.pipeline import executing, verify, was_interrupted
from tests.cli.commands import RELU_PAIR, run
from tests.execution.certificates import SHARING, SLOW, serial, text_of

UNHEARD_OF = "tcp://127.0.0.1:9"


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(n_workers=2, threads_per_worker=2, processes=True, dashboard_address=":0") as running:
        yield running


def in_this_process(workers: int) -> LocalCluster:
    """Return a cluster whose scheduler and workers are threads of this process, with real addresses between them."""
    given = {"processes": False, "protocol": "tcp://", "dashboard_address": None}
    return LocalCluster(n_workers=workers, threads_per_worker=2, **given)


def test_a_cluster_within_this_process_makes_the_serial_certificate() -> None:
    with in_this_process(1) as small:
        certificate = verify(SHARING, dask=small.scheduler_address, samples=20)
    assert text_of(certificate) == serial(SHARING, samples=20)


@pytest.mark.long
def test_the_certificate_is_the_serial_one(cluster: LocalCluster) -> None:
    certificate = verify(SHARING, dask=cluster.scheduler_address, samples=20)
    assert text_of(certificate) == serial(SHARING, samples=20)


@pytest.mark.long
def test_a_killed_worker_loses_nothing(cluster: LocalCluster) -> None:
    killed: list[str] = []
    with Client(cluster, set_as_default=False) as client:
        processes = client.run(os.getpid)
        assert len(processes) == 2

        def watch(event: Event) -> None:
            """Kill the worker that has a task, once something has been found and before everything is."""
            busy = [worker for worker, tasks in client.processing().items() if tasks]
            if event.kind == "obligation_finished" and busy and not killed:
                assert event.values["done"] < event.values["total"]
                os.kill(processes[busy[0]], signal.SIGKILL)
                killed.append(busy[0])

        certificate = verify(SLOW, dask=cluster.scheduler_address, watch=watch)
        assert killed
        assert killed[0] not in client.run(os.getpid)
    assert text_of(certificate) == serial(SLOW)


@pytest.mark.long
def test_the_time_limit_holds_on_other_clocks(cluster: LocalCluster) -> None:
    certificate = verify(SHARING, dask=cluster.scheduler_address, samples=20, timeout=1e-9)
    assert text_of(certificate) == serial(SHARING, samples=20, timeout=1e-9)


@pytest.mark.long
def test_the_command_hands_obligations_to_the_cluster(cluster: LocalCluster) -> None:
    result = run("verify", RELU_PAIR, "--dask", cluster.scheduler_address)
    assert result.exit_code == 0, result.output


def test_a_worker_with_other_versions_is_refused() -> None:
    from hopverify.execution.settings import versions

    require(versions())
    with pytest.raises(HopverifyError, match=r"instead of 0\.0\.1: install the same versions on all machines"):
        require(versions() | {"numpy": "0.0.1"})


@pytest.mark.parametrize("address", [UNHEARD_OF, "nonsense", "carrier-pigeon://here:1"])
def test_a_wrong_address_is_an_error(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setattr(dask, "CONNECT", 0.5)
    result = run("verify", RELU_PAIR, "--dask", address)
    assert result.exit_code == 2
    assert "no dask scheduler answers at" in result.stderr
    assert "give the address it prints when it starts" in result.stderr
    assert "Traceback" not in result.output


def test_a_missing_package_is_an_error_that_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    result = run("verify", RELU_PAIR, "--dask", UNHEARD_OF)
    assert result.exit_code == 2
    assert "pip install 'hopverify[dask]'" in result.stderr


def test_a_cluster_without_workers_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask, "WORKERS", 0.1)
    with in_this_process(0) as empty:
        result = run("verify", RELU_PAIR, "--dask", empty.scheduler_address)
    assert result.exit_code == 2
    assert "has no workers: start some" in result.stderr


@pytest.mark.long
def test_losing_all_workers_ends_the_run_with_what_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask, "PATIENCE", 0.5)
    monkeypatch.setattr(dask, "INTERVAL", 0.1)
    seen: list[Event] = []
    with LocalCluster(n_workers=1, threads_per_worker=1, processes=True, dashboard_address=":0") as small:

        def watch(event: Event) -> None:
            seen.append(event)
            if event.kind == "obligation_finished" and event.values["done"] == 1:
                small.scale(0)

        certificate = verify(SLOW, dask=small.scheduler_address, watch=watch)
    assert was_interrupted(certificate)
    assert any(event.kind == "execution_lost" for event in seen)


@pytest.mark.long
def test_losing_the_scheduler_ends_the_run_with_what_is_found() -> None:
    small = LocalCluster(n_workers=1, threads_per_worker=1, processes=True, dashboard_address=":0")

    def watch(event: Event) -> None:
        if event.kind == "obligation_finished" and event.values["done"] == 1:
            small.close()

    try:
        certificate = verify(SLOW, dask=small.scheduler_address, watch=watch)
    finally:
        small.close()
    assert was_interrupted(certificate)


def test_other_errors_of_a_worker_are_no_loss() -> None:
    with in_this_process(1) as small, executing(dask=small.scheduler_address) as backend:
        assert backend.slots == 1
        assert not backend.is_worker_lost(ZeroDivisionError())
        with pytest.raises(ExecutionLost, match="the connection was lost"):
            backend.is_worker_lost(ConnectionResetError())


def test_nothing_of_dask_is_loaded_without_the_option() -> None:
    from tests.cli.commands import modules_after

    loaded: Any = modules_after("import hopverify.pipeline as p; p.verify('specs/relu-pair.yaml', samples=20)")
    assert not loaded & {"distributed", "dask"}


@pytest.mark.long
def test_the_command_tells_that_the_cluster_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask, "PATIENCE", 0.5)
    monkeypatch.setattr(dask, "INTERVAL", 0.1)
    with LocalCluster(n_workers=1, threads_per_worker=1, processes=True, dashboard_address=":0") as small:
        log = tmp_path / "log"
        take = Run.take

        def taking(self: Run, findings: Any) -> None:
            take(self, findings)
            small.scale(0)

        monkeypatch.setattr(Run, "take", taking)
        result = run("verify", "-q", SLOW, "--dask", small.scheduler_address, "--out", tmp_path, "--log", log)
    assert result.exit_code == 2
    assert "all workers are gone; what it found is kept" in result.stderr
    assert "unknown" in result.stdout
    events = [json.loads(line)["event"] for line in log.read_text(encoding="utf-8").splitlines()]
    told = [kind for kind in events if kind not in ("claim_started", "claim_finished")]
    assert told[-4:] == ["execution_lost", "spec_finished", "certificate_written", "run_finished"]
    assert (tmp_path / f"{SLOW.stem}.journal.jsonl").exists()
