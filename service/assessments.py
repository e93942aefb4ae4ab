"""Leadership assessments: figures with their events and the person's reply, seen by few."""

from collections.abc import Mapping
from typing import Final

from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Actor, ActRefused, Standing
from ontology.lifecycle import act as follow
from ontology.lifecycle_data import DataProblem
from service.acts import acted, standing
from service.assessment_bodies import AssessmentIn, NothingIn, SecondIn, WordsIn
from service.assessment_joint import KIND
from service.assessment_view import DOER, KEPT, PEOPLE, SAID, content_of, of_people, seen, words_of
from service.bodies import Model
from service.committing import Here, ThingUnknown, commit_all, event_id, said_before
from service.competency import competency
from service.recorded_history import Progress
from service.world import World

BODIES: Final[Mapping[str, type[Model]]] = {
    "write": WordsIn,
    "show": NothingIn,
    "reply": WordsIn,
    "contest": WordsIn,
    "review": SecondIn,
    "finalise": NothingIn,
    "withdraw": NothingIn,
}
"""What people do to an assessment, and what each act takes."""


def draft(
    world: World,
    said: AssessmentIn,
    actor: Actor,
    progress: Progress,
    *,
    idempotency: str | None = None,
) -> Event:
    """Work out the figures of a person and open their assessment.

    Raises:
        ActRefused: the actor is not of people and culture, or is the person; or what it corrects
            is not final, or of somebody else.
        ThingUnknown: one of the three people is not known here.
        IdempotencyMismatch: the key was used for something else.
    """
    world.catch_up()
    person = ThingId(said.person)
    if not of_people(world, actor.id) or actor.id == person:
        raise _refused("draft", "actor", f"{PEOPLE} opens assessments, of others than oneself")
    for who in (said.person, said.assessor, said.second):
        if not world.graph.exists(ThingId(who)):
            raise ThingUnknown(ThingId(who))
    if said.until > world.clock.now():
        raise _refused(
            "draft", "until", f"{said.until.isoformat()} lies ahead; take a past period"
        )
    _check_correction(world, said)
    event = event_id(world, idempotency)
    digest = _mac(world, said, KIND, "draft")
    if idempotency is not None and (found := said_before(world, event, digest)):
        return found
    thing = ThingId(world.ids(KIND))
    content: dict[str, Json] = {
        "said": said.model_dump(mode="json"),
        "report": dict(competency(world, said, progress).to_json()),
        "by": actor.id,
    }
    data: dict[str, Json] = {"team": PEOPLE, "digest": digest}
    data |= {"corrects": said.corrects} if said.corrects is not None else {}

    def prepare() -> list[Draft]:
        stands = Standing(thing=thing, kind=KIND, state=None)
        begun = _acted(world, event, stands, "draft", actor, data, digest)
        return [begun, _sealed(world, thing, KEPT, {"content": content}, person, actor)]

    return commit_all(world, [Scope(thing)], prepare)[0]


def do(
    world: World,
    thing: ThingId,
    act: str,
    said: Model,
    actor: Actor,
    *,
    idempotency: str | None = None,
) -> Event:
    """Do an act to an assessment; its words are sealed under the key of its person.

    Raises:
        ThingUnknown: there is none that the actor may see.
        ActRefused: it is somebody else's to do, or its state does not allow it.
        IdempotencyMismatch: the key was used for something else.
    """
    world.catch_up()
    content = seen(world, thing, actor.id)
    event, digest = event_id(world, idempotency), _mac(world, said, thing, act)
    if idempotency is not None and (found := said_before(world, event, digest)):
        return found
    if not content:
        raise _refused(act, "person", "its person was erased; nothing is left to act on")
    whose = DOER[act]
    if content["said"][whose] != actor.id:
        raise _refused(act, "actor", f"only its {whose} may {act} it")
    person = ThingId(str(content["said"]["person"]))
    words: dict[str, Json] = {"act": act, **said.model_dump(mode="json")}

    def prepare() -> list[Draft]:
        stands = standing(world, thing, KIND)
        days = content["said"]["reply_days"]
        data: dict[str, Json] = {"within": f"P{days}D"} if act == "show" else {}
        drafts = [_acted(world, event, stands, act, actor, data, digest)]
        if act == "show" and not any(one["act"] == "write" for one in words_of(world, thing)):
            raise _refused(act, "write", "write what you make of the figures first")
        if "text" in words:
            drafts.append(_sealed(world, thing, SAID, {"words": words}, person, actor))
        return drafts

    return commit_all(world, [Scope(thing)], prepare)[0]


def _acted(  # noqa: PLR0913, PLR0917 - an act has that many sides
    world: Here,
    event: str,
    stands: Standing,
    act: str,
    actor: Actor,
    data: Mapping[str, Json],
    said: str,
) -> Draft:
    at = world.clock.now()
    outcome = follow(world.lifecycles, stands, act, actor=actor, at=at, data=data)
    made = acted(event, stands, outcome, actor, at)
    return Draft(
        id=made.id,
        type=made.type,
        subject=made.subject,
        actor=made.actor,
        occurred_at=made.occurred_at,
        scopes=made.scopes,
        data={**made.data, "said": said},
    )


def _sealed(
    world: Here,
    thing: ThingId,
    kind: str,
    data: Mapping[str, Json],
    person: ThingId,
    actor: Actor,
) -> Draft:
    return Draft(
        id=world.ids("event"),
        type=kind,
        subject=thing,
        actor=actor.id,
        occurred_at=world.clock.now(),
        scopes=(Scope(thing),),
        data=data,
        personal=dict.fromkeys(data, person),
        governed=False,
    )


def _check_correction(world: World, said: AssessmentIn) -> None:
    if said.corrects is None:
        return
    thing = ThingId(said.corrects)
    of = content_of(world, thing).get("said", {}).get("person")
    if world.graph.state(thing) != "final" or of != said.person:
        words = f"{thing} is no final assessment of {said.person}; only such a one is corrected"
        raise _refused("draft", "corrects", words)


def _mac(world: Here, said: Model, thing: str, act: str) -> str:
    return world.keys.mac(KIND, [thing, act, said.model_dump_json()]).hex()[:64]


def _refused(act: str, where: str, words: str) -> ActRefused:
    return ActRefused(act, (DataProblem(where, words),), ())
