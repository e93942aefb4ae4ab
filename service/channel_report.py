"""The report on channels: as JSON, as lines for people, as rows, as a picture."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from knowledge.measures.estimates import Estimate, Figure, Withheld, reasons
from knowledge.measures.reached import Bounds
from ontology.identity import ThingId
from service.channel_found import Channel
from service.channel_gaps import Gap
from service.channel_people import People
from service.channel_picture import drawn
from service.channel_said import Said
from service.reported import Cell, Report

ASSUMPTIONS: Final = (
    "Reach of several channels is not added up: the same people may be in each.",
    "What followed a message is association: nothing was assigned at random.",
    "People are those who posted, as far as feeds tell authors apart; who is silent is not seen.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelsReport(Report):
    """How the channels of an incident did, and who was left out."""

    incident: ThingId
    name: str
    at: datetime
    channels: Sequence[Channel]
    said: Sequence[Said]
    tones: Mapping[ThingId, float]
    spoken: Sequence[People]
    reach: Bounds | Withheld
    gaps: Sequence[Gap]
    missing: Sequence[str]

    def to_json(self) -> Mapping[str, Any]:
        """All of it, message by message."""
        return {
            "incident": self.incident,
            "name": self.name,
            "at": self.at.isoformat(),
            "reach_together": self.reach.to_json(),
            "channels": [one.to_json() for one in self.channels],
            "messages": [self._message(one) for one in self.said],
            "audiences": [
                {
                    "region": one.region,
                    "language": one.language,
                    "people": one.people.to_json(),
                    "posts": one.posts,
                }
                for one in self.spoken
            ],
            "gaps": [
                {
                    "what": one.what,
                    "region": one.region,
                    "language": one.language,
                    "people": one.people.to_json(),
                    "detail": one.detail,
                }
                for one in self.gaps
            ],
            "missing": list(self.missing),
            "assumptions": list(ASSUMPTIONS),
        }

    def lines(self) -> Iterator[str]:
        """What people read."""
        yield f"{self.name}: {len(self.said)} messages on {len(self.channels)} channels"
        yield f"reach together: {self.reach.words()}"
        for one in self.channels:
            media = f" ({', '.join(one.media)})" if one.media else ""
            yield from ("", f"{one.name}{media}: {one.messages} messages")
            yield f"  reach: {one.reach.words()}"
            for name, figure in one.figures.items():
                if isinstance(figure, Estimate):
                    yield f"  {name}: {figure.words(2)}"
            yield from (f"  withheld: {reason}" for reason in _withheld(one))
            for cost in one.costs:
                yield f"  cost: {cost.amount:,.2f} {cost.currency} (n = {cost.n})"
        yield from ("", "gaps, those of most people first:" if self.gaps else "no gaps were found")
        for gap in self.gaps:
            where = f"{gap.region}, {gap.language}"
            yield f"  {where}: {gap.what}; {gap.detail}; people {gap.people.words(0)}"
        yield from ("", *(f"not known: {one}" for one in self.missing))
        yield from ASSUMPTIONS

    def rows(self) -> Iterator[Sequence[Cell]]:
        """A line a figure, then a line a gap."""
        yield ("part", "channel", "language", "region", "figure", *_ENDS)
        yield ("together", None, None, None, "reach", *_bounds(self.reach))
        for one in self.channels:
            where = (one.channel, one.language, one.region)
            yield ("channel", *where, "reach", *_bounds(one.reach))
            for name, figure in one.figures.items():
                yield ("channel", *where, name, *_cells(figure))
            for cost in one.costs:
                amount = (cost.amount, None, None, cost.n, None)
                yield ("channel", *where, f"cost {cost.currency}", *amount)
        for gap in self.gaps:
            yield ("gap", None, gap.language, gap.region, gap.what, *_cells(gap.people))

    def picture(self) -> str | None:
        """Reach, steps and gaps, a panel each."""
        return drawn(self.name, self.channels, self.said, self.gaps, ASSUMPTIONS)

    def _message(self, one: Said) -> Mapping[str, Any]:
        return {
            "message": one.id,
            "channel": one.channel,
            "language": one.language,
            "region": one.region,
            "audience": one.audience,
            "at": {step: moment.isoformat() for step, moment in one.at.items()},
            "empathy": self.tones.get(one.id),
        }


def _withheld(one: Channel) -> Iterator[str]:
    """Each reason once; where nothing went out that alone is the reason for most."""
    if one.messages:
        yield from reasons(one.figures.items())
        return
    yield "minutes of each step, empathy, sentiment after: attune published no message there"
    if isinstance(one.clicks, Withheld):
        yield f"clicks of impressions: {one.clicks.reason}"


_ENDS: Final = ("value", "low", "high", "n", "withheld")


def _bounds(reach: Bounds | Withheld) -> Sequence[Cell]:
    if isinstance(reach, Withheld):
        return _cells(reach)
    return (None, reach.low, reach.high, reach.n, None)


def _cells(figure: Figure) -> Sequence[Cell]:
    if isinstance(figure, Estimate):
        return (figure.value, figure.low, figure.high, figure.n, None)
    return (None, None, None, figure.n, figure.reason)
