"""Pairs of accounts and customers worth comparing; memory grows with the accounts only."""

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from knowledge.linkage.names import Named, keys
from knowledge.linkage.scoring import score
from ontology.identity import ThingId

MOST_UNDER_A_KEY: Final = 300
"""Customers that one account is compared with under one key; a key of more says too little."""

MOST_FOR_ONE: Final = 3
"""Customers that are suggested for one account; an account with more namesakes gets none."""

NEAR: Final = 5.0
"""Points behind the best customer from which on another one is no longer put beside it."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Pair:
    """An account and a customer that are called alike; the best come last."""

    points: float
    account: ThingId
    customer: ThingId
    by: str


@dataclass(slots=True, kw_only=True)
class Search:
    """What a search found, and what it cost: comparisons, and crowded keys that were dropped.

    `namesakes` counts the accounts with so many customers of that name that nobody could tell.
    """

    compared: int = 0
    left_out: int = 0
    customers: int = 0
    namesakes: int = 0
    best: dict[ThingId, list[Pair]] = field(default_factory=dict)

    def pairs(self) -> list[Pair]:
        """The pairs worth judging, the best first."""
        return sorted((one for several in self.best.values() for one in several), reverse=True)

    def settle(self) -> None:
        """Keep of each account the customers near its best; of too many namesakes none."""
        for account, several in [*self.best.items()]:
            near = [one for one in several if one.points >= max(several).points - NEAR]
            self.best[account] = near
            if len(near) > MOST_FOR_ONE:
                self.namesakes += 1
                del self.best[account]


def search(
    accounts: Mapping[ThingId, Named],
    customers: Iterable[tuple[ThingId, Named]],
    *,
    least: float,
) -> Search:
    """The best customers of each account from `least` points on; customers are read once.

    The work grows with accounts plus customers: every account is compared with at most
    `MOST_UNDER_A_KEY` customers under each of its keys.
    """
    places: dict[str, dict[ThingId, int]] = {}
    for account, named in accounts.items():
        for key in dict.fromkeys(keys(named)):
            places.setdefault(key, {})[account] = 0
    found = Search()
    for customer, named in customers:
        found.customers += 1
        for account in _met(places, named, found):
            _compare(found, account, accounts[account], customer, named, least)
    found.settle()
    return found


def _met(places: dict[str, dict[ThingId, int]], named: Named, found: Search) -> set[ThingId]:
    """The accounts that share a key with a customer; a crowded key of an account is dropped."""
    met: set[ThingId] = set()
    for key in dict.fromkeys(keys(named)):
        there = places.get(key)
        if there is None:
            continue
        for account in there:
            there[account] += 1
        met.update(there)
        crowded = [account for account, times in there.items() if times >= MOST_UNDER_A_KEY]
        for account in crowded:
            del there[account]
        found.left_out += len(crowded)
        if not there:
            del places[key]
    return met


def _compare(
    found: Search,
    account: ThingId,
    mine: Named,
    customer: ThingId,
    theirs: Named,
    least: float,
) -> None:
    found.compared += 1
    points, by = score(mine, theirs)
    if points < least:
        return
    pair = Pair(points=round(points, 1), account=account, customer=customer, by=by)
    best = found.best.setdefault(account, [])
    if len(best) <= MOST_FOR_ONE:  # one more than is suggested, to know of namesakes
        heapq.heappush(best, pair)
    else:
        heapq.heappushpop(best, pair)
