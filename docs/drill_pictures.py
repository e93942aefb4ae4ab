"""The picture of the page on drills: six made runs of one team, drawn by the product."""

from datetime import UTC, datetime, timedelta
from typing import Final

from knowledge.measures.drill_runs import mean_of_runs
from ontology.events import Json
from service.drill_picture import pictured, took

_FIRST: Final = datetime(2026, 1, 20, 9, tzinfo=UTC)
_ALLOWED: Final = {"detect": 10, "decide": 20, "approve": 25, "publish": 50, "care": 15}
_MINUTES: Final = (
    (14, 31, 40, 64, None),
    (9, 26, 31, 57, 22),
    (7, 22, None, 48, 14),
    (8, 17, 24, 51, 12),
    (5, 18, 20, 39, 16),
    (4, 13, 22, 41, 9),
)


def drills_picture() -> str:
    """Two quarters with three runs each; who leads the team now knows what to practise."""
    scores = [_score(number, row) for number, row in enumerate(_MINUTES)]
    acts = [
        one
        for number, score in enumerate(scores)
        for one in took(score, _FIRST + timedelta(days=30 * number))
    ]
    shares = [
        (f"crisis-office 2026-Q{quarter + 1}", mean_of_runs(_kept(quarter), low=0.0, high=1.0))
        for quarter in range(2)
    ]
    return pictured(acts, shares, ["Made runs, to show the picture; nobody took part in them."])


def _score(number: int, row: tuple[int | None, ...]) -> dict[str, Json]:
    acts: list[Json] = [
        {
            "id": phase,
            "phase": phase,
            "within": f"PT{allowed}M",
            "minutes": minutes,
            "outcome": "missing" if minutes is None else "met" if minutes <= allowed else "late",
        }
        for (phase, allowed), minutes in zip(_ALLOWED.items(), row, strict=True)
    ]
    return {"drill": f"drill/made-{number}", "scenario": "made", "acts": acts}


def _kept(quarter: int) -> list[float]:
    rows = _MINUTES[3 * quarter : 3 * quarter + 3]
    allowed = [*_ALLOWED.values()]
    return [
        sum(took is not None and took <= most for took, most in zip(row, allowed, strict=True))
        / len(allowed)
        for row in rows
    ]
