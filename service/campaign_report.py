"""What a campaign changed: whoever it was meant for, less whoever was left alone to compare."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import fmean
from typing import Any, Final

from knowledge.measures.estimates import Figure, Unsuited, Withheld
from knowledge.measures.trials import Arms, means_differ, per_treated, shares_differ
from ontology.identity import ThingId
from service.campaign_bodies import CampaignReportIn
from service.campaign_contacts import sent
from service.campaign_plan import CONTROL, TREATED, Row
from service.campaigns import content, planned
from service.observing import hashes, observed
from service.problems import not_found
from service.recorded_history import Progress
from service.reported import Cell, Report
from service.sealed_rows import rows
from service.world import World

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

Outcomes = dict[int, float]
"""By the hash under which measurements keep a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One outcome: what was seen in either arm, and the difference."""

    outcome: str
    treated: float | None
    control: float | None
    known: tuple[int, int]
    """How many of each arm have an outcome."""

    difference: Figure
    each: Figure
    """For each person who got something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignReport(Report):
    """What a campaign changed, outcome by outcome."""

    campaign: ThingId
    arms: Mapping[str, int]
    reached: int
    since: datetime
    until: datetime
    effects: Sequence[Effect]

    def to_json(self) -> Mapping[str, Any]:
        """All of it."""
        return {
            "campaign": self.campaign,
            "arms": dict(self.arms),
            "reached": self.reached,
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "effects": [
                {
                    "outcome": one.outcome,
                    "treated": one.treated,
                    "control": one.control,
                    "known": {TREATED: one.known[0], CONTROL: one.known[1]},
                    "difference": one.difference.to_json(),
                    "for_each_reached": one.each.to_json(),
                }
                for one in self.effects
            ],
            "assumes": [_ASSUMED, _DROPOUT],
        }

    def lines(self) -> Iterable[str]:
        """A few lines an outcome, then what is taken for granted."""
        arms = ", ".join(f"{many} {name}" for name, many in self.arms.items())
        yield f"{self.campaign}: {arms}; {self.reached} were reached"
        for one in self.effects:
            yield f"{one.outcome}: treated less control {one.difference.words(3)}"
            yield f"  for each person reached {one.each.words(3)}"
            known = f"{one.known[0]} of {self.arms.get(TREATED, 0)}"
            yield f"  an outcome is known of {known} treated, {one.known[1]} of control"
        yield _ASSUMED
        yield _DROPOUT

    def rows(self) -> Iterable[Sequence[Cell]]:
        """The same as a table."""
        yield ("outcome", "figure", "value", "low", "high", "n", "withheld")
        for one in self.effects:
            for name, figure in (("difference", one.difference), ("for each reached", one.each)):
                yield (one.outcome, name, *_cells(figure))


def _cells(figure: Figure) -> tuple[Cell, ...]:
    if isinstance(figure, Withheld):
        return (None, None, None, figure.n, figure.reason)
    return (figure.value, figure.low, figure.high, figure.n, None)


def campaign(world: World, body: CampaignReportIn, progress: Progress) -> Report:
    """What a campaign changed, from its start until it was to be looked at, or now.

    Raises:
        ProblemError: there is no such campaign (404).
        Unsuited: nobody was left alone to compare with, or nothing went out yet.
    """
    thing = ThingId(body.campaign)
    found = content(world, thing)
    if not found:
        raise not_found("campaign", body.campaign[:140], "campaign/01jd3v5k8xq2m4n6p8r0t2w4y6")
    people = planned(world, thing)
    if not any(one.arm == CONTROL for one in people):
        words = "nobody was left alone to compare with; before and after alone proves nothing"
        raise Unsuited(f"{thing}: {words}; draft the next one with control: share or detect")
    shares = [*sent(world, thing)]
    if not shares:
        raise Unsuited(f"{thing} reached nobody yet; look again once its first share went out")
    since = shares[0].occurred_at
    looked = datetime.fromisoformat(str(world.graph.get(thing, "measureAt"))).astimezone(UTC)
    until = min(world.clock.now(), looked)
    reached = {str(one[0]) for event in shares for one in rows(world, str(event.data["rows"]))}
    measures: Sequence[tuple[str, Callable[[], tuple[Outcomes, str]], bool]] = (
        ("stayed", lambda: (_stayed(world, since, until), "relationship"), True),
        ("effort (CES, 1 to 7)", lambda: (_effort(world, since, until), "survey"), False),
        ("revenue", lambda: (_revenue(world, since, until), "revenue"), False),
    )
    effects = []
    for number, (name, gather, share) in enumerate(measures):
        progress(number, len(measures))
        outcomes, kind = gather()
        effects.append(_effect(world, name, people, outcomes, kind, share=share, reached=reached))
    return CampaignReport(
        campaign=thing,
        arms=found["arms"],
        reached=len(reached),
        since=since,
        until=until,
        effects=effects,
    )


