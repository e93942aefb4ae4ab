"""Exemplars: the typical posts of candidates are judged in full, also where there was no time."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Final

from ontology.events import Json
from ontology.identity import ThingId
from ontology.signals import Scores, Signal
from service.clustering import words
from service.perception import NotInTime
from service.world import World

MOST_AT_ONCE: Final = 16
BUDGET_MS: Final = 2_000.0


def judge(world: World) -> int:
    """Judge some exemplars that were only screened; how many were.

    What was judged is kept as long as they are exemplars, in this worker's memory.
    """
    held, typical = world.clustering.judged, world.clustering.exemplars()
    for name in [name for name in held if name not in typical]:
        del held[name]
    unknown = [one for name, one in typical.items() if name not in held][:MOST_AT_ONCE]
    if not unknown or not world.settings.language:
        return 0
    posts = words(world, unknown)
    held |= {one.id: posts[one.id].scores if one.id in posts else None for one in unknown}
    wanted = [one for one in posts.values() if one.scores is None and one.screened is not None]
    try:
        found = world.perception.score(
            [one.text for one in wanted],
            [one.language for one in wanted],
            world.policies.reading(),
            budget_ms=BUDGET_MS,
        )
    except NotInTime:
        for one in wanted:
            del held[one.id]  # to be tried again
        return 0
    held |= {one.id: each.scores for one, each in zip(wanted, found, strict=True) if each.judged}
    return len(wanted)


def scores_of(post: Signal, judged: Mapping[ThingId, Scores | None]) -> Json:
    """What is known of an exemplar's words; None where nothing was judged."""
    scores = post.scores or judged.get(post.id)
    return None if scores is None else asdict(scores)
