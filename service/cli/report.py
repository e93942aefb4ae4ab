"""`attune report`: recovery, outcomes, tone, channels …, of the home itself or a service."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.calling import Key, asked, body_of
from service.cli.find_terminal import progress
from service.cli.forms import FormName, Out, form_of, formed, put_out
from service.cli.output import AsJson, Home, opened, refuse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ontology.events import Json
    from service.bodies import Model
    from service.report_kinds import Kind
    from service.reported import Form


def command(  # noqa: PLR0913 - what is asked, where, and in which form
    name: Annotated[str | None, typer.Argument(help="Which one; all are listed without.")] = None,
    words: Annotated[
        list[str] | None, typer.Argument(help="What it takes: month=2026-10.")
    ] = None,
    *,
    home: Home = None,
    body: Annotated[Path | None, typer.Option(help="A JSON file with what it takes.")] = None,
    form: FormName = "text",
    as_json: AsJson = False,
    out: Out = None,
    url: Annotated[str, typer.Option(help="Ask this service, not the home.")] = "",
    key: Key = "",
) -> None:
    """What happened and what it changed, every figure with interval and sample size."""
    if name is None:
        _list()
        return
    kind, shape = _kind(name), form_of(form, as_json=as_json)
    request = _asked(kind, words or [], {} if body is None else body_of(body, "{…}"))
    content = (
        asked(url, key, lambda client: client.document(*_request(kind, request, shape)))
        if url
        else _of_home(home, kind, request, shape)
    )
    put_out(content, out)


def _list() -> None:
    from service.report_kinds import REPORTS  # noqa: PLC0415 - light start

    for one in REPORTS.values():
        typer.echo(f"{one.name:<16} {one.summary}\n{'':<16} {' '.join(one.body.model_fields)}")


def _kind(name: str) -> "Kind":
    from service.report_kinds import REPORTS  # noqa: PLC0415 - light start

    kind = REPORTS.get(name)
    if kind is None:
        refuse(f"{name[:80]!r} is no report; it is one of {', '.join(REPORTS)}")
    return kind


def _asked(kind: "Kind", words: list[str], body: "Mapping[str, Json]") -> "Model":
    from pydantic import ValidationError  # noqa: PLC0415 - light start

    from service.report_kinds import refused, stated  # noqa: PLC0415 - light start

    said: dict[str, list[str]] = {}
    for word in words:
        name, sign, text = word.partition("=")
        if not sign:
            refuse(f"{word[:140]!r} says nothing; write <name>=<value> like month=2026-10")
        said.setdefault(name, []).append(text)
    try:
        return stated(kind, said, body)
    except ValidationError as error:
        refuse(refused(kind, error))


def _request(kind: "Kind", request: "Model", form: "Form") -> "tuple[str, Mapping[str, Json]]":
    """Where a service is asked for it, and with which body."""
    body = request.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return f"/v1/reports/{kind.name}?format={form}", body


def _of_home(home: Path | None, kind: "Kind", request: "Model", form: "Form") -> bytes:
    from knowledge.measures.estimates import Unsuited  # noqa: PLC0415 - light start
    from service.problems import ProblemError  # noqa: PLC0415 - light start

    if kind.few is not None:
        refuse(f"{kind.name} is for few: ask a service in your name, with --url and --key")
    with opened(home) as world, progress() as shown:
        world.catch_up()
        try:
            return formed(kind.run(world, request, shown), form, kind.title)
        except Unsuited as error:
            typer.echo(f"{kind.name}: {error}", err=True)
            raise typer.Exit(1) from error
        except ProblemError as error:
            refuse("\n".join([error.detail, *(one.detail for one in error.faults)]))
