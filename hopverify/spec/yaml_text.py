"""YAML to the neutral tree.

Built from the parser's events and not through a YAML constructor: constructors turn ``0.1`` into a float, ``no``
into False, and take the second of two equal keys. Only plain mappings, lists and scalars are read: no tags, no
merge keys, one document. An alias counts with everything that it stands for, each time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

from hopverify.errors import Problem, SpecError
from hopverify.spec.bounds import MAX_PROBLEMS
from hopverify.spec.document import Node, Place, child, given_twice, plain_scalar, raise_all
from hopverify.spec.syntax import yaml_error
from hopverify.spec.text_bounds import TOO_DEEP, Budget

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class _Open:
    """A list or mapping whose end has not come yet."""

    place: Place
    content: list[Node] | dict[str, Node]
    anchor: str | None
    nodes_before: int
    characters_before: int
    keys: dict[str, Place] = field(default_factory=dict)
    key: str | None = None
    twice: bool = False
    height: int = 1


@dataclass(frozen=True)
class _Anchored:
    """A node with a name, and what it costs to write it out once more."""

    node: Node
    nodes: int
    characters: int
    height: int


def read_yaml(text: str, file: str) -> Node:
    """Return the tree of the one document in the text."""
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        place, said = yaml_error(error, text)
        # Parsers have a limit of their own, and look ahead: some find theirs passed before they report the 33rd level.
        raise SpecError(Problem(file, *place, "", TOO_DEEP if "nesting depth" in said else said)) from None
    except yaml.YAMLError as error:
        position = getattr(error, "position", 0)
        position = position if isinstance(position, int) else 0
        place = (text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position))
        details = str(getattr(error, "reason", error))
        raise SpecError(Problem(file, *place, "", f"this is not valid YAML: {details}")) from None
    raise_all(builder.problems)
    return builder.root or Node(None, (1, 1))


class _Builder:
    """Takes one event after the other; keeps its own stack, so that no depth of nesting can exhaust Python's."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.budget = Budget(file)
        self.root: Node | None = None
        self.stack: list[_Open] = []
        self.anchors: dict[str, _Anchored | None] = {}
        self.problems: list[Problem] = []
        self.documents = 0

    def take(self, event: Any) -> None:
        mark: Any = event.start_mark
        place = (mark.line + 1, mark.column + 1)
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self.refuse(place, "a second document begins here; a spec is a single one")
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self.open(event, place)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self.close()
        elif isinstance(event, yaml.AliasEvent):
            self.alias(str(event.anchor), place)
        elif isinstance(event, yaml.ScalarEvent):
            self.scalar(event, place)

    def scalar(self, event: yaml.ScalarEvent, place: Place) -> None:
        self.refuse_tag(event.tag, place)
        self.budget.spend(place, characters=len(event.value))
        style = event.style or ""
        if self.expects_key():
            self.begin_entry(event.value, place, style)
            return
        node = Node(event.value if style else plain_scalar(event.value), place, style)
        self.add(node, place, _Anchored(node, 1, len(event.value), 0), event.anchor)

    def open(self, event: Any, place: Place) -> None:
        self.refuse_tag(event.tag, place)
        if self.expects_key():
            self.refuse(place, "a key must be text, not a list or a mapping")
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        content: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        self.stack.append(_Open(place, content, event.anchor, self.budget.nodes, self.budget.characters))
        self.budget.spend(place)
        self.budget.check_depth(place, len(self.stack))

    def close(self) -> None:
        done = self.stack.pop()
        node = Node(done.content, done.place, "", done.keys)
        nodes = self.budget.nodes - done.nodes_before
        characters = self.budget.characters - done.characters_before
        self.add(node, done.place, _Anchored(node, nodes, characters, done.height), done.anchor)

    def alias(self, anchor: str, place: Place) -> None:
        if self.expects_key():
            self.refuse(place, "a key must be text, not an alias")
        if anchor not in self.anchors:
            self.refuse(place, f"the alias *{anchor} has no anchor &{anchor} before it")
        target = self.anchors[anchor]
        if target is None:
            self.refuse(place, f"the alias *{anchor} stands inside its own anchor &{anchor}")
        self.budget.spend(place, nodes=target.nodes, characters=target.characters)
        self.budget.check_depth(place, len(self.stack) + target.height)
        self.add(target.node, place, target, None)

    def add(self, node: Node, place: Place, cost: _Anchored, anchor: str | None) -> None:
        if anchor is not None:
            self.anchors[anchor] = cost
        if not self.stack:
            self.root = node
            return
        parent = self.stack[-1]
        parent.height = max(parent.height, cost.height + 1)
        if isinstance(parent.content, list):
            parent.content.append(node)
        else:
            # What would come in the place of a key has been refused.
            assert parent.key is not None
            if not parent.twice:
                parent.content[parent.key] = node
            parent.key = None

    def expects_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].content, dict) and self.stack[-1].key is None

    def begin_entry(self, key: str, place: Place, style: str) -> None:
        if key == "<<" and not style:
            self.refuse(place, "merge keys (<<) are not read; write the entries out")
        if not style and not isinstance(plain_scalar(key), str):
            self.refuse(place, f"a key must be text, got {key or 'nothing'}; put it in quotes if it is meant as text")
        parent = self.stack[-1]
        parent.twice = key in parent.keys
        if parent.twice:
            message = given_twice(parent.keys[key], place)
            self.problems.append(Problem(self.file, *place, child(self.path(), key), message))
        else:
            parent.keys[key] = place
        parent.key = key

    def path(self) -> str:
        path = ""
        for parent in self.stack[:-1]:
            path = child(path, len(parent.content) if isinstance(parent.content, list) else parent.key or "")
        return path

    def refuse_tag(self, tag: str | None, place: Place) -> None:
        if tag is not None:
            self.refuse(place, f"the tag {tag[:80]!r} is not read; a spec has plain mappings, lists and scalars only")

    def refuse(self, place: Place, message: str) -> NoReturn:
        raise SpecError(*self.problems[:MAX_PROBLEMS], Problem(self.file, *place, "", message))
