"""`attune rules diff`, `attune policy diff`: what a change of policy means, on which facts."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from service.cli.calling import URL, asked, rows
from service.cli.output import Home, opened, refuse, show
from service.cli.rule_files import content_of as books_of

if TYPE_CHECKING:
    from ontology.events import Json
    from rules.comparison_report import Report
    from service.client import Client

SHIPPED: Final = "shipped"


class Format(StrEnum):
    """How a comparison is shown."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


As = Annotated[
    Format, typer.Option("--format", help="text, json, or markdown: the note for a changelog.")
]


def rules_diff(
    old: Annotated[str, typer.Argument(help="A book, a folder, or `shipped`.")],
    new: Annotated[str, typer.Argument(help="The same, after the change.")],
    *,
    shape: As = Format.TEXT,
) -> None:
    """What differs in meaning between two folders of rules, with facts that are decided otherwise.

    A folder is a working copy of a whole policy, or holds books. Exits with 1 where decisions
    differ or that they do not is not proven.
    """
    _told(_compared(_content(old), _content(new)), shape)


def policy_diff(
    first: Annotated[str, typer.Argument(help="From (`active` if only one is named), or to.")],
    second: Annotated[str | None, typer.Argument(help="To: a policy, or a folder.")] = None,
    home: Home = None,
    *,
    shape: As = Format.TEXT,
    url: Annotated[
        str | None, typer.Option(envvar="ATTUNE_URL", help="Ask this service instead of the home.")
    ] = None,
    key: Annotated[str, typer.Option(envvar="ATTUNE_KEY", help="Key for --url.")] = "",
) -> None:
    """What differs in meaning: active, shipped, a digest, a proposal, or a folder against another.

    Exits with 1 where decisions differ or that they do not is not proven.
    """
    names = ("active", first) if second is None else (first, second)
    old, new = _of_service(url, key, *names) if url is not None else _of_home(home, *names)
    _told(_compared(old, new), shape)


def _told(report: "Report", shape: Format) -> None:
    from rules.comparison_report import markdown, text  # noqa: PLC0415 - light start

    if shape is Format.JSON:
        show(report.to_json())
    else:
        typer.echo((text if shape is Format.TEXT else markdown)(report).rstrip("\n"))
    if report.verdict in {"differs", "unproven"}:
        raise typer.Exit(1)


def _compared(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> "Report":
    from ontology.marked_reader import FileInvalid  # noqa: PLC0415 - light start
    from ontology.shape_graph import ShapesInvalid  # noqa: PLC0415 - light start
    from rules.diagnostics import Invalid  # noqa: PLC0415 - light start
    from service.comparing import comparing  # noqa: PLC0415 - light start

    try:
        return comparing(old, new)
    except (Invalid, FileInvalid, ShapesInvalid) as error:
        refuse(str(error))


def _content(name: str) -> Mapping[str, bytes]:
    """The files that a name means: what is shipped, a working copy, a folder of books, a book."""
    from service.bundle import packaged  # noqa: PLC0415 - light start
    from service.working_copy import WorkingCopyInvalid, content_of  # noqa: PLC0415 - light start

    if name == SHIPPED:
        return packaged()
    try:
        return content_of(Path(name))
    except WorkingCopyInvalid:
        return books_of([Path(name)])
    except OSError as error:
        refuse(f"{error.filename}: cannot be read: {error.strerror}")


def _of_home(home: Path | None, *names: str) -> list[Mapping[str, bytes]]:
    from service.policies import PolicyUnknown  # noqa: PLC0415 - light start
    from service.policy_sources import SourceUnknown, anywhere  # noqa: PLC0415 - light start
    from service.working_copy import WorkingCopyInvalid  # noqa: PLC0415 - light start

    with opened(home) as world:
        world.catch_up()
        try:
            return [anywhere(world, name).content for name in names]
        except (SourceUnknown, PolicyUnknown, WorkingCopyInvalid) as error:
            refuse(str(error))


def _of_service(url: str | None, key: str, *names: str) -> list[Mapping[str, bytes]]:
    return [_fetched(url or URL, key, name) for name in names]


def _fetched(url: str, key: str, name: str) -> Mapping[str, bytes]:
    """The files of a policy of a service, or of a folder here."""
    if name == SHIPPED or Path(name).is_dir():
        return _content(name)
    digest = asked(url, key, lambda client: _named(client, name))["digest"]
    files = asked(url, key, lambda client: client.get(f"/v1/policies/{digest}"))["files"]
    found = files if isinstance(files, dict) else {}
    return {file: str(content).encode() for file, content in found.items()}


def _named(client: "Client", name: str) -> "dict[str, Json]":
    if "/" not in name:
        return client.get(f"/v1/policies/{name}")
    proposals = rows(client.get("/v1/policies")["proposals"])
    found = next((one for one in proposals if one["id"] == name), None)
    if found is None:
        refuse(f"There is no {name[:140]!r}; `attune policy status` lists the open proposals.")
    return found
