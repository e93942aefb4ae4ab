"""The report of a tone audit: figures with intervals, lines, a table and a picture."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from knowledge.measures.estimates import Estimate, Figure, Withheld, number_of
from knowledge.measures.wordings import Moved
from service.reported import Cell, Report
from service.tone_exemplars import Version
from service.tone_found import SCORES, Compared, Drifted, called
from service.tone_picture import drawn
from service.tone_words import Missing, gathered, headline, withheld

_NOTES: Final = (
    "Like against like: within incident and channel; drift within the same agent, too.",
    "Differences that are shown as such: one in twenty is chance (Benjamini and Hochberg).",
    "“drifted”: where nothing changed, a year of monthly audits says so once in twenty years.",
    "Texts of one person are alike, so intervals of groups count people, not texts.",
    "Levels of empathy are learned from peers' answers; nobody is paid or graded by them.",
)


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
    held_to: Version
    means: tuple[tuple[str, Figure], ...]
    between: tuple[tuple[str, str, Figure], ...]
    differences: tuple[Compared, ...]
    drifts: tuple[Drifted, ...]
    words: tuple[Moved, ...]
    agents: Mapping[str, str]
    answers: tuple[tuple[str, str, str], ...] = ()

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
            "held_to": self.held_to.json(),
            "scores": dict(SCORES),
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
            "answers": [
                {"agent": agent, "month": month, "text": text}
                for agent, month, text in self.answers
            ],
            "notes": [*_NOTES],
        }

    def lines(self) -> Iterator[str]:
        """The headline; means, drift, who differs, which words moved; then what it means."""
        yield from self._headline()
        yield (
            f"Tone from {self.since} to {self.until}, against {self.against} to {self.since}:"
            f" {self.texts} {self._of}, {self.before} before, {self.unjudged} not judged"
        )
        yield self.held_to.words()
        for name, mean in self.means:
            yield f"{name:<12} {mean.words()}  ({SCORES[name]})"
        yield "share of the spread that lies between"
        yield from self._shares()
        yield "drift"
        yield from self._changes()
        shown = self._differing()
        yield f"{len(shown)} of {len(self.differences)} differences are more than chance"
        for each in shown:
            yield f"  {self._names(each)}, {each.score}: {each.figure.words()}"
        yield f"{number_of(len(self.words), 'word', 'words')} moved"
        for word in self.words:
            times = f"{number_of(word.then, 'text', 'texts')} before, {word.now} now"
            yield f"  {word.word}: {times}; {word.figure.words()}"
        for agent, month, text in self.answers:
            yield f"{agent} answers to {month}: {text}"
        yield from _NOTES

    def _headline(self) -> Iterator[str]:
        drifted = gathered(
            (one.verdict, (called(one.by, one.name), one.score)) for one in self.drifts
        )
        known = [one for one in self.differences if one.verdict != "cannot tell"]
        agents = len({one.names[0] for one in known if one.by == "agent"})
        by_kind = gathered((one.by, one) for one in known if one.verdict == "differs")
        yield from headline(drifted, [*_apart(by_kind, agents)] if known else None)

    def _shares(self) -> Iterator[str]:
        missing = [(f"{by}s", score, one) for by, score, one in self.between]
        for group, score, one in missing:
            if isinstance(one, Estimate):
                yield f"  {group:<10} {score:<10} {one.words()}"
        yield from _indented(withheld(_missing(missing), [score for score, _ in self.means]))

    def _changes(self) -> Iterator[str]:
        for one in self.drifts:
            if isinstance(one.figure, Estimate):
                place = called(one.by, one.name)
                yield f"  {place}, {one.score}: {one.figure.words(3)}: {one.verdict}"
        missing = [(called(one.by, one.name), one.score, one.figure) for one in self.drifts]
        yield from _indented(withheld(_missing(missing), [one.score for one in self.drifts]))

    def _differing(self) -> list[Compared]:
        return [one for one in self.differences if one.verdict == "differs"]

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
        held = self.held_to
        none = (None, None, None)
        yield ("held to", "", held.digest, "wordings", *none, held.wordings, None, held.policy)

    def picture(self) -> str:
        """Drift of each score by place, as a forest of intervals."""
        title = f"Tone, {self.since} to {self.until}"
        held = f"{self.texts} {self._of} against {self.before} since {self.against}"
        return drawn(title, held, self.drifts, _NOTES)

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
        return (
            f"{called(one.by, group or '')} less {called(one.by, other) if other else 'its like'}"
        )

    def _name(self, by: str, name: str | None) -> str | None:
        return self.agents.get(name, name) if by == "agent" and name is not None else name


def _apart(by_kind: Mapping[str, Sequence[Compared]], agents: int) -> Iterator[tuple[str, str]]:
    for by, found in by_kind.items():
        # Who is apart from all its like says more than the pairs in which it stands.
        chosen = [one for one in found if one.names[1] is None] or found
        many = f"{len({one.names for one in chosen})} of {agents} agents"
        for one in chosen:
            for name in filter(None, one.names):
                yield many if by == "agent" else called(by, name), one.score


def _missing(found: Iterable[tuple[str, str, Figure]]) -> Iterator[Missing]:
    return ((name, score, one) for name, score, one in found if isinstance(one, Withheld))


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


def _cells(one: Figure) -> tuple[Cell, ...]:
    if isinstance(one, Estimate):
        return one.value, one.low, one.high, one.n
    return None, None, None, one.n
