"""Two certificates compared: what is better, worse, different, new, gone, slower, and what cannot be."""

from __future__ import annotations

import io
import json
import random
import re
from typing import Any

import pytest
from markdown_it import MarkdownIt

from hopverify.certificate import Certificate
from hopverify.errors import CertificateRejected
from hopverify.reporting.comparing import compare
from hopverify.reporting.comparison import Change, ClaimChange, Comparison, Moved
from hopverify.reporting.comparison_json import as_json
from hopverify.reporting.comparison_markdown import as_markdown
from hopverify.reporting.comparison_text import one_line, show
from hopverify.reporting.comparison_words import CONTRADICTION, Compared, arrow
from hopverify.reporting.terminal import console_for
from tests.reporting.certificates import MADE_WITH, certificate, entry

OTHER = {"name": "model", "digest": "b" * 64}


def of_two_specs(old: dict[str, Any], new: dict[str, Any]) -> ClaimChange:
    """Compare one claim before and after the spec changed."""
    return compare(certificate(old), certificate(new, spec=OTHER)).claims[0]


def of_one_spec(old: dict[str, Any], new: dict[str, Any]) -> ClaimChange:
    return compare(certificate(old), certificate(new)).claims[0]


def printed(comparison: Comparison, *, verbose: bool = False) -> str:
    stream = io.StringIO()
    show(Compared(comparison, ("old.json", "new.json")), console_for(stream, colour=False), verbose=verbose)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("before", "after", "expected", "change"),
    [
        ("pass", "pass", "pass", Change.SAME),
        ("unknown", "pass", "pass", Change.BETTER),
        ("fail", "unknown", "pass", Change.BETTER),
        ("pass", "unknown", "pass", Change.WORSE),
        ("unknown", "fail", "pass", Change.WORSE),
        # What is asked decides: a counterexample that is there no more is bad where one is asked for.
        ("fail", "pass", "fail", Change.WORSE),
        ("pass", "fail", "fail", Change.BETTER),
        # A check that only describes has no side.
        ("pass", "fail", "any", Change.DIFFERENT),
        ("unknown", "fail", "any", Change.BETTER),
        ("fail", "unknown", "any", Change.WORSE),
        ("pass", "not-applicable", "pass", Change.DIFFERENT),
        ("fail", "not-applicable", "pass", Change.BETTER),
    ],
)
def test_a_verdict_is_judged_by_what_is_asked(before: str, after: str, expected: str, change: Change) -> None:
    found = of_two_specs(entry("c", before, expected=expected), entry("c", after, expected=expected))
    assert found.change is found.whole is change


def test_each_side_is_judged_by_what_it_is_asked() -> None:
    found = of_two_specs(entry("c", "fail", expected="fail"), entry("c", "fail", expected="pass"))
    assert found.change is Change.WORSE
    found = of_two_specs(entry("c", "fail", expected="fail"), entry("c", "pass", expected="pass"))
    assert found.change is Change.DIFFERENT


def test_one_subject_need_not_fail_where_the_check_does() -> None:
    flat, sound = entry("c", "fail", subject="x", expected="fail"), entry("c", "pass", subject="y", expected="fail")
    found = compare(certificate(flat, sound), certificate(flat, sound, spec=OTHER))
    assert not found.got_worse
    alone = entry("c", "pass", subject="x", expected="fail")
    assert compare(certificate(flat, sound), certificate(alone, sound, spec=OTHER)).got_worse


def test_of_one_model_less_is_known_where_a_decision_is_gone() -> None:
    assert of_one_spec(entry("c", "fail"), entry("c", "unknown")).change is Change.WORSE
    assert of_two_specs(entry("c", "fail"), entry("c", "unknown")).change is Change.BETTER


def test_of_one_model_a_claim_cannot_pass_and_fail() -> None:
    old, new = entry("c", "fail"), entry("c", "pass")
    comparison = compare(certificate(old), certificate(new))
    assert comparison.claims[0].is_contradiction
    assert comparison.got_worse
    assert CONTRADICTION in printed(comparison)
    assert not of_two_specs(old, new).is_contradiction
    # Another version may claim something else under the same name.
    other = of_one_spec(old, new | {"statement": "another statement"})
    assert not other.is_contradiction
    assert other.change is Change.BETTER


