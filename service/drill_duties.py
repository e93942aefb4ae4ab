"""Drill duties: each quarter every team owes a drill; three of four begin with our own reply."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from knowledge.refusals import Conflict, DuplicateEvent
from ontology.events import Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import ActRefused, Standing
from service import acts
from service.drill_overdue import DRILL
from service.drill_overdue import DRILL_DUTY as KIND
from service.drill_worlds import SETTER
from service.drills import Drill
from service.signing import accompanying
from service.world import World

OWN: Final = "own-reply"
WANTED: Final = 3
"""Drills a year that begin with our own tone-deaf reply."""

_QUARTERS: Final = 4
_MONTHS: Final = 3
_OPEN: Final = frozenset({"owed", "overdue"})
_SCORED: Final = frozenset({"scored", "debriefed"})


def quarter_of(day: date) -> str:
    """The quarter of a day.

    >>> quarter_of(date(2026, 11, 23))
    '2026-Q4'
    """
    return f"{day.year}-Q{(day.month - 1) // _MONTHS + 1}"


def owe_quarterly(world: World) -> int:
    """Put the quarter's drill into the queue of every team that stood when it began; how many.

    A team owes one once a quarter, whatever becomes of it. Quarters begin and end in UTC.
    """
    now = world.clock.now()
    first, following = _ends(now.date())
    if not _stood_before(world, first):
        return 0
    owed = 0
    for team in sorted(world.roster().teams):
        thing = _duty(quarter_of(first), team)
        if not world.ledger.versions([Scope(thing)])[Scope(thing)]:
            owed += _owe(world, thing, team, first, following)
    return owed


def meet(world: World) -> int:
    """Let scored drills count for what their teams owe; how many duties were met."""
    met = 0
    for drill in world.drills.all():
        if drill.state not in _SCORED or drill.ended_at is None:
            continue
        thing = _duty(quarter_of(drill.ended_at.date()), drill.team)
        past = acts.history(world, thing)
        if past and past[-1].after in _OPEN and _counts(drill, str(past[0].data["starts_from"])):
            met += _meet(world, thing, drill)
    return met


def own_replies(world: World, team: ThingId, year: int) -> int:
    """How many scored drills of a team began with our own reply in a year."""
    return sum(
        one.team == team
        and one.state in _SCORED
        and one.ended_at is not None
        and one.ended_at.year == year
        and one.written.scenario.starts_from == OWN
        for one in world.drills.all()
    )


def standing(world: World) -> Iterator[dict[str, Json]]:
    """What every team owes for this quarter and how that stands."""
    quarter = quarter_of(world.clock.now().date())
    for team in sorted(world.roster().teams):
        past = acts.history(world, _duty(quarter, team))
        yield {
            "team": team,
            "quarter": quarter,
            "state": past[-1].after if past else "not-owed",
            "starts_from": past[0].data.get("starts_from") if past else None,
            "own_replies_this_year": own_replies(world, team, int(quarter[:4])),
            "own_replies_wanted": WANTED,
        }


def _duty(quarter: str, team: ThingId) -> ThingId:
    return ThingId(f"{KIND}/{quarter.lower()}-{team.partition('/')[2]}"[:150])


def _ends(day: date) -> tuple[date, date]:
    """The first day of a day's quarter, and of the next one."""
    first = day.replace(month=(day.month - 1) // _MONTHS * _MONTHS + 1, day=1)
    later = (first + timedelta(days=_MONTHS * 31)).replace(day=1)
    return first, later


def _stood_before(world: World, first: date) -> bool:
    """Whether this home was there before a quarter began."""
    oldest = world.ledger.read(limit=1)
    return bool(oldest) and oldest[0].recorded_at.date() < first


def _owe(world: World, thing: ThingId, team: ThingId, first: date, following: date) -> bool:
    now = world.clock.now()
    left = datetime.combine(following, time(), UTC) - now
    last = quarter_of(first).endswith(str(_QUARTERS))
    wants = not last or own_replies(world, team, first.year) < WANTED
    data: dict[str, Json] = {
        "team": team,
        "quarter": quarter_of(first),
        "starts_from": OWN if wants else "any",
        "within": f"PT{max(1, int(left.total_seconds()))}S",
    }
    fresh = Standing(thing=thing, kind=KIND, state=None)
    draft = accompanying(world, thing, KIND, "owe", data, now, stands=fresh)
    event = f"event/{thing.replace('/', '-')}"
    try:
        world.ledger.append([replace(draft, id=event)], expected={Scope(thing): 0})
    except (Conflict, DuplicateEvent):  # another worker was first
        return False
    return True


def _counts(drill: Drill, wanted: str) -> bool:
    return wanted in {"any", drill.written.scenario.starts_from}


def _meet(world: World, thing: ThingId, drill: Drill) -> bool:
    data: dict[str, Json] = {DRILL: drill.id}
    try:
        acts.propose(world, thing=thing, kind=KIND, act="meet", data=data, actor=SETTER)
    except (ActRefused, Conflict) as error:
        world.log.warning("drill duty not met", duty=thing, why=str(error))
        return False
    return True
