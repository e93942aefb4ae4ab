"""What a campaign changed: whoever it was meant for, less whoever was left alone to compare."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from knowledge.measures.estimates import Figure, Withheld
from ontology.identity import ThingId
from service.campaign_found import Effect, Grouped
from service.campaign_rows import CONTROL, TREATED
from service.reported import Cell, Report

_ASSUMED: Final = (
    "Who was left alone was drawn by lot and sealed before the start, so the difference is an"
    " effect of the campaign, as far as nobody's outcome depends on whether others were in it."
    " People count in the arm to which they were drawn, whether they got anything or not"
    " (intention to treat). For each person reached, it is taken for granted that the others of"
    " that arm were not changed (Bloom 1984)."
)
_DROPOUT: Final = (
    "Only people with an outcome count; where the arms answer in different shares, the difference"
    " may come from who answers."
)

_LOOKS: Final = (
    "Of groups a difference stands if no more than 5 % of those that stand are false, all outcomes"
    " and groups looked at together (q, Benjamini and Hochberg 1995); the intervals are each for"
    " itself. People are in the segment and region in which they were when lots were drawn."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignReport(Report):
    """What a campaign changed, outcome by outcome."""

    campaign: ThingId
    name: str
    arms: Mapping[str, int]
    reached: int
    since: datetime
    until: datetime
    effects: Sequence[Effect]
    groups: Sequence[Grouped] = ()

    def to_json(self) -> Mapping[str, Any]:
        """All of it."""
        return {
            "campaign": self.campaign,
            "name": self.name,
            "arms": dict(self.arms),
            "reached": self.reached,
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "effects": [
                {
                    "outcome": one.outcome,
                    "treated": one.treated.to_json(),
                    "control": one.control.to_json(),
                    "known": {TREATED: one.known[0], CONTROL: one.known[1]},
                    "difference": one.difference.to_json(),
                    "for_each_reached": one.each.to_json(),
                }
                for one in self.effects
            ],
            "groups": [
                {
                    "outcome": one.outcome,
                    "by": one.by,
                    "differ_p": one.differ,
                    "items": [
                        {
                            "group": each.group,
                            "difference": each.difference.to_json(),
                            "q": each.q,
                            "stands": each.stands,
                        }
                        for each in one.found
                    ],
                }
                for one in self.groups
            ],
            "assumes": [_ASSUMED, _DROPOUT, *([_LOOKS] if self.groups else [])],
        }

    def lines(self) -> Iterable[str]:
        """A few lines an outcome, then what is taken for granted."""
        arms = ", ".join(f"{many} {name}" for name, many in self.arms.items())
        yield f"{self.campaign} ({self.name}): {arms}; {self.reached} were reached"
        for one in self.effects:
            yield f"{one.outcome}: treated less control {one.difference.words(3)}"
            yield f"  treated {one.treated.words(3)}; control {one.control.words(3)}"
            yield f"  for each person reached {one.each.words(3)}"
            known = f"{one.known[0]} of {self.arms.get(TREATED, 0)}"
            yield f"  an outcome is known of {known} treated, {one.known[1]} of control"
        yield from self._of_groups()
        yield _ASSUMED
        yield _DROPOUT
        if self.groups:
            yield _LOOKS

    def _of_groups(self) -> Iterator[str]:
        for one in self.groups:
            told = "" if one.differ is None else f" (all alike: p = {one.differ:.3f})"
            yield f"{one.outcome} by {one.by}{told}:"
            for each in one.found:
                q = "" if each.q is None else f", q = {each.q:.3f}"
                stands = ", stands" if each.stands else ""
                yield f"  {each.group}: {each.difference.words(3)}{q}{stands}"

    def rows(self) -> Iterable[Sequence[Cell]]:
        """The same as a table."""
        yield ("outcome", "group", "figure", "value", "low", "high", "n", "withheld", "q")
        for one in self.effects:
            for name, figure in (
                ("treated", one.treated),
                ("control", one.control),
                ("difference", one.difference),
                ("for each reached", one.each),
            ):
                yield (one.outcome, "all", name, *_cells(figure), None)
        for row in self.groups:
            for each in row.found:
                yield (row.outcome, each.group, "difference", *_cells(each.difference), each.q)

    def picture(self) -> str:
        """Differences with their intervals, over all and by group."""
        from service.campaign_picture import drawn  # noqa: PLC0415 - light start

        return drawn(self.name, self.effects, self.groups)


def _cells(figure: Figure) -> tuple[Cell, ...]:
    if isinstance(figure, Withheld):
        return (None, None, None, figure.n, figure.reason)
    return (figure.value, figure.low, figure.high, figure.n, None)