def test_claims_come_and_go() -> None:
    old = certificate(
        entry("kept"),
        entry("proved"),
        entry("open", "unknown"),
        entry("refuted", "fail"),
        entry("aside", "not-applicable"),
    )
    comparison = compare(old, certificate(entry("kept"), entry("added", "fail"), spec=OTHER, verdict="pass"))
    changes = {claim.check: (claim.change, claim.whole) for claim in comparison.claims}
    assert changes == {
        "kept": (Change.SAME, Change.SAME),
        "added": (Change.NEW, Change.NEW),
        "proved": (Change.GONE, Change.WORSE),
        "open": (Change.GONE, Change.GONE),
        "refuted": (Change.GONE, Change.GONE),
        "aside": (Change.GONE, Change.GONE),
    }
    shown = printed(comparison)
    assert "pass → not claimed" in shown
    assert "not claimed → fail" in shown
    assert "aside" not in shown


def test_a_check_asked_for_twice_is_compared_one_by_one() -> None:
    comparison = compare(certificate(entry("c"), entry("c", "unknown")), certificate(entry("c"), entry("c")))
    assert [claim.change for claim in comparison.claims] == [Change.SAME, Change.BETTER]


def test_claims_about_the_model_are_matched_whatever_its_name() -> None:
    new = {"name": "renamed", "digest": "b" * 64}
    comparison = compare(
        certificate(entry("c", subject="model"), entry("d", subject="x")),
        certificate(entry("c", subject="renamed"), entry("d", subject="x"), spec=new),
    )
    assert [claim.change for claim in comparison.claims] == [Change.SAME, Change.SAME]
    assert "certificates of two specs, model and renamed" in printed(comparison)
    # A layer may have the old name of the model.
    beside = certificate(entry("c", subject="renamed"), entry("c", subject="model"), spec=new)
    assert [claim.change for claim in compare(certificate(entry("c", subject="model")), beside).claims] == [
        Change.NEW,
        Change.SAME,
    ]


def test_another_spec_is_a_difference_even_if_all_claims_are_the_same() -> None:
    old, new = certificate(entry("c")), certificate(entry("c"), spec=OTHER)
    assert compare(old, new).is_different
    assert not compare(old, old).is_different


@pytest.mark.parametrize(
    ("before", "after", "change"), [("pass", "fail", "worse"), ("fail", "unknown", "better"), ("pass", "pass", "same")]
)
def test_the_verdict_on_the_whole(before: str, after: str, change: str) -> None:
    comparison = compare(certificate(verdict=before), certificate(verdict=after, spec=OTHER))
    assert str(comparison.verdict_change) == change
    assert comparison.got_worse is (change == "worse")


def numbers(check: str, before: Any, after: Any) -> dict[str, tuple[str | None, str | None, str]]:
    claim = of_two_specs(entry(check, data=before), entry(check, data=after))
    return {each.name: (each.before, each.after, str(each.change)) for each in claim.numbers}


def retrieval(certified: int, *, patterns: int = 4, smallest: str = "1/2") -> dict[str, Any]:
    return {"certified": certified, "patterns": patterns, "radius": {"smallest": smallest}, "memories": []}


def test_certified_patterns_and_radii() -> None:
    assert numbers("memory_retrieval", retrieval(3), retrieval(4, smallest="1/4")) == {
        "patterns retrieved": ("3 of 4", "4 of 4", "better"),
        "smallest radius": ("1/2", "1/4", "worse"),
    }
    # Fewer patterns are no worse than before, if all of them have a ball.
    assert numbers("memory_retrieval", retrieval(4), retrieval(2, patterns=2)) == {"patterns": ("4", "2", "different")}


def test_what_only_rounds_otherwise_is_the_same() -> None:
    size = 10**9
    assert not numbers("memory_retrieval", retrieval(4), retrieval(4, smallest=f"{size // 2 + 1}/{size}"))
    assert numbers("memory_retrieval", retrieval(4), retrieval(4, smallest=f"{size // 2 + 10**4}/{size}"))


def test_equilibria_ghosts_and_bounds() -> None:
    def row(stability: str, **more: str) -> dict[str, Any]:
        return {"x": ["0"], "stability": stability} | more

    stable, open_ = row("stable"), row("undecided")
    found = numbers("equilibria", {"equilibria": [stable]}, {"equilibria": [stable, open_], "undecided_boxes": 2})
    assert found == {
        "equilibria": ("1", "2", "different"),
        "undecided": ("0", "1", "worse"),
        "boxes left undecided": ("0", "2", "worse"),
    }
    assert numbers("ghost_regions", {"count": 1}, {"count": 3}) == {"ghosts": ("1", "3", "different")}
    least = row("stable", lambda_max_at_most="0")
    bounds = [{"equilibria": [least, row("stable", lambda_max_at_most=size)]} for size in ("1/64", "1/2")]
    assert numbers("equilibrium_stability", *bounds) == {"largest bound of λ_max(K)": ("1/64", "1/2", "worse")}


