"""The kinds of jobs: what each takes, who may ask for it, and the work that it is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Protocol, TypeVar

from pydantic import ConfigDict, Field

from ontology.events import Json
from ontology.lifecycle import Role
from rules.findings import FindingKind
from service.backtest_bodies import BacktestIn
from service.bodies import Model, Moment
from service.finding_bodies import FindingIn
from service.recorded_history import Progress
from service.report_kinds import PREFIX, REPORTS, unquoted
from service.report_kinds import Kind as ReportKind
from service.world import World

ANALYSTS: Final = frozenset(
    {Role.GOVERNANCE, Role.REVIEWER, Role.LEGAL, Role.ANALYST, Role.AUDITOR, Role.ADMIN}
)
"""Who may analyse policies: whoever changes, reviews or audits them."""

_LONG_MS: Final = 3_600_000
Body = TypeVar("Body", bound=Model)


class Reported(Protocol):
    """What an analysis found."""

    def to_json(self) -> Mapping[str, Any]:
        """The same as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of work; `personal` where what it finds may tell of people.

    `run` calls its progress with the steps done and all there are, now and then: what it raises
    ends the work.
    """

    name: str
    summary: str
    body: type[Model]
    run: Callable[[World, Any, Progress], Reported]
    roles: frozenset[Role] = ANALYSTS
    personal: bool = False


def kind(
    name: str,
    summary: str,
    body: type[Body],
    run: Callable[[World, Body, Progress], Reported],
    *,
    personal: bool = False,
) -> Kind:
    """A kind whose work takes the body that it names."""
    return Kind(name=name, summary=summary, body=body, run=run, personal=personal)


PolicyName = Annotated[str, Field(min_length=1, max_length=140)]
"""A policy: `active`, `shipped`, a digest, `policy-proposal/…`, `policy-draft/…`."""


class PolicyIs(Model):
    """Which policy is looked at."""

    model_config = ConfigDict(json_schema_extra={"example": {"policy": "active"}})

    policy: PolicyName = "active"


def _backtest(world: World, body: BacktestIn, progress: Progress) -> Reported:
    from service.backtest_asking import backtested  # noqa: PLC0415 - light start

    return backtested(world, body, progress)


def _check(world: World, body: PolicyIs, progress: Progress) -> Reported:
    from service.checking import checked  # noqa: PLC0415 - light start

    return checked(world, body.policy, progress)


class VerificationIn(PolicyIs):
    """Which policy is verified, and for which kinds of findings; the usual ones by default."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"policy": "active", "only": ["conflict", "gap"]}},
    )

    only: Annotated[tuple[FindingKind, ...], Field(max_length=20)] = ()


def _verify(world: World, body: VerificationIn, progress: Progress) -> Reported:
    from service.verifying import verified  # noqa: PLC0415 - light start

    return verified(world, body.policy, frozenset(body.only), progress)


def _cases(world: World, body: PolicyIs, progress: Progress) -> Reported:
    from service.checking import tried  # noqa: PLC0415 - light start

    return tried(world, body.policy, progress)


def _find(world: World, body: FindingIn, progress: Progress) -> Reported:
    from service.findings import find  # noqa: PLC0415 - light start

    # Its result is read by whoever may see jobs, so nothing of people is in it.
    return find(world, body.query(), frozenset(), progress, patience_ms=_LONG_MS)


class Compared(Model):
    """Two policies: what decides, if nothing else is said, and another."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        populate_by_name=True,
        serialize_by_alias=True,
        json_schema_extra={"example": {"from": "active", "to": "shipped"}},
    )

    before: PolicyName = Field(default="active", alias="from")
    after: PolicyName = Field(alias="to")


def _difference(world: World, body: Compared, progress: Progress) -> Reported:
    from service.comparing import comparing  # noqa: PLC0415 - light start
    from service.policy_sources import source  # noqa: PLC0415 - light start

    old, new = (source(world, name).content for name in (body.before, body.after))
    return comparing(old, new, progress)


class MessagesTried(Model):
    """Whose shapes and templates are tried on recorded messages, and from when to when."""

    model_config = ConfigDict(json_schema_extra={"example": {"policy": "active"}})

    policy: PolicyName
    since: Moment | None = None
    until: Moment | None = None


def _messages(world: World, body: MessagesTried, progress: Progress) -> Reported:
    from service.messages_backtest import backtest_messages  # noqa: PLC0415 - light start
    from service.policy_sources import source  # noqa: PLC0415 - light start

    files = source(world, body.policy).content
    return backtest_messages(world, files, body.since, body.until, progress)


_KINDS: Final[Sequence[Kind]] = (
    kind(
        "backtest",
        "What a policy would have decided: recorded decisions and incidents, looked at again.",
        BacktestIn,
        _backtest,
    ),
    kind(
        "check",
        "Everything that is wrong with a policy, as a proposal of it would be told.",
        PolicyIs,
        _check,
    ),
    kind(
        "verify",
        "Conflicts, gaps and rules that never fire or change nothing, each with facts as proof.",
        VerificationIn,
        _verify,
    ),
    kind(
        "cases",
        "Every case of a policy's tables: which pass, which fail and by what.",
        PolicyIs,
        _cases,
    ),
    kind(
        "find",
        "Recorded signals, windows or decisions that fit a filter, over any time.",
        FindingIn,
        _find,
    ),
    kind(
        "difference",
        "What differs in meaning between two policies, with facts on which both were run.",
        Compared,
        _difference,
    ),
    kind(
        "backtest-messages",
        "Which recorded messages other shapes refuse or let through, and what templates change.",
        MessagesTried,
        _messages,
    ),
)


def _report(one: ReportKind) -> Kind:
    """A report as a job, for one that takes longer than a request."""
    return Kind(
        name=PREFIX + one.name,
        summary=one.summary,
        body=one.body,
        run=one.run if one.words is None else _wordless(one),
        roles=one.roles,
        personal=one.personal,
    )


def _wordless(one: ReportKind) -> Callable[[World, Any, Progress], Reported]:
    """A report without words: all who may read jobs may read what a job found."""
    return lambda world, body, progress: one.run(world, unquoted(body), progress)


KINDS: Final[Mapping[str, Kind]] = {
    one.name: one
    for one in (*_KINDS, *(_report(kind) for kind in REPORTS.values() if kind.few is None))
}


def shown(one: Kind) -> dict[str, Json]:
    """A kind as answers tell of it."""
    extra = one.body.model_config.get("json_schema_extra")
    example = extra.get("example") if isinstance(extra, dict) else None
    body = dict(example) if isinstance(example, dict) else {}
    return {
        "kind": one.name,
        "summary": one.summary,
        "roles": [*sorted(one.roles)],
        "personal": one.personal,
        "example": {"kind": one.name, **body},
    }
