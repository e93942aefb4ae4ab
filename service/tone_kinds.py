"""The report on tone: what it takes, and how it is worked out where it is asked for."""

from datetime import date
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from service.bodies import Model
from service.problems import Fault, unprocessable
from service.recorded_history import Progress
from service.reported import Report
from service.world import World


class ToneIn(Model):
    """Which month is audited, or from which day on and before which; `against`: since when before.

    Without `against` it is the 91 days before. `of`: replies that were posted elsewhere, messages
    that went out from here, or both.
    """

    model_config = ConfigDict(json_schema_extra={"example": {"month": "2026-10"}})

    month: Annotated[str, Field(max_length=10)] | None = None
    since: Annotated[str, Field(max_length=10)] | None = None
    until: Annotated[str, Field(max_length=10)] | None = None
    against: date | None = None
    of: Literal["replies", "messages", "both"] = "both"


def tone(world: World, body: ToneIn, progress: Progress) -> Report:
    """How alike we speak, whether it drifted, how like our own wordings it is."""
    from service.tone import Asked, audited, before  # noqa: PLC0415 - light start

    since, until = asked_time(world, body.month, body.since, body.until)
    against = body.against or before(since)
    if not against < since < until:
        words = f"from {since} to {until} against {against} is no time; name earlier, then later"
        raise unprocessable([Fault(pointer="/against", detail=words, example="2026-07-01")])
    of = sources(body.of)
    return audited(world, Asked(since=since, until=until, against=against, of=of), progress)


def asked_time(
    world: World, month: str | None, since: str | None, until: str | None
) -> tuple[date, date]:
    """The days that are asked about; the last month where nothing is said.

    Raises:
        ProblemError: they are none.
    """
    from service.fairness import FairnessInvalid, period  # noqa: PLC0415 - light start

    try:
        first, end = period(world.clock.now().date(), month, since, until)
    except FairnessInvalid as error:
        fault = Fault(pointer="", detail=str(error), example={"month": "2026-10"})
        raise unprocessable([fault]) from error
    if first >= end:
        words = f"from {first} to {end} is no time; name a later day as its end"
        raise unprocessable([Fault(pointer="/until", detail=words, example="2026-11-01")])
    return first, end


def sources(of: str) -> tuple[str, ...]:
    """The sources that a word names: one of them, or both."""
    from service.tone_texts import SOURCES  # noqa: PLC0415 - light start

    return SOURCES if of == "both" else (of,)
