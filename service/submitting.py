"""Submitting: rules say who must approve a message; they are asked, and the text is fixed."""

from collections.abc import Iterator, Mapping
from typing import Final

from ontology.decisions import Decision, Requirement
from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Actor, ActRefused, Past, Standing
from ontology.lifecycle import act as follow
from ontology.lifecycle_data import DataProblem
from ontology.values import encode
from service import desk, deviations, glossaries, judged_words, pathways
from service.acts import acted, standing
from service.committing import commit_all
from service.decision_bodies import DecisionRequest
from service.duties import CHECKED, MECHANISMS
from service.guidance import acknowledged, guiding
from service.message_content import KIND, Content, approvals, read
from service.recording import amended
from service.required_steps import steps
from service.signing import accompanying, asking, voided
from service.world import World

SIGNED: Final = ("-approval", "-approver", "-check")
"""How the names of requirements end that somebody has to sign."""

OF_THE_ASKER: Final = frozenset({"identity-check", "location-check"})
"""Checks of who asks and from where, which whoever answers makes; they are no signatures."""

FIRST: Final = "employees-first"
"""The requirement that those who work here hear of it before the public does, or with it."""

_PUBLIC: Final = frozenset({"public", "press"})
_SOLD: Final = frozenset({"campaign", "advertisement"})
_HIGH: Final = frozenset({"executive", "board"})


def submit(world: World, message: ThingId, actor: Actor) -> Event:
    """Fix the text of a message and ask those who must approve it, by the rules as they are now.

    Where the rules ask nobody, or it is inside a pathway that covers whatever they ask for, it is
    approved at once.

    Raises:
        ThingUnknown: there is no such message.
        ActRefused: it is no draft, the actor may not, or the rules forbid what it is.
        GateRefused: a shape refuses it.
    """
    world.catch_up()
    content = read(world.graph, message)
    follow(  # asked before anybody decides; a decision is recorded
        world.lifecycles,
        standing(world, message, KIND),
        "submit",
        actor=actor,
        at=world.clock.now(),
        data=_told(content, None, None),
    )
    if words := [*glossaries.refused(world, content)]:
        raise ActRefused("submit", tuple(words), ("edit", "discard"))
    levels = _judged(world, content)
    answer = desk.ask(world, request_of(world, content, actor, levels), actor.id)
    if problems := [*forbidden(content, answer.decision)]:
        raise ActRefused("submit", tuple(problems), ("edit", "discard"))

    known = pathways.standing(world) if needed(answer.decision) else ()

    def prepare() -> list[Draft]:
        now = read(world.graph, message)
        if now.digest != content.digest:  # the decision was on other words
            words = "it was changed meanwhile; read it and submit it again"
            raise ActRefused("submit", (DataProblem("state", words),), ("edit", "submit"))
        decided = ThingId(answer.event.id)
        found = pathways.compared(world, now, known, world.clock.now())
        inside = pathways.best(found, (one.name for one in needed(answer.decision)))
        return [*_drafts(world, now, answer.decision, decided, actor, inside, levels=levels)]

    asked = approvals(world.graph, message)
    granted = world.graph.subjects("proposes", message)
    return commit_all(world, [*map(Scope, (message, *asked, *known, *granted))], prepare)[0]


def _judged(world: World, content: Content) -> Mapping[str, int] | None:
    """The levels of empathy of a message that a duty asks for; None where none does.

    Raises:
        ActRefused: it shows less than the duty asks for, or is no word that meets it.
    """
    if content.one("underDuty") is None:
        return None
    found = judged_words.judged(world, content)
    if problems := judged_words.foreseen(world, content, found):
        raise ActRefused("submit", tuple(problems), ("edit", "discard"))
    return found


def request_of(
    world: World, content: Content, actor: Actor, found: Mapping[str, int] | None = None
) -> DecisionRequest:
    """What the rules are asked about a message; `found` is what was judged of an owed word."""
    kind, audience = content.one("messageKind"), content.one("audience")
    strategies = content.properties.get("usesStrategy", ())
    author = ThingId(content.one("author") or actor.id)
    team = world.graph.get(author, "memberOf")
    high = world.graph.get(ThingId(str(team)), "atTier") in _HIGH if team is not None else None
    stated: dict[str, Json] = {
        "kind": kind,
        "audience": audience,
        "public": audience in _PUBLIC or content.one("onChannel") == "social",
        "automatic": False,
        "personalised": content.one("addressee") is not None,
        "channel": content.one("onChannel"),
        "language": content.one("language"),
        "region": content.one("forRegion"),
        "strategy": str(strategies[0]) if strategies else None,
        "admission": content.one("admission") or "not-judged",
        "drafted_by_approver": high,
        "guideline_acknowledged": acknowledged(world, content, author),
        "empathy_judged": bool(found) if found is not None else None,
    }
    given = {name: value for name, value in stated.items() if value is not None}
    return DecisionRequest.model_validate(
        {
            "incident": content.incident,
            "customer": content.one("addressee"),
            "region": content.one("forRegion"),
            "facts": {"request": given},
            "precedents": 0,
        }
    )


