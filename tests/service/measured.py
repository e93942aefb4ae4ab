"""Made-up measurements in a world: people of known truth as rows of the store."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import numpy as np

from knowledge.measures.observation_files import Load
from knowledge.measures.observation_kinds import KINDS
from knowledge.measures.observation_rows import Row
from ontology.identity import ThingId
from service.observing import store
from service.world import World
from tests.knowledge.measures.populations import Made, people

BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)
NUMBERS = count(1)


def keep(world: World, kind: str, rows: Sequence[Mapping[str, Any]]) -> None:
    load = Load(actor=ThingId("person/ada"), at=BEGIN, id=lambda of: f"{of}/made-{next(NUMBERS)}")
    numbered = [Row(number=n, values=row) for n, row in enumerate(rows, 1)]
    taken = store(world).commit(KINDS[kind], [numbered], load)
    assert taken.new == len(rows), taken


def who(number: int) -> ThingId:
    return ThingId(f"customer/made-{number}")


def days(number: float) -> timedelta:
    return timedelta(days=float(number))


def keep_people(world: World, many: int = 700, seed: int = 3) -> Made:
    """People who got answers, some personal, and stayed or left: the truth is e^-0.7."""
    made = people(many, np.random.default_rng(seed))
    moods = made.columns["mood"]
    tenure = 800 + 100 * made.columns["use"]
    keep(
        world,
        "response",
        [
            {"subject": who(n), "at": BEGIN, "personalised": float(made.exposed[n])}
            for n in range(many)
        ],
    )
    keep(
        world,
        "relationship",
        [
            {
                "subject": who(n),
                "since": BEGIN - days(tenure[n]),
                "until": BEGIN + days(made.until[n]) if made.left[n] else None,
                "observed_until": BEGIN + days(made.followed[n]),
                "segment": f"segment/{moods[n]}",
                "churned": bool(made.left[n]),
            }
            for n in range(many)
        ],
    )
    return made
