"""How duties to inform were met: every word that was owed, when it was due and said."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from statistics import median, quantiles
from typing import Final

from knowledge.proportions import wilson
from ontology.events import Event, Json
from ontology.identity import ThingId
from service.acts import ACTED
from service.duties import KIND

PUT: Final = "record.put"
STAGES: Final = ("first", "update", "closing")
_STAGE: Final = {"owe": "first", "inform": "update", "wind-up": "closing", "take-back": "first"}
"""Which word is owed after an act."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word that was owed: since when, by when; when it was said and by which message.

    `missed` says that its time passed unsaid; `void` that the message was taken back.
    """

    stage: str
    since: datetime
    due: datetime
    said: datetime | None = None
    message: ThingId | None = None
    missed: bool = False
    void: bool = False

    @property
    def in_time(self) -> bool:
        """Whether it was said before its time had passed."""
        return self.said is not None and self.said <= self.due and not self.void

    @property
    def taken(self) -> timedelta | None:
        """How long it took to say it."""
        return self.said - self.since if self.said is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """The words of one duty, oldest first."""

    duty: ThingId
    rule: str
    incident: ThingId
    held: datetime
    state: str = "owed"
    words: tuple[Word, ...] = field(default=())


class DutyHistory:
    """The words of every duty, as far as events were applied; safe across threads."""

    types: Final = (ACTED, PUT)
    """The events that tell of them."""

    def __init__(self) -> None:
        """Start with none."""
        self._all: Final[dict[ThingId, Past]] = {}
        self._lock: Final = threading.RLock()

    def apply(self, event: Event) -> None:
        """Fold one event, in the order of the ledger; others change nothing."""
        with self._lock:
            if event.type == PUT and event.data.get("type") == "Duty":
                self._put(event)
            elif event.type == ACTED and event.data.get("kind") == KIND:
                known = self._all.get(event.subject)
                if known is not None:
                    self._all[known.duty] = _after(known, event)

    def get(self, duty: ThingId) -> Past | None:
        """One duty."""
        return self._all.get(duty)

    def all(self) -> tuple[Past, ...]:
        """Every duty, the one that was owed last first."""
        with self._lock:
            return tuple(sorted(self._all.values(), key=lambda one: one.held, reverse=True))

    def _put(self, event: Event) -> None:
        said = event.data["properties"]
        if not isinstance(said, dict):
            return
        known = self._all.get(event.subject)
        held = datetime.fromisoformat(str(said["heldSince"]))
        self._all[event.subject] = Past(
            duty=event.subject,
            rule=str(said["byRule"]),
            incident=ThingId(str(said["owedFor"])),
            held=held,
            state=known.state if known is not None else "owed",
            words=known.words if known is not None else (),
        )


def report(known: Iterable[Past]) -> list[Json]:
    """For each rule, how many words of each stage were said, in time, late, or wait; how fast."""
    several: dict[str, list[Past]] = {}
    for one in known:
        several.setdefault(one.rule, []).append(one)
    return [_rule(name, several[name]) for name in sorted(several)]


def _rule(name: str, duties: list[Past]) -> dict[str, Json]:
    words = [word for one in duties for word in one.words if not word.void]
    stages: dict[str, Json] = {
        stage: _stage([word for word in words if word.stage == stage]) for stage in STAGES
    }
    incidents = {one.incident for one in duties}
    return {"rule": name, "incidents": len(incidents), "duties": len(duties), "words": stages}


def _stage(words: list[Word]) -> dict[str, Json]:
    """The share that was said in time is of those whose time has come, with its 95 % interval."""
    in_time = sum(one.in_time for one in words)
    late = sum(one.said is not None and not one.in_time for one in words)
    never = sum(one.said is None and one.missed for one in words)
    low, high = wilson(in_time, in_time + late + never)
    minutes = sorted(one.taken.total_seconds() / 60 for one in words if one.taken is not None)
    share: list[Json] = [round(low, 3), round(high, 3)]
    counted = in_time + late + never
    return {
        "owed": len(words),
        "in_time": in_time,
        "late": late,
        "missed": never,
        "waiting": len(words) - counted,
        "share_in_time": round(in_time / counted, 3) if counted else None,
        "interval": share if counted else None,
        "median_minutes": round(median(minutes), 1) if minutes else None,
        "ninth_decile_minutes": round(_decile(minutes), 1) if minutes else None,
    }


def _decile(minutes: list[float]) -> float:
    return quantiles(minutes, n=10, method="inclusive")[-1] if len(minutes) > 1 else minutes[0]


def _after(known: Past, event: Event) -> Past:
    """A duty after an act on it."""
    act = str(event.data["act"])
    *before, last = known.words or (None,)
    words = [one for one in before if one is not None]
    if last is not None:
        words += _settled(last, act, event)
    if act == "take-back":
        at = max((place for place, one in enumerate(words) if one.said is not None), default=0)
        words[at : at + 1] = [replace(one, void=True) for one in words[at : at + 1]]
    due = _due(event)
    if act in _STAGE and due is not None:
        since = known.held if _STAGE[act] == "first" else event.occurred_at
        words.append(Word(stage=_STAGE[act], since=since, due=due))
    return replace(known, state=str(event.data["to"]), words=tuple(words))


def _settled(last: Word, act: str, event: Event) -> list[Word]:
    """What an act makes of the last word; one that nobody waits for any more is left out."""
    match act:
        case "warn":
            return [last]
        case "tighten":
            return [replace(last, due=_due(event) or last.due)]
        case "miss":
            return [replace(last, missed=True)]
        case "inform" | "meet":
            return [replace(last, said=event.occurred_at, message=_message(event))]
        case _:
            return [last] if last.said is not None or last.missed else []


def _due(event: Event) -> datetime | None:
    deadlines = event.data.get("deadlines")
    for one in deadlines if isinstance(deadlines, list) else []:
        if isinstance(one, dict) and one.get("name") == "due":
            return datetime.fromisoformat(str(one["due"]))
    return None


def _message(event: Event) -> ThingId | None:
    shown = event.data.get("properties")
    named = shown.get("lastWord") if isinstance(shown, dict) else None
    return ThingId(str(named)) if named is not None else None
