"""A brief as a text in Markdown, which a person reads on the way to those they speak to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple, TypeAlias

from ontology.events import Json
from service.brief_sources import EMPLOYEES
from service.zoned import local

Row: TypeAlias = Mapping[str, Json]


class _Part(NamedTuple):
    """A part of the text: its title, its rows, a row in words, the words without a row."""

    title: str
    name: str
    line: Callable[[Row, str], str]
    empty: str


def markdown(head: Row, content: Row) -> str:
    """The brief; the words of journalists are in it where `content` has them."""
    return "\n".join(_lines(head, content)) + "\n"


def _lines(head: Row, content: Row) -> Iterator[str]:
    zone = str(content["time_zone"])
    title = "Talking points for managers" if head.get("audience") == EMPLOYEES else "Brief"
    yield f"# {title}: {content['name']}"
    yield ""
    yield f"{head['id']} for {head['holder']}, as of {_at(head['asOf'], zone)}."
    if head.get("outdated"):
        yield f"**Outdated: {'; '.join(map(str, _several(head['outdated'])))}.**"
    yield f"Digest {head['contentDigest']}."
    guideline = head.get("guideline")
    if isinstance(guideline, dict):
        yield f"Speak by {guideline['name']} ({guideline['version']})."
    for part in _PARTS:
        yield ""
        yield f"## {part.title}"
        yield ""
        rows = _rows(content[part.name])
        yield from (f"- {part.line(row, zone)}" for row in rows)
        if not rows:
            yield part.empty


def _holding(row: Row, _: str) -> str:
    return f"{row['text']} ({row.get('message') or row.get('pathway')})"


def _known(row: Row, _: str) -> str:
    where = f", for {row['region']}" if row["region"] is not None else ""
    said = f" “{row['sentence']}”" if row["sentence"] is not None else ""
    return f"**{row['name']}**: {row['says']}.{said} ({row['message']}, {row['language']}{where})"


def _unknown(row: Row, _: str) -> str:
    return f"{row['name'] or row['topic']}: nothing is approved; say that we do not know yet."


def _promised(row: Row, zone: str) -> str:
    late = " **Its time has passed.**" if row["state"] == "broken" else ""
    return f"By {_at(row['due'], zone)}: {row['sentence']} ({row['team'] or 'nobody named'}){late}"


def _barred(row: Row, _: str) -> str:
    return f"{row['says']} ({row['kind']}{': ' if row['source'] else ''}{row['source'] or ''})"


def _question(row: Row, _: str) -> str:
    words = [f"\n  - {one}" for one in _several(row.get("questions"))]
    about = row["name"] or row["topic"] or "Other questions"
    return f"{about}: {row['outlets']} of the outlets{''.join(words)}"


def _whom(row: Row, _: str) -> str:
    people = ", ".join(map(str, _several(row["on_call"])))
    return f"{row['team']} {row['why']}{f': {people}' if people else ''}"


_PARTS: Final = (
    _Part("Holding line", "holding_line", _holding, "None is approved; ask those named below."),
    _Part("What is known", "known", _known, "Nothing is approved."),
    _Part("What is not known", "unknown", _unknown, "No topic is without an approved claim."),
    _Part("Promised", "promises", _promised, "Nothing."),
    _Part("Do not say", "do_not_say", _barred, "Nothing is barred."),
    _Part("Likely questions", "likely_questions", _question, "Nobody has asked yet."),
    _Part("Whom to ask", "ask", _whom, "Nobody is named."),
)


def _rows(value: Json) -> Sequence[Row]:
    many = value if isinstance(value, list) else [value]
    return [row for row in many if isinstance(row, dict)]


def _several(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _at(value: Json, zone: str) -> str:
    return local(datetime.fromisoformat(str(value)), zone)
