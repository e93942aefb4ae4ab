"""Pathways: texts that legal approved beforehand, and which messages are inside one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from knowledge.language.approved_texts import difference
from ontology.events import Draft, Json
from ontology.identity import Scope, ThingId, kind_of
from ontology.lifecycle import ActRefused, Standing
from ontology.lifecycle_data import DataProblem
from service.committing import Done, Here, ThingUnknown
from service.message_content import Content

KIND: Final = "pathway"
_TYPE: Final = "Pathway"
_APPROVED: Final = "approved"
_MOST_STEPS: Final = 20

Properties = Mapping[str, tuple[Json, ...]]
What = Literal["state", "time", "admission", "scope", "distance", "kept"]
"""What a message can be outside by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """One reason why a message is not inside a pathway, and what it is about."""

    what: What
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a message is to a pathway: nothing in `outside` says that it is inside."""

    pathway: ThingId
    covers: tuple[str, ...]
    distance: float
    most: float
    outside: tuple[Outside, ...]

    @property
    def inside(self) -> bool:
        """Whether the pathway holds for the message."""
        return not self.outside

    def json(self) -> dict[str, Json]:
        """For an answer."""
        outside: list[Json] = [{"what": one.what, "why": one.why} for one in self.outside]
        return {
            "pathway": self.pathway,
            "inside": self.inside,
            "covers": [*self.covers],
            "distance": self.distance,
            "maximumDistance": self.most,
            "outside": outside,
        }


class PathwayJoint:
    """A pathway is proposed by its own door, with its text."""

    def relied(self, world: Here, stands: Standing, act: str) -> tuple[Scope, ...]:  # noqa: ARG002
        """Nothing besides the pathway."""
        return ()

    def drafts(self, world: Here, done: Done) -> list[Draft]:  # noqa: ARG002 - as for other kinds
        """Nothing more.

        Raises:
            ActRefused: it is proposed without its text.
        """
        if done.outcome.act == "propose":
            problem = DataProblem("act", "do it by POST /v1/pathways, with its text")
            raise ActRefused("propose", (problem,), ())
        return []


def read(world: Here, pathway: ThingId) -> Properties:
    """What a pathway says, by property.

    Raises:
        ThingUnknown: there is no such pathway.
    """
    found = world.graph.properties(pathway)
    if kind_of(pathway) != KIND or "state" not in found:
        raise ThingUnknown(pathway)
    return found


def listed(world: Here) -> tuple[ThingId, ...]:
    """Every pathway that was ever proposed, in the order of their ids."""
    return tuple(sorted(world.graph.of_type(_TYPE)))


def standing(world: Here) -> tuple[ThingId, ...]:
    """The approved ones."""
    return tuple(one for one in listed(world) if world.graph.state(one) == _APPROVED)


def compared(
    world: Here, content: Content, pathways: Iterable[ThingId], at: datetime
) -> tuple[Found, ...]:
    """What a message is to each of some pathways: inside, or outside and by what."""
    return tuple(_compared(world, content, one, at) for one in pathways)


def best(found: Iterable[Found], needed: Iterable[str]) -> Found | None:
    """Of those that a message is inside, the one that covers most of what is needed, if any.

    Of several that cover as much it is the nearest, then the first by its id.
    """
    asked = frozenset(needed)
    inside = [one for one in found if one.inside and asked & set(one.covers)]
    order = sorted(
        inside, key=lambda one: (-len(asked & set(one.covers)), one.distance, one.pathway)
    )
    return order[0] if order else None


def _compared(world: Here, content: Content, pathway: ThingId, at: datetime) -> Found:
    shown = world.graph.properties(pathway)
    said = "\n".join(filter(None, (content.one("subject"), content.one("text"))))
    approved = str(_first(shown, "approvedText") or "")
    differs = difference(approved, said, str(_first(shown, "language")))
    most = float(str(_first(shown, "maximumDistance") or 0))
    outside = [*_held(shown, at), *_admitted(content), *_out_of_scope(world, content, shown)]
    if differs.distance > most:
        words = f"its distance from the approved text is {differs.distance:.2f}, at most {most:g}"
        outside.append(Outside(what="distance", why=words))
    outside += [Outside(what="kept", why=one) for one in differs.kept]
    return Found(
        pathway=pathway,
        covers=tuple(sorted(map(str, shown.get("coversRequirement", ())))),
        distance=differs.distance,
        most=most,
        outside=tuple(outside),
    )


def _first(shown: Properties, name: str) -> Json:
    values = shown.get(name, ())
    return values[0] if values else None


def _held(shown: Properties, at: datetime) -> Iterator[Outside]:
    state = _first(shown, "state")
    if state != _APPROVED:
        yield Outside(what="state", why=f"it is {state}, not approved")
    start, end = (str(_first(shown, name)) for name in ("validFrom", "validUntil"))
    if datetime.fromisoformat(start) > at:
        yield Outside(what="time", why=f"it holds from {start} on")
    if datetime.fromisoformat(end) <= at:
        yield Outside(what="time", why=f"it held until {end}")


def _admitted(content: Content) -> Iterator[Outside]:
    match content.one("admission"):
        case "fault":
            yield Outside(what="admission", why="it admits fault, which no pathway clears")
        case None | "not-judged":
            words = "nobody has judged what it admits; set its admission"
            yield Outside(what="admission", why=words)
        case _:
            return


def _out_of_scope(world: Here, content: Content, shown: Properties) -> Iterator[Outside]:
    for name, covered, what in (
        ("onChannel", "coversChannel", "channel"),
        ("audience", "coversAudience", "audience"),
        ("language", "language", "language"),
    ):
        said = content.one(name)
        if said not in shown.get(covered, ()):
            yield Outside(what="scope", why=f"the {what} {said} is not covered")
    for strategy in content.properties.get("usesStrategy", ()):
        if strategy not in shown.get("usesStrategy", ()):
            yield Outside(what="scope", why=f"the strategy {strategy} is not covered")
    topics = {part["claimTopic"][0] for part in content.claims.values()}
    for topic in sorted(map(str, topics - set(shown.get("coversClaim", ())))):
        yield Outside(what="scope", why=f"the claim topic {topic} is not covered")
    yield from _out_of_region(world, content, shown)


def _out_of_region(world: Here, content: Content, shown: Properties) -> Iterator[Outside]:
    covered = shown.get("inRegion", ())
    said = content.one("forRegion")
    if not covered:
        return
    if said is None:
        yield Outside(what="scope", why="it is for everywhere, which is more than is covered")
    elif not {*larger(world, ThingId(said))} & set(covered):
        yield Outside(what="scope", why=f"the region {said} is not covered")


def larger(world: Here, region: ThingId) -> Iterator[str]:
    """A region and those in which it lies."""
    here: ThingId | None = region
    for _ in range(_MOST_STEPS):
        if here is None:
            return
        yield here
        above = world.graph.get(here, "withinRegion")
        here = ThingId(str(above)) if above is not None else None
