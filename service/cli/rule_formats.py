"""`attune rules export` and `import`: decision tables in the formats of other tools."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Final

import typer

from service.cli.output import refuse
from service.cli.rule_exchange import bring_dmn, take_dmn


def export(
    file: Annotated[
        Path,
        typer.Argument(
            help="A book, a calculation, or a shipped book's name; for dmn also a folder."
        ),
    ],
    as_: Annotated[
        str | None, typer.Option("--format", help="xlsx or dmn; by the ending of --out if absent.")
    ] = None,
    table: Annotated[str | None, typer.Option(help="One table of a book; all if absent.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where to write it.")] = None,
) -> None:
    """Write decision tables for people who keep them in a spreadsheet or in an editor of DMN.

    DMN takes expressions too, and a folder of calculations as one model.
    """
    form = as_ or (out.suffix.lstrip(".") if out is not None else "")
    if form not in EXPORTS:
        refuse(f"--format {form!r} is none of {', '.join(EXPORTS)}; for example --format xlsx")
    EXPORTS[form](file, table, out or Path(f"{file.stem}.{form}"))


def bring_in(  # noqa: PLR0913 - the options of one command
    file: Annotated[
        Path, typer.Argument(help="A workbook that `attune rules export` wrote, or a DMN file.")
    ],
    into: Annotated[
        Path | None, typer.Option(help="Of a workbook: the book or calculation it came from.")
    ] = None,
    errors: Annotated[
        Path | None, typer.Option(help="Where to write the workbook with every bad cell marked.")
    ] = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")
    ] = False,
    out: Annotated[Path, typer.Option(help="Of DMN: the folder for the new files.")] = Path(),
    book: Annotated[str | None, typer.Option(help="Of DMN: make a book of this name.")] = None,
    stratum: Annotated[str, typer.Option(help="Of such a book: when its rules run.")] = "escalate",
    owner: Annotated[
        str, typer.Option(help="Of such a book: who answers for it.")
    ] = "team/crisis-office",
) -> None:
    """Bring the rows of a workbook back into their file: all, or none where one is wrong.

    Of DMN each decision becomes a new file, or with --book all become one book and its cases.
    """
    form = file.suffix.lower().lstrip(".")
    if form == "dmn":
        if into is not None or errors is not None:
            refuse("--into and --errors are for workbooks; DMN makes new files: name --out DIR")
        bring_dmn(file, out, None if book is None else (book, stratum, owner), dry_run=dry_run)
        return
    if form not in IMPORTS:
        known = ", ".join(["dmn", *IMPORTS])
        refuse(f"{file}: ends in none of {known}; save it as {file.stem}.xlsx")
    if into is None:
        refuse(f"--into is missing: name the book or calculation that {file} came from")
    IMPORTS[form](file, into, errors, dry_run)


def _to_xlsx(file: Path, table: str | None, out: Path) -> None:
    from knowledge.durable import replace_whole  # noqa: PLC0415 - light start
    from loaders.xlsx_layout import workbook  # noqa: PLC0415 - light start
    from ontology.facts import catalogue  # noqa: PLC0415 - light start
    from rules.diagnostics import Invalid  # noqa: PLC0415 - light start
    from rules.table_text import tables_of  # noqa: PLC0415 - light start

    name, text = _source(file)
    try:
        tables = tables_of(text, file=name, catalogue=catalogue())
    except Invalid as error:
        refuse(str(error))
    chosen = [one for one in tables if table in {None, one.id}]
    if not chosen:
        known = f"it has {', '.join(one.id for one in tables)}" if tables else "it has no tables"
        refuse(f"{file}: {f'has no table {table[:80]!r}; ' if table else ''}{known}")
    try:
        replace_whole(out, workbook(chosen, file=name))
    except OSError as error:
        refuse(f"{out}: cannot be written: {error.strerror}")
    typer.echo(f"{out}: {', '.join(f'{one.id} ({len(one.rows)} rows)' for one in chosen)}")


def _from_xlsx(file: Path, into: Path, errors: Path | None, dry_run: bool) -> None:  # noqa: FBT001
    from knowledge.durable import replace_whole  # noqa: PLC0415 - light start
    from loaders.xlsx_package import WorkbookInvalid  # noqa: PLC0415 - light start
    from loaders.xlsx_tables import returned  # noqa: PLC0415 - light start
    from ontology.facts import catalogue  # noqa: PLC0415 - light start
    from rules.diagnostics import Invalid  # noqa: PLC0415 - light start

    content, text = _bytes(file), _decoded(into, _bytes(into))
    try:
        found = returned(content, text, file=into.name, catalogue=catalogue())
    except WorkbookInvalid as error:
        refuse(f"{file}: {error}")
    except Invalid as error:
        refuse(f"{error}\n{into} itself is not in order; nothing was changed")
    for notice in found.notices:
        typer.echo(f"{file.name}!{notice}", err=True)
    try:
        if found.faults:
            if errors is not None and found.errors is not None:
                replace_whole(errors, found.errors)
            where = f"; marked in {errors}" if errors is not None else ""
            refuse("\n".join([*found.lines(file.name), f"nothing was changed{where}"]))
        if found.text != text and not dry_run:
            replace_whole(into, found.text.encode())
    except OSError as error:
        refuse(f"{errors if found.faults else into}: cannot be written: {error.strerror}")
    said = "\n".join(found.changes) or "nothing changed"
    typer.echo(f"{said}{' (not written)' if dry_run else ''}")


def _source(file: Path) -> tuple[str, str]:
    """Name and text of a file, or of a packaged book."""
    if not file.exists() and file.suffix == "":
        from service.bundle import packaged  # noqa: PLC0415 - light start

        name = f"rules/books/{file}.yaml"
        shipped = packaged()
        if name in shipped:
            return f"{file}.yaml", shipped[name].decode()
    return file.name, _decoded(file, _bytes(file))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        refuse(f"{path}: cannot be read: {error.strerror}")


def _decoded(path: Path, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        refuse(f"{path}: byte {error.start} is no UTF-8")


EXPORTS: Final[Mapping[str, Callable[[Path, str | None, Path], None]]] = {
    "xlsx": _to_xlsx,
    "dmn": take_dmn,
}
_SHEETS: Final = ("xlsx", "xlsm", "xls", "ods", "xlsb")
"""All but the first are refused with what to do instead."""
IMPORTS: Final[Mapping[str, Callable[[Path, Path, Path | None, bool], None]]] = dict.fromkeys(
    _SHEETS, _from_xlsx
)
