"""Arrays that stand for all arrays near them: how a spec says so, and where it may."""

from __future__ import annotations

from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest

from hopverify.errors import SpecError
from hopverify.networks import build_model
from hopverify.spec import ExactArray, ModelSpec, parse_spec
from hopverify.spec.spread import DTYPES, Spread

BEGIN = "hopverify: 1\nname: near\nlayers:\n  x: {size: 2, lagrangian: tanh}\n  y: {size: 2, lagrangian: tanh}\n"


def spec(weights: str, more: str = "", layers: str = "[x, x]") -> ModelSpec:
    return parse_spec(f"{BEGIN}synapses:\n  w: {{kind: dense, layers: {layers}, weights: {weights}}}\n{more}")


def spread_of(weights: str, more: str = "") -> Spread | None:
    return build_model(spec(weights, more)).uncertain.get("w")


def test_a_tolerance_is_exact_and_absolute() -> None:
    assert spread_of("{values: [[0, 1], [1, 0]], tolerance: 1e-3}") == Spread(Fraction(1, 1000))
    assert spread_of("{values: [[0, 1], [1, 0]]}") is None
    assert spread_of("{same_as: a, transpose: true}", "arrays: {a: {values: [[0, 1], [1, 0]], tolerance: 1/3}}") == (
        Spread(Fraction(1, 3))
    )


@pytest.mark.parametrize("name", list(DTYPES))
def test_rounding_to_a_dtype_stays_within_its_spread(name: str) -> None:
    dtype = np.dtype(ml_dtypes.bfloat16 if name == "bfloat16" else name)
    spread, generator = DTYPES[name].spread, np.random.default_rng(0)
    size = 2.0 ** generator.uniform(-150 if name != "float16" else -26, 15, 4000)
    values = np.concatenate([size, [2.0**-24 * 1.5, 2.0**-133 * 0.5, float(DTYPES[name].largest)]])
    with np.errstate(over="ignore", under="ignore"):
        moved = np.abs(values.astype(dtype).astype(np.float64) - values)
    for value, distance in zip(values.tolist(), moved.tolist(), strict=True):
        assert Fraction(distance) <= spread.absolute + spread.relative * Fraction(value)
    # The bound is met: no smaller relative one would do.
    least = spread.relative / 2
    assert any(Fraction(d) > least * Fraction(v) for v, d in zip(values.tolist(), moved.tolist(), strict=True))


def test_bfloat16_by_hand() -> None:
    # 1 + 2⁻⁸ lies half-way between two numbers of bfloat16.
    spread = DTYPES["bfloat16"].spread
    assert spread.absolute + spread.relative >= Fraction(1, 256)
    assert DTYPES["bfloat16"].largest == Fraction(float.fromhex("0x1.fep127"))
    assert DTYPES["float32"].largest == Fraction(float(np.finfo(np.float32).max))
    assert DTYPES["float16"].largest == 65504
    assert DTYPES["float16"].spread.absolute == Fraction(1, 2**25)