def test_cells() -> None:
    def data(reach: str, flips: int) -> dict[str, Any]:
        rows = [{"name": "a", "verdict": "pass", "nearest_end": "9", "flips": 9}]
        rows.append({"name": "b", "verdict": "pass", "nearest_end": reach, "flips": flips})
        return {"certified": 2, "patterns": 3, "cells": rows}

    assert numbers("basin_cells", data("1", 2), data("2", 1)) == {
        "smallest reach": ("1", "2", "better"),
        "fewest flips corrected": ("2", "1", "worse"),
    }


def test_a_certified_step_of_any_length_is_the_longest() -> None:
    steps = {"up_to": "2/3"}, {"up_to": None}
    assert numbers("step_size", *steps) == {"certified step": ("2/3", "any", "better")}
    assert numbers("step_size", *reversed(steps)) == {"certified step": ("any", "2/3", "worse")}
    assert not numbers("step_size", steps[1], steps[1])


def test_a_check_nobody_has_heard_of_is_followed_by_its_numbers() -> None:
    assert numbers("new_check", {"size": "3", "said": "a"}, {"size": "7/2", "said": "b"}) == {
        "size": ("3", "7/2", "different")
    }


def test_patterns_are_named_that_lost_or_won_their_ball() -> None:
    def rows(**verdicts: str) -> dict[str, Any]:
        return {"memories": [{"name": name, "verdict": verdict} for name, verdict in verdicts.items()]}

    claim = of_two_specs(
        entry("memory_retrieval", data=rows(a="pass", b="fail", c="pass")),
        entry("memory_retrieval", data=rows(a="fail", b="pass", c="pass")),
    )
    assert (claim.lost, claim.won, claim.whole) == (("a",), ("b",), Change.WORSE)
    # Of very many patterns only those without a ball are listed.
    many = of_two_specs(
        entry("memory_retrieval", data=rows(b="fail") | {"unlisted": 9000}),
        entry("memory_retrieval", data=rows(a="fail") | {"unlisted": 9000}),
    )
    assert (many.lost, many.won) == (("a",), ("b",))


@pytest.mark.parametrize(
    ("before", "after", "pace"), [(0.1, 0.4, "same"), (10.0, 14.0, "same"), (1.0, 1.6, "slower"), (9.0, 3.0, "faster")]
)
def test_times_are_told_beyond_noise(before: float, after: float, pace: str) -> None:
    old, new = (certificate(entry("c"), seconds=(seconds,)) for seconds in (before, after))
    comparison = compare(old, new)
    assert str(comparison.claims[0].pace) == str(comparison.pace) == pace
    assert comparison.got_slower is (pace == "slower")
    assert not comparison.got_worse
    assert not comparison.is_different


def test_one_claim_may_be_slower_while_all_together_are_not() -> None:
    old, new = (certificate(entry("c"), entry("d"), seconds=seconds) for seconds in ((1.0, 9.0), (9.0, 1.0)))
    comparison = compare(old, new)
    assert comparison.pace is Change.SAME
    assert comparison.got_slower


def test_numbers_are_short_unless_they_look_the_same() -> None:
    assert arrow(Moved("n", "1/3", "2/3", Change.DIFFERENT)) == "≈0.333333 → ≈0.666667"
    near = "10000001/30000000"
    assert arrow(Moved("n", "1/3", near, Change.DIFFERENT)) == f"1/3 → {near}"
    assert arrow(Moved("n", None, "1/2", Change.DIFFERENT)) == "1/2 (new)"


def test_arrays_versions_and_assumptions_that_differ() -> None:
    old = certificate(entry("c", assumptions=["a is small"]), arrays={"w": "1", "v": "2"})
    changed = {"arrays": {"w": "3", "u": "4"}, "made_with": MADE_WITH | {"hopverify": "0.2.0"}, "spec": OTHER}
    comparison = compare(old, certificate(entry("c", assumptions=["a is tiny"]), **changed))
    assert [(each.name, str(each.change)) for each in comparison.arrays] == [
        ("u", "new"),
        ("v", "gone"),
        ("w", "different"),
    ]
    assert not comparison.is_same_spec
    shown = printed(comparison)
    assert "made with: hopverify 0.1.0 → 0.2.0" in shown
    assert "assumed now by c: a is tiny" in shown
    assert "not assumed any more by c: a is small" in shown
    assert "array w: other numbers" in shown


