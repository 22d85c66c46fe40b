"""The report as a page of HTML that needs nothing else, a figure, and a summary in Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

KINDS = ("own", "other", "mixture")
WORDS = {"own": "the key itself", "other": "another key", "mixture": "a mixture"}
SHOWN = 5

Head = dict[str, Any]
Survey = Sequence[dict[str, Any]]


def kind_of(head: Head, start: int, end: int) -> str:
    """Return what a key comes to rest at: itself, another key, or a mixture."""
    single = head["equilibria"][end]["single"]
    if single is None:
        return "mixture"
    return "own" if single == start else "other"


def counts(heads: Iterable[Head]) -> Counter[str]:
    """Return how many keys of the heads rest at what, how many queries at mixtures, how many balls were checked."""
    found: Counter[str] = Counter()
    for head in heads:
        found.update(kind_of(head, start, end) for start, end in enumerate(head["keys"]))
        found["keys"] += len(head["keys"])
        found["query mixture"] += sum(head["equilibria"][end]["single"] is None for end in head["queries"])
        found["checked"] += sum(radius is not None for radius in head["checked"])
        found["checked own"] += sum(
            radius is not None and kind_of(head, start, end) == "own"
            for start, (radius, end) in enumerate(zip(head["checked"], head["keys"], strict=True))
        )
        found["query first"] += sum(head["equilibria"][end]["single"] == 0 for end in head["queries"])
        found["equilibria"] += len(head["equilibria"])
        found["lone"] += len(head["equilibria"]) == 1
        found["heads"] += 1
    return found


def heads_at(survey: Survey, layer: int, head: int | None = None) -> list[Head]:
    """Return the heads of a layer, or one of them, over all sentences."""
    chosen = [each["layers"][layer] for each in survey]
    return [one for heads in chosen for index, one in enumerate(heads) if head in (None, index)]


def everything(survey: Survey) -> Counter[str]:
    """Return the counts over all heads and sentences."""
    return counts(head for each in survey for layer in each["layers"] for head in layer)


def figure(survey: Survey) -> str:
    """Return the figure: one bar for each head, what its keys come to rest at."""
    width, height, left, top, bar = 58, 34, 62, 30, 18
    layers, heads = len(survey[0]["layers"]), len(survey[0]["layers"][0])
    total = left + heads * width + 8
    label = '<text x="{}" y="18" class="axis" text-anchor="middle">{}</text>'
    parts = [label.format(left + head * width + 24, head) for head in range(heads)]
    parts.append('<text x="0" y="18" class="axis">head</text>')
    for layer in range(layers):
        y = top + layer * height
        parts.append(f'<text x="0" y="{y + 13}" class="axis">layer {layer}</text>')
        for head in range(heads):
            parts.append(_bar(counts(heads_at(survey, layer, head)), (layer, head), left + head * width, y, bar))
    y = top + layers * height + 16
    for index, kind in enumerate(KINDS):
        x = left + index * 150
        parts.append(f'<rect x="{x}" y="{y - 10}" width="12" height="12" class="{kind}"/>')
        parts.append(f'<text x="{x + 18}" y="{y}" class="axis">{WORDS[kind]}</text>')
    box = f'viewBox="0 0 {total} {y + 10}" role="img" aria-label="What the keys of each head come to rest at"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{STYLE_OF_FIGURE}{"".join(parts)}</svg>'


def _bar(found: Counter[str], place: tuple[int, int], x: float, y: float, height: int) -> str:
    told = ", ".join(f"{found[kind]} {WORDS[kind]}" for kind in KINDS)
    parts = [f"<g><title>layer {place[0]}, head {place[1]}: of {found['keys']} keys {told}</title>"]
    for kind in KINDS:
        length = 48 * found[kind] / found["keys"]
        parts.append(f'<rect x="{x:.2f}" y="{y}" width="{length:.2f}" height="{height}" class="{kind}"/>')
        x += length
    return "".join(parts) + "</g>"


STYLE_OF_FIGURE = (
    "<style>.own{fill:#1f6f8b}.other{fill:#9ccad8}.mixture{fill:#e08e45}.axis{font:12px system-ui,sans-serif;fill:#555}"
    "@media (prefers-color-scheme: dark){.axis{fill:#bbb}}</style>"
)


def table(survey: Survey) -> str:
    """Return the table of the layers."""
    rows = []
    for layer in range(len(survey[0]["layers"])):
        found = counts(heads_at(survey, layer))
        cells = "".join(f"<td>{_percent(found[kind], found['keys'])}</td>" for kind in KINDS)
        balls = f"<td>{found['checked']}</td><td>{_percent(found['query mixture'], found['keys'])}</td>"
        lone = f"<td>{found['lone']} of {found['heads']}</td>"
        rows.append(f"<tr><th scope=row>{layer}</th><td>{found['keys']}</td>{cells}{balls}{lone}</tr>")
    head = "".join(f"<th scope=col>{words}</th>" for words in COLUMNS)
    return f"<div class=wide><table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"


COLUMNS = (
    "layer",
    "keys",
    "rest at themselves",
    "rest at another key",
    "rest at a mixture",
    "balls around single keys (T15)",
    "queries that rest at a mixture",
    "heads where all starts rest at one state",
)


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %"


def examples(survey: Survey, chosen: Sequence[tuple[int, int, int]], said: Sequence[str]) -> str:
    """Return some heads in full, each with a sentence on it."""
    parts = []
    for (sentence, layer, head), words in zip(chosen, said, strict=True):
        each = survey[sentence]
        title = f"Layer {layer}, head {head}: “{escape(each['sentence'])}”"
        parts.append(f"<h3>{title}</h3><p>{words}</p>{_head(each['layers'][layer][head], each['tokens'])}")
    return f"<div class=heads>{''.join(parts)}</div>"


def details(survey: Survey) -> str:
    """Return the equilibria of all heads, sentence by sentence."""
    return "".join(_sentence(each) for each in survey)


def _sentence(each: dict[str, Any]) -> str:
    layers = "".join(_layer(index, heads, each["tokens"]) for index, heads in enumerate(each["layers"]))
    return f"<details><summary>{escape(each['sentence'])}</summary>{layers}</details>"


def _layer(index: int, heads: Sequence[Head], tokens: Sequence[str]) -> str:
    cells = (f"<th scope=row>{number}</th><td>{_head(head, tokens)}</td>" for number, head in enumerate(heads))
    rows = "".join(f"<tr>{cell}</tr>" for cell in cells)
    return f"<details class=layer><summary>Layer {index}</summary><table class=heads>{rows}</table></details>"


def _head(head: Head, tokens: Sequence[str]) -> str:
    names = _names(tokens)
    return "".join(_equilibrium(head, index, each, names) for index, each in enumerate(head["equilibria"]))


def _names(tokens: Sequence[str]) -> list[str]:
    """Return the tokens, those that occur more than once with their place."""
    places = [f"<sub>{index}</sub>" if tokens.count(token) > 1 else "" for index, token in enumerate(tokens)]
    pairs = zip(tokens, places, strict=True)
    return [f"<span class=token>{escape(token)}{place}</span>" for token, place in pairs]


def _equilibrium(head: Head, index: int, each: dict[str, Any], names: Sequence[str]) -> str:
    came = [names[start] for start, end in enumerate(head["keys"]) if end == index]
    asked = [names[start] for start, end in enumerate(head["queries"]) if end == index]
    what = "single" if each["single"] is not None else "mixture"
    weights = [
        f"<b>{names[key]}</b> {low:.3f}–{high:.3f}" if low < high else f"<b>{names[key]}</b> {low:.3f}"
        for key, low, high in zip(each["members"], each["lower"], each["upper"], strict=True)
    ]
    more = f" and {len(weights) - SHOWN} more" if len(weights) > SHOWN else ""
    said = f"{', '.join(weights[:SHOWN])}{more}; radius ≥ {each['radius']:.3f}"
    checked = "" if each["single"] is None else _checked(head["checked"][each["single"]])
    flows = f"<br><span class=from>from {_listed('key', came)}; {_listed('query', asked)}</span>"
    return f'<p><span class="tag {what}">{what}</span> {said}{checked}{flows}</p>'


def _checked(radius: float | None) -> str:
    return "" if radius is None else f"; <span class=checked>radius ≥ {radius:.3f} around the key</span>"


def _listed(noun: str, names: Sequence[str]) -> str:
    plural = {"key": "keys", "query": "queries"}[noun]
    if not names:
        return f"no {noun}"
    return f"{noun if len(names) == 1 else plural} {', '.join(names)}"