def test_the_digest_knows_the_spread() -> None:
    texts = ["[[0, 1], [1, 0]]", "{values: [[0, 1], [1, 0]], tolerance: 1}", "{values: [[0, 1], [1, 0]], tolerance: 2}"]
    assert len({spec(text).digest for text in texts}) == 3
    plain = ExactArray.of([[1, 2]])
    assert plain.within(Spread(Fraction(1))) != plain
    assert plain.within(Spread(Fraction(1))).transpose().spread == Spread(Fraction(1))
    assert plain.widened(Fraction(2)) is plain
    assert plain.within(Spread(Fraction(1), Fraction(1, 2))).widened(Fraction(2)).spread == Spread(
        Fraction(2), Fraction(1)
    )
    assert str(Spread(Fraction(1, 2), Fraction(1, 4))) == "1/2 + 1/4 of each entry"
    assert str(Spread(Fraction(0), Fraction(1, 4))) == "1/4 of each entry"


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ("{values: [[0, 1], [1, 0]], tolerance: 0}", "must be greater than 0"),
        ("{values: [[0, 1], [1, 0]], tolerance: x}", "must be a number, got 'x'"),
        ("{values: [[0, 1], [1, 0]], tolerance: 1, dtype: float16}", "at most, got both"),
        ("{values: [[0, 1], [1, 0]], dtype: bfloat61}", "did you mean 'bfloat16'"),
        ("{values: [[0, 1], [1, 0]], dtype: 16}", "must be one of bfloat16, float16, float32"),
        ("{values: [[0, 1e9], [1e9, 0]], dtype: float16}", "float16 cannot hold all the numbers"),
        ("{values: [[0, 1], [1]], tolerance: 1}", "must have the shape of the first row"),
        ("{same_as: w, tolerance: 1}", "unknown key"),
        ("{values: [[0, 1], [1, 0]], file: w.npy}", "must be a number, nested lists"),
        ("{tolerance: 1}", "must be a number, nested lists"),
    ],
)
def test_what_is_wrong_is_said(weights: str, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        build_model(spec(weights))


NEAR = "{values: [[0, 1], [1, 0]], tolerance: 0.1}"


@pytest.mark.parametrize(
    "text",
    [
        BEGIN.replace("tanh}\n  y", "tanh, bias: {values: [1, 2], tolerance: 1}}\n  y"),
        f"{BEGIN}synapses:\n  w: {{kind: diagonal, layers: [x, x], weights: {{values: [1, 2], tolerance: 1}}}}\n",
        f'{BEGIN}arrays: {{a: {NEAR}}}\nsynapses:\n  w: {{kind: expression, layers: [x], energy: "dot(x, a @ x)"}}\n',
        f'{BEGIN}arrays: {{a: {NEAR}}}\nenergy: "dot(x, a @ x)"\n',
        f"{BEGIN}memories:\n  m: {{layer: x, patterns: [[1, 2]], labels: {{values: [1], tolerance: 1}}}}\n",
    ],
)
def test_only_weights_of_dense_synapses_may_be_uncertain(text: str) -> None:
    with pytest.raises(SpecError, match="must be exact: a tolerance or a dtype is for the weights of a dense synapse"):
        build_model(parse_spec(text))


@pytest.mark.parametrize(
    "text",
    [
        f"{BEGIN}arrays: {{a: {NEAR}}}\n",
        f"{BEGIN}memories:\n  m: {{layer: x, patterns: {NEAR}}}\n",
        f"{BEGIN}arrays: {{a: {NEAR}}}\nmemories:\n  m: {{layer: x, patterns: {{same_as: a}}}}\n",
        # Weights within a layer are not its patterns.
        f"{BEGIN}synapses:\n  w: {{kind: dense, layers: [x, x], weights: {NEAR}}}\n"
        "memories:\n  m: {layer: x, patterns: {same_as: w}}\n",
        # These are the columns, and so states of the other layer.
        f"{BEGIN}synapses:\n  w: {{kind: dense, layers: [x, y], weights: {NEAR.replace('1], [1', '1], [2')}}}\n"
        "memories:\n  m: {layer: x, patterns: {same_as: w}}\n",
    ],
)
def test_spreads_that_no_claim_would_be_about_are_refused(text: str) -> None:
    with pytest.raises(SpecError, match="must be exact: a tolerance or a dtype is for the weights of a dense synapse"):
        build_model(parse_spec(text))


def test_patterns_that_are_uncertain_weights_are_uncertain() -> None:
    weights = f"synapses:\n  w: {{kind: dense, layers: [x, y], weights: {NEAR}}}\n"
    memories = (
        "memories:\n  m: {layer: y, patterns: {same_as: w}}\n  t: {layer: x, patterns: {same_as: w, transpose: true}}\n"
    )
    model = build_model(parse_spec(BEGIN + weights + memories))
    assert model.memories["m"].patterns.spread == Spread(Fraction(1, 10))
    assert model.widened(Fraction(3)).memories["t"].patterns.spread == Spread(Fraction(3, 10))


def test_a_prefactor_that_only_zero_weights_would_forgive() -> None:
    zeros = "{values: [[0, 0], [0, 0]], tolerance: 0.1}, prefactor: 2"
    for layers in ("[x, x]", "[x, y]"):
        defect = build_model(spec(zeros, layers=layers)).synapses["w"].defect()
        assert defect is not None
        assert build_model(spec(zeros.replace(", tolerance: 0.1", ""), layers=layers)).synapses["w"].defect() is None
    assert build_model(spec(f"{zeros}, drive: gradient")).synapses["w"].defect() is None
