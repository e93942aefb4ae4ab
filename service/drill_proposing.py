"""From a drill to the rules: a justified disagreement becomes a policy draft with its evidence."""

from typing import Final

import orjson

from ontology.events import Draft, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Actor
from service.committing import commit_all
from service.draft_editing import Saving, save
from service.draft_opening import Opening, open_draft
from service.drill_scoring import recorded
from service.drills import PROPOSED, Drill
from service.problems import Fault, unprocessable
from service.world import World

_FILES: Final = {
    "tier": "rules/books/escalation.cases.yaml",
    "routes": "rules/books/routing.cases.yaml",
    "strategy": "rules/books/response.cases.yaml",
}
_SIDES: Final = ("people", "reference", "rules")
_WIDTH: Final = 118


def propose(live: World, drill: Drill, point: str, reason: str, actor: Actor) -> str:
    """Open a policy draft for a point in which people and rules differ; its id.

    The draft begins with the case as comments beside the book's cases: what was known, what people
    and the reference say, why, and by which evidence. A person makes the rule of it.

    Raises:
        ProblemError: the drill has no score, or people and rules agree in this point (422).
    """
    said = _point(live, drill, point)
    words = f"{drill.id}, evidence {drill.evidence}: {reason}"
    draft = open_draft(
        live,
        Opening(start="active", name=f"{drill.written.scenario.drill}-{point}"[:80], reason=words),
        actor,
    ).id
    file = _FILES[point]
    active = str(live.policies.active)
    text = live.policies.files(active).get(file, "cases:\n")
    noted = text.rstrip("\n") + "\n" + _noted(live, drill, said, reason)
    save(live, draft, lambda _: Saving(files={file: noted}), actor)
    told: dict[str, Json] = {
        "draft": draft,
        "point": point,
        "reason": reason,
        "evidence": drill.evidence,
        "by": actor.id,
    }
    commit_all(live, [Scope(drill.id)], lambda: [_proposed(live, drill, told, actor)])
    live.catch_up()
    return draft


def _proposed(live: World, drill: Drill, told: dict[str, Json], actor: Actor) -> Draft:
    return Draft(
        id=live.ids("event"),
        type=PROPOSED,
        subject=ThingId(drill.id),
        actor=actor.id,
        occurred_at=live.clock.now(),
        scopes=(Scope(drill.id),),
        data=told,
    )


def _point(live: World, drill: Drill, point: str) -> dict[str, Json]:
    found = recorded(live, drill)
    if found is None:
        words = f"{drill.id} has no score yet; score it first"
        raise unprocessable([Fault(pointer="", detail=words, example="POST …/score")])
    three = found["answers"]
    points = three["points"] if isinstance(three, dict) else []
    rows = [one for one in points if isinstance(one, dict)] if isinstance(points, list) else []
    said = next(one for one in rows if one["point"] == point)
    if said["people_agree_with_rules"] is not False:
        words = f"people and rules do not differ in {point}, or one of them said nothing"
        differing: list[Json] = [
            str(one["point"]) for one in rows if one["people_agree_with_rules"] is False
        ]
        raise unprocessable(
            [Fault(pointer="/point", detail=words, value=point, example=differing)]
        )
    return said


def _noted(live: World, drill: Drill, said: dict[str, Json], reason: str) -> str:
    """The case as comments: the file stays valid, and whoever writes the rule has it all."""
    found = recorded(live, drill) or {}
    three = found.get("answers")
    rules = three.get("rules") if isinstance(three, dict) else None
    facts = rules.get("facts") if isinstance(rules, dict) else None
    told = [
        f"From {drill.id} ({drill.written.scenario.title}), evidence {drill.evidence}:",
        *(f"{one} say {orjson.dumps(said[one]).decode()}" for one in _SIDES),
        f"Because: {' '.join(reason.split())}",
        "What was known:",
        *(_fact(one) for one in (facts if isinstance(facts, list) else [])),
    ]
    return "".join(f"# {line[:_WIDTH]}\n" for line in told)


def _fact(one: Json) -> str:
    fact = one if isinstance(one, dict) else {}
    return f"  {fact.get('kind')}: {orjson.dumps(fact.get('values')).decode()}"
