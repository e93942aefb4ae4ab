"""The report of a comparison: as JSON, as text, and as a note for a changelog in Markdown."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal, TypeAlias

from ontology.events import Json
from ontology.facts import Fact
from rules.comparison import Change, Comparison
from rules.difference_words import region_words
from rules.shown_regions import Shown
from rules.version_note import LEVELS, MEANINGS, Level, Reason, highest, reasons

Verdict: TypeAlias = Literal["identical", "same", "differs", "unproven"]
VERDICTS: Final[Mapping[Verdict, str]] = {
    "identical": "No file differs.",
    "same": "It reads differently and decides the same: proven for all facts without snoozes.",
    "differs": "It decides otherwise.",
    "unproven": "No facts were found on which it decides otherwise; that there are none is not"
    " proven.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PartChange:
    """What became of a part of a bundle that is no book: a shape, a template, a file.

    `places` are lines as `file:line: what`, the most telling first.
    """

    part: str
    file: str
    name: str
    level: Level
    words: str
    places: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """The change as an object."""
        return {
            "part": self.part,
            "file": self.file,
            "name": self.name,
            "level": self.level,
            "what": self.words,
            "places": [*self.places],
        }


@dataclass(frozen=True, kw_only=True)
class Report:
    """A comparison with its examples, and what changed of the other parts."""

    comparison: Comparison
    shown: tuple[Shown, ...]
    parts: tuple[PartChange, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """What can be said of all decisions, for facts that are the same under both policies."""
        if any(one.example is not None for one in self.shown):
            return "differs"
        if self.shown:
            return "unproven"
        alike = self.comparison.old.digest == self.comparison.new.digest
        return "identical" if alike else "same"

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        """Why it is of its level, the weightiest first."""
        mine = [
            Reason(level=one.level, about=one.name, words=one.words)
            for one in self.parts
            if one.level != "patch"
        ]
        found = (*reasons(self.shown), *mine)
        return tuple(sorted(found, key=lambda one: -LEVELS.index(one.level)))

    @property
    def level(self) -> Level:
        """How weighty the whole is."""
        return highest(one.level for one in self.reasons)

    def to_json(self) -> dict[str, Json]:
        """The report as an object."""
        return {
            "from": self.comparison.old.digest,
            "to": self.comparison.new.digest,
            "verdict": self.verdict,
            "means": VERDICTS[self.verdict],
            "version": {
                "level": self.level,
                "means": MEANINGS[self.level],
                "reasons": [one.to_json() for one in self.reasons],
            },
            "counts": {**self.counts()},
            "changes": [self._change(one) for one in self.comparison.changes],
            "parts": [one.to_json() for one in self.parts],
        }

    def counts(self) -> Mapping[str, int]:
        """How many rules were added, removed, changed …, and kept to the letter."""
        found = Counter(one.what[0] for one in self.comparison.changes)
        return {**dict(sorted(found.items())), "kept": self.comparison.kept}

    def of(self, change: Change) -> tuple[Shown, ...]:
        """The regions of one change, with their examples."""
        mine = {id(region) for region in change.regions}
        return tuple(one for one in self.shown if id(one.region) in mine)

    def _change(self, change: Change) -> dict[str, Json]:
        rule = change.rule
        before = change.old.id if change.old is not None else None
        return {
            "rule": rule.id,
            **({"before": before} if before not in {None, rule.id} else {}),
            "book": rule.book,
            "source": f"{rule.file}:{rule.line}",
            "what": [*change.what],
            "texts": [
                {"part": one.part, "before": one.before, "after": one.after}
                for one in change.texts
            ],
            "regions": [_region(one) for one in self.of(change)],
            "covered": [
                {"gained": one.gained, "concludes": concluded(one.conclusion), "by": [*one.by]}
                for one in change.covered
            ],
        }


def concluded(fact: Fact) -> str:
    """A conclusion in words.

    >>> concluded(Fact(kind="escalation", values={"tier": "executive"}, origins=()))
    'escalation {tier: executive}'
    """
    values: Mapping[str, Json] = fact.to_json()["values"]  # type: ignore[assignment] # an object
    said = ", ".join(f"{name}: {value}" for name, value in values.items())
    return f"{fact.kind} {{{said}}}"


def _region(one: Shown) -> dict[str, Json]:
    region = one.region
    start, end = region.effective.start, region.effective.end
    return {
        "gained": region.gained,
        "where": [*region_words(region.asked)],
        **({"from": start.isoformat()} if start is not None else {}),
        **({"until": end.isoformat()} if end is not None else {}),
        "concludes": [*map(concluded, region.conclusions)],
        "example": one.example.to_json() if one.example is not None else None,
    }


def text(report: Report) -> str:
    """The report in lines for a terminal."""
    return "\n".join(_lines(report))


def _lines(report: Report) -> Iterator[str]:
    old, new = report.comparison.old.digest, report.comparison.new.digest
    counts = ", ".join(f"{count} {what}" for what, count in report.counts().items())
    yield f"{old[:12]} → {new[:12]}: {report.level}"
    yield f"{VERDICTS[report.verdict]} Rules: {counts}."
    for change in report.comparison.changes:
        yield ""
        yield from _of_change(report, change)
    if report.parts:
        yield ""
    for part in report.parts:
        yield f"{part.name} ({part.part}, {part.level}): {part.words}"
        yield from (f"  {place}" for place in part.places)
    if report.reasons:
        yield ""
    for reason in report.reasons:
        yield f"{reason.level}: {reason.about}: {reason.words}"


def _of_change(report: Report, change: Change) -> Iterator[str]:
    rule = change.rule
    name = rule.id if change.old is None else f"{change.old.id} → {rule.id}"
    name = name if name != f"{rule.id} → {rule.id}" else rule.id
    yield f"{name}: {', '.join(change.what)}  ({rule.file}:{rule.line})"
    if not change.regions and "rewritten" in change.what:
        yield "  reads differently, decides the same"
    for one in change.texts:
        yield f"  {one.part}: {one.before or '-'} → {one.after or '-'}"
    for alike in _alike(report.of(change)):
        yield from (f"  {line}" for line in _of_regions(alike))
    for by in dict.fromkeys(one.by for one in change.covered):
        yield f"  without effect where others conclude as much: {', '.join(by)}"


def _alike(found: Iterable[Shown]) -> list[list[Shown]]:
    """Regions of the same facts together: what no longer, and what instead."""
    groups: defaultdict[object, list[Shown]] = defaultdict(list)
    for one in found:
        groups[one.region.asked, one.region.effective].append(one)
    return [*groups.values()]


def _of_regions(alike: Sequence[Shown]) -> Iterator[str]:
    for one in alike:
        way = "now also" if one.region.gained else "no longer"
        yield f"{way} {'; '.join(map(concluded, one.region.conclusions))}"
    yield f"  where {' and '.join(region_words(alike[0].region.asked))}{_when(alike[0])}"
    example = next((one.example for one in alike if one.example is not None), None)
    if example is None:
        yield "  no facts were found on which the decision differs; that is no proof"
        return
    yield f"  for example {'; '.join(fact.canonical() for fact in example.facts)}"
    yield from (f"    {part.text()}" for part in example.differences)


def _when(one: Shown) -> str:
    start, end = one.region.effective.start, one.region.effective.end
    said = f", from {start.isoformat()}" if start is not None else ""
    return said + (f", until {end.isoformat()}" if end is not None else "")


def markdown(report: Report) -> str:
    """The version note as Markdown, ready for a changelog."""
    return "\n".join(_note(report)) + "\n"


def _note(report: Report) -> Iterator[str]:
    new = report.comparison.new.digest
    yield f"### Policy {new[:12]}: {report.level}"
    yield ""
    yield f"{VERDICTS[report.verdict]} {report.level.capitalize()}: {MEANINGS[report.level]}."
    for level in reversed(LEVELS):
        mine = [one for one in report.reasons if one.level == level]
        yield from _section(f"{level.capitalize()}", [f"`{r.about}`: {r.words}" for r in mine])
    quiet = [one for one in report.comparison.changes if not one.regions]
    yield from _section(
        "Decides the same", [f"`{one.rule.id}`: {', '.join(one.what)}" for one in quiet]
    )
    patches = [one for one in report.parts if one.level == "patch"]
    yield from _section("Other files", [f"`{one.name}`: {one.words}" for one in patches])


def _section(title: str, points: Sequence[str]) -> Iterator[str]:
    if points:
        yield from ("", f"**{title}**", "")
        yield from (f"- {one}" for one in dict.fromkeys(points))
