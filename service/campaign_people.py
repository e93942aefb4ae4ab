"""Who is affected, who of them a campaign may reach, and why the others not."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from typing import Final

from ontology.events import Json
from ontology.identity import ThingId
from service.campaign_bodies import AffectedIn, ExemptIn
from service.campaign_traces import traces
from service.contact_leave import Leave, leave
from service.values import Properties, first, moment
from service.world import World

_YEAR: Final = 365.25

OUT: Final[Mapping[str, str]] = {
    "in-need": "bereaved, vulnerable or a minor: a person speaks with them, no campaign does",
    "employee": "works for the organisation",
    "press": "is a journalist or a medium",
    "opted-out": "wants no marketing, and only marketing would reach them",
    "no-consent": "no consent in force for anything that is offered",
    "contacted": "was contacted as often as anybody may be",
}
"""Why somebody who is affected is out; the first that holds counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Someone:
    """A customer who is affected: why, and what offers may ask of them."""

    id: ThingId
    why: tuple[str, ...]
    leave: Leave
    features: tuple[str | float | None, ...]
    """In the order of `FEATURES`."""

    exempt: str | None
    """Why they are never left alone to compare with."""


def affected(world: World, said: AffectedIn, exempt: Iterable[ExemptIn]) -> Iterator[Someone]:
    """Everybody who is affected, by id, with why; `leave` says nothing of limits of contacts."""
    now = world.clock.now()
    reasons = _reasons(world, said)
    exempted = [*exempt]
    regions = {*world.roster().within(said.regions)} if said.regions else None
    for customer in sorted(reasons):
        shown = world.graph.properties(customer)
        if not shown or not _lets_through(shown, said, regions):
            continue
        why, cases = reasons[customer]
        yield Someone(
            id=customer,
            why=tuple(sorted(why)),
            leave=leave(world, customer, now, shown),
            features=_features(shown, cases, now),
            exempt=_exempt(customer, cases, exempted),
        )


_Found = dict[ThingId, tuple[set[str], list[Properties]]]


def _reasons(world: World, said: AffectedIn) -> _Found:
    """Every customer who is affected, with the reasons and the cases that count."""
    found: _Found = {}

    def note(customer: ThingId, why: str) -> tuple[set[str], list[Properties]]:
        entry = found.setdefault(customer, (set(), []))
        entry[0].add(why)
        return entry

    graph = world.graph
    for case in _cases(world, said):
        shown = graph.properties(case)
        opened = moment(first(shown, "openedAt"))
        customer = first(shown, "ofCustomer")
        if customer is None or not _in_time(opened, said):
            continue
        about = first(shown, "aboutIncident")
        where = first(shown, "atTouchpoint")
        named = about if about == said.incident and about is not None else where
        note(ThingId(str(customer)), f"a case about {named}")[1].append(shown)
    for one, why in chain(_stated(world, said), traces(world, said)):
        note(one, why)
    return found


def _stated(world: World, said: AffectedIn) -> Iterator[tuple[ThingId, str]]:
    """Whom the graph calls affected, and who lives where it happened."""
    if said.incident is not None:
        for one in world.graph.subjects("affectedBy", ThingId(said.incident)):
            yield one, f"affected by {said.incident}"
    for region in world.roster().within(said.living_in) if said.living_in else ():
        for one in world.graph.subjects("homeRegion", region):
            yield one, f"lives in {region}"


def _cases(world: World, said: AffectedIn) -> list[ThingId]:
    found: set[ThingId] = set()
    if said.incident is not None:
        found |= {*world.graph.subjects("aboutIncident", ThingId(said.incident))}
    for touchpoint in said.touchpoints:
        found |= {*world.graph.subjects("atTouchpoint", ThingId(touchpoint))}
    return sorted(one for one in found if one.startswith("case/"))


def _in_time(opened: datetime | None, said: AffectedIn) -> bool:
    if said.since is None and said.until is None:
        return True
    if opened is None:
        return False
    return (said.since is None or said.since <= opened) and (
        said.until is None or opened < said.until
    )


def _lets_through(shown: Properties, said: AffectedIn, regions: set[ThingId] | None) -> bool:
    segments = {str(one) for one in shown.get("inSegment", ())}
    if said.segments and not segments & {*said.segments}:
        return False
    return regions is None or first(shown, "homeRegion") in regions


def _features(
    shown: Properties, cases: list[Properties], now: datetime
) -> tuple[str | float | None, ...]:
    since = first(shown, "since")
    years = None
    if since is not None:
        years = float((now.date() - date.fromisoformat(str(since))).days // _YEAR)
    open_since = [
        opened
        for case in cases
        if first(case, "closedAt") is None
        and (opened := moment(first(case, "openedAt"))) is not None
    ]
    waiting = max(((now - one).days for one in open_since), default=0)
    words = (first(shown, name) for name in ("inSegment", "homeRegion", "preferredLanguage"))
    said = (None if one is None else str(one) for one in words)
    return (*said, years, float(len(cases)), float(max(0, waiting)))


def _exempt(customer: ThingId, cases: list[Properties], exempt: Iterable[ExemptIn]) -> str | None:
    places = {first(case, "atTouchpoint") for case in cases}
    for one in exempt:
        if customer in one.customers or places & {*one.touchpoints}:
            return one.because
    return None


def counted(reasons: Iterable[str | None]) -> dict[str, Json]:
    """How many are out for which reason."""
    return dict(sorted(Counter(one for one in reasons if one is not None).items()))
