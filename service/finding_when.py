"""From a filter to the `when` of a rule: what can be said, and what can't, by name and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from ontology.facts import STRATA, catalogue
from rules.sfeel import Given, Not
from service.finding_fields import Asked, QueryInvalid, asked
from service.finding_query import Query

Of: TypeAlias = Literal["post", "crowd"]
"""What a filter of signals becomes: a rule about one post, or about many."""

Body: TypeAlias = dict[str, str]

_CONCLUDED: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "tier": ("escalation", "tier"),
        "within": ("escalation", "within"),
        "cluster": ("classification", "cluster"),
        "threat": ("threat", "level"),
        "detections": ("detection", "name"),
        "requirements": ("requirement", "name"),
        "prohibitions": ("prohibition", "name"),
        "notifications": ("notification", "team"),
        "responses": ("response", "strategy"),
        "team": ("routing", "team"),
    }
)
"""Outcomes of decisions as facts that rules of later strata read."""

_NAMED: Final = frozenset({"incident", "touchpoint", "platform", "region", "geofence", "customer"})
_SHARES: Final = frozenset({"frustration", "urgency", "betrayal", "irony"})
_UNSAID: Final[Mapping[str, str]] = MappingProxyType(
    {
        "rules": "a rule does not see which others fired; ask for what they conclude",
        "outranked": "a rule does not see which others fired; ask for what they conclude",
        "set_aside": "a rule does not see what people snoozed",
        "cautions": "a rule does not see cautions; ask for the facts behind them",
        "verdict": "it follows from all rules; ask for requirements and prohibitions",
        "policy": "a rule is part of a policy and does not see which",
        "blind": "ask for it as a fact: absent: {feed: {status: stalled}}",
        "text": "rules don't read words; a lexicon does, and rules ask what it finds",
        "author": "rules don't see who wrote a post",
        "topics": "an incident has topics in its scope; name the incident",
        "fences": "ask for a fact: geofence.id",
        "feed": "ask for a fact: feed.id",
        "derived_region": "ask for a fact: region.id",
        "derived_confidence": "no fact of a decision says so",
        "screened": "no fact of a decision says so",
        "negative": "ask for spread.negative_share",
        "received_at": "ask for a fact: feed.age",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsaid:
    """A part of a filter that no rule can ask, and why."""

    field: str
    written: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """From when on many posts of a kind are many: in which window, how many, which share."""

    window: str = "PT1H"
    volume: int = 20
    share: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """What a rule asks: fields by kind of fact, and what must be absent."""

    asks: Mapping[str, Body]
    absent: Mapping[str, Body]
    unsaid: tuple[Unsaid, ...]

    def to_json(self) -> dict[str, object]:
        """The `when` of a book."""
        found: dict[str, object] = {kind: body or "given" for kind, body in self.asks.items()}
        if self.absent:
            found["absent"] = {kind: body or "given" for kind, body in self.absent.items()}
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One test as a rule says it, or why none does."""

    kind: str = ""
    field: str = ""
    written: str = ""
    absent: bool = False
    why: str | None = None


def when(query: Query, stratum: str, of: Of, crowd: Crowd) -> When:
    """What a filter asks, as a rule of a stratum asks it.

    Raises:
        QueryInvalid: the filter can't be, or nothing of it can be said in a rule.
    """
    tests = asked(query.source, query.where)
    parts = [(one, _part(query.source, one, stratum, of, crowd)) for one in tests]
    asks: dict[str, Body] = {}
    absent: dict[str, Body] = {}
    for _, part in parts:
        if part.why is None:
            body = (absent if part.absent else asks).setdefault(part.kind, {})
            if part.field:
                body[part.field] = part.written
    if query.source == "signals" and of == "crowd" and asks:
        asks["spread"] = {"window": crowd.window, "volume": f">= {crowd.volume}"} | asks["spread"]
    _keys(asks)
    _keys(absent)
    if not asks:
        told = "; ".join(f"{one.column.name}: {part.why}" for one, part in parts) or "no test"
        words = f"leaves nothing for a rule to ask ({told})"
        raise QueryInvalid("/where", words, query.source, "spread.excess: at least 4")
    unsaid = [
        Unsaid(field=one.column.name, written=one.written, why=part.why)
        for one, part in parts
        if part.why is not None
    ]
    return When(asks=asks, absent=absent, unsaid=(*unsaid, *_times(query)))


def _part(source: str, one: Asked, stratum: str, of: Of, crowd: Crowd) -> _Part:
    name = one.column.name
    if source == "signals":
        return _of_crowd(one, crowd) if of == "crowd" else _of_post(one)
    if source == "windows" and name not in {"incident", "blind"}:
        return _said("spread", name, one)
    if one.column.kind is not None:
        return _said(one.column.kind, name.partition(".")[2], one)
    if name in _CONCLUDED:
        return _concluded(one, stratum)
    if name in _NAMED:
        return _said(name, "id", one)
    return _Part(why=_UNSAID.get(name, "no fact of a decision says so"))


def _of_post(one: Asked) -> _Part:
    if one.column.name in catalogue().kinds["signal"].fields:
        return _said("signal", one.column.name, one)
    return _Part(why=_UNSAID[one.column.name])


def _of_crowd(one: Asked, crowd: Crowd) -> _Part:
    """A mood of posts is a share of them; other tests of single posts say nothing of many."""
    name = one.column.name
    share = f">= {crowd.share:g}"
    if name in _SHARES:
        return _Part(kind="spread", field=f"{name}_share", written=share)
    if name in {"sentiment", "negative"}:
        return _Part(kind="spread", field="negative_share", written=share)
    words = "windows count all posts of an incident; ask for one post, or name the incident"
    return _Part(why=_UNSAID.get(name, words))


def _concluded(one: Asked, stratum: str) -> _Part:
    kind, field = _CONCLUDED[one.column.name]
    complete = catalogue().kinds[kind].stratum or STRATA[0]
    if STRATA.index(complete) >= STRATA.index(stratum):
        words = f"it is complete only after the stratum {complete}; this rule is of {stratum}"
        return _Part(why=f"{words}, by what it concludes")
    return _said(kind, field, one)


def _said(kind: str, field: str, one: Asked) -> _Part:
    """A test of a fact; where none of several may be so, such a fact is absent."""
    several = one.column.many
    if several and isinstance(one.test, Not):
        return _Part(kind=kind, field=field, written=_within_not(one.written), absent=True)
    if several and isinstance(one.test, Given):
        return _Part(kind=kind, field="", absent=not one.test.there)
    return _Part(kind=kind, field=field, written=one.written)


def _within_not(written: str) -> str:
    """What stands behind a `not`."""
    inner = written.strip().removeprefix("not").strip()
    return inner[1:-1].strip() if inner.startswith("(") and inner.endswith(")") else inner


def _keys(asks: dict[str, Body]) -> None:
    """Say of every fact of a kind with keys which one is meant; any, where nobody said."""
    for kind, body in asks.items():
        for key in catalogue().kinds[kind].keys:
            body.setdefault(key, "-")


def _times(query: Query) -> Iterator[Unsaid]:
    words = "a rule holds whenever it is in force; `effective` says from when to when"
    for name, at in (("since", query.since), ("until", query.until)):
        if at is not None:
            yield Unsaid(field=name, written=at.isoformat(), why=words)
