"""Other shapes and templates on recorded messages: what would have come otherwise, for whom."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ontology.events import Json
from ontology.identity import ThingId
from service.message_history import attempts
from service.recorded_history import Progress
from service.shape_backtest import Judging
from service.template_backtest import Wordings
from service.world import World

MOST_ROWS: Final = 1_000
"""Messages that are listed; all are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesBacktest:
    """What other shapes and templates would have done to recorded messages.

    `attempts` are drafts, changes and acts that the gate judged; `judged` those at a time when
    other shapes were active. `counts` are of all, `shapes` and `drafts` list the first thousand.
    """

    since: datetime | None
    until: datetime | None
    attempts: int
    judged: int
    counts: Mapping[str, int]
    shapes: tuple[Mapping[str, Json], ...]
    drafts: tuple[Mapping[str, Json], ...]

    def to_json(self) -> dict[str, Json]:
        """The result as an object."""
        ends = (("since", self.since), ("until", self.until))
        return {
            **{name: one.isoformat() for name, one in ends if one is not None},
            "attempts": self.attempts,
            "judged": self.judged,
            "counts": {**self.counts},
            "shapes": [{**one} for one in self.shapes],
            "drafts": [{**one} for one in self.drafts],
        }


def backtest_messages(
    world: World,
    files: Mapping[str, bytes],
    since: datetime | None,
    until: datetime | None,
    progress: Progress,
) -> MessagesBacktest:
    """Judge every recorded attempt anew, on the graph as it was, and look at every draft again.

    Raises:
        ShapesInvalid: the shapes can't be used.
        TemplatesInvalid: the templates can't be read.
    """
    judging, wordings = Judging(world, files), Wordings(world, files)
    counts, seen, judged = Counter[str](), 0, 0
    rows: list[Mapping[str, Json]] = []
    made: dict[ThingId, None] = {}
    for attempt in attempts(world, since, until, progress):
        seen += 1
        judged += judging.differs(attempt)
        made[attempt.message] = None
        row = judging.row(attempt)
        if row is not None:
            counts[str(row["would"])] += 1
            rows += [row] if len(rows) < MOST_ROWS else []
    drafts: list[Mapping[str, Json]] = []
    for message in made:
        row = wordings.row(message)
        if row is not None:
            counts["drafts"] += 1
            drafts += [row] if len(drafts) < MOST_ROWS else []
    return MessagesBacktest(
        since=since,
        until=until,
        attempts=seen,
        judged=judged,
        counts=dict(sorted(counts.items())),
        shapes=tuple(rows),
        drafts=tuple(drafts),
    )
