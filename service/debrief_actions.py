"""Actions that a debrief decides: one owner, a date, a reminder before it."""

from datetime import datetime, timedelta
from typing import Annotated, Final

from pydantic import ConfigDict, Field

from ontology.events import Event, Json
from ontology.identity import ThingId
from ontology.lifecycle import Actor
from service.acts import propose
from service.bodies import Model, Moment, instant
from service.committing import event_id
from service.debrief_joints import ACTION
from service.world import World

_REMINDER: Final = timedelta(days=2)


class ActionIn(Model):
    """What one person does, by when; they are reminded two days before, if not told otherwise."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "task": "Name a deputy of legal for every night.",
                "owner": "person/ada",
                "due": "2027-01-15T17:00:00Z",
            }
        },
    )

    task: Annotated[str, Field(min_length=1, max_length=400, pattern=r"\S")]
    owner: Annotated[str, Field(pattern="^person/[A-Za-z0-9][A-Za-z0-9._~-]{0,119}$")]
    due: Moment
    team: Annotated[str, Field(pattern="^team/[A-Za-z0-9][A-Za-z0-9._~-]{0,119}$")] | None = None
    remind: Moment | None = None


def assign(
    world: World, debrief: ThingId, said: ActionIn, actor: Actor, *, idempotency: str | None = None
) -> Event:
    """Give one person one thing to do; the same idempotency key gives the first one back.

    Raises:
        ActRefused: the debrief is not there or put off, or a date is past.
    """
    now = world.clock.now()
    name = event_id(world, idempotency).partition("/")[2]
    given: dict[str, Json] = {
        "debrief": debrief,
        "task": said.task,
        "owner": said.owner,
        "team": said.team,
        "dueAt": instant(said.due),
        "remindAt": instant(said.remind or reminder(now, said.due)),
    }
    if said.remind is None and idempotency is not None:  # a retry must say the same
        del given["remindAt"]
    data = {field: value for field, value in given.items() if value is not None}
    thing = ThingId(f"{ACTION}/{name}")
    return propose(
        world,
        thing=thing,
        kind=ACTION,
        act="assign",
        data=data,
        actor=actor,
        idempotency=idempotency,
    )


def reminder(now: datetime, due: datetime) -> datetime:
    """When somebody is reminded: two days before, or with a quarter of the time left.

    >>> from datetime import UTC
    >>> reminder(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 5, tzinfo=UTC)).day
    4
    """
    return due - min(_REMINDER, max(due - now, timedelta()) / 4)
