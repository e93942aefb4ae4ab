"""Archives of past cases become precedents, one at a time; unusable rows are rejected."""

import json
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from knowledge.precedents import Precedent
from loaders.json_elements import elements
from loaders.rejects import Reject, Rejects, reject
from loaders.rows import is_utf8, lines, open_text
from ontology.facts import catalogue
from ontology.identity import IdentityInvalid, ThingId, thing_id

GENAI_INCIDENTS: Final = "genai-incidents"
OWN_CASES: Final = 38
"""How many cases come with attune."""
_PACKAGE: Final = "genai_incidents"
_DATA: Final = "data/incidents.min.json"

_SEVERITY: Final[Mapping[str, str]] = MappingProxyType(
    {"Critical": "extreme", "High": "severe", "Medium": "moderate", "Low": "minor"}
)
_LAST_LATIN: Final = "\u024f"
_DATE: Final = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", re.ASCII)
_EXAMPLE: Final = (
    '{"id": "precedent/brake-failure", "title": "Brakes failed on a commuter train", '
    '"text": "A train passed a signal at danger …", "date": "2013-12-01", '
    '"severity": "severe", "cluster": "accidental"}'
)
_WORDS: Final = ("source", "language", "region", "outcome", "said", "lesson", "reference")


class ArchiveMissing(Exception):
    """The archive is not there; the message says how to get it."""


class _Bad(ValueError):
    """A row cannot be used: which field, why, its value and a valid one."""

    def __init__(self, field: str, reason: str, value: object, example: str) -> None:
        super().__init__(reason)
        self.field, self.reason, self.value, self.example = field, reason, value, example

    def at(self, source: str, line: int) -> Reject:
        """The reject of the row."""
        return reject(
            source=source,
            line=line,
            field=self.field,
            reason=self.reason,
            value=self.value,
            example=self.example,
        )


def own_cases() -> Iterator[Precedent]:
    """The cases that come with attune: written for training, with invented organisations.

    >>> next(own_cases()).invented
    True
    """
    path = files("loaders").joinpath("samples", "precedents.jsonl")
    for line in path.read_text(encoding="utf-8").splitlines():
        yield _own(json.loads(line))


def from_lines(path: Path, rejects: Rejects) -> Iterator[Precedent]:
    """Precedents of a JSON Lines file, one object a line with at least id, title and text.

    Raises:
        OSError: the file cannot be read.
    """
    seen: dict[ThingId, int] = {}
    with open_text(path) as stream:
        for number, line in lines(stream):
            if not line.strip():
                continue
            try:
                case = _own(_row(line))
                _first(case.id, number, seen)
            except _Bad as bad:
                rejects.add(bad.at(path.name, number))
            else:
                yield case


def _first(identity: ThingId, number: int, seen: dict[ThingId, int]) -> None:
    before = seen.setdefault(identity, number)
    if before != number:
        raise _Bad("id", f"line {before} has the same id", identity, "precedent/brake-failure-2")


def _row(line: str) -> object:
    if not is_utf8(line):
        raise _Bad("", "the line is not UTF-8", ascii(line), _EXAMPLE)
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _Bad("", f"the line is no JSON: {error}", line.strip(), _EXAMPLE) from error


def _own(row: object) -> Precedent:
    if not isinstance(row, dict):
        raise _Bad("", "the line is no JSON object", row, _EXAMPLE)
    words: dict[str, Any] = {"source": "own", "language": "en"}
    words |= {name: said for name in _WORDS if (said := _optional(row, name)) is not None}
    return Precedent(
        id=_identity(row),
        title=_text(row, "title", "Brakes failed on a commuter train"),
        text=_text(row, "text", "A train passed a signal at danger …"),
        date=_date(row),
        severity=_choice(row, "severity"),
        cluster=_choice(row, "cluster"),
        strategy=_strategies(row),
        invented=row.get("invented") is True,
        **words,
    )


