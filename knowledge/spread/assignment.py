"""Which incidents a signal is about: a pure product of topics, regions, platforms and accounts."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from ontology.identity import ThingId, kind_of
from ontology.signals import Signal

LONGEST_TEXT: Final = 20_000
"""Characters of a text that are looked at."""

_WORD: Final = re.compile(r"\w+")
_MENTION: Final = re.compile(r"(?<![\w@])@(\w[\w.-]*(?:@[\w.-]+)?)")
_LINK: Final = re.compile(r"(?:https?://|www\.)\S+")
UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentScope:
    """What an incident is about; an empty dimension does not restrict.

    `topics` are words, hashtags (with or without "#") or phrases, `accounts` handles of
    organisations (with or without "@"); case does not matter. `regions` are the regions meant and
    all within them, `fences` the geofences meant, `beside` all that share land with one of these:
    a post there may lie in it, one in other fences or regions does not. A post counts from
    `since` (included) to `until` (excluded).
    """

    id: ThingId
    topics: tuple[str, ...] = ()
    regions: tuple[ThingId, ...] = ()
    fences: tuple[ThingId, ...] = ()
    beside: tuple[ThingId, ...] = ()
    platforms: tuple[ThingId, ...] = ()
    accounts: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What a signal says, folded for comparison."""

    phrase: str
    words: frozenset[str]
    handles: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """The topics and accounts of a scope, folded once."""

    words: frozenset[str]
    phrases: tuple[str, ...]
    fragments: tuple[str, ...]
    handles: frozenset[str]


def assign(signal: Signal, incidents: Sequence[IncidentScope]) -> tuple[ThingId, ...]:
    """The incidents whose scope holds the signal, in the order given.

    Every dimension that a scope names must fit. A post of which nobody can tell whether it lies
    there fits where topics or accounts already tie it to the incident: what can't be located is
    counted, not lost. A region that is derived from words can make a post fit, never keep it out.
    A scope that names no dimension holds nothing.
    """
    said: _Said | None = None
    found: list[ThingId] = []
    for scope in incidents:
        if not _in_time(signal.posted_at, scope) or not _in_place(signal, scope):
            continue
        if scope.topics or scope.accounts:
            said = said or _said(signal)
            if not _about(said, scope):
                continue
        found.append(scope.id)
    return tuple(found)


def fold(text: str) -> str:
    """Compatibility forms and case folded, so that full-width, ligature and capital are one.

    >>> fold("STRASSE") == fold("Straße")
    True
    """
    return unicodedata.normalize("NFKC", text).casefold()


def words(text: str) -> list[str]:
    """The folded words of a text, hashtags and handles without their sign.

    >>> words("Stuck AGAIN on #MetroNorth, @MTA!")
    ['stuck', 'again', 'on', 'metronorth', 'mta']
    """
    return _WORD.findall(fold(_LINK.sub(" ", text[:LONGEST_TEXT])))


def _in_time(posted: datetime, scope: IncidentScope) -> bool:
    return (scope.since is None or posted >= scope.since) and (
        scope.until is None or posted < scope.until
    )


def _in_place(signal: Signal, scope: IncidentScope) -> bool:
    if scope.platforms and signal.platform not in scope.platforms:
        return False
    tied = bool(scope.topics or scope.accounts)
    if not scope.regions and not scope.fences:
        return bool(tied or scope.platforms)
    there = (_in_region(signal, scope), _in_fence(signal, scope))
    return False not in there and (tied or None not in there)


def _in_region(signal: Signal, scope: IncidentScope) -> bool | None:
    """Whether it is from a region meant; None where nobody can tell."""
    if not scope.regions:
        return True
    if signal.region is not None:
        return signal.region in scope.regions
    known = signal.derived_region in scope.regions or not _apart(signal.fences, scope.fences)
    return True if known else None


def _in_fence(signal: Signal, scope: IncidentScope) -> bool | None:
    """Whether it lies in a fence meant; None where nobody can tell."""
    if not scope.fences or not _apart(signal.fences, scope.fences):
        return True
    elsewhere = bool(signal.fences) and _apart(signal.fences, scope.beside)
    if signal.region is not None and signal.region not in scope.beside:
        elsewhere = elsewhere or any(kind_of(one) == "region" for one in scope.beside)
    return False if elsewhere else None


def _apart(these: Iterable[ThingId], those: Collection[ThingId]) -> bool:
    return not any(one in those for one in these)


def _about(said: _Said, scope: IncidentScope) -> bool:
    wanted = _wanted(scope.topics, scope.accounts)
    if scope.accounts and wanted.handles.isdisjoint(said.handles):
        return False
    return not scope.topics or _names(said, wanted)


def _names(said: _Said, wanted: _Wanted) -> bool:
    return (
        not wanted.words.isdisjoint(said.words)
        or any(phrase in said.phrase for phrase in wanted.phrases)
        or any(fragment in said.phrase for fragment in wanted.fragments)
    )


def _said(signal: Signal) -> _Said:
    spoken = words(signal.text)
    declared = [" ".join(words(topic)) for topic in signal.topics]
    shared = () if signal.share_of is None else (_handle(signal.share_of),)
    mentioned = _MENTION.findall(fold(signal.text[:LONGEST_TEXT]))
    return _Said(
        phrase="".join(f" {part} " for part in (" ".join(spoken), *declared)),
        words=frozenset([*spoken, *declared, *(each.replace(" ", "") for each in declared)]),
        handles=frozenset([*(_handle(one) for one in mentioned), *shared]),
    )


@lru_cache(maxsize=4096)
def _wanted(topics: tuple[str, ...], accounts: tuple[str, ...]) -> _Wanted:
    # A phrase fits word by word, or written together as hashtags are; scripts without spaces
    # between words fit anywhere in the text.
    phrases = [" ".join(words(topic)) for topic in topics]
    return _Wanted(
        words=frozenset(phrase.replace(" ", "") for phrase in phrases if phrase),
        phrases=tuple(f" {phrase} " for phrase in phrases if " " in phrase),
        fragments=tuple(phrase for phrase in phrases if UNSPACED.search(phrase)),
        handles=frozenset(_handle(account) for account in accounts),
    )


def _handle(text: str) -> str:
    return fold(text).strip().lstrip("@").rstrip(".-")
