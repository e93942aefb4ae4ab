"""Who may see which leadership assessment, and what of it."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from ontology.events import Event, Json
from ontology.identity import ThingId, kind_of
from service.acts import ACTED
from service.assessment_joint import KIND
from service.committing import Here, ThingUnknown
from service.world import World

KEPT: Final = "assessment.kept"
SAID: Final = "assessment.said"
PEOPLE: Final = ThingId("team/people-and-culture")
"""Whose members open assessments and see them all, but not their own before it is shown."""

DOER: Final = {
    "write": "assessor",
    "show": "assessor",
    "reply": "person",
    "contest": "person",
    "review": "second",
    "finalise": "assessor",
    "withdraw": "assessor",
}
_HIDDEN: Final = frozenset({None, "drafted", "withdrawn"})
"""States in which its person does not see it."""
_DISPUTED: Final = frozenset({"contest", "review"})
_BATCH: Final = 500


def of_people(world: Here, who: ThingId) -> bool:
    """Whether somebody is of people and culture."""
    return world.graph.get(who, "memberOf") == PEOPLE


def visible(world: Here, thing: ThingId, who: ThingId) -> bool:
    """Whether somebody may know of a thing: of anything but assessments, everybody."""
    if kind_of(thing) != KIND:
        return True
    state, content = world.graph.state(thing), content_of(world, thing)
    if state is None:
        return False
    people = content.get("said", {})
    if people.get("person") == who:
        return state not in _HIDDEN
    return (
        of_people(world, who)
        or people.get("assessor") == who
        or (people.get("second") == who and _was_contested(world, thing))
    )


def may_ask(world: Here, person: ThingId, who: ThingId) -> bool:
    """Whether somebody may see a person's figures: they, their assessor, people and culture."""
    if who == person:
        return True
    if of_people(world, who):
        return True
    return any(
        (said := content_of(world, one).get("said", {})).get("person") == person
        and visible(world, one, who)
        and who in {said.get("assessor"), said.get("second")}
        and world.graph.state(one) not in {"withdrawn", "final"}
        for one in world.graph.of_type("Assessment")
    )


def seen(world: Here, thing: ThingId, who: ThingId) -> dict[str, Any]:
    """What an assessment says; empty where its person was erased.

    Raises:
        ThingUnknown: there is none that this person may see; nobody learns which of the two.
    """
    if not visible(world, thing, who):
        raise ThingUnknown(thing)
    return content_of(world, thing)


def told(world: World, thing: ThingId, who: ThingId) -> dict[str, Json]:
    """An assessment as those who may see it are shown it.

    Raises:
        ThingUnknown: there is none that this person may see.
    """
    content, state = seen(world, thing, who), world.graph.state(thing)
    said = content.get("said", {})
    waiting = next(
        (one for one in world.due_now().queue(kinds=[KIND]) if one.thing == thing), None
    )
    return {
        "id": thing,
        "state": state,
        "erased": not content,
        **said,
        "report": content.get("report"),
        "words": [*words_of(world, thing)],
        "corrected_by": [one for one in _corrections(world, thing) if visible(world, one, who)],
        "reply_until": waiting.due.isoformat()
        if waiting is not None and waiting.due is not None
        else None,
        "possible": [
            one
            for one, whose in DOER.items()
            if said.get(whose) == who and state in world.lifecycles[KIND].acts[one].sources
        ],
    }


def listed(world: World, who: ThingId) -> list[ThingId]:
    """The assessments that somebody may see, by id."""
    return [one for one in sorted(world.graph.of_type("Assessment")) if visible(world, one, who)]


def source(world: World, thing: ThingId, sequence: int, who: ThingId) -> Event | None:
    """One event that an assessment stands on, for those who may see it; None where it is none.

    Raises:
        ThingUnknown: there is none that this person may see.
    """
    report = seen(world, thing, who).get("report", {})
    if not any(sequence in row["sequences"] for row in report.get("events", [])):
        return None
    return world.ledger.at(sequence)


def content_of(world: Here, thing: ThingId) -> dict[str, Any]:
    """What was drafted, whoever asks; empty where its person was erased."""
    found = world.ledger.newest(types=(KEPT,), subject=thing, limit=1)
    content = found[0].data.get("content") if found else None
    return dict(content) if isinstance(content, dict) else {}


def words_of(world: Here, thing: ThingId) -> Iterator[dict[str, Json]]:
    """What was said, the oldest first; of what the assessor wrote, the last words."""
    events = world.ledger.read(types=(SAID,), subject=thing, limit=_BATCH)
    rows = [(one, one.data.get("words")) for one in events]
    told = [(one, words) for one, words in rows if isinstance(words, dict)]
    last = max((n for n, (_, words) in enumerate(told) if words["act"] == "write"), default=-1)
    for n, (one, words) in enumerate(told):
        if words["act"] != "write" or n == last:
            yield {**words, "by": one.actor, "at": one.occurred_at.isoformat()}


def _was_contested(world: Here, thing: ThingId) -> bool:
    return any(one.data["act"] in _DISPUTED for one in _acts(world, thing))


def _corrections(world: Here, thing: ThingId) -> Iterator[ThingId]:
    for other in sorted(world.graph.of_type("Assessment")):
        first = next(iter(_acts(world, other)), None)
        given = first.data.get("data") if first is not None else None
        if isinstance(given, dict) and given.get("corrects") == thing:
            yield other


def _acts(world: Here, thing: ThingId) -> Sequence[Event]:
    return world.ledger.read(types=(ACTED,), subject=thing, limit=_BATCH)
