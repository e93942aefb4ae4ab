"""`attune decide`: ask one decision, of a running service or of the home itself."""

from typing import Annotated

import typer

from service.cli.output import AsJson, Home, decided, known_then, opened, refuse, show


def command(  # noqa: PLR0913 - one option a member of the request
    home: Home = None,
    *,
    text: Annotated[str | None, typer.Option(help="What was said.")] = None,
    incident: Annotated[str | None, typer.Option(help="incident/… or system:key")] = None,
    customer: Annotated[str | None, typer.Option(help="customer/… or zendesk:1001")] = None,
    touchpoint: Annotated[str | None, typer.Option(help="touchpoint/… or system:key")] = None,
    platform: Annotated[str | None, typer.Option(help="platform/…")] = None,
    region: Annotated[str | None, typer.Option(help="region/…")] = None,
    facts: Annotated[
        str | None, typer.Option(help='Facts as JSON: {"request": {"kind": "reply"}}')
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(help="As if asked then (ISO 8601 with offset); not recorded.")
    ] = None,
    url: Annotated[
        str | None, typer.Option(envvar="ATTUNE_URL", help="Ask this service instead of the home.")
    ] = None,
    key: Annotated[str | None, typer.Option(envvar="ATTUNE_KEY", help="Key for --url.")] = None,
    as_json: AsJson = False,
) -> None:
    """How far up does this go, who answers, and how? The decision is recorded.

    With --as-of nothing is: it shows what was known then and what the policy of then says of it.
    """
    from service.asking import AskInvalid, ask_home, ask_service, request_of  # noqa: PLC0415 - light start

    references = {
        "incident": incident,
        "customer": customer,
        "touchpoint": touchpoint,
        "platform": platform,
        "region": region,
    }
    try:
        request = request_of(text, references, facts, as_of)
        if url is not None:
            answer = ask_service(url, key, request)
        else:
            with opened(home) as world:
                answer = ask_home(world, request)
    except AskInvalid as error:
        refuse(str(error))
    if as_json:
        show(answer)
    else:
        lines = decided(answer) if as_of is None else known_then(answer)
        typer.echo("\n".join(lines))
