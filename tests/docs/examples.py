"""Examples in Markdown: their fenced blocks, and whether an answer is what a block shows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(r"^```(\w+) ?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_REST = "…"


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the words after it, its text, and where it stands."""

    language: str
    words: str
    text: str
    place: str


def blocks(page: str) -> list[Block]:
    """The fenced blocks of a page of the repository, in order."""
    text = (ROOT / page).read_text("utf-8")
    return [
        Block(m[1], m[2], m[3], f"{page}:{text.count(chr(10), 0, m.start()) + 1}")
        for m in _FENCE.finditer(text)
    ]


def differences(shown: Any, came: Any, where: str = "") -> Iterator[str]:
    """How an answer differs from the one shown; `…` stands for anything, 0 for any number."""
    if type(shown) is not type(came):
        yield f"{where} is {came!r}"
    elif isinstance(shown, dict):
        yield from _of_object(shown, came, where)
    elif isinstance(shown, list):
        yield from _of_list(shown, came, where)
    elif isinstance(shown, str):
        yield from [] if fits(shown, came) else [f"{where} is {came!r}"]
    elif shown not in {0, came}:
        yield f"{where} is {came!r}"


def _of_object(shown: dict[str, Any], came: dict[str, Any], where: str) -> Iterator[str]:
    wanted = shown.keys() - {_REST}
    for name in sorted(wanted - came.keys()):
        yield f"{where}/{name} did not come"
    for name in sorted(came.keys() - wanted) if _REST not in shown else ():
        yield f"{where}/{name} came: {came[name]!r}"
    for name in sorted(wanted & came.keys()):
        yield from differences(shown[name], came[name], f"{where}/{name}")


def _of_list(shown: list[Any], came: list[Any], where: str) -> Iterator[str]:
    wanted = [one for one in shown if one != _REST]
    if len(came) < len(wanted) or (len(came) > len(wanted) and _REST not in shown):
        yield f"{where} has {len(came)} members: {came!r}"
    for index, (one, other) in enumerate(zip(wanted, came, strict=False)):
        yield from differences(one, other, f"{where}/{index}")


def fits(shown: str, came: str) -> bool:
    """Whether a text is the one that is shown."""
    pattern = ".*".join(map(re.escape, shown.strip().split(_REST)))
    return re.fullmatch(pattern, came.strip(), re.DOTALL) is not None
