"""`attune onboarding`: what new customers and colleagues are told of past crises."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.acting import OPERATOR, named
from service.cli.output import AsJson, Home, opened, refuse, show

if TYPE_CHECKING:
    from ontology.events import Json
    from service.onboarding import Document

app = typer.Typer(help="What newcomers are told of past crises.", no_args_is_help=True)


@app.command()
def load(  # noqa: PLR0913 - one option a property
    file: Annotated[Path, typer.Argument(help="Markdown, plain text, HTML or PDF.")],
    home: Home = None,
    *,
    document: Annotated[str, typer.Option("--id", help="onboarding-document/…")],
    owner: Annotated[str, typer.Option(help="team/…, which answers for it.")],
    name: Annotated[str | None, typer.Option(help="By default its first line.")] = None,
    audience: Annotated[str, typer.Option(help="customer, public, employees, …")] = "employees",
    region: Annotated[str | None, typer.Option(help="region/…; else everywhere.")] = None,
    language: Annotated[str, typer.Option(help="en, de, …")] = "en",
    valid_from: Annotated[str | None, typer.Option(help="2026-01-05T09:00:00Z; else now.")] = None,
    valid_until: Annotated[str | None, typer.Option(help="Else it has no end.")] = None,
    review_by: Annotated[str | None, typer.Option(help="When its owner looks again.")] = None,
    as_json: AsJson = False,
) -> None:
    """Load a document, or its next version; the same text twice changes nothing."""
    from ontology.lifecycle import Actor  # noqa: PLC0415 - light start
    from service.onboarding import KIND  # noqa: PLC0415 - light start
    from service.onboarding_loading import LoadRefused, put  # noqa: PLC0415 - light start
    from service.permissions import KEY_ROLES  # noqa: PLC0415 - light start

    thing, operator = named(document, KIND), Actor(id=named(OPERATOR, "person"), roles=KEY_ROLES)
    stated: dict[str, Json] = {
        "name": name,
        "ownedBy": named(owner, "team"),
        "audience": audience,
        "forRegion": region,
        "language": language,
        "validFrom": valid_from,
        "validUntil": valid_until,
        "reviewBy": review_by,
    }
    with opened(home) as world:
        try:
            event, begins = put(world, thing, file, stated, operator)
        except LoadRefused as error:
            refuse(str(error))
    if as_json:
        show({"id": thing, "event": event, "valid_from": begins})
    else:
        typer.echo(f"{thing}: in force from {begins}; attune report onboarding checks it")


@app.command("list")
def index(home: Home = None, *, as_json: AsJson = False) -> None:
    """Every document with its owner, for whom it is, and whether it is in force."""
    from service.onboarding import documents  # noqa: PLC0415 - light start

    with opened(home) as world:
        at = world.clock.now()
        rows = [_row(one, in_force=one.covers(at)) for one in documents(world)]
    if as_json:
        show({"items": rows})
        return
    for row in rows:
        state = "in force" if row["in_force"] else "not in force"
        typer.echo(f"{row['id']}  {row['name']}  ({row['owner']}, {row['audience']}, {state})")


@app.command()
def past(
    home: Home = None,
    *,
    source: Annotated[str, typer.Option(help="Of which archive.")] = "own",
    invented: Annotated[bool, typer.Option("--invented", help="Teaching cases, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """What past crises were, what was said and remedied, what changed: a draft to edit.

    Made of the precedents that can be found. What goes to the public goes as a message, whose
    gate judges it: `attune messages`.
    """
    from service.onboarding_past import chapters, markdown  # noqa: PLC0415 - light start

    with opened(home) as world:
        found = chapters(world.perception.precedents(), source, invented=invented)
    if as_json:
        show({"items": [dict(one) for one in found]})
    elif not found:
        typer.echo("No past crisis to tell of; --invented shows the teaching cases.")
    else:
        typer.echo(markdown(found))


def _row(one: "Document", *, in_force: bool) -> "dict[str, Json]":
    return {
        "id": one.id,
        "name": one.name,
        "owner": one.owner,
        "audience": one.audience,
        "language": one.language,
        "region": one.region,
        "in_force": in_force,
        "review_by": one.review_by.isoformat() if one.review_by else None,
    }
