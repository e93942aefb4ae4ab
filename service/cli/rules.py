"""`attune rules`: check books, run their case tables, evaluate tables and books, explain rules."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.output import AsJson, refuse, show
from service.cli.policy_diff import rules_diff
from service.cli.rule_exchange import evaluated_dmn, is_dmn
from service.cli.rule_files import bytes_of, content_of, moment_of
from service.cli.rule_formats import bring_in, export
from service.cli.rule_verification import verify

if TYPE_CHECKING:
    from datetime import datetime

    from ontology.events import Json
    from rules.policy import Policy
    from rules.rulebook import Rule

app = typer.Typer(help="Check, verify, test, evaluate and explain rules.", no_args_is_help=True)
app.command()(verify)
app.command("export")(export)
app.command("import")(bring_in)

app.command("diff")(rules_diff)

Files = Annotated[
    list[Path] | None,
    typer.Argument(help="Books, or folders of books; the packaged ones where none is named."),
]


@app.command()
def check(files: Files = None, *, as_json: AsJson = False) -> None:
    """Read every book and say all that is wrong with file, line, column, reason and cure."""
    from rules.diagnostics import Invalid  # noqa: PLC0415 - light start

    content = content_of(files)
    try:
        policy = _policy(content)
    except Invalid as error:
        if as_json:
            show({"valid": False, "diagnostics": [one.to_json() for one in error.diagnostics]})
        else:
            typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    if as_json:
        show({"valid": True, "rules": len(policy.rules), "digest": policy.digest})
    else:
        books = len(policy.books)
        typer.echo(f"{len(policy.rules)} rules in {books} books, policy {policy.digest[:12]}")


@app.command("test")
def run_tables(
    files: Files = None,
    *,
    mutation: Annotated[
        bool, typer.Option("--mutation", help="Change every rule a little: does a case notice?")
    ] = False,
    min_boundary: Annotated[
        float, typer.Option(min=0, max=100, help="Fail below this boundary coverage, in percent.")
    ] = 0,
    min_mutation: Annotated[
        float, typer.Option(min=0, max=100, help="Fail below this mutation score, in percent.")
    ] = 0,
    suggest: Annotated[
        Path | None, typer.Option(help="Write the boundary cases that are missing to this file.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run the case table beside each book; say what of its rules the cases try.

    Every rule has a case each way. A condition is covered where it holds and where it fails, a
    boundary by a case at it and one just beside. `--mutation` and `--min-mutation` count the small
    changes of rules that make some case fail.
    """
    from rules.diagnostics import Invalid  # noqa: PLC0415 - light start
    from service.cli.rule_proof import prove  # noqa: PLC0415 - light start

    content = content_of(files)
    try:
        proven = prove(content, mutation=mutation or min_mutation > 0, suggest=suggest)
    except Invalid as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"{suggest}: cannot be written: {error.strerror}; name a new file")
    except KeyboardInterrupt:
        typer.echo("Stopped; nothing was judged.", err=True)
        raise typer.Exit(130) from None
    if as_json:
        show(proven.to_json())
    else:
        typer.echo("\n".join(proven.lines()))
    for words in (low := [*proven.below(min_boundary, min_mutation)]):
        typer.echo(words, err=True)
    if low or not proven.report.passed:
        raise typer.Exit(1)


