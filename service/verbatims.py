"""Verbatims: what customers wrote, by theme, and the emotions that our messages brought about."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow has no type stubs
import pyarrow.compute as pc  # type: ignore[import-untyped]  # pyarrow has no type stubs

from knowledge.language.indicators import Judged
from knowledge.measures.effort import LEAST, Answers
from knowledge.measures.estimates import Unsuited
from knowledge.measures.observation_files import ObservationsBroken
from knowledge.measures.reactions import Sample, reactions
from knowledge.measures.themes import MOST, Theme, themes
from ontology.identity import ThingId
from service.observing import hashes, observed, words
from service.quoted_words import inert, quotable
from service.recorded_history import Progress
from service.survey_bodies import VerbatimsIn
from service.verbatims_report import Quote, Told, Unread, Verbatims
from service.world import World

EMOTIONS: Final = ("frustration", "urgency", "betrayal", "negative")
_BATCH: Final = 64
_QUOTES: Final = 2
_IRONIC: Final = 0.7
_SEED: Final = 20131201
_DAY: Final = 86_400_000_000
Floats = npt.NDArray[np.float64]


class Models(Protocol):
    """What reads texts."""

    def score(self, texts: Sequence[str], languages: Sequence[str | None]) -> Sequence[Judged]:
        """What is felt in each text; blank where its language is not read."""

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """A unit vector a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """Comments that were judged: whose, when, on which message, and what is felt in each."""

    texts: tuple[str, ...]
    who: npt.NDArray[np.uint64]
    at: npt.NDArray[np.int64]
    message: npt.NDArray[np.object_]
    felt: Mapping[str, Floats]
    ironic: int

    def answers(self, emotion: str, fits: npt.NDArray[np.bool_]) -> Answers:
        return Answers(score=self.felt[emotion][fits], who=self.who[fits], low=0.0, high=1.0)


def verbatims(
    world: World, body: VerbatimsIn, progress: Progress, models: Models | None = None
) -> Verbatims:
    """What customers wrote.

    Raises:
        Unsuited: too few comments can be read, or the language models are off.
    """
    try:
        table = _commented(
            observed(world, "survey", body.since, body.until, unanswered=True), body
        )
        said = words(world, "survey", "comment", table["comment"])
    except ObservationsBroken as error:
        raise Unsuited(str(error)) from error
    known = np.array([one is not None and bool(one.strip()) for one in said], np.bool_)
    texts = [one for one in said if one is not None and one.strip()]
    table = table.filter(pa.array(known))
    if len({*table["subject"].to_pylist()}) < LEAST:
        raise Unsuited(
            f"{len(texts)} comments of too few people, {LEAST} are needed; load answers with a"
            " column comment with `attune load survey`"
        )
    used = models or _models(world)
    read, unread = _judged(table, texts, used, progress)
    if len(np.unique(read.who)) < LEAST:
        raise Unsuited(
            f"{len(read.texts)} of {len(texts)} comments are in a language that is read, of fewer"
            f" than {LEAST} people; English is read"
        )
    return Verbatims(
        comments=len(said),
        people=len(np.unique(read.who)),
        erased=int((~known).sum()),
        unread=unread,
        ironic=read.ironic,
        reactions=reactions(_samples(read, timedelta(days=body.days_before))),
        linked=int((read.message != "").sum()),
        themes=tuple(_themes(world, read, used, quotes=body.quotes)),
        quoted=body.quotes,
    )


def _commented(table: pa.Table, body: VerbatimsIn) -> pa.Table:
    found = table.filter(pc.is_valid(table["comment"]))
    if body.incident is not None:
        found = found.filter(pc.equal(found["incident"], body.incident))
    return found


