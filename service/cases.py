"""Cases: what of a resolved incident becomes a precedent; who has checked which text."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import orjson

from ontology.events import Draft, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Standing
from service.committing import Done, Here
from service.sessions import refused
from service.signing import accompanying
from service.telling import told

if TYPE_CHECKING:
    from knowledge.precedents import Precedent

KIND: Final = "precedent"
WRITTEN: Final = "precedent.written"
PREFIX: Final = f"{KIND}/case-"
"""Ids that begin so are of cases from this ledger; archives may not use them."""

LEDGER: Final = "ledger"
"""The source of those cases."""

VISIBLE: Final = "visible"
TEXTS: Final = ("title", "text", "said", "outcome", "lesson")
_CHECKS: Final = frozenset({"check-anonymity", "check-privilege"})
_BACK: Final = frozenset({"drafted", "anonymised", "visible", "withheld", "withdrawn"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One line of a timeline; `after` is the ISO 8601 duration since the incident began here."""

    after: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure at its height, over `n` looks."""

    name: str
    value: float
    after: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Regained:
    """How one measure came back: each figure as `Estimate` or `Withheld` write it.

    `half_life` is hours from the trough, `recovered` hours since the incident became known here.
    """

    measure: str
    answer: str
    why: str
    half_life: Mapping[str, Json]
    area: Mapping[str, Json]
    recovered: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a case says. Nothing in it names anybody, once it was checked."""

    title: str
    text: str
    said: str | None = None
    outcome: str | None = None
    lesson: str | None = None
    date: str | None = None
    severity: str = "unknown"
    cluster: str = "unknown"
    type: str | None = None
    region: str | None = None
    language: str = "en"
    strategy: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    tier: str | None = None
    result: str = "unknown"
    invented: bool = False
    timeline: tuple[Moment, ...] = ()
    figures: tuple[Figure, ...] = ()
    recovery: tuple[Regained, ...] = ()
    """Measured once the incident is closed."""

    left: tuple[str, ...] = ()
    """Capitalised words that still stand in it, for whoever checks it."""

    @property
    def digest(self) -> str:
        """The SHA-256 of all of it, which checks are of."""
        return hashlib.sha256(
            orjson.dumps(self.to_json(), option=orjson.OPT_SORT_KEYS)
        ).hexdigest()

    def to_json(self) -> dict[str, Json]:
        """As the ledger keeps it."""
        said: dict[str, Json] = orjson.loads(orjson.dumps(asdict(self)))
        return {name: value for name, value in said.items() if value not in (None, [], False)}

    @classmethod
    def of(cls, said: Mapping[str, Json]) -> "Case":
        """Read back what the ledger keeps."""
        known: dict[str, object] = dict(said)
        for name in ("strategy", "channel", "left"):
            known[name] = tuple(_texts(said.get(name)))
        known["timeline"] = tuple(Moment(**one) for one in _rows(said.get("timeline")))
        known["figures"] = tuple(Figure(**one) for one in _rows(said.get("figures")))
        known["recovery"] = tuple(Regained(**one) for one in _rows(said.get("recovery")))
        return cls(**known)  # type: ignore[arg-type] # written by to_json

    def precedent(self, thing: ThingId) -> "Precedent":
        """The case as searches know it."""
        from knowledge.precedents import Precedent  # noqa: PLC0415 - numpy comes with it

        return Precedent(
            id=thing,
            title=self.title,
            text=self.text,
            source=LEDGER,
            date=self.date,
            severity=self.severity,
            cluster=self.cluster,
            type=self.type,
            language=self.language,
            region=self.region,
            outcome=self.outcome,
            strategy=self.strategy,
            channel=self.channel,
            tier=self.tier,
            result=self.result,
            said=self.said,
            lesson=self.lesson,
            invented=self.invented,
        )


def case_of(world: Here, incident: ThingId) -> ThingId:
    """The case of an incident; its id does not tell which one that is."""
    return ThingId(f"{PREFIX}{world.keys.mac(KIND, incident).hex()[:16]}")


def content(world: Here, thing: ThingId) -> Case | None:
    """What a case says now, None where it was never put together."""
    found = world.ledger.newest(types=(WRITTEN,), subject=thing, limit=1)
    said = found[0].data.get("content") if found else None
    return Case.of(said) if isinstance(said, dict) else None


def written(world: Here, thing: ThingId, case: Case, actor: ThingId) -> Draft:
    """What a case says from now on, for the same commit as the act that says so."""
    return Draft(
        id=world.ids("event"),
        type=WRITTEN,
        subject=thing,
        actor=actor,
        occurred_at=world.clock.now(),
        scopes=(Scope(thing),),
        data={"content": case.to_json(), "digest": case.digest},
    )


def after(world: Here, done: Done) -> Iterator[Draft]:
    """What an act on an incident does to its case: reopened, it goes back."""
    thing = case_of(world, done.stands.thing)
    if done.outcome.act == "reopen" and world.graph.state(thing) in _BACK:
        yield accompanying(world, thing, KIND, "reopen", {}, done.at)


class CaseJoint:
    """Lets a check count for the text that was read only, and tells who has to check next."""

    def relied(self, world: Here, stands: Standing, act: str) -> tuple[Scope, ...]:  # noqa: ARG002
        """Nothing besides the case."""
        return ()

    def drafts(self, world: Here, done: Done) -> list[Draft]:
        """An alert where nobody checked it in time.

        Raises:
            ActRefused: another text was read, it was written through the wrong door, or it was
                checked by whoever wrote it.
        """
        act, thing = done.outcome.act, done.stands.thing
        if act == "rewrite":
            words = f"write the text with PUT /v1/precedents/{thing.partition('/')[2]}/text"
            raise refused(act, words)
        if act in _CHECKS:
            _checked(world, done)
        if act != "remind":
            return []
        incident = world.graph.get(thing, "aboutIncident")
        what = "privileged" if done.stands.state == "anonymised" else "naming anybody"
        words = f"{thing} waits for somebody to check that nothing in it is {what}."
        return [told(world, done, "specialist", words, incident=incident)]


def _checked(world: Here, done: Done) -> None:
    act, thing, read = done.outcome.act, done.stands.thing, done.outcome.details["digest"]
    now = world.graph.get(thing, "contentDigest")
    if read != now:
        raise refused(act, f"you have read {str(read)[:12]}…; the text is {now} now", "digest")
    last = world.ledger.newest(types=(WRITTEN,), subject=thing, limit=1)
    if act == "check-anonymity" and last and last[0].actor == done.actor.id:
        raise refused(
            act, f"{done.actor.id} wrote this text; somebody else must check it", "actor"
        )


def _texts(value: Json) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def _rows(value: Json) -> Iterator[dict[str, Any]]:
    for one in value if isinstance(value, list) else []:
        if isinstance(one, dict):
            yield {str(name): of for name, of in one.items()}
