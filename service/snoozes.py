"""Snoozes: which rules are snoozed for what, by whom, until when; folded from acts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, cast

from ontology.events import Event, Json
from ontology.facts import Origin
from ontology.identity import ThingId
from rules.snoozing import KIND
from service.values import Values

_ACTED: Final = "thing.acted"
ENDS: Final = frozenset({"end", "rise", "lapse"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze:
    """One snooze as it stands; `ended` is when and by which act it ended, if it has.

    `renewed` is how often; `people` are those who began or renewed it.
    """

    id: ThingId
    rule: str
    about: ThingId
    by: ThingId
    reason: str
    since: datetime
    until: datetime
    renewed: int = 0
    people: frozenset[ThingId] = frozenset()
    ended: tuple[datetime, str, ThingId] | None = None

    def holds(self, at: datetime) -> bool:
        """Whether it counts at a moment."""
        return self.ended is None and self.until > at

    def over(self, now: datetime) -> datetime:
        """Until when it counted, seen from a moment."""
        end = self.until if self.ended is None else self.ended[0]
        return min(end, self.until, now)


class Snoozes:
    """Every snooze, folded from the ledger."""

    types: Final = (_ACTED,)

    def __init__(self) -> None:
        """Start with none."""
        self._all: dict[ThingId, Snooze] = {}

    def apply(self, event: Event) -> None:
        """Fold one event; others than acts on snoozes change nothing."""
        if event.type != _ACTED or event.data["kind"] != KIND:
            return
        act, known = str(event.data["act"]), self._all.get(event.subject)
        if act == "begin":
            self._all[event.subject] = _begun(event)
        elif known is not None and act == "renew":
            self._all[event.subject] = _renewed(known, event)
        elif known is not None and act in ENDS:
            ended = (event.occurred_at, act, event.actor)
            self._all[event.subject] = replace(known, ended=ended)

    def get(self, snooze: ThingId) -> Snooze | None:
        """One of them."""
        return self._all.get(snooze)

    def all(self) -> tuple[Snooze, ...]:
        """All of them, the newest first."""
        return tuple(sorted(self._all.values(), key=lambda one: (one.since, one.id), reverse=True))

    def about(self, thing: ThingId, at: datetime) -> tuple[Snooze, ...]:
        """Those that count for a thing at a moment."""
        found = (one for one in self._all.values() if one.about == thing and one.holds(at))
        return tuple(sorted(found, key=lambda one: one.id))

    def same(self, rule: str, about: str, at: datetime) -> Snooze | None:
        """The one that snoozes a rule for a thing at a moment."""
        return next((o for o in self.about(ThingId(about), at) if o.rule == rule), None)

    def any(self, at: datetime) -> bool:
        """Whether anything is snoozed at a moment."""
        return any(one.holds(at) for one in self._all.values())


def facts(snoozes: Snoozes, things: Mapping[str, ThingId], at: datetime) -> Iterator[Values]:
    """A fact for each snooze that counts for one of the things that a request is about."""
    for thing in sorted({*things.values()}):
        for one in snoozes.about(thing, at):
            values: dict[str, object] = {
                "id": one.id,
                "rule": one.rule,
                "about": one.about,
                "by": one.by,
                "until": one.until,
            }
            origins = [Origin(source="event", ref=one.id)]
            yield Values(kind=KIND, values=values, origins=origins)


def _begun(event: Event) -> Snooze:
    data = _data(event)
    return Snooze(
        id=event.subject,
        rule=str(data["rule"]),
        about=ThingId(str(data["about"])),
        by=event.actor,
        reason=str(data["reason"]),
        since=event.occurred_at,
        until=_end(event),
        people=frozenset({event.actor}),
    )


def _renewed(known: Snooze, event: Event) -> Snooze:
    return replace(
        known,
        by=event.actor,
        reason=str(_data(event)["reason"]),
        until=_end(event),
        renewed=known.renewed + 1,
        people=known.people | {event.actor},
    )


def _end(event: Event) -> datetime:
    """The deadline of the act: when the snooze lapses."""
    rows = cast("list[dict[str, str]]", event.data["deadlines"])
    return datetime.fromisoformat(next(row["due"] for row in rows if row["name"] == "end"))


def _data(event: Event) -> Mapping[str, Json]:
    return cast("Mapping[str, Json]", event.data["data"])
