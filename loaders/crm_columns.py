"""Columns of customer relations exports: which header means which property, and how cells read."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from ontology.events import Json

KEY: Final = "key"
"""The column that holds what the system calls the row."""

_HEADERS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "customers": {
            KEY: "key, id, customer id, customer number, user id, contact id, external id",
            "displayName": "display name, name, full name, customer name, contact name",
            "email": "email, e-mail, mail, email address",
            "phone": "phone, telephone, mobile, phone number",
            "vulnerable": "vulnerable, special care, priority services, needs care",
            "bereaved": "bereaved, bereavement",
            "minor": "minor, under age, under 18",
            "inSegment": "in segment, segment, customer segment",
            "homeRegion": "home region, region, state, state code",
            "preferredLanguage": "preferred language, language, locale",
            "since": "since, customer since, created, created at",
            "optedOut": "opted out, opt out, unsubscribed, do not contact",
            "influential": "influential, vip",
            "employee": "employee, staff",
            "press": "press, journalist",
        },
        "cases": {
            KEY: "key, id, case id, case number, ticket id, ticket number",
            "ofCustomer": "of customer, customer, customer id, requester id, contact id",
            "atTouchpoint": "at touchpoint, touchpoint, channel, via",
            "aboutIncident": "about incident, incident, problem",
            "openedAt": "opened at, opened, created, created at",
            "closedAt": "closed at, closed, solved at, resolved at",
            "summary": "summary, subject, description, title",
        },
    }
)
NEEDED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"customers": (KEY,), "cases": (KEY, "ofCustomer", "openedAt")}
)
"""Columns that a sheet must have, and cells that must not be blank."""
EXAMPLES: Final[Mapping[str, str]] = MappingProxyType(
    {KEY: "1001", "ofCustomer": "1001", "openedAt": "2013-12-01T07:20:00-05:00"}
)
_WORD: Final = re.compile(r"[^0-9a-z]+")
_LOCAL: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,119}", re.ASCII)
_TRUTH: Final = MappingProxyType(
    dict.fromkeys(("yes", "y", "true", "t", "1", "x"), True)
    | dict.fromkeys(("no", "n", "false", "f", "0"), False)
)


class CrmInvalid(ValueError):
    """A whole file cannot be taken in; the message says where, why, and what would do."""


class CellInvalid(ValueError):
    """One cell cannot be read; `example` is a valid one."""

    def __init__(self, reason: str, example: str) -> None:
        """Keep the reason and the example."""
        super().__init__(reason)
        self.reason, self.example = reason, example


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where each property of a sheet stands, counted from 0, and the headers nobody reads."""

    places: Mapping[str, int]
    ignored: tuple[str, ...]
    width: int


def match_columns(sheet: str, header: tuple[str, ...], given: Mapping[str, str]) -> Columns:
    """Find the columns of a sheet, `customers` or `cases`; `given` maps headers to properties.

    A header means a property if `given` says so, or if it is one of the names that exports use;
    case, spaces and punctuation do not count.

    Raises:
        CrmInvalid: a needed column is missing, or two mean the same.

    >>> match_columns("customers", ("Customer ID", "State"), {}).places
    mappingproxy({'key': 0, 'homeRegion': 1})
    """
    names = {
        _plain(alias): name for name, row in _HEADERS[sheet].items() for alias in row.split(",")
    }
    names |= {_plain(title): _property(sheet, name) for title, name in given.items()}
    places: dict[str, int] = {}
    ignored = []
    for place, title in enumerate(header):
        name = names.get(_plain(title))
        if name is None:
            ignored.append(title)
        elif name in places:
            raise CrmInvalid(
                f"the columns {header[places[name]]!r} and {title!r} both mean {name}; "
                f"leave one out, or say which by a mapping like {{{title!r}: {name!r}}}"
            )
        else:
            places[name] = place
    _need(sheet, places, header)
    return Columns(places=MappingProxyType(places), ignored=tuple(ignored), width=len(header))


def _need(sheet: str, places: Mapping[str, int], header: tuple[str, ...]) -> None:
    for name in NEEDED[sheet]:
        if name not in places:
            shown = ", ".join(header)[:200]
            raise CrmInvalid(
                f"no column for {name} among {shown!r}; call one of them "
                + " or ".join(repr(alias.strip()) for alias in _HEADERS[sheet][name].split(","))
            )


def _property(sheet: str, name: str) -> str:
    known = _HEADERS[sheet]
    if name in known:
        return name
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
    raise CrmInvalid(f"{name[:80]!r} is no property of {sheet}; {hint}")


def _plain(title: str) -> str:
    return _WORD.sub("", title.lower())


def read_cell(name: str, cell: str, system: str, zone: ZoneInfo | None) -> Json:
    """The value of a cell that is not blank, as a record has it.

    `zone` is where times without offset were written down; None refuses them.

    Raises:
        CellInvalid: it cannot be read.

    >>> read_cell("homeRegion", "US-NY", "zendesk", None)
    'region/us-ny'
    """
    reader = _READERS.get(name)
    if reader is not None:
        return reader(cell)
    if name in _TIMES:
        return _moment(cell, zone)
    if name == "ofCustomer":
        return {"system": system, "key": cell}
    return cell


def _boolean(cell: str) -> Json:
    found = _TRUTH.get(cell.lower())
    if found is None:
        raise CellInvalid("it is neither yes nor no", "yes, no, true, false, 1, 0 or blank")
    return found


def _day(cell: str) -> Json:
    try:
        return date.fromisoformat(cell[:10]).isoformat()
    except ValueError as error:
        raise CellInvalid("it is no date", "2013-12-01") from error


def _moment(cell: str, zone: ZoneInfo | None) -> Json:
    try:
        found = datetime.fromisoformat(cell.removesuffix(" UTC") + "Z" * cell.endswith(" UTC"))
    except ValueError as error:
        raise CellInvalid("it is no time", "2013-12-01T07:20:00-05:00") from error
    if found.utcoffset() is None:
        if zone is None:
            raise CellInvalid(
                "it does not say its offset from UTC, and no time zone was given",
                "2013-12-01T07:20:00-05:00, or a time zone like America/New_York",
            )
        found = found.replace(tzinfo=zone)
    return found.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _named(kind: str) -> Callable[[str], Json]:
    """A reader of names of things: `region/us-ny`, `US-NY` and `us ny` all say the same."""

    def read(cell: str) -> Json:
        local = "-".join(cell.removeprefix(f"{kind}/").lower().split())
        if not _LOCAL.fullmatch(local):
            raise CellInvalid(f"it is no name of a {kind}", f"{kind}/{_SHOWN[kind]}")
        return f"{kind}/{local}"

    return read


def _language(cell: str) -> Json:
    return cell.replace("_", "-")


_TIMES: Final = frozenset({"openedAt", "closedAt"})
_SHOWN: Final = MappingProxyType(
    {
        "region": "us-ny",
        "segment": "commuters",
        "touchpoint": "help-line",
        "incident": "2013-ny-train",
    }
)
_FLAGS: Final = ("vulnerable", "bereaved", "minor", "optedOut", "influential", "employee", "press")
_READERS: Final[Mapping[str, Callable[[str], Json]]] = MappingProxyType(
    dict.fromkeys(_FLAGS, _boolean)
    | {
        "since": _day,
        "preferredLanguage": _language,
        "inSegment": _named("segment"),
        "homeRegion": _named("region"),
        "atTouchpoint": _named("touchpoint"),
        "aboutIncident": _named("incident"),
    }
)
