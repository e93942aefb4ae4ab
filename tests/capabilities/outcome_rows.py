"""Customers of known truth, as other systems would send them: answers, staying, trust, revenue."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np

from tests.serving import Served

ONSET: Final = datetime(2025, 10, 1, 8, tzinfo=UTC)
INCIDENT: Final = "incident/2013-ny-train"
MANY: Final = 600
RATIO: Final = 0.4966
"""How soon those with personal answers leave, against their like."""

SLOWER: Final = 1.2214
"""How much longer a case takes for each point of care."""

SPAN: Final = {
    "since": (ONSET - timedelta(hours=1)).isoformat(),
    "until": (ONSET + timedelta(days=3)).isoformat(),
}
_LINES: Final = 1_000
Row = dict[str, Any]


def load(service: Served) -> None:
    """Send everything through the door; the same rows again change nothing."""
    for kind, rows in _rows().items():
        for at in range(0, len(rows), _LINES):
            body = {"system": "outcomes", "rows": rows[at : at + _LINES]}
            told = service.post(f"/v1/observations/{kind}", body, status=202)
            assert told["rejected"] == [], told["rejected"][:2]


def _rows() -> dict[str, list[Row]]:
    generator = np.random.default_rng(77)
    made: dict[str, list[Row]] = {
        kind: [] for kind in ("response", "relationship", "resolution", "survey", "revenue")
    }
    for number in range(MANY):
        _customer(number, generator, made)
    return made


def _customer(number: int, generator: np.random.Generator, made: dict[str, list[Row]]) -> None:
    who, touched = {"subject": f"c-{number}"}, number % 3 == 0
    tenure = float(generator.normal())
    personal = float(generator.random() < 1 / (1 + np.exp(-tenure)))
    hazard = np.exp(-5.2 - 0.6 * tenure - 0.7 * personal + 0.9 * touched)
    leaves, followed = float(generator.exponential(1 / hazard)), float(generator.uniform(130, 230))
    care = float(np.clip(generator.normal(3, 1.2), 0, 6))
    hours = float(np.exp(0.5 + np.log(SLOWER) * care + 0.5 * generator.normal()))
    opened = ONSET + timedelta(minutes=number)
    here = min(leaves, followed)
    case = {"case": f"case-{number}", **({"incident": INCIDENT} if touched else {})}
    made["response"].append(
        {**who, **case, "at": _at(opened), "personalised": personal, "empathy": round(care, 3)}
    )
    made["relationship"].append(
        {
            **who,
            "since": _at(ONSET - timedelta(days=900 + 200 * tenure)),
            **({"until": _at(opened + timedelta(days=leaves))} if leaves < followed else {}),
            "observed_until": _at(opened + timedelta(days=followed)),
            "churned": leaves < followed,
        }
    )
    made["resolution"].append(
        {
            **who,
            **case,
            "opened": _at(opened),
            "resolved": _at(opened + timedelta(hours=hours)),
            "first_reply": _at(opened + timedelta(hours=hours / 4)),
            "channel": ("phone", "chat")[number % 2],
        }
    )
    for month in range(-1, 4):
        days = 30 * month + 12
        if days < here:
            at = _at(opened + timedelta(days=days))
            fall = (2.5, 1.2, 0.0, 0.0)[month] * touched if month >= 0 else 0.0
            score = float(np.clip(5.2 - fall + generator.normal() / 2, 1, 7))
            made["survey"].append({**who, "at": at, "instrument": "trust", "score": score})
            made["revenue"].append({**who, "at": at, "amount": 20.0, "currency": "CHF"})


def _at(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
