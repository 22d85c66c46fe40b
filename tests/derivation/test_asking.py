"""SymPy in a process of its own: answers, reasons why there are none, limits of time, and ends of every kind."""

from __future__ import annotations

import io
import pickle
import sys
from typing import Any, NoReturn

import pytest

from hopverify.derivation import asking, derive
from hopverify.derivation.asking import ask
from hopverify.derivation.formula import NoFormula
from hopverify.derivation.symbolic import own
from hopverify.derivation.symbolic.answering import answer, serve
from tests.derivation.models import layer, model

OWN = 'layers: {x: {size: 2, lagrangian: {expression: "cosh(x)"}}}\n'


@pytest.fixture(autouse=True)
def forgotten() -> None:
    """Nothing is kept of earlier questions; the process is."""
    asking._answer.cache_clear()


@pytest.fixture
def no_process() -> Any:
    """There is no process yet, and the one of the test is ended."""
    asking._PROCESS.end()
    yield
    asking._PROCESS.end()


def asked(expression: str = "cosh(x)", of: str = "neuron") -> tuple[Any, ...]:
    function = layer(f'{{expression: "{expression}", of: {of}}}').function
    return ("layer_record", function.potential, function.activation, function.slope, ())


def test_an_answer_is_what_the_function_returns() -> None:
    question, *arguments = asked()
    assert ask(question, *arguments) == own.layer_record(*arguments)
    assert ask(question, *arguments)["cases"][0]["h"] == "cosh(x)"


def test_what_was_asked_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    first = ask(*asked())

    def started(given: bytes) -> NoReturn:
        raise AssertionError("the answer is known")

    monkeypatch.setattr(asking._PROCESS, "answer", started)
    assert ask(*asked()) == first


def test_a_reason_is_given_where_nothing_is_derived() -> None:
    with pytest.raises(NoFormula, match="differentiated here only as they stand"):
        ask(*asked("sparsemax_conjugate(2*x)", of="layer"))


@pytest.mark.usefixtures("no_process")
def test_a_question_that_takes_too_long_is_ended_and_the_next_one_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(asking, "SECONDS", 0.01)
        with pytest.raises(NoFormula, match=r"no answer within 0\.01 seconds"):
            ask(*asked())
    assert asking._PROCESS._running is None
    assert ask(*asked())["cases"][0]["g"] == "sinh(x)"


@pytest.mark.usefixtures("no_process")
def test_the_reader_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "SECONDS", 0.01)
    printed = derive(model(OWN)).to_text()
    assert "no closed form is derived: SymPy gave no answer within 0.01 seconds" in printed
    assert "by SymPy" not in printed


@pytest.mark.usefixtures("no_process")
def test_a_process_that_has_ended_is_started_again() -> None:
    ask(*asked())
    first = asking._PROCESS._running
    assert first is not None
    first.kill()
    first.wait()
    assert ask(*asked("sinh(x)^2"))["cases"]
    assert asking._PROCESS._running is not first


@pytest.mark.usefixtures("no_process")
def test_an_interrupt_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    ask(*asked())
    process = asking._PROCESS._running
    assert process is not None

    def interrupted(stream: object) -> NoReturn:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(asking.pickle, "load", interrupted)
        with pytest.raises(KeyboardInterrupt):
            ask(*asked("sinh(x)^2"))
    assert process.returncode is not None
    assert ask(*asked("sinh(x)^2"))["cases"]


@pytest.mark.usefixtures("no_process")
def test_a_process_of_another_program_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a fork the pipes are shared: the child starts a process of its own, and ends no other."""
    ask(*asked())
    process = asking._PROCESS._running
    assert process is not None
    monkeypatch.setattr(asking._PROCESS, "_owner", 0)
    asking._PROCESS.end()
    assert process.poll() is None
    process.kill()
    process.communicate()


@pytest.mark.usefixtures("no_process")
def test_without_a_process_there_is_no_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/there/is/no/python")
    with pytest.raises(NoFormula, match="no process to work in"):
        ask(*asked())


def test_expressions_that_are_nested_too_deeply_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_deep(asked: object) -> NoReturn:
        raise RecursionError

    monkeypatch.setattr(asking.pickle, "dumps", too_deep)
    with pytest.raises(NoFormula, match="too deeply"):
        ask(*asked())


def test_questions_are_answered_one_after_another() -> None:
    question, *arguments = asked()
    given = io.BytesIO(pickle.dumps((question, arguments)) + pickle.dumps(("layer_record", [None, (), None, ()])))
    answers = io.BytesIO()
    serve(given, answers)
    answers.seek(0)
    assert pickle.load(answers) == (True, own.layer_record(*arguments))
    assert pickle.load(answers) == (False, "SymPy raises IndexError")
    assert answer("layer_record", tuple(asked("sparsemax_conjugate(2*x)", of="layer")[1:]))[0] is False


@pytest.mark.parametrize(
    ("expression", "of"),
    [
        ("log(cosh(x))^2 + relu(x)^2", "neuron"),
        ("x*arctan(x) - log(1+x^2)/2 + relu(x - 1/3)^2*sqrt(2)", "neuron"),
        ("sum(x^2)/2 + logsumexp(x)", "layer"),
        ("norm(x, 1) + (x[0] - x[1])^2/2", "layer"),
    ],
)
def test_own_expressions_are_differentiated_and_never_simplified(
    expression: str, of: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unbounded(*_: object, **__: object) -> NoReturn:
        raise AssertionError("no bound is known for the time that this takes")

    for name in ("simplify", "trigsimp", "nsimplify", "factor", "expand_func"):
        monkeypatch.setattr(f"sympy.{name}", unbounded)
    assert own.layer_record(*asked(expression, of)[1:])


KINKS = {
    "relu(x)^2": ["0"],
    "relu(x)^3": [],
    "relu(x)^3*sqrt(2) + relu(x - 1)^2*(sqrt(8) - 2*sqrt(2))": [],
    "relu(x)^2*log(2) + relu(x - 1)^2/10^30": ["0", "1"],
}


@pytest.mark.parametrize(("expression", "places"), KINKS.items())
def test_h_jumps_where_a_ball_without_0_shows_it(expression: str, places: list[str]) -> None:
    assert [place for place, jump in ask(*asked(expression))["jumps"] if jump != "0"] == places
