"""What a campaign changed: everybody's outcome by arm, over all and in each group."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from knowledge.measures.estimates import Unsuited
from knowledge.measures.trials import Arms, arm, means_differ, per_treated, shares_differ
from knowledge.measures.uplift import by_group, differ, judged
from ontology.identity import ThingId
from service.campaign_bodies import CampaignReportIn
from service.campaign_contacts import sent
from service.campaign_found import Effect, Grouped
from service.campaign_outcomes import MEASURES, Measure, Outcomes
from service.campaign_report import CampaignReport
from service.campaign_rows import CONTROL, TREATED, Row
from service.campaigns import content, planned
from service.observing import hashes
from service.problems import not_found
from service.recorded_history import Progress
from service.reported import Report
from service.sealed_rows import rows
from service.world import World

_NONE: Final = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """Somebody whose outcome is known."""

    row: Row
    value: float


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
    known = {}
    for number, measure in enumerate(MEASURES):
        progress(number, len(MEASURES))
        known[measure] = _known(world, people, measure, measure.read(world, since, until))
    return CampaignReport(
        campaign=thing,
        name=found["said"]["name"],
        arms=found["arms"],
        reached=len(reached),
        since=since,
        until=until,
        effects=[_effect(one, several, reached) for one, several in known.items()],
        groups=_grouped(known, body.by),
    )


def _known(
    world: World, people: Sequence[Row], measure: Measure, outcomes: Outcomes
) -> list[_Known]:
    compared = [one for one in people if one.arm in {TREATED, CONTROL}]
    marks = hashes(world, [one.customer for one in compared], measure.kind)
    return [
        _Known(row=one, value=outcomes[mark])
        for one in compared
        if (mark := marks.get(one.customer)) is not None and mark in outcomes
    ]


def _effect(measure: Measure, known: Sequence[_Known], reached: set[str]) -> Effect:
    strata = _strata(known)
    found = (shares_differ if measure.share else means_differ)(strata)
    treated = [one for one in known if one.row.arm == TREATED]
    control = [one for one in known if one.row.arm == CONTROL]
    got = sum(one.row.customer in reached for one in treated)
    return Effect(
        outcome=measure.name,
        share=measure.share,
        treated=arm([one.value for one in treated], share=measure.share),
        control=arm([one.value for one in control], share=measure.share),
        known=(len(treated), len(control)),
        difference=found,
        each=per_treated(found, got, len(treated)),
    )


def _strata(known: Iterable[_Known]) -> dict[str, Arms]:
    values: dict[str, dict[str, list[float]]] = defaultdict(lambda: {TREATED: [], CONTROL: []})
    for one in known:
        values[one.row.stratum][one.row.arm].append(one.value)
    return {
        name: Arms(treated=both[TREATED], control=both[CONTROL]) for name, both in values.items()
    }


def _grouped(known: Mapping[Measure, Sequence[_Known]], by: Sequence[str]) -> list[Grouped]:
    """Every outcome by every group, each held against all the others that are looked at."""
    asked = [(measure, name) for measure in known for name in by]
    several = [
        by_group(_parted(known[measure], name), share=measure.share) for measure, name in asked
    ]
    return [
        Grouped(outcome=measure.name, by=name, found=found, differ=differ(found))
        for (measure, name), found in zip(asked, judged(several), strict=True)
    ]


def _parted(known: Iterable[_Known], by: str) -> dict[str, dict[str, Arms]]:
    parts: dict[str, list[_Known]] = defaultdict(list)
    for one in known:
        parts[one.row.groups.get(by) or _NONE].append(one)
    return {name: _strata(members) for name, members in parts.items()}
