"""Layers as they stand in specs, and what a rule makes of statements about them."""

from __future__ import annotations

from typing import Any

import pytest

from hopverify.checker.rules import Judgement, judge
from hopverify.errors import EvidenceRejected
from hopverify.networks import Layer
from hopverify.obligations import Outcome
from tests.checker.models import layer

PROVED = Judgement(Outcome.PROVED)


def own(expression: str, size: int = 2, of: str = "layer") -> Layer:
    return layer(f"lagrangian: {{expression: '{expression}', of: {of}}}", size)


def judged(asked: Any, rule: str, **payload: Any) -> Judgement:
    return judge(asked, {"rule": rule, **payload})


def refused(asked: Any, message: str, rule: str, **payload: Any) -> None:
    with pytest.raises(EvidenceRejected, match=message):
        judged(asked, rule, **payload)
