"""`attune find rule`: what a filter asks becomes a draft rule, tried on what was recorded."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from service.cli.acting import OPERATOR, By
from service.cli.find_terminal import progress, refusing, split
from service.cli.output import AsJson, Home, opened, refuse, show

if TYPE_CHECKING:
    from service.finding_rule import Drafted
    from service.finding_rule_body import RuleIn
    from service.world import World


_PATIENCE_MS: Final = 3_600_000


def command(  # noqa: PLR0913 - what a rule says
    source: Annotated[
        Literal["signals", "windows", "decisions"], typer.Argument(help="What the filter is of.")
    ],
    home: Home = None,
    *,
    where: Annotated[list[str], typer.Option(help="Like 'spread.excess: at least 4'.")],
    rule: Annotated[str, typer.Option("--id", help="What the rule is called.")],
    reason: Annotated[str, typer.Option(help="Why: what people read when it fires.")],
    owner: Annotated[str, typer.Option(help="Whose it is: team/…")],
    then: Annotated[list[str], typer.Option(help="Like 'escalate: {tier: specialist}'.")],
    of: Annotated[
        Literal["post", "crowd"], typer.Option(help="Signals: a rule about one post, or many.")
    ] = "post",
    window: Annotated[str, typer.Option(help="With --of crowd: PT15M, PT1H or P1D.")] = "PT1H",
    volume: Annotated[int, typer.Option(help="With --of crowd: how many posts.")] = 20,
    share: Annotated[float, typer.Option(help="With --of crowd: which share of them.")] = 0.5,
    draft: Annotated[
        str | None, typer.Option(help="Save it into a policy draft: policy-draft/…, or new.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write a working copy with it there.")] = None,
    by: By = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Write a rule that asks what a filter asks; with its cases, and what it would have done."""
    body = _body(
        query={"source": source, "where": dict(map(split, where))},
        id=rule,
        reason=reason,
        owner=owner,
        then=then,
        of=of,
        window=window,
        volume=volume,
        share=share,
        draft=draft,
    )
    with opened(home) as world:
        found = _drafted(world, body)
        told: dict[str, Any] = found.to_json() | (_saved(world, found, body, by) if draft else {})
        if out is not None:
            _written(world, found, out)
    if as_json:
        show(told)
        return
    typer.echo("\n".join(_lines(found)))
    if draft:
        counts = told["backtest"]["counts"]
        typer.echo(
            f"against the active policy {counts['changed']} of {counts['compared']} decisions of"
            " the last quarter would have been others"
        )
        typer.echo(f"saved into {told['draft']}; judge its cases there, then propose it")
    if out is not None:
        typer.echo(f"written to {out}; judge its cases, then: attune policy push {out} --reason …")


def _body(**given: object) -> "RuleIn":
    from pydantic import ValidationError  # noqa: PLC0415 - light start

    from service.finding_rule_body import RuleIn  # noqa: PLC0415 - light start

    try:
        return RuleIn.model_validate({n: v for n, v in given.items() if v is not None})
    except ValidationError as error:
        first = error.errors()[0]
        refuse(f"{'.'.join(map(str, first['loc']))} {str(first['input'])[:80]!r}: {first['msg']}")


def _drafted(world: "World", body: "RuleIn") -> "Drafted":
    from rules.diagnostics import Invalid  # noqa: PLC0415 - light start
    from service.finding_rule import draft  # noqa: PLC0415 - light start

    try:
        with refusing(), progress() as told:
            return draft(world, body.wanted(), told, patience_ms=_PATIENCE_MS)
    except Invalid as error:
        refuse("\n".join(map(str, error.diagnostics)))


def _saved(world: "World", found: "Drafted", body: "RuleIn", by: str) -> dict[str, Any]:
    from knowledge.refusals import Conflict  # noqa: PLC0415 - light start
    from ontology.identity import IdentityInvalid, thing_id  # noqa: PLC0415 - light start
    from ontology.lifecycle import Actor, ActRefused, Role  # noqa: PLC0415 - light start
    from service.finding_draft import compared, put_into  # noqa: PLC0415 - light start
    from service.problems import ProblemError  # noqa: PLC0415 - light start

    name = None if body.draft == "new" else body.draft
    try:
        actor = Actor(id=thing_id(by), roles=frozenset({Role.GOVERNANCE}))
        saved_as = put_into(world, found, body.reason, actor, name)
        with progress() as told:
            return {"draft": saved_as, "backtest": compared(world, saved_as, told)}
    except (ProblemError, IdentityInvalid, ActRefused, Conflict) as error:
        refuse(str(error))


def _written(world: "World", found: "Drafted", out: Path) -> None:
    from service.local_copy import write_copy  # noqa: PLC0415 - light start

    try:
        write_copy(world, out, found.files)
    except OSError as error:
        refuse(f"--out {str(out)!r}: {error.strerror or error}")


def _lines(found: "Drafted") -> Iterator[str]:
    trial = found.trial
    for file, text in found.files.items():
        if not file.endswith(".cases.yaml"):
            yield f"# {file}\n{text.rstrip()}"
    for one in found.when.unsaid:
        yield f"not said: {one.field} {one.written}: {one.why}"
    yield f"{found.cases} cases wait for a person to judge them"
    more = "" if trial.complete else " (the newest; there are more)"
    yield f"on {trial.tried} decisions since {trial.since:%F}{more} it fires {trial.fired} times"
    yield from (f"  {week}  {many}" for week, many in trial.by_week)
    yield from (f"  about {name}: {many}" for name, many in trial.about)
    yield f"of these people judged {trial.true} to be something and {trial.false} to be nothing"
    yield f"made again {trial.decided}: {trial.higher} at a higher tier"
    yield from (f"  {team} would be told {many} times more" for team, many in trial.told)
