"""What was found and was nothing: the log, and how often each word and each rule is right."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import re2  # type: ignore[import-untyped] # ships no types

from knowledge.language import lexicon_files, lexicons
from knowledge.language.wording import wording
from knowledge.proportions import wilson
from knowledge.refusals import SegmentBroken
from ontology.decisions import Decision
from ontology.events import Event, Json
from ontology.identity import ThingId
from service import desk
from service.validations import thing
from service.world import World

ACT: Final = "false-positive"
_ACTED: Final = "thing.acted"
_BATCH: Final = 2_000
_FALSE: Final[Mapping[str, frozenset[str]]] = {
    "alert": frozenset({ACT, "dismiss"}),
    "decision": frozenset({ACT}),
    "validation": frozenset({ACT}),
}
_TRUE: Final[Mapping[str, frozenset[str]]] = {
    "alert": frozenset({"acknowledge", "handle"}),
    "decision": frozenset({"accept", "finish"}),
}
_WAS_SO: Final[Mapping[str, frozenset[str]]] = {
    "irony": frozenset({"ironic", "meme"}),
    "copy-paste": frozenset({"brigade", "meme"}),
    "flood": frozenset({"not-representative", "brigade"}),
    "not-representative": frozenset({"not-representative", "brigade"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FalsePositive:
    """One line of the log."""

    thing: ThingId
    at: datetime
    by: ThingId
    reason: str
    keyword: str | None
    rule: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that people looked at: whether it was something (`true`), and what found it.

    `rules` detected it, or the one that a person named; `text` is the post, while it is kept;
    `about` is the decision that it is about.
    """

    thing: ThingId
    true: bool
    rules: tuple[str, ...]
    decision: Decision | None
    text: str | None
    keyword: str | None
    about: ThingId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision:
    """How often something is right where people looked, with its 95 % interval (Wilson)."""

    name: str
    true: int
    false: int

    @property
    def interval(self) -> tuple[float, float]:
        """The interval of the share that was right."""
        return wilson(self.true, self.true + self.false)


def log(world: World) -> list[FalsePositive]:
    """Every false positive that somebody named, oldest first."""
    found = []
    for event in _acts(world):
        if event.data["act"] in _FALSE.get(str(event.data["kind"]), frozenset()):
            data = _data(event)
            found.append(
                FalsePositive(
                    thing=event.subject,
                    at=event.occurred_at,
                    by=event.actor,
                    reason=str(data.get("reason", "")),
                    keyword=_text(data.get("keyword")),
                    rule=_text(data.get("rule")),
                )
            )
    return found


def findings(world: World) -> list[Finding]:
    """What people judged, each thing once; the last word on a thing counts, false before true."""
    begun: dict[ThingId, Event] = {}
    true: dict[ThingId, bool] = {}
    said: dict[ThingId, FalsePositive] = {one.thing: one for one in log(world)}
    for event in _acts(world):
        kind, act = str(event.data["kind"]), str(event.data["act"])
        begun.setdefault(event.subject, event)
        if act in _TRUE.get(kind, frozenset()):
            true[event.subject] = True
    for one in world.validations_now().newest():
        settled = _WAS_SO.get(one.doubt or "")
        if settled is not None and one.verdict not in {None, "cannot-tell"}:
            true[one.id] = one.verdict in settled
    true |= dict.fromkeys(said, False)
    return [_finding(world, begun[name], was, said.get(name)) for name, was in true.items()]


def of_rules(judged: Iterable[Finding]) -> list[Precision]:
    """How often each rule was right, the surest wrong one first."""
    return _counted((rule, one.true) for one in judged for rule in one.rules)


def of_words(world: World, judged: Iterable[Finding]) -> list[Precision]:
    """How often each keyword that people named, and each group of the lexicons, was right."""
    rows = [*judged]
    names = {one.keyword.casefold() for one in rows if one.keyword}
    return _counted(_said(world, rows, names))


def _said(world: World, rows: Iterable[Finding], names: set[str]) -> Iterator[tuple[str, bool]]:
    patterns = {name: re2.compile(lexicons.pattern(name)) for name in sorted(names)}
    known = {
        name: lexicon_files.read(text, file=f"{name}.yaml", indicator=name)
        for name, text in world.policies.current().reading.lexicons
    }
    for one in rows:
        words = "" if one.text is None else wording(one.text).words
        mine = one.keyword.casefold() if one.keyword else None
        for name, pattern in patterns.items():
            if name == mine or pattern.search(f" {words.lower()} "):
                yield f"word: {name}", one.true
        for indicator, lexicon in known.items():
            for group in lexicon.found(words):
                yield f"{indicator}: {group}", one.true


def _counted(rows: Iterable[tuple[str, bool]]) -> list[Precision]:
    counts: dict[str, list[int]] = {}
    for name, was in rows:
        counts.setdefault(name, [0, 0])[was] += 1
    found = [Precision(name=name, true=n[1], false=n[0]) for name, n in counts.items()]
    return sorted(found, key=lambda one: (one.interval[1], one.name))


def _finding(world: World, begun: Event, was: bool, said: FalsePositive | None) -> Finding:  # noqa: FBT001 - a value
    decision = _decision(world, begun)
    rules = [] if decision is None else [*_detecting(decision)]
    if said is not None and said.rule is not None:
        rules = [said.rule]
    return Finding(
        thing=begun.subject,
        true=was,
        rules=tuple(dict.fromkeys(rules)),
        decision=decision,
        text=_words(world, begun),
        keyword=None if said is None else said.keyword,
        about=_about(begun),
    )


def _detecting(decision: Decision) -> Iterator[str]:
    for firing in decision.firings:
        if any(one.kind == "detection" for one in firing.conclusions):
            yield firing.rule


def _about(begun: Event) -> ThingId | None:
    """The decision that something is about."""
    if begun.data["kind"] == "decision":
        return begun.subject
    return thing(_data(begun).get("decision"))


def _decision(world: World, begun: Event) -> Decision | None:
    known = _about(begun)
    event = None if known is None else world.ledger.by_id(known)
    return None if event is None or event.erased else desk.stored(event)


def _words(world: World, begun: Event) -> str | None:
    """The words of the post that a question was about, while they are kept."""
    signal, segment = thing(_data(begun).get("signal")), begun.data.get("segment")
    if signal is None or not isinstance(segment, int):
        return None
    for event in world.ledger.read(segment - 1, types=("segment.committed",), limit=1):
        try:
            kept = world.segments.read(event)
        except SegmentBroken:
            return None
        return next((one.text for one in kept if one.id == signal), None)
    return None


def _acts(world: World) -> Iterator[Event]:
    after = 0
    while events := world.ledger.read(after, types=(_ACTED,), limit=_BATCH):
        yield from (event for event in events if event.data["kind"] in _FALSE)
        after = events[-1].sequence


def _data(event: Event) -> Mapping[str, Json]:
    data = event.data.get("data")
    return data if isinstance(data, dict) else {}


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) and value.strip() else None
