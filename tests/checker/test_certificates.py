"""Files that are no certificates, and certificates that say another thing than their evidence."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from hopverify import certificate as format_of
from hopverify.certificate import Certificate, parse_certificate, read_certificate
from hopverify.checker import check_certificate
from hopverify.errors import CertificateRejected
from hopverify.pipeline import verify
from hopverify.spec import ModelSpec, parse_spec
from hopverify.verdict import Verdict

TEXT = "hopverify: 1\nname: one\nlayers: {x: {size: 1, lagrangian: tanh}}\nchecks: [energy_descent, step_size]\n"
NESTED = "[" * 400 + "]" * 400


@cache
def spec() -> ModelSpec:
    return parse_spec(TEXT)


@cache
def accepted() -> str:
    return verify(spec()).to_json()


def changed(change: Callable[[dict[str, Any]], Any]) -> Certificate:
    body = deepcopy(json.loads(accepted()))
    change(body)
    return parse_certificate(json.dumps(body))


def test_the_untouched_certificate_is_accepted(tmp_path: Path) -> None:
    assert check_certificate(spec(), parse_certificate(accepted())) is Verdict.PASS
    path = tmp_path / "one.certificate.json"
    path.write_text(accepted(), encoding="utf-8")
    assert read_certificate(path).to_json() == accepted()


def test_files_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "one.json"
    with pytest.raises(CertificateRejected, match=r"one\.json: cannot be read"):
        read_certificate(path)
    path.write_bytes(b"\xff\xfe{}")
    with pytest.raises(CertificateRejected, match=r"one\.json: cannot be read"):
        read_certificate(path)
    path.write_text(accepted(), encoding="utf-8")
    monkeypatch.setattr(format_of, "MAX_BYTES", 2**20)
    read_certificate(path)
    path.write_text(accepted() + " " * 2**20, encoding="utf-8")
    with pytest.raises(CertificateRejected, match="larger than 1 MiB"):
        read_certificate(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a certificate"),
        ('{"a": 1, "a": 1}', "a key occurs twice in one object"),
        ('{"a": 1.5}', r"the number 1\.5 is not exact text"),
        ('{"a": NaN}', "the number NaN is not exact text"),
        ('{"a": 1e9}', "the number 1e9 is not exact text"),
        (NESTED, "nested more than"),
        ("[" * 100_000, "not a certificate"),
        ('{"a": "\\ud800"}', "it holds a lone surrogate"),
        ('{"a": "\\ud83d\\ude00"}', "`format` is not"),
        ("[]", "`format` is not"),
        ('{"format": "hopverify"}', "`format` is not"),
    ],
)
def test_texts_that_are_no_certificates(text: str, message: str) -> None:
    with pytest.raises(CertificateRejected, match=message):
        parse_certificate(text)


def put(key: str, value: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda body: body.__setitem__(key, value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (put("version", 1), "certificate version 1; this checker knows 2"),
        (put("version", "1"), "certificate version '1'"),
        (put("version", True), "certificate version True"),
        (put("trusted", 1), "unexpected or missing keys: trusted"),
        (lambda body: body.pop("arrays"), "unexpected or missing keys: arrays"),
        (put("spec", []), "spec: expected a JSON dict"),
        (put("spec", {"name": 1}), "spec: expected text for every key"),
        (put("core", {}), "core: expected a JSON str"),
        (put("verdict", 1), "verdict: expected a JSON str"),
        (put("results", {}), "results: expected a JSON list"),
        (put("results", [1, 2]), "results: every entry is an object"),
        (put("seconds", ["1", "-1"]), "seconds: expected numbers as text"),
        (put("seconds", [1, 1]), "seconds: expected numbers as text"),
        (put("seconds", ["1"]), "seconds: expected one number for each result"),
    ],
)
def test_certificates_of_another_shape(change: Callable[[dict[str, Any]], Any], message: str) -> None:
    with pytest.raises(CertificateRejected, match=message):
        changed(change)


def first(key: str, value: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda body: body["results"][0].__setitem__(key, value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (put("verdict", "fail"), "the certificate says 'fail', its entries give 'pass'"),
        (put("spec", {"name": "one", "digest": "0" * 64}), "the certificate is for another spec"),
        (put("spec", {}), "the certificate is for another spec"),
        (put("arrays", {"W": "0"}), "the certificate is for other arrays"),
        (first("obligations", []), "obligations, the entry does not list them all"),
        (first("obligations", None), "obligations, the entry does not list them all"),
        (first("obligations", [1] * 4), "obligations, the entry does not list them all"),
        (first("verdict", "unknown"), "unknown without a known reason"),
        (first("reason", {"code": "none"}), "energy_descent"),
        (first("verdict", "fail"), "energy_descent"),
        (first("subject", "y"), "energy_descent"),
    ],
)
def test_certificates_that_say_another_thing(change: Callable[[dict[str, Any]], Any], message: str) -> None:
    with pytest.raises(CertificateRejected, match=message):
        check_certificate(spec(), changed(change))


@pytest.mark.parametrize("reason", [None, 3, {}, {"code": 3}, {"code": "never_heard_of"}, "budget"])
def test_unknown_has_a_known_reason(reason: Any) -> None:
    def change(body: dict[str, Any]) -> None:
        body["results"][0] |= {"verdict": "unknown", "reason": reason}

    with pytest.raises(CertificateRejected, match="unknown without a known reason"):
        check_certificate(spec(), changed(change))
