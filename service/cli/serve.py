"""`attune serve`: the service on 127.0.0.1, and a first decision for who wants to see one."""

from typing import Annotated

import typer

from service.cli.output import Home, configured, refuse


def command(
    home: Home = None,
    *,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port; by default ATTUNE_PORT or 8080.")
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address; by default 127.0.0.1.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, max=64, help="Processes.")] = None,
    welcome: Annotated[
        bool, typer.Option("--welcome", help="Ask a first decision and show it.")
    ] = False,
) -> None:
    """Serve until interrupted."""
    from service.serving import CannotServe, serve  # noqa: PLC0415 - light start

    settings = configured(home=home, port=port, host=host, workers=workers)
    try:
        serve(settings, welcome=welcome)
    except CannotServe as error:
        refuse(str(error))
