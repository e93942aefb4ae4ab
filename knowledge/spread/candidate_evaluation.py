"""How good candidates are on interleaved labelled feeds: purity, completeness, minutes, noise."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, median
from typing import Final

from knowledge.spread.assignment import IncidentScope, assign
from knowledge.spread.candidates import Candidates
from knowledge.spread.interleaving import Feed, Told, interleave, made
from knowledge.spread.tag_candidates import TagCandidates
from knowledge.spread.volume_evaluation import Row
from ontology.identity import ThingId

TALK: Final = 6_000
"""Posts about nothing that are mixed into a stream."""
RATES: Final = (100, 500, 2_000, 5_000)
"""Posts an hour at which talk about nothing is listened to."""

_TALK_ALONE: Final = 20_000
_FIFTH: Final = 4
_EVERY: Final = 100
_HALF: Final = 0.5
_RESAMPLES: Final = 2_000
_OF_STREAMS: Final = frozenset({"false candidates a stream"})
"""What is counted a stream, so that drawing crises again says nothing of it."""

Clusterer = Candidates | TagCandidates


@dataclass(frozen=True, slots=True, kw_only=True)
class Crisis:
    """What became of one crisis in one stream.

    `best` and `any` are the shares of its posts that its best candidate, or any, holds; `scope`
    those that the topics of its best candidate would count. Minutes run from its first post.
    """

    name: str
    best: float
    any: float
    scope: float
    fragments: int
    minutes: float | None
    fifth: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One stream. `held` are the posts of candidates by crisis that dominates: right ones, all.

    `near` counts as right what was collected for the same crisis, related or not.
    """

    crises: tuple[Crisis, ...]
    held: Mapping[str | None, tuple[int, int, int]]
    false: int


def trial(stream: Sequence[Told], clusterer: Clusterer) -> Trial:
    """Let a clusterer hear a stream, and compare with what people said of the posts."""
    heard = _Heard(stream, clusterer)
    by_crisis: dict[str | None, list[ThingId]] = defaultdict(list)
    held: dict[str | None, tuple[int, int, int]] = {}
    for candidate, posts in heard.posts.items():
        crisis = _dominant(posts)
        by_crisis[crisis].append(candidate)
        right = sum(one.crisis == crisis for one in posts) if crisis else 0
        near = sum(one.feed == crisis for one in posts) if crisis else 0
        before = held.get(crisis, (0, 0, 0))
        held[crisis] = (before[0] + right, before[1] + near, before[2] + len(posts))
    names = sorted({one.crisis for one in stream if one.crisis is not None})
    return Trial(
        crises=tuple(_crisis(name, stream, by_crisis[name], heard) for name in names),
        held=held,
        false=len(by_crisis[None]),
    )


def evaluate(
    feeds: Sequence[Feed],
    talk: Sequence[str],
    seeds: Sequence[int],
    split: str,
    advance: Callable[[int, int], None] = lambda _done, _all: None,
) -> tuple[Row, ...]:
    """Figures over several interleavings of the same feeds, with a plain way beside each."""
    ours, plain = list[Trial](), list[Trial]()
    for done, seed in enumerate(seeds):
        chosen = random.Random(seed).sample(talk, min(TALK, len(talk)))  # noqa: S311 - repeatable
        stream = interleave(feeds, chosen, seed)
        ours.append(trial(stream, Candidates()))
        plain.append(trial(stream, TagCandidates()))
        advance(done + 1, len(seeds))
    data = f"{len(feeds)} feeds, {len(seeds)} interleavings"
    return tuple(_rows(data, split, ours, plain))


def evaluate_talk(talk: Sequence[str]) -> tuple[Row, ...]:
    """How many candidates a day talk about nothing gives, at several rates."""
    found = []
    for rate in RATES:
        texts = talk[:_TALK_ALONE]
        signals = [made(f"{at}", at * 3600 / rate, text) for at, text in enumerate(texts)]
        ours, plain = Candidates(), TagCandidates()
        ours.apply(signals)
        plain.apply(signals)
        days = len(texts) / rate / 24
        found.append(
            Row(
                data=f"{len(texts)} comments at {rate} an hour",
                split="all",
                figure="candidates a day from talk about nothing",
                value=len(ours.standing()) / days,
                interval=None,
                baseline=f"one a hashtag: {len(plain.standing()) / days:.1f}",
            )
        )
    return tuple(found)


class _Heard:
    """What a clusterer told while a stream went by: posts, moments and topics of candidates."""

    def __init__(self, stream: Sequence[Told], clusterer: Clusterer) -> None:
        told = {one.signal.id: one for one in stream}
        into: dict[ThingId, ThingId] = {}
        claimed: list[tuple[ThingId, Told]] = []
        self.noticed: dict[ThingId, float] = {}
        self.topics: dict[ThingId, tuple[str, ...]] = {}
        for start in range(0, len(stream), _EVERY):
            signals = [one.signal for one in stream[start : start + _EVERY]]
            claims = clusterer.apply(signals)
            claimed += [(claim.candidate, told[claim.signal]) for claim in claims]
            for one in clusterer.standing():
                self.noticed.setdefault(one.id, one.noticed.timestamp())
                self.topics[one.id] = one.topics
                into |= dict.fromkeys(one.absorbed, one.id)
        self.posts: dict[ThingId, list[Told]] = defaultdict(list)
        for candidate, post in claimed:
            final = _last(candidate, into)
            if final in self.noticed:
                self.posts[final].append(post)


