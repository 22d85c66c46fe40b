"""The grammar: what it reads, what it refuses, with which words and where, and that no text costs much."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopverify.errors import ExpressionError
from hopverify.expr.nodes import walk
from hopverify.expr.parser import MAX_DEPTH, MAX_EXPONENT, MAX_NODES, MAX_TEXT, check_exponents, parse


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("1 + 2*3", "7"),
        ("0.1", "1/10"),
        (".5 + 1.", "3/2"),
        ("1e-3*x", "1/1000*x"),
        ("2.5E+2", "250"),
        ("-x^2", "-x^2"),
        ("(-x)^2", "(-x)^2"),
        ("x**-2", "x^(-2)"),
        ("2^3^2", "512"),
        ("x^(1/2)", "x^(1/2)"),
        ("x^(n - 1)", "x^(n - 1)"),
        ("a - b - c", "a - b - c"),
        ("a - (b - c)", "a - (b - c)"),
        ("a/b/c", "a/b/c"),
        ("a/(b/c)", "a/(b/c)"),
        ("W @ x / 2", "W@x/2"),
        ("x[0]*x[1]", "x[0]*x[1]"),
        ("x[0][1]", "x[0][1]"),
        ("clip(x, 0, 6)", "min(max(x, 0), 6)"),
        ("log(x, 10)", "log(x)/log(10)"),
        ("norm(x)", "norm(x, 0)"),
        ("norm(x, 1)", "norm(x, 1)"),
        ("sparsemax(x)", "entmax(x, 2)"),
        ("square(x)", "x^2"),
        ("pi*e", "pi*e"),
        ("relu", "relu"),
        ("\tx\n+ 1 ", "x + 1"),
    ],
)
def test_reads(text: str, printed: str) -> None:
    assert str(parse(text)) == printed


REFUSED = [
    ("", 0, "expected a number, a name or '(', found the end of the expression"),
    ("  ", 0, "expected a number, a name or '(', found the end of the expression"),
    ("x +", 3, "expected a number, a name or '(', found the end of the expression"),
    ("x + * y", 4, "expected a number, a name or '(', found '*'"),
    ("+x", 0, "expected a number, a name or '(', found '+'"),
    ("exp()", 4, "expected a number, a name or '(', found ')'"),
    ("(x", 2, "expected ')', found the end"),
    ("x[0", 3, "expected ']', found the end"),
    ("max(x y)", 6, "expected ')', found 'y'"),
    ("x)", 1, "expected an operator, found ')'"),
    ("x, y", 1, "expected an operator, found ','"),
    ("2x", 1, "expected an operator, found 'x'"),
    ("tanh x", 5, "expected an operator, found 'x'"),
    ("1_000", 1, "expected an operator, found '_000'"),
    ("1..2", 2, "expected an operator, found '.2'"),
    ("(x)(y)", 3, "expected an operator, found '('"),
    ("x.y", 1, "the character '.' has no meaning here"),
    ("np.maximum(x, 0)", 2, "the character '.' has no meaning here; functions have no module here: relu(x), exp(x)"),
    ("x  = 1", 3, "the character '=' has no meaning here"),
    ("lambda x: x", 8, "the character ':' has no meaning here"),
    ("__import__('os')", 11, 'the character "\'" has no meaning here'),
    ("x.__class__", 1, "the character '.' has no meaning here"),
    ("{x}", 0, "the character '{' has no meaning here"),
    ("x;y", 1, "the character ';' has no meaning here"),
    ("β*x", 0, "the character 'β' has no meaning here"),
    ("x²", 1, "the character '²' has no meaning here"),
    ("٣ + x", 0, "the character '٣' has no meaning here"),
    ("x\u00a0+ 1", 1, "the character '\\xa0' has no meaning here"),
    ("x +\u00a0", 3, "the character '\\xa0' has no meaning here"),
    ("tahn(x)", 0, "no function is called 'tahn'; did you mean 'tanh'?"),
    ("1 + eval(x)", 4, "no function is called 'eval'; known: "),
    ("negate(x)", 0, "no function is called 'negate'; known: "),
    ("exp(x, y)", 0, "exp takes 1 argument(s), got 2"),
    ("max(x)", 0, "max takes 2 argument(s), got 1"),
    ("clip(x, 0)", 0, "clip takes 3 argument(s), got 2"),
    ("log(x, y, z)", 0, "log takes 1 or 2 argument(s), got 3"),
    ("pi(x)", 0, "pi takes 0 argument(s), got 1"),
    ("x/0", 2, "division by zero"),
    ("1/(2 - 2)", 2, "division by zero"),
    ("x^(1/0)", 5, "division by zero"),
    ("0^-1", 2, "division by zero"),
    ("2^x", 2, "an exponent must be a rational constant, as in x^3 or x^(1/2)"),
    ("x^exp(2)", 2, "an exponent must be a rational constant, as in x^3 or x^(1/2)"),
    ("x^x[0]", 2, "an exponent must be a rational constant, as in x^3 or x^(1/2)"),
    ("9**9**9", 3, "the exponent 387420489 is out of range (at most 1000)"),
    ("x^1001", 2, "the exponent 1001 is out of range (at most 1000)"),
    ("x^-1001", 2, "the exponent -1001 is out of range (at most 1000)"),
    ("x^(1/1001)", 2, "the exponent 1/1001 is out of range (at most 1000)"),
    ("x + x^(1000*1000)", 6, "the exponent 1000000 is out of range (at most 1000)"),
    ("x[-1]", 2, "an index must be a whole number, counted from 0"),
    ("x[1/2]", 2, "an index must be a whole number, counted from 0"),
    ("x[n]", 2, "an index must be a whole number, counted from 0"),
    ("1e401", 0, "a number may have at most 400 digits"),
    ("x + 1e-999999999", 4, "a number may have at most 400 digits"),
    ("1" * 401, 0, "a number may have at most 400 digits"),
]


@pytest.mark.parametrize(("text", "offset", "message"), REFUSED, ids=[repr(text[:20]) for text, _, _ in REFUSED])
def test_refuses(text: str, offset: int, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    # A list of all functions follows where none is near.
    assert caught.value.message.startswith(message) if message.endswith("known: ") else caught.value.message == message
    assert caught.value.offset == offset


@pytest.mark.parametrize(
    ("before", "after", "levels"), [("(", ")", 1), ("-", "", 1), ("exp(", ")", 1), ("max(1, ", ")", 1), ("-(", ")", 2)]
)
def test_nesting_is_bounded(before: str, after: str, levels: int) -> None:
    repeats = MAX_DEPTH // levels
    parse(before * repeats + "x" + after * repeats)
    with pytest.raises(ExpressionError, match=f"^the expression is nested deeper than {MAX_DEPTH}$"):
        parse(before * (repeats + 1) + "x" + after * (repeats + 1))


def test_nesting_beyond_any_stack_is_an_error_like_any_other() -> None:
    for text in ("(" * MAX_TEXT, "-" * MAX_TEXT, "exp(" * 5000, "x[" * 5000, "x^" * 5000):
        with pytest.raises(ExpressionError, match="nested deeper"):
            parse(text)


def test_length_is_bounded() -> None:
    with pytest.raises(ExpressionError, match=f"has {MAX_TEXT + 1} characters; at most {MAX_TEXT} are read"):
        parse("x" * (MAX_TEXT + 1))
    with pytest.raises(ExpressionError, match=f"more than {MAX_NODES} operations"):
        parse("x" + "+x" * MAX_NODES)


def test_constant_powers_do_not_grow_without_bound() -> None:
    tower = parse("(" * 10 + "9" + "^64)" * 10)
    assert all(len(repr(node)) < 5000 for node in walk(tower))


def test_exponents_are_checked_once_the_parameters_are_known() -> None:
    check_exponents(parse(f"x^{MAX_EXPONENT}"))
    with pytest.raises(ExpressionError, match=r"^the exponent n - 1 is not a rational constant$"):
        check_exponents(parse("x^(n - 1)"))


@given(st.text(alphabet=string.ascii_letters + string.digits + "+-*/@^()[], .e_π'\"\\\n", max_size=40))
def test_any_text_is_read_or_refused_with_an_offset_inside_it(text: str) -> None:
    error = refusal(text)
    assert error is None or (error.offset is not None and 0 <= error.offset <= len(text))


def refusal(text: str) -> ExpressionError | None:
    try:
        parse(text)
    except ExpressionError as error:
        return error
    return None
