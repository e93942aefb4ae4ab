"""`attune precedents` on cases from this ledger: list, show, correct, sign, withhold."""

from typing import Annotated

import typer

from service.cli.acting import OPERATOR, By, done, named
from service.cli.output import AsJson, Home, opened, refuse, show

Named = Annotated[str, typer.Argument(help="precedent/…")]


def cases(
    home: Home = None,
    *,
    state: Annotated[str | None, typer.Option(help="drafted, anonymised, visible, …")] = None,
    as_json: AsJson = False,
) -> None:
    """The cases of resolved incidents, checked or not."""
    from service import case_view  # noqa: PLC0415 - light start

    with opened(home) as world:
        rows = case_view.cases(world, state)
    if as_json:
        show({"items": rows})
        return
    for row in rows:
        if isinstance(row, dict):
            typer.echo(f"{row['id']}  {row['state']}  {row['title']}  ({row['incident']})")


def one(case: Named, home: Home = None, *, as_json: AsJson = False) -> None:
    """One case with its timeline; a draft with what was replaced in it, and what to look at."""
    from service import case_view  # noqa: PLC0415 - light start
    from service.case_lines import case_lines  # noqa: PLC0415 - light start
    from service.cases import PREFIX, VISIBLE  # noqa: PLC0415 - light start
    from service.committing import ThingUnknown  # noqa: PLC0415 - light start

    thing = named(case, "precedent")
    with opened(home) as world:
        try:
            said = case_view.page(world, thing, checker=True)
            draft = thing.startswith(PREFIX) and said["state"] != VISIBLE
            checked = case_view.replaced(world, thing) if draft else {}
        except ThingUnknown:
            refuse(f"there is no {case[:140]!r}; `attune precedents cases` lists those from here")
    if as_json:
        show(said | checked)
    else:
        typer.echo("\n".join(case_lines(said, checked)))


def write(  # noqa: PLR0913 - one option a text
    case: Named,
    home: Home = None,
    *,
    title: Annotated[str | None, typer.Option(help="What it is called.")] = None,
    text: Annotated[str | None, typer.Option(help="What happened.")] = None,
    said: Annotated[str | None, typer.Option(help="What was said.")] = None,
    outcome: Annotated[str | None, typer.Option(help="What came of it.")] = None,
    lesson: Annotated[str | None, typer.Option(help="What was learnt.")] = None,
    reason: Annotated[str, typer.Option(help="Why it is changed.")],
    by: By = OPERATOR,
) -> None:
    """Put other texts into a case; all of it is checked again before it is found."""
    from knowledge.refusals import Conflict  # noqa: PLC0415 - light start
    from ontology.lifecycle import Actor, ActRefused  # noqa: PLC0415 - light start
    from ontology.record_values import RecordInvalid  # noqa: PLC0415 - light start
    from service.case_keeping import write as put  # noqa: PLC0415 - light start
    from service.committing import ThingUnknown  # noqa: PLC0415 - light start
    from service.permissions import KEY_ROLES  # noqa: PLC0415 - light start

    texts = {"title": title, "text": text, "said": said, "outcome": outcome, "lesson": lesson}
    given = {name: value for name, value in texts.items() if value is not None}
    if not given:
        refuse("give at least one of --title, --text, --said, --outcome and --lesson")
    actor = Actor(id=named(by, "person"), roles=KEY_ROLES)
    thing = named(case, "precedent")
    with opened(home) as world:
        try:
            put(world, thing, given, reason, actor)
        except (ActRefused, Conflict, RecordInvalid) as error:
            refuse(str(error))
        except ThingUnknown:
            refuse(f"there is no {case[:140]!r}; `attune precedents cases` lists those from here")
    typer.echo(f"{thing}: drafted")


def check(
    case: Named,
    home: Home = None,
    *,
    digest: Annotated[str, typer.Option(help="Of the text that you have read.")],
    privilege: Annotated[
        bool, typer.Option("--privilege", help="That nothing privileged is in it, not names.")
    ] = False,
    by: By = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Sign that a case names nobody, or that nothing in it is privileged; two people do."""
    name = "check-privilege" if privilege else "check-anonymity"
    done(home, named(case, "precedent"), name, {"digest": digest}, by=by, as_json=as_json)


def act(
    case: Named,
    act: Annotated[str, typer.Argument(help="withhold, withdraw, hold, release")],
    home: Home = None,
    *,
    reason: Annotated[str, typer.Option(help="Why.")],
    by: By = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Withhold or withdraw a case, or put it under a legal hold, and release it."""
    done(home, named(case, "precedent"), act, {"reason": reason}, by=by, as_json=as_json)
