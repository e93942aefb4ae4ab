"""What commands share that ask a running service, in the name of a key."""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from service.cli.output import refuse

if TYPE_CHECKING:
    from collections.abc import Callable

    from ontology.events import Json
    from service.client import Client

URL: Final = "http://127.0.0.1:8080"
Url = Annotated[str, typer.Option(envvar="ATTUNE_URL", help="The service.")]
Key = Annotated[str, typer.Option(envvar="ATTUNE_KEY", help="Your key: acts are in your name.")]


def asked(url: str, key: str, call: "Callable[[Client], dict[str, Json]]") -> "dict[str, Json]":
    """What the service answers; refuses where it does, or where nobody answers."""
    from service.client import (  # noqa: PLC0415 - light start
        Client,
        RequestRefused,
        ServiceUnreachable,
    )

    try:
        with Client(url, key) as client:
            return call(client)
    except (RequestRefused, ServiceUnreachable) as error:
        refuse(str(error))


def rows(value: object) -> "list[dict[str, Json]]":
    """The objects of a list in an answer."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def texts(value: object) -> list[str]:
    """A list in an answer, as texts."""
    return [str(one) for one in value] if isinstance(value, list) else []
