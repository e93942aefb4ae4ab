"""Alert budgets for many who ask: one is worked out at a time, the last few are kept."""

import threading
from collections import OrderedDict
from http import HTTPStatus
from typing import Final

from ontology.events import Json
from rules.thresholds import ThresholdInvalid
from service.alert_budget import Asked, Looked, RuleUnknown, looked, on_trial, weighed
from service.paging_curve import Curve
from service.paging_grid import GridInvalid, grid
from service.paging_trial import Trial
from service.problems import Fault, ProblemError, not_found, unprocessable
from service.recorded_history import BEFORE, HistoryInvalid, Span, seen, span
from service.world import World

MOST_LOOKS: Final = 3_000
MOST_POSTS: Final = 50_000
"""What is looked at while somebody waits; the command line has no such bounds."""

_KEPT: Final = 8
_RETRY_S: Final = 20
_Key = tuple[str, tuple[str, ...], str | None, Span]
"""Rule, thresholds, policy and span: what was recorded by then does not change any more."""


class Budgets:
    """The budgets of one worker."""

    def __init__(self) -> None:
        """Keep none yet."""
        self._kept: Final[OrderedDict[_Key, Looked]] = OrderedDict()
        self._working: Final = threading.Lock()

    def of(self, world: World, asked: Asked) -> Curve:
        """A budget; of the same rule and past, other values are tried without looking again.

        Raises:
            ProblemError: no such rule (404); a threshold, values or a time that can't be (422);
                another is being worked out (503).
            PolicyUnknown: no policy is active.
        """
        try:
            trial = on_trial(world.policies.current(), asked)
            grid(trial.chosen, asked.values)
            when = span(world, asked.since, asked.until, asked.every)
            return weighed(world, asked, trial, self._looked(world, asked, trial, when))
        except RuleUnknown as error:
            raise not_found("rule", asked.rule, "surge") from error
        except ThresholdInvalid as error:
            raise _fault("/fields", str(error), ",".join(asked.fields), "spread.excess") from error
        except GridInvalid as error:
            raise _fault("/values", str(error), None, "2,3,5") from error
        except HistoryInvalid as error:
            raise _fault("/since", str(error), None, "2026-11-01T00:00:00Z") from error

    def _looked(self, world: World, asked: Asked, trial: Trial, when: Span) -> Looked:
        key = (asked.rule, asked.fields, world.policies.active, when)
        if (known := self._kept.get(key)) is not None:
            return known
        _bounded(world, when)
        if not self._working.acquire(blocking=False):
            raise ProblemError(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "busy",
                "Another alert budget is being worked out here; ask again in a moment.",
                headers={"Retry-After": str(_RETRY_S)},
            )
        try:
            looks = seen(world, world.policies.current(), when, lambda *_: None)
            self._kept[key] = found = looked(looks, trial, when)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        finally:
            self._working.release()
        return found


def _bounded(world: World, when: Span) -> None:
    """Refuse what would keep somebody waiting for minutes."""
    cure = "name a shorter time, or ask `attune alerts budget`, which has no such bound"
    if when.steps > MOST_LOOKS:
        raise HistoryInvalid(
            f"{when.steps} looks at each incident are more than {MOST_LOOKS}; {cure}"
        )
    posts = 0
    for event in world.segments.committed(world.ledger.sequence_at(when.since - BEFORE)):
        if event.recorded_at > when.until:
            break
        count = event.data.get("count")
        posts += count if isinstance(count, int) else 0
        if posts > MOST_POSTS:
            raise HistoryInvalid(
                f"more than {MOST_POSTS} posts were recorded then and nine days before; {cure}"
            )


def _fault(where: str, words: str, value: str | None, example: Json) -> ProblemError:
    return unprocessable([Fault(pointer=where, detail=words, value=value, example=example)])
