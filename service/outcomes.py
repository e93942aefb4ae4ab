"""Outcomes: what the organisation really did about what a decision was asked about."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field

from knowledge.refusals import IdempotencyMismatch
from ontology.events import Draft, Event, Json
from ontology.identity import ThingId
from service.bodies import Model, Moment, instant
from service.committing import event_id
from service.problems import Fault, unprocessable
from service.world import World

TOLD: Final = "outcome.told"
MOST: Final = 50
"""Outcomes of one decision."""

_LONGEST: Final = 2_000


class OutcomeIn(Model):
    """What was done, by whom, by which team, at which tier, when; all of it may be left out.

    A tier of `frontline` says that nobody was called.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "tier": "executive",
                "team": "team/communications",
                "by": "person/ada",
                "done": "The head of communications was called.",
            }
        },
    )

    tier: Literal["frontline", "specialist", "crisis-team", "executive", "board"] | None = None
    team: Annotated[str, Field(pattern="^team/[A-Za-z0-9][A-Za-z0-9._~-]{0,119}$")] | None = None
    by: Annotated[str, Field(pattern="^person/[A-Za-z0-9][A-Za-z0-9._~-]{0,119}$")] | None = None
    at: Moment | None = None
    done: Annotated[str, Field(min_length=1, max_length=_LONGEST, pattern=r"\S")] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One thing that was done; where no tier was said, a team says that somebody was called."""

    tier: str | None
    team: str | None
    at: datetime

    @property
    def paged(self) -> bool:
        """Whether somebody beyond the front line was called."""
        return self.tier != "frontline" if self.tier is not None else self.team is not None


def tell(
    world: World, decision: Event, said: OutcomeIn, actor: ThingId, *, idempotency: str | None
) -> Event:
    """Record what was done; the words are sealed with the customer whom the decision is about.

    Raises:
        ProblemError: it lies ahead, names a team that is not here, or is one too many (422).
        IdempotencyMismatch: the key was used for something else.
    """
    digest = world.keys.mac("outcome", [decision.id, said.model_dump_json()]).hex()[:32]
    event = event_id(world, idempotency)
    if idempotency is not None and (found := world.ledger.by_id(event)) is not None:
        if found.data.get("said") != digest:
            raise IdempotencyMismatch(found.sequence)
        return found
    now = world.clock.now()
    _check(world, decision, said, now)
    data: dict[str, Json] = {
        "decision": decision.id,
        "tier": said.tier,
        "team": said.team,
        "by": said.by,
        "at": instant(said.at or now),
        "done": said.done,
        "said": digest,
    }
    data = {name: value for name, value in data.items() if value is not None}
    owner = next(iter(decision.personal.values()), None)
    draft = Draft(
        id=event,
        type=TOLD,
        subject=ThingId(decision.id),
        actor=actor,
        occurred_at=now,
        data=data,
        personal={"done": owner} if owner is not None and "done" in data else {},
        governed=False,
    )
    (recorded,) = world.ledger.append([draft])
    return recorded


def of(world: World, decision: str) -> Iterator[Event]:
    """What was told of one decision, the oldest first."""
    yield from world.ledger.read(types=(TOLD,), subject=ThingId(decision), limit=MOST)


def read(event: Event) -> Outcome:
    """The outcome that an event tells."""
    tier, team = event.data.get("tier"), event.data.get("team")
    return Outcome(
        tier=str(tier) if tier is not None else None,
        team=str(team) if team is not None else None,
        at=datetime.fromisoformat(str(event.data["at"])),
    )


def shown(event: Event, *, words: bool) -> dict[str, Json]:
    """An outcome as answers show it; without its words to who may not read about people."""
    hidden = {"said", "decision"} | (set() if words or not event.personal else {"done"})
    said = {name: value for name, value in event.data.items() if name not in hidden}
    return {
        "id": event.id,
        "sequence": event.sequence,
        "told_at": instant(event.recorded_at),
        "told_by": event.actor,
        **said,
    }


def _check(world: World, decision: Event, said: OutcomeIn, now: datetime) -> None:
    faults = []
    if said.at is not None and said.at > now:
        words = f"lies ahead of this world's clock, {instant(now)}; tell what was done"
        faults.append(
            Fault(pointer="/at", detail=words, value=instant(said.at), example=instant(now))
        )
    if said.team is not None and not world.graph.exists(ThingId(said.team)):
        example = next(iter(sorted(world.roster().teams)), "team/crisis-office")
        faults.append(
            Fault(
                pointer="/team", detail="is no team here", value=said.team[:140], example=example
            )
        )
    if len([*of(world, decision.id)]) >= MOST:
        words = f"{decision.id} has {MOST} outcomes, which is the most that are kept of one"
        faults.append(Fault(pointer="", detail=words, value=decision.id, example=""))
    if faults:
        raise unprocessable(faults)
