from __future__ import annotations

from hopverify.spec import STARTER, parse_spec


def test_the_starter_is_a_spec_with_comments() -> None:
    spec = parse_spec(STARTER)
    assert spec.name == "my-model"
    assert spec.layers["x"].function.name == "relu"
    assert STARTER.count("#") > 10
    assert max(map(len, STARTER.splitlines())) <= 110
