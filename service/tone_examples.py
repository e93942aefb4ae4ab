"""The worst of what was said in a time: scores, reasons, and words for those who may read."""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np

from knowledge.measures.estimates import Unsuited, number_of
from service.library import current
from service.recorded_history import Progress
from service.reported import Cell, Report
from service.tone import begin_of
from service.tone_bodies import ExamplesIn
from service.tone_exemplars import Version, exemplars
from service.tone_kinds import asked_time, sources
from service.tone_quotes import addressees, quoting
from service.tone_reasons import Looked, Reason, Reasons, common
from service.tone_texts import Said, levels_of, read_texts, said
from service.world import World

_PLACES: Final = ("team", "region", "channel", "incident", "message")
_NOTES: Final = (
    "Demerits: one each at most for empathy that lacks, the voice, blame, boilerplate.",
    "A model read them: it errs on single texts. Read a text before you say anything about it.",
    "Who wrote a text is not told here; names, figures and addresses are taken out of words.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One text that was said so many times; its words are empty where nobody is to read them."""

    id: str
    times: int
    empathy: float
    voice: float
    demerits: float
    places: Mapping[str, str]
    reasons: tuple[Reason, ...]
    words: str

    def json(self) -> dict[str, Any]:
        """All of it; without words where there are none."""
        shown: dict[str, Any] = {
            "id": self.id,
            "times": self.times,
            "empathy": self.empathy,
            "voice": self.voice,
            "demerits": round(self.demerits, 3),
            **self.places,
            "reasons": [_reason(one) for one in self.reasons],
        }
        return {**shown, "words": self.words} if self.words else shown

    def lines(self) -> Iterator[str]:
        """It in lines for people."""
        where = ", ".join(self.places.values())
        yield (
            f"{self.id}  {self.demerits:.2f} demerits, empathy {self.empathy:.0f} of 6, voice"
            f" {self.voice:.0f} of 100, said {number_of(self.times, 'time', 'times')}  {where}"
        )
        if self.words:
            yield f"  “{self.words}”"
        for one in self.reasons:
            yield f"  {one.about}: {one.why}" + (f" “{one.words}”" if one.words else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples(Report):
    """The worst texts of a time, the worst one first."""

    since: date
    until: date
    texts: int
    unjudged: int
    held_to: Version
    quoted: bool
    found: tuple[Example, ...]

    def to_json(self) -> Mapping[str, Any]:
        """Every example."""
        return {
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "texts": self.texts,
            "unjudged": self.unjudged,
            "held_to": self.held_to.json(),
            "quoted": self.quoted,
            "examples": [one.json() for one in self.found],
            "notes": [*_NOTES],
        }

    def lines(self) -> Iterator[str]:
        """Every example with its reasons."""
        yield (
            f"The worst {len(self.found)} of {self.texts} texts from {self.since} to {self.until},"
            f" {self.unjudged} not judged"
        )
        for one in self.found:
            yield from one.lines()
        yield self.held_to.words()
        yield from _NOTES

    def rows(self) -> Iterator[Sequence[Cell]]:
        """A reason a row."""
        head = ("text", "times", "empathy", "voice", "demerits", *_PLACES)
        yield (*head, "about", "why", "words", "text_words")
        for one in self.found:
            own = (one.id, one.times, one.empathy, one.voice, round(one.demerits, 3))
            places = [one.places.get(name) for name in _PLACES]
            for why in one.reasons or (Reason(about="voice", why=""),):
                yield (*own, *places, why.about, why.why, why.words, one.words)


def examples(world: World, body: ExamplesIn, progress: Progress) -> Report:
    """The worst texts of a time.

    Raises:
        Unsuited: nothing was said that can be read.
    """
    since, until = asked_time(world, body.month, body.since, body.until)
    whole = said(world, begin_of(since), begin_of(until), progress, sources(body.of))
    spoken = whole
    if body.team is not None:
        spoken = whole.part(whole.columns["team"] == body.team)
    if not spoken.texts:
        where = f" of {body.team}" if body.team else ""
        words = (
            f"nothing in English was said{where} from {since} to {until}; load replies, or name"
        )
        raise Unsuited(f"{words} another month")
    looking = Looking.at(world, spoken, progress)
    return Examples(
        since=since,
        until=until,
        texts=len(spoken.texts),
        unjudged=whole.unjudged,
        held_to=looking.version,
        quoted=body.quotes,
        found=tuple(looking.ranked(range(len(spoken.texts)), body.most, quotes=body.quotes)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """What was said in a time, with what was looked for in each text."""

    world: World
    spoken: Said
    looked: Mapping[str, Looked]
    version: Version

    @classmethod
    def at(cls, world: World, spoken: Said, progress: Progress) -> "Looking":
        """Look for reasons in every text, one that was said more often once."""
        held = exemplars(world, progress)
        texts = [*dict.fromkeys(spoken.texts)]
        levels = levels_of(read_texts(world, texts, progress))
        reasons = Reasons(voice=current(world).voice, common=common(spoken.texts, held.texts))
        looked = {}
        for done, (text, own) in enumerate(zip(texts, levels, strict=True), 1):
            looked[text] = reasons.of(text, [float(one) for one in own])
            progress(done, len(texts))
        return cls(world=world, spoken=spoken, looked=looked, version=held.version)

    def ranked(
        self, rows: Iterable[int], most: int, *, quotes: bool, best: bool = False
    ) -> Iterator[Example]:
        """The worst of some rows, or the best; one text once, by demerits and then by its id."""
        by_text: dict[str, list[int]] = {}
        for row in rows:
            by_text.setdefault(self.spoken.texts[row], []).append(row)
        sign = 1 if best else -1
        chosen = heapq.nsmallest(
            most,
            by_text.items(),
            key=lambda one: (sign * self.looked[one[0]].demerits, self._id(one[0])),
        )
        quoted = self._quoting() if quotes and chosen else _nothing
        for text, own in chosen:
            yield self._example(text, own, quoted)

    def _example(
        self, text: str, own: Sequence[int], quoted: Callable[[int, str], str]
    ) -> Example:
        looked, first = self.looked[text], own[0]
        columns = self.spoken.columns
        return Example(
            id=self._id(text),
            times=len(own),
            empathy=float(self.spoken.scores["empathy"][first]),
            voice=float(self.spoken.scores["voice"][first]),
            demerits=looked.demerits,
            places={
                name: str(columns[name][first])
                for name in _PLACES
                if columns[name][first] is not None
            },
            reasons=tuple(
                Reason(about=one.about, why=one.why, words=quoted(first, one.words))
                for one in looked.reasons
            ),
            words=quoted(first, text),
        )

    def _quoting(self) -> Callable[[int, str], str]:
        quoted, names = quoting(self.world, self.spoken), addressees(self.world, self.spoken)

        def cleaned(row: int, words: str) -> str:
            return quoted(words, self._names(row, names)) if words else ""

        return cleaned

    def _names(self, row: int, names: Mapping[object, str]) -> list[str]:
        columns = self.spoken.columns
        known = [names.get(columns["subject"][row]), columns["addressee"][row]]
        return [str(one) for one in known if one]

    def _id(self, text: str) -> str:
        return f"text/{self.world.keys.mac('tone-text', [text]).hex()[:12]}"


def _nothing(_row: int, _words: str) -> str:
    """Nobody is to read words."""
    return ""


def _reason(one: Reason) -> dict[str, str]:
    told = {"about": one.about, "why": one.why}
    return {**told, "words": one.words} if one.words else told


def rows_of(spoken: Said, agent: str) -> list[int]:
    """The rows that one agent wrote."""
    return [int(row) for row in np.flatnonzero(spoken.columns["agent"] == agent)]
