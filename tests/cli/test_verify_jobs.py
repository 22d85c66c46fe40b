"""``hopverify verify -j``: the serial certificates and exit codes; interrupts and limits keep their meaning."""

from __future__ import annotations

from pathlib import Path

import pytest

from hopverify.certificate import read_certificate
from hopverify.checker import check_certificate
from hopverify.spec import read_spec
from tests.cli.commands import RELU_PAIR, ROOT, run, write_spec
from tests.cli.started import gone, started
from tests.execution.certificates import SHARING, SLOW, timeless
from tests.profiles import long


@pytest.mark.long
def test_reports_and_certificates_are_the_serial_ones(tmp_path: Path) -> None:
    specs = [RELU_PAIR, SHARING, ROOT / "specs" / "negative-missing-half.yaml"]
    serial, parallel = tmp_path / "serial", tmp_path / "parallel"
    results = [
        run("verify", "-q", *specs, "--samples", "50", "--out", out, *jobs)
        for out, jobs in ((serial, ()), (parallel, ("-j", "2")))
    ]
    assert results[0].stdout == results[1].stdout
    assert [result.exit_code for result in results] == [0, 0]
    names = sorted(path.name for path in serial.iterdir())
    assert len(names) == 3
    assert sorted(path.name for path in parallel.iterdir()) == names
    for name in names:
        first, second = ((out / name).read_text(encoding="utf-8") for out in (serial, parallel))
        assert timeless(first) == timeless(second)


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        ({"expect": "{}"}, 1),
        long({"lagrangian": "rellu"}, 2),
        long({"lagrangian": "abs"}, 3),
        long({}, 0),
    ],
)
def test_exit_codes(tmp_path: Path, spec: dict[str, str], code: int) -> None:
    assert run("verify", write_spec(tmp_path, **spec), "-j", "2", "--samples", "20").exit_code == code


def test_a_wrong_spec_keeps_no_other_from_being_verified(tmp_path: Path) -> None:
    wrong = write_spec(tmp_path, "a-wrong.yaml", lagrangian="rellu")
    result = run("verify", "-q", wrong, write_spec(tmp_path), RELU_PAIR, "-j", "2", "--samples", "20")
    assert result.exit_code == 2
    told, summary = result.stdout.splitlines()[:2], "\n".join(result.stdout.splitlines()[2:])
    assert [line.split(": ")[1].split()[0] for line in told] == ["pass", "pass"]
    assert "3 specs" in summary
    assert "a-wrong.yaml:4:28" in summary
    assert "did you mean 'relu'?" in result.stderr


@pytest.mark.long
def test_the_limits_leave_checks_unknown() -> None:
    for limit in (("--timeout", "1e-9"), ("--max-boxes", "1", "--samples", "20")):
        result = run("verify", SHARING, "-j", "2", *limit)
        assert result.exit_code == 3
        assert "unknown" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("-j", "0"), "-j"),
        (("-j", "two"), "-j"),
        (("-j", "2", "--dask", "tcp://127.0.0.1:8786"), "--dask on a cluster: give one of them"),
        (("--resume",), "add --out DIR"),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...], told: str) -> None:
    result = run("verify", RELU_PAIR, *arguments)
    assert result.exit_code == 2
    assert told in result.stderr


@pytest.mark.parametrize("jobs", [long("1"), "2"])
def test_ctrl_c_leaves_a_certificate_and_no_process(tmp_path: Path, jobs: str) -> None:
    out = tmp_path / "out"
    with started(tmp_path / "log", "verify", "-q", SLOW, RELU_PAIR, "-j", jobs, "--out", out) as command:
        command.wait_for("obligation_finished")
        family = command.family()
        assert bool(family) == (jobs == "2")
        command.press_ctrl_c()
        code, _, err = command.end()
        assert gone(family)
        (last,) = (event for event in command.events() if event["event"] == "run_finished")
    advice = f"what has been found is in {out}; the same command with --resume goes on"
    assert (code, err, last["exit_code"]) == (130, f"interrupted: {advice}\n", 130)
    certificate = read_certificate(out / f"{SLOW.stem}.certificate.json")
    check_certificate(read_spec(SLOW), certificate)
    verdicts = {result["verdict"] for result in certificate.results}
    assert {"pass", "unknown"} <= verdicts


def test_workers_end_with_a_killed_parent(tmp_path: Path) -> None:
    with started(tmp_path / "log", "verify", "-q", SLOW, "-j", "2") as command:
        command.wait_for("obligation_finished")
        family = command.family()
        assert family
        command.process.kill()
        command.end()
        assert gone(family)
