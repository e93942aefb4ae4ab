"""Past crises as newcomers are told of them: what happened, what was done, what changed."""

from collections.abc import Mapping, Sequence
from typing import Final

from knowledge.precedents import Precedent, PrecedentIndex

_PARTS: Final = (
    ("happened", "What happened"),
    ("said", "What we said and did"),
    ("outcome", "What became of it"),
    ("lesson", "What we learned"),
)


def chapters(
    index: PrecedentIndex, source: str, *, invented: bool
) -> Sequence[Mapping[str, str | None]]:
    """The cases of an archive, the newest first; without teaching cases unless they are wanted."""
    found = [
        one for one in index.cases() if one.source == source and (invented or not one.invented)
    ]
    found.sort(key=lambda one: one.id)
    found.sort(key=lambda one: one.date or "", reverse=True)
    return [_chapter(one) for one in found]


def markdown(found: Sequence[Mapping[str, str | None]]) -> str:
    """A draft in Markdown that names for each part the case it is from."""
    lines = ["# What happened, and what changed", ""]
    for one in found:
        lines += [f"## {one['title']} ({one['date'] or 'undated'})", f"<!-- {one['id']} -->", ""]
        for part, heading in _PARTS:
            if one[part]:
                lines += [f"**{heading}.** {one[part]}", ""]
    return "\n".join(lines).rstrip()


def _chapter(one: Precedent) -> Mapping[str, str | None]:
    return {
        "id": one.id,
        "title": one.title,
        "date": one.date,
        "happened": one.text,
        "said": one.said,
        "outcome": one.outcome,
        "lesson": one.lesson,
    }
