"""Policy drafts as the ledger tells them: their files, who saved what when, who edits now."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from types import MappingProxyType
from typing import Final

from ontology.events import Event, Json
from ontology.identity import ThingId

DRAFT: Final = "policy-draft"
OPENED: Final = "policy-draft.opened"
CHANGED: Final = "policy-draft.changed"
LOCKED: Final = "policy-draft.locked"
UNLOCKED: Final = "policy-draft.unlocked"
HOLDS: Final = timedelta(minutes=15)
"""For how long a lock holds that nobody renews; each save of its holder renews it."""

_NOTHING: Final[Mapping[str, str | None]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """Who edits a draft, until when."""

    by: ThingId
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One save: the files with the digests of their texts before and after, None for no file.

    `before` and `after` are the digests of the whole draft; `undoes` names the change that it
    takes back; `base` is where a rebase moved the draft.
    """

    sequence: int
    at: datetime
    by: ThingId
    files: Mapping[str, tuple[str | None, str | None]]
    before: str
    after: str
    base: str | None
    undoes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDraft:
    """A draft as it stands: the policy under it, and the files in which it differs."""

    id: ThingId
    name: str
    reason: str
    by: ThingId
    opened_at: datetime
    base: str
    state: str = "editing"
    overlay: Mapping[str, str | None] = field(default_factory=lambda: _NOTHING)
    changes: tuple[Change, ...] = ()
    lock: Lock | None = None

    def holder(self, at: datetime) -> Lock | None:
        """Whose lock holds at a moment."""
        return self.lock if self.lock is not None and at < self.lock.until else None


class PolicyDrafts:
    """Every draft, as far as the ledger was folded."""

    def __init__(self) -> None:
        """Start with nothing folded."""
        self.all: dict[ThingId, PolicyDraft] = {}

    def apply(self, event: Event) -> None:
        """Fold one event; what is not about drafts changes nothing."""
        if event.type == OPENED:
            self.all[event.subject] = PolicyDraft(
                id=event.subject,
                name=str(event.data["name"]),
                reason=str(event.data["reason"]),
                by=event.actor,
                opened_at=event.occurred_at,
                base=str(event.data["base"]),
            )
        elif (draft := self.all.get(event.subject)) is not None:
            self.all[draft.id] = _after(draft, event)


def etag(text: str) -> str:
    """The digest of a file's text, which names this version of it."""
    return sha256(text.encode()).hexdigest()


def overlaid(base: Mapping[str, str], overlay: Mapping[str, str | None]) -> dict[str, str]:
    """The files of a policy with some of them changed, added or, where None, left out."""
    found = {**base, **overlay}
    return {name: text for name, text in sorted(found.items()) if text is not None}


def changed_files(data: Mapping[str, Json]) -> dict[str, str | None]:
    """The files that a change sets, by the data of its event."""
    files = data.get("files")
    told = files if isinstance(files, dict) else {}
    return {name: None if text is None else str(text) for name, text in told.items()}


def _after(draft: PolicyDraft, event: Event) -> PolicyDraft:
    if event.type == CHANGED:
        return _saved(draft, event)
    if event.type == LOCKED:
        until = datetime.fromisoformat(str(event.data["until"]))
        return replace(draft, lock=Lock(by=event.actor, until=until))
    if event.type == UNLOCKED:
        return replace(draft, lock=None)
    if event.type == "thing.acted":
        taken = event.data["act"] == "take-over"
        lock = Lock(by=event.actor, until=event.occurred_at + HOLDS) if taken else draft.lock
        return replace(draft, state=str(event.data["to"]), lock=lock)
    return draft


def _saved(draft: PolicyDraft, event: Event) -> PolicyDraft:
    base = event.data.get("base")
    under = _NOTHING if base is not None else draft.overlay
    return replace(
        draft,
        base=draft.base if base is None else str(base),
        overlay={**under, **changed_files(event.data)},
        changes=(*draft.changes, _change(event)),
        lock=_renewed(draft, event),
    )


def _renewed(draft: PolicyDraft, event: Event) -> Lock | None:
    holder = draft.holder(event.occurred_at)
    if holder is None or holder.by != event.actor:
        return holder
    return replace(holder, until=max(holder.until, event.occurred_at + HOLDS))


def _change(event: Event) -> Change:
    told, base, undoes = (event.data.get(name) for name in ("changed", "base", "undoes"))
    pairs = told if isinstance(told, dict) else {}
    return Change(
        sequence=event.sequence,
        at=event.occurred_at,
        by=event.actor,
        files={
            name: (_text(pair[0]), _text(pair[1]))
            for name, pair in pairs.items()
            if isinstance(pair, list)
        },
        before=str(event.data["before"]),
        after=str(event.data["after"]),
        base=_text(base),
        undoes=undoes if isinstance(undoes, int) else None,
    )


def _text(value: Json) -> str | None:
    return None if value is None else str(value)
