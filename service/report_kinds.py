"""The kinds of reports: what each takes, who may read it, and how it is worked out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeVar, get_origin

from pydantic import ConfigDict, Field, ValidationError

from ontology.events import Json
from ontology.identity import ThingId
from ontology.lifecycle import Role
from service.assessment_bodies import CompetencyIn
from service.bodies import Model
from service.campaign_bodies import CampaignReportIn
from service.channel_bodies import ChannelsIn
from service.debrief_bodies import DebriefsIn
from service.late import Late
from service.onboarding_bodies import OnboardingIn
from service.outcome_bodies import CohortIn, RetentionIn, ScorecardIn, SpeedIn
from service.panel_bodies import PanelsIn
from service.permissions import KEY_ROLES, READ_POSTS, SEE_PEOPLE
from service.problems import Fault, invalid, unprocessable
from service.pulse_body import PulseIn
from service.recorded_history import Progress
from service.recovery_bodies import RecoveryIn
from service.reported import Report
from service.sla_bodies import SlasIn
from service.survey_bodies import EffortIn, VerbatimsIn
from service.tone_bodies import ExamplesIn, OwnToneIn
from service.tone_kinds import ToneIn, tone
from service.world import World

READERS: Final = frozenset(
    {Role.GOVERNANCE, Role.REVIEWER, Role.LEGAL, Role.ANALYST, Role.AUDITOR, Role.ADMIN}
)
"""Who reads reports, where a kind does not say otherwise."""

PREFIX: Final = "report-"
"""How the job is called that works a report out: `report-` and the report's name."""

