"""Scenario files: read, checked with line and column of every mistake, found by name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from pydantic import ValidationError

from ontology.marked_reader import FileInvalid, root
from ontology.marked_yaml import Entry, Node, quoted
from service.drill_scenario import Scenario

SUFFIX: Final = ".yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A scenario with the text that says it; the text is what a drill keeps."""

    scenario: Scenario
    text: str


class ScenarioUnknown(LookupError):
    """There is no scenario of that name."""


def read(text: str, file: str) -> Written:
    """Read one scenario.

    Raises:
        FileInvalid: all that is wrong, each with file, line and column.
    """
    top = root(text, file)
    try:
        found = Scenario.model_validate(_plain(top, file))
    except ValidationError as error:
        raise FileInvalid(tuple(_told(error, top, file))) from None
    return Written(scenario=found, text=text)


@cache
def packaged() -> Mapping[str, Written]:
    """The scenarios that attune ships, by name."""
    folder = files("loaders").joinpath("drills")
    found = [
        read(one.read_text("utf-8"), f"loaders/drills/{one.name}")
        for one in sorted(folder.iterdir(), key=lambda one: one.name)
        if one.name.endswith(SUFFIX)
    ]
    return MappingProxyType({one.scenario.drill: one for one in found})


def own(folder: Path) -> Mapping[str, Written]:
    """The scenarios in a folder of this organisation; `check` says why one is left out."""
    found = dict[str, Written]()
    for path in sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else ():
        try:
            one = read(path.read_text("utf-8"), path.name)
        except (FileInvalid, OSError, UnicodeDecodeError):
            continue
        found[one.scenario.drill] = one
    return found


def known(folder: Path) -> Mapping[str, Written]:
    """All scenarios; those of the organisation stand before those that attune ships."""
    return {**packaged(), **own(folder)}


def named(name: str, folder: Path) -> Written:
    """The scenario of a name.

    Raises:
        ScenarioUnknown: there is none; the message lists those there are.
    """
    found = known(folder)
    if name not in found:
        raise ScenarioUnknown(
            f"{name[:80]!r} is no scenario; there are {', '.join(sorted(found))}"
        )
    return found[name]


def schema() -> dict[str, Any]:
    """The JSON Schema of a scenario, for editors."""
    made = Scenario.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


def _plain(node: Node, file: str) -> Any:  # noqa: ANN401 - what YAML can say
    if isinstance(node.value, tuple) and node.kind == "mapping":
        keys = [one.key for one in node.value if isinstance(one, Entry)]
        for one in node.value:
            if isinstance(one, Entry) and keys.count(one.key) > 1:
                words = f"{quoted(one.key)} stands there twice; keep one"
                raise FileInvalid((f"{file}:{one.line}:{one.column}: {words}",))
        return {one.key: _plain(one.value, file) for one in node.value if isinstance(one, Entry)}
    if isinstance(node.value, tuple):
        return [_plain(one, file) for one in node.value if isinstance(one, Node)]
    return node.value


def _told(error: ValidationError, top: Node, file: str) -> Iterator[str]:
    for one in error.errors(include_url=False, include_context=False):
        line, column = _place(top, one["loc"])
        where = "/".join(map(str, one["loc"])) or "the file"
        words = str(one["msg"]).removeprefix("Value error, ")
        given = one["input"]
        shown = f", not {quoted(given)}" if isinstance(given, str | int | bool) else ""
        yield f"{file}:{line}:{column}: {where}: {words}{shown}"


def _place(node: Node, path: Sequence[int | str]) -> tuple[int, int]:
    """Where the deepest node on a path stands."""
    for step in path:
        if not isinstance(node.value, tuple):
            break
        if isinstance(step, int) and node.kind == "list" and step < len(node.value):
            inner = node.value[step]
        else:
            inner = next((e for e in node.value if isinstance(e, Entry) and e.key == step), node)
        if inner is node:
            break
        node = inner.value if isinstance(inner, Entry) else inner
    return node.line, node.column
