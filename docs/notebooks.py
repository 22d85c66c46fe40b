"""Run the notebooks of this folder. ``--write`` keeps what they show, so that it can be read without running them.

The outputs hold no times and no paths, so that a notebook that is run again shows the same. Pictures may differ with
the version of matplotlib, and are not compared.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
SECONDS = 120
SEARCHED = "raises it, by"
"""Part of the sentence about a step that was found by a search in floating point, which may end elsewhere."""


def notebooks() -> list[Path]:
    """Return the notebooks of this folder."""
    return sorted(FOLDER.glob("*.ipynb"))


def run(path: Path) -> Any:
    """Return a notebook as it is after all its cells were run, in its folder; an error in a cell is raised."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=SECONDS, record_timing=False, resources={"metadata": {"path": str(path.parent)}}
    )
    client.execute()
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


def shown(notebook: Any) -> list[tuple[str, str, list[str]]]:
    """Return what the cells show as text: the cell's name, the form, and the parts that are the same on any machine."""
    return [
        (cell["id"], form, [part for part in re.split(r"\n|<br>|</?summary>", text) if SEARCHED not in part])
        for cell in notebook.cells
        for output in _joined(cell.get("outputs", ()))
        for form, text in _forms(output).items()
    ]


def _joined(outputs: Iterable[Any]) -> list[Any]:
    """Join what was printed in a row: a slow machine sends it in more pieces than a fast one."""
    joined: list[Any] = []
    for output in outputs:
        last = joined[-1] if joined else None
        if last and output["output_type"] == last["output_type"] == "stream" and output["name"] == last["name"]:
            joined[-1] = {**last, "text": last["text"] + output["text"]}
        else:
            joined.append(output)
    return joined


def _forms(output: Any) -> dict[str, str]:
    if output["output_type"] == "stream":
        return {output["name"]: output["text"]}
    is_picture = any(form.startswith("image/") for form in output["data"])
    return {} if is_picture else dict(sorted(output["data"].items()))


def main(arguments: list[str]) -> None:
    """Run all notebooks, and write them if ``--write`` is given."""
    import nbformat

    for path in notebooks():
        notebook = run(path)
        if "--write" in arguments:
            nbformat.write(notebook, path)
        print(f"{path.name}: {len(shown(notebook))} outputs")


if __name__ == "__main__":
    main(sys.argv[1:])