def test_the_worst_comes_first_and_the_same_is_left_out() -> None:
    old = certificate(entry("a"), entry("b", "unknown"), entry("c"))
    comparison = compare(old, certificate(entry("a"), entry("b"), entry("c", "unknown"), verdict="unknown"))
    lines = printed(comparison).splitlines()
    assert [line.split()[0] for line in lines if line.startswith(("worse", "better", "same"))] == ["worse", "better"]
    assert "    unknown: no prover found a proof" in lines
    assert lines[-1] == "verdict pass → unknown; claims: 1 worse, 1 better, 1 the same; 0.0 s → 0.0 s"
    assert "\nsame " in printed(comparison, verbose=True)
    assert one_line(Compared(comparison, ("a", "b"))).startswith("a → b: verdict pass → unknown")


def test_hostile_text_shows_as_text() -> None:
    name = "\x1b[2Jm[red]\n\u202e"
    old = certificate(entry("c", subject=name), spec={"name": name, "digest": "a" * 64})
    new = certificate(entry("c", "unknown", subject=name), spec={"name": name, "digest": "a" * 64})
    comparison = compare(old, new)
    shown = printed(comparison)
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "[2Jm[red]" in shown
    text = as_json(Compared(comparison, (name, "new.json")))
    assert text.isascii()
    assert json.loads(text)["files"][0] == name


def test_markdown_has_a_table_and_the_lines_behind_it() -> None:
    old, new = (certificate(entry("c", verdict, subject="x|y"), spec=OTHER) for verdict in ("pass", "unknown"))
    lines = as_markdown(Compared(compare(old, new), ("old.json", "new.json"))).splitlines()
    assert lines[0] == "#### `old.json` → `new.json`"
    assert "| worse | `c` | `x\\|y` | pass → unknown | 0.00 → 0.00 |" in lines
    assert "    unknown: no prover found a proof" in lines


def test_hostile_text_in_markdown_stays_in_code() -> None:
    name = "`</details><img src=x>\n```\n@someone [a](javascript:b)"
    old, new = (certificate(entry(name, verdict, subject=name), spec=OTHER) for verdict in ("pass", "unknown"))
    page = MarkdownIt("gfm-like", {"linkify": False}).render(as_markdown(Compared(compare(old, new), (name, name))))
    outside = re.sub(r"<code.*?</code>", "", page, flags=re.DOTALL)
    assert page.count("@someone") == 6
    assert not [word for word in ("@someone", "img", "javascript") if word in outside]
    assert outside.count("<details>") == outside.count("</details>") == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"check": None},
        {"verdict": "maybe"},
        {"verdict": ["pass"]},
        {"expected": "maybe"},
        {"method": "comparison"},
        {"assumptions": [1]},
        {"obligations": {}},
        {"obligations": [{"statement": "s"}]},
        {"obligations": [{"statement": "s", "role": "r", "outcome": "o", "data": []}]},
    ],
)
def test_an_entry_that_is_none_is_refused(wrong: dict[str, Any]) -> None:
    compare(certificate(entry("c")), certificate(entry("c")))
    with pytest.raises(CertificateRejected, match=r"^new.json: entry 1: "):
        compare(certificate(entry("c")), certificate(entry("c") | wrong), files=("old.json", "new.json"))


def test_a_verdict_or_a_time_that_is_none_is_refused() -> None:
    with pytest.raises(CertificateRejected, match="maybe"):
        compare(certificate(), certificate(verdict="maybe"))
    with pytest.raises(CertificateRejected, match="finite"):
        compare(certificate(), certificate(entry("c"), seconds=(float("nan"),)))


def _anything(draw: random.Random, depth: int = 0) -> Any:
    kinds = ["1e999999999", "3/0", "[1 +/- ", "any", "pass", None, True, 3, "-1/2"]
    if depth < 3 and draw.random() < 0.6:
        keys = ("certified", "patterns", "radius", "memories", "cells", "equilibria", "count", "name", "verdict")
        if draw.random() < 0.5:
            return [_anything(draw, depth + 1) for _ in range(draw.randrange(3))]
        return {key: _anything(draw, depth + 1) for key in draw.sample(keys, draw.randrange(len(keys)))}
    return draw.choice(kinds)


def test_data_of_any_shape_do_no_harm() -> None:
    draw = random.Random(0)
    checks = ("memory_retrieval", "basin_cells", "equilibria", "equilibrium_stability", "step_size", "other")
    for _ in range(40):
        data = [{key: _anything(draw) for key in ("up_to", "longer", "radius")} | _mapping(draw) for _ in range(2)]
        for check in checks:
            old, new = (certificate(entry(check, data=each)) for each in data)
            as_json(Compared(_printed(old, new), ("a", "b")))


def _mapping(draw: random.Random) -> dict[str, Any]:
    found = _anything(draw)
    return found if isinstance(found, dict) else {}


def _printed(old: Certificate, new: Certificate) -> Comparison:
    comparison = compare(old, new)
    printed(comparison, verbose=True)
    return comparison
