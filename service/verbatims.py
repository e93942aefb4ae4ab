"""Verbatims: what people wrote, by theme, and the emotions that our messages brought about."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from knowledge.language.indicators import Judged
from knowledge.measures.effort import LEAST, Answers
from knowledge.measures.estimates import Unsuited
from knowledge.measures.observation_files import ObservationsBroken
from knowledge.measures.reactions import Sample, reactions
from knowledge.measures.themes import MOST, Theme, themes
from ontology.signals import Scores
from service.observing import hashes
from service.quoted_words import inert, ordinary, quotable
from service.recorded_history import Progress
from service.recovery import incident_of
from service.spoken_runs import Runs
from service.survey_bodies import VerbatimsIn
from service.verbatim_sources import gathered
from service.verbatim_texts import CASE, POST, Written
from service.verbatims_report import Quote, Told, Unread, Verbatims
from service.world import World

EMOTIONS: Final = ("frustration", "urgency", "betrayal", "negative")
_BATCH: Final = 64
_QUOTES: Final = 2
_IRONIC: Final = 0.7
_SEED: Final = 20131201
Floats = npt.NDArray[np.float64]


class Models(Protocol):
    """What reads texts."""

    def score(self, texts: Sequence[str], languages: Sequence[str | None]) -> Sequence[Judged]:
        """What is felt in each text; blank where its language is not read."""

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """A unit vector a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """Texts that were judged: whose, when, from where, on which message, what is felt in each."""

    written: tuple[Written, ...]
    who: npt.NDArray[np.uint64]
    at: npt.NDArray[np.int64]
    message: npt.NDArray[np.object_]
    source: npt.NDArray[np.object_]
    felt: Mapping[str, Floats]
    ironic: int

    def answers(self, emotion: str, fits: npt.NDArray[np.bool_]) -> Answers:
        return Answers(score=self.felt[emotion][fits], who=self.who[fits], low=0.0, high=1.0)


def verbatims(
    world: World, body: VerbatimsIn, progress: Progress, models: Models | None = None
) -> Verbatims:
    """What customers and the public wrote.

    Raises:
        ProblemError: the incident is unknown.
        Unsuited: too few texts can be read, or the language models are off.
    """
    if body.incident is not None:
        incident_of(world, body.incident)
    try:
        found = gathered(world, body, progress)
    except ObservationsBroken as error:
        raise Unsuited(str(error)) from error
    if len({one.who for one in found.texts}) < LEAST:
        raise Unsuited(
            f"{len(found.texts)} texts of too few people, {LEAST} are needed; load answers with a"
            " column comment with `attune load survey`, cases with `attune load crm`, or let a"
            f" feed in{_why(found.left_out)}"
        )
    used = models or _models(world)
    read, unread = _judged(found.texts, used, progress)
    if len(np.unique(read.who)) < LEAST:
        raise Unsuited(
            f"{len(read.written)} of {len(found.texts)} texts are in a language that is read, of"
            f" fewer than {LEAST} people; English is read"
        )
    return Verbatims(
        sources=dict(sorted(Counter(one.source for one in found.texts).items())),
        people=len(np.unique(read.who)),
        left_out=dict(sorted(found.left_out.items())),
        unread=unread,
        ironic=read.ironic,
        reactions=reactions(_samples(read, timedelta(days=body.days_before))),
        linked=int((read.message != "").sum()),
        themes=tuple(_themes(world, read, used, quotes=body.quotes)),
        quoted=body.quotes,
    )


def _why(left_out: Mapping[str, int]) -> str:
    told = ", ".join(f"{many} {why}" for why, many in sorted(left_out.items()) if many)
    return f" (left out: {told})" if told else ""


