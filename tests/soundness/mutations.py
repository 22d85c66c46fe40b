"""Mutations of JSON: fields and numbers moved by a last place or by one, swapped, dropped, doubled, replaced."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from fractions import Fraction
from math import inf, nextafter
from random import Random
from typing import Any

Path = tuple[str | int, ...]
MANY = 4000

ALIENS: tuple[Any, ...] = (None, True, False, 0, -1, 2**70, "", "0", "-1", "1/0", "nan", "1e400", [], {}, [[]], {"": 0})
"""Values that stand where others were expected."""

LONG: tuple[Any, ...] = ("9" * MANY, "1/" + "9" * MANY, "9" * 6000, 10**MANY, "x" * 100_000, ["0"] * 5000)
"""Values that are merely large."""


def paths(value: Any, at: Path = ()) -> Iterator[Path]:
    """Yield the place of every value within a JSON value, itself first."""
    yield at
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from paths(child, (*at, key))


def at(value: Any, path: Path) -> Any:
    """Return what stands at a place."""
    for key in path:
        value = value[key]
    return value


def placed(value: Any, path: Path, new: Any) -> Any:
    """Return a copy with something else at a place."""
    if not path:
        return new
    result = copy.deepcopy(value)
    at(result, path[:-1])[path[-1]] = new
    return result


def mutants(value: Any, random: Random, others: tuple[Any, ...] = ()) -> Any:
    """Return something else in the place of one value; ``others`` are values of other certificates."""
    kinds = [_alien, _alien, _large, lambda value, random: copy.deepcopy(random.choice(others)) if others else None]
    if isinstance(value, str):
        kinds += [_number, _number, _number, _text]
    elif isinstance(value, bool) or value is None:
        pass
    elif isinstance(value, int):
        kinds += [_whole] * 3
    elif isinstance(value, list):
        kinds += [_list] * 4
    elif isinstance(value, dict):
        kinds += [_object] * 4
    return random.choice(kinds)(value, random)


def mutated(value: Any, random: Random, others: tuple[Any, ...] = ()) -> Any:
    """Return the value with one place in it mutated; places are drawn level by level, so that none is rare."""
    path: Path = ()
    here = value
    while isinstance(here, dict | list) and len(here) and random.random() < 0.93:
        key = random.choice(list(here) if isinstance(here, dict) else range(len(here)))
        path, here = (*path, key), here[key]
    return placed(value, path, mutants(here, random, others))


def _alien(value: Any, random: Random) -> Any:
    return copy.deepcopy(random.choice(ALIENS))


def _large(value: Any, random: Random) -> Any:
    return copy.deepcopy(random.choice(LONG))


def _number(value: str, random: Random) -> Any:
    """Return a number as text, moved; other text in which a letter is another."""
    try:
        number = Fraction(value)
        double = float(number)
    except (ValueError, ZeroDivisionError, OverflowError):
        return _text(value, random)
    moved = [
        Fraction(nextafter(double, random.choice((-inf, inf)))),
        number + random.choice((-1, 1)),
        -number,
        number * random.choice((2, Fraction(1, 2), 1 + Fraction(1, 10**20))),
        number + random.choice((-1, 1)) * Fraction(1, 10**40),
        Fraction(random.choice((0, 10**30, 1))),
    ]
    return str(random.choice(moved))


def _text(value: str, random: Random) -> Any:
    if not value:
        return "x"
    k = random.randrange(len(value))
    return random.choice(
        (value[:k] + random.choice("xX0.-/∞\ud800 ") + value[k + 1 :], value[:k], value + value, value[::-1])
    )


def _whole(value: int, random: Random) -> Any:
    return random.choice((value + 1, value - 1, -value, value + 2**50, str(value)))


def _list(value: list[Any], random: Random) -> Any:
    result = copy.deepcopy(value)
    if not result:
        return random.choice(([0], ["0"], [[]], [{}]))
    kind, k, j = random.randrange(6), random.randrange(len(result)), random.randrange(len(result))
    if kind == 0:
        result.pop(k)
    elif kind == 1:
        result.insert(k, copy.deepcopy(result[j]))
    elif kind == 2:
        result[k], result[j] = result[j], result[k]
    elif kind == 3:
        result.reverse()
    elif kind == 4:
        result[k] = copy.deepcopy(result[j])
    else:
        result = result[:k]
    return result


def _object(value: dict[str, Any], random: Random) -> Any:
    result = copy.deepcopy(value)
    if not result:
        return {"x": 0}
    key, other, kind = random.choice(list(result)), random.choice(list(result)), random.randrange(5)
    if kind == 0:
        del result[key]
    elif kind == 1:
        result["trusted"] = True
    elif kind == 2:
        result[key], result[other] = result[other], result[key]
    elif kind == 3:
        result[key.upper()] = result.pop(key)
    else:
        result[key] = copy.deepcopy(result[other])
    return result
