"""Version notes: how weighty a change of policy is, by whom it reaches, and each reason for it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from ontology.decisions import Decision
from ontology.events import Json
from ontology.facts import Fact
from rules.differences import differences
from rules.shown_regions import Shown

Level: TypeAlias = Literal["major", "minor", "patch"]
LEVELS: Final[tuple[Level, ...]] = ("patch", "minor", "major")
MEANINGS: Final[Mapping[Level, str]] = {
    "major": "people are paged, asked or refused who were not, or no longer; or less is required",
    "minor": "it adds, or says by when or how otherwise",
    "patch": "it decides the same",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a change is of a level: in words, with the rule or the file that it is about."""

    level: Level
    about: str
    words: str

    def to_json(self) -> dict[str, Json]:
        """The reason as an object."""
        return {"level": self.level, "about": self.about, "reason": self.words}


def highest(levels: Iterable[Level]) -> Level:
    """The weightiest of some levels; a patch without any."""
    return max(levels, key=LEVELS.index, default="patch")


def reasons(found: Iterable[Shown]) -> tuple[Reason, ...]:
    """Why regions make a change weighty, the weightiest first, each said once.

    A region without an example counts as what its conclusions could do: nobody proved otherwise.
    """
    said = dict.fromkeys(reason for one in found for reason in _of(one))
    return tuple(sorted(said, key=lambda one: (-LEVELS.index(one.level), one.about, one.words)))


def _of(one: Shown) -> Iterator[Reason]:
    rule = one.region.rule.id
    if one.example is not None:
        for level, words in told(one.example.before, one.example.after):
            yield Reason(level=level, about=rule, words=words)
        return
    for fact in one.region.conclusions:
        level = _WEIGHTS.get(fact.kind, ("minor", "minor"))[not one.region.gained]
        way = "may now be concluded" if one.region.gained else "may no longer be concluded"
        words = f"{_named(fact)} {way}; no example was found and none was ruled out"
        yield Reason(level=level, about=rule, words=words)


def told(before: Decision, after: Decision) -> Iterator[tuple[Level, str]]:
    """What differs between two decisions as somebody whom it reaches would say it."""
    found = differences(before, after)
    parts = {one.part for one in found}
    for part, members, level, new, gone in _REACHED:
        here, there = members(before), members(after)
        for name in sorted(there - here):
            yield level[0], f"{name} {new}"
        for name in sorted(here - there):
            yield level[1], f"{name} {gone}"
        if part in parts and here == there:
            yield "minor", next(one.text() for one in found if one.part == part)
    for one in found:
        if one.part in _WHOLE:
            yield _WHOLE[one.part], one.text()


def _named(fact: Fact) -> str:
    first = next(iter(fact.values.values()), "")
    return f"{fact.kind} {first}"


_WHOLE: Final[Mapping[str, Level]] = {
    "tier": "major",
    "verdict": "major",
    "within": "minor",
    "cluster": "minor",
    "threat": "minor",
    "detections": "minor",
    "cautions": "minor",
}
_Members = Callable[[Decision], frozenset[str]]
_REACHED: Final[tuple[tuple[str, _Members, tuple[Level, Level], str, str], ...]] = (
    (
        "routes",
        lambda d: frozenset(one.team for one in d.routes),
        ("major", "major"),
        "is asked to answer, and was not",
        "is asked to answer no longer",
    ),
    (
        "notifications",
        lambda d: frozenset(one.team for one in d.notifications),
        ("major", "major"),
        "is told, and was not",
        "is told no longer",
    ),
    (
        "duties",
        lambda d: frozenset(f"{one.from_team} ({one.family})" for one in d.duties),
        ("major", "major"),
        "owes a word, and did not",
        "owes a word no longer",
    ),
    (
        "requirements",
        lambda d: frozenset(f"{one.name} {one.from_team or ''}".strip() for one in d.requirements),
        ("minor", "major"),
        "is required, and was not",
        "is required no longer",
    ),
    (
        "prohibitions",
        lambda d: frozenset(d.prohibitions),
        ("major", "major"),
        "is forbidden, and was not",
        "is forbidden no longer",
    ),
    (
        "responses",
        lambda d: frozenset(f"{one.strategy} {one.template or ''}".strip() for one in d.responses),
        ("minor", "minor"),
        "is offered as a response, and was not",
        "is offered as a response no longer",
    ),
    (
        "recovery",
        lambda d: frozenset(f"{one.step} {one.team or ''}".strip() for one in d.recovery),
        ("minor", "minor"),
        "is a step of recovery, and was not",
        "is a step of recovery no longer",
    ),
)
_WEIGHTS: Final[Mapping[str, tuple[Level, Level]]] = {
    "escalation": ("major", "major"),
    "routing": ("major", "major"),
    "notification": ("major", "major"),
    "duty": ("major", "major"),
    "prohibition": ("major", "major"),
    "requirement": ("minor", "major"),
    "classification": ("major", "major"),
    "detection": ("major", "major"),
    "threat": ("major", "major"),
    "intensifier": ("major", "major"),
}
"""How weighty a conclusion is that comes or goes without an example; what later rules ask may
page somebody."""
