"""The report of a tone audit: figures with intervals, lines, a table and a picture."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from knowledge.measures.estimates import Estimate, Figure
from knowledge.measures.wordings import Moved
from service.chart_marks import Mark
from service.charts import Axis, Chart, Level, Panel, Points, picture
from service.reported import Cell, Report

_SCORES: Final[Mapping[str, str]] = {
    "empathy": "empathy, 0 to 6: the levels of EPITOME's three mechanisms together",
    "voice": "brand voice, 0 to 100, by the findings of the active voice",
    "grade": "reading grade, in years of school",
    "likeness": "likeness to the templates of the active policy, 0 to 100",
    "sound": "how texts sound: squared distance of two times, 0 where nothing differs",
}
_NOTES: Final = (
    "Like against like: within incident and channel; drift within the same agent, too.",
    "Differences that are shown as such: one in twenty is chance (Benjamini and Hochberg).",
    "“drifted”: where nothing changed, a year of monthly audits says so once in twenty years.",
    "Texts of one person are alike, so intervals of groups count people, not texts.",
    "Levels of empathy are learned from peers' answers; nobody is paid or graded by them.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One group less those like it, or one of two groups less the other, by one score."""

    by: str
    score: str
    names: tuple[str, str | None]
    figure: Figure
    p: float | None
    q: float | None = None
    verdict: str = "cannot tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drifted:
    """How one place speaks now, less how it did; `left_out` are texts without their like."""

    by: str
    name: str
    score: str
    figure: Figure
    p: float | None
    left_out: int = 0
    q: float | None = None
    verdict: str = "cannot tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone(Report):
    """What an audit of tone found; agents stand under names that nobody else knows."""

    since: date
    until: date
    against: date
    of: tuple[str, ...]
    texts: int
    before: int
    unjudged: int
    means: tuple[tuple[str, Figure], ...]
    between: tuple[tuple[str, str, Figure], ...]
    differences: tuple[Compared, ...]
    drifts: tuple[Drifted, ...]
    words: tuple[Moved, ...]
    agents: Mapping[str, str]

    @property
    def _of(self) -> str:
        return " and ".join(self.of)

    def to_json(self) -> Mapping[str, Any]:
        """Every figure, with what was withheld."""
        return {
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "against": self.against.isoformat(),
            "of": [*self.of],
            "texts": self.texts,
            "before": self.before,
            "unjudged": self.unjudged,
            "scores": dict(_SCORES),
            "means": {name: one.to_json() for name, one in self.means},
            "between": [
                {"by": by, "score": score, "share": one.to_json()}
                for by, score, one in self.between
            ],
            "differences": [self._difference(one) for one in self.differences],
            "drift": [
                {
                    "by": one.by,
                    "group": one.name,
                    "score": one.score,
                    "change": one.figure.to_json(),
                    "left_out": one.left_out,
                    "p": one.p,
                    "q": one.q,
                    "verdict": one.verdict,
                }
                for one in self.drifts
            ],
            "words": [
                {
                    "word": one.word,
                    "log_odds": one.figure.to_json(),
                    "q": one.q,
                    "now": one.now,
                    "then": one.then,
                }
                for one in self.words
            ],
            "notes": [*_NOTES],
        }

    def lines(self) -> Iterator[str]:
        """Means, drift, who differs, which words moved; then what it means."""
        yield (
            f"Tone from {self.since} to {self.until}, against {self.against} to {self.since}:"
            f" {self.texts} {self._of}, {self.before} before, {self.unjudged} not judged"
        )
        for name, mean in self.means:
            yield f"{name:<12} {mean.words()}  ({_SCORES[name]})"
        yield "share of the spread that lies between"
        for by, score, share in self.between:
            yield f"  {by + 's':<10} {score:<10} {share.words()}"
        yield "drift"
        for one in self.drifts:
            yield f"  {_place(one)}, {one.score}: {one.figure.words(3)}: {one.verdict}"
        shown = [one for one in self.differences if one.verdict == "differs"]
        yield f"{len(shown)} of {len(self.differences)} differences are more than chance"
        for each in shown:
            yield f"  {self._names(each)}, {each.score}: {each.figure.words()}"
        yield f"{len(self.words)} words moved"
        for word in self.words:
            yield f"  {word.word}: {word.then} texts before, {word.now} now; {word.figure.words()}"
        yield from _NOTES

    def rows(self) -> Iterator[Sequence[Cell]]:
        """Every figure as a row."""
        yield ("part", "by", "group", "score", "value", "low", "high", "n", "q", "verdict")
        for name, mean in self.means:
            yield ("mean", "", "", name, *_cells(mean), None, "")
        for by, score, share in self.between:
            yield ("between", by, "", score, *_cells(share), None, "")
        for each in self.differences:
            told = (*_cells(each.figure), each.q, each.verdict)
            yield ("difference", each.by, self._names(each), each.score, *told)
        for one in self.drifts:
            yield ("drift", one.by, one.name, one.score, *_cells(one.figure), one.q, one.verdict)
        for word in self.words:
            yield ("word", "", word.word, "log odds", *_cells(word.figure), word.q, "moved")

    def picture(self) -> str:
        """Drift of each score by place, as a forest of intervals."""
        panels = []
        for score, about in _SCORES.items():
            some = [
                (one, one.figure)
                for one in self.drifts
                if one.score == score and isinstance(one.figure, Estimate)
            ]
            points = Points(
                name="change",
                x=[figure.value for _, figure in some],
                y=[_place(one) for one, _ in some],
                low=[figure.low for _, figure in some],
                high=[figure.high for _, figure in some],
                notes=[f"n = {figure.n}, {one.verdict}" for one, figure in some],
                named=False,
            )
            if some:
                axes = Axis(label=f"change of {about}"), Axis(label="", kind="category")
                marks: list[Mark] = [Level(name="no change", at=0.0), points]
                panels.append(Panel(x=axes[0], y=axes[1], marks=marks, title=score))
        empty = Panel(x=Axis(label="change"), y=Axis(label=""), marks=[])
        return picture(
            Chart(
                title=f"Tone, {self.since} to {self.until}",
                subtitle=f"{self.texts} {self._of} against {self.before} since {self.against}",
                panels=panels or [empty],
                notes=_NOTES,
            )
        )

    def _difference(self, one: Compared) -> Mapping[str, Any]:
        group, other = (self._name(one.by, name) for name in one.names)
        return {
            "by": one.by,
            "group": group,
            "other": other,
            "score": one.score,
            "difference": one.figure.to_json(),
            "p": one.p,
            "q": one.q,
            "verdict": one.verdict,
        }

    def _names(self, one: Compared) -> str:
        group, other = (self._name(one.by, name) for name in one.names)
        return f"{group} less {other or 'its like'}"

    def _name(self, by: str, name: str | None) -> str | None:
        return self.agents.get(name, name) if by == "agent" and name is not None else name


def _place(one: Drifted) -> str:
    """How a place is called: what it is stands before it where its name doesn't say so."""
    told = one.by == "all" or one.name.startswith(f"{one.by}/")
    return one.name if told else f"{one.by} {one.name}"


def _cells(one: Figure) -> tuple[Cell, ...]:
    if isinstance(one, Estimate):
        return one.value, one.low, one.high, one.n
    return None, None, None, one.n
