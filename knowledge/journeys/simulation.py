"""Made-up journeys of known risk: the chain that the intervals are measured on."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from knowledge.journeys.counts import ENDS, Floats
from knowledge.journeys.steps import Ints, Outcome, Steps, scrambled

HOUR: Final = 3_600_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Where journeys start, where they go on to (touchpoints, then `ENDS`), where they get hurt.

    `moves` has a row a touchpoint that sums to 1; `harm` is the probability at each visit.
    """

    start: Floats
    moves: Floats
    harm: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What is true of each touchpoint of a chain."""

    reach: Floats
    harm: Floats
    downstream: Floats


def drawn(chance: np.random.Generator, touchpoints: int, leads_to: int | None = None) -> Chain:
    """A chain in which each touchpoint leads to `leads_to` others (or all) and to every end."""
    inner = chance.dirichlet(np.full(touchpoints, 0.5), touchpoints) * 0.7
    if leads_to is not None:
        least = np.sort(inner, axis=1)[:, -leads_to, None]
        inner = np.where(inner >= least, inner, 0)
        inner *= 0.7 / inner.sum(axis=1, keepdims=True)
    ends = chance.dirichlet((6, 1, 1), touchpoints) * 0.3
    return Chain(
        start=chance.dirichlet(np.ones(touchpoints)),
        moves=np.hstack((inner, ends)),
        harm=chance.uniform(0.05, 0.5, touchpoints),
    )


def simulate(chance: np.random.Generator, chain: Chain, journeys: int) -> Steps:
    """Journeys of a chain, an hour a step, each to its end."""
    size = len(chain.start)
    names = scrambled(np.arange(journeys, dtype=np.uint64))
    at = _next(chance, np.tile(chain.start, (journeys, 1)))
    under_way = np.arange(journeys)
    parts, hour = [], 0
    while len(under_way):
        to = _next(chance, chain.moves[at])
        ended = to >= size
        parts.append(
            Steps(
                journey=names[under_way],
                touchpoint=at,
                at=np.full(len(at), hour * HOUR),
                outcome=np.where(ended, to - size + Outcome.RESOLVED, 0).astype(np.int8),
                harm=(chance.random(len(at)) < chain.harm[at]).astype(np.int8),
                sentiment=np.full(len(at), np.nan, np.float32),
            )
        )
        under_way, at, hour = under_way[~ended], to[~ended], hour + 1
    return Steps.joined(parts)


def truth(chain: Chain) -> Truth:
    """What is true of a chain, from its fundamental matrix N.

    Of a journey that passes a touchpoint, 1 - 1/N_ii is the probability to come again after each
    visit; so the number of visits is geometric, and harm may be done at each.
    """
    size = len(chain.start)
    fundamental = np.linalg.inv(np.eye(size) - chain.moves[:, :size])
    once = np.diag(fundamental)
    again = 1 - 1 / once
    spared = (1 - chain.harm) * (1 - again) / (1 - again * (1 - chain.harm))
    ends = fundamental @ chain.moves[:, size:]
    return Truth(
        reach=chain.start @ fundamental / once,
        harm=1 - spared,
        downstream=ends[:, ENDS.index("churn")] + ends[:, ENDS.index("complaint")],
    )


def _next(chance: np.random.Generator, shares: Floats) -> Ints:
    """One place a row, by the row's shares."""
    below = np.cumsum(shares, axis=1)
    drawn_at = chance.random((len(shares), 1)) * below[:, -1:]
    return np.asarray((drawn_at >= below).sum(axis=1), np.int64)
