"""Attention heads from state dicts, without PyTorch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from hopverify.errors import HopverifyError
from hopverify.interop.attention import Told, attention_heads, key_projection, prefixes
from hopverify.interop.memories import Naming
from hopverify.interop.state_dict import read_tensors
from tests.interop.reading import read_back

RNG = np.random.default_rng(0)
WIDTH, HEADS, TOKENS = 8, 2, 3
W_Q, W_K, W_V = (RNG.normal(size=(WIDTH, WIDTH)).astype(np.float32) for _ in range(3))
B_Q, B_K, B_V = (RNG.normal(size=WIDTH).astype(np.float32) for _ in range(3))
INPUT = RNG.normal(size=(TOKENS, WIDTH)).astype(np.float32)
STACKED = {"in_proj_weight": np.vstack([W_Q, W_K, W_V]), "in_proj_bias": np.concatenate([B_Q, B_K, B_V])}
SEPARATE = {"q_proj_weight": W_Q, "k_proj_weight": W_K, "in_proj_bias": STACKED["in_proj_bias"]}
BERT = {"query.weight": W_Q, "key.weight": W_K, "key.bias": B_K, "value.weight": W_V}
OTHERS = {"k_proj.weight": W_K, "k_proj.bias": B_K}


@pytest.mark.parametrize("state", [STACKED, SEPARATE, BERT, OTHERS], ids=["stacked", "separate", "bert", "others"])
def test_every_layout_gives_the_same_keys(state: dict[str, np.ndarray]) -> None:
    named = {f"layer.0.{name}": tensor for name, tensor in state.items()} | {"layer.0.out_proj.weight": W_V}
    keys = key_projection(named, HEADS).keys(INPUT)
    assert keys.shape == (HEADS, TOKENS, WIDTH // HEADS)
    assert keys.dtype == np.float32
    assert np.allclose(np.concatenate(list(keys), axis=1), INPUT @ W_K.T + B_K, atol=1e-5)


@pytest.mark.parametrize(
    "state", [{"in_proj_weight": STACKED["in_proj_weight"]}, {"k_proj_weight": W_K}, {"key.weight": W_K}]
)
def test_projections_may_have_no_bias(state: dict[str, np.ndarray]) -> None:
    keys = key_projection(state, 1).keys(INPUT.astype(np.float64))
    assert keys.dtype == np.float64
    assert np.allclose(keys[0], INPUT @ W_K.T, atol=1e-5)


def test_each_head_becomes_a_spec_of_its_keys(tmp_path: Path) -> None:
    projection = key_projection(BERT, HEADS)
    made = attention_heads(projection, INPUT, Naming("layer 0", "Of a test.", ["a", "b", "c"]))
    specs = [read_back(each, tmp_path) for each in made]
    assert [spec.name for spec in specs] == ["layer 0-head-0", "layer 0-head-1"]
    for spec, keys in zip(specs, projection.keys(INPUT), strict=True):
        assert (spec.memories["keys"].patterns.values == keys).all()
        assert spec.memories["keys"].labels == ("a", "b", "c")
        assert "nothing about what the values make of it" in spec.description
    (second,) = attention_heads(projection, INPUT, Naming("layer 0", "Of a test."), only=[1])
    assert second.stem == made[1].stem


def test_a_key_of_the_module_and_a_key_of_zeros_join_the_input() -> None:
    projection = key_projection(STACKED | {"bias_k": np.ones((1, 1, WIDTH), np.float32)}, HEADS)
    assert projection.labels(["a"]) == ["a", "bias_k"]
    assert (projection.keys(INPUT)[:, -1] == 1).all()
    with_zeros = type(projection)(W_K, None, HEADS, zero_key=True)
    assert with_zeros.labels(["a"]) == ["a", "zero"]
    assert (with_zeros.keys(INPUT)[:, -1] == 0).all()


def test_one_of_several_layers_is_chosen_by_its_prefix() -> None:
    state = {"a.key.weight": W_K, "b.key.weight": W_V, "monkey.weight": W_Q}
    assert prefixes(list(state)) == ["a.", "b."]
    assert (key_projection(state, HEADS, prefix="b.").weight == W_V).all()
    with pytest.raises(HopverifyError, match=r"2 attention layers; choose one by its prefix: 'a\.', 'b\.'"):
        key_projection(state, HEADS)
    with pytest.raises(HopverifyError, match="no key projection begins with 'c'"):
        key_projection(state, HEADS, prefix="c")


@pytest.mark.parametrize(
    ("state", "heads", "told"),
    [
        ({"weight": W_K}, 2, "use a mapping file"),
        ({"key.weight": W_K}, 3, "cannot be shared out among 3 heads"),
        ({"key.weight": W_K}, 0, "cannot be shared out"),
        ({"key.weight": B_K}, 2, "the key weights are a matrix"),
        ({"in_proj_weight": STACKED["in_proj_weight"][:-1]}, 2, "does not stack"),
    ],
)
def test_what_is_no_projection_is_told(state: dict[str, np.ndarray], heads: int, told: str) -> None:
    with pytest.raises(HopverifyError, match=told):
        key_projection(state, heads)


def test_inputs_and_labels_must_fit() -> None:
    projection = key_projection(BERT, HEADS)
    with pytest.raises(HopverifyError, match="one vector of 8 numbers for each token"):
        projection.keys(INPUT[:, :-1])
    with pytest.raises(HopverifyError, match="one vector of 8"):
        projection.keys(INPUT[0])
    with pytest.raises(HopverifyError, match="2 labels are given for 3 tokens"):
        attention_heads(projection, INPUT, Naming("n", "Of a test.", ["a", "b"]))


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (
            STACKED | {"in_proj_bias": np.zeros(11, np.float32)},
            r"in_proj_bias has shape \(11,\), where .* need \(24,\)",
        ),
        (STACKED | {"in_proj_bias": np.zeros((24, 1), np.float32)}, r"in_proj_bias has shape \(24, 1\)"),
        (SEPARATE | {"in_proj_bias": np.zeros(8, np.float32)}, r"in_proj_bias has shape \(8,\)"),
        (STACKED | {"in_proj_weight": W_K}, "does not stack queries"),
        (STACKED | {"bias_k": np.zeros((1, 1, 6), np.float32)}, "bias_k has 6 numbers, the keys 8"),
        (BERT | {"key.bias": B_K[:3]}, r"key.bias has shape \(3,\), where key.weight needs \(8,\)"),
        (BERT | {"key.bias": B_K[:1]}, r"key.bias has shape \(1,\)"),
        (BERT | {"key.weight": W_K > 0}, "key.weight has type bool"),
        (BERT | {"key.weight": (9 * W_K).astype(np.int8)}, "key.weight has type int8"),
    ],
)
def test_tensors_have_the_shapes_that_the_layer_asks_for(state: dict[str, np.ndarray], told: str) -> None:
    with pytest.raises(HopverifyError, match=told):
        key_projection(state, HEADS)


@pytest.mark.parametrize(
    ("further", "told"),
    [
        ({"k_norm.weight": B_K}, r"holds l.k_norm.weight, which normalises keys .* --set ignore=k_norm"),
        ({"o_proj.weight": W_V}, "holds l.o_proj.weight, so the layer is of LLaMA's kind, whose keys are rotated"),
        ({"rotary_emb.inv_freq": B_K}, "which rotates keys by their positions"),
        ({"distance_embedding.weight": W_V}, "which adds to the scores"),
        ({"masked_bias": B_K}, "holds l.masked_bias; it is not known what that does"),
        ({"k_proj.weight_scale": B_K}, "holds l.k_proj.weight_scale; it is not known"),
    ],
)
def test_what_is_not_understood_in_the_layer_is_refused_by_name(further: dict[str, np.ndarray], told: str) -> None:
    state = {f"l.{name}": tensor for name, tensor in (OTHERS | further).items()} | {"m.k_norm.weight": B_K}
    with pytest.raises(HopverifyError, match=told):
        key_projection(state, HEADS)
    ignored = Told(ignored=tuple(name.partition(".")[0] for name in further if not name.startswith("k_proj")))
    if ignored.ignored:
        assert key_projection(state, HEADS, told=ignored).heads == HEADS


def test_the_factor_of_scores_is_told_where_the_tensors_do_not(tmp_path: Path) -> None:
    state = {"k_proj.weight": W_K, "q_proj.weight": W_Q, "out_proj.weight": W_V}
    with pytest.raises(HopverifyError, match=r"GPT-Neo.*--set scale=1/sqrt\(d\), or --set scale=1"):
        key_projection(state, HEADS)
    projection = key_projection(state, HEADS, told=Told(scale=Fraction(1)))
    for scale, beta in (
        (Fraction(1), 1),
        ("1/sqrt(d)", Fraction(1, 2)),
        (Fraction(1, 10), Fraction(float(np.float32(0.1)))),
    ):
        (made, _) = attention_heads(projection, INPUT, Naming("n", "Of a test."), scale=scale)
        assert read_back(made, tmp_path).layers["h"].function.parameters["beta"] == beta


def test_groups_of_queries_share_keys_where_that_is_told() -> None:
    """Sixteen rows of queries are four heads of four, eight rows of keys two."""
    state = {"q_proj.weight": np.vstack([W_Q, W_V]), "k_proj.weight": W_K, "k_proj.bias": B_K}
    with pytest.raises(HopverifyError, match=r"16 rows and k_proj.weight 8: .* 4 heads of 4 the keys have 2"):
        key_projection(state, 4)
    with pytest.raises(HopverifyError, match="cannot be shared out among 3 heads"):
        key_projection(state, 3)
    with pytest.raises(HopverifyError, match="which 4 key heads of 4 do not give"):
        key_projection(state, 4, told=Told(key_heads=4))
    keys = key_projection(state, 4, told=Told(key_heads=2)).keys(INPUT)
    assert keys.shape == (2, TOKENS, 4)
    assert np.allclose(keys[0], (INPUT @ W_K.T + B_K)[:, :4], atol=1e-5)
    assert key_projection(BERT, HEADS, told=Told(key_heads=HEADS)).heads == HEADS


class Unreadable(Mapping[str, np.ndarray]):
    """Tensors of which only those for keys can be read."""

    def __init__(self) -> None:
        self.state = {f"l.{name}": tensor for name, tensor in BERT.items()} | {"other.weight": W_V}

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in ("l.key.weight", "l.key.bias", "l.query.weight"):
            raise HopverifyError(f"{name} cannot be read")
        return self.state[name]

    def __contains__(self, name: object) -> bool:
        return name in self.state

    def __iter__(self) -> Iterator[str]:
        return iter(self.state)

    def __len__(self) -> int:
        return len(self.state)


def test_only_tensors_that_are_asked_for_are_read() -> None:
    assert (key_projection(Unreadable(), HEADS).weight == W_K).all()


def test_double_precision_stays_double_precision(tmp_path: Path) -> None:
    """The type is the tensors', also where single precision would hold the numbers."""
    state = {name: tensor.astype(np.float64) for name, tensor in BERT.items()}
    np.savez(tmp_path / "w.npz", **state)
    projection = key_projection(read_tensors(tmp_path / "w.npz"), 1)
    assert projection.weight.dtype == np.float64
    (made,) = attention_heads(projection, INPUT, Naming("n", "Of a test."))
    spec = read_back(made, tmp_path)
    assert spec.layers["h"].function.parameters["beta"] == Fraction(1 / np.sqrt(8))
    assert "in float64" in spec.description
