"""What a check of a whole policy found: which rules, why, the facts that show it, the cure."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, get_args

from ontology.events import Json
from ontology.facts import Fact
from ontology.values import Value, encode
from rules.rule import Rule

Level: TypeAlias = Literal["error", "warning", "note"]
FindingKind: TypeAlias = Literal[
    "conflict",
    "unreachable",
    "duplicate",
    "shadowed",
    "ineffective",
    "gap",
    "stale",
    "expired",
    "overlap",
]

MEANINGS: Final[Mapping[str, tuple[Level, str]]] = MappingProxyType(
    {
        "conflict": ("error", "Of the same facts, two rules conclude what cannot both stand."),
        "unreachable": ("error", "No facts make a rule fire."),
        "duplicate": ("warning", "Two rules fire on the same facts and conclude the same."),
        "shadowed": (
            "warning",
            "A rule fires only where others conclude as much or more, so it changes nothing.",
        ),
        "ineffective": ("warning", "What a rule concludes never shows in a decision."),
        "gap": ("warning", "Facts that a table or a book means to cover make none of it fire."),
        "stale": ("warning", "A book accepts a finding that is no longer found."),
        "expired": ("note", "The time of a rule is over; it never fires again."),
        "overlap": (
            "note",
            "Two rules fire on the same facts; merging settles what they differ in.",
        ),
    }
)
"""Every kind of finding: how grave it is, and what it means."""

KINDS: Final[tuple[str, ...]] = get_args(FindingKind)
CURES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "conflict": "Narrow one of the rules, let them agree, or accept it with a reason.",
        "unreachable": "Correct what the rule asks, or take it out.",
        "duplicate": "Take one of the rules out.",
        "shadowed": "Take the rule out, or let it conclude more than the others.",
        "ineffective": "Let a later rule ask for what it concludes, or take it out.",
        "gap": "Add a row, or declare with `complete` what is to be covered.",
        "stale": "Take the acceptance out.",
        "expired": "Take the rule out.",
        "overlap": "Nothing, if that is what you mean.",
    }
)
"""What to do about a finding of each kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A rule, a table or a book, and the line of the file on which it begins."""

    name: str
    file: str
    line: int

    @classmethod
    def of(cls, rule: Rule) -> "Place":
        """Where a rule stands."""
        return cls(name=rule.id, file=rule.file, line=rule.line)

    def __str__(self) -> str:
        """The name, and where it is."""
        return f"{self.name} ({self.file}:{self.line})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding; `facts` show it at the moment `at`, confirmed by every engine.

    `why` says what is so, `cure` what to do; `row` is the smallest row that would close a gap.
    """

    kind: str
    place: Place
    others: tuple[Place, ...] = ()
    why: str
    cure: str
    facts: tuple[Fact, ...] = ()
    at: datetime | None = None
    row: str = ""

    @property
    def level(self) -> Level:
        """How grave it is."""
        return MEANINGS[self.kind][0]

    @property
    def fingerprint(self) -> str:
        """The same for the same finding in a changed file, whatever its lines are."""
        parts = [self.kind, self.place.name, *(one.name for one in self.others), self.row]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]

    def lines(self) -> Iterator[str]:
        """The finding for a person: one line, then the facts and the cure."""
        yield f"{self.place.file}:{self.place.line}: {self.level}: {self.kind}: {self.why}"
        if self.at is not None:
            yield f"  facts {shown(self.facts)}{_when(self.at)}"
        if self.row:
            yield f"  row   {self.row}"
        yield f"  cure  {self.cure}"

    def to_json(self) -> dict[str, Json]:
        """The finding as an object."""
        return {
            "finding": self.kind,
            "level": self.level,
            "rule": self.place.name,
            "file": self.place.file,
            "line": self.place.line,
            "with": [{"rule": o.name, "file": o.file, "line": o.line} for o in self.others],
            "why": self.why,
            "cure": self.cure,
            "facts": None if self.at is None else by_kind(self.facts),
            "at": None if self.at is None else self.at.isoformat(),
            "row": self.row or None,
            "fingerprint": self.fingerprint,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was found in a policy at a moment.

    `accepted` are findings that a book means to leave, each with its reason. `looked` counts by
    kind what was looked into; `unknown` what could not be told, or not in the time there was.
    """

    policy: str
    at: datetime
    rules: int
    found: tuple[Finding, ...] = ()
    accepted: tuple[tuple[Finding, str], ...] = ()
    looked: Mapping[str, int] = field(default_factory=dict)
    unknown: Mapping[str, int] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        """Whether nothing is left to mend or to accept."""
        return all(one.level == "note" for one in self.found)

    def text(self) -> str:
        """The findings for a person."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        for one in self.found:
            yield from one.lines()
        counts = ", ".join(f"{n} {kind}" for kind, n in _counted(self.found).items())
        yield f"{self.rules} rules, policy {self.policy[:12]}: {counts or 'nothing found'}"
        if self.accepted:
            yield f"accepted in the books: {len(self.accepted)}"
        if any(self.unknown.values()):
            told = (f"{n} of {self.looked[k]} for {k}" for k, n in self.unknown.items() if n)
            yield f"unknown: {', '.join(told)}"

    def to_json(self) -> dict[str, Json]:
        """The findings as an object."""
        return {
            "policy": self.policy,
            "at": self.at.isoformat(),
            "rules": self.rules,
            "clean": self.clean,
            "findings": [one.to_json() for one in self.found],
            "accepted": [{**one.to_json(), "reason": why} for one, why in self.accepted],
            "looked": dict(self.looked),
            "unknown": dict(self.unknown),
        }


def by_kind(facts: Sequence[Fact]) -> dict[str, Json]:
    """Facts as a case gives them: by kind, several of a kind as a list."""
    found: dict[str, list[Json]] = {}
    for fact in facts:
        found.setdefault(fact.kind, []).append({n: encode(v) for n, v in fact.values.items()})
    return {kind: some[0] if len(some) == 1 else [*some] for kind, some in found.items()}


def shown(facts: Sequence[Fact]) -> str:
    """Facts in one line, as a case gives them; no facts are `{}`."""
    grouped: dict[str, list[str]] = {}
    for fact in facts:
        grouped.setdefault(fact.kind, []).append(_flow(fact.values))
    parts = (
        f"{kind}: {some[0]}" if len(some) == 1 else f"{kind}: [{', '.join(some)}]"
        for kind, some in grouped.items()
    )
    return f"{{{', '.join(parts)}}}"


def _flow(values: Mapping[str, Value]) -> str:
    return f"{{{', '.join(f'{name}: {_plain(value)}' for name, value in values.items())}}}"


def _plain(value: Value) -> str:
    written = encode(value)
    return str(written).lower() if isinstance(written, bool) else str(written)


def _when(at: datetime) -> str:
    return f" at {at.isoformat(timespec='minutes')}"


def _counted(found: Sequence[Finding]) -> dict[str, int]:
    kinds = [one.kind for one in found]
    return {kind: kinds.count(kind) for kind in KINDS if kind in kinds}
