"""Duties to inform as answers show them: what is owed, by when, and how it was met."""

from datetime import datetime
from typing import Final

from ontology.events import Json
from ontology.identity import ThingId
from ontology.values import encode
from service.bodies import instant
from service.duties import MECHANISMS, OPEN, family, read
from service.duty_history import Past, Word, report
from service.world import World

EXAMPLE: Final = "duty/0f3a9c"


def listed(
    world: World, *, incident: str | None = None, state: str | None = None
) -> dict[str, Json]:
    """The duties of an incident, in a state, the newest first, and how they were met by rule."""
    known = world.duty_history_now().all()
    chosen = [one for one in known if incident is None or one.incident == incident]
    items = [one for one in chosen if state is None or one.state == state]
    return {"items": [_shown(world, one) for one in items], "report": report(chosen)}


def shown(world: World, duty: ThingId) -> dict[str, Json] | None:
    """One duty with the templates of its family; None where there is none."""
    past = world.duty_history_now().get(duty)
    if past is None:
        return None
    templates: list[Json] = [*sorted(family(world, read(world.graph, duty)))]
    return {**_shown(world, past), "templates": templates}


def _shown(world: World, past: Past) -> dict[str, Json]:
    one, waiting = read(world.graph, past.duty), world.due_now().get(past.duty)
    deadlines = waiting.deadlines if waiting is not None else ()
    due = next((each.due for each in deadlines if each.name == "due"), None)
    return {
        "id": one.id,
        "incident": one.incident,
        "rule": one.rule,
        "state": one.state,
        "team": one.owner,
        "region": one.region,
        "to_team": one.team,
        "family": one.family,
        "minimum": {**one.minimum},
        "held_since": instant(one.held),
        "within": encode(one.within),
        "every": encode(one.every) if one.every is not None else None,
        "next": one.task if one.state in OPEN else None,
        "due": _moment(due),
        "words": [_word(world, word) for word in past.words],
    }


def _word(world: World, word: Word) -> dict[str, Json]:
    taken = word.taken
    return {
        "stage": word.stage,
        "since": instant(word.since),
        "due": instant(word.due),
        "said": _moment(word.said),
        "minutes": round(taken.total_seconds() / 60, 1) if taken is not None else None,
        "in_time": word.in_time if word.said is not None or word.missed else None,
        "taken_back": word.void,
        "message": word.message,
        "empathy": _empathy(world, word.message),
    }


def _empathy(world: World, message: ThingId | None) -> dict[str, Json] | None:
    """The levels of a word; none where a person read it in place of the judge."""
    if message is None:
        return None
    levels: dict[str, Json] = {name: world.graph.get(message, name) for name in MECHANISMS}
    return levels if any(one is not None for one in levels.values()) else None


def _moment(at: datetime | None) -> Json:
    return instant(at) if at is not None else None