def _judged(
    written: Sequence[Written], models: Models, progress: Progress
) -> tuple[_Read, Unread]:
    """What is felt in the texts that can be read, and how many can't, by language.

    What was judged as it was heard is not judged again.
    """
    todo = [one for one in written if one.source != POST]
    fresh: list[Judged] = []
    for start in range(0, len(todo), _BATCH):
        share = [one.text for one in todo[start : start + _BATCH]]
        # A customer's language is not always that of the comment, so the text decides.
        fresh += models.score(share, [None] * len(share))
        progress(min(start + _BATCH, len(todo)), len(todo) + 1)
    later = iter(fresh)
    found = [_heard(one) if one.source == POST else next(later) for one in written]
    tags = Counter(
        judged.language or one.language or "unknown"
        for one, judged in zip(written, found, strict=True)
        if not judged.judged
    )
    kept = [pair for pair in zip(written, found, strict=True) if pair[1].judged]
    own = tuple(one for one, _ in kept)
    judged = [one for _, one in kept]
    read = _Read(
        written=own,
        who=np.array([one.who for one in own], np.uint64),
        at=np.array([one.at for one in own], np.int64),
        message=np.array([one.message for one in own], np.object_),
        source=np.array([one.source for one in own], np.object_),
        felt={name: _column(judged, name) for name in EMOTIONS},
        ironic=sum((one.scores.irony or 0.0) >= _IRONIC for one in judged),
    )
    return read, Unread(many=sum(tags.values()), languages=dict(sorted(tags.items())))


def _heard(one: Written) -> Judged:
    return Judged(language=one.language, scores=one.scores or Scores(), evidence={})


def _column(found: Sequence[Judged], name: str) -> Floats:
    return np.array([getattr(one.scores, name) or 0.0 for one in found], np.float64)


def _samples(read: _Read, before: timedelta) -> dict[tuple[str, str, str], Sample]:
    """For each message, source and emotion: its own answers, those to others, those before.

    Each source is held against itself: who posts writes otherwise than who is asked. The time
    before ends with the first answer to the message; answers to other messages in it count as
    before, too.
    """
    span = round(before.total_seconds() * 1_000_000)
    samples = {}
    pairs = {*zip(map(str, read.message), map(str, read.source), strict=True)}
    for message, source in sorted(pair for pair in pairs if pair[0]):
        here = read.source == source
        own = here & (read.message == message)
        others = here & (read.message != "") & ~own
        first = read.at[own].min()
        earlier = here & ~own & (read.at < first) & (read.at >= first - span)
        for emotion in EMOTIONS:
            samples[message, source, emotion] = Sample(
                own=read.answers(emotion, own),
                others=read.answers(emotion, others),
                before=read.answers(emotion, earlier),
            )
    return samples


def _themes(world: World, read: _Read, models: Models, *, quotes: bool) -> Sequence[Told]:
    """The themes, each with the messages it answers, and quotes where they are wanted."""
    many = len(read.written)
    rows = np.unique(np.linspace(0, many - 1, min(MOST, many)).astype(int))
    texts = [read.written[row].text for row in rows]
    found = themes(models.embed(texts), texts, read.who[rows], np.random.default_rng(_SEED))
    cleaned = _quoted(world, read) if quotes else _nobody
    return [_told(read, one, rows, cleaned) for one in found]


def _nobody(_written: Written) -> str:
    """Nobody is quoted."""
    return ""


def _told(
    read: _Read,
    theme: Theme,
    rows: npt.NDArray[np.int_],
    cleaned: Callable[[Written], str],
) -> Told:
    own = [read.written[rows[row]] for row in theme.rows]
    answered = Counter(one.message for one in own if one.message)
    quotes, heard = list[Quote](), set[str]()
    for one in own:
        text = cleaned(one)
        if text and text not in heard:
            heard.add(text)
            quotes.append(Quote(text=text, message=one.message or None))
        if len(quotes) == _QUOTES:
            break
    return Told(theme=theme, messages=dict(answered.most_common(3)), quotes=tuple(quotes))


def _quoted(world: World, read: _Read) -> Callable[[Written], str]:
    """What may be quoted of a text: nothing without consent, nor of what an agent noted."""
    graph = world.graph
    agreed = quotable(graph, graph.of_type("Customer"), world.clock.now())
    marks = {mark: who for who, mark in hashes(world, agreed).items()}
    begins = ordinary((one.who, one.text) for one in read.written)
    means = Runs(world).means

    def cleaned(one: Written) -> str:
        who = one.customer if one.source == POST else marks.get(one.who)
        if one.source == CASE or who is None or who not in agreed:
            return ""
        return inert(one.text, [str(graph.get(who, "displayName") or "")], begins, means)

    return cleaned


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
