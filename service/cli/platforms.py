"""`attune platforms`: the access that is recorded, and what to negotiate."""

from typing import Annotated

import typer

from service.cli.output import AsJson, Home, opened, refuse, show

app = typer.Typer(help="Platforms: access, quota, fallback; what to negotiate.")


@app.command("list")
def index(home: Home = None, *, as_json: AsJson = False) -> None:
    """Every platform with its access and what was measured."""
    from service.access import access  # noqa: PLC0415 - light start
    from service.api.platforms import registered  # noqa: PLC0415 - light start

    with opened(home) as world:
        there = (access(world.graph, one) for one in world.graph.of_type("Platform"))
        found = [registered(world, one) for one in there if one is not None]
    if as_json:
        show(found)
        return
    for one in found:
        stands = f"fallen back to {one['fallback']}" if one["fallen_back"] else str(one["status"])
        typer.echo(f"{one['id']}  {one['access']}  {stands}  owner {one['owner'] or 'nobody'}")


@app.command("report")
def report(
    platform: Annotated[str, typer.Argument(help="platform/…")],
    home: Home = None,
    *,
    days: Annotated[int, typer.Option(min=1, max=3_660, help="Days to look back.")] = 30,
    as_json: AsJson = False,
) -> None:
    """What listening needed in recorded incidents against what the platform grants."""
    from ontology.identity import IdentityInvalid, thing_id  # noqa: PLC0415 - light start
    from service import negotiation  # noqa: PLC0415 - light start

    with opened(home) as world:
        try:
            found = negotiation.report(world, thing_id(platform), days=days)
        except IdentityInvalid as error:
            refuse(str(error))
    if found is None:
        refuse(f"there is no platform {platform[:80]!r}; `attune platforms list` shows them")
    if as_json:
        show(found)
        return
    for line in negotiation.told(found):
        typer.echo(line)
