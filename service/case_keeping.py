"""Keeping cases: drafted once an incident is resolved, found once two people have checked them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from knowledge.refusals import Conflict
from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Actor, ActRefused
from ontology.lifecycle import act as follow
from ontology.record_values import RecordInvalid
from service.acts import acted, standing
from service.case_assembly import anonymous, assemble, lesson_of
from service.case_closing import CLOSED, regained, told_since, with_end
from service.cases import KIND, LEDGER, TEXTS, VISIBLE, WRITTEN, Case, case_of, content, written
from service.committing import GateRefused, ThingUnknown, commit_all
from service.lease import Lease, lease
from service.sessions import refused
from service.sweep import ITSELF
from service.world import World

if TYPE_CHECKING:
    from knowledge.precedents import Precedent

_OVER: Final = frozenset({"resolved", "closed"})
_OPEN_TO_MORE: Final = frozenset({"drafted", "anonymised", "visible", "withheld", "withdrawn"})


class Keeping:
    """Follows incidents in one worker at a time; use it from one thread."""

    def __init__(self, world: World) -> None:
        """Nothing is read yet."""
        self._world: Final = world
        self._lease: Final[Lease] = lease(
            world.settings.database_url, "cases", world.settings.home
        )
        self._seen: tuple[int, object] | None = None

    def step(self) -> int:
        """Draft what is missing, take in lessons, keep the index; how many cases changed."""
        if not self._lease.held():
            return 0
        world = self._world
        world.catch_up_governed()
        seen = (world.ledger.governed_head(), world.perception.precedents().stamp)
        if seen == self._seen:
            return 0
        changed = keep(world)
        self._seen = (world.ledger.governed_head(), world.perception.precedents().stamp)
        return changed

    def close(self) -> None:
        """Let another worker follow."""
        self._lease.release()


def keep(world: World) -> int:
    """Draft the cases of resolved incidents, take in lessons, make the index as it should be."""
    world.catch_up_governed()
    over = [one.id for one in world.incidents.all() if one.state in _OVER]
    changed = sum(_tried(world, incident) for incident in over)
    return changed + index(world)


def index(world: World) -> bool:
    """Make the index hold exactly the visible cases of this ledger; whether it did not before.

    Raises:
        IndexBusy: archives are being loaded; it is to be tried again.
    """
    wanted: dict[str, Precedent] = {
        thing: case.precedent(thing)
        for thing in visible(world)
        for case in [content(world, thing)]
        if case is not None
    }
    return world.perception.precedents().keep(wanted, LEDGER)


def visible(world: World) -> list[ThingId]:
    """The cases of this ledger that anybody may find, by id."""
    things = world.graph.of_type("Precedent")
    return sorted(one for one in things if world.graph.state(one) == VISIBLE)


def write(
    world: World, thing: ThingId, said: Mapping[str, str | None], reason: str, actor: Actor
) -> Event:
    """Put other texts into a case; all of it is checked again. What names somebody is replaced.

    Raises:
        ThingUnknown: there is no such case.
        ActRefused: it is on hold, or the actor may not.
        RecordInvalid: a text that has to be there is taken away.
    """
    world.catch_up()
    before, incident = _known(world, thing)
    faults = {
        f"/{name}": "is empty; a case has a title and tells what happened"
        for name in ("title", "text")
        if name in said and not (said[name] or "").strip()
    }
    if faults:
        raise RecordInvalid(faults)
    given = {name: text for name, text in said.items() if text is not None}
    found = anonymous(world, incident, given)
    merged = before.to_json() | dict.fromkeys(said) | {n: one.text for n, one in found.items()}
    fresh = {word for one in found.values() for word in one.left}
    others = " ".join(getattr(before, name) or "" for name in TEXTS if name not in said)
    left: list[Json] = [*sorted(fresh | {word for word in before.left if word in others})]
    known = {name: value for name, value in merged.items() if value is not None}
    case = Case.of({**known, "left": left})
    return _rewritten(world, thing, case, reason, actor)


def _known(world: World, thing: ThingId) -> tuple[Case, ThingId]:
    case, incident = content(world, thing), world.graph.get(thing, "aboutIncident")
    if case is None or incident is None:
        raise ThingUnknown(thing)
    return case, ThingId(str(incident))


def _tried(world: World, incident: ThingId) -> bool:
    """Draft or amend the case of one incident; what can't be done stops no other."""
    changed = False
    try:
        for step in (_drafted, _taught, _ended):  # each on what the one before has left
            if step(world, incident):
                changed = True
                world.catch_up_governed()
    except (ActRefused, GateRefused, Conflict, RecordInvalid, ThingUnknown) as error:
        world.log.error("case not kept", incident=incident, why=str(error)[:200])  # noqa: TRY400 - says all
    return changed


