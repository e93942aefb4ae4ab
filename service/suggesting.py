"""Candidates become incidents that a person has to look at: suggested once over all workers."""

import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Final

from knowledge.refusals import Conflict, IdempotencyMismatch
from knowledge.spread.assignment import assign
from knowledge.spread.candidate import Candidate
from knowledge.spread.candidates import FEWEST_POSTS
from ontology.events import Json
from ontology.identity import ThingId
from ontology.lifecycle import ATTUNE
from service import exemplars
from service.acts import ActRefused, GateRefused, propose, put_record
from service.bodies import instant
from service.clustering import words
from service.incidents import Incident
from service.sweep import ITSELF
from service.world import World

WITHHELD_FOR: Final = timedelta(days=7)
"""How long a candidate like one that a person dismissed is not suggested again."""
GROWN: Final = 3
"""Unless it has so many times as many posts since as it had."""

_FEWEST_BEFORE: Final = 20
_ALIKE: Final = 0.5
_COVERED: Final = 0.5
_NAMED: Final = 3
_AGAIN: Final = 9
_GONE: Final = frozenset({"dismissed", "merged"})
_OVER: Final = frozenset({"resolved", "closed", *_GONE})


class Suggesting:
    """What a worker remembers between looks, so that what did not change costs nothing."""

    def __init__(self, world: World) -> None:
        """Begin with nothing looked at."""
        self._world: Final = world
        self._looked: dict[ThingId, tuple[int, int]] = {}

    def step(self) -> None:
        """Look at every candidate that moved since: suggest it, or tell its record new topics."""
        self._world.catch_up()
        changes, before = self._world.incidents.changes, self._looked
        self._looked = {}
        for one in self._world.clustering.standing():
            now = (one.posts, changes)
            self._looked[one.id] = now
            if one.topics and before.get(one.id) != now:
                _look(self._world, one)
        exemplars.judge(self._world)


def incident_of(world: World, candidate: Candidate) -> Incident | None:
    """The incident that a candidate stands as: its own, or that of one which it took in."""
    for name in (candidate.id, *candidate.absorbed):
        for one in _under(world, name):
            if one.state is not None and one.state not in _GONE:
                return one
    return None


def twins(world: World, candidate: Candidate) -> list[ThingId]:
    """Other suggested incidents that turned out to be the same: a person may merge them."""
    mine = incident_of(world, candidate)
    found = [one for name in candidate.absorbed for one in _under(world, name)]
    return [one.id for one in found if one.state == "candidate" and one != mine]


def related(world: World, candidate: Candidate) -> list[ThingId]:
    """Incidents with the same topics that are over: perhaps one of them has to be reopened."""
    return [
        one.id
        for one in world.incidents.all()
        if one.state in _OVER - _GONE and _alike(candidate, one)
    ]


def _look(world: World, candidate: Candidate) -> None:
    standing = incident_of(world, candidate)
    try:
        if standing is not None:
            _tell(world, candidate, standing)
        elif not _withheld(world, candidate) and not _covered(world, candidate):
            _suggest(world, candidate)
    except (ActRefused, Conflict, GateRefused) as error:
        world.log.warning("candidate not suggested", incident=candidate.id, why=str(error))


def _suggest(world: World, candidate: Candidate) -> None:
    name = _free(world, candidate)
    _put(world, candidate, name)
    data: dict[str, Json] = {
        "posts": candidate.posts,
        "people": candidate.voices,
        "confidence": round(100 * candidate.confidence),
    }
    with suppress(IdempotencyMismatch):  # another worker was first, with other figures
        propose(
            world,
            thing=name,
            kind="incident",
            act="suggest",
            data=data,
            actor=ITSELF,
            idempotency=f"suggest {name}",
        )


def _tell(world: World, candidate: Candidate, standing: Incident) -> None:
    """Bring the topics of a record up to date that no person has touched, seldom."""
    ours = standing.state == "candidate" and standing.put_by == ATTUNE
    if ours and candidate.topics != standing.scope.get("topic", ()):
        _put(world, candidate, standing.id)


def _put(world: World, candidate: Candidate, name: ThingId) -> None:
    topics: list[Json] = [*candidate.topics]
    with suppress(IdempotencyMismatch):  # another worker was first, with other topics
        put_record(
            world,
            type="Incident",
            id=name,
            properties={
                "name": ", ".join(candidate.topics[:_NAMED]),
                "topic": topics,
                "onset": instant(candidate.begun),
            },
            actor=ITSELF,
            idempotency=f"candidate {name} {_level(candidate)}",
        )


def _level(candidate: Candidate) -> int:
    """It grows by one whenever the posts have trebled."""
    return int(math.log(max(1.0, candidate.posts / FEWEST_POSTS), GROWN))


def _covered(world: World, candidate: Candidate) -> bool:
    """Whether most of its typical posts are counted for an incident that is under way."""
    scopes = [
        scope
        for scope in world.scopes()
        if (one := world.incidents.get(scope.id)) is not None and one.listened
    ]
    posts = words(world, candidate.exemplars)
    claimed = sum(bool(assign(signal, scopes)) for signal in posts.values())
    return not posts or claimed >= _COVERED * len(posts)


def _withheld(world: World, candidate: Candidate) -> bool:
    """Whether a person dismissed the same of late, and it has not grown much since."""
    now = world.clock.now()
    return any(
        one.state == "dismissed"
        and one.left_at is not None
        and now - one.left_at < WITHHELD_FOR
        and _alike(candidate, one)
        and not _grown(candidate, one)
        for one in world.incidents.all()
    )


def _grown(candidate: Candidate, dismissed: Incident) -> bool:
    if dismissed.left_at is None:
        return True
    hour = int(dismissed.left_at.timestamp() // 3600)
    since = sum(many for at, many in candidate.hours if at > hour)
    noted = dismissed.noted.get("posts")
    before = noted if isinstance(noted, int) else 0
    return since >= GROWN * max(_FEWEST_BEFORE, before, candidate.posts - since)


def _alike(candidate: Candidate, incident: Incident) -> bool:
    """Whether half of the fewer topics are the same."""
    mine, theirs = set(candidate.topics), set(incident.scope.get("topic", ()))
    return len(mine & theirs) >= _ALIKE * max(1, min(len(mine), len(theirs)))


def _under(world: World, name: ThingId) -> Iterator[Incident]:
    """The incidents that a candidate was suggested as, the newest first."""
    found = (world.incidents.get(each) for each in _names(name))
    yield from (one for one in reversed([*found]) if one is not None)


def _free(world: World, candidate: Candidate) -> ThingId:
    """The first name that was not suggested before; the last one where all were."""
    return next((name for name in _names(candidate.id) if not _used(world, name)), candidate.id)


def _used(world: World, name: ThingId) -> bool:
    known = world.incidents.get(name)
    return known is not None and known.state is not None


def _names(name: ThingId) -> Sequence[ThingId]:
    return (name, *(ThingId(f"{name}-{turn}") for turn in range(2, _AGAIN + 1)))
