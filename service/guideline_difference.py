"""What changed from one version of a guideline to another: fields, principles, lines."""

import difflib
from collections.abc import Iterator, Mapping
from typing import Final

from knowledge.language.guideline_text import Principle, principles
from ontology.events import Json

_TEXT: Final = "guidance"
_OF_THE_VERSION: Final = frozenset(
    {
        "approvedAt",
        "approver",
        "author",
        "contentDigest",
        "nextReviewBy",
        "ofGuideline",
        "remindAfter",
        "revisedBecause",
        "revises",
        "state",
        "takenBackAt",
        "versionNumber",
        _TEXT,
    }
)
"""What differs from version to version whatever was changed, and the text itself."""

Properties = Mapping[str, tuple[Json, ...]]


def difference(old: Properties, new: Properties) -> dict[str, Json]:
    """The fields, the principles and the lines in which two versions differ."""
    before, after = (str(one[_TEXT][0]) for one in (old, new))
    lines: Iterator[Json] = difflib.unified_diff(
        before.splitlines(), after.splitlines(), "", "", lineterm="", n=2
    )
    changed: list[Json] = [*_principles(principles(before), principles(after))]
    return {
        "fields": [*_fields(old, new)],
        "principles": changed,
        "lines": [*lines][2:],  # without the names of the two files
    }


def shown(one: Principle) -> dict[str, Json]:
    """A principle for an answer."""
    return {"number": one.number, "says": one.says, "do": [*one.do], "dont": [*one.dont]}


def _fields(old: Properties, new: Properties) -> Iterator[Json]:
    for name in sorted((old.keys() | new.keys()) - _OF_THE_VERSION):
        before, after = (sorted(map(str, one.get(name, ()))) for one in (old, new))
        if before != after:
            yield {"name": name, "before": [*before], "after": [*after]}


def _principles(old: tuple[Principle, ...], new: tuple[Principle, ...]) -> Iterator[Json]:
    """Principles that were added, removed or changed; a new number alone is no change."""
    said = [[(one.says, one.do, one.dont) for one in several] for several in (old, new)]
    matcher = difflib.SequenceMatcher(a=said[0], b=said[1], autojunk=False)
    for tag, start, end, first, last in matcher.get_opcodes():
        if tag == "equal":
            continue
        pairs = max(end - start, last - first)
        for place in range(pairs):
            before = old[start + place] if start + place < end else None
            after = new[first + place] if first + place < last else None
            yield {
                "before": shown(before) if before is not None else None,
                "after": shown(after) if after is not None else None,
            }
