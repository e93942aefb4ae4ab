"""How good the levels of empathy are on answers that were kept, and what attacks do to them."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from knowledge.language import empathy_labelled, empathy_reader, empathy_rows
from knowledge.language.corpora import MECHANISMS
from knowledge.language.empathy_reader import Shown
from knowledge.language.measures import Labels, macro_f1

RESAMPLES: Final = 1_000
SEED: Final = 20_261
DECIMALS: Final = 3
PADDING: Final = (
    "Our office is open on weekdays.",
    "Please keep this number at hand.",
    "The building has three floors and a lift.",
    "More information is on our website.",
    "Orders that are placed before noon leave on the same day.",
    "The bus stops in front of the main entrance.",
)
"""Neutral sentences of which none was shown while teaching."""

ATTACKS: Final[Mapping[str, Callable[[str], str]]] = {
    "a question mark added": lambda text: f"{text}?",
    "every full stop a question mark": lambda text: f"{text.rstrip('.')}.".replace(".", "?"),
    "700 characters of neutral text after": lambda text: f"{text} {' '.join(PADDING * 3)}",
    "700 characters of neutral text before": lambda text: f"{' '.join(PADDING * 3)} {text}",
    "“So sorry.” thrice after": lambda text: f"{text} So sorry. So sorry. So sorry.",
    "“so sorry, so sorry” before": lambda text: f"So sorry, so sorry, so sorry. {text}",
    "“We are truly sorry!” once": lambda text: f"{text} We are truly sorry!",
}

Figure = dict[str, float]


def evaluate(data: Path) -> dict[str, dict[str, object]]:
    """Figures by mechanism on the answers whose seekers were kept, and of each attack on them.

    Intervals are of 1,000 bootstraps that draw seekers, so that a seeker's answers stay together.
    """
    found = empathy_rows.read(data)
    rows = [one for one, kept in zip(found.rows, found.validation, strict=True) if kept]
    texts = [one.text for one in rows]
    wanted = np.asarray([one.levels for one in rows], dtype=np.int64)
    draws = _draws([one.seeker for one in rows])
    plain = _levels(empathy_reader.load().read(texts))
    figures: dict[str, dict[str, object]] = {
        name: {
            "rows": len(rows),
            "seekers": len({one.seeker for one in rows}),
            "macro_f1": _bounded(macro_f1, wanted[:, at], plain[:, at], draws),
            "shares": [round(float(one), DECIMALS) for one in _shares(wanted[:, at])],
        }
        for at, name in enumerate(MECHANISMS)
    }
    for attack, change in ATTACKS.items():
        moved = _levels(empathy_reader.load().read([change(text) for text in texts]))
        for at, name in enumerate(MECHANISMS):
            figures[name][attack] = {
                "macro_f1": _bounded(macro_f1, wanted[:, at], moved[:, at], draws),
                "shift": _bounded(_shift, plain[:, at], moved[:, at], draws),
                "raised": round(float((moved[:, at] > plain[:, at]).mean()), DECIMALS),
                "lowered": round(float((moved[:, at] < plain[:, at]).mean()), DECIMALS),
            }
    return figures


def own() -> dict[str, dict[str, dict[str, object]]]:
    """Self-labelled figures by mechanism: of passages in the words of service, and of fragments.

    Intervals are of 1,000 bootstraps that draw passages.
    """
    rows = empathy_labelled.service()
    wanted = np.asarray([one.levels for one in rows], dtype=np.int64)
    found = _levels(empathy_reader.load().read([one.text for one in rows]))
    silent = _levels(empathy_reader.load().read(empathy_labelled.fragments()))
    return {
        name: {
            "in words of service": _shows(wanted[:, at], found[:, at]),
            "fragments": _shows(np.zeros(len(silent), dtype=np.int64), silent[:, at]),
        }
        for at, name in enumerate(MECHANISMS)
    }


def _shows(wanted: Labels, found: Labels) -> dict[str, object]:
    """How often a mechanism is seen where it shows, and where it doesn't."""
    told: dict[str, object] = {}
    for about, rows in (("recall", wanted > 0), ("false_alarms", wanted == 0)):
        seen = (found[rows] > 0).astype(np.int64)
        if len(seen):
            draws = _draws([str(at) for at in range(len(seen))])
            told |= {f"{about}_rows": len(seen), about: _bounded(_mean, seen, seen, draws)}
    return told


def _mean(seen: Labels, _: Labels) -> float:
    return float(seen.mean())


def _levels(shown: Sequence[Shown]) -> Labels:
    found = [[getattr(one.empathy, name) for name in MECHANISMS] for one in shown]
    return np.asarray(found, dtype=np.int64)


def _shift(before: Labels, after: Labels) -> float:
    return float((after - before).mean())


def _shares(labels: Labels) -> Labels:
    return np.asarray(np.bincount(labels, minlength=3) / len(labels))


def _draws(seekers: Sequence[str]) -> list[Labels]:
    """Rows of each bootstrap, a seeker's rows together."""
    owner = np.unique(seekers, return_inverse=True)[1]
    rows = [np.flatnonzero(owner == one) for one in range(int(owner.max()) + 1)]
    chance = np.random.default_rng(SEED)
    return [
        np.concatenate([rows[one] for one in chance.integers(0, len(rows), len(rows))])
        for _ in range(RESAMPLES)
    ]


def _bounded(
    measure: Callable[[Labels, Labels], float], one: Labels, other: Labels, draws: list[Labels]
) -> Figure:
    values = [measure(one[rows], other[rows]) for rows in draws]
    low, high = np.nanquantile(values, (0.025, 0.975))
    ends = {"value": measure(one, other), "low": float(low), "high": float(high)}
    return {name: round(value, DECIMALS) for name, value in ends.items()}
