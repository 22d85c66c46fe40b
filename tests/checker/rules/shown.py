"""Models as they stand in specs, and what a rule makes of what is shown of them."""

from __future__ import annotations

from typing import Any

import pytest

from hopverify.checker.rules import Judgement, judge
from hopverify.errors import EvidenceRejected
from hopverify.networks import Model, build_model
from hopverify.spec import parse_spec


def model(layers: str, synapses: str = "", more: str = "") -> Model:
    joined = f"synapses: {{{synapses}}}\n" if synapses else ""
    return build_model(parse_spec(f"hopverify: 1\nname: shown\nlayers: {{{layers}}}\n{joined}{more}"))


def judged(asked: Any, rule: str, **payload: Any) -> Judgement:
    return judge(asked, {"rule": rule, **payload})


def refused(asked: Any, message: str, rule: str, **payload: Any) -> None:
    with pytest.raises(EvidenceRejected, match=message):
        judged(asked, rule, **payload)
