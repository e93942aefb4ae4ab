"""Two policies on the same facts: what differs, whom each calls, where each leaves an incident."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from ontology.decision_difference import difference
from ontology.decisions import Decision
from ontology.events import Json
from ontology.facts import Fact
from ontology.values import Value
from service.alerts import TIERS

_STANDING: Final = ("tier", "tier_age")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """The tier that an incident has reached under one policy, and since when."""

    tier: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What two decisions on the same facts have apart; the first is the active policy's."""

    tiers: tuple[str, str]
    called: tuple[tuple[str, ...], tuple[str, ...]]
    differs: Mapping[str, Json]

    @classmethod
    def of(cls, active: Decision, shadow: Decision) -> "Beside":
        """Compare them."""
        return cls(
            tiers=(active.tier, shadow.tier),
            called=(called(active), called(shadow)),
            differs=difference(active.to_json(), shadow.to_json()),
        )


def called(decision: Decision) -> tuple[str, ...]:
    """The teams that a decision calls beyond the front line: who answers, and who is notified."""
    if decision.tier == TIERS[0]:
        return ()
    teams = {decision.routes[0].team} if decision.routes else set()
    return tuple(sorted(teams | {one.team for one in decision.notifications}))


def standing(
    facts: Iterable[Fact], own: Stand | None, started: datetime, at: datetime
) -> tuple[Fact, ...]:
    """The facts as they would be, had this policy decided since a moment.

    The tier that an incident has reached follows from the policy, so each has its own; what stood
    before, and a stand-down since, hold for both.
    """
    return tuple(_stood(fact, own, started, at) for fact in facts)


def reached(facts: Iterable[Fact], own: Stand | None, at: datetime) -> tuple[Fact, ...]:
    """The facts as recorded, with the tier that looks by the active policy would have raised."""
    return tuple(
        _stood(fact, own, at, at)
        if own is not None and higher(own.tier, _recorded(fact, at))
        else fact
        for fact in facts
    )


def higher(tier: str, own: Stand | None) -> bool:
    """Whether a tier is above the one reached."""
    return TIERS.index(tier) > (TIERS.index(own.tier) if own is not None else 0)


def _stood(fact: Fact, own: Stand | None, started: datetime, at: datetime) -> Fact:
    if fact.kind != "incident":
        return fact
    known = fact.values.get("tier_age")
    since = at - known if isinstance(known, timedelta) else None
    if fact.values.get("stood_down") is True and (own is None or _after(since, own.since)):
        return fact
    if own is not None:
        age = max(timedelta(), at - own.since)
        changed: dict[str, Value] = {"tier": own.tier, "tier_age": age}
        return replace(fact, values={**fact.values, **changed, "stood_down": False})
    if since is None or since <= started:
        return fact
    kept = {name: value for name, value in fact.values.items() if name not in _STANDING}
    return replace(fact, values=kept)


def _recorded(fact: Fact, at: datetime) -> Stand | None:
    tier = fact.values.get("tier") if fact.kind == "incident" else None
    return Stand(tier=str(tier), since=at) if tier is not None else None


def _after(since: datetime | None, moment: datetime) -> bool:
    return since is None or since >= moment


def texts(teams: Sequence[str]) -> list[Json]:
    """Names as JSON."""
    return [*teams]
