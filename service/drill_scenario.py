"""What a drill scenario says: its world and clock, what arrives, what is expected and right."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from ontology.facts import catalogue
from ontology.lifecycle import Role
from ontology.lifecycle_data import duration
from ontology.record_values import RecordInvalid
from service.bodies import Model, Name, Text
from service.zoned import TimeZone, moment

MOST_POSTS: Final = 5_000
LONGEST: Final = timedelta(days=7)
"""The longest time that a scenario may cover, by its own clock."""

TIERS: Final = catalogue().kinds["escalation"].fields["tier"].allowed
Phase = Literal["detect", "decide", "approve", "publish", "care"]
"""What an expected act belongs to; `care` is what is owed to people beside the statement."""

PHASES: Final = ("detect", "decide", "approve", "publish", "care")
InjectKind = Literal[
    "press-enquiry",
    "platform-suspended",
    "second-incident",
    "regulator-letter",
    "contradictory-mail",
    "own-reply",
    "leaked-memo",
    "bereaved-family",
    "executive-demand",
    "union-statement",
    "expert-claim",
    "fact-confirmed",
    "message",
]


def _length(value: str) -> str:
    if duration(value) > LONGEST:
        raise ValueError(f"{value!r} is longer than a scenario may be, 7 days; write PT45M")
    return value


def _offset(value: str) -> str:
    return value if value == "PT0M" else _length(value)


def _tier(value: str) -> str:
    if value not in TIERS:
        raise ValueError(f"{value!r} is no tier; tiers are {', '.join(TIERS)}")
    return value


Length = Annotated[str, Field(max_length=20), AfterValidator(_length)]
Offset = Annotated[str, Field(max_length=20), AfterValidator(_offset)]
"""How long after the clock's start something comes, like PT12M; PT0M is at once."""

Slug = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]{1,59}$")]
_Thing = Annotated[str, Field(pattern="^[a-z][a-z0-9-]{0,39}/.{1,120}$")]
_Team = Annotated[str, Field(pattern="^team/.{1,120}$")]
_Tier = Annotated[str, AfterValidator(_tier)]
_Strategy = Literal["instruct", "adjust", "deny", "diminish", "rebuild", "bolster"]
Phrases = Annotated[
    tuple[Annotated[str, Field(min_length=2, max_length=200)], ...], Field(max_length=40)
]


def since(offset: str) -> timedelta:
    """An offset as a length of time, nothing included."""
    return timedelta() if offset == "PT0M" else duration(offset)


class ClockIn(Model):
    """When the scenario plays: a local time of a zone, for how long, how often the rules look."""

    start: datetime
    zone: TimeZone
    length: Length
    look: Length = "PT5M"

    @model_validator(mode="after")
    def _stands(self) -> Self:
        try:
            moment(self.start, self.zone, "/clock/start")
        except RecordInvalid as error:
            raise ValueError("; ".join(error.errors.values())) from error
        return self

    @property
    def began(self) -> datetime:
        """The start in UTC."""
        return moment(self.start, self.zone, "/clock/start")

    @property
    def ends(self) -> datetime:
        """The end in UTC."""
        return self.began + duration(self.length)


class RecordIn(Model):
    """A record of the drill's world, as `POST /v1/records` takes it."""

    type: Name
    id: _Thing
    properties: dict[Name, Any] = Field(default_factory=dict, max_length=60)


class IncidentIn(Model):
    """The incident: its record, and when it is opened for the participants, if they need not."""

    id: Annotated[str, Field(pattern="^incident/.{1,120}$")]
    properties: dict[Name, Any] = Field(min_length=1, max_length=60)
    opened: Offset | None = None


class PostIn(Model):
    """A post that is heard: when, by whom, what."""

    after: Offset
    by: Annotated[str, Field(min_length=1, max_length=80)]
    text: Text
    platform: Annotated[str, Field(pattern="^platform/.{1,120}$")] = "platform/twitter"
    topics: tuple[Name, ...] = Field(default=(), max_length=20)
    language: Annotated[str, Field(pattern="^[a-z]{2,3}$")] | None = None
    region: Annotated[str, Field(pattern="^region/.{1,120}$")] | None = None
    reach: Annotated[int, Field(ge=0, le=1_000_000_000)] | None = None
    shares: Annotated[int, Field(ge=0, le=500)] = 0
    """So many accounts pass it on within the half hour that follows."""


class ActIn(Model):
    """What an inject does to the drill's world: put a record, or do an act to a thing."""

    put: RecordIn | None = None
    act: Annotated[str, Field(pattern="^[a-z][a-z-]{0,39}$")] | None = None
    to: _Thing | None = None
    data: dict[Name, Any] = Field(default_factory=dict, max_length=20)

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.put is None) == (self.act is None) or (self.act is not None and self.to is None):
            raise ValueError("write `put:` with a record, or `act:` with `to:` and the thing")
        return self


class InjectIn(Model):
    """Something that reaches the participants: who sends it, to whom, what it says and does."""

    id: Slug
    after: Offset
    kind: InjectKind
    title: Annotated[str, Field(min_length=1, max_length=160)]
    text: Text
    sender: Annotated[str, Field(min_length=1, max_length=120)]
    to: Annotated[str, Field(max_length=120)] = "everybody"
    heard: bool = False
    """Whether the public reads it, too: then it is a post among the others."""

    does: tuple[ActIn, ...] = Field(default=(), max_length=10)


class ExpectIn(Model):
    """An act that is expected: `said/detect`, or `incident/open`, by when, by whom, and why."""

    id: Slug
    phase: Phase
    act: Annotated[str, Field(pattern="^[a-z][a-z-]{0,39}/[a-z][a-z-]{0,39}$")]
    within: Length
    after: Slug = "start"
    """The inject from whose arrival time runs; the start of the scenario where it says so."""

    who: Role | None = None
    why: Annotated[str, Field(min_length=1, max_length=400)]


