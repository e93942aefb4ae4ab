"""The tone audit: how alike we speak, whether it drifted, and how like our own wordings it is."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from knowledge.measures.consistency import between
from knowledge.measures.contrasts import FEWEST_PEOPLE, Contrast, contrast
from knowledge.measures.drift import drift
from knowledge.measures.estimates import Estimate, Figure, Unsuited, Withheld, number_of
from knowledge.measures.looks import FALSE_SHARE, verdicts
from knowledge.measures.wordings import Moved, moved
from knowledge.parity import adjusted, hidden
from service.fairness import terms_of
from service.recorded_history import Progress
from service.tone_answers import answers
from service.tone_exemplars import exemplars, likeness
from service.tone_found import Compared, Drifted
from service.tone_report import Tone
from service.tone_texts import DIVIDED, SCORES, SOURCES, Said, said, sounds_of
from service.world import World

SEED: Final = 20_263
FEWEST: Final = 50
MOST_WORDS: Final = 20
MOST_PAIRS: Final = 12
_EVERYBODY: Final = "everybody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The time that is audited, since when the time before is held against it, and of what."""

    since: date
    until: date
    against: date
    of: tuple[str, ...] = SOURCES


def audited(world: World, asked: Asked, progress: Progress) -> Tone:
    """Audit a month of what was said to customers.

    Raises:
        Unsuited: too little was said, or could be read, to tell anything.
    """
    begin, end, before = (begin_of(one) for one in (asked.since, asked.until, asked.against))
    whole = said(world, before, end, progress, asked.of)
    late = whole.at >= begin.timestamp()
    now, then = whole.part(late), whole.part(~late)
    if len(now.texts) < FEWEST:
        raise Unsuited(
            f"{len(now.texts)} {' and '.join(asked.of)} in English from {asked.since} to"
            f" {asked.until}; {FEWEST} would do. Load what was said: attune load replies FILE"
        )
    smallest = terms_of(world).smallest
    held = exemplars(world, progress)
    like = likeness(now.sounds, sounds_of(held.read))
    scored = replace(now, scores={**now.scores, "likeness": like})
    agents = _pseudonyms(world, scored)
    return Tone(
        since=asked.since,
        until=asked.until,
        against=asked.against,
        of=asked.of,
        texts=len(now.texts),
        before=len(then.texts),
        unjudged=whole.unjudged,
        held_to=held.version,
        means=tuple((name, mean_of(scored, name)) for name in (*SCORES, "likeness")),
        between=tuple(_between(scored)),
        differences=_told(tuple(_differences(scored, smallest))),
        drifts=_looked(tuple(_drifts(now, then, smallest))),
        words=_words(now, then),
        agents=agents,
        answers=tuple(
            (agents[one.by], one.month, one.text)
            for one in answers(world, asked.since, asked.until)
            if one.by in agents
        ),
    )


def _between(now: Said) -> Iterator[tuple[str, str, Figure]]:
    for by in DIVIDED:
        for score in (*SCORES, "likeness"):
            part = now.part(_known(now, by, score))
            figure = between(part.scores[score], part.codes(by), part.codes(*_situation(by)))
            yield by, score, figure


def _differences(now: Said, smallest: int) -> Iterator[Compared]:
    """Each group against all others like it, and each two of few groups."""
    for by in DIVIDED:
        groups = _shown(now, by, smallest)
        for score in (*SCORES, "likeness"):
            part = now.part(_known(now, by, score))
            for name in groups:
                yield _compared(part, by, score, (name, None))
            if by != "agent" and len(groups) <= MOST_PAIRS:
                pairs = [(one, two) for at, one in enumerate(groups) for two in groups[at + 1 :]]
                for pair in pairs:
                    both = np.isin(part.columns[by].astype(str), pair)
                    yield _compared(part.part(both), by, score, pair)


def _compared(part: Said, by: str, score: str, names: tuple[str, str | None]) -> Compared:
    inside = part.columns[by] == names[0]
    people = None if by == "agent" else _people(part)
    found = contrast(part.scores[score], inside, part.codes(*_situation(by)), people)
    return Compared(by=by, score=score, names=names, figure=found.figure, p=found.p)


def _drifts(now: Said, then: Said, smallest: int) -> Iterator[Drifted]:
    chance = np.random.default_rng(SEED)
    for by, name in _places(now, smallest):
        ours, theirs = (
            one if name is None else one.part(one.columns[by] == name) for one in (now, then)
        )
        joined = _joined(ours, theirs)
        count = len(ours.texts)
        # The same person in the same situation: who came or left is another question.
        like = joined.codes("agent", "team", "incident", "channel")
        found = drift(ours.sounds, theirs.sounds, (like[:count], like[count:]), chance)
        yield Drifted(
            by=by,
            name=name or _EVERYBODY,
            score="sound",
            figure=found.apart,
            p=found.p,
            left_out=found.left_out,
        )
        for score in SCORES:
            known = np.isfinite(joined.scores[score])
            part = joined.part(known)
            late = (np.arange(len(known)) < count)[known]
            change = _change(part, score, late)
            yield Drifted(
                by=by, name=name or _EVERYBODY, score=score, figure=change.figure, p=change.p
            )


