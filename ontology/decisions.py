"""Decisions: how far up it goes, who answers, how, what is required first, and why."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, TypeAlias, TypeVar, cast

import orjson

from ontology.events import Json
from ontology.facts import Fact, catalogue
from ontology.values import Value, encode, parse_duration

SEMANTICS: Final = "2"
"""The version of how facts and rules become a decision; a replay needs the same one.

From 2 on a route says in which queue it arrives and who is next, and temporary routings count.
"""

Verdict: TypeAlias = Literal["nothing-asked", "go", "wait", "stop"]
"""Whether the message that the caller asks about may go out: there is none, at once, once every
requirement is met, or not in this form because it breaks a prohibition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Who answers, and in which queue of the caller's system it arrives.

    `otherwise` is who is next where that team can't be reached; `instead_of` the team that was
    asked first and has nobody on call, or that a temporary routing spares; `by` that routing.
    """

    team: str
    priority: str = "normal"
    otherwise: str | None = None
    instead_of: str | None = None
    external: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A strategy that fits, and the template to start from."""

    strategy: str
    template: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """What must be done before the answer goes out, or with it."""

    name: str
    from_team: str | None = None
    within: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """Who must be told, though others answer."""

    team: str
    within: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A word that leaders owe their own people: which rule says so, who owes it, by when.

    To all who work here, unless a region or a team is named. `concern`, `understanding` and
    `asking` are the least levels of empathy, 0 to 2, that it must show.
    """

    rule: str
    family: str
    from_team: str
    within: timedelta
    every: timedelta | None = None
    to_region: str | None = None
    to_team: str | None = None
    concern: int | None = None
    understanding: int | None = None
    asking: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryStep:
    """What is to be done so that trust comes back."""

    step: str
    team: str | None = None
    within: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """Why the decision is more careful than the rules alone: a name and what it is about."""

    name: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """A rule that fired while it was snoozed: about what, by whom, until when, by which snooze."""

    rule: str
    about: str
    by: str
    until: datetime
    snooze: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleError:
    """A rule that could not be evaluated, and why."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """A rule that fired: the facts that it matched and what it concluded from them."""

    rule: str
    conclusions: tuple[Fact, ...]
    matched: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision, the same for the same facts, policy, `at` and semantics.

    `within` is the time to act of the tier. `broken` names the prohibitions that the message asked
    about breaks. `firings` are the rules that determined it, with the
    facts they matched; `outranked` names the rules that fired without a trace in the outcome, but
    for those that were `set_aside` while people snoozed them.
    `disagreements` names rules on which the two engines differed; the cautious union stands.
    `policy` is the digest of the policy. Everything is sorted, so equal decisions are equal texts.
    """

    tier: str
    verdict: Verdict
    within: timedelta | None
    cluster: str
    threat: str | None
    detections: tuple[str, ...]
    routes: tuple[Route, ...]
    responses: tuple[Response, ...]
    requirements: tuple[Requirement, ...]
    prohibitions: tuple[str, ...]
    broken: tuple[str, ...]
    notifications: tuple[Notification, ...]
    duties: tuple[Duty, ...]
    recovery: tuple[RecoveryStep, ...]
    cautions: tuple[Caution, ...]
    firings: tuple[Firing, ...]
    outranked: tuple[str, ...]
    errors: tuple[RuleError, ...]
    disagreements: tuple[str, ...]
    policy: str
    at: datetime
    semantics: str = SEMANTICS
    set_aside: tuple[SetAside, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """The JSON form: every fact once under `facts`, firings name them by index."""
        table = _Table()
        firings: list[Json] = [table.firing(firing) for firing in self.firings]
        plain = {f.name: plain_form(getattr(self, f.name)) for f in fields(self)}
        plain |= {"at": self.at.astimezone(UTC).isoformat().replace("+00:00", "Z")}
        plain |= {"firings": firings, "facts": [fact.to_json() for fact in table.facts]}
        plain["set_aside"] = plain["set_aside"] or None  # decisions before there were any
        return {name: value for name, value in plain.items() if value is not None}

    def canonical(self) -> str:
        """The one text of the decision: sorted keys, no white space."""
        return orjson.dumps(self.to_json(), option=orjson.OPT_SORT_KEYS).decode()

    @staticmethod
    def from_json(stored: Mapping[str, Json]) -> "Decision":
        """Read what `to_json` wrote.

        Raises:
            DecisionInvalid: it is not of that form, or its facts no longer fit their kinds.
        """
        try:
            return _read(stored)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise DecisionInvalid(f"no stored decision: {type(error).__name__} {error}") from error


class DecisionInvalid(ValueError):
    """A stored decision cannot be read back."""


class _Table:
    """Numbers facts in the order in which firings first name them; equal facts share a number."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self._places: dict[object, int] = {}

    def firing(self, firing: Firing) -> dict[str, Json]:
        return {
            "rule": firing.rule,
            "matched": [self._place(fact) for fact in firing.matched],
            "concluded": [self._place(fact) for fact in firing.conclusions],
        }

    def _place(self, fact: Fact) -> int:
        key = (fact.kind, tuple(fact.values.items()), fact.origins)
        place = self._places.setdefault(key, len(self.facts))
        if place == len(self.facts):
            self.facts.append(fact)
        return place


def plain_form(value: object) -> Json:
    """Parts of a decision as JSON; a part's missing fields are left out."""
    if isinstance(value, tuple):
        return [plain_form(one) for one in value]
    if isinstance(value, Route | Response | Requirement | Notification | RecoveryStep):
        return _part(value)
    if isinstance(value, Duty | Caution | RuleError | SetAside):
        return _part(value)
    return None if value is None or isinstance(value, Firing) else encode(cast("Value", value))


def _part(value: "_Part") -> dict[str, Json]:
    pairs = [(f.name, getattr(value, f.name)) for f in fields(value)]
    return {name: encode(found) for name, found in pairs if found is not None}


_Part: TypeAlias = (
    Route
    | Response
    | Requirement
    | Notification
    | Duty
    | RecoveryStep
    | Caution
    | RuleError
    | SetAside
)
_P = TypeVar("_P")
_DURATIONS: Final = frozenset({"within", "every"})


def _parts(made: Callable[..., _P], stored: Json) -> tuple[_P, ...]:
    rows = cast("Sequence[Mapping[str, str]]", stored)
    return tuple(made(**{name: _value(name, text) for name, text in row.items()}) for row in rows)


def _value(name: str, text: str) -> str | timedelta | datetime:
    if name == "until":
        return datetime.fromisoformat(text)
    return parse_duration(text) if name in _DURATIONS else text


def _names(stored: Json) -> tuple[str, ...]:
    return tuple(cast("Iterable[str]", stored))


def _read(stored: Mapping[str, Json]) -> Decision:
    within = stored.get("within")
    return Decision(
        tier=str(stored["tier"]),
        verdict=cast("Verdict", stored["verdict"]),
        within=None if within is None else parse_duration(str(within)),
        cluster=str(stored["cluster"]),
        threat=cast("str | None", stored.get("threat")),
        detections=_names(stored["detections"]),
        routes=_parts(Route, stored["routes"]),
        responses=_parts(Response, stored["responses"]),
        requirements=_parts(Requirement, stored["requirements"]),
        prohibitions=_names(stored["prohibitions"]),
        broken=_names(stored["broken"]),
        notifications=_parts(Notification, stored["notifications"]),
        duties=_parts(Duty, stored.get("duties", [])),  # decisions before there were any
        recovery=_parts(RecoveryStep, stored["recovery"]),
        cautions=_parts(Caution, stored["cautions"]),
        firings=_firings(stored),
        outranked=_names(stored["outranked"]),
        errors=_parts(RuleError, stored["errors"]),
        disagreements=_names(stored["disagreements"]),
        policy=str(stored["policy"]),
        at=datetime.fromisoformat(str(stored["at"])),
        semantics=str(stored["semantics"]),
        set_aside=_parts(SetAside, stored.get("set_aside", [])),
    )


def _firings(stored: Mapping[str, Json]) -> tuple[Firing, ...]:
    known = catalogue()
    facts = [known.read(one) for one in cast("Sequence[Json]", stored["facts"])]
    rows = cast("Sequence[Mapping[str, list[int]]]", stored["firings"])
    return tuple(
        Firing(
            rule=str(row["rule"]),
            conclusions=tuple(facts[place] for place in row["concluded"]),
            matched=tuple(facts[place] for place in row["matched"]),
        )
        for row in rows
    )