@app.command()
def evaluate(
    file: Annotated[Path, typer.Argument(help="A table, an expression, a DMN file or a book.")],
    given: Annotated[
        Path, typer.Option("--input", help="Inputs: a JSON object, or an array of them.")
    ],
    at: Annotated[
        str | None, typer.Option(help="When, ISO 8601; books only; now if absent.")
    ] = None,
    decision: Annotated[
        str | None, typer.Option(help="Of a model of DMN only this decision; else all.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Evaluate a decision or a book on inputs: an object by name, for an array an array.

    A table, an expression or a model of DMN takes inputs by name. A book takes facts by kind, one
    object or a list of them, and gives what it concludes by kind, with the rules that fired under
    "rules".
    """
    import json  # noqa: PLC0415 - light start

    from rules.tables import HitViolated, InputInvalid  # noqa: PLC0415 - light start

    try:
        inputs = json.loads(_text(given))
    except ValueError as error:
        refuse(f'{given}: no JSON: {error}; write an object like {{"delay": "PT90M"}}')
    rows = inputs if isinstance(inputs, list) else [inputs]
    try:
        found = _evaluated(file, rows, at, decision)
    except InputInvalid as error:
        refuse(f"{given}: {error}")
    except HitViolated as error:
        typer.echo(f"{file}: {error}", err=True)
        raise typer.Exit(1) from error
    answer = found if isinstance(inputs, list) else found[0]
    if as_json:
        show(answer)
        return
    for row in found:
        for name, value in row.items():
            typer.echo(f"{name}: {json.dumps(value, ensure_ascii=False)}")


@app.command()
def explain(
    rule: Annotated[str, typer.Argument(help="The id of a rule.")],
    files: Files = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Say what a rule asks and concludes, why it is there and who owns it."""
    from rules.diagnostics import Invalid, near  # noqa: PLC0415 - light start

    try:
        policy = _policy(content_of(files))
    except Invalid as error:
        refuse(str(error))
    known = {one.id: one for one in policy.rules}
    if rule not in known:
        meant = near(rule, known)
        hint = f"; did you mean {meant!r}?" if meant else ""
        refuse(f"There is no rule {rule[:80]!r}{hint}")
    told = _told(known[rule])
    if as_json:
        show(told)
    else:
        for name, value in told.items():
            lines = value if isinstance(value, list) else [value]
            typer.echo(f"{name}: " + "\n  ".join(map(str, lines)))


@app.command("schema")
def write_schema(
    out: Annotated[
        Path | None, typer.Option("--out", help="Where to write it; shown if absent.")
    ] = None,
    *,
    cases: Annotated[
        bool, typer.Option("--cases", help="The schema of case tables, not of books.")
    ] = False,
) -> None:
    """Write the JSON Schema by which editors complete, explain and check books or case tables."""
    from ontology.facts import catalogue  # noqa: PLC0415 - light start
    from rules.cases_schema import cases_schema  # noqa: PLC0415 - light start
    from rules.editor_schema import editor_schema, written  # noqa: PLC0415 - light start

    text = written((cases_schema if cases else editor_schema)(catalogue()))
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        refuse(f"{out}: cannot be written: {error.strerror}")
    typer.echo(f"{out}: {len(text) // 1024} KiB")


def _text(path: Path) -> str:
    return _decoded(path, bytes_of(path))


def _decoded(path: Path, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        refuse(f"{path}: is no UTF-8")


def _policy(content: Mapping[str, bytes]) -> "Policy":
    from ontology.facts import catalogue  # noqa: PLC0415 - light start
    from rules.policy import build  # noqa: PLC0415 - light start

    return build(content, catalogue())


def _evaluated(
    file: Path, rows: Sequence[object], at: str | None, decision: str | None
) -> "list[dict[str, Json]]":
    from rules.diagnostics import Invalid  # noqa: PLC0415 - light start
    from rules.literal_decisions import read_decision  # noqa: PLC0415 - light start
    from rules.tables import InputInvalid  # noqa: PLC0415 - light start

    objects = [row for row in rows if isinstance(row, dict)]
    if len(objects) != len(rows):
        raise InputInvalid({"": "each input is an object"})
    if is_dmn(content := bytes_of(file)):
        return evaluated_dmn(content, file, objects, decision)
    if decision is not None:
        refuse(f"--decision {decision[:80]!r} is for models of DMN; {file} is none")
    text = _decoded(file, content)
    try:
        one = read_decision(text, file=str(file))
        if one is not None:
            return [one.evaluate(row) for row in objects]
        policy = _policy({file.name: text.encode()})
    except Invalid as error:
        refuse(str(error))
    return [*_of_book(policy, objects, moment_of(at))]


def _of_book(
    policy: "Policy", rows: Sequence[Mapping[str, object]], at: "datetime"
) -> "Iterator[dict[str, Json]]":
    from rules.inputs import concluded, facts_of  # noqa: PLC0415 - light start
    from rules.strata import Engines  # noqa: PLC0415 - light start
    from rules.strata import evaluate as run  # noqa: PLC0415 - light start

    engines = Engines.of(policy)
    for row in rows:
        yield concluded(run(policy, facts_of(row), at, engines))


def _told(rule: "Rule") -> "dict[str, Json]":
    from rules.explanation import asked  # noqa: PLC0415 - light start

    return {
        "rule": rule.id,
        "reason": rule.reason,
        "owner": rule.owner,
        "stratum": rule.stratum,
        "covers": list(rule.covers),
        "source": f"{rule.file}:{rule.line}",
        "when": asked(rule),
        "then": [fact.canonical() for fact in rule.conclusions],
    }
