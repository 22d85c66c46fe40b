"""Models of spins in words: what refutes a claim, the fixed points, and how many flips are set right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Values = Mapping[str, Any]

LONGEST, SHOWN, FLIPS = 60, 8, 12


def spins_in_words(data: Values | None) -> list[str]:
    """Return lines about what was computed of spins; none where a claim is about something else."""
    if data is None:
        return []
    if isinstance(data.get("fixed_points"), list):
        return _fixed_points(data)
    return _restored(data) if "restored" in data else []


def state(values: Any) -> str:
    """Return a state, one text of signs or one for each layer, a long one cut short."""
    if isinstance(values, Mapping):
        return (
            _cut(str(next(iter(values.values()))))
            if len(values) == 1
            else ", ".join(f"{name} = {_cut(str(part))}" for name, part in values.items())
        )
    return _cut(str(values))


def _cut(signs: str) -> str:
    return signs if len(signs) <= LONGEST else f"{signs[:LONGEST]}… ({len(signs)} in all)"


def _fixed_points(data: Values) -> list[str]:
    rows, count = data["fixed_points"], data["count"]
    said = "there is no fixed point" if not count else f"{count:,} fixed point" + ("s" if count != 1 else "")
    lines = [said] + [_fixed_point(row) for row in rows[:SHOWN]]
    return lines + ([f"and {count - SHOWN:,} more"] if count > SHOWN else [])


def _fixed_point(row: Values) -> str:
    stored = f" = {', '.join(row['patterns'])}" if "patterns" in row else ""
    return f"{state(row['state'])}{stored}" + (f", E = {row['energy']}" if row["energy"] else "")


def _restored(data: Values) -> list[str]:
    counts = sorted({row["flips"] for row in data["patterns"] if "flips" in row})
    lines = [f"certified for {data['restored']:,} of {data['of']:,} patterns"]
    if counts:
        span = f"{counts[0]:,}" if len(counts) == 1 else f"{counts[0]:,} to {counts[-1]:,} (by pattern)"
        lines.append(f"certified number of flips, of any neurons: {span}")
    left = [str(row["pattern"]) for row in data["patterns"] if "flips" not in row]
    more = f", … {len(left)} in all" if len(left) > SHOWN else ""
    return lines + ([f"not shown to be fixed points: {', '.join(left[:SHOWN])}{more}"] if left else [])


def _rise(witness: Values) -> list[str]:
    which = "the update of all neurons" if "neuron" not in witness else f"the update of neuron {witness['neuron']}"
    before, after = witness["energy_before"], witness["energy_after"]
    change = f" from {before} to {after}" if before else ""
    return [f"at the state {state(witness['state'])} {which} raises E{change}, at {state(witness['after'])}"]


def _cycle(witness: Values) -> list[str]:
    if "order" in witness:
        neurons = ", ".join(map(str, witness["order"][:FLIPS])) + (", …" if len(witness["order"]) > FLIPS else "")
        return [f"the state {state(witness['state'])} comes back after the flips of the neurons {neurons}"]
    shown = " → ".join(state(each) for each in witness["cycle"])
    more = " → …" if len(witness["cycle"]) < witness["length"] else ""
    return [f"a cycle of {witness['length']} states: {shown}{more}"]


def _escape(witness: Values) -> list[str]:
    lines = []
    for row in witness["escapes"][:SHOWN]:
        if "leaves" in row:
            lines.append(f"pattern {row['pattern']} is no fixed point: updates flip {_neurons(row['leaves'])}")
            continue
        after = f"after flips of {_neurons(row['flips'])}" if row["flips"] else "without a flip"
        lines.append(f"pattern {row['pattern']}: {after} a run ends in {row['ends']}, {state(row['state'])}")
    return lines


def _neurons(listed: Any) -> str:
    shown = ", ".join(map(str, listed[:FLIPS])) + (", …" if len(listed) > FLIPS else "")
    return f"neuron {shown}" if len(listed) == 1 else f"neurons {shown}"


WORDS: dict[str, Callable[[Values], list[str]]] = {
    "spin_rise": _rise,
    "spin_cycle": _cycle,
    "spin_escape": _escape,
}
"""What refutes a claim, by the rule that says so."""
