"""The table: what stands in it, on terminals and in pipes, and the progress bar."""

from __future__ import annotations

import io
import re
import sys
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from hopverify.reporting.advice import Step
from hopverify.reporting.progress import Bar, bar
from hopverify.reporting.report import Report, Row
from hopverify.reporting.terminal import Shown, console_for, one_line, show, summary
from hopverify.results import data_of, witness_of
from hopverify.verdict import Verdict

ROW = Row(
    check="energy_descent",
    subject="model",
    statement="E never increases",
    theory="T2",
    assumptions=("layer h is at its instantaneous value",),
    verdict=Verdict.PASS,
    expected=Verdict.PASS,
    met=True,
    method=("composition", "sign"),
    reason=None,
    witness=None,
    data=None,
    obligations=(),
    seconds=0.25,
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def without_seconds(text: str) -> list[str]:
    """Return the lines of a table as a page shows them: rows without their times, one blank between words."""
    return [" ".join(re.sub(r" +\d+\.\d\d$", "", line).split()) for line in text.splitlines()]


def report(*rows: Row, verdict: Verdict = Verdict.PASS, name: str = "model") -> Report:
    return Report("model.yaml", name, "0" * 64, verdict, rows)


def printed(shown: Report, *, terminal: bool = False, verbose: bool = False, colour: bool = True) -> str:
    stream = Terminal() if terminal else io.StringIO()
    show(shown, console_for(stream, colour=colour), verbose=verbose)
    return stream.getvalue()


def test_a_row_has_check_subject_verdict_and_time() -> None:
    lines = printed(report(replace(ROW, subject="x"))).splitlines()
    assert lines[0] == "model  model.yaml"
    assert lines[1].split() == ["check", "subject", "verdict", "seconds"]
    assert lines[2].split() == ["energy_descent", "x", "pass", "0.25"]
    assert lines[3] == "The energy never increases."
    assert lines[4] == "as expected: 1 proved"


def test_the_name_of_the_model_is_not_repeated() -> None:
    lines = printed(report(ROW)).splitlines()
    assert lines[1].split() == ["check", "verdict", "seconds"]
    assert lines[2].split() == ["energy_descent", "pass", "0.25"]
    aside = replace(ROW, check="equilibria", verdict=Verdict.NOT_APPLICABLE)
    assert "not applicable: equilibria\n" in printed(report(ROW, aside))


def test_rows_that_come_one_by_one_look_as_they_do_at_once() -> None:
    rows = [ROW, replace(ROW, check="equilibria", subject="x", verdict=Verdict.UNKNOWN, met=False)]
    rows.append(replace(ROW, check="basin_cells", verdict=Verdict.NOT_APPLICABLE))
    whole, stream = report(*rows, verdict=Verdict.UNKNOWN), io.StringIO()
    shown = Shown(console_for(stream, colour=False), whole.name, [(row.check, row.subject) for row in rows])
    shown.begin(whole.file)
    shown.add(rows[:1])
    assert stream.getvalue() == "".join(printed(whole).splitlines(True)[:3])
    shown.add(rows[1:])
    shown.end(whole)
    assert stream.getvalue() == printed(whole)


def test_what_is_refuted_what_is_open_and_what_to_do_next_stand_at_the_end() -> None:
    reason = {"code": "outside_theorem", "text": "no theorem"}
    repair, explain = Step("hopverify repair a.yaml", "mends it"), Step("hopverify explain boundedness", "explains it")
    other = Step("hopverify explain equilibria", "explains it")
    rows = (
        ROW,
        replace(ROW, check="boundedness", verdict=Verdict.UNKNOWN, reason=reason, advice=(explain,)),
        replace(ROW, check="equilibria", verdict=Verdict.UNKNOWN, reason=reason, advice=(other,)),
        replace(ROW, check="ghost_regions", verdict=Verdict.FAIL, met=False, advice=(repair,)),
        replace(ROW, check="energy_flatness", verdict=Verdict.FAIL, met=False, advice=(repair,)),
    )
    assert printed(report(*rows, verdict=Verdict.FAIL)).splitlines()[-7:] == [
        "fail: not as the spec expects: ghost_regions, energy_flatness",
        "refuted: ghost_regions, energy_flatness",
        "unknown: boundedness, equilibria",
        "next: hopverify repair a.yaml",
        "    mends it (ghost_regions, energy_flatness)",
        "next: hopverify explain boundedness",
        "    explains it; likewise equilibria",
    ]


@pytest.mark.parametrize(
    ("verdict", "expected", "met", "shown"),
    [
        (Verdict.FAIL, Verdict.PASS, False, "fail "),
        (Verdict.FAIL, Verdict.FAIL, True, "fail, as expected"),
        (Verdict.PASS, Verdict.FAIL, False, "pass, not fail"),
        (Verdict.UNKNOWN, Verdict.FAIL, False, "unknown, not fail"),
        (Verdict.FAIL, None, True, "fail, not required"),
        (Verdict.UNKNOWN, None, True, "unknown, not required"),
        # One of two layers is flat, as the spec expects of the check as a whole.
        (Verdict.PASS, Verdict.FAIL, True, "pass "),
    ],
)
def test_the_expected_verdict_is_told_where_it_matters(
    verdict: Verdict, expected: Verdict | None, met: bool, shown: str
) -> None:
    row = replace(ROW, verdict=verdict, expected=expected, met=met)
    assert shown in printed(report(row)).splitlines()[2]


def test_what_is_not_applicable_is_one_line() -> None:
    reason = {"code": "not_applicable", "text": "there is nothing to check"}
    rows = [replace(ROW, subject=s, verdict=Verdict.NOT_APPLICABLE, reason=reason) for s in ("a", "b")]
    shown = printed(report(ROW, *rows))
    assert "not applicable: energy_descent (a, b)" in shown
    assert "nothing to check" not in shown
    assert "nothing to check" in printed(report(ROW, *rows), verbose=True)


def test_an_expected_verdict_on_something_not_applicable_is_told() -> None:
    reason = {"code": "not_applicable", "text": "there is nothing to check"}
    row = replace(ROW, verdict=Verdict.NOT_APPLICABLE, expected=Verdict.FAIL, met=False, reason=reason)
    shown = printed(report(row, verdict=Verdict.FAIL))
    assert "not-applicable, not fail" in shown.splitlines()[2]
    assert "nothing to check" in shown


def test_the_reason_and_the_missing_premises_stand_under_an_unknown() -> None:
    obligations: tuple[dict[str, Any], ...] = (
        {"role": "premise", "outcome": "refuted", "statement": "all biases count", "data": {"because": "x does not"}},
        *({"role": "premise", "outcome": "open", "statement": f"premise {i}"} for i in range(5)),
    )
    reason = {"code": "nonsmooth", "text": "the activation jumps"}
    row = replace(ROW, verdict=Verdict.UNKNOWN, met=False, reason=reason, obligations=obligations)
    shown = printed(report(row, verdict=Verdict.UNKNOWN))
    assert "    unknown: the activation jumps" in shown
    assert "    does not hold: all biases count (x does not)" in shown
    assert "    not shown: premise 2" in shown
    assert "premise 3" not in shown
    assert "and 2 more premises" in shown
    assert shown.endswith("unknown: not as the spec expects: energy_descent\nunknown: energy_descent\n")


def test_verbose_shows_claims_rules_and_assumptions() -> None:
    part = {"role": "premise", "outcome": "proved", "statement": "W = Wᵀ", "evidence": {"rule": "sign"}}
    shown = printed(report(replace(ROW, obligations=(part,))), verbose=True)
    assert "decided by: composition, sign" in shown
    assert "claim (T2): E never increases" in shown
    assert "premise, proved by sign: W = Wᵀ" in shown
    assert "assuming: layer h is at its instantaneous value" in shown


def test_colours_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    assert "\x1b[" in printed(report(ROW), terminal=True)
    assert "\x1b" not in printed(report(ROW), terminal=True, colour=False)
    assert "\x1b" not in printed(report(ROW))


@pytest.mark.parametrize("width", [30, 50, 80])
def test_a_narrow_terminal_cuts_no_name(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    rows = [replace(ROW, check="altered_energy_descent", subject=name) for name in ("s" * 40, "x")]
    lines = printed(report(*rows), terminal=True, colour=False).splitlines()
    assert max(map(len, lines)) <= max(width, 42)
    words = " ".join(lines).split()
    assert [words.count(word) for word in ("altered_energy_descent", "s" * 40, "x", "pass", "0.25")] == [2, 1, 1, 2, 2]


def test_what_a_machine_has_stands_without_backticks() -> None:
    reason = {"code": "region_too_large", "text": "a smaller region (`lower` and `upper`)"}
    shown = printed(report(replace(ROW, verdict=Verdict.UNKNOWN, reason=reason)))
    assert "(lower and upper)" in shown
    assert "`" not in shown


def test_names_stay_whole_at_eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    row = replace(ROW, check="flat_region_stability", subject="relu-two-neurons", expected=None, verdict=Verdict.FAIL)
    shown = printed(report(row), terminal=True, colour=False)
    assert shown.splitlines()[2].split()[:3] == ["flat_region_stability", "relu-two-neurons", "fail,"]
    assert max(map(len, shown.splitlines())) <= 80


def test_what_is_known_has_a_colour_whatever_is_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    green, magenta, red = "\x1b[32m", "\x1b[35m", "\x1b[1;31m"
    assert green in printed(report(ROW), terminal=True)
    for expected in (Verdict.FAIL, None):
        refuted = printed(report(replace(ROW, verdict=Verdict.FAIL, expected=expected)), terminal=True)
        assert magenta in refuted
        assert (green in refuted) == (expected is None)
    assert red in printed(report(replace(ROW, verdict=Verdict.FAIL, met=False), verdict=Verdict.FAIL), terminal=True)


def test_several_specs_are_summed_up() -> None:
    failed = report(replace(ROW, met=False, verdict=Verdict.FAIL), verdict=Verdict.FAIL)
    left = replace(report(replace(ROW, met=False, verdict=Verdict.UNKNOWN), verdict=Verdict.UNKNOWN), file="left.yaml")
    good = replace(report(ROW), file="good.yaml")
    assert summary([good, failed, left], [("bad.yaml", "bad.yaml:1:2: wrong\nbad.yaml:3:4: wrong, too")]) == [
        "4 specs: 1 as the spec expects, 1 not as the spec expects, 1 unknown, 1 broken",
        "  not as the spec expects: model.yaml: energy_descent",
        "  unknown: left.yaml: energy_descent",
        "  broken: bad.yaml:1:2: wrong",
    ]
    assert summary([good, replace(good, file="b.yaml")], []) == ["2 specs: 2 as the spec expects"]


def test_markup_is_text() -> None:
    shown = printed(report(replace(ROW, subject="[red]s[/red]"), name="[bold]n"), terminal=True, colour=False)
    assert "[red]s[/red]" in shown
    assert "[bold]n" in shown


def test_one_line() -> None:
    failed = replace(ROW, check="energy_flatness", verdict=Verdict.FAIL, met=False)
    expected = "model.yaml: fail (1 proved, 1 refuted; not as the spec expects: energy_flatness)"
    assert one_line(report(ROW, failed, verdict=Verdict.FAIL)) == expected
    assert one_line(report()) == "model.yaml: pass (no checks)"


def test_witness_and_data_come_from_the_obligations() -> None:
    parts = [
        {
            "role": "premise",
            "outcome": "refuted",
            "evidence": {"rule": "sign"},
            "data": {"because": "p", "c": 1},
        },
        {"role": "premise", "outcome": "proved", "evidence": {"rule": "sign"}, "data": {"because": "q", "c": 2}},
        {"role": "necessary", "outcome": "refuted", "evidence": {"rule": "ascent", "state": ["1"]}, "data": {"n": "2"}},
    ]
    entry = {"verdict": "fail", "obligations": parts}
    assert witness_of(entry) == {"state": ["1"], "n": "2"}
    # What two obligations say of themselves is never said of one of them, nor of the claim.
    assert data_of(entry) == {"n": "2"}
    assert witness_of(entry | {"verdict": "unknown"}) is None
    assert data_of({"obligations": []}) is None


def test_the_bar_keeps_off_what_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with Bar(2) as bar:
        bar.show(1, "model: check")
    assert capsys.readouterr() == ("", "")


def test_the_bar_shows_itself_when_patience_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setattr("hopverify.reporting.progress.PATIENCE", 0.0)
    with Bar(2) as bar:
        bar.show(1, "[red]model: check")
        assert bar.timer is not None
        bar.timer.join()
    assert "[red]model: check" in stream.getvalue()
    assert "left:" in stream.getvalue()


def test_the_bar_goes_on_after_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setattr("hopverify.reporting.progress.PATIENCE", 0.0)
    with Bar(2) as bar:
        for step in ("first", "second"):
            bar.show(1, step)
            assert bar.timer is not None
            bar.timer.join()
            bar.pause()
            assert step in stream.getvalue()
    assert bar.display.tasks[0].completed == 1


def test_the_bar_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setattr("hopverify.reporting.progress.PATIENCE", 3600.0)
    with Bar(2) as bar:
        bar.show(1, "model: check")
    assert "model" not in stream.getvalue()


def test_in_a_notebook_a_bar_is_drawn_below_the_cell_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    pages: list[str] = []

    class Handle:
        def update(self, page: str) -> None:
            pages.append(page)

    def display(page: str, *, display_id: bool) -> Handle:
        pages.append(page)
        return Handle()

    shell = SimpleNamespace(kernel=1)
    module = SimpleNamespace(get_ipython=lambda: shell, display=SimpleNamespace(HTML=str, display=display))
    monkeypatch.setitem(sys.modules, "IPython", module)
    monkeypatch.setattr("hopverify.reporting.progress.INTERVAL", 0.0)
    with bar(2) as shown:
        shown.show(0.5, "<b> at work")
        shown.show(1.0, "more")
    assert pages == [
        '<progress value="0.5" max="2"></progress> &lt;b&gt; at work',
        '<progress value="1" max="2"></progress> more',
        "",
    ]
    del shell.kernel
    assert isinstance(bar(2), Bar)


def test_a_reason_is_printed_once() -> None:
    reason = {"code": "region_too_large", "text": "no box is known"}
    rows = [
        replace(ROW, check=check, verdict=Verdict.UNKNOWN, reason=reason)
        for check in ("equilibria", "state_recovery", "equilibrium_stability")
    ]
    rows[2] = replace(rows[2], missing=("W may be too large",))
    lines = printed(report(*rows, verdict=Verdict.UNKNOWN)).splitlines()
    assert [line for line in lines if line.startswith("    ")] == [
        "    unknown: no box is known",
        "    unknown: for the reason of equilibria",
        "    unknown: no box is known",
        "    in the way: W may be too large",
    ]
