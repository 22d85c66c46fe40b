from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["pydantic", "yaml", "safetensors", "jsonschema"])
def test_what_takes_time_to_load_is_loaded_when_it_is_needed(module: str) -> None:
    program = f"import sys, hopverify.spec; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
