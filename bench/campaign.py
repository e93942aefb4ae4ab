"""Campaigns: how long the allocation of offers to many people takes, and how near to the best."""

from collections.abc import Iterator
from time import process_time
from typing import Final

import numpy as np

from bench.measuring import Figure
from knowledge.measures.allocation import allocate
from knowledge.measures.allocation_terms import Terms, Types

PEOPLE: Final = (1_000, 10_000, 100_000)
OFFERS: Final = 10
SEGMENTS: Final = 8


def measure() -> Iterator[Figure]:
    """Made people who are all different; money in cents, contacts, one offer and fairness bind."""
    for people in PEOPLE:
        types, terms = made(people, OFFERS)
        begun = process_time()
        found = allocate(types, terms)
        name = f"{people:,} people, {OFFERS} offers"
        yield Figure(name=name, value=process_time() - begun, unit="s CPU", aim="≤ 10")
        yield Figure(
            name=f"{name}: short of the best at most",
            value=found.short * 100,
            unit="%",
            aim="≤ 0.1",
            note=f"{found.rounds} rounds",
        )


def made(people: int, offers: int) -> tuple[Types, Terms]:
    """Worths by lot, a sixth of the offers closed; money for a third of the people."""
    random = np.random.default_rng(people + offers)
    worth = np.round(random.gamma(2.0, 15.0, (people, offers)), 2)
    worth[random.random((people, offers)) < 1 / 6] = -1.0
    cost = np.round(random.uniform(0.5, 40.0, offers), 2)
    types = Types(
        size=np.ones(people, dtype=np.int64),
        segment=random.integers(0, SEGMENTS, people),
        worth=worth,
    )
    most = np.full(offers, np.inf)
    most[0] = people // 20
    terms = Terms(
        cost=cost,
        most=most,
        least=np.zeros(offers),
        budget=float(cost.mean() * people / 3),
        contacts=people * 2 // 3,
        within=0.05,
    )
    return types, terms
