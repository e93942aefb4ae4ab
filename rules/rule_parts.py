"""Reads the parts that rules and tables share: id, owner, reason, covers, effective dates."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from types import MappingProxyType
from typing import Final

from ontology.facts import STRATA
from ontology.identity import IdentityInvalid, thing_id
from ontology.marked_yaml import Entry, Node
from rules.diagnostics import Placed, Problems, near
from rules.literals import turned
from rules.parts import EFFECTIVE
from rules.rule import Effective
from rules.worded import entries, items, shown
from rules.yaml_cures import EXAMPLES

NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", re.ASCII)
COVERS: Final = re.compile(r"[0-9]\.[0-9]{1,2}", re.ASCII)
LONGEST_REASON: Final = 500
LONGEST_NAME: Final = 80


@dataclass(slots=True, kw_only=True)
class Parts:
    """Reads the parts of one book; what is wrong goes to `problems`, and reading goes on."""

    problems: Problems
    _ids: set[str] = field(default_factory=set)

    def of(
        self, node: Node, what: str, known: Iterable[str], *, required: tuple[str, ...]
    ) -> Mapping[str, Entry]:
        """The entries of a mapping by name; unknown, double and missing ones are mistakes."""
        names = [*known]
        if node.kind != "mapping":
            example = EXAMPLES.get(names[0], f"{names[0]}: …")
            self.problems.add(node, shown(node), f"{what} is a mapping", example=example)
            return {}
        found: dict[str, Entry] = {}
        for entry in entries(node):
            if entry.key not in names:
                meant = near(entry.key, names)
                listed = "" if meant else f"; it has {', '.join(names)}"
                self.problems.add(entry, entry.key, f"no part of {what}{listed}", nearest=meant)
            elif entry.key in found:
                self.problems.add(entry, entry.key, "stands twice; keep one")
            found.setdefault(entry.key, entry)
        for name in required:
            if name not in found:
                self.problems.add(
                    node, what.rsplit(maxsplit=1)[-1], f"has no {name}", example=EXAMPLES[name]
                )
        return MappingProxyType(found)

    def name(self, entry: Entry | None, example: str) -> str:
        """A name in small letters with hyphens, at most 80 characters."""
        text = text_of(entry)
        fits = NAME.fullmatch(text) and len(text) <= LONGEST_NAME
        if entry is not None and not fits:
            reason = f"a name is words in small letters, joined by hyphens, at most {LONGEST_NAME}"
            self.problems.add(entry.value, text, reason, nearest=_kebab(text), example=example)
        return text

    def id(self, entry: Entry | None) -> str:
        """The id of a rule or a table."""
        name = self.name(entry, "runaway-spread")
        if entry is not None:
            self.once(name, entry.value)
        return name

    def once(self, name: str, place: Placed) -> None:
        """Note an id; a second one of that name is a mistake."""
        if name in self._ids:
            self.problems.add(place, name, "names two rules; each has an id of its own")
        self._ids.add(name)

    def stratum(self, entry: Entry | None) -> str:
        """One of the strata."""
        text = text_of(entry)
        if text in STRATA:
            return text
        meant = near(text, STRATA)
        if entry is not None:
            reason = f"is none of {', '.join(STRATA)}"
            self.problems.add(entry.value, text, reason, nearest=meant)
        return meant or STRATA[-1]

    def owner(self, entry: Entry | None, default: str) -> str:
        """The id of a team or a person."""
        if entry is None:
            return default
        try:
            return thing_id(text_of(entry))
        except IdentityInvalid:
            text = text_of(entry)
            reason = "an owner is the id of a team or a person"
            self.problems.add(entry.value, text, reason, example="team/crisis-office")
            return text

    def reason(self, entry: Entry | None) -> str:
        """A reason in plain words, at most 500 characters."""
        text = " ".join(text_of(entry).split())
        if entry is not None and not 1 <= len(text) <= LONGEST_REASON:
            reason = f"a reason is 1 to {LONGEST_REASON} characters in plain words"
            self.problems.add(entry.value, text, reason, example=EXAMPLES["reason"])
        return text

    def covers(self, entry: Entry | None) -> tuple[str, ...]:
        """Numbers of the mission's map."""
        written = [shown(item) for item in items(entry.value)] if entry is not None else []
        for text in written:
            if entry is not None and not COVERS.fullmatch(text):
                self.problems.add(
                    entry.value, text, "no number of the map", example='covers: ["1.1"]'
                )
        return tuple(written)

    def effective(self, entry: Entry | None) -> Effective:
        """From when on, and until when."""
        if entry is None:
            return Effective()
        parts = self.of(entry.value, "effective", EFFECTIVE, required=())
        start, end = (self._moment(parts.get(name)) for name in ("from", "until"))
        if start is not None and end is not None and end <= start:
            self.problems.add(entry, "effective", "ends before it begins")
        return Effective(start=start, end=end)

    def _moment(self, entry: Entry | None) -> datetime | None:
        """A date (its first moment in UTC) or a date and time with offset."""
        if entry is None:
            return None
        text = text_of(entry)
        try:
            if len(text) == len("2026-10-01"):
                return datetime.combine(date.fromisoformat(text), time.min, UTC)
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            example = "effective: {from: 2026-10-01, until: 2027-01-01T00:00:00+00:00}"
            self.problems.add(entry.value, text, "no date", nearest=turned(text), example=example)
            return None
        return moment.astimezone(UTC)


def text_of(entry: Entry | None) -> str:
    """The text of an entry on one line; empty where there is none."""
    return shown(entry.value) if entry is not None else ""


def _kebab(text: str) -> str | None:
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return plain if NAME.fullmatch(plain) else None
