"""What counting similar cases costs a decision with text: the sample cases, one thread."""

from collections.abc import Iterator

from bench.measuring import Figure, cpu_ms, wall_ms
from bench.worlds import sample_world
from ontology.identity import ThingId
from service import desk
from service.archiving import OWN, load_archive
from service.decision_bodies import DecisionRequest

_ASKED = DecisionRequest.model_validate(
    {
        "incident": "incident/2013-ny-train",
        "text": "My son was on that train. Third call today, and nobody tells us anything.",
        "max_wait_ms": 60_000,
    }
)
_BARE = _ASKED.model_copy(update={"precedents": 0})
_RUNS = 60


def measure() -> Iterator[Figure]:
    """Medians of a recorded decision with and without its count, and of looking it up again."""
    with sample_world(language=True) as world:
        load_archive(world.settings, OWN, lambda *_: None)
        world.perception.warm()
        operator = ThingId("person/operator")
        bare = cpu_ms(lambda: desk.ask(world, _BARE, operator), runs=_RUNS)
        full = cpu_ms(lambda: desk.ask(world, _ASKED, operator), runs=_RUNS)
        yield Figure(name="recorded decision with text, not counted", value=bare, unit="ms CPU")
        yield Figure(
            name="the same with the number of similar cases",
            value=full,
            unit="ms CPU",
            against="not counted",
            ratio=full / bare,
        )
        made = desk.ask(world, _ASKED, operator).event.id
        kept = wall_ms(lambda: world.ledger.by_id(made), runs=_RUNS)
        yield Figure(name="looking the number up for the queue", value=kept, unit="ms")
