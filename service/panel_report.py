"""Panels as a report: what quotas aimed at and met, what was voted, what became of proposals."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from knowledge.measures.estimates import Figure, Withheld
from service.panel_found import Seated, Vote
from service.reported import Cell, Report

_SAMPLE = (
    "Seats are drawn by lot among those who consented and then accept or decline, so a share is"
    " that of customers like those who sit, not of all; quotas and seats are counts, no estimates."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelsReport(Report):
    """Every panel that was asked for."""

    panels: Sequence[Seated]

    def to_json(self) -> Mapping[str, Any]:
        """All of it."""
        return {"panels": [_panel(one) for one in self.panels], "assumes": [_SAMPLE]}

    def lines(self) -> Iterable[str]:
        """A panel after the other."""
        for one in self.panels:
            yield f"{one.name} ({one.id}, {one.state}): {one.sitting} of {one.seats} seats"
            yield f"  accepted of those who answered {one.accepted.words()}"
            for stratum in one.strata:
                gap = f", {stratum.short} short" if stratum.short else ""
                yield f"  {stratum.by} {stratum.value}: {stratum.sits} of {stratum.aimed}{gap}"
            for vote in one.votes:
                yield from _said(vote)
        if not self.panels:
            yield "no panel was laid down; see `attune panels plan`"
        yield _SAMPLE

    def rows(self) -> Iterable[Sequence[Cell]]:
        """Strata and votes as a table."""
        yield ("panel", "what", "of", "name", "value", "low", "high", "n", "withheld", "aimed")
        for one in self.panels:
            yield (one.id, "accepted", "", "", *_cells(one.accepted), None)
            for s in one.strata:
                yield (one.id, "stratum", s.by, s.value, s.sits, None, None, None, None, s.aimed)
            for vote in one.votes:
                yield (one.id, "turnout", vote.id, "", *_cells(vote.turnout), None)
                for option, share in vote.shares.items():
                    yield (one.id, "vote", vote.id, option, *_cells(share), None)

    def picture(self) -> str:
        """Strata aimed at and met, and votes with their intervals."""
        from service.panel_picture import drawn  # noqa: PLC0415 - light start

        return drawn(self.panels)


def _panel(one: Seated) -> dict[str, Any]:
    return {
        "panel": one.id,
        "name": one.name,
        "state": one.state,
        "seats": one.seats,
        "sitting": one.sitting,
        "accepted": one.accepted.to_json(),
        "strata": [
            {"by": s.by, "value": s.value, "aimed": s.aimed, "sits": s.sits, "short": s.short}
            for s in one.strata
        ],
        "votes": [
            {
                "vote": vote.id,
                "question": vote.question,
                "on": vote.on,
                "state": vote.state,
                "turnout": vote.turnout.to_json(),
                "quorate": vote.quorate,
                "decided": vote.decided,
                "shares": {option: share.to_json() for option, share in vote.shares.items()},
                "proposals": dict(vote.became),
            }
            for vote in one.votes
        ],
    }


def _said(vote: Vote) -> Iterator[str]:
    ended = f"decided {vote.decided}" if vote.decided else "nothing decided"
    stands = ended if vote.shares else vote.state
    yield f"  {vote.question} ({vote.on}): {stands}; turnout {vote.turnout.words()}"
    for option, share in vote.shares.items():
        yield f"    {option}: {share.words()}"
    for proposal, state in vote.became.items():
        yield f"    laid before {proposal}, which is {state}"


def _cells(figure: Figure) -> tuple[Cell, ...]:
    if isinstance(figure, Withheld):
        return (None, None, None, figure.n, figure.reason)
    return (figure.value, figure.low, figure.high, figure.n, None)
