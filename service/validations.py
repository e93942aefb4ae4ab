"""Validations as the ledger tells them: what people were asked, and what they said."""

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from ontology.events import Event, Json
from ontology.identity import ThingId

KIND: Final = "validation"
ACTED: Final = "thing.acted"
COUNTED: Final = "validation.counted"
ERASED: Final = "subject.erased"

DOUBTS: Final = (
    "irony",
    "copy-paste",
    "flood",
    "not-representative",
    "low-confidence",
    "language",
)
UNDECIDED: Final = "cannot-tell"
"""The verdict of people who cannot tell, and of two who differ."""

MOST_KEPT: Final = 20_000
"""Validations that are kept in mind; of judged ones beyond it the ledger knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one person said."""

    by: ThingId
    verdict: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """One question to people. `signal` is None where a whole window is in doubt.

    `segment` is the place in the ledger of the segment that holds the signal's words; `score` is
    what the model gave it, where a score raised the doubt.
    """

    id: ThingId
    sequence: int
    state: str
    asked_at: datetime
    doubt: str | None
    incident: ThingId | None
    signal: ThingId | None
    decision: ThingId | None
    segment: int | None
    score: float | None
    team: ThingId | None
    reason: str | None
    persons: int
    verdicts: tuple[Verdict, ...] = ()

    @property
    def open(self) -> bool:
        """Whether somebody still has to judge it."""
        return self.state != "judged"

    @property
    def verdict(self) -> str | None:
        """What was found: the one verdict of all, `cannot-tell` where they differ."""
        if self.open:
            return None
        said = {one.verdict for one in self.verdicts}
        return said.pop() if len(said) == 1 else UNDECIDED

    @property
    def judged_at(self) -> datetime | None:
        """When it was settled."""
        return None if self.open else max(one.at for one in self.verdicts)


class Validations:
    """Every validation, as far as events were applied; safe across threads, bounded by `most`."""

    types: Final = (ACTED, COUNTED)
    """The events that say how they stand."""

    def __init__(self, *, most: int = MOST_KEPT) -> None:
        """Start with none."""
        self._most: Final = most
        self._all: Final[dict[ThingId, Validation]] = {}
        self._of: Final[dict[ThingId | None, set[ThingId]]] = {}
        self._counted: Final[Counter[tuple[ThingId | None, str]]] = Counter()
        self._lock: Final = threading.RLock()

    def apply(self, event: Event) -> None:
        """Fold one event, in the order of the ledger; others than `types` change nothing."""
        with self._lock:
            if event.type == COUNTED:
                place = (thing(event.data.get("incident")), str(event.data["doubt"]))
                self._counted[place] += int(str(event.data["count"]))
            elif event.type == ACTED and event.data.get("kind") == KIND:
                self._acted(event)

    def get(self, validation: ThingId) -> Validation | None:
        """One validation."""
        return self._all.get(validation)

    def newest(self) -> tuple[Validation, ...]:
        """All, the newest first."""
        with self._lock:
            return tuple(sorted(self._all.values(), key=lambda one: -one.sequence))

    def of(self, incident: ThingId | None) -> tuple[Validation, ...]:
        """Those of an incident, or (None) those of none, the oldest first."""
        with self._lock:
            found = [self._all[one] for one in self._of.get(incident, ())]
        return tuple(sorted(found, key=lambda one: one.sequence))

    def counted(self, incident: ThingId | None, doubt: str) -> int:
        """How many doubts of an incident were counted instead of asked."""
        return self._counted[incident, doubt]

    def facts(self, incident: ThingId, at: datetime) -> Iterator[dict[str, object]]:
        """The values of a `validation` fact for each doubt that an incident ever raised."""
        mine = self.of(incident)
        for doubt in DOUBTS:
            these = [one for one in mine if one.doubt == doubt and one.asked_at <= at]
            counted = self.counted(incident, doubt)
            if these or counted:
                yield _fact(incident, doubt, these, counted, at)

    def _acted(self, event: Event) -> None:
        known = self._all.get(event.subject)
        if known is None:
            known = _asked(event)
            self._of.setdefault(known.incident, set()).add(known.id)
        state, verdicts = str(event.data["to"]), known.verdicts
        if event.data["act"] == "judge":
            verdicts = (*verdicts, _said(event))
        elif state != event.data["from"]:  # two verdicts count within one claim
            verdicts = ()
        self._all[known.id] = replace(known, state=state, verdicts=verdicts)
        if len(self._all) > self._most:
            self._drop()

    def _drop(self) -> None:
        """Leave the oldest judged tenth to the ledger; what waits stays."""
        judged = [one for one in self._all.values() if not one.open]
        for one in judged[: self._most // 10 + 1]:
            del self._all[one.id]
            self._of[one.incident].discard(one.id)


def thing(value: Json) -> ThingId | None:
    """The id that a member of an event holds, None where it holds none."""
    return ThingId(value) if isinstance(value, str) and value else None


def _fact(
    incident: ThingId, doubt: str, these: list[Validation], counted: int, at: datetime
) -> dict[str, object]:
    values: dict[str, object] = {
        "doubt": doubt,
        "incident": incident,
        "waiting": sum(one.open for one in these),
        "counted": counted,
    }
    whole = [one for one in these if one.signal is None and one.judged_at is not None]
    if whole:
        newest = max(whole, key=lambda one: (one.judged_at or one.asked_at, one.sequence))
        values["verdict"] = newest.verdict
        values["verdict_age"] = at - (newest.judged_at or at)
    return values


def _asked(event: Event) -> Validation:
    said, shown = event.data.get("data"), event.data.get("properties")
    data = said if isinstance(said, dict) else {}
    properties = shown if isinstance(shown, dict) else {}
    persons, reason, doubt = data.get("persons"), data.get("reason"), data.get("doubt")
    segment, score = event.data.get("segment"), event.data.get("score")
    return Validation(
        id=event.subject,
        sequence=event.sequence,
        state=str(event.data["to"]),
        asked_at=event.occurred_at,
        doubt=doubt if isinstance(doubt, str) else None,
        incident=thing(data.get("incident")),
        signal=thing(data.get("signal")),
        decision=thing(data.get("decision")),
        segment=segment if isinstance(segment, int) else None,
        score=score if isinstance(score, float) else None,
        team=thing(properties.get("routedTo")),
        reason=reason if isinstance(reason, str) else None,
        persons=max(1, persons) if isinstance(persons, int) else 1,
    )


def _said(event: Event) -> Verdict:
    shown = event.data.get("properties")
    given = shown.get("verdict") if isinstance(shown, dict) else None
    return Verdict(by=event.actor, verdict=str(given or UNDECIDED), at=event.occurred_at)