def _drafted(world: World, incident: ThingId) -> bool:
    thing = case_of(world, incident)
    if world.graph.state(thing) not in {None, "reopened"}:
        return False
    case, _ = assemble(world, incident)

    def prepare() -> list[Draft]:
        if _phase(world, incident) not in _OVER:
            raise refused("draft", f"{incident} was reopened meanwhile")
        data: dict[str, Json] = {"incident": incident, "digest": case.digest}
        return _with(world, thing, "draft", data, case, ITSELF)

    commit_all(world, [Scope(thing), Scope(incident)], prepare)
    return True


def _phase(world: World, incident: ThingId) -> str | None:
    known = world.incidents.get(incident)
    return known.state if known is not None else None


def _taught(world: World, incident: ThingId) -> bool:
    """Put the lesson of the debrief into a case that lacks it; it is checked again then."""
    thing = case_of(world, incident)
    if world.graph.state(thing) not in _OPEN_TO_MORE:
        return False
    lesson, case = lesson_of(world, incident), content(world, thing)
    if lesson is None or case is None:
        return False
    found = anonymous(world, incident, {"lesson": lesson})["lesson"]
    if case.lesson == found.text or _lesson_seen(world, thing, found.text):
        return False
    left: list[Json] = [*sorted({*case.left, *found.left})]
    taught = Case.of({**case.to_json(), "lesson": found.text, "left": left})
    _rewritten(world, thing, taught, "The debrief was held.", ITSELF)
    return True


def _ended(world: World, incident: ThingId) -> bool:
    """Put what came of it into the case of a closed incident, once; it is checked again then."""
    thing = case_of(world, incident)
    if _phase(world, incident) != CLOSED or world.graph.state(thing) not in _OPEN_TO_MORE:
        return False
    before = content(world, thing)
    if before is None or before.recovery:
        return False
    rows, came = regained(world, incident), " ".join(told_since(world, incident, thing))
    found = anonymous(world, incident, {"outcome": came})["outcome"] if came else None
    now = content(world, thing) or before  # people may have written meanwhile
    whole = with_end(now, rows, found.text if found is not None else None)
    whole = replace(whole, left=tuple(sorted({*now.left, *(found.left if found else ())})))
    _rewritten(world, thing, whole, "The incident is closed.", ITSELF)
    return True


def _lesson_seen(world: World, thing: ThingId, lesson: str) -> bool:
    """Whether an earlier text had this lesson already: a person may have changed it since."""
    for event in world.ledger.newest(types=(WRITTEN,), subject=thing, limit=200):
        said = event.data.get("content")
        if isinstance(said, dict) and said.get("lesson") == lesson:
            return True
    return False


def _rewritten(world: World, thing: ThingId, case: Case, reason: str, actor: Actor) -> Event:
    data: dict[str, Json] = {"digest": case.digest, "reason": reason}
    events = commit_all(
        world, [Scope(thing)], lambda: _with(world, thing, "rewrite", data, case, actor)
    )
    return events[0]


def _with(
    world: World, thing: ThingId, act: str, data: Mapping[str, Json], case: Case, actor: Actor
) -> list[Draft]:
    """An act on a case, and its text in the same commit."""
    at, stands = world.clock.now(), standing(world, thing, KIND)
    outcome = follow(world.lifecycles, stands, act, actor=actor, at=at, data=data)
    event = world.ids("event")
    return [acted(event, stands, outcome, actor, at), written(world, thing, case, actor.id)]
