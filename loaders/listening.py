"""Listening feeds: labelled tweets of CrisisLex T26, and signals as CSV or JSON Lines."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from loaders.rejects import Rejects, reject
from loaders.rows import Row, is_utf8, lines, open_text, rows
from loaders.signals import FIELDS, FieldInvalid, Source, signal
from ontology.signals import Signal

SNOWFLAKE_EPOCH: Final = 1_288_834_974_657
"""Milliseconds since 1970 that the times in tweet ids count from."""
FIRST_SNOWFLAKE: Final = 29_700_859_247
"""The lowest tweet id that holds a time (4 November 2010)."""

T26_COLUMNS: Final = ("tweet id", "tweet text")
T26_EXAMPLE: Final = '"407132226753921024","RT @AP: A train has derailed.",Media,Other,Related'
SIGNAL_EXAMPLE: Final = (
    '{"id": "407129710162759680", "platform": "platform/twitter", "feed": "feed/listening",'
    ' "posted_at": "2013-12-01T12:21:04Z", "text": "Possible train derailment in the Bronx"}'
)

_SHARE: Final = re.compile(
    r'^[\s"\'.:\u2018-\u201d-]{0,9}(?:RT|MT)[\s:]{1,9}@(\w{1,40})', re.IGNORECASE
)
_ID: Final = re.compile(r"[0-9]{1,19}", re.ASCII)
_LARGEST_ID: Final = 2**63 - 1


class ListeningInvalid(ValueError):
    """A whole file is no feed; the message says where, what stands there and what would do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """A file on its way in, and where its bad rows go."""

    name: str
    rejects: Rejects

    def refuse(self, line: int, error: FieldInvalid) -> None:
        self.rejects.add(
            reject(
                source=self.name,
                line=line,
                field=error.field,
                reason=error.reason,
                value=error.value,
                example=error.example,
            )
        )


def read(path: Path, rejects: Rejects, source: Source) -> Iterator[Signal]:
    """Stream the signals of a file; rows that can't be read go to `rejects`, each with its line.

    The form is told from the first line: `{` begins JSON Lines in the form of the API, a header
    with "Tweet ID" begins CrisisLex T26, any other header CSV with the API's field names. Ids are
    those of the posts, so loading a file twice gives the same signals.

    Raises:
        ListeningInvalid: the file is empty or its header lacks a column.
        OSError: it can't be read.
    """
    with open_text(path) as stream:
        first = next((text for _, text in lines(stream) if text.strip()), None)
    if first is None:
        raise ListeningInvalid(f"{path.name}:1: is empty; a line is {SIGNAL_EXAMPLE}")
    file = _File(name=path.name, rejects=rejects)
    if first.lstrip("\ufeff \t").startswith("{"):
        yield from _json_lines(path, file, source)
    else:
        yield from _csv(path, file, source)


def tweet_time(tweet: int) -> datetime:
    """When a tweet was posted, from its id.

    >>> tweet_time(407129710162759680).isoformat()
    '2013-12-01T12:51:01.664000+00:00'
    """
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return epoch + timedelta(milliseconds=(tweet >> 22) + SNOWFLAKE_EPOCH)


def shared_from(text: str) -> str | None:
    """The handle that a tweet passes on, where it begins with "RT @handle" or "MT @handle".

    >>> shared_from("RT @AP: BREAKING")
    'AP'
    """
    match = _SHARE.match(text)
    return None if match is None else match[1]


def _json_lines(path: Path, file: _File, source: Source) -> Iterator[Signal]:
    with open_text(path) as stream:
        for number, text in lines(stream):
            if not text.strip():
                continue
            try:
                yield signal(_object(text), source)
            except FieldInvalid as error:
                file.refuse(number, error)


def _object(text: str) -> Mapping[str, object]:
    example = SIGNAL_EXAMPLE
    if not is_utf8(text):
        raise FieldInvalid("", "is not UTF-8", text, example)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FieldInvalid("", "is no JSON", text, example) from error
    if not isinstance(value, dict):
        raise FieldInvalid("", "is no JSON object", text, example)
    return value


def _csv(path: Path, file: _File, source: Source) -> Iterator[Signal]:
    with open_text(path) as stream:
        table = rows(stream)
        header = next(table)
        names = [cell.strip().casefold() for cell in header.cells]
        form = _t26 if T26_COLUMNS[0] in names else _plain
        _check_header(path, header, names)
        for row in table:
            try:
                yield signal(form(_cells(row, names)), source)
            except FieldInvalid as error:
                file.refuse(row.line, error)


def _check_header(path: Path, header: Row, names: list[str]) -> None:
    needed = T26_COLUMNS if T26_COLUMNS[0] in names else ("id", "posted_at", "text")
    missing = [name for name in needed if name not in names]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if not missing and not doubled:
        return
    what = f"lacks {', '.join(missing)}" if missing else f"names {', '.join(doubled)} twice"
    raise ListeningInvalid(
        f"{path.name}:{header.line}: the header {','.join(header.cells)[:120]!r} {what};"
        f" a header is {'Tweet ID,Tweet Text' if needed is T26_COLUMNS else 'id,posted_at,text'}"
    )


def _cells(row: Row, names: list[str]) -> dict[str, str]:
    if row.broken is not None:
        raise FieldInvalid("", row.broken, row.cells[0], T26_EXAMPLE)
    if len(row.cells) != len(names):
        reason = f"has {len(row.cells)} cells where the header has {len(names)}"
        raise FieldInvalid("", reason, ",".join(row.cells), T26_EXAMPLE)
    return dict(zip(names, row.cells, strict=True))


def _t26(cells: Mapping[str, str]) -> dict[str, object]:
    tweet, text = cells["tweet id"], cells["tweet text"]
    number = int(tweet) if _ID.fullmatch(tweet) else 0
    if not FIRST_SNOWFLAKE <= number <= _LARGEST_ID:
        raise FieldInvalid("Tweet ID", "is no tweet id that holds a time", tweet, T26_EXAMPLE)
    values: dict[str, object] = {"id": tweet, "posted_at": tweet_time(number), "text": text}
    handle = shared_from(text)
    return values if handle is None else values | {"share_of": handle}


def _plain(cells: Mapping[str, str]) -> dict[str, object]:
    values: dict[str, object] = {
        name: cell for name, cell in cells.items() if cell and name in FIELDS
    }
    if "topics" in values:
        values["topics"] = cells["topics"].split()
    reach = cells.get("reach", "")
    if reach.isascii() and reach.isdecimal():
        values["reach"] = int(reach)
    return values
