from datetime import timedelta

from service import intake
from service.background import Background
from service.bodies import SignalIn
from service.founding import OPERATOR
from service.world import World


def heard(world: World, number: int, days: int) -> None:
    body = SignalIn.model_validate(
        {
            "id": str(number),
            "platform": "platform/twitter",
            "feed": "feed/listening",
            "posted_at": world.clock.now() - timedelta(days=days),
            "text": "Derailment",
        }
    )
    intake.take(world, [intake.read(world, body)], actor=OPERATOR)


def test_words_of_signals_are_dropped_once_they_may_not_be_kept(world: World) -> None:
    heard(world, 1, days=100)
    heard(world, 2, days=1)
    Background(world)._retain()  # noqa: SLF001 - the step that the thread repeats
    first = world.clock.now() - timedelta(days=200)
    kept = [signal.id for signal in world.segments.scan(first, world.clock.now())]
    assert kept == ["signal/twitter-2"]
