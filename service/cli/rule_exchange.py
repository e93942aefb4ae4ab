"""DMN on the command line: models evaluated; tables and expressions as DMN, and back."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from service.cli.output import refuse
from service.cli.rule_files import bytes_of

if TYPE_CHECKING:
    from ontology.events import Json
    from rules.dmn import Model

_XML = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<\x00", b"\xfe\xff\x00<")


def is_dmn(content: bytes) -> bool:
    """Whether bytes are XML, not YAML: their first sign opens a tag."""
    return content.lstrip(b" \t\r\n").startswith(_XML)


def evaluated_dmn(
    content: bytes, file: Path, rows: Sequence[Mapping[str, object]], decision: str | None
) -> "list[dict[str, Json]]":
    """What a model of DMN decides on each input; all decisions, or one."""
    from rules.diagnostics import near  # noqa: PLC0415 - light start

    model = _model(content, file)
    if decision is not None and decision not in model.decisions:
        meant = near(decision, model.decisions)
        hint = f"; did you mean {meant!r}?" if meant else ""
        there = ", ".join([*model.decisions][:20])
        refuse(f"--decision {decision[:80]!r} is none of {file}; it has {there}{hint}")
    return [model.evaluate(row, decision) for row in rows]


def take_dmn(file: Path, table: str | None, out: Path) -> None:
    """Write a calculation, a folder of them or the tables of a book as DMN 1.5 with a diagram.

    In a folder, a decision that has the name of an input of another feeds it.
    """
    from knowledge.durable import replace_whole  # noqa: PLC0415 - light start
    from rules.diagnostics import Invalid  # noqa: PLC0415 - light start
    from rules.dmn_writer import write_dmn  # noqa: PLC0415 - light start
    from rules.sfeel_text import Unwritable  # noqa: PLC0415 - light start

    try:
        model, beside = _taken(file, table)
        text = write_dmn(model)
    except Invalid as error:
        refuse(str(error))
    except (Unwritable, ValueError) as error:
        refuse(f"{file}: {error}")
    if beside:
        typer.echo(f"Not in the file, since only tables are DMN: {', '.join(beside)}", err=True)
    try:
        replace_whole(out, text.encode())
    except OSError as error:
        refuse(f"{out}: cannot be written: {error.strerror}")
    typer.echo(f"{out}: {', '.join(model.decisions)}")


def bring_dmn(file: Path, out: Path, book: tuple[str, str, str] | None, *, dry_run: bool) -> None:
    """Write the decisions of a DMN file as YAML: a calculation each, or one book with its cases.

    `book` is its name, its stratum and its owner. Inputs and outputs of a book are named as facts
    and actions: `spread.excess`, `escalate.tier`. A file that is there is never replaced.
    """
    from rules.sfeel_text import Unwritable  # noqa: PLC0415 - light start

    model = _model(bytes_of(file), file)
    try:
        made = _calculations(model, file) if book is None else _book(model, file, book)
    except Unwritable as error:
        refuse(str(error))
    for name in made:
        if (out / name).exists():
            refuse(f"{out / name} is there already; move it, or name another folder with --out")
    for name, text in made.items():
        if not dry_run:
            _write(out / name, text)
        typer.echo(f"{out / name}{' (not written)' if dry_run else ''}")


def _imported(file: Path) -> str:
    return f"Imported from {file.name}; say in a sentence why it is there."


def _calculations(model: "Model", file: Path) -> dict[str, str]:
    """A file a decision, by its name; a decision that others feed takes theirs as inputs."""
    from rules.dmn_books import kebab  # noqa: PLC0415 - light start
    from rules.literal_decisions import LiteralDecision  # noqa: PLC0415 - light start
    from rules.sfeel_text import Unwritable  # noqa: PLC0415 - light start
    from rules.table_writer import write_decision  # noqa: PLC0415 - light start
    from rules.tables import Table  # noqa: PLC0415 - light start

    made: dict[str, str] = {}
    for decision in model.decisions.values():
        where = f"{file}:{decision.line}:1: {decision.name}"
        if not isinstance(decision.logic, Table | LiteralDecision):
            refuse(f"{where}: a context, list or relation; write a decision for each of its parts")
        try:
            name = f"{kebab(decision.name)}.yaml"
            if name in made:
                refuse(f"{where}: gives {name} as another decision does; rename one of them")
            made[name] = write_decision(decision.logic)
        except Unwritable as error:
            raise Unwritable(f"{where}: {error}") from error
    return made


def _book(model: "Model", file: Path, said: tuple[str, str, str]) -> dict[str, str]:
    """The book and its cases, which somebody has to judge; the book is one that attune takes."""
    from ontology.facts import catalogue  # noqa: PLC0415 - light start
    from rules.diagnostics import Invalid  # noqa: PLC0415 - light start
    from rules.dmn_books import Header, write_book  # noqa: PLC0415 - light start
    from rules.policy import build  # noqa: PLC0415 - light start
    from rules.suggestion import suggestions, written  # noqa: PLC0415 - light start

    name, stratum, owner = said
    header = Header(book=name, stratum=stratum, owner=owner, reason=_imported(file))
    text = write_book(model, header, catalogue=catalogue(), file=str(file))
    try:
        policy = build({f"{name}.yaml": text.encode()}, catalogue())
    except Invalid as error:
        refuse(f"{file} makes no book that attune takes:\n{error}")
    cases = written(suggestions(policy, [], catalogue()), catalogue())
    return {f"{name}.yaml": text, f"{name}.cases.yaml": cases}


def _taken(file: Path, table: str | None) -> "tuple[Model, list[str]]":
    """The model of a file or a folder, and the ids of rules beside the tables of a book."""
    from rules.dmn_writer import model_of, named  # noqa: PLC0415 - light start
    from rules.literal_decisions import read_decision  # noqa: PLC0415 - light start

    shipped = None if file.exists() or file.suffix else _shipped(f"{file}.yaml")
    paths = sorted(file.glob("*.yaml")) if file.is_dir() else [file]
    texts = {path: shipped or _text(path) for path in paths}
    read = {path: read_decision(text, file=str(path)) for path, text in texts.items()}
    decisions = [one for one in read.values() if one is not None]
    if not decisions and len(texts) == 1:
        return _of_book(file, next(iter(texts.values())), table)
    names = [named(one) for one in decisions]
    for name in names:
        if names.count(name) > 1:
            refuse(f"{name!r} names two decisions; rename one of them")
    if len(decisions) != len(files := [*read]) or not decisions:
        books = ", ".join(str(path) for path in files if read[path] is None) or str(file)
        refuse(
            f"{books}: no calculations; a folder holds these only, a book is a model of its own"
        )
    chosen = [one for one in decisions if table in {None, named(one)}]
    if not chosen:
        refuse(f"{file}: has no table {str(table)[:80]!r}; it has {', '.join(names)}")
    return model_of(*chosen), []


def _of_book(file: Path, text: str, table: str | None) -> "tuple[Model, list[str]]":
    from ontology.facts import catalogue  # noqa: PLC0415 - light start
    from rules.dmn_books import model_of_book  # noqa: PLC0415 - light start
    from rules.rulebook import parse  # noqa: PLC0415 - light start

    book = parse(text, file=str(file), catalogue=catalogue())
    rows = {rule.id for one in book.tables for rule in one.rules}
    beside = [rule.id for rule in book.rules if rule.id not in rows]
    known = [one.id for one in book.tables]
    if table is not None and table not in known:
        refuse(f"{file}: has no table {table[:80]!r}; it has {', '.join(known) or 'none'}")
    model = model_of_book(text, file=str(file), catalogue=catalogue(), only=table)
    return model, [] if table else beside


def _shipped(name: str) -> str | None:
    from service.bundle import packaged  # noqa: PLC0415 - light start

    content = packaged().get(f"rules/books/{name}")
    return None if content is None else content.decode()


def _model(content: bytes, file: Path) -> "Model":
    from rules.diagnostics import Invalid  # noqa: PLC0415 - light start
    from rules.dmn_reader import read_dmn  # noqa: PLC0415 - light start

    try:
        return read_dmn(content, file=str(file))
    except Invalid as error:
        refuse(str(error))


def _text(path: Path) -> str:
    try:
        return bytes_of(path).decode()
    except UnicodeDecodeError:
        refuse(f"{path}: is no UTF-8")


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    except OSError as error:
        refuse(f"{path}: cannot be written: {error.strerror}")
