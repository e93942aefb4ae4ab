"""Values that callers state for slots, and recorded ones: checked, made inert, put in words."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Final

from ontology.events import Json
from rules.inert import inert
from rules.template import HOLDS, Slot
from rules.wording import Value
from service.spoken import Place

MOST: Final = 300
MOST_ITEMS: Final = 8
MOST_ITEM: Final = 200
_LINKED: Final = re.compile(
    r"https?://|www\.|\w\.(?:com|net|org|io|info|example)\b", re.IGNORECASE
)
_ADDRESS: Final = re.compile(r"https://[a-z0-9.-]+\.[a-z]{2,}(?::\d+)?(?:/[\w./~%?=&#+-]*)?")
_CONTACT: Final = re.compile(r"\+?[\d ()./-]{3,30}|[\w.+-]+@[\w-]+(\.[\w-]+)+")

EXAMPLES: Final[Mapping[str, Json]] = {
    "text": "the 7:20 train to Hudson stopped at Marble Hill",
    "time": "2026-11-23T18:00:00Z",
    "day": "2026-11-23",
    "number": 1200,
    "money": {"amount": "25.00", "currency": "USD"},
    "link": "https://riverline.example/help",
    "contact": "+1 914 555 0190",
    "list": ["Leave the train by the doors on the right.", "Wait for the staff on the platform."],
    "flag": True,
}


def unfit(slot: Slot, value: object, place: Place) -> str | None:
    """Why a stated value does not fit its slot; None where it does."""
    told = f"is not {HOLDS[slot.holds]}"
    fits = {
        "text": lambda: _is_text(value, MOST) and not _LINKED.search(str(value)),
        "time": lambda: _moment(value) is not None,
        "day": lambda: _day(value),
        "number": lambda: isinstance(value, int | float) and not isinstance(value, bool),
        "money": lambda: isinstance(value, Mapping) and bool(place.money(value)),
        "link": lambda: _is_text(value, MOST) and bool(_ADDRESS.fullmatch(str(value))),
        "contact": lambda: _is_text(value, MOST) and _is_contact(str(value)),
        "list": lambda: _is_list(value),
        "flag": lambda: isinstance(value, bool),
    }
    return None if fits[slot.holds]() else told


def said(slot: Slot, value: object, place: Place) -> tuple[Value, int]:
    """A stated value that fits, in words."""
    if slot.holds == "flag":
        return value is True, 0
    if slot.holds == "list" and isinstance(value, list | tuple):
        members = [inert(str(one)) for one in value]
        return tuple(one.text for one in members if one.text), sum(m.removed for m in members)
    if slot.holds == "money" and isinstance(value, Mapping):
        return place.money(value) or "", 0
    return worded(slot.holds, value, place)


def worded(holds: str, value: object, place: Place) -> tuple[str, int]:
    """A recorded value in words."""
    if holds == "time":
        return place.time(datetime.fromisoformat(str(value))), 0
    if holds == "day":
        return place.day(date.fromisoformat(str(value))), 0
    if holds == "number" and isinstance(value, int | float):
        return place.number(value), 0
    return inert(str(value))


def _is_text(value: object, most: int) -> bool:
    return isinstance(value, str) and 0 < len(value) <= most and bool(inert(value).text)


def _is_list(value: object) -> bool:
    return (
        isinstance(value, list | tuple)
        and 0 < len(value) <= MOST_ITEMS
        and all(_is_text(one, MOST_ITEM) and not _LINKED.search(str(one)) for one in value)
    )


def _is_contact(value: str) -> bool:
    return bool(_CONTACT.fullmatch(value) or _ADDRESS.fullmatch(value))


def _moment(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        return found.astimezone(UTC) if found is not None and found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _day(value: object) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value) is not None
    except ValueError:
        return False
