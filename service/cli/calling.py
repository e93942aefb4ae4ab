"""What commands share that ask a running service, in the name of a key."""

from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import typer

from service.cli.output import refuse, show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from ontology.events import Json
    from service.client import Client

Found = TypeVar("Found")
URL: Final = "http://127.0.0.1:8080"
Url = Annotated[str, typer.Option(envvar="ATTUNE_URL", help="The service.")]
Key = Annotated[str, typer.Option(envvar="ATTUNE_KEY", help="Your key: acts are in your name.")]


def asked(url: str, key: str, call: "Callable[[Client], Found]") -> "Found":
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


def tell(found: object, lines: "Iterable[str]", *, as_json: bool) -> None:
    """Print an answer, as JSON or in the lines that say it to people."""
    if as_json:
        show(found)
        return
    for line in lines:
        typer.echo(line)


def path_of(thing: str, *kinds: str) -> str:
    """Where a thing of one of these kinds stands; refuses others."""
    from service.plurals import plural  # noqa: PLC0415 - light start

    kind, _, local = thing.partition("/")
    if kind not in kinds or not local:
        refuse(f"{thing[:140]!r} is none of {', '.join(f'{one}/…' for one in kinds)}")
    return f"/v1/{plural(kind)}/{local}"


def acted(
    url: str, key: str, thing: str, name: str, words: "list[str]", *, kinds: tuple[str, ...]
) -> "dict[str, Json]":
    """What comes of an act to a thing; `words` are its data, like `reason=Too early`."""
    given: dict[str, Json] = {}
    for word in words:
        field, sign, value = word.partition("=")
        if not sign:
            refuse(f"{word[:140]!r} says nothing; write <field>=<value> like reason='Too early.'")
        given[field] = value
    body: dict[str, Json] = {"act": name, "data": given}
    path = f"{path_of(thing, *kinds)}/acts"
    return asked(url, key, lambda client: client.post(path, body))


def body_of(file: "Path", example: str) -> "dict[str, Json]":
    """The object of a JSON file; refuses what is none."""
    import orjson  # noqa: PLC0415 - light start

    try:
        found = orjson.loads(file.read_bytes())
    except OSError as error:
        refuse(f"{file}: {error.strerror}")
    except orjson.JSONDecodeError as error:
        refuse(f"{file}:{error.lineno}:{error.colno}: no JSON: {error.msg}")
    if not isinstance(found, dict):
        refuse(f"{file}: write one object like {example}")
    return found
