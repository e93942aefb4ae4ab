"""Cases as answers show them: where each stands, what it says, what was replaced in it."""

from typing import Final

from knowledge.precedents import Precedent
from ontology.events import Json
from ontology.identity import ThingId
from ontology.lifecycle import Role
from service.acts import history
from service.case_assembly import assemble
from service.cases import PREFIX, VISIBLE, content
from service.committing import ThingUnknown
from service.world import World

CHECKERS: Final = frozenset({Role.TRAINER, Role.REVIEWER, Role.GOVERNANCE, Role.LEGAL})
"""Who may read a case before it is visible: those who check it."""


def cases(world: World, state: str | None) -> list[Json]:
    """The cases of this ledger in a line each, by id; all, or those in a state."""
    things = sorted(world.graph.of_type("Precedent"))
    return [line(world, one) for one in things if state is None or world.graph.state(one) == state]


def line(world: World, thing: ThingId) -> Json:
    """A case in a line."""
    case = content(world, thing)
    return {
        "id": thing,
        "state": world.graph.state(thing),
        "title": case.title if case is not None else None,
        "digest": case.digest if case is not None else None,
        "incident": world.graph.get(thing, "aboutIncident"),
    }


def page(world: World, thing: ThingId, *, checker: bool) -> dict[str, Json]:
    """A case with its timeline: one of this ledger, or of an archive.

    Who checks cases sees those that are not visible, too, with who did what to them.

    Raises:
        ThingUnknown: there is none that the reader may see.
    """
    if not thing.startswith(PREFIX):
        found = world.perception.precedents().get(thing)
        if found is None:
            raise ThingUnknown(thing)
        return archived(found)
    state, case = world.graph.state(thing), content(world, thing)
    if case is None or (state != VISIBLE and not checker):
        raise ThingUnknown(thing)
    said: dict[str, Json] = {"id": thing, "source": "ledger", "state": state, **case.to_json()}
    if checker:
        acts = history(world, thing)
        said |= {
            "incident": world.graph.get(thing, "aboutIncident"),
            "digest": case.digest,
            "history": [{"act": one.act, "by": one.actor, "to": one.after} for one in acts],
        }
    return said


def archived(case: Precedent) -> dict[str, Json]:
    """A case of an archive, which has no timeline."""
    said: dict[str, Json] = {}
    for name, value in case.to_json().items():
        said[name] = [*value] if isinstance(value, tuple) else str(value)
    return said | {"state": VISIBLE, "invented": case.invented, "timeline": []}


def replaced(world: World, thing: ThingId) -> dict[str, Json]:
    """What was replaced in each text of a case, put together anew from the ledger as it is now.

    The originals are kept nowhere; who was erased since is missing here.

    Raises:
        ThingUnknown: there is no such case.
    """
    incident = world.graph.get(thing, "aboutIncident")
    if incident is None or content(world, thing) is None:
        raise ThingUnknown(thing)
    _, found = assemble(world, ThingId(str(incident)))
    rows: list[Json] = [
        {
            "where": name,
            "original": one.original,
            "placeholder": one.placeholder,
            "why": one.why,
        }
        for name, text in found.items()
        for one in text.replacements
    ]
    case = content(world, thing)
    return {
        "id": thing,
        "digest": case.digest if case is not None else None,
        "replaced": rows,
        "look_at": [*case.left] if case is not None else [],
    }