def _last(candidate: ThingId, into: Mapping[ThingId, ThingId]) -> ThingId:
    while candidate in into:
        candidate = into[candidate]
    return candidate


def _dominant(posts: Sequence[Told]) -> str | None:
    """The crisis that at least half of the posts are about."""
    counted = Counter(one.crisis for one in posts if one.crisis is not None)
    if not counted:
        return None
    crisis, many = counted.most_common(1)[0]
    return crisis if many >= _HALF * len(posts) else None


def _crisis(
    name: str, stream: Sequence[Told], candidates: Sequence[ThingId], heard: _Heard
) -> Crisis:
    own = [one for one in stream if one.crisis == name]
    times = sorted(one.signal.posted_at.timestamp() for one in own)
    held = {c: sum(one.crisis == name for one in heard.posts[c]) for c in candidates}
    best = max(held, key=lambda one: held[one], default=None)
    anywhere = sum(one.crisis == name for posts in heard.posts.values() for one in posts)
    first = min((heard.noticed[one] for one in candidates), default=None)
    topics = heard.topics[best] if best is not None else ()
    scope = IncidentScope(id=ThingId("incident/best"), topics=topics)
    return Crisis(
        name=name,
        best=held[best] / len(own) if best is not None else 0.0,
        any=anywhere / len(own),
        scope=sum(bool(assign(one.signal, [scope])) for one in own) / len(own),
        fragments=len(candidates),
        minutes=None if first is None else (first - times[0]) / 60,
        fifth=(times[min(_FIFTH, len(times) - 1)] - times[0]) / 60,
    )


def _rows(data: str, split: str, ours: Sequence[Trial], plain: Sequence[Trial]) -> Iterator[Row]:
    measures: tuple[tuple[str, Callable[[Sequence[Trial]], float]], ...] = (
        ("purity", lambda trials: _purity(trials, 0)),
        ("purity, unrelated posts of the same feed as right", lambda trials: _purity(trials, 1)),
        ("completeness, best candidate", lambda trials: _mean(trials, "best")),
        ("completeness, any candidate", lambda trials: _mean(trials, "any")),
        ("completeness, topics of the best as scope", lambda trials: _mean(trials, "scope")),
        ("candidates a crisis", lambda trials: _mean(trials, "fragments")),
        ("crises found", _found),
        ("false candidates a stream", lambda trials: mean(one.false for one in trials)),
        ("minutes to candidate, median", _minutes),
        ("minutes after the fifth related post, median", _after_fifth),
    )
    for figure, measure in measures:
        yield Row(
            data=data,
            split=split,
            figure=figure,
            value=measure(ours),
            interval=None if figure in _OF_STREAMS else _interval(ours, measure),
            baseline=f"one a hashtag: {measure(plain):.2f}",
        )


def _purity(trials: Sequence[Trial], which: int) -> float:
    held = [counts for one in trials for counts in one.held.values()]
    return sum(counts[which] for counts in held) / max(1, sum(counts[2] for counts in held))


def _mean(trials: Sequence[Trial], what: str) -> float:
    return mean(float(getattr(one, what)) for trial in trials for one in trial.crises)


def _found(trials: Sequence[Trial]) -> float:
    return mean(float(one.minutes is not None) for trial in trials for one in trial.crises)


def _minutes(trials: Sequence[Trial]) -> float:
    found = [one.minutes for trial in trials for one in trial.crises if one.minutes is not None]
    return median(found) if found else float("nan")


def _after_fifth(trials: Sequence[Trial]) -> float:
    found = [
        one.minutes - one.fifth
        for trial in trials
        for one in trial.crises
        if one.minutes is not None
    ]
    return median(found) if found else float("nan")


def _interval(
    trials: Sequence[Trial], measure: Callable[[Sequence[Trial]], float]
) -> tuple[float, float]:
    """The middle 95 % over crises that are drawn again: they, not posts, are what varies."""
    drawn = random.Random(0)  # noqa: S311 - to be repeated
    names = [one.name for one in trials[0].crises]
    values = []
    for _ in range(_RESAMPLES):
        chosen = drawn.choices(names, k=len(names))
        values.append(measure([_only(one, chosen) for one in trials]))
    values.sort()
    return values[int(0.025 * _RESAMPLES)], values[int(0.975 * _RESAMPLES)]


def _only(one: Trial, names: Sequence[str]) -> Trial:
    by_name = {crisis.name: crisis for crisis in one.crises}
    held: dict[str | None, tuple[int, int, int]] = {}
    for place, name in enumerate(names):
        held[f"{place} {name}"] = one.held.get(name, (0, 0, 0))
    held[None] = one.held.get(None, (0, 0, 0))
    return Trial(crises=tuple(by_name[name] for name in names), held=held, false=one.false)
