"""The agenda of a debrief, from the ledger: what went when, and what went otherwise."""

from collections.abc import Iterator, Mapping
from typing import Final

from ontology.events import Event, Json
from ontology.identity import ThingId
from service.bodies import instant
from service.case_words import said_by, timeline
from service.incident_history import History, history
from service.message_content import read
from service.shadow_fold import COMPARED
from service.world import World

_LAPSES: Final = frozenset({"lapse", "overdue", "escalate", "escalate-further", "miss", "break"})
_MOST: Final = 200
_BATCH: Final = 2_000


def agenda(world: World, incident: ThingId) -> dict[str, Json]:
    """What there is to talk about, by heading; a heading without anything is an empty list."""
    past = history(world, incident)
    messages = [read(world.graph, one.subject) for one in past.on("message", "publish")]
    went: list[Json] = [{"at": instant(at), "what": what} for at, what in timeline(past, messages)]
    found: dict[str, list[Json]] = {
        "went": went,
        "overrides": [_told(one) for one in past.on("decision", "override", "reroute")],
        "deviations": [_told(one) for one in past.on("deviation")],
        "lapses": [_told(one) for one in past.acts if _lapsed(one)],
        "late_duties": [_told(one) for one in past.on("duty", "miss")],
        "broken_promises": [_told(one) for one in past.on("promise", "break")],
        "refusals": [_refused(one) for one in past.refusals],
        "false_positives": [_told(one) for one in past.on("decision", "false-positive")],
        "outcomes": [_outcome(one) for one in past.outcomes],
        "shadows": [*_shadows(world, past)],
        "drills": [*_drills(world, past)],
    }
    shown: dict[str, Json] = {name: [*rows[:_MOST]] for name, rows in found.items()}
    shown["cut"] = [name for name, rows in found.items() if len(rows) > _MOST]
    return shown


def _lapsed(event: Event) -> bool:
    return event.data["act"] in _LAPSES and "lapsed" in event.data


def _told(event: Event) -> Json:
    said = said_by(event)
    return {
        "at": instant(event.occurred_at),
        "thing": event.subject,
        "act": event.data["act"],
        "by": event.actor,
        "why": said.get("reason"),
        "late": event.data.get("late") is True,
    }


def _refused(event: Event) -> Json:
    results = event.data.get("results")
    shapes = (
        [str(one["shape"]) for one in results if isinstance(one, dict)]
        if isinstance(results, list)
        else []
    )
    return {"at": instant(event.occurred_at), "thing": event.subject, "shapes": [*shapes]}


def _outcome(event: Event) -> Json:
    """What was done; words about a customer stay with the decision."""
    hidden = event.personal.keys()
    names = ("tier", "team", "by", "done")
    said: dict[str, Json] = {
        n: event.data[n] for n in names if n in event.data and n not in hidden
    }
    return {"at": event.data.get("at"), "decision": event.subject, **said}


def _shadows(world: World, past: History) -> Iterator[Json]:
    """Decisions that a policy on trial would have made otherwise."""
    if not past.decisions:
        return
    ours = {one.id for one in past.decisions}
    after = 0
    while events := world.ledger.read(after, types=(COMPARED,), limit=_BATCH):
        for event in events:
            if event.data.get("decision") in ours and event.data.get("differs"):
                differs = event.data["differs"]
                yield {
                    "at": instant(event.occurred_at),
                    "shadow": event.subject,
                    "decision": event.data["decision"],
                    "differs": differs if not event.personal else "not shown",
                }
        after = events[-1].sequence


def _drills(world: World, past: History) -> Iterator[Json]:
    """Lessons of drills of the team that owns the incident: whether they were kept in mind."""
    team = world.graph.get(past.incident, "ownedBy")
    after = 0
    while events := world.ledger.read(after, types=("thing.acted",), limit=_BATCH):
        for event in events:
            lesson = said_by(event).get("lesson")
            if event.data["kind"] == "drill" and lesson is not None:
                ours: Mapping[str, Json] = {
                    "at": instant(event.occurred_at),
                    "drill": event.subject,
                }
                theirs = world.graph.get(event.subject, "routedTo")
                if team is None or theirs in {None, team}:
                    yield {**ours, "lesson": lesson}
        after = events[-1].sequence