def _effect(  # noqa: PLR0913 - an outcome and those whom it is about
    world: World,
    name: str,
    people: Sequence[Row],
    outcomes: Outcomes,
    kind: str,
    *,
    share: bool,
    reached: set[str],
) -> Effect:
    marks = hashes(world, [one.customer for one in people], kind)
    values: dict[str, dict[str, list[float]]] = defaultdict(lambda: {TREATED: [], CONTROL: []})
    got = of = 0
    for one in people:
        mark = marks.get(one.customer)
        if one.arm not in {TREATED, CONTROL} or mark is None or mark not in outcomes:
            continue
        values[one.stratum][one.arm].append(outcomes[mark])
        if one.arm == TREATED:
            of += 1
            got += one.customer in reached
    strata = {
        name: Arms(treated=both[TREATED], control=both[CONTROL]) for name, both in values.items()
    }
    found = (shares_differ if share else means_differ)(strata)
    treated, control = (_all(strata.values(), arm) for arm in (TREATED, CONTROL))
    return Effect(
        outcome=name,
        treated=fmean(treated) if treated else None,
        control=fmean(control) if control else None,
        known=(len(treated), len(control)),
        difference=found,
        each=per_treated(found, got, of),
    )


def _all(strata: Iterable[Arms], arm: str) -> list[float]:
    return [value for one in strata for value in getattr(one, arm)]


def _stayed(world: World, since: datetime, until: datetime) -> Outcomes:
    """Of everybody who was with us at the start: 1 who still is at the end, 0 who went.

    Whoever was last seen before the end has no outcome.
    """
    found: Outcomes = {}
    for row in _rows(world, "relationship", None, until):
        begun, ended = row["since"], row["until"]
        if row["subject"] is None or begun > since or (ended is not None and ended <= since):
            continue
        if row["churned"] and ended is not None and ended <= until:
            found[row["subject"]] = 0.0
        elif row["observed_until"] >= until or (ended is not None and ended > until):
            found.setdefault(row["subject"], 1.0)
    return found


def _effort(world: World, since: datetime, until: datetime) -> Outcomes:
    """The mean effort score of each person who answered."""
    scores: dict[int, list[float]] = defaultdict(list)
    for row in _rows(world, "survey", since, until):
        if row["instrument"] == "ces" and row["score"] is not None:
            scores[row["subject"]].append(float(row["score"]))
    return {subject: fmean(several) for subject, several in scores.items()}


def _revenue(world: World, since: datetime, until: datetime) -> Outcomes:
    """What each person brought; whoever ever brought something and nothing since counts 0.

    Raises:
        Unsuited: it is in several currencies.
    """
    found: Outcomes = {}
    currencies = set()
    for row in _rows(world, "revenue", None, until):
        found.setdefault(row["subject"], 0.0)
        if row["at"] >= since:
            currencies.add(row["currency"])
            found[row["subject"]] += float(row["amount"])
    if len(currencies) > 1:
        several = ", ".join(sorted(map(str, currencies)))
        raise Unsuited(f"revenue is in {several}; load it in one currency")
    return found


def _rows(
    world: World, kind: str, since: datetime | None, until: datetime
) -> Iterator[dict[str, Any]]:
    for batch in observed(world, kind, since, until).to_batches():
        yield from batch.to_pylist()
