"""`attune evaluate`: measure every published figure again."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.output import AsJson, refuse, show

if TYPE_CHECKING:
    from rich.progress import TaskID

    from service.evaluating import Part, Result

HEAD = """# Evaluation
Made by `attune evaluate --data DATA --out docs/evaluation.md`, which measures every figure again,
on data that others made unless it says otherwise. Where they are from, and what the figures mean:
[language.md](language.md), [volume.md](volume.md). A figure without an interval is a count.
"""


def command(
    data: Annotated[Path, typer.Option(help="The folder that holds language/ and volume/.")],
    out: Annotated[Path | None, typer.Option(help="Write the page here; shown if absent.")] = None,
    *,
    only: Annotated[list[str] | None, typer.Option(help="A part; may be given again.")] = None,
    work: Annotated[Path, typer.Option(help="Keeps each part's result; go on from there.")] = Path(
        "var/evaluation"
    ),
    anew: Annotated[bool, typer.Option("--anew", help="Measure what is kept, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Measure volume alarms, virality and language on data, with intervals and baselines.

    Interrupted, it goes on where it stopped. All of it takes about half an hour on one core.
    """
    from knowledge.language.corpora import CorpusInvalid  # noqa: PLC0415 - light start
    from loaders.tables import TableInvalid  # noqa: PLC0415 - light start
    from service.evaluating import EvaluationInvalid, chosen, page, shown  # noqa: PLC0415
    from service.evaluations import PARTS  # noqa: PLC0415 - light start

    if not data.is_dir():
        refuse(f"{data} is no folder; it holds language/ and volume/")
    try:
        results = _measured(chosen(only or [], PARTS), data, work, anew=anew, quiet=as_json)
        text = HEAD + "\n" + "\n".join(page(results)).rstrip() + "\n"
        if out is not None:
            out.write_text(text, encoding="utf-8")
    except (EvaluationInvalid, CorpusInvalid, TableInvalid) as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"{str(error.filename)[:300]!r} cannot be used: {error.strerror}")
    if as_json:
        show([shown(result) for result in results])
    elif out is None:
        typer.echo(text, nl=False)


def _measured(
    parts: "Sequence[Part]", data: Path, work: Path, *, anew: bool, quiet: bool
) -> "Sequence[Result]":
    from rich.console import Console  # noqa: PLC0415 - light start
    from rich.progress import Progress  # noqa: PLC0415 - light start

    from service.evaluating import evaluate  # noqa: PLC0415 - light start

    tasks: dict[str, TaskID] = {}
    with Progress(console=Console(stderr=True), disable=quiet) as bar:

        def advance(what: str, done: int, of: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=of)
            bar.update(tasks[what], completed=done)

        try:
            return [*evaluate(parts, data, work, anew=anew, advance=advance)]
        except KeyboardInterrupt:
            typer.echo(f"Stopped; what is measured is kept in {work}.", err=True)
            raise typer.Exit(130) from None