def forbidden(content: Content, decision: Decision) -> Iterator[DataProblem]:
    """Why the rules let nobody say this, whoever approves it.

    Fault may be admitted where legal is asked to clear it: the gate waits for that signature.
    """
    cleared = any(one.name == "legal-approval" for one in needed(decision))
    checks = {
        "fault-admission": content.one("admission") == "fault" and not cleared,
        "marketing-contact": content.one("messageKind") in _SOLD,
    }
    for name in decision.prohibitions:
        if checks.get(name):
            words = f"the rules forbid it now: {name}; `attune explain` tells why"
            yield DataProblem("decision", words)


def needed(decision: Decision) -> tuple[Requirement, ...]:
    """The requirements of a decision that somebody has to sign."""
    return tuple(
        one
        for one in decision.requirements
        if one.name.endswith(SIGNED) and one.name not in OF_THE_ASKER
    )


def _drafts(  # noqa: PLR0913 - a submission has that many sides
    world: World,
    content: Content,
    decision: Decision,
    decided: ThingId,
    actor: Actor,
    inside: pathways.Found | None,
    *,
    levels: Mapping[str, int] | None,
) -> Iterator[Draft]:
    at = world.clock.now()
    stands = standing(world, content.id, KIND)
    told = _told(content, decision, decided)
    outcome = follow(world.lifecycles, stands, "submit", actor=actor, at=at, data=told)
    yield acted(world.ids("event"), stands, outcome, actor, at)
    yield from voided(world, content.id, at)
    covered = frozenset(inside.covers) if inside is not None else frozenset[str]()
    fallback = decision.routes[0].team
    asked = [*needed(decision), *_read_by_a_person(decision, levels)]
    left = [one for one in asked if one.name not in covered or one.name == CHECKED]
    granted = deviations.granted(world, content)
    signed = [one for one in left if not deviations.signs(world, content, one, fallback)]
    taken = steps(world, content)
    used = len(signed) < len(left) or glossaries.relies(world, content)
    deviation = granted if used else None
    pathway = inside.pathway if inside is not None else None
    named: dict[str, Json] = {
        "underPathway": pathway,
        "underDeviation": deviation,
        "underGuideline": guiding(world, content),
        "afterEmployees": _heard_before(content, decision),
        **dict.fromkeys(MECHANISMS),
        **(levels or {}),
    }
    if any(content.one(name) != _text(value) for name, value in named.items()):
        yield amended(world, content.id, named, actor)
    for one in (*signed, *taken):
        team = ThingId(one.from_team or fallback)
        within = encode(one.within) if one.within is not None else None
        yield asking(world, content, one.name, team, within, at)
    if not (signed or taken):
        done = Past(act="submit", actor=actor.id, before=stands.state, after=outcome.to_state)
        after = Standing(
            thing=content.id,
            kind=KIND,
            state=outcome.to_state,
            history=(*stands.history, done),
        )
        yield accompanying(world, content.id, KIND, "approve", {}, at, stands=after)


def _read_by_a_person(
    decision: Decision, found: Mapping[str, int] | None
) -> Iterator[Requirement]:
    """The signature that stands for the judge, where it can't tell and the rules forgot it."""
    if found == {} and all(one.name != CHECKED for one in needed(decision)):
        yield Requirement(name=CHECKED)


def _heard_before(content: Content, decision: Decision) -> str | None:
    """The incident of which those who work here must have heard before a message goes out."""
    asked = any(one.name == FIRST for one in decision.requirements)
    return content.incident if asked and content.one("audience") in _PUBLIC else None


def _text(value: Json) -> str | None:
    return None if value is None else str(value)


def _told(content: Content, decision: Decision | None, decided: ThingId | None) -> dict[str, Json]:
    """What the act carries; before anybody has decided, only what it must have."""
    spans = [one.within for one in needed(decision)] if decision is not None else []
    limits = [one for one in spans if one is not None]
    told: dict[str, Json] = {
        "digest": content.digest,
        "decision": decided or "decision/asked",
        "tier": decision.tier if decision is not None else "frontline",
        "within": encode(max(limits)) if limits else None,
    }
    return {name: value for name, value in told.items() if value is not None}
