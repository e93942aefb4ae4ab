"""What every employee may know now: open incidents, approved words, what not to say, whom to ask.

Nothing personal, nothing under an embargo, no draft: only what is live, read by the very sources
of a manager's talking points.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

import orjson

from ontology.events import Json
from ontology.identity import ThingId
from rules.combine import decide
from service.brief_sources import EMPLOYEES, Sources
from service.briefing import Law, gather
from service.briefs import EMPLOYEES_ASK
from service.decision_bodies import DecisionRequest
from service.incidents import Incident
from service.publishing import PUBLISHED, WITHDRAWN
from service.situation import build
from service.world import World

SHOWN: Final = frozenset({"open", "resolved"})
"""The states of incidents that employees are told of: confirmed, and not yet closed."""

_BARRED: Final = frozenset({"policy", "contradiction", "withdrawn", "admission", "agreement"})
"""What employees are told not to say; embargoes and remarks off the record are not theirs."""

_GONE: Final = timedelta(days=7)
_MOST_MESSAGES: Final = 60
_MOST_INCIDENTS: Final = 20
_WAIT_MS: Final = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message that is out, or was until a few days ago."""

    id: str
    kind: str
    audience: str
    channel: str
    language: str
    region: str | None
    subject: str | None
    text: str
    version: str | None
    since: datetime | None
    withdrawn: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """One incident as employees see it."""

    id: str
    name: str
    state: str
    since: datetime | None
    regions: tuple[str, ...]
    line: str | None
    messages: tuple[Message, ...]
    gone: tuple[Message, ...]
    left_out: int
    known: tuple[dict[str, Json], ...]
    unknown: tuple[str, ...]
    promised: tuple[dict[str, Json], ...]
    not_said: tuple[dict[str, Json], ...]
    ask: tuple[dict[str, Json], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """Everything, with when the last of it changed, and a digest that tells two states apart."""

    incidents: tuple[About, ...]
    left_out: int
    changed: datetime | None

    @property
    def digest(self) -> str:
        """SHA-256 of all that is shown, in hexadecimal digits."""
        return hashlib.sha256(orjson.dumps(asdict(self), option=orjson.OPT_SORT_KEYS)).hexdigest()

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which something is said now."""
        return tuple(sorted({m.language for one in self.incidents for m in one.messages}))


def now(world: World) -> Now:
    """As the world stands: the folds must have caught up."""
    known = [one for one in world.incidents.all() if one.state in SHOWN]
    known.sort(key=lambda one: (one.state != "open", -_opened(one)))
    shown = tuple(_about(world, one) for one in known[:_MOST_INCIDENTS])
    moments = [m.withdrawn or m.since for one in shown for m in (*one.messages, *one.gone)]
    moments += [one.since for one in shown]
    return Now(
        incidents=shown,
        left_out=max(0, len(known) - _MOST_INCIDENTS),
        changed=max((one for one in moments if one is not None), default=None),
    )


def _opened(incident: Incident) -> float:
    return incident.opened_at.timestamp() if incident.opened_at is not None else 0.0


def _about(world: World, incident: Incident) -> About:
    at = world.clock.now()
    sources = Sources.of(world.graph, incident.id, at, EMPLOYEES)
    said = _points(world, sources)
    out = [_message(world, sources, one) for one in sources.live]
    back = [_message(world, sources, one) for one in sources.gone]
    out.sort(key=_newest)
    line = said.get("holding_line")
    return About(
        id=incident.id,
        name=incident.name or incident.id,
        state=incident.state or "open",
        since=incident.opened_at,
        regions=tuple(
            sorted(_named(sources, one) for one in _all(sources, incident.id, "inRegion"))
        ),
        line=str(line["text"]) if isinstance(line, dict) and "message" in line else None,
        messages=tuple(out[:_MOST_MESSAGES]),
        gone=tuple(
            one for one in back if one.withdrawn is not None and one.withdrawn > at - _GONE
        ),
        left_out=max(0, len(out) - _MOST_MESSAGES),
        known=tuple(_rows(said, "known")),
        unknown=tuple(str(row["name"] or row["topic"]) for row in _rows(said, "unknown")),
        promised=tuple(_rows(said, "promises")),
        not_said=tuple(row for row in _rows(said, "do_not_say") if row["kind"] in _BARRED),
        ask=tuple(
            {"team": _named(sources, row["team"]), "why": row["why"]} for row in _rows(said, "ask")
        ),
    )


def _all(sources: Sources, thing: ThingId, name: str) -> Iterable[Json]:
    return sources.graph.properties(thing).get(name, ())


def _named(sources: Sources, thing: Json) -> str:
    """A thing by its name, by its id where it has none."""
    return str(sources.said(ThingId(str(thing)), "name") or thing)


def _points(world: World, sources: Sources) -> dict[str, Json]:
    """The talking points of a manager now; nothing is recorded, for nobody asked for them."""
    if world.policies.active is None:
        return {}
    compiled = world.policies.current()
    request = DecisionRequest.model_validate(
        {"incident": sources.incident, "facts": {"request": EMPLOYEES_ASK}, "precedents": 0}
    )
    found = build(world, request, compiled, sources.at, budget_ms=_WAIT_MS)
    decision = decide(found.facts, compiled.policy, sources.at, compiled.engines)
    return gather(sources, decision, Law(policy=compiled.policy, jurisdictions=compiled.law))


def _message(world: World, sources: Sources, message: ThingId) -> Message:
    def said(name: str) -> str | None:
        value = sources.said(message, name)
        return None if value is None else str(value)

    ended = sources.graph.state(message) == "withdrawn"
    return Message(
        id=message,
        kind=said("messageKind") or "statement",
        audience=said("audience") or EMPLOYEES,
        channel=said("onChannel") or "intranet",
        language=said("language") or "en",
        region=_named(sources, said("forRegion")) if said("forRegion") is not None else None,
        subject=said("subject"),
        text=said("text") or "",
        version=said("versionNumber"),
        since=_last(world, PUBLISHED, message),
        withdrawn=_last(world, WITHDRAWN, message) if ended else None,
    )


def _last(world: World, kind: str, message: ThingId) -> datetime | None:
    events = world.ledger.newest(types=(kind,), subject=message, limit=1)
    return events[0].occurred_at if events else None


def _newest(message: Message) -> tuple[bool, float, str]:
    """Those for employees first, then the newest."""
    since = message.since.timestamp() if message.since is not None else 0.0
    return message.audience != EMPLOYEES, -since, message.id


def _rows(said: dict[str, Json], name: str) -> Iterator[dict[str, Json]]:
    found = said.get(name)
    yield from (row for row in found if isinstance(row, dict)) if isinstance(found, list) else ()
