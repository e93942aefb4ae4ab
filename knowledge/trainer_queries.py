"""Questions that trainers might ask of the sample cases, graded twice by the authors."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from itertools import product
from typing import Final

from knowledge.agreement import Kappa, kappa

GRADES: Final = 3
NOTHING: Final = "nothing"
OTHER_LANGUAGE: Final = "other language"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainerQuery:
    """A question, of which kind it is, and the grades (1, 2) of the cases that answer it."""

    text: str
    kind: str
    first: Mapping[str, int]
    second: Mapping[str, int]
    stands: Mapping[str, int]


def trainer_queries() -> tuple[TrainerQuery, ...]:
    """All questions; cases go by the part of their id after `precedent/`."""
    path = files("knowledge").joinpath("labels", "trainer-queries.csv")
    return tuple(
        TrainerQuery(
            text=row["query"],
            kind=row["kind"],
            first=_grades(row["first"]),
            second=_grades(row["second"]),
            stands=_grades(row["stands"]),
        )
        for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    )


def agreement(queries: tuple[TrainerQuery, ...], cases: tuple[str, ...]) -> Kappa | None:
    """Kappa of the two passes over every question and case, grades as steps (linear weights)."""
    table = [[0] * GRADES for _ in range(GRADES)]
    for query, case in product(queries, cases):
        table[query.first.get(case, 0)][query.second.get(case, 0)] += 1
    return kappa(table, graded=True)


def _grades(said: str) -> dict[str, int]:
    return dict(_pairs(said)) if said else {}


def _pairs(said: str) -> Iterator[tuple[str, int]]:
    for one in said.split(";"):
        case, _, grade = one.partition("=")
        yield case, int(grade)
