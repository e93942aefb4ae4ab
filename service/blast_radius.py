"""The blast radius: how much a policy may change at once before a second person has to say so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Self

from knowledge.ledger import Ledger
from knowledge.recorded_decisions import MADE
from ontology.events import Draft, Event
from ontology.identity import ThingId
from ontology.lifecycle import ATTUNE
from service.acts import ACTED
from service.settings import Settings

if TYPE_CHECKING:
    from service.backtest import Backtest
    from service.world import World

BACKTESTED: Final = "policy.backtested"
OVERRIDE: Final = "override"
LEAST_SPAN: Final = timedelta(days=28)
"""A backtest that is to count looks back at least so far, or at all there is."""

_SHARES: Final = ("changed", "raised", "lowered")


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
        for name in _SHARES:
            share = (figures[name] + unsure.get(name, 0)) / told if told else 0.0
            most = getattr(self, name)
            if share > most:
                yield f"{share:.1%} of {told} decisions are {name}; {most:.1%} is the most"
        for team, pages in sorted(figures["pages"].items()):
            if pages > self.pages:
                yield f"{team} gets {pages:.2f} pages more a shift; {self.pages:g} is the most"


def figures(found: "Backtest") -> dict[str, Any]:
    """What of a backtest the limit is held against: counts, and pages more a shift by team."""
    from service.backtest_report import added, paged, paged_in_windows  # noqa: PLC0415 - it reads us

    sources = [paged(found), paged_in_windows(found)]
    pages = {
        team: max(added(source.get(team, {})) for source in sources)
        for team in {team for source in sources for team in source}
    }
    names = ("decisions", "compared", "undetermined", *_SHARES)
    counts = {name: found.tally.counts.get(name, 0) for name in names}
    return {**counts, "pages": {team: round(more, 3) for team, more in sorted(pages.items())}}


def recorded(world: "World", found: "Backtest") -> Event | None:
    """Record a backtest, so that its policy can be activated; None where it does not count.

    One counts that holds against what was recorded, up to now, over four weeks or all there is.
    """
    asked = found.asked
    whole = asked.since is None or asked.since <= found.at - LEAST_SPAN
    if asked.against is not None or asked.until is not None or not whole:
        return None
    draft = Draft(
        id=world.ids("event"),
        type=BACKTESTED,
        subject=_policy(asked.policy.digest),
        actor=ATTUNE,
        occurred_at=found.at,
        data={"digest": asked.policy.digest, "head": found.head, **figures(found)},
        governed=False,
    )
    return world.ledger.append([draft])[0]


def objections(
    ledger: Ledger, limit: Limit, digest: str, proposal: ThingId, at: datetime
) -> tuple[str, ...]:
    """Why a policy must not be activated yet; nothing where a second person overrode it since."""
    if ledger.count(MADE, limit.least) < limit.least:
        return ()
    last = next(iter(ledger.newest(types=(BACKTESTED,), subject=_policy(digest), limit=1)), None)
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


def _policy(digest: str) -> ThingId:
    return ThingId(f"policy/{digest}")
