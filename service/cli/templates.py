"""`attune templates`: check the wording of a folder, list and show the templates that apply."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.output import AsJson, refuse, show

if TYPE_CHECKING:
    from rules.diagnostics import Diagnostic
    from rules.template import Template
    from service.library import Library

app = typer.Typer(help="Check, list and show response templates.", no_args_is_help=True)

Folder = Annotated[
    Path | None,
    typer.Argument(help="A folder with a policy's files; the packaged ones where none is named."),
]


@app.command()
def check(folder: Folder = None, *, as_json: AsJson = False) -> None:
    """Read every template, say all that is wrong with its place and cure, try its lengths."""
    from service.wording_checks import forbidden, misnamed, too_long  # noqa: PLC0415 - light start

    library = _library(folder, as_json=as_json)
    found = [
        *forbidden(library.templates, library.voice),
        *misnamed(library),
        *too_long(library.templates, library.voice),
    ]
    if found:
        _refused(found, as_json=as_json)
    texts = sum(len(one.variants) for one in library.templates.values())
    if as_json:
        show({"valid": True, "templates": len(library.templates), "texts": texts})
    else:
        typer.echo(f"{len(library.templates)} templates with {texts} texts")


@app.command("list")
def listed(folder: Folder = None, *, as_json: AsJson = False) -> None:
    """The templates with what each is for."""
    library = _library(folder, as_json=as_json)
    if as_json:
        show([_told(one) for one in library.templates.values()])
        return
    for one in library.templates.values():
        needs = f"  needs {', '.join(one.needs)}" if one.needs else ""
        typer.echo(f"{one.id}  [{one.locale}] {', '.join(one.variants)}{needs}")
        typer.echo(f"  {one.title}: {one.use}")


@app.command("show")
def shown(
    template: Annotated[str, typer.Argument(help="The id of a template.")],
    folder: Folder = None,
    *,
    as_json: AsJson = False,
) -> None:
    """One template as it reads with examples in its slots, with how it sounds."""
    from service.wording_checks import tried  # noqa: PLC0415 - light start

    library = _library(folder, as_json=as_json)
    one = library.templates.get(template)
    if one is None:
        from rules.diagnostics import near  # noqa: PLC0415 - light start

        meant = near(template, library.templates)
        hint = f"did you mean {meant!r}?" if meant else "attune templates list shows them"
        refuse(f"there is no template {template[:80]!r}; {hint}")
    texts = [attempt.text for attempt in tried(one, library.voice) if attempt.examples]
    if as_json:
        show(_told(one) | {"texts": [text.json() for text in texts]})
        return
    typer.echo(f"{one.id}: {one.title}\n{one.use}")
    for text in texts:
        grade = text.sound.reading
        hard = f", {grade.formula} {grade.grade or grade.ease}" if grade is not None else ""
        typer.echo(f"\n--- {text.channel} (sounds like us: {text.sound.score}{hard})")
        typer.echo(f"{text.title}\n" if text.title else "", nl=bool(text.title))
        typer.echo(text.text)


@app.command()
def schema(
    out: Annotated[Path | None, typer.Option(help="The file to write; printed without.")] = None,
) -> None:
    """The JSON Schema by which editors complete and check files of templates."""
    from rules.editor_schema import written  # noqa: PLC0415 - light start
    from rules.templates_schema import templates_schema  # noqa: PLC0415 - light start

    text = written(templates_schema())
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        refuse(f"{out}: cannot be written: {error.strerror}")


def _library(folder: Path | None, *, as_json: bool) -> "Library":
    """The templates and the voice of a folder; ends with all that is wrong."""
    from ontology.marked_reader import FileInvalid  # noqa: PLC0415 - light start
    from rules.diagnostics import Invalid  # noqa: PLC0415 - light start
    from service.library import library_of  # noqa: PLC0415 - light start

    try:
        return library_of(_files(folder))
    except Invalid as error:
        _refused(error.diagnostics, as_json=as_json)
    except FileInvalid as error:
        refuse(str(error))
    except UnicodeDecodeError as error:
        refuse(f"byte {error.start} of a file is no UTF-8")
    raise AssertionError  # pragma: no cover - both ways above end


def _files(folder: Path | None) -> Mapping[str, bytes]:
    from service.bundle import packaged  # noqa: PLC0415 - light start
    from service.working_copy import WorkingCopyInvalid, content_of  # noqa: PLC0415 - light start

    if folder is None:
        return packaged()
    try:
        return content_of(folder)
    except WorkingCopyInvalid as error:
        refuse(str(error))


def _refused(found: "list[Diagnostic] | tuple[Diagnostic, ...]", *, as_json: bool) -> None:
    if as_json:
        show({"valid": False, "diagnostics": [one.to_json() for one in found]})
    else:
        typer.echo("\n".join(map(str, found)), err=True)
    raise typer.Exit(2)


def _told(one: "Template") -> dict[str, object]:
    return {
        "id": one.id,
        "title": one.title,
        "use": one.use,
        "owner": one.owner,
        "locale": one.locale,
        "for": {name: [*values] for name, values in one.fits.items()},
        "when": {name: [*values] for name, values in one.when.items()},
        "purpose": one.purpose,
        "needs": [*one.needs],
        "aims": [*one.aims],
        "channels": [*one.variants],
        "slots": [
            {
                "name": slot.name,
                "holds": slot.holds,
                "from": [".".join(path) for path in slot.paths],
                "for": slot.purpose,
                "or": slot.fallback,
            }
            for slot in one.slots.values()
        ],
        "source": f"{one.file}:{one.line}",
    }
