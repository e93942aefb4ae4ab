from datetime import date, timedelta

from service import intake
from service.background import Background
from service.founding import OPERATOR
from service.signal_bodies import SignalIn
from service.world import World


def heard(world: World, number: int, days: int, until: date | None = None) -> None:
    body = SignalIn.model_validate(
        {
            "id": str(number),
            "platform": "platform/twitter",
            "feed": "feed/listening",
            "posted_at": world.clock.now() - timedelta(days=days),
            "text": "Derailment",
        }
    )
    intake.take(world, [intake.read(world, body)], actor=OPERATOR, until=until)


def test_words_of_signals_are_dropped_once_they_may_not_be_kept(world: World) -> None:
    heard(world, 1, days=100)
    heard(world, 2, days=1)
    Background(world)._retain()  # noqa: SLF001 - the step that the thread repeats
    first = world.clock.now() - timedelta(days=200)
    kept = [signal.id for signal in world.segments.scan(first, world.clock.now())]
    assert kept == ["signal/twitter-2"]


def test_what_an_agreement_lets_be_kept_until_a_day_goes_as_that_day_begins(world: World) -> None:
    now = world.clock.now()
    tomorrow = now.date() + timedelta(days=1)
    heard(world, 3, days=1, until=tomorrow)
    heard(world, 4, days=1)
    for at, left in ((now, 2), (now + timedelta(days=1), 1)):
        Background(world)._lapse(at)  # noqa: SLF001 - the step that the thread takes each day
        assert len([*world.segments.scan(now - timedelta(days=3), now)]) == left