def _change(part: Said, score: str, late: npt.NDArray[np.bool_]) -> Contrast:
    people = _people(part)
    alone = people is None
    like = (
        part.codes("incident", "channel") if alone else part.codes("agent", "incident", "channel")
    )
    return contrast(part.scores[score], late, like, people)


def _places(now: Said, smallest: int) -> Iterator[tuple[str, str | None]]:
    yield "all", None
    for by in DIVIDED[1:]:
        for name in _shown(now, by, smallest):
            yield by, name


def _words(now: Said, then: Said) -> tuple[Moved, ...]:
    from knowledge.language.features import tokens  # noqa: PLC0415 - scipy comes with it

    if not then.texts:
        return ()
    sides = [
        [frozenset(filter(str.isalpha, tokens(text))) for text in one.texts] for one in (now, then)
    ]
    people: dict[str, set[object]] = {}
    for texts, side in zip(sides, (now, then), strict=True):
        for row, found in enumerate(texts):
            for word in found:
                people.setdefault(word, set()).add(side.columns["agent"][row])
    wrote = {word: len(found) for word, found in people.items()}
    return moved(sides[0], sides[1], wrote, MOST_WORDS)


def mean_of(now: Said, score: str) -> Figure:
    """A mean whose interval counts people, where they are known, not texts."""
    known = np.isfinite(now.scores[score])
    part = now.part(known)
    values, people = part.scores[score], _people(part)
    owners = np.arange(len(values)) if people is None else people
    sums = np.bincount(owners, values - values.mean()) if len(values) else np.zeros(0)
    many = len(np.unique(owners))
    if many < FEWEST_PEOPLE:
        return Withheld(
            reason=f"{number_of(many, 'person', 'people')}; {FEWEST_PEOPLE} would do",
            n=len(values),
        )
    from scipy.stats import t  # type: ignore[import-untyped] # noqa: PLC0415 - slow to load

    error = float(np.sqrt((sums @ sums) * many / (many - 1))) / len(values)
    wide = float(t.ppf(0.975, many - 1)) * error
    value = float(values.mean())
    return Estimate(value=value, low=value - wide, high=value + wide, n=len(values))


def _told(found: Sequence[Compared]) -> tuple[Compared, ...]:
    """With verdicts: of the differences shown as such one in twenty is chance."""
    qs = iter(adjusted([one.p for one in found if one.p is not None]))
    judged = []
    for one in found:
        q = None if one.p is None else next(qs)
        words = "cannot tell" if q is None else "differs" if q <= FALSE_SHARE else "not shown"
        judged.append(replace(one, q=q, verdict=words))
    return tuple(judged)


def _looked(found: Sequence[Drifted]) -> tuple[Drifted, ...]:
    judged = verdicts([one.p for one in found])
    return tuple(
        replace(one, q=q, verdict=words) for one, (q, words) in zip(found, judged, strict=True)
    )


def _shown(now: Said, by: str, smallest: int) -> list[str]:
    """The groups that may be told of: agents of enough texts, others of enough agents."""
    wrote = now.columns["agent"]
    people = by != "agent" and any(one is not None for one in wrote)
    pairs = [
        (str(name), wrote[row] if people else row)
        for row, name in enumerate(now.columns[by])
        if name is not None
    ]
    sizes = Counter(name for name, _ in ({*pairs} if people else pairs))
    held = hidden(sizes, FEWEST_PEOPLE if people else smallest)
    return sorted(name for name in sizes if name not in held)


def _known(now: Said, by: str, score: str) -> npt.NDArray[np.bool_]:
    present = np.asarray([one is not None for one in now.columns[by]], dtype=bool)
    return np.asarray(present & np.isfinite(now.scores[score]))


def _people(part: Said) -> npt.NDArray[np.int64] | None:
    """Who wrote each text, as codes; None where nobody is known. Who is unknown is one person."""
    known = [one for one in part.columns["agent"] if one is not None]
    return part.codes("agent") if known else None


def _situation(by: str) -> tuple[str, ...]:
    return tuple(name for name in ("incident", "channel") if name != by)


def _joined(one: Said, other: Said) -> Said:
    return Said(
        texts=[*one.texts, *other.texts],
        at=np.concatenate([one.at, other.at]),
        columns={n: np.concatenate([c, other.columns[n]]) for n, c in one.columns.items()},
        scores={name: np.concatenate([one.scores[name], other.scores[name]]) for name in SCORES},
        sounds=np.concatenate([one.sounds, other.sounds]),
        unjudged=0,
    )


def _pseudonyms(world: World, now: Said) -> dict[str, str]:
    """What agents are called here: nobody can tell who it is without the key store."""
    names = {str(one) for one in now.columns["agent"] if one is not None}
    return {name: f"agent {world.keys.mac('tone-agent', [name]).hex()[:6]}" for name in names}


def begin_of(day: date) -> datetime:
    """When a day begins, in UTC."""
    return datetime.combine(day, time.min, UTC)


def before(since: date) -> date:
    """Where the time begins against which a month is held, if nothing else is said: 91 days."""
    return since - timedelta(days=91)
