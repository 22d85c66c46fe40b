"""Starts: the texts that stand for states, disturbances, files, and what is refused with advice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hopverify.errors import HopverifyError
from hopverify.networks import Model, build_model
from hopverify.numerics.starting_states import Disturbance, starts
from hopverify.spec import parse_spec

TEXT = """\
hopverify: 1
name: m
layers:
  h: {size: 1, lagrangian: softplus}
  v: {size: 3, lagrangian: tanh}
  fast: {size: 2, lagrangian: softmax, tau: 0}
synapses:
  xi: {kind: dense, layers: [fast, v], weights: [[1, 2, 3], [-1, 1, -1]]}
memories:
  p: {layer: v, patterns: [[1, 2, 3], [-1, 1, -1]]}
  hidden: {layer: fast, patterns: [[1, 0]]}
"""


@pytest.fixture(scope="module")
def model() -> Model:
    return build_model(parse_spec(TEXT))


def states(model: Model, *texts: str, **options: object) -> list[list[float]]:
    return [start.x.tolist() for start in starts(model, texts, **options)]  # type: ignore[arg-type]


def test_zero_numbers_and_patterns(model: Model) -> None:
    assert states(model, "zero", "1,-2, 1/4,1e-3", "memory:p[1]") == [
        [0.0] * 4,
        [1.0, -2.0, 0.25, 0.001],
        # Pattern 1 in its place, the other layer at 0.
        [0.0, -1.0, 1.0, -1.0],
    ]
    texts = ["memory:p[0]", "zero", "1,2,3,4", "1.0000000000,2.0000000000,3,4"]
    assert [start.name for start in starts(model, texts)] == [*("p[0]", "zero", "1,2,3,4"), texts[3]]
    assert starts(model, [texts[3] + ".00"])[0].name == "given numbers"


def test_random_starts_belong_to_their_seed_and_place(model: Model) -> None:
    first, second = states(model, "random", "random", seed=3)
    assert first != second
    assert states(model, "zero", "random", seed=3)[1] == second
    assert states(model, "random", seed=4)[0] != first
    assert states(model, "random", seed=3, scale=10.0)[0] == pytest.approx([10 * value for value in first])


def test_flips_change_signs_of_the_pattern_only(model: Model) -> None:
    ((rest, *pattern),) = states(model, "memory:p[0]", disturbance=Disturbance(flips=2))
    assert rest == 0
    assert [abs(value) for value in pattern] == [1, 2, 3]
    assert sum(value < 0 for value in pattern) == 2


def test_noise_has_its_size_and_stays_with_the_pattern(model: Model) -> None:
    many = [states(model, "memory:p[0]", seed=k, disturbance=Disturbance(noise=0.5))[0] for k in range(400)]
    moved = np.array(many) - [0.0, 1.0, 2.0, 3.0]
    assert not moved[:, 0].any()
    assert moved[:, 1:].std() == pytest.approx(0.5, rel=0.1)
    assert starts(model, ["memory:p[0]"], disturbance=Disturbance(0.5, 1))[0].name == "p[0], 1 flipped, noise 0.5"


def test_rows_of_files(model: Model, tmp_path: Path) -> None:
    np.save(tmp_path / "one.npy", np.arange(4))
    np.save(tmp_path / "two.npy", np.eye(4)[:2])
    (tmp_path / "two.csv").write_text("\ufeff1,2,3,4\n5,6,7,8\n", encoding="utf-8")
    texts = [str(tmp_path / name) for name in ("one.npy", "two.npy", "two.csv")]
    found = starts(model, texts)
    assert [start.x.tolist() for start in found] == [
        [0, 1, 2, 3],
        [1, 0, 0, 0],
        [0, 1, 0, 0],
        [1, 2, 3, 4],
        [5, 6, 7, 8],
    ]
    assert [start.name for start in found] == ["one.npy", "two.npy[0]", "two.npy[1]", "two.csv[0]", "two.csv[1]"]


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("rnadom", "must be a number, got 'rnadom'; expected zero, random, numbers"),
        ("", "expected zero, random, numbers"),
        ("1,2", "has 2 numbers, but the model has 4 free state variables .h has 1, v has 3."),
        ("1,2,3,nan", "NaN"),
        ("1,2,3,inf", "infinity"),
        ("1,2,3,1e399", "beyond the range of floating point"),
        ("memory:q[0]", "no memory is called 'q'; known: hidden, p"),
        ("memory:", "no memory is called"),
        ("memory:p", r"write memory:p\[k\] with k from 0 to 1"),
        ("memory:p[2]", r"write memory:p\[k\] with k from 0 to 1"),
        ("memory:p[-1]", r"write memory:p\[k\] with k from 0 to 1"),
        ("memory:hidden[0]", r"layer fast is instantaneous \(tau: 0\).*start from a state of h, v"),
        ("no-such-file.npy", "cannot be read: No such file"),
        ("no-such-file.csv", "cannot be read: No such file"),
    ],
)
def test_what_is_no_start(model: Model, text: str, advice: str) -> None:
    with pytest.raises(HopverifyError, match=advice):
        starts(model, [text])


@pytest.mark.parametrize(
    ("name", "content", "advice"),
    [
        ("a.csv", "1,2,3\n", "expected rows of 4 numbers, .* got 1×3"),
        ("a.csv", "", "the file is empty"),
        ("a.csv", "a,b,c,d\n", "holds no table of numbers"),
        ("a.csv", "1,2,3,4\n1,2\n", "holds no table of numbers"),
        ("a.csv", "1,2,3,nan\n", "every coordinate must be a finite number"),
        ("a.csv", "1,2,3,4\n" * 101, "expected 1 to 100 rows"),
        ("a.npy", "no array", "holds no table of numbers"),
        ("a.npy", "", "holds no table of numbers"),
    ],
)
def test_files_that_hold_no_starts(model: Model, tmp_path: Path, name: str, content: str, advice: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(HopverifyError, match=advice):
        starts(model, [str(tmp_path / name)])


def test_arrays_of_other_types_and_shapes(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    for array in (np.zeros((2, 2, 4)), np.array(["1"] * 4), np.zeros(4, dtype=complex), np.float64(1)):
        np.save(path, array)
        with pytest.raises(HopverifyError, match="expected rows of 4 numbers"):
            starts(model, [str(path)])
    np.save(path, np.array([None] * 4), allow_pickle=True)
    with pytest.raises(HopverifyError, match="holds no table of numbers"):
        starts(model, [str(path)])


def test_more_flips_than_coordinates(model: Model) -> None:
    with pytest.raises(HopverifyError, match=r"--flip 4: p\[0\] has only 3 coordinates"):
        starts(model, ["memory:p[0]"], disturbance=Disturbance(flips=4))
    assert len(starts(model, ["zero"], disturbance=Disturbance(flips=4))) == 1


def test_more_trajectories_than_one_run_takes(model: Model) -> None:
    with pytest.raises(HopverifyError, match="101 trajectories"):
        starts(model, ["zero"] * 101)
    assert len(starts(model, ["zero"] * 100)) == 100
