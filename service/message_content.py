"""What a message says, as the graph shows it, and the digest that approvals are for."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson

from knowledge.graph import Graph
from ontology.events import Json
from ontology.identity import ThingId, kind_of
from service.committing import ThingUnknown

KIND: Final = "message"
CLAIM: Final = "claim"
PROMISE: Final = "promise"
OUT: Final = ("live",)

_SAID: Final = (
    "aboutIncident",
    "acknowledgesHarm",
    "addressee",
    "admission",
    "answers",
    "audience",
    "forRegion",
    "forTeam",
    "language",
    "localises",
    "messageKind",
    "onChannel",
    "subject",
    "text",
    "toOutlet",
    "usesStrategy",
)
"""What an approval is for; who wrote it, when and from which template is not part of it."""

_OF_PART: Final = (
    "claimTopic",
    "polarity",
    "value",
    "measuredIn",
    "isCore",
    "sentence",
    "dueAt",
    "ownedBy",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A message by its properties; the claims and the promises that it makes, by id."""

    id: ThingId
    properties: Mapping[str, tuple[Json, ...]]
    claims: Mapping[ThingId, Mapping[str, tuple[Json, ...]]]
    promises: Mapping[ThingId, Mapping[str, tuple[Json, ...]]]

    def one(self, name: str) -> str | None:
        """One property as text, None where it is not said."""
        values = self.properties.get(name, ())
        return str(values[0]) if values else None

    @property
    def state(self) -> str | None:
        """Where it stands."""
        return self.one("state")

    @property
    def incident(self) -> ThingId | None:
        """The incident that it is about."""
        named = self.one("aboutIncident")
        return ThingId(named) if named is not None else None

    @property
    def digest(self) -> str:
        """The SHA-256, in hexadecimal digits, of what is said, claimed and promised."""
        said = {name: self.properties[name] for name in _SAID if name in self.properties}
        parts = [
            sorted(
                ({n: part[n] for n in _OF_PART if n in part} for part in of_kind.values()),
                key=lambda one: orjson.dumps(one, option=orjson.OPT_SORT_KEYS),
            )
            for of_kind in (self.claims, self.promises)
        ]
        whole = orjson.dumps([said, *parts], option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(whole).hexdigest()


def read(graph: Graph, message: ThingId) -> Content:
    """What a message says now.

    Raises:
        ThingUnknown: there is no such message.
    """
    properties = graph.properties(message)
    if kind_of(message) != KIND or ("text" not in properties and "state" not in properties):
        raise ThingUnknown(message)
    parts = {one: graph.properties(one) for one in graph.subjects("ofMessage", message)}
    return Content(
        id=message,
        properties=properties,
        claims={one: part for one, part in parts.items() if kind_of(one) == CLAIM},
        promises={one: part for one, part in parts.items() if kind_of(one) == PROMISE},
    )


def approvals(graph: Graph, message: ThingId) -> dict[ThingId, Mapping[str, tuple[Json, ...]]]:
    """Every signature that was ever asked for a message, by id."""
    return {one: graph.properties(one) for one in graph.subjects("approves", message)}


def standing_for(graph: Graph, content: Content) -> tuple[ThingId, ...]:
    """The live messages of the same work, region, channel and language."""
    work = content.one("versionOf")
    if work is None or content.one("addressee") is not None:
        return ()
    place = _place(content.properties)
    return tuple(
        other
        for other in graph.subjects("versionOf", ThingId(work))
        if other != content.id
        and graph.state(other) in OUT
        and _place(graph.properties(other)) == place
    )


def due_of(part: Mapping[str, tuple[Json, ...]]) -> datetime:
    """By when something is promised."""
    return datetime.fromisoformat(str(part["dueAt"][0]))


def _place(properties: Mapping[str, tuple[Json, ...]]) -> tuple[Json, ...]:
    names = ("forRegion", "forTeam", "onChannel", "language")
    return tuple(next(iter(properties.get(name, ())), None) for name in names)
