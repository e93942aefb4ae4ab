"""Books of rules: YAML that people write, read into typed rules or refused with a cure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from types import MappingProxyType
from typing import Final

from ontology.facts import STRATA, Catalogue, Fact
from ontology.identity import IdentityInvalid, thing_id
from ontology.marked_yaml import Entry, Node, YamlInvalid
from ontology.marked_yaml import parse as parse_yaml
from rules.actions import Actions
from rules.clauses import Clauses
from rules.conditions import Conjunction
from rules.diagnostics import Invalid, Problems, near
from rules.worded import entries, items, shown
from rules.yaml_cures import EXAMPLES, yaml_problem

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", re.ASCII)
_COVERS: Final = re.compile(r"[0-9]\.[0-9]{1,2}", re.ASCII)
_BOOK: Final = ("book", "stratum", "owner", "rules")
_RULE: Final = ("id", "reason", "when", "then", "owner", "covers", "effective", "note")
LONGEST_REASON: Final = 500
LONGEST_NAME: Final = 80


class RulebookInvalid(Invalid):
    """A book cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effective:
    """When a rule is in force: from `start` on, no longer from `end` on; None is without end."""

    start: datetime | None = None
    end: datetime | None = None

    def at(self, moment: datetime) -> bool:
        """Whether it is in force at a moment."""
        begun = self.start is None or self.start <= moment
        return begun and (self.end is None or moment < self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: any of `conditions` leads to every one of `conclusions`.

    `covers` are numbers of the mission's map; `line` is where it stands in `file`.
    """

    id: str
    book: str
    stratum: str
    owner: str
    reason: str
    covers: tuple[str, ...]
    effective: Effective
    conditions: tuple[Conjunction, ...]
    conclusions: tuple[Fact, ...]
    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A book: rules of one stratum under one owner."""

    name: str
    stratum: str
    owner: str
    rules: tuple[Rule, ...]
    file: str


def parse(text: str, *, file: str, catalogue: Catalogue) -> Book:
    """Read one book.

    Raises:
        RulebookInvalid: all that is wrong, each with line and column.
    """
    problems = Problems(file)
    try:
        root = parse_yaml(text)
    except YamlInvalid as error:
        raise RulebookInvalid([yaml_problem(error, text, file)]) from error
    book = _Reader(catalogue, problems).book(root)
    if problems.found:
        raise RulebookInvalid(problems.found)
    return book


class _Reader:
    """Reads one book; what is wrong goes to `problems`, and reading goes on."""

    def __init__(self, catalogue: Catalogue, problems: Problems) -> None:
        self._catalogue = catalogue
        self._problems = problems
        self._ids: set[str] = set()

    def book(self, root: Node) -> Book:
        parts = self._parts(root, "book", _BOOK, required=_BOOK)
        name = self._name(parts.get("book"), "escalation")
        stratum = self._stratum(parts.get("stratum"))
        owner = self._owner(parts.get("owner"), "")
        rules = parts.get("rules")
        written = items(rules.value) if rules is not None else ()
        if rules is not None and rules.value.kind != "list":
            self._problems.add(rules, "rules", "is a list; begin each rule with `- id:`")
            written = ()
        return Book(
            name=name,
            stratum=stratum,
            owner=owner,
            rules=tuple(self._rule(node, name, stratum, owner) for node in written),
            file=self._problems.file,
        )

    def _rule(self, node: Node, book: str, stratum: str, owner: str) -> Rule:
        parts = self._parts(node, "rule", _RULE, required=_RULE[:4])
        name = self._id(parts.get("id"))
        clauses = Clauses(catalogue=self._catalogue, stratum=stratum, problems=self._problems)
        actions = Actions(
            catalogue=self._catalogue, stratum=stratum, rule=name, problems=self._problems
        )
        when, then = parts.get("when"), parts.get("then")
        return Rule(
            id=name,
            book=book,
            stratum=stratum,
            owner=self._owner(parts.get("owner"), owner),
            reason=self._reason(parts.get("reason")),
            covers=self._covers(parts.get("covers")),
            effective=self._effective(parts.get("effective")),
            conditions=clauses.read(when.value) if when is not None else (),
            conclusions=actions.read(then.value) if then is not None else (),
            file=self._problems.file,
            line=node.line,
        )

    def _parts(
        self, node: Node, what: str, known: tuple[str, ...], *, required: tuple[str, ...]
    ) -> Mapping[str, Entry]:
        """The entries of a mapping by name; unknown, double and missing ones are mistakes."""
        if node.kind != "mapping":
            self._problems.add(
                node, shown(node), f"a {what} is a mapping", example=f"{known[0]}: …"
            )
            return {}
        found: dict[str, Entry] = {}
        for entry in entries(node):
            if entry.key not in known:
                reason = f"no part of a {what}; it has {', '.join(known)}"
                self._problems.add(entry, entry.key, reason, nearest=near(entry.key, known))
            elif entry.key in found:
                self._problems.add(entry, entry.key, "stands twice; keep one")
            found.setdefault(entry.key, entry)
        for name in required:
            if name not in found:
                self._problems.add(node, what, f"has no {name}", example=EXAMPLES[name])
        return MappingProxyType(found)

    def _name(self, entry: Entry | None, example: str) -> str:
        text = _text(entry)
        fits = _NAME.fullmatch(text) and len(text) <= LONGEST_NAME
        if entry is not None and not fits:
            reason = f"a name is words in small letters, joined by hyphens, at most {LONGEST_NAME}"
            self._problems.add(entry.value, text, reason, nearest=_kebab(text), example=example)
        return text

    def _id(self, entry: Entry | None) -> str:
        name = self._name(entry, "runaway-spread")
        if entry is not None and name in self._ids:
            self._problems.add(entry.value, name, "names two rules; each has an id of its own")
        self._ids.add(name)
        return name

    def _stratum(self, entry: Entry | None) -> str:
        text = _text(entry)
        if text in STRATA:
            return text
        if entry is not None:
            reason = f"is none of {', '.join(STRATA)}"
            self._problems.add(entry.value, text, reason, nearest=near(text, STRATA))
        return STRATA[-1]

    def _owner(self, entry: Entry | None, default: str) -> str:
        if entry is None:
            return default
        try:
            return thing_id(_text(entry))
        except IdentityInvalid:
            text = _text(entry)
            reason = "an owner is the id of a team or a person"
            self._problems.add(entry.value, text, reason, example="team/crisis-office")
            return text

    def _reason(self, entry: Entry | None) -> str:
        text = " ".join(_text(entry).split())
        if entry is not None and not 1 <= len(text) <= LONGEST_REASON:
            reason = f"a reason is 1 to {LONGEST_REASON} characters in plain words"
            self._problems.add(entry.value, text, reason, example=EXAMPLES["reason"])
        return text

    def _covers(self, entry: Entry | None) -> tuple[str, ...]:
        written = [shown(item) for item in items(entry.value)] if entry is not None else []
        for text in written:
            if entry is not None and not _COVERS.fullmatch(text):
                self._problems.add(
                    entry.value, text, "no number of the map", example='covers: ["1.1"]'
                )
        return tuple(written)

    def _effective(self, entry: Entry | None) -> Effective:
        if entry is None:
            return Effective()
        parts = self._parts(entry.value, "effective", ("from", "until"), required=())
        start, end = (self._moment(parts.get(name)) for name in ("from", "until"))
        if start is not None and end is not None and end <= start:
            self._problems.add(entry, "effective", "ends before it begins")
        return Effective(start=start, end=end)

    def _moment(self, entry: Entry | None) -> datetime | None:
        """A date (its first moment in UTC) or a date and time with offset."""
        if entry is None:
            return None
        text = _text(entry)
        try:
            if len(text) == len("2026-10-01"):
                return datetime.combine(date.fromisoformat(text), time.min, UTC)
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            example = "effective: {from: 2026-10-01, until: 2027-01-01T00:00:00+00:00}"
            self._problems.add(entry.value, text, "no date", example=example)
            return None
        return moment.astimezone(UTC)


def _text(entry: Entry | None) -> str:
    return shown(entry.value) if entry is not None else ""


def _kebab(text: str) -> str | None:
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return plain if _NAME.fullmatch(plain) else None
