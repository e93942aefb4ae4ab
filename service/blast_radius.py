"""The blast radius: how much a policy may change at once before a second person has to say so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self

from knowledge.ledger import Ledger
from knowledge.recorded_decisions import MADE
from ontology.events import Event
from ontology.identity import ThingId
from service.acts import ACTED
from service.settings import Settings

BACKTESTED: Final = "policy.backtested"
OVERRIDE: Final = "override"
LEAST_SPAN: Final = timedelta(days=28)
"""A backtest that is to count looks back at least so far, or at all there is."""

SHARES: Final = ("changed", "raised", "lowered")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The most that may change: shares of the decisions, and pages more of one team in a shift.

    Below `least` recorded decisions nothing is asked; a backtest older than `days` is none.
    """

    least: int
    days: int
    changed: float
    raised: float
    lowered: float
    pages: float

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As a home is set."""
        return cls(
            least=settings.backtest_least,
            days=settings.backtest_days,
            changed=settings.backtest_most_changed,
            raised=settings.backtest_most_raised,
            lowered=settings.backtest_most_lowered,
            pages=settings.backtest_most_pages,
        )

    def exceeded(self, figures: Mapping[str, Any]) -> Iterator[str]:
        """In which way the figures of a backtest are over the limit.

        A decision of which nobody can tell counts as one that changes.
        """
        told = figures["compared"] + figures["undetermined"]
        unsure = {"changed": figures["undetermined"]}
        for name in SHARES:
            share = (figures[name] + unsure.get(name, 0)) / told if told else 0.0
            most = getattr(self, name)
            if share > most:
                yield f"{share:.1%} of {told} decisions are {name}; {most:.1%} is the most"
        for team, pages in sorted(figures["pages"].items()):
            if pages > self.pages:
                yield f"{team} gets {pages:.2f} pages more a shift; {self.pages:g} is the most"


def objections(
    ledger: Ledger, limit: Limit, digest: str, proposal: ThingId, at: datetime
) -> tuple[str, ...]:
    """Why a policy must not be activated yet; nothing where a second person overrode it since."""
    if ledger.count(MADE, limit.least) < limit.least:
        return ()
    last = next(iter(ledger.newest(types=(BACKTESTED,), subject=tried(digest), limit=1)), None)
    why = (*_why(last, limit, digest, at),)
    overridden = why and _overridden(ledger, proposal, 0 if last is None else last.sequence)
    return () if overridden else why


def _why(last: Event | None, limit: Limit, digest: str, at: datetime) -> Iterator[str]:
    run = f"run: attune policy backtest {digest[:12]}"
    if last is None:
        yield f"nobody has seen what it would have decided; {run}"
    elif at - last.occurred_at > timedelta(days=limit.days):
        yield f"its backtest of {last.occurred_at:%F} is older than {limit.days} days; {run}"
    else:
        cure = "change less, or let a second person override it with a reason (act override)"
        yield from (f"{words}; {cure}" for words in limit.exceeded(last.data))


def _overridden(ledger: Ledger, proposal: ThingId, after: int) -> bool:
    """Whether somebody said after its backtest that it may be activated all the same."""
    acts = ledger.read(after, types=(ACTED,), subject=proposal)
    return any(event.data.get("act") == OVERRIDE for event in acts)


def tried(digest: str) -> ThingId:
    """What a recorded backtest is about."""
    return ThingId(f"policy/{digest}")
