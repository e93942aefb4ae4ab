"""Planning a campaign: who is left alone, who is offered what, on which day; then it is sealed."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from knowledge.measures.trials import TooFew, left_alone, power, share_needed
from ontology.identity import ThingId
from ontology.record_values import RecordInvalid
from service.campaign_bodies import FEATURES, CampaignIn
from service.campaign_contacts import often as counted_contacts
from service.campaign_offering import NOWHERE, offered
from service.campaign_offers import Offer, read_offers
from service.campaign_people import Someone, affected, counted
from service.campaign_rows import CONTROL, EXEMPT, GROUPS, TREATED, Row
from service.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Who is in and what each gets; `content` is what people read before they approve."""

    content: Mapping[str, Any]
    rows: tuple[Row, ...]


def plan(world: World, said: CampaignIn, thing: ThingId) -> Plan:
    """Work a campaign out as things stand.

    Raises:
        RecordInvalid: offers can't be read, nobody is affected, or limits can't be kept together.
    """
    offers = read_offers(said.offers)
    people = [*affected(world, said.affected, said.exempt)]
    if not people:
        words = "names nobody who is known to be affected; see `attune incidents show`"
        raise RecordInvalid({"/affected": words})
    contacted = counted_contacts(world, said.within)
    inside = [one for one in people if _reason(one, offers, contacted, said) is None]
    out = {one.id: _reason(one, offers, contacted, said) for one in people}
    seed = world.keys.mac("campaign", [thing])
    strata = _strata(inside, said)
    share = _share(said, sum(map(len, strata.values())))
    alone = left_alone(seed, strata, share)
    others = [one for one in inside if one.id not in alone]
    given, figures = offered(others, offers, said, seed)
    stratum = {name: key for key, names in strata.items() for name in names}
    places = [[*FEATURES].index(name) for name in GROUPS]
    rows = tuple(
        Row(
            customer=one.id,
            arm=CONTROL if one.id in alone else EXEMPT if one.exempt else TREATED,
            offer=given.get(one.id, (None, None))[0],
            day=given.get(one.id, (None, None))[1],
            stratum=stratum.get(one.id, EXEMPT),
            why=one.why,
            groups={
                name: _text(one.features[place])
                for name, place in zip(GROUPS, places, strict=True)
            },
        )
        for one in inside
    )
    content = {
        "said": said.model_dump(mode="json"),
        "people": {
            "affected": len(people),
            "in": len(inside),
            "out": counted(out.values()),
            "why": counted(why for one in inside for why in one.why),
        },
        "arms": dict(sorted(Counter(one.arm for one in rows).items())),
        "control": _control(said, share, sum(map(len, strata.values()))),
        "seal": hashlib.sha256(seed).hexdigest(),
        **figures,
    }
    return Plan(content=content, rows=rows)


def _reason(
    one: Someone, offers: Sequence[Offer], contacted: Mapping[str, int], said: CampaignIn
) -> str | None:
    """Why somebody is out; None for who is in."""
    barred = one.leave.barred({offer.said.purpose for offer in offers})
    often = contacted.get(one.id, 0) >= said.at_most
    return barred or ("contacted" if often else None)


def _strata(people: Sequence[Someone], said: CampaignIn) -> dict[str, list[str]]:
    """Who can be left alone, by the group that fairness names, else by segment."""
    by = said.fairness.by if said.fairness is not None else "segment"
    place = [*FEATURES].index(by)
    found: dict[str, list[str]] = {}
    for one in people:
        if one.exempt is None:
            found.setdefault(str(one.features[place] or NOWHERE), []).append(one.id)
    return found


def _share(said: CampaignIn, many: int) -> float:
    control = said.control
    if control.none_because is not None:
        return 0.0
    if control.share is not None:
        return control.share
    assert control.base is not None and control.detect is not None  # noqa: S101, PT018 - the body holds
    try:
        return share_needed(many, control.base, control.detect, control.power)
    except TooFew as error:
        words = f"{error}; name a larger difference, or a share, or say none_because"
        raise RecordInvalid({"/control": words}) from error


def _control(said: CampaignIn, share: float, many: int) -> dict[str, Any]:
    """How the size of the control group came about, and what it can show."""
    control = said.control
    found: dict[str, Any] = {"share": round(share, 6)}
    if control.none_because is not None:
        return found | {"none_because": control.none_because}
    if control.base is not None and control.detect is not None:
        found |= {
            "base": control.base,
            "detect": control.detect,
            "power": round(power(share, many, control.base, control.detect), 4),
        }
    return found


def _text(value: str | float | None) -> str | None:
    return None if value is None else str(value)