class ReferenceIn(Model):
    """What people who know the field answer, and why; the rules' own answer stands beside it."""

    at: Offset
    """The moment for which it is the right answer."""

    tier: _Tier
    routes: tuple[_Team, ...] = Field(min_length=1, max_length=10)
    strategy: tuple[_Strategy, ...] = Field(min_length=1, max_length=6)
    words: Text
    reasons: Annotated[str, Field(min_length=1, max_length=2_000)]
    by: Annotated[str, Field(min_length=1, max_length=160)]


class PhraseIn(Model):
    """Something that the words must say, or must not: any of these phrases counts."""

    says: Annotated[str, Field(min_length=1, max_length=200)]
    any_of: Phrases = Field(min_length=1)


class TopicIn(Model):
    """Something that texts may claim; two that claim different things of it contradict."""

    id: Slug
    label: Annotated[str, Field(min_length=1, max_length=120)]
    words: Phrases = Field(min_length=1)
    opposites: Phrases = ()


class WellSaidIn(Model):
    """What counts as well said here."""

    answers: Text
    """The words that are answered; empathy is judged against them."""

    must: tuple[PhraseIn, ...] = Field(default=(), max_length=20)
    never: tuple[PhraseIn, ...] = Field(default=(), max_length=20)
    empathy: dict[
        Literal["emotional_reactions", "interpretations", "explorations"],
        Annotated[int, Field(ge=0, le=2)],
    ] = Field(default_factory=dict)
    topics: tuple[TopicIn, ...] = Field(default=(), max_length=20)
    admission: Literal["none", "harm", "fault"] = "harm"
    """What the words may admit at most."""


class RecordedIn(Model):
    """A recorded feed whose posts are played: a file in `scenarios/feeds`, and when it begins."""

    file: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,79}\.(csv|jsonl)$")]
    after: Offset = "PT0M"
    platform: Annotated[str, Field(pattern="^platform/.{1,120}$")] = "platform/twitter"


class Scenario(Model):
    """One scenario, as its file says it."""

    model_config = ConfigDict(extra="forbid", frozen=True, title="A drill scenario of attune")

    drill: Slug
    title: Annotated[str, Field(min_length=1, max_length=160)]
    purpose: Annotated[str, Field(min_length=1, max_length=1_000)]
    note: Annotated[str, Field(min_length=1, max_length=400)]
    """Where it comes from; an invented one says so."""

    starts_from: Literal["own-reply", "outside", "inside"]
    world: Literal["sample", "organisation", "empty"] = "sample"
    """Whose teams and platforms: the sample's, this home's without its customers, or none."""

    rules: Literal["hidden", "shown"] = "hidden"
    """Whether participants see what the rules decide while they practise."""

    clock: ClockIn
    feed: Annotated[str, Field(pattern="^feed/.{1,120}$")] = "feed/listening"
    records: tuple[RecordIn, ...] = Field(default=(), max_length=200)
    incident: IncidentIn
    posts: tuple[PostIn, ...] = Field(default=(), max_length=MOST_POSTS)
    recorded: RecordedIn | None = None
    precedent: Annotated[str, Field(pattern="^precedent/.{1,120}$")] | None = None
    """A past case whose own sentences are posts, too; five minutes apart."""

    injects: tuple[InjectIn, ...] = Field(default=(), max_length=200)
    expect: tuple[ExpectIn, ...] = Field(min_length=1, max_length=100)
    reference: ReferenceIn
    well_said: WellSaidIn

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        wrong = [*_twice(self), *_late(self), *_unknown(self), *_own(self), *_unsaid(self)]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self


def _twice(one: Scenario) -> Iterator[str]:
    for where, ids in (("injects", one.injects), ("expect", one.expect)):
        names = [each.id for each in ids]
        for name in sorted({each for each in names if names.count(each) > 1}):
            yield f"{where}: {name!r} stands there twice; give each an id of its own"


def _late(one: Scenario) -> Iterator[str]:
    offsets = [
        *((f"posts/{number}", part.after) for number, part in enumerate(one.posts)),
        *((f"injects/{number}", part.after) for number, part in enumerate(one.injects)),
        ("reference", one.reference.at),
    ]
    for where, offset in offsets:
        if since(offset) > duration(one.clock.length):
            yield f"{where}: {offset} lies after the end, {one.clock.length}"


def _unknown(one: Scenario) -> Iterator[str]:
    known = {"start", *(each.id for each in one.injects)}
    for each in one.expect:
        if each.after not in known:
            words = f"{each.id!r} waits for {each.after!r}, which is no inject"
            yield f"expect: {words}; write one of {', '.join(sorted(known))}"


def _own(one: Scenario) -> Iterator[str]:
    if one.starts_from == "own-reply" and not any(
        each.kind == "own-reply" for each in one.injects
    ):
        yield "injects: it starts from our own reply, and none of kind own-reply is there"


def _unsaid(one: Scenario) -> Iterator[str]:
    """Where the reference's own words miss what its author asks of everybody's."""
    words = one.reference.words.casefold()
    for wanted, phrases in ((True, one.well_said.must), (False, one.well_said.never)):
        for each in phrases:
            found = next((said for said in each.any_of if said.casefold() in words), None)
            if wanted and found is None:
                yield f"reference: its words do not say {each.says}; write {each.any_of[0]!r}"
            elif found is not None and not wanted:
                yield f"reference: its words say {found!r}, which is {each.says}"
