"""What makes a candidate is judged in full, though there was no time for all posts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from ontology.identity import ThingId
from ontology.signals import Signal
from service import exemplars
from service.founding import OPERATOR
from service.world import World


def flooded(world: World, posts: int) -> None:
    """Posts that were screened only, of which a candidate is made."""
    at = world.clock.now()
    signals = [
        Signal(
            id=ThingId(f"signal/twitter-{number}"),
            platform=ThingId("platform/twitter"),
            feed=ThingId("feed/listening"),
            posted_at=at - timedelta(seconds=posts - number),
            received_at=at,
            text=f"I am furious, the #brinkdam gate number {number} leaks and nobody answers us",
            author=ThingId(f"account/{number}"),
            language="en",
            screened=0.8,
        )
        for number in range(posts)
    ]
    world.segments.commit(
        signals, actor=OPERATOR, id=world.ids, at=at, sketch=world.counting.sketch
    )
    world.catch_up()
    while world.clustering.catch_up(world, 1_000.0):
        pass


def test_without_models_exemplars_stay_unjudged(world: World) -> None:
    flooded(world, 20)
    assert world.clustering.exemplars()
    assert exemplars.judge(world) == 0
    assert exemplars.scores_of(*_first(world)) is None


@pytest.mark.slow
def test_exemplars_of_posts_that_were_screened_only_are_judged(
    open_world: Callable[..., World],
) -> None:
    world = open_world(language=True)
    world.perception.warm()
    flooded(world, 20)
    assert exemplars.judge(world) == len(world.clustering.exemplars())
    scores = exemplars.scores_of(*_first(world))
    assert isinstance(scores, dict)
    assert isinstance(scores["frustration"], float)
    assert exemplars.judge(world) == 0


def _first(world: World) -> tuple[Signal, Any]:
    from service.clustering import words

    found = words(world, world.clustering.exemplars().values())
    return next(iter(found.values())), world.clustering.judged
