"""Names of things: typed ids, the caller's own keys, and the IRI that each id has in the graph."""

import re
from dataclasses import dataclass
from typing import Final, NewType

ThingId = NewType("ThingId", str)
"""`<kind>/<local>`, for example `team/crisis-office`; the same in rules, JSON and the graph."""

Scope = NewType("Scope", str)
"""What a governed event is about for concurrency: a thing id, or `policy`, `graph`."""

_ID: Final = re.compile(r"[a-z][a-z0-9-]{0,39}/[A-Za-z0-9][A-Za-z0-9._~-]{0,119}", re.ASCII)
_EXAMPLE: Final = "team/crisis-office"


class IdentityInvalid(ValueError):
    """A text is no id or key of a thing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalKey:
    """What another system calls a thing: `{"system": "zendesk", "key": "123"}`."""

    system: str
    key: str


def thing_id(text: str) -> ThingId:
    """Check one id.

    Raises:
        IdentityInvalid: it is not `<kind>/<local>`; the message quotes it and shows a valid one.

    >>> thing_id("team/crisis-office")
    'team/crisis-office'
    """
    if not _ID.fullmatch(text):
        raise IdentityInvalid(f"{text[:140]!r} is no id; write <kind>/<name> like {_EXAMPLE!r}")
    return ThingId(text)


def kind_of(thing: ThingId) -> str:
    """The part of an id before the slash.

    >>> kind_of(ThingId("team/crisis-office"))
    'team'
    """
    return thing.partition("/")[0]
