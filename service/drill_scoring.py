"""Scoring a drill: times, three answers, words, refusals, and what to practise next."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from knowledge.measures.estimates import Estimate, Figure, Withheld
from knowledge.proportions import wilson
from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import ActRefused
from ontology.lifecycle import act as follow
from ontology.lifecycle_data import DataProblem
from service.acts import acted, standing
from service.committing import commit_all
from service.drill_answers import answers
from service.drill_deeds import Deed, deeds, firsts
from service.drill_duties import meet
from service.drill_lessons import lessons
from service.drill_story import everything
from service.drill_words import contradictions, judged, share, written
from service.drill_worlds import SETTER, worlds_of
from service.drills import KIND, SCORED, Drill
from service.world import World

_REFUSED: Final = "refusal.recorded"
_FEW: Final = 3


def score(live: World, drill: Drill, asked_by: ThingId) -> dict[str, Json]:
    """Score a finished drill and record it; again, the later score stands beside the first.

    Raises:
        ActRefused: it is not finished, or its world is gone.
    """
    if drill.state not in {"finished", "scored"}:
        words = f"{drill.id} is {drill.state}; finish it first"
        raise ActRefused("score", (DataProblem("state", words),), ())
    world = worlds_of(live).get(live, drill)
    if world is None:
        words = f"the folder of {drill.id} is gone; what was scored before still stands"
        raise ActRefused("score", (DataProblem("state", words),), ())
    found = scored(world, drill)
    _record(live, drill, found, asked_by)
    meet(live)
    return found


def scored(world: World, drill: Drill) -> dict[str, Json]:
    """The score of a drill from what its own ledger holds."""
    world.catch_up()
    scenario, story = drill.written.scenario, everything(world)
    ended = world.clock.now()
    done = deeds(scenario, story, drill.people, ended)
    texts = written(world, story, drill.people)
    words, three = judged(world, scenario, texts), answers(world, scenario, story, drill.people)
    against = contradictions(scenario, texts)
    refused = [_refusal(one) for one in story if one.type == _REFUSED]
    head = world.ledger.head()
    told: dict[str, Json] = {
        "drill": drill.id,
        "scenario": scenario.drill,
        "title": scenario.title,
        "starts_from": scenario.starts_from,
        "note": scenario.note,
        "team": drill.team,
        "began_at": _said(drill.began_at),
        "clock_at_end": _said(ended),
        "speed": drill.speed,
        "acts": [one.json() for one in done],
        "phases": firsts(done),
        "answers": three,
        "words": [*words],
        "contradictions": [*against],
        "refusals": [*refused],
        "figures": {name: dict(one.to_json()) for name, one in _figures(done, three, words)},
        "next": [*lessons(done, three, words, against, refused)],
        "evidence": {"events": head, "root": world.ledger.root(head).hex()},
    }
    return told


def _figures(
    done: Sequence[Deed], three: Mapping[str, Json], words: Sequence[Mapping[str, Json]]
) -> Iterator[tuple[str, Figure]]:
    asked = [one for one in done if one.outcome != "not-asked"]
    yield "in_time", _share(sum(one.outcome == "met" for one in asked), len(asked), "acts")
    points = _rows(three["points"])
    for name in ("people_agree_with_reference", "people_agree_with_rules"):
        told = [one[name] for one in points if one[name] is not None]
        yield name, _share(sum(one is True for one in told), len(told), "points")
    kept, of, _ = share(words)
    yield "well_said", _share(kept, of, "criteria of words")


def _share(hits: int, of: int, what: str) -> Figure:
    if of < _FEW:
        return Withheld(reason=f"{of} {what}; a share needs {_FEW}", n=of)
    low, high = wilson(hits, of)
    return Estimate(value=hits / of, low=low, high=high, n=of)


def _record(live: World, drill: Drill, found: dict[str, Json], asked_by: ThingId) -> None:
    evidence = found["evidence"]
    root = str(evidence["root"])[:32] if isinstance(evidence, dict) else ""

    def prepare() -> list[Draft]:
        at = live.clock.now()
        stands = standing(live, drill.id, KIND)
        data: dict[str, Json] = {"evidence": root, "asked_by": asked_by}
        outcome = follow(live.lifecycles, stands, "score", actor=SETTER, at=at, data=data)
        told = Draft(
            id=live.ids("event"),
            type=SCORED,
            subject=drill.id,
            actor=asked_by,
            occurred_at=at,
            scopes=(Scope(drill.id),),
            data={"score": found},
        )
        return [acted(live.ids("event"), stands, outcome, SETTER, at), told]

    commit_all(live, [Scope(drill.id)], prepare)
    live.catch_up()


def recorded(live: World, drill: Drill) -> dict[str, Json] | None:
    """The score that stands, None of a drill that was never scored."""
    if not drill.scored:
        return None
    (event,) = live.ledger.read(drill.scored - 1, limit=1)
    found = event.data.get("score")
    return dict(found) if isinstance(found, dict) else None


def _refusal(event: Event) -> dict[str, Json]:
    return {
        "at": _said(event.occurred_at),
        "by": event.actor,
        "thing": event.subject,
        "act": event.data.get("act"),
        "results": event.data.get("results"),
    }


def _rows(value: Json) -> list[dict[str, Json]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _said(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at is not None else None
