"""Listening exports: mentions as CSV, as Brandwatch or Meltwater write them, become signals."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from loaders.listening import ListeningInvalid
from loaders.payload_items import Adapted, Fault, words
from loaders.rows import Row, open_text, rows
from loaders.signals import LONGEST_TEXT, MOST_TOPICS, FieldInvalid

MOST_PREAMBLE: Final = 30
"""Lines above the header in which a vendor says what was asked for."""

_COLUMNS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "id": "resource id, document id, mention id",
        "url": "url, link",
        "date": "date",
        "time": "time",
        "title": "title, headline",
        "text": "full text, hit sentence, snippet, opening text",
        "author": "author, author handle, twitter screen name, author name",
        "language": "language",
        "hashtags": "hashtags",
        "reach": "reach (new), reach, potential reach, impressions",
        "platform": "page type, source type, content source name, source name",
    }
)
_NAMES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {name: tuple(title.strip() for title in row.split(",")) for name, row in _COLUMNS.items()}
)
_SITES: Final[Mapping[str, str]] = MappingProxyType(
    {"x": "twitter"}
    | {
        name: name
        for name in (
            *("twitter", "facebook", "instagram", "youtube", "reddit", "tiktok", "linkedin"),
            *("mastodon", "bluesky"),
        )
    }
)
_FORMS: Final = ("%d-%b-%Y %I:%M%p", "%d-%b-%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%d-%b-%Y")
_QUOTED: Final = re.compile(r'="([^"]*)"')
_TWEET: Final = re.compile(r"(?:twitter|x)\.com/\w{1,20}/status(?:es)?/(\d{5,19})\b")
_LETTERS: Final = re.compile(r"[^A-Za-z0-9._~-]")
_LANGUAGES: Final = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})?", re.ASCII)
_LONGEST_ID: Final = 60
_MOST_DIGITS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One file: the time zone of times without offset, and the platform that it is of."""

    path: Path
    platform: str
    zone: ZoneInfo | None = None


def adapt(export: Export) -> Adapted:
    """The mentions of a file; columns that nobody reads, the vendor's sentiment too, are counted.

    Raises:
        ListeningInvalid: no header of a vendor is found, or it lacks a column.
        OSError: it can't be read.
    """
    found = Adapted()
    with open_text(export.path) as stream:
        table = rows(stream)
        header = _header(table, export.path.name)
        columns = _columns(header, export.path.name)
        used = {place for places in columns.values() for place in places}
        unread = [cell for place, cell in enumerate(header.cells) if place not in used and cell]
        found.ignored.update(dict.fromkeys((f"column.{cell[:60]}" for cell in unread), 1))
        for row in table:
            try:
                found.signals.append(_signal(row, header, columns, export))
                found.places.append(row.line)
            except FieldInvalid as error:
                found.faults.append(
                    Fault(row.line, error.field, error.reason, error.value, error.example)
                )
    return found


def _header(table: Iterator[Row], name: str) -> Row:
    """The first row that has a date and something to read; a vendor's preamble stands above."""
    for _, row in zip(range(MOST_PREAMBLE), table, strict=False):
        titles = {cell.casefold() for cell in row.cells}
        if "date" in titles and titles & {*_NAMES["text"], *_NAMES["title"]}:
            return row
    raise ListeningInvalid(
        f"{name}: no header in the first {MOST_PREAMBLE} lines; one has the columns Date, and"
        " Full Text, Hit Sentence, Snippet or Title"
    )


def _columns(header: Row, name: str) -> Mapping[str, tuple[int, ...]]:
    """The places of each field, the best column first."""
    titles = [cell.casefold() for cell in header.cells]
    found = {
        field: tuple(titles.index(title) for title in names if title in titles)
        for field, names in _NAMES.items()
    }
    if not found["id"] and not found["url"]:
        raise ListeningInvalid(
            f"{name}:{header.line}: has no column that names a mention; keep Resource Id,"
            " Document ID or Url in the export"
        )
    return found


