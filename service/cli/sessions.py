"""`attune sessions`: dilemmas, secret votes, and the boundaries that come of them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.acting import OPERATOR, By, done, named
from service.cli.output import AsJson, Home, opened, refuse, show

if TYPE_CHECKING:
    from ontology.events import Json

app = typer.Typer(
    help="Alignment sessions: dilemmas, votes, boundaries, signatures.", no_args_is_help=True
)

Named = Annotated[str, typer.Argument(help="session/…")]


@app.command()
def dilemmas(*, as_json: AsJson = False) -> None:
    """The dilemmas that ship with attune."""
    from rules.dilemmas import dilemmas as shipped  # noqa: PLC0415 - light start
    from service.session_listing import dilemma  # noqa: PLC0415 - light start

    rows = [dilemma(one) for one in shipped().values()]
    if as_json:
        show({"items": rows})
        return
    for row in rows:
        typer.echo(f"{row['name']}  {row['title']}\n    {row['case']}")
        options = row["options"]
        for option in options if isinstance(options, list) else []:
            if isinstance(option, dict):
                typer.echo(f"    - {option['name']}: {option['does']}")


@app.command("list")
def index(home: Home = None, *, as_json: AsJson = False) -> None:
    """Every session that was planned."""
    from service.session_listing import sessions  # noqa: PLC0415 - light start

    with opened(home) as world:
        rows = sessions(world)
    if as_json:
        show({"items": rows})
        return
    for row in rows:
        if isinstance(row, dict):
            typer.echo(f"{row['id']}  {row['state']}  {row['name']}")


@app.command("show")
def one(session: Named, home: Home = None, *, as_json: AsJson = False) -> None:
    """One session; tally and dissent once its vote is closed."""
    from service.session_listing import shown  # noqa: PLC0415 - light start
    from service.sessions import session as found  # noqa: PLC0415 - light start

    with opened(home) as world:
        there = found(world, named(session, "session"))
        if there is None:
            refuse(f"nobody planned {session[:140]!r}; `attune sessions list` has the ids")
        answer = shown(world, there)
    if as_json:
        show(answer)
    else:
        typer.echo("\n".join(_lines(answer)))


@app.command()
def vote(
    session: Named,
    home: Home = None,
    *,
    dilemma: Annotated[str, typer.Option(help="Its short name.")],
    choice: Annotated[str, typer.Option(help="The option's short name.")],
    reason: Annotated[str | None, typer.Option(help="Why.")] = None,
    by: By = OPERATOR,
) -> None:
    """Vote, or change the vote; nobody can read it before the vote is closed."""
    from knowledge.refusals import Conflict  # noqa: PLC0415 - light start
    from ontology.lifecycle import ActRefused  # noqa: PLC0415 - light start
    from ontology.record_values import RecordInvalid  # noqa: PLC0415 - light start
    from service.ballots import Ballot  # noqa: PLC0415 - light start
    from service.committing import ThingUnknown  # noqa: PLC0415 - light start
    from service.sessions import vote as cast  # noqa: PLC0415 - light start

    said = Ballot(by=named(by, "person"), dilemma=dilemma, choice=choice, reason=reason)
    with opened(home) as world:
        try:
            cast(world, named(session, "session"), said)
        except (ActRefused, RecordInvalid, ThingUnknown, Conflict) as error:
            refuse(str(error))
    typer.echo(f"{session}: {by} has voted on {dilemma}")


@app.command()
def act(  # noqa: PLR0913 - one option a field of an act
    session: Named,
    what: Annotated[
        str, typer.Argument(help="plan, open, start-voting, close, vote-again, adopt, abandon")
    ],
    home: Home = None,
    *,
    within: Annotated[str | None, typer.Option(help="For start-voting, adopt: like PT2H.")] = None,
    reason: Annotated[str | None, typer.Option(help="For vote-again, abandon.")] = None,
    by: By = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Do an act to a session."""
    named(session, "session")
    data: dict[str, Json] = {"within": within} if within else {}
    data |= {"reason": reason} if reason else {}
    done(home, session, what, data, by=by, as_json=as_json)


@app.command()
def agreements(home: Home = None, *, as_json: AsJson = False) -> None:
    """Every agreement: in force or not, who has signed, when it ends."""
    from service.session_listing import agreements as listed  # noqa: PLC0415 - light start

    with opened(home) as world:
        rows = listed(world)
    if as_json:
        show({"items": rows})
        return
    for row in rows:
        if isinstance(row, dict):
            force = "in force" if row["in_force"] else "not in force"
            state = f" ({row['state']})" if row["state"] else ""
            typer.echo(f"{row['id']}  {force}{state} until {row['valid_until'] or 'no end'}")


@app.command()
def sign(
    agreement: Annotated[str, typer.Argument(help="agreement/…")],
    home: Home = None,
    *,
    by: By = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Sign an agreement; it is in force once as many have signed as it needs."""
    named(agreement, "agreement")
    done(home, agreement, "sign", {}, by=by, as_json=as_json)


def _lines(row: "dict[str, Json]") -> Iterator[str]:
    yield f"{row['id']}  {row['state']}  {row['name']}"
    voted, people = row["voted"], row["participants"]
    if isinstance(voted, list) and isinstance(people, list):
        yield f"    {len(voted)} of {len(people)} have voted, the quorum is {row['quorum']}"
    results = row["results"]
    for result in results if isinstance(results, list) else []:
        if isinstance(result, dict):
            yield f"    {result['dilemma']}: {result['decided'] or 'undecided'} {result['tally']}"