Body = TypeVar("Body", bound=Model)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of report; `personal` where it may tell of people.

    `run` calls its progress with the steps done and all there are: what it raises ends the work.
    It raises `Unsuited` where the sample can't answer, ProblemError where what is asked is wrong.
    """

    name: str
    title: str
    summary: str
    body: type[Model]
    run: Callable[[World, Any, Progress], Report]
    roles: frozenset[Role] = READERS
    personal: bool = False
    few: Callable[[World, Any, ThingId], bool] | None = None
    """Whether somebody may see what a body asks for; such a report is no job, and at no home."""
    words: frozenset[Role] | None = None
    """Who may ask for `quotes`, where not all readers may; as a job it is worked out without."""


def kind(  # noqa: PLR0913 - a kind says that much
    name: str,
    title: str,
    summary: str,
    body: type[Body],
    run: Callable[[World, Body, Progress], Report],
    *,
    roles: frozenset[Role] = READERS,
    personal: bool = False,
    few: Callable[[World, Body, ThingId], bool] | None = None,
    words: frozenset[Role] | None = None,
) -> Kind:
    """A kind that takes the body which it names."""
    return Kind(
        name=name,
        title=title,
        summary=summary,
        body=body,
        run=run,
        roles=roles,
        personal=personal,
        few=few,
        words=words,
    )


class FairnessIn(Model):
    """Which time fairness is looked at: a month, or from a day on and before another one."""

    model_config = ConfigDict(json_schema_extra={"example": {"month": "2026-10"}})

    month: Annotated[str, Field(max_length=10)] | None = None
    since: Annotated[str, Field(max_length=10)] | None = None
    until: Annotated[str, Field(max_length=10)] | None = None
    proposal: Annotated[str, Field(min_length=1, max_length=140)] | None = None


def fairness(world: World, body: FairnessIn, progress: Progress) -> Report:
    """How groups of people fared by recorded decisions."""
    from service.fairness import FairnessInvalid, period  # noqa: PLC0415 - light start
    from service.fairness import fairness as look  # noqa: PLC0415 - light start
    from service.fairness_report import Asked  # noqa: PLC0415 - light start
    from service.policy_sources import source  # noqa: PLC0415 - light start

    try:
        since, until = period(world.clock.now().date(), body.month, body.since, body.until)
        proposal = source(world, body.proposal) if body.proposal is not None else None
        return look(world, Asked(since=since, until=until, proposal=proposal), progress)
    except FairnessInvalid as error:
        fault = Fault(pointer="", detail=str(error), example={"month": "2026-10"})
        raise unprocessable([fault]) from error


def competency(world: World, body: CompetencyIn, progress: Progress) -> Report:
    """How one person met what they answered for."""
    from service.competency import competency as look  # noqa: PLC0415 - light start

    return look(world, body, progress)


def _asked_by(world: World, body: CompetencyIn, who: ThingId) -> bool:
    from service.assessment_view import may_ask  # noqa: PLC0415 - light start

    return may_ask(world, ThingId(body.person), who)


def _ones_own(_world: World, body: OwnToneIn, who: ThingId) -> bool:
    return body.person == who


class DrillsIn(Model):
    """Which drills are compared: those of a team, of a year, or all."""

    model_config = ConfigDict(json_schema_extra={"example": {"team": "team/crisis-office"}})

    team: Annotated[str, Field(pattern="^team/.{1,120}$")] | None = None
    year: Annotated[int, Field(ge=2000, le=2199)] | None = None
    participants: bool = False


def drills(world: World, body: DrillsIn, progress: Progress) -> Report:
    """What drills showed, quarter by quarter."""
    from service.drill_comparing import compare  # noqa: PLC0415 - light start

    return compare(world, body.team, body.year, progress, participants=body.participants)


_KINDS: Final[Sequence[Kind]] = (
    kind(
        "debriefs",
        "Debriefs and their actions",
        "What share was held within 72 hours and done by its date; open actions by age.",
        DebriefsIn,
        Late("service.debrief_report", "report"),
    ),
    kind(
        "fairness",
        "Fairness",
        "How groups of people fared, like against like, and would by a proposed policy.",
        FairnessIn,
        fairness,
    ),
    kind(
        "competency",
        "Leadership competency",
        "How one person met what they answered for; for them, their assessor, people and culture.",
        CompetencyIn,
        competency,
        roles=frozenset(Role) - {Role.ATTUNE},
        personal=True,
        few=_asked_by,
    ),
    kind(
        "channels",
        "Channels",
        "Whom each channel of an incident reached, when, in which tone, at what cost; the gaps.",
        ChannelsIn,
        Late("service.channels", "run"),
    ),
    kind(
        "recovery",
        "Recovery curves",
        "How sentiment, frustration and volume of an incident fell and came back, and with what.",
        RecoveryIn,
        Late("service.recovery", "run"),
    ),
    kind(
        "drills",
        "Drills",
        "What drills showed by team and quarter, with intervals, and what teams owe.",
        DrillsIn,
        drills,
        roles=READERS | {Role.TRAINER},
        personal=True,
    ),
    kind(
        "tone",
        "Tone",
        "How alike agents, teams and places speak, whether it drifted, and how like our wordings.",
        ToneIn,
        tone,
        personal=True,
    ),
    kind(
        "tone-examples",
        "The worst that was said",
        "Which texts of a time lack empathy, blame, or are boilerplate; quoted for few.",
        ExamplesIn,
        Late("service.tone_examples", "examples"),
        personal=True,
        words=READERS & READ_POSTS & SEE_PEOPLE,
    ),
    kind(
        "tone-own",
        "How I sound",
        "One's own scores beside the team's, worst and best texts, and what one answered to it.",
        OwnToneIn,
        Late("service.tone_own", "own"),
        roles=KEY_ROLES - {Role.EMPLOYEE},
        personal=True,
        few=_ones_own,
    ),
    kind(
        "retention",
        "Personal answers and staying",
        "Whether those who got personal answers stay, held against their like, with balance.",
        RetentionIn,
        Late("service.retention", "report"),
    ),
    kind(
        "scorecard",
        "Empathy scorecard",
        "Four perspectives on one page: figures with target, trend and owner; revenue at risk.",
        ScorecardIn,
        Late("service.scorecard", "report"),
    ),
    kind(
        "cohorts",
        "Trust and value after an incident",
        "Whether trust and lifetime value came back: those who were touched against their like.",
        CohortIn,
        Late("service.cohorts", "report"),
    ),
    kind(
        "effort",
        "Customer effort",
        "How easy customers say it was: by group, phase and week, and who kept silent.",
        EffortIn,
        Late("service.effort", "effort"),
    ),
    kind(
        "speed-and-care",
        "Speed and care",
        "How long cases take against how empathetic their answers are: the trade-off and who"
        " meets it best.",
        SpeedIn,
        Late("service.speed_and_care", "report"),
    ),
    kind(
        "verbatims",
        "What customers wrote",
        "Themes of comments, and emotions that got stronger after a message meant to calm.",
        VerbatimsIn,
        Late("service.verbatims", "verbatims"),
        personal=True,
    ),
    kind(
        "employees",
        "Answers of employees",
        "How employees answered in a closed month, by groups in which nobody can be worked out.",
        PulseIn,
        Late("service.employee_pulse", "pulse"),
    ),
    kind(
        "slas",
        "Service levels",
        "How often customers got what they can count on in time: by target and group.",
        SlasIn,
        Late("service.sla_report", "slas"),
    ),
    kind(
        "campaign",
        "What a campaign changed",
        "Retention, effort and revenue of those who were in, less of those left alone.",
        CampaignReportIn,
        Late("service.campaign_effects", "campaign"),
    ),
    kind(
        "panels",
        "Customer panels",
        "Which strata sit, what panels voted with intervals, and what became of proposals.",
        PanelsIn,
        Late("service.panel_looking", "panels"),
    ),
    kind(
        "onboarding",
        "Onboarding material",
        "Which sentences of what newcomers are told hold no more, against what, since when.",
        OnboardingIn,
        Late("service.onboarding_report", "onboarding"),
    ),
)

REPORTS: Final[Mapping[str, Kind]] = {one.name: one for one in _KINDS}


def stated(kind: Kind, words: Mapping[str, Sequence[str]], body: Mapping[str, Any]) -> Model:
    """What is asked, from a body and from words, which win: `{"month": ["2026-10"]}`.

    A member that is a list may be given word by word.

    Raises:
        ValidationError: a member is unknown, or its value is wrong.
    """
    fields = kind.body.model_fields
    said = {
        name: [*values] if name in fields and _many(fields[name].annotation) else values[-1]
        for name, values in words.items()
    }
    return kind.body.model_validate({**body, **said})


def _many(annotation: object) -> bool:
    return get_origin(annotation) in {tuple, list, frozenset}


def quotes(body: Model) -> bool:
    """Whether the words of texts are wanted."""
    return bool(getattr(body, "quotes", False))


def unquoted(body: Body) -> Body:
    """What is asked, without the words of texts."""
    return body.model_copy(update={"quotes": False}) if quotes(body) else body


def refused(kind: Kind, error: ValidationError) -> str:
    """What is wrong with what is asked, in lines for people."""
    return "\n".join(
        f"{one.pointer.removeprefix('/') or kind.name} {one.value or ''}: {one.detail};"
        f" for example {one.example}"
        for one in invalid(error, kind.body).faults
    )


def shown(one: Kind) -> dict[str, Json]:
    """A kind as answers tell of it."""
    extra = one.body.model_config.get("json_schema_extra")
    example = extra.get("example") if isinstance(extra, dict) else None
    return {
        "report": one.name,
        "title": one.title,
        "summary": one.summary,
        "roles": [*sorted(one.roles)],
        "personal": one.personal,
        "takes": [*one.body.model_fields],
        "example": dict(example) if isinstance(example, dict) else {},
    }
