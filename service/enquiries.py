"""Enquiries: an outlet asks, somebody speaks for us, and a message that is live answers."""

from datetime import datetime
from typing import Final

from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId, kind_of
from ontology.lifecycle import Actor, ActRefused, Standing
from ontology.lifecycle_data import DataProblem
from ontology.record_values import RecordInvalid
from service.beginning import Beginning, begin, present
from service.committing import Done, Here, ThingUnknown, commit
from service.enquiry_bodies import EnquiryIn, JournalistIn, RemarkIn
from service.outlets import outlet_of
from service.recording import written
from service.telling import team_for, told_of
from service.zoned import local, moment

KIND: Final = "enquiry"
REMARK: Final = "remark"
_WARNED: Final = 0.75
"""The part of its time after which an enquiry that is not answered is warned of."""

_TOLD: Final = {
    "remind": ("specialist", "Nobody speaks for us yet: {who} asks, by {due}."),
    "warn": ("specialist", "Three quarters of the time are over: {who} wants an answer by {due}."),
    "lapse": ("crisis-team", "{who} got no answer by {due}; it may write that we gave none."),
}
"""The tier and the words of the alert that goes with what time does to an enquiry."""


def receive(
    world: Here, said: EnquiryIn, actor: Actor, *, idempotency: str | None = None
) -> Event:
    """Log an enquiry; the outlet is written down where it never asked before.

    Raises:
        RecordInvalid: the deadline is no moment to come, or something does not fit the ontology.
        GateRefused: it names an incident, a topic or an outlet that does not stand.
        IdempotencyMismatch: the key was used for something else.
    """
    due = moment(said.deadline, said.time_zone, "/deadline")

    def made(_: ThingId) -> Beginning:
        now = world.clock.now()
        came = said.received_at or now
        if due <= now:
            raise RecordInvalid({"/deadline": f"{due.isoformat()} has passed"})
        if came > now:
            raise RecordInvalid({"/received_at": f"{came.isoformat()} lies ahead"})
        outlet, beside = outlet_of(world, said.outlet)
        journalist = _journalist(world, said.journalist, outlet)
        if said.journalist is not None and journalist is not None:
            beside = [*beside, _known(world, journalist, said.journalist, outlet, actor)]
        properties: dict[str, Json] = {
            "outlet": outlet,
            "fromJournalist": journalist,
            "question": [*said.questions],
            "asksAbout": [*dict.fromkeys(said.topics)] or None,
            "aboutIncident": said.incident,
            "receivedAt": came.isoformat(),
            "answerBy": due.isoformat(),
            "warnAt": (now + (due - now) * _WARNED).isoformat(),
            "timeZone": said.time_zone,
            "wishesEmbargo": said.embargo_wish,
        }
        team = team_for(world, said.team, actor, said.incident)
        return Beginning(properties=properties, data={"team": team}, beside=beside)

    return begin(world, KIND, "receive", made, actor, body=said, idempotency=idempotency)


def remark(world: Here, enquiry: ThingId, said: RemarkIn, actor: Actor) -> Event:
    """Write down what was said beside the answer, sealed with the journalist.

    Raises:
        ThingUnknown: there is no such enquiry.
        RecordInvalid: it does not fit the ontology.
    """
    known(world, enquiry)
    at = said.said_at or world.clock.now()
    if at > world.clock.now():
        raise RecordInvalid({"/said_at": f"{at.isoformat()} lies ahead"})
    name = ThingId(world.ids(REMARK))
    properties: dict[str, Json] = {
        "ofEnquiry": enquiry,
        "fromJournalist": world.graph.get(enquiry, "fromJournalist"),
        "attribution": said.attribution,
        "remarked": said.text,
        "saidBy": said.said_by or actor.id,
        "saidAt": at.isoformat(),
        "asksAbout": [*dict.fromkeys(said.topics)] or None,
    }
    return commit(
        world,
        [Scope(enquiry), Scope(name)],
        lambda: written(world, name, "Remark", present(properties), actor),
    )


def known(world: Here, enquiry: ThingId) -> None:
    """Hold that an enquiry is there.

    Raises:
        ThingUnknown: it is not.
    """
    if kind_of(enquiry) != KIND or world.graph.state(enquiry) is None:
        raise ThingUnknown(enquiry)


class EnquiryJoint:
    """What time does to an enquiry is told; only what is live answers one."""

    def relied(self, world: Here, stands: Standing, act: str) -> tuple[Scope, ...]:
        """Nothing else: the gate relies on the message that answers."""
        del world, stands, act
        return ()

    def drafts(self, world: Here, done: Done) -> list[Draft]:
        """The alert that goes with the act.

        Raises:
            ActRefused: it has a door of its own, or the message is not live.
        """
        act, enquiry = done.outcome.act, done.stands.thing
        if act == "receive":
            raise ActRefused(act, (DataProblem("act", "do it by POST /v1/enquiries"),), ())
        if act == "answer":
            _live(world, ThingId(str(done.outcome.properties["answeredBy"])))
        if act not in _TOLD:
            return []
        tier, words = _TOLD[act]
        stated = done.stands.stated
        due = local(datetime.fromisoformat(str(stated["answerBy"])), str(stated["timeZone"]))
        who = world.graph.get(ThingId(str(world.graph.get(enquiry, "outlet"))), "name")
        return [told_of(world, done, tier, f"{enquiry}: {words.format(who=who, due=due)}")]


def _live(world: Here, message: ThingId) -> None:
    state = world.graph.state(message)
    if state != "live":
        words = f"{message} is {state or 'not there'}; publish it first"
        raise ActRefused("answer", (DataProblem("message", words),), ())


def _journalist(world: Here, said: JournalistIn | None, outlet: ThingId) -> ThingId | None:
    """The pseudonym of whoever asks: by mail, else by telephone, else by name and outlet."""
    if said is None:
        return None
    key = said.email or said.phone or f"{said.name}@{outlet}"
    return world.keys.pseudonym("journalist", "press", " ".join(key.casefold().split()))


def _known(
    world: Here, journalist: ThingId, said: JournalistIn, outlet: ThingId, actor: Actor
) -> Draft:
    before = world.graph.properties(journalist)
    names = {"displayName": said.name, "email": said.email, "phone": said.phone}
    properties: dict[str, Json] = {
        name: value or next(iter(before.get(name, ())), None) for name, value in names.items()
    }
    return written(
        world, journalist, "Journalist", present(properties | {"worksFor": outlet}), actor
    )


def due_of(world: Here, enquiry: ThingId) -> datetime:
    """By when an enquiry is to be answered."""
    return datetime.fromisoformat(str(world.graph.get(enquiry, "answerBy")))
