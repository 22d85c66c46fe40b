"""Write the specs of this folder anew: for each model with a flat region, or without a sound energy, one that has one.

    python specs/repaired/make.py

Each is what ``hopverify repair`` proposes; the certificates that it writes beside them are not kept here.
"""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from hopverify.cli import GROUP

HERE = Path(__file__).parent

REPAIRED = {
    "gelu-memory": "altered",
    "hard-sigmoid-hopfield": "universal",
    "hard-tanh-memory": "altered",
    "krotov-hopfield-a": "universal",
    "krotov-hopfield-a-slow": "universal",
    "krotov-hopfield-b-slow": "altered",
    "krotov-hopfield-c-slow": "universal",
    "krotov-hopfield-hard-tanh": "universal",
    "krotov-hopfield-relu": "universal",
    "krotov-hopfield-relu6": "universal",
    "layernorm": "altered",
    "layernorm-equilibria": "altered",
    "negative-layernorm": "altered",
    "negative-saturation": "altered",
    "negative-self-excitation": "universal",
    "negative-two-time-constants": "universal",
    "relu-biactive": "universal",
    "relu-dead-coordinate": "altered",
    "relu-five-equilibria": "universal",
    "relu-horn": "universal",
    "relu-pair": "universal",
    "relu-runaway": "universal",
    "relu-two-neurons": "universal",
    "softmax-equilibria": "altered",
    "softmax-memory": "altered",
    "sparsemax-equilibria": "altered",
}


def make(specs: Path, out: Path) -> None:
    """Repair the models of the folder ``specs`` into ``out``."""
    for name, repair in REPAIRED.items():
        arguments = ["repair", str(specs / f"{name}.yaml"), "--only", repair, "--out", str(out)]
        result = CliRunner().invoke(GROUP, arguments)
        if result.exit_code != 0:
            raise SystemExit(f"{name}: {result.output}")
        (out / f"{name}-{repair}.certificate.json").unlink()


if __name__ == "__main__":
    make(HERE.parent, HERE)