def genai_incidents(rejects: Rejects) -> Iterator[Precedent]:
    """The incidents of the installed package genai-incidents (data CC BY 4.0), retracted ones out.

    Read in pieces: one incident at a time is in memory. They are technical and say nothing about
    responsibility, so their cluster is unknown.

    Raises:
        ArchiveMissing: the package is not installed.
    """
    if find_spec(_PACKAGE) is None:
        raise ArchiveMissing(
            "the archive genai-incidents is not installed; run: pip install 'attune[archive]'"
        )
    with files(_PACKAGE).joinpath(_DATA).open(encoding="utf-8") as stream:
        for line, row in elements(stream, "incidents"):
            try:
                yield _incident(row)
            except _Bad as bad:
                rejects.add(bad.at(GENAI_INCIDENTS, line))


def genai_incidents_total() -> int | None:
    """How many incidents the installed archive says it has; None where it is not installed."""
    if find_spec(_PACKAGE) is None:
        return None
    manifest = json.loads(files(_PACKAGE).joinpath("data/build_manifest.json").read_bytes())
    total = manifest.get("incident_count")
    return total if isinstance(total, int) else None


def _incident(row: Mapping[str, object]) -> Precedent:
    if row.get("status") == "retracted":
        raise _Bad("status", "the archive has retracted it", row.get("id"), "no status")
    affected = _optional(row, "affected")
    text = _text(row, "description", "An agent sent private files to strangers.")
    return Precedent(
        id=_identity({"id": f"precedent/{row.get('id')}"}),
        title=_text(row, "title", "Chat assistant leaks the orders of other customers"),
        text=f"{text}\nAffected: {affected}" if affected else text,
        source=GENAI_INCIDENTS,
        date=_date(row),
        severity=_SEVERITY.get(str(row.get("severity")), "unknown"),
        language=_language(text),
        reference=_optional(row, "primary_reference"),
    )


def _language(text: str) -> str:
    """The archive is in English; `und` where most letters of a text are not even Latin ones."""
    letters = [character for character in text if character.isalpha()]
    latin = sum(character <= _LAST_LATIN for character in letters)
    return "en" if latin * 2 >= len(letters) else "und"


def _identity(row: Mapping[str, object]) -> ThingId:
    try:
        identity = thing_id(str(row.get("id", "")))
    except IdentityInvalid as error:
        raise _Bad("id", "it is no id", row.get("id"), "precedent/brake-failure") from error
    if not identity.startswith("precedent/"):
        raise _Bad("id", "it is no id of a precedent", identity, "precedent/brake-failure")
    return identity


def _text(row: Mapping[str, object], name: str, example: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value.strip():
        raise _Bad(name, "it is missing, empty or no text", value, example)
    return _whole(name, value)


def _optional(row: Mapping[str, object], name: str) -> str | None:
    value = row.get(name)
    if value is not None and not isinstance(value, str):
        raise _Bad(name, "it is no text", value, "leave it out where nobody knows")
    return _whole(name, value) or None if value else None


def _whole(name: str, value: str) -> str:
    """A text without white space around it; half a character (a lone surrogate) is refused."""
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise _Bad(name, "half a character is in it", ascii(value), "\\ud83d\\ude22, both halves")
    return value.strip()


def _date(row: Mapping[str, object]) -> str | None:
    value = row.get("date")
    if value is None:
        return None
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise _Bad("date", "it is no date", value, "2013-12-01, 2013-12 or 2013")
    return value


def _choice(row: Mapping[str, object], name: str) -> str:
    allowed = catalogue().kinds["incident"].fields[name].allowed
    value = row.get(name, "unknown")
    if value not in allowed:
        raise _Bad(name, f"it is none of {', '.join(allowed)}", value, allowed[1])
    return str(value)


def _strategies(row: Mapping[str, object]) -> tuple[str, ...]:
    allowed = catalogue().kinds["response"].fields["strategy"].allowed
    value = row.get("strategy", [])
    if not isinstance(value, list) or not all(item in allowed for item in value):
        raise _Bad("strategy", f"it is no list of {', '.join(allowed)}", value, '["adjust"]')
    return tuple(value)