def _signal(
    row: Row, header: Row, columns: Mapping[str, tuple[int, ...]], export: Export
) -> dict[str, object]:
    if row.broken is not None:
        raise FieldInvalid("", row.broken, row.cells[0], "2026-11-22 08:30:00,…")
    if len(row.cells) != len(header.cells):
        reason = f"has {len(row.cells)} cells where the header has {len(header.cells)}"
        raise FieldInvalid("", reason, row.cells[0], "2026-11-22 08:30:00,…")
    cells = {
        name: next((cell for place in places if (cell := _cell(row.cells[place]))), None)
        for name, places in columns.items()
    }
    _check_site(cells["platform"], export.platform)
    title, text = cells["title"], cells["text"]
    said = (
        text if text and (not title or title in text) else "\n".join(filter(None, [title, text]))
    )
    if not said:
        raise FieldInvalid("text", "says nothing", text, "Still no train.")
    author, language = cells["author"], (cells["language"] or "").strip()
    values: dict[str, object] = {
        "id": _id(cells["id"], cells["url"]),
        "posted_at": _moment(cells["date"], cells["time"], export.zone),
        "text": said[:LONGEST_TEXT],
        "author": author[:200] if author else None,
        "language": language if _LANGUAGES.fullmatch(language) else None,
        "topics": _topics(cells["hashtags"]),
        "reach": _reach(cells["reach"]),
    }
    return {name: value for name, value in values.items() if value is not None}


def _cell(cell: str) -> str | None:
    """The text of a cell; the formula by which spreadsheets keep long numbers is undone.

    No cell is ever computed: what begins with = or + stays the words that it is.
    """
    quoted = _QUOTED.fullmatch(cell)
    return words(quoted[1] if quoted else cell)


def _check_site(kind: str | None, platform: str) -> None:
    site = _SITES.get((kind or "").casefold())
    if site is not None and site != platform.partition("/")[2]:
        raise FieldInvalid(
            "platform", f"is of {site}; load it by --platform platform/{site}", kind, platform
        )


def _id(own: str | None, url: str | None) -> str:
    """The post's own id where the address shows it, the vendor's, or a hash of the address."""
    tweet = _TWEET.search(url or "")
    if tweet is not None:
        return tweet[1]
    named = _LETTERS.sub("-", own or "").strip("-._~")
    if named and len(named) <= _LONGEST_ID:
        return named
    if not own and not url:
        raise FieldInvalid("id", "is missing, and so is the address", own, "1407129710162759680")
    return f"url-{sha256((own or url or '').encode()).hexdigest()[:32]}"


def _moment(day: str | None, hour: str | None, zone: ZoneInfo | None) -> datetime:
    example = "2026-11-22 08:30:00"
    said = " ".join(filter(None, [day, hour]))
    found = _read_moment(said)
    if found is None:
        raise FieldInvalid("date", "is no date and time", said, example)
    if found.utcoffset() is None:
        if zone is None:
            words_ = "does not say its offset; give the time zone of the export"
            raise FieldInvalid("date", words_, said, example)
        found = found.replace(tzinfo=zone)
    try:
        return found.astimezone(UTC)
    except OverflowError as error:
        raise FieldInvalid("date", "is no date and time", said, example) from error


def _read_moment(said: str) -> datetime | None:
    try:
        return datetime.fromisoformat(said)
    except ValueError:
        """It may be one of the others."""
    for form in _FORMS:
        try:
            return datetime.strptime(said, form)  # noqa: DTZ007 - the zone is asked for
        except ValueError:
            continue
    return None


def _topics(cell: str | None) -> list[str] | None:
    found = [one.lstrip("#")[:80] for one in re.split(r"[,;|\s]+", cell or "") if one.lstrip("#")]
    return found[:MOST_TOPICS] or None


def _reach(cell: str | None) -> int | None:
    plain = (cell or "").replace(",", "").partition(".")[0]
    known = plain.isascii() and plain.isdecimal() and len(plain) <= _MOST_DIGITS
    return int(plain) if known else None
