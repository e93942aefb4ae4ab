"""What facilitators and participants of drills send."""

from typing import Annotated

from pydantic import ConfigDict, Field, model_validator

from ontology.lifecycle import Role
from service.bodies import Model, Text
from service.drill_scenario import TIERS, InjectKind, Length, Slug

_Person = Annotated[str, Field(pattern="^person/.{1,120}$")]
_Team = Annotated[str, Field(pattern="^team/.{1,120}$")]
MOST_PEOPLE = 40


class PartIn(Model):
    """Somebody who takes part: with which roles, for which team if not the one that practises."""

    person: _Person
    roles: Annotated[tuple[Role, ...], Field(min_length=1, max_length=8)]
    team: _Team | None = None


class DrillIn(Model):
    """A drill that is planned: a scenario by name, or its file's text; the team, the people."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "scenario": "bot-answers-a-mother",
                "team": "team/crisis-office",
                "people": [{"person": "person/ada", "roles": ["responder"]}],
            }
        },
    )

    scenario: Slug | None = None
    text: Annotated[str, Field(min_length=1, max_length=512_000)] | None = None
    team: _Team
    people: Annotated[tuple[PartIn, ...], Field(min_length=1, max_length=MOST_PEOPLE)]
    within: Length = "P7D"

    @model_validator(mode="after")
    def _one_scenario(self) -> "DrillIn":
        if (self.scenario is None) == (self.text is None):
            raise ValueError("write `scenario` with a name, or `text` with a scenario's file")
        return self


class StepIn(Model):
    """How far a paused drill goes: so long, or to what arrives next where nothing is said."""

    model_config = ConfigDict(json_schema_extra={"example": {"by": "PT10M"}})

    by: Length | None = None


class InjectNowIn(Model):
    """An inject that comes now: one of the scenario by its id, or a new one."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "mayor-calls",
                "kind": "executive-demand",
                "title": "The mayor's office calls",
                "text": "The mayor speaks at eight and wants to know what you will say.",
                "sender": "Mayor's office",
            }
        },
    )

    id: Slug
    kind: InjectKind | None = None
    title: Annotated[str, Field(min_length=1, max_length=160)] | None = None
    text: Text | None = None
    sender: Annotated[str, Field(min_length=1, max_length=120)] = "Facilitator"
    to: Annotated[str, Field(max_length=120)] = "everybody"
    heard: bool = False


class SaidIn(Model):
    """What a participant does that no tool records: notices, decides, approves, publishes."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "act": "decide",
                "tier": "executive",
                "routes": ["team/crisis-office"],
                "strategy": ["instruct", "adjust"],
                "why": "People are hurt and our own reply made it worse.",
            }
        },
    )

    act: Annotated[str, Field(pattern="^[a-z][a-z-]{0,39}$")]
    text: Text | None = None
    language: Annotated[str, Field(pattern="^[a-z]{2,3}$")] = "en"
    audience: Annotated[str, Field(max_length=80)] | None = None
    tier: Annotated[str, Field(max_length=40)] | None = None
    routes: Annotated[tuple[_Team, ...], Field(max_length=10)] = ()
    strategy: Annotated[tuple[str, ...], Field(max_length=6)] = ()
    why: Annotated[str, Field(min_length=1, max_length=2_000)] | None = None

    @model_validator(mode="after")
    def _known(self) -> "SaidIn":
        if self.tier is not None and self.tier not in TIERS:
            raise ValueError(f"{self.tier!r} is no tier; tiers are {', '.join(TIERS)}")
        return self


class ProposalIn(Model):
    """A disagreement with the rules that shall become a policy draft: about what, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "point": "tier",
                "reason": "Our own reply hurt somebody; executives must know at once.",
            }
        },
    )

    point: Annotated[str, Field(pattern="^(tier|routes|strategy)$")]
    reason: Annotated[str, Field(min_length=10, max_length=900)]


class EventsIn(Model):
    """What of a drill's story is asked for: after which sequence, how long to wait for more."""

    model_config = ConfigDict(json_schema_extra={"example": {"after": 0, "wait": 20}})

    after: Annotated[int, Field(ge=0, le=10**12)] = 0
    wait: Annotated[int, Field(ge=0, le=25)] = 0
    limit: Annotated[int, Field(ge=1, le=500)] = 200
