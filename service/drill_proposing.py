"""From a drill to the rules: a justified disagreement becomes a policy draft with its evidence."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import orjson

from ontology.events import Draft, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Actor
from service.committing import commit_all
from service.draft_editing import Saving, save
from service.draft_opening import Opening, open_draft
from service.drill_rules import STRATA, Finished, NoRule, Wanted, finished
from service.drill_scoring import recorded
from service.drills import PROPOSED, Drill
from service.problems import Fault, unprocessable
from service.world import World

_CASES: Final = {
    "escalate": "rules/books/escalation.cases.yaml",
    "route": "rules/books/routing.cases.yaml",
    "respond": "rules/books/response.cases.yaml",
}
_SIDES: Final = ("people", "reference", "rules")
_WIDTH: Final = 118


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """What came of it: the policy draft, and its rule, or why no rule can say it."""

    draft: str
    rule: str | None
    without_rule: str | None


def propose(live: World, drill: Drill, point: str, reason: str, actor: Actor) -> Proposed:
    """Open a policy draft for a point in which people and rules differ.

    The draft holds a finished rule with its cases in a book of what drills taught, and above it
    as comments what was known, what people and the reference say, and by which evidence. Where
    people say less than the rules no rule can say it: then the comments name the rules to narrow.

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
    rule, without = _rule(live, drill, said, reason)
    files = _files(live, drill, said, reason, rule, without)
    save(live, draft, lambda _: Saving(files=files), actor)
    told: dict[str, Json] = {
        "draft": draft,
        "point": point,
        "reason": reason,
        "rule": rule.id if rule is not None else None,
        "evidence": drill.evidence,
        "by": actor.id,
    }
    commit_all(live, [Scope(drill.id)], lambda: [_proposed(live, drill, told, actor)])
    live.catch_up()
    return Proposed(draft=draft, rule=rule.id if rule is not None else None, without_rule=without)


def _rule(
    live: World, drill: Drill, said: Mapping[str, Json], reason: str
) -> tuple[Finished | None, str | None]:
    """The rule, or why there is none."""
    wanted = Wanted(
        point=str(said["point"]),
        people=said["people"],
        rules=said["rules"],
        reason=reason,
        facts=_facts(live, drill),
    )
    try:
        return finished(drill.written.scenario, wanted), None
    except NoRule as error:
        return None, str(error)


def _files(
    live: World,
    drill: Drill,
    said: Mapping[str, Json],
    reason: str,
    rule: Finished | None,
    without: str | None,
) -> dict[str, str | None]:
    """The book of what drills taught and its cases, with one rule more; else the cases' file."""
    stratum = STRATA[str(said["point"])]
    active = live.policies.files(str(live.policies.active))
    noted = _noted(live, drill, said, reason, without)
    if rule is None:
        file = _CASES[stratum]
        return {file: active.get(file, "cases:\n").rstrip("\n") + "\n" + noted}
    book = f"drills-{stratum}"
    head = f"book: {book}\nstratum: {stratum}\nowner: {drill.team}\nrules:\n"
    path = f"rules/books/{book}.yaml"
    indented = "".join(f"  {line}" for line in noted.splitlines(keepends=True))
    cases = f"rules/books/{book}.cases.yaml"
    return {
        path: active.get(path, head).rstrip("\n") + "\n" + indented + rule.rule,
        cases: active.get(cases, "cases:\n").rstrip("\n") + "\n" + rule.cases,
    }


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


def _noted(
    live: World, drill: Drill, said: Mapping[str, Json], reason: str, without: str | None
) -> str:
    """The evidence as comments, for whoever reads the draft."""
    told = [
        f"From {drill.id} ({drill.written.scenario.title}), evidence {drill.evidence}:",
        *(f"{one} say {orjson.dumps(said[one]).decode()}" for one in _SIDES),
        f"Because: {reason}",
        *([f"No rule can say it: {without}.", _firing(live, drill)] if without else []),
        "What was known:",
        *(_fact(one) for one in _facts(live, drill)),
    ]
    return "".join(f"# {' '.join(line.split())[:_WIDTH]}\n" for line in told)


def _facts(live: World, drill: Drill) -> list[dict[str, Json]]:
    found = _of_rules(live, drill).get("facts")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _firing(live: World, drill: Drill) -> str:
    found = _of_rules(live, drill).get("rules")
    return f"What fired: {', '.join(map(str, found if isinstance(found, list) else []))}"


def _of_rules(live: World, drill: Drill) -> dict[str, Json]:
    """What the rules' own answer in the score holds."""
    three = (recorded(live, drill) or {}).get("answers")
    rules = three.get("rules") if isinstance(three, dict) else None
    return rules if isinstance(rules, dict) else {}


def _fact(one: Mapping[str, Json]) -> str:
    return f"  {one.get('kind')}: {orjson.dumps(one.get('values')).decode()}"
