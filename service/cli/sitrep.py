"""`attune sitrep`: one incident as of any minute, and the check of a file that holds one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from service.cli.forms import put_out
from service.cli.output import AsJson, Home, opened, refuse, show

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from service.reported import Form
    from service.sitrep import Sitrep
    from service.sitrep_proofs import Checked
    from service.world import World

_EXAMPLE: Final = "2026-11-23T08:00:00Z"
_KEY_DIGITS: Final = 64
_MOST_BYTES: Final = 8 << 20


def command(
    incident: Annotated[str, typer.Argument(help="incident/…")],
    home: Home = None,
    *,
    at: Annotated[str, typer.Option(help=f"As of when, like {_EXAMPLE}; else now.")] = "",
    out: Annotated[
        Path | None, typer.Option(help="Write it here: .html (with proofs), .json, .svg or .txt.")
    ] = None,
    form: Annotated[
        str, typer.Option("--format", help="text, json, svg or html; else by the file's ending.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """What is known, not known, said, promised, next, and who, as of any minute."""
    from ontology.identity import ThingId  # noqa: PLC0415 - light start
    from service.reported import Form  # noqa: PLC0415 - light start
    from service.sitrep import SitrepRefused, sitrep  # noqa: PLC0415 - light start

    shape, moment = _form(form, out, as_json=as_json), _moment(at)
    with opened(home) as world:
        try:
            found = sitrep(world, ThingId(incident), moment, people=shape is not Form.HTML)
        except SitrepRefused as refused:
            refuse(f"{refused.value}: {refused}; for example {refused.example}")
        content = _content(world, found, shape)
    put_out(content, out)


def verify_file(file: Path, home: Path | None, key: str, *, as_json: bool) -> None:
    """Check a sitrep's file; where a home is named, against its ledger and key, too.

    Ends with exit code 1 where something does not hold, with 2 where the file is no sitrep.
    """
    from service.sitrep_proofs import FileRefused, checked  # noqa: PLC0415 - light start

    if key and (len(key) != _KEY_DIGITS or set(key.lower()) - set("0123456789abcdef")):
        refuse(f"--key {key[:80]!r} is none; write its 64 hex digits")
    try:
        with file.open("rb") as stream:
            content = stream.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            refuse(f"{file}: is longer than {_MOST_BYTES >> 20} MiB, so it is no sitrep")
        found = checked(content.decode(), key or None)
    except (OSError, UnicodeDecodeError) as error:
        refuse(f"{file}: can't be read: {error}")
    except FileRefused as error:
        refuse(f"{file}: {error}")
    known = home is not None and (home / "keys" / "master.key").exists()
    problems = [*found.problems, *(_unlike(home, found) if known else ())]
    _tell(found, problems, known=known, as_json=as_json)
    if problems:
        raise typer.Exit(1)


def _tell(found: "Checked", problems: list[str], *, known: bool, as_json: bool) -> None:
    if as_json:
        told = {"ok": not problems, "incident": found.incident, "at": found.at, "key": found.key}
        tree = {"size": found.size, "root": found.root, "lines": found.lines}
        show({**told, **tree, "compared_with_home": known, "problems": problems})
        return
    for problem in problems:
        typer.echo(problem)
    typer.echo(f"{found.incident} as of {found.at}: {found.lines} lines, signed with {found.key}")
    typer.echo(f"tree of {found.size} events, root {found.root}")
    if not problems and not known:
        typer.echo("everything holds; name the home (--home) to compare root and key with its own")
    elif not problems:
        typer.echo("everything holds, and the ledger of this home is the one it speaks of")
    else:
        typer.echo(f"{len(problems)} problems")


def _unlike(home: Path | None, found: "Checked") -> "Iterator[str]":
    """How the file differs from what this home holds."""
    from service.sitrep_proofs import key_of  # noqa: PLC0415 - light start

    with opened(home) as world:
        size = world.ledger.head()
        own = key_of(world)
        if own != found.key:
            yield f"it is signed with {found.key}, and this home signs with {own}"
        if found.size > size:
            yield f"it speaks of {found.size} events, and this home has {size}"
        elif world.ledger.root(found.size).hex() != found.root:
            yield f"the root of the first {found.size} events is another in this home"


def _form(name: str, out: Path | None, *, as_json: bool) -> "Form":
    from service.reported import Form  # noqa: PLC0415 - light start

    if as_json:
        return Form.JSON
    ending = out.suffix.lstrip(".").lower() if out is not None else ""
    word = name or {"txt": "text", "htm": "html", "": "text"}.get(ending, ending)
    if word not in {Form.TEXT, Form.JSON, Form.SVG, Form.HTML}:
        refuse(f"{word[:80]!r} is no form of a sitrep; it is text, json, svg or html")
    return Form(word)


def _moment(text: str) -> "datetime | None":
    from datetime import UTC, datetime  # noqa: PLC0415 - light start

    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is None:
            refuse(f"--at {text[:80]!r} has no zone; write for example {_EXAMPLE}")
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        refuse(f"--at {text[:80]!r} is no moment; write for example {_EXAMPLE}")


def _content(world: "World", found: "Sitrep", form: "Form") -> bytes:
    import orjson  # noqa: PLC0415 - light start

    from service.reported import Form  # noqa: PLC0415 - light start
    from service.sitrep_proofs import proven  # noqa: PLC0415 - light start
    from service.sitrep_text import lines  # noqa: PLC0415 - light start

    if form is Form.JSON:
        return orjson.dumps(found.to_json(), option=orjson.OPT_INDENT_2) + b"\n"
    if form is Form.HTML:
        return proven(world, found).encode()
    text = found.picture if form is Form.SVG else "\n".join(lines(found)) + "\n"
    return text.encode()
