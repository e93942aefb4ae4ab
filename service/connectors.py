"""Connectors: who posts messages on which channels, for which regions and languages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId

KIND: Final = "connector"
REGISTERED: Final = "connector.registered"
REMOVED: Final = "connector.removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """One connector: its channels, and whose key confirms for it.

    No regions or no languages mean all of them. `webhook` is told of its work; without one the
    connector asks for it.
    """

    id: ThingId
    name: str
    holder: ThingId
    channels: frozenset[str]
    regions: frozenset[str]
    languages: frozenset[str]
    webhook: ThingId | None
    since: datetime
    removed: bool = False

    def serves(self, channel: str, regions: Iterable[str], language: str) -> bool:
        """Whether a message is for it; `regions` are its region and those that this lies in.

        A message for everywhere is for a connector of any region.
        """
        there = [*regions]
        return (
            not self.removed
            and channel in self.channels
            and (not self.regions or not there or bool(self.regions & {*there}))
            and (not self.languages or any(_speaks(one, language) for one in self.languages))
        )


class Connectors:
    """Every connector, as far as events were applied; one that was removed is still known."""

    def __init__(self) -> None:
        """Start with none."""
        self._all: dict[ThingId, Connector] = {}

    def apply(self, event: Event) -> None:
        """Fold one event; others than those of connectors change nothing."""
        if event.type in {REGISTERED, REMOVED}:
            told = event.data
            self._all[event.subject] = Connector(
                id=event.subject,
                name=str(told["name"]),
                holder=ThingId(str(told["holder"])),
                channels=_several(told["channels"]),
                regions=_several(told["regions"]),
                languages=_several(told["languages"]),
                webhook=ThingId(str(told["webhook"])) if told["webhook"] is not None else None,
                since=event.recorded_at,
                removed=event.type == REMOVED,
            )

    def get(self, connector: ThingId) -> Connector | None:
        """One connector that was not removed."""
        found = self._all.get(connector)
        return found if found is not None and not found.removed else None

    def all(self) -> tuple[Connector, ...]:
        """Those that were not removed, by id."""
        return tuple(one for _, one in sorted(self._all.items()) if not one.removed)

    def serving(
        self, channel: str, regions: Iterable[str], language: str
    ) -> tuple[Connector, ...]:
        """Those that a message is for."""
        there = [*regions]
        return tuple(one for one in self.all() if one.serves(channel, there, language))


def standing(connector: Connector, *, event: str, actor: ThingId, at: datetime) -> Draft:
    """The draft that registers a connector, or that removes it where it says so."""
    data: dict[str, Json] = {
        "name": connector.name,
        "holder": connector.holder,
        "channels": [*sorted(connector.channels)],
        "regions": [*sorted(connector.regions)],
        "languages": [*sorted(connector.languages)],
        "webhook": connector.webhook,
    }
    return Draft(
        id=event,
        type=REMOVED if connector.removed else REGISTERED,
        subject=connector.id,
        actor=actor,
        occurred_at=at,
        scopes=(Scope(connector.id),),
        data=data,
    )


def _speaks(spoken: str, language: str) -> bool:
    """Whether a language is a connector's, or a variety of it: en-US is, where en is."""
    return language.casefold() == spoken.casefold() or language.casefold().startswith(
        f"{spoken.casefold()}-"
    )


def _several(value: Json) -> frozenset[str]:
    return frozenset(cast("list[str]", value))
