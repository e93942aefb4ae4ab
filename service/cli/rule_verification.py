"""`attune rules verify`: everything that can be proven wrong with a whole policy."""

import time
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.output import refuse, show
from service.cli.rule_files import content_of, moment_of

if TYPE_CHECKING:
    from datetime import datetime

    from rules.findings import Findings

BOOKS = "rules/books"


class Format(StrEnum):
    """How findings are written."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


def verify(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Books, folders of books, or a working copy; the packaged ones else."),
    ] = None,
    *,
    form: Annotated[Format, typer.Option("--format", help="How it is told.")] = Format.TEXT,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Only findings of this kind; repeatable.")
    ] = None,
    max_seconds: Annotated[
        float, typer.Option(min=0, help="What is not looked into by then counts as unknown.")
    ] = 60.0,
    at: Annotated[
        str | None, typer.Option(help="At which moment, ISO 8601; now if absent.")
    ] = None,
) -> None:
    """Find conflicts, gaps, and rules that never fire or change nothing; prove each with facts.

    Every finding was confirmed by both engines. Exit code 0: none. 1: there are some. 2: the books
    cannot be read. `--only overlap` tells what merging settles, which is no fault.
    """
    from rules.diagnostics import Invalid  # noqa: PLC0415 - light start

    content, paths = _content(files)
    kinds = _kinds(only)
    try:
        found = _verified(content, kinds, moment_of(at), max_seconds)
    except Invalid as error:
        refuse(str(error))
    except KeyboardInterrupt:
        typer.echo("Stopped; nothing was judged.", err=True)
        raise typer.Exit(130) from None
    _tell(found, form, paths)
    if not found.clean:
        raise typer.Exit(1)


def _tell(found: "Findings", form: Format, paths: Mapping[str, str]) -> None:
    if form is Format.TEXT:
        typer.echo(found.text(), nl=False)
    elif form is Format.JSON:
        show(found.to_json())
    else:
        from importlib.metadata import version  # noqa: PLC0415 - light start

        from rules.sarif import sarif  # noqa: PLC0415 - light start

        show(sarif(found, version=version("attune"), paths=paths))


def _verified(
    content: Mapping[str, bytes], kinds: frozenset[str], at: "datetime", seconds: float
) -> "Findings":
    from ontology.facts import catalogue  # noqa: PLC0415 - light start
    from rules.policy import build  # noqa: PLC0415 - light start
    from rules.verification import verify  # noqa: PLC0415 - light start

    end = time.monotonic() + seconds
    policy = build(content, catalogue())
    return verify(policy, catalogue(), at, only=kinds, expired=lambda: time.monotonic() > end)


def _kinds(only: Sequence[str] | None) -> frozenset[str]:
    from rules.diagnostics import near  # noqa: PLC0415 - light start
    from rules.findings import KINDS  # noqa: PLC0415 - light start
    from rules.verification import USUAL  # noqa: PLC0415 - light start

    for name in only or ():
        if name not in KINDS:
            meant = near(name, KINDS)
            hint = f"; did you mean {meant!r}?" if meant else ""
            refuse(f"--only {name[:40]!r} is none of {', '.join(KINDS)}{hint}")
    return frozenset(only or USUAL)


def _content(files: Sequence[Path] | None) -> tuple[dict[str, bytes], dict[str, str]]:
    """The bytes of the books by name, and where each lies; case tables are left out."""
    found = [_books_of(path) for path in files or ()]
    content = content_of(found)
    places = {
        m.name: str(m) for path in found for m in ([path] if path.is_file() else path.glob("*"))
    }
    return content, {name: places[name] for name in content if name in places}


def _books_of(path: Path) -> Path:
    """The folder of the books of a working copy; else the path itself."""
    inner = path / BOOKS
    return inner if inner.is_dir() and not any(path.glob("*.yaml")) else path
