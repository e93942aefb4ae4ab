"""Verdicts of people become a recalibrated head in a working copy; nothing is applied."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

import numpy as np

from knowledge.language import coefficient_files, training
from knowledge.language.measures import Numbers
from knowledge.language.recalibration import Change, Report, changed, fit
from service.bundle import COEFFICIENTS
from service.local_copy import HEADS, write_copy
from service.world import World

LOOKED_AT: Final = timedelta(days=30)
"""How far back posts are counted that would be asked about, or not any more."""

_LABELS: Final = {"ironic": 1, "sincere": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Of the posts of the last days: how many are asked about now, and how many would be."""

    posts: int
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalibration:
    """What was fitted, and what it would change; `threshold` is the old score of today's limit."""

    report: Report
    asked: Asked
    threshold: float


def recalibrate(world: World) -> Recalibration:
    """Fit the irony head to the verdicts of this ledger.

    A verdict counts where all who judged agree, on a post that the model had scored. People were
    asked only from the threshold on, so below it the fit goes on in a straight line.

    Raises:
        TooFewVerdicts: the ledger holds too few.
    """
    rows = [*_verdicts(world)]
    labels = np.asarray([label for label, _ in rows], dtype=np.int64)
    report = fit(labels, np.asarray([score for _, score in rows], dtype=np.float64))
    limit = world.settings.validate_irony_from
    return Recalibration(
        report=report,
        asked=_asked(report.change, _scores(world), limit),
        threshold=report.change.back(limit),
    )


def working_copy(world: World, report: Report, folder: Path) -> str:
    """Write the active policy with the recalibrated head; returns the digest of its file.

    The folder is as `attune policy pull` leaves it, so that `attune policy push` proposes it.

    Raises:
        FileExistsError: the folder is there and is not empty.
    """
    write_copy(world, folder, {})
    heads = world.perception.coefficients.load(world.policies.current().reading.coefficients)
    place = folder / HEADS
    with tempfile.TemporaryDirectory(dir=folder) as room:
        made = Path(room) / place.name
        training.write(changed(heads, "irony", report), made)
        made.replace(place)
    content = place.read_bytes()
    (folder / COEFFICIENTS).write_text(coefficient_files.manifest(content), encoding="utf-8")
    return coefficient_files.digest(content)


def _verdicts(world: World) -> Iterator[tuple[int, float]]:
    for one in reversed(world.validations_now().newest()):
        label = _LABELS.get(one.verdict or "")
        if one.doubt == "irony" and one.score is not None and label is not None:
            yield label, one.score


def _scores(world: World) -> Numbers:
    """The irony of every retained post of the last days that was judged."""
    since = world.clock.now() - LOOKED_AT
    found = [
        signal.scores.irony
        for signal in world.segments.scan(since)
        if signal.scores is not None and signal.scores.irony is not None
    ]
    return np.asarray(found, dtype=np.float64)


def _asked(change: Change, scores: Numbers, limit: float) -> Asked:
    return Asked(
        posts=len(scores),
        before=int((scores >= limit).sum()),
        after=int((change.apply(scores) >= limit).sum()),
    )
