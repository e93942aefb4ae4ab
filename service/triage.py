"""Triage: every post is screened; as many as there is time for are judged in full."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from knowledge.spread.counters import digest
from ontology.signals import MARKED_FROM, Signal
from service.clock import elapsed_ms, monotonic_ms
from service.perception import NotInTime
from service.world import World

if TYPE_CHECKING:
    from knowledge.language.indicators import Judged

OTHERS: Final = 0.25
"""The share of what is judged that is left to posts which the screen did not mark."""

PATIENCE_MS: Final = 60_000.0
"""How long one small part may take, once begun: on a machine that is very busy, too."""

_AT_ONCE: Final = 32
_MOST_DIGEST: Final = 2.0**64


def judged(
    world: World, signals: Sequence[Signal], *, budget_ms: float, in_full: bool
) -> list[Signal]:
    """The posts with their language and, where there is time, what the models judge of them.

    A world whose clock stands judges all, as does who asks for it `in_full`. Elsewhere those that
    the screen marks come first, and a part of the others, so that both can speak for their like.
    """
    if in_full or world.stopped:
        return _scored(world, signals, range(len(signals)), math.inf)
    looked = _looked(signals)
    with world.perception.turn:
        allowed = world.perception.allowance.texts(monotonic_ms())
        started = monotonic_ms()
        within = min(budget_ms, world.perception.allowance.left)
        done = _scored(world, looked, chosen(looked, allowed), within)
        texts = sum(one.scores is not None for one in done)
        world.perception.allowance.spend(elapsed_ms(started), texts)
    return done


def chosen(signals: Sequence[Signal], many: int) -> list[int]:
    """The rows of at most so many screened posts: by chance among the marked, and among others.

    Chance is a digest of the id, so that nobody but chance decides.
    """
    ranks = [digest(signal.id) for signal in signals]
    rows = [row for row, one in enumerate(signals) if one.screened is not None]
    if len(rows) <= many:
        return rows
    rows.sort(key=lambda row: ranks[row])
    marked = [row for row in rows if (signals[row].screened or 0.0) >= MARKED_FROM]
    others = [row for row in rows if (signals[row].screened or 0.0) < MARKED_FROM]
    own = int(OTHERS * many + ranks[0] / _MOST_DIGEST)
    own = max(min(own, len(others)), many - len(marked))
    return sorted([*marked[: many - own], *others[:own]])


def _looked(signals: Sequence[Signal]) -> list[Signal]:
    """The posts with their language; those that models can read are screened."""
    from knowledge.language import languages  # noqa: PLC0415 - numpy and re2 come with it
    from knowledge.language.screening import screen  # noqa: PLC0415 - numpy and re2 come with it

    identifier = languages.load()
    tags = [one.language or identifier.identify(one.text) for one in signals]
    rows = [row for row, tag in enumerate(tags) if tag is not None and languages.supported(tag)]
    seen = screen().look([signals[row].text for row in rows]).tolist()
    told: Mapping[int, float] = dict(zip(rows, seen, strict=True))
    return [
        replace(one, language=tag, screened=round(told[row], 3) if row in told else None)
        for row, (one, tag) in enumerate(zip(signals, tags, strict=True))
    ]


def _scored(
    world: World, signals: Sequence[Signal], rows: Sequence[int], budget_ms: float
) -> list[Signal]:
    """The posts, those of some rows with what the models judge; after the budget the rest pass."""
    found: dict[int, Judged] = {}
    started = monotonic_ms()
    for start in range(0, len(rows), _AT_ONCE):
        if elapsed_ms(started) >= budget_ms:
            break
        part = rows[start : start + _AT_ONCE]
        try:
            verdicts = world.perception.score(
                [signals[row].text for row in part],
                [signals[row].language for row in part],
                world.policies.reading(),
                budget_ms=PATIENCE_MS,
            )
        except NotInTime:
            break
        found |= zip(part, verdicts, strict=True)
    return [
        _with(signal, found[row]) if row in found else signal for row, signal in enumerate(signals)
    ]


def _with(signal: Signal, verdict: "Judged") -> Signal:
    scores = verdict.scores if verdict.judged else None
    return replace(
        signal,
        scores=scores,
        language=signal.language or verdict.language,
        screened=None if scores is None else signal.screened,
    )