def _judged(
    table: pa.Table, texts: Sequence[str], models: Models, progress: Progress
) -> tuple[_Read, Unread]:
    """What is felt in the comments that can be read, and how many can't, by language."""
    languages: list[str | None] = table["language"].to_pylist()
    found: list[Judged] = []
    for start in range(0, len(texts), _BATCH):
        share = slice(start, start + _BATCH)
        # A customer's language is not always that of the comment, so the text decides.
        found += models.score(texts[share], [None] * len(texts[share]))
        progress(min(start + _BATCH, len(texts)), len(texts) + 1)
    judged = np.array([one.judged for one in found], np.bool_)
    tags = Counter(
        one.language or languages[at] or "unknown"
        for at, one in enumerate(found)
        if not one.judged
    )
    chosen = table.filter(pa.array(judged))
    kept = [one for one in found if one.judged]
    read = _Read(
        texts=tuple(text for text, fits in zip(texts, judged, strict=True) if fits),
        who=chosen["subject"].to_numpy(),
        at=chosen["at"].cast(pa.int64()).to_numpy(),
        message=np.array([one or "" for one in chosen["message"].to_pylist()], np.object_),
        felt={name: _column(kept, name) for name in EMOTIONS},
        ironic=sum((one.scores.irony or 0.0) >= _IRONIC for one in kept),
    )
    return read, Unread(many=int((~judged).sum()), languages=dict(sorted(tags.items())))


def _column(found: Sequence[Judged], name: str) -> Floats:
    return np.array([getattr(one.scores, name) or 0.0 for one in found], np.float64)


def _samples(read: _Read, before: timedelta) -> dict[tuple[str, str], Sample]:
    """For each message and emotion: its own answers, those to others, those of the time before.

    The time before ends with the first answer to the message; answers to other messages in it
    count as before, too.
    """
    span = round(before.total_seconds() * 1_000_000)
    samples = {}
    for message in sorted({str(one) for one in read.message} - {""}):
        own = read.message == message
        others = (read.message != "") & ~own
        first = read.at[own].min()
        earlier = ~own & (read.at < first) & (read.at >= first - span)
        for emotion in EMOTIONS:
            samples[message, emotion] = Sample(
                own=read.answers(emotion, own),
                others=read.answers(emotion, others),
                before=read.answers(emotion, earlier),
            )
    return samples


def _themes(world: World, read: _Read, models: Models, *, quotes: bool) -> Sequence[Told]:
    """The themes, each with the messages it answers, and quotes where they are wanted."""
    rows = np.unique(np.linspace(0, len(read.texts) - 1, min(MOST, len(read.texts))).astype(int))
    texts = [read.texts[row] for row in rows]
    found = themes(models.embed(texts), texts, read.who[rows], np.random.default_rng(_SEED))
    quoted = _quoted(world) if quotes else {}
    return [_told(read, one, rows, quoted) for one in found]


def _told(
    read: _Read,
    theme: Theme,
    rows: npt.NDArray[np.int_],
    quoted: Mapping[int, Callable[[str], str]],
) -> Told:
    own = [int(rows[row]) for row in theme.rows]
    answered = Counter(str(read.message[row]) for row in own if read.message[row])
    quotes, heard = list[Quote](), set[str]()
    for row in own:
        clean = quoted.get(int(read.who[row]))
        text = clean(read.texts[row]) if clean is not None else ""
        if text and text not in heard and len(quotes) < _QUOTES:
            heard.add(text)
            quotes.append(Quote(text=text, message=str(read.message[row]) or None))
    return Told(theme=theme, messages=dict(answered.most_common(3)), quotes=tuple(quotes))


def _quoted(world: World) -> dict[int, Callable[[str], str]]:
    """How to clean the words of each customer who may be quoted, by the hash of the customer."""
    graph = world.graph
    agreed = quotable(graph, graph.of_type("Customer"), world.clock.now())

    def cleaner(who: ThingId) -> Callable[[str], str]:
        name = str(graph.get(who, "displayName") or "")
        return lambda text: inert(text, [name])

    return {mark: cleaner(who) for who, mark in hashes(world, agreed).items()}


def _models(world: World) -> Models:
    """The models of a world under its active policy.

    Raises:
        Unsuited: they are off.
    """
    if not world.settings.language:
        raise Unsuited("the language models are off; set ATTUNE_LANGUAGE=true")
    from knowledge.language import embedding  # noqa: PLC0415 - torch comes with it

    judge = world.perception.under(world.policies.reading())

    class Own:
        def score(self, texts: Sequence[str], languages: Sequence[str | None]) -> Sequence[Judged]:
            return judge.score(texts, languages=languages)

        def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
            return embedding.load().embed(texts)

    return Own()
