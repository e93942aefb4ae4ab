"""Offering: people who are alike form a kind, a solver says what each kind gets, lots say who."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from knowledge.measures.allocation import Allocated, Infeasible, Terms, Types, allocate
from knowledge.measures.programmes import NoAnswer
from knowledge.measures.trials import drawn
from ontology.record_values import RecordInvalid
from service.campaign_bodies import FEATURES, CampaignIn
from service.campaign_offers import Offer
from service.campaign_people import Someone

NOWHERE: Final = "none"


def offered(
    people: Sequence[Someone], offers: Sequence[Offer], said: CampaignIn, seed: bytes
) -> tuple[dict[str, tuple[str | None, int | None]], dict[str, Any]]:
    """What each gets on which day, and the figures of the allocation."""
    groups, types, kinds = _types(people, offers, said)
    allocated = _allocated(types, offers, said)
    given: dict[str, str] = {}
    order = {name: place for place, name in enumerate(drawn(seed, [one.id for one in people]))}
    for number, members in enumerate(kinds):
        waiting = iter(sorted(members, key=lambda one: order[one.id]))
        for place, many in enumerate(allocated.counts[number]):
            for _ in range(int(many)):
                given[next(waiting).id] = offers[place].id
    days = _days(people, given, said, order)
    return (
        {name: (offer, days[name]) for name, offer in given.items()},
        _figures(offers, allocated, types, groups, given, days),
    )


def _types(
    people: Sequence[Someone], offers: Sequence[Offer], said: CampaignIn
) -> tuple[list[str], Types, list[list[Someone]]]:
    """People who are alike in all that counts; each kind of features is reckoned once."""
    by = [*FEATURES].index(said.fairness.by if said.fairness is not None else "segment")
    known: dict[tuple[object, ...], tuple[float, ...]] = {}
    found: dict[tuple[object, ...], list[Someone]] = {}
    for one in people:
        key = (one.features, one.leave.purposes)
        if key not in known:
            known[key] = tuple(_worth(one, offer) for offer in offers)
        group = str(one.features[by] or NOWHERE)
        found.setdefault((group, known[key]), []).append(one)
    ordered = sorted(found, key=str)
    groups = sorted({str(group) for group, _ in ordered})
    place = {name: number for number, name in enumerate(groups)}
    types = Types(
        size=np.array([len(found[one]) for one in ordered], dtype=np.int64),
        segment=np.array([place[str(group)] for group, _ in ordered], dtype=np.int64),
        worth=np.array([values for _, values in ordered], dtype=np.float64).reshape(
            len(ordered), len(offers)
        ),
    )
    return groups, types, [found[one] for one in ordered]


def _worth(one: Someone, offer: Offer) -> float:
    if offer.said.purpose not in one.leave.purposes:
        return -1.0
    found = offer.worth(one.features)
    return -1.0 if found is None else found


def _allocated(types: Types, offers: Sequence[Offer], said: CampaignIn) -> Allocated:
    most = [np.inf if one.said.at_most is None else float(one.said.at_most) for one in offers]
    terms = Terms(
        cost=np.array([one.said.cost for one in offers], dtype=np.float64),
        most=np.array(most, dtype=np.float64),
        least=np.array([one.said.at_least for one in offers], dtype=np.float64),
        budget=said.budget,
        contacts=said.per_day * said.days if said.per_day is not None else None,
        cover=said.cover,
        within=said.fairness.within if said.fairness is not None else None,
    )
    try:
        return allocate(types, terms)
    except Infeasible as error:
        raise RecordInvalid(dict(_conflicts(error, offers))) from error
    except NoAnswer as error:
        raise RecordInvalid({"": f"the solver gave up ({error}); ask for less"}) from error


def _conflicts(error: Infeasible, offers: Sequence[Offer]) -> list[tuple[str, str]]:
    """What can't be kept together, each at its place with what would do."""
    found = []
    for name in error.rows:
        others = [_place(one, offers)[1] for one in error.rows if one != name]
        place, words = _place(name, offers)
        short = error.would_do[name]
        do = f"it would do with {short:,.2f} more" if np.isfinite(short) else "by itself no help"
        beside = f" beside {', '.join(others)}" if others else ""
        found.append((place, f"{words} can't be kept{beside}; {do}"))
    return found


_PLACES: Final = {
    "budget": ("/budget", "the budget"),
    "capacity": ("/per_day", "the contacts a day"),
    "cover": ("/cover", "the share that must get something"),
    "fairness": ("/fairness/within", "fairness between groups"),
}


def _place(name: str, offers: Sequence[Offer]) -> tuple[str, str]:
    if name in _PLACES:
        return _PLACES[name]
    what, number = name.rsplit(" ", 1)
    field = "at_most" if what.startswith("most") else "at_least"
    return f"/offers/{number}/{field}", f"{field} of {offers[int(number)].id}"


def _days(
    people: Sequence[Someone],
    given: Mapping[str, str],
    said: CampaignIn,
    order: Mapping[str, int],
) -> dict[str, int]:
    """The day of each, from 0: who has waited longest first."""
    waiting = [*FEATURES].index("days_waiting")
    served = [one for one in people if one.id in given]
    served.sort(key=lambda one: (-float(one.features[waiting] or 0), order[one.id]))
    per_day = said.per_day or max(1, len(served))
    return {one.id: place // per_day for place, one in enumerate(served)}


def _figures(
    offers: Sequence[Offer],
    allocated: Allocated,
    types: Types,
    groups: Sequence[str],
    given: Mapping[str, str],
    days: Mapping[str, int],
) -> dict[str, Any]:
    many = Counter(given.values())
    reachable = types.size * types.open.any(axis=1)
    served = allocated.counts.sum(axis=1)
    fair = [
        {
            "group": name,
            "reachable": int(reachable[types.segment == number].sum()),
            "served": int(served[types.segment == number].sum()),
        }
        for number, name in enumerate(groups)
    ]
    return {
        "offers": [
            {
                "id": one.id,
                "name": one.said.name,
                "kind": one.said.kind,
                "people": many[one.id],
                "spent": round(many[one.id] * one.said.cost, 2),
            }
            for one in offers
        ],
        "served": len(given),
        "spent": round(sum(many[one.id] * one.said.cost for one in offers), 2),
        "worth": round(allocated.worth, 2),
        "short_of_best": round(allocated.short, 6),
        "groups": fair,
        "days": [Counter(days.values())[day] for day in range(max(days.values(), default=-1) + 1)],
    }
