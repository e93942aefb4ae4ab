"""The cells of a fallback card: what the active policy decides of the little that a caller knows.

A caller knows what kind of crisis it is, whether people speak of it more than usual, whom one
speaks to, at which touchpoint, in which region. All else is unknown: how grave it is, what was
said, who is on call. What cannot be told counts as the graver of both.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

import orjson

from ontology.decisions import Decision
from ontology.events import Json
from ontology.facts import Fact, Origin, catalogue
from ontology.identity import ThingId
from rules.combine import decide
from rules.conditions import Ask, Conjunction
from rules.policy import Policy
from rules.sfeel import MISSING, holds
from rules.strata import Engines
from service.fallback_reading import ANY
from service.overlay import checked
from service.sources import READERS, Sources
from service.values import Values
from service.world import World

NONE: Final = "none"
USUAL: Final = "usual"
SURGING: Final = "surging"
_MOMENTARY: Final = ("on_call", "local_team_on_call", "holiday", "load")
_UNKNOWN: Final = dict.fromkeys(("severity", "certainty", "urgency", "harm"), "unknown")
_SURGE: Final = ("surge", "negative-shift")
_CARD: Final = Origin(source="policy", ref="fallback")
_KINDS: Final = catalogue().kinds
CLUSTERS: Final = (NONE, *_KINDS["incident"].fields["cluster"].allowed)
VOLUMES: Final = (USUAL, SURGING)
AUDIENCES: Final = (ANY, *_KINDS["request"].fields["audience"].allowed)


class Cell(NamedTuple):
    """What a caller knows; `*` where that is nothing."""

    cluster: str
    volume: str
    audience: str
    touchpoint: str = ANY
    region: str = ANY


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the cells of a card are decided from.

    `things` are the facts of each touchpoint and region, by id. `alike` names for each the first
    one of which the policy can't tell it apart: what is decided of one holds for the other.
    """

    policy: Policy
    engines: Engines
    at: datetime
    standing: tuple[Fact, ...]
    things: Mapping[str, tuple[Fact, ...]]
    alike: Mapping[str, str]
    decided: dict[Cell, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, world: World, at: datetime, named: Mapping[str, Sequence[ThingId]]) -> "Known":
        """The active policy, and what is recorded of things by kind.

        Raises:
            PolicyUnknown: no policy is active.
        """
        policy = world.policies.current()
        sources = Sources(
            graph=world.graph,
            incidents=world.incidents,
            roster=world.roster(),
            law=policy.law,
            at=at,
        )
        things: dict[str, tuple[Fact, ...]] = {
            one: _lasting(READERS[kind](sources, one))
            for kind, some in named.items()
            for one in some
        }
        return cls(
            policy=policy.policy,
            engines=Engines.compiled(policy.policy),
            at=at,
            standing=(*_standing(world, at), _fact("degraded", {"part": "attune"})),
            things={ANY: (), **things},
            alike={ANY: ANY, **dict(_alike(things, policy.policy))},
        )

    def outcome(self, cell: Cell) -> bytes:
        """What a card says of a cell, as one text for equal ones."""
        there, where = self.alike[cell.touchpoint], self.alike[cell.region]
        asked = cell._replace(touchpoint=there, region=where)
        if asked not in self.decided:
            facts = [*self.standing, *self.things[there], *self.things[where], *_facts(asked)]
            self.decided[asked] = _told(decide(facts, self.policy, self.at, self.engines))
        return self.decided[asked]


def _facts(cell: Cell) -> Iterator[Fact]:
    """What the caller knows of what happened, how loud it is, and whom one speaks to."""
    if cell.cluster != NONE:
        yield _fact("incident", {"cluster": cell.cluster, "phase": "open", **_UNKNOWN})
    if cell.volume == SURGING:
        yield from (_fact("detection", {"name": name}) for name in _SURGE)
    if cell.audience != ANY:
        yield _fact("request", {"audience": cell.audience})
        said = {"from_press": cell.audience == "press"}
        said["from_employee"] = cell.audience == "employees"
        yield _fact("signal", {"judged": False, **said})


def _alike(things: Mapping[str, tuple[Fact, ...]], policy: Policy) -> Iterator[tuple[str, str]]:
    """Each thing with the first one of which every test of the policy says the same."""
    asked = {
        fact.kind: _Asked.of(policy, fact.kind) for facts in things.values() for fact in facts
    }
    first: dict[tuple[object, ...], str] = {}
    for thing, facts in things.items():
        key = tuple((fact.kind, *asked[fact.kind].answers(fact)) for fact in facts)
        yield thing, first.setdefault(key, thing)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a policy asks of facts of one kind: its tests, and the fields that it joins by."""

    tests: tuple[Ask, ...]
    joined: tuple[str, ...]

    @classmethod
    def of(cls, policy: Policy, kind: str) -> "_Asked":
        conditions = [
            one for rule in policy.rules for one in rule.conditions if kind in one.kinds()
        ]
        patterns = [pattern for one in conditions for pattern in one.every()]
        joins = [field for one in conditions for field in _joined(one)]
        return cls(
            tests=tuple({ask for one in patterns if one.kind == kind for ask in one.asks}),
            joined=tuple(sorted({*joins})),
        )

    def answers(self, fact: Fact) -> Iterator[object]:
        for ask in self.tests:
            yield holds(ask.test, fact.values.get(ask.field.name, MISSING), ask.field)
        for name in self.joined:
            yield fact.values.get(name)


def _joined(one: Conjunction) -> Iterator[str]:
    for join in one.joins:
        yield from (join.left_field.name, join.right_field.name)
    for absence in one.absences:
        for pair in absence.equal:
            yield from (field.name for field in pair)


def _told(decision: Decision) -> bytes:
    said = decision.to_json()
    told = {
        "tier": decision.tier,
        "within": said.get("within"),
        "routes": [_route(row) for row in _objects(said["routes"])],
        "prohibitions": [*decision.prohibitions],
        "requirements": sorted({row.name for row in decision.requirements}),
        "notify": sorted({row.team for row in decision.notifications}),
    }
    return orjson.dumps(told, option=orjson.OPT_SORT_KEYS)


def _route(row: Mapping[str, Json]) -> dict[str, Json]:
    shown = ("team", "priority", "otherwise", "external")
    return {name: row[name] for name in shown if row.get(name) is not None}


def _standing(world: World, at: datetime) -> Iterator[Fact]:
    """Teams and agreements, without what changes while the card holds: on call, how busy."""
    for one in world.roster().values(at, None):
        yield from _lasting(one)


def _lasting(values: Values) -> tuple[Fact, ...]:
    for name in _MOMENTARY:
        values.values.pop(name, None)
    return checked([values])


def _fact(kind: str, values: Mapping[str, object]) -> Fact:
    return catalogue().fact(kind, dict(values), _CARD)


def _objects(value: Json) -> list[dict[str, Json]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
