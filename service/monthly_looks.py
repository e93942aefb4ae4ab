"""Monthly looks: owners are asked to look how people fared by decisions, and how we sounded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from knowledge.recorded_decisions import MADE
from knowledge.refusals import Conflict, DuplicateEvent
from ontology.events import Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Standing
from service.fairness import terms_of
from service.guideline_reminders import answering
from service.library import current, library_of
from service.observing import observed
from service.signing import accompanying
from service.tone_messages import went_out
from service.world import World

_WITHIN: Final = "P10D"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look a month: who owns what is looked at, and whether a month gives anything to see."""

    kind: str
    owner: Callable[[World], str]
    worth: Callable[[World, datetime, datetime], bool]


def ask_monthly(world: World) -> bool:
    """Put the month that is over into the queues of owners; whether this worker did any of it.

    A month is asked about once, whatever is done with it, and only if there is something to look
    at. Months begin and end in UTC.
    """
    end = world.clock.now().date().replace(day=1)
    month = (end - timedelta(days=1)).replace(day=1)
    asked = [_asked(world, one, month, end) for one in LOOKS]  # all of them, whatever the first is
    return any(asked)


def _asked(world: World, look: Look, month: date, end: date) -> bool:
    thing = ThingId(f"{look.kind}/{month:%Y-%m}")
    if world.ledger.versions([Scope(thing)])[Scope(thing)]:
        return False
    if not look.worth(world, _begin(month), _begin(end)):
        return False
    team, _ = answering(world, ThingId(look.owner(world)))
    data: dict[str, Json] = {"team": team, "month": f"{month:%Y-%m}", "within": _WITHIN}
    fresh = Standing(thing=thing, kind=look.kind, state=None)
    draft = accompanying(world, thing, look.kind, "ask", data, world.clock.now(), stands=fresh)
    event = f"event/{look.kind}-{month:%Y-%m}"
    try:
        world.ledger.append([replace(draft, id=event)], expected={Scope(thing): 0})
    except (Conflict, DuplicateEvent):  # another worker was first
        return False
    return True


def _decided(world: World, _begin: datetime, end: datetime) -> bool:
    """Whether anything was decided before the month was over."""
    first = world.ledger.read(types=(MADE,), limit=1)
    return bool(first) and first[0].occurred_at < end


def _said(world: World, begin: datetime, end: datetime) -> bool:
    """Whether anything was said to customers in the month, from here or elsewhere."""
    if any(begin <= one.occurred_at < end for one in went_out(world)):
        return True
    return bool(observed(world, "reply", begin, end).num_rows)


def _owner_of_voice(world: World) -> str:
    library = library_of({}) if world.policies.active is None else current(world)
    return library.voice.owner


def _begin(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


LOOKS: Final[Sequence[Look]] = (
    Look(kind="fairness-review", owner=lambda world: terms_of(world).owner, worth=_decided),
    Look(kind="tone-review", owner=_owner_of_voice, worth=_said),
)
