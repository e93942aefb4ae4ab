"""Duties to inform: what leaders owe their own people, and what a message lacks to meet it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from knowledge.graph import Graph
from ontology.identity import ThingId, kind_of
from ontology.lifecycle_data import DataProblem
from ontology.values import parse_duration
from service.committing import Here, ThingUnknown
from service.message_content import Content, approvals

if TYPE_CHECKING:
    from rules.template import Template

KIND: Final = "duty"
MECHANISMS: Final = ("concern", "understanding", "asking")
OPEN: Final = frozenset({"owed", "informed", "closing", "late"})
CHECKED: Final = "empathy-check"
"""The signature of a person in place of the judge."""

_MOST_ABOVE: Final = 20
_OUT: Final = frozenset({"live", "superseded"})
_OVER: Final = frozenset({"resolved", "closed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A duty as the graph shows it.

    `minimum` has the least level, 0 to 2, of each mechanism that is asked for. To everybody,
    where neither `region` nor `team` is named. `stage` is which word is owed next.
    """

    id: ThingId
    state: str
    incident: ThingId
    rule: str
    family: str
    owner: ThingId
    held: datetime
    within: timedelta
    every: timedelta | None
    region: ThingId | None
    team: ThingId | None
    minimum: Mapping[str, int]
    stage: str

    @property
    def task(self) -> str:
        """The task under which the templates of the next word stand."""
        return self.family if self.stage == "first" else f"{self.family}-{self.stage}"

    @property
    def due(self) -> datetime:
        """By when the first word was, or is, to be said."""
        return self.held + self.within

    @property
    def audience(self) -> str:
        """Whom it is owed to, in words."""
        return self.team or self.region or "everybody who works here"


def read(graph: Graph, duty: ThingId) -> Duty:
    """A duty as it stands.

    Raises:
        ThingUnknown: there is no such duty.
    """
    shown = {name: values[0] for name, values in graph.properties(duty).items() if values}
    if kind_of(duty) != KIND or "owedFor" not in shown or "state" not in shown:
        raise ThingUnknown(duty)
    incident, state = ThingId(str(shown["owedFor"])), str(shown["state"])
    every, region, team = (shown.get(name) for name in ("updateEvery", "forRegion", "forTeam"))
    return Duty(
        id=duty,
        state=state,
        incident=incident,
        rule=str(shown["byRule"]),
        family=str(shown["wordFamily"]),
        owner=ThingId(str(shown["ownedBy"])),
        held=datetime.fromisoformat(str(shown["heldSince"])),
        within=parse_duration(str(shown["owedWithin"])),
        every=parse_duration(str(every)) if every is not None else None,
        region=ThingId(str(region)) if region is not None else None,
        team=ThingId(str(team)) if team is not None else None,
        minimum={name: int(str(shown[name])) for name in MECHANISMS if name in shown},
        stage=_stage(graph, incident, state, shown.get("lastWord")),
    )


def of_incident(graph: Graph, incident: ThingId) -> list[Duty]:
    """Every duty about an incident, by id."""
    return [read(graph, one) for one in sorted(graph.subjects("owedFor", incident))]


def family(world: Here, duty: Duty) -> "dict[str, Template]":
    """The templates of a duty by id: those whose task is its family, or follows from it."""
    from service.library import current  # noqa: PLC0415 - worlds open without wordings

    tasks = {duty.family, f"{duty.family}-update", f"{duty.family}-closing"}
    known = current(world).templates.items()
    return {name: one for name, one in known if tasks & {*one.when.get("task", ())}}


def levels(content: Content) -> dict[str, int]:
    """What the judge found of a message when it was submitted; empty where it could not tell."""
    said = content.properties
    return {name: int(str(said[name][0])) for name in MECHANISMS if name in said}


def lacks(content: Content, duty: Duty, graph: Graph) -> Iterator[DataProblem]:
    """Why a message does not meet a duty, whatever it was composed from."""
    yield from _strange(content, duty)
    if not _covers(graph, content, duty):
        to = content.one("forTeam") or content.one("forRegion")
        words = f"it goes to {to} only; {duty.id} is owed to {duty.audience}"
        yield DataProblem("audience", words)
    yield from weak(content, duty, graph)


def weak(content: Content, duty: Duty, graph: Graph) -> Iterator[DataProblem]:
    """The mechanisms of which a message shows less than a duty asks for."""
    found = levels(content)
    if not duty.minimum or (not found and _read_by_a_person(graph, content)):
        return
    if not found:
        words = f"no machine could judge its empathy; let {CHECKED} be granted by a person"
        yield DataProblem("empathy", words)
        return
    for name, least in duty.minimum.items():
        if found[name] < least:
            words = f"it shows {name} of level {found[name]}; {duty.id} asks for {least} of 2"
            yield DataProblem(name, words)


def unlike(world: Here, content: Content, duty: Duty) -> Iterator[DataProblem]:
    """That a message was not composed from a template of the family, where there are any."""
    known = family(world, duty)
    used = content.one("usesTemplate")
    if known and used not in known:
        words = f"{used or 'no template'} is not of the family; it has {', '.join(sorted(known))}"
        yield DataProblem("template", words)


def _stage(graph: Graph, incident: ThingId, state: str, word: object) -> str:
    said = word is not None and graph.state(ThingId(str(word))) in _OUT
    if state == "owed" or not said:
        return "first"
    return "closing" if graph.state(incident) in _OVER else "update"


def _strange(content: Content, duty: Duty) -> Iterator[DataProblem]:
    wanted = {
        "kind": ("messageKind", "internal-message"),
        "audience": ("audience", "employees"),
        "incident": ("aboutIncident", duty.incident),
    }
    for where, (name, value) in wanted.items():
        if content.one(name) != value:
            words = f"it is {content.one(name) or 'none'}; {duty.id} is met by {value} only"
            yield DataProblem(where, words)


def _covers(graph: Graph, content: Content, duty: Duty) -> bool:
    """Whether all to whom it is owed can read the message."""
    team, region = content.one("forTeam"), content.one("forRegion")
    return team in {None, duty.team} and (region is None or region in _around(graph, duty.region))


def _around(graph: Graph, region: ThingId | None) -> list[str]:
    """A region and those in which it lies."""
    found: list[str] = []
    while region is not None and region not in found and len(found) < _MOST_ABOVE:
        found.append(region)
        above = graph.get(region, "withinRegion")
        region = ThingId(str(above)) if above is not None else None
    return found


def _read_by_a_person(graph: Graph, content: Content) -> bool:
    return any(
        (shown["requirement"][0], shown["state"][0], shown["contentDigest"][0])
        == (CHECKED, "granted", content.digest)
        for shown in approvals(graph, content.id).values()
    )
