"""`attune language`: judge texts of a file, and refit the coefficients of the judge."""

import functools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from service.cli.output import AsJson, refuse, show

app = typer.Typer(
    help="What texts say of their writers: judge a file, refit the judge.", no_args_is_help=True
)
BATCH: Final = 256
"""Texts judged at once; a text is at most 2,000 characters long, the rest is not read."""

Advance = Callable[[int], None]


@app.command()
def score(
    texts: Annotated[
        Path,
        typer.Option(
            "--in",
            help='JSON Lines: {"id", "text"}, optionally "context" (what it answers), "language".',
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="JSON Lines, one line a text, same order.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Judge every text of a file; the result is there whole or not at all.

    Sentiment runs from -1 to 1; the others are probabilities; empathy has levels 0 to 2 and needs
    a context. Null means not judged: an empty text, or a language that attune does not judge.
    """
    from knowledge.language import indicators  # noqa: PLC0415 - light start
    from knowledge.language.heads import CoefficientsInvalid  # noqa: PLC0415 - light start
    from service.judging import FileJudge, LineInvalid, check  # noqa: PLC0415 - light start

    try:
        total = check(texts)
        judge = FileJudge(indicators.load() if total else None)
        with _progress("texts judged", total, hidden=as_json) as advance:
            tally = judge.run(texts, out, batch=BATCH, advance=advance)
    except (LineInvalid, CoefficientsInvalid) as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"{str(error.filename)[:300]!r} cannot be used: {error.strerror}")
    if as_json:
        show({"out": str(out), **tally})
        return
    typer.echo(f"{tally['texts']} texts, {tally['judged']} judged, in {out}")


@app.command()
def train(
    data: Annotated[
        Path,
        typer.Option(help="A folder that holds goemotions, irony, isarcasm and epitome."),
    ],
    out: Annotated[
        Path | None,
        typer.Option(help="The coefficient file; by default the one that attune reads."),
    ] = None,
    cache: Annotated[
        Path | None, typer.Option(help="A folder that keeps the embedded texts between refits.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Refit the coefficients from public corpora; prints figures on rows kept from fitting.

    Takes ten minutes on one core and 2 GB; the old file stays until the new one is whole.
    """
    from knowledge.language import heads, training  # noqa: PLC0415 - light start
    from knowledge.language.corpora import CorpusInvalid  # noqa: PLC0415 - light start

    file = out or Path(str(heads.stored()))
    try:
        with _progress("texts embedded", None, hidden=as_json) as advance:
            fitted = training.refit(data, cache=cache, progress=_counted(advance))
        training.write(fitted, file)
    except CorpusInvalid as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"{str(error.filename)[:300]!r} cannot be used: {error.strerror}")
    if as_json:
        show({"out": str(file), **fitted.about})
        return
    typer.echo(json.dumps(fitted.about["figures"], indent=2))
    typer.echo(f"coefficients are in {file}")


@contextmanager
def _progress(what: str, total: int | None, *, hidden: bool) -> Iterator[Advance]:
    from rich.console import Console  # noqa: PLC0415 - light start
    from rich.progress import Progress  # noqa: PLC0415 - light start

    with Progress(console=Console(stderr=True), disable=hidden) as bar:
        yield functools.partial(bar.advance, bar.add_task(what, total=total))


def _counted(advance: Advance) -> Callable[[str, int, int], None]:
    seen: dict[str, int] = {}

    def progress(name: str, done: int, _: int) -> None:
        advance(done - seen.get(name, 0))
        seen[name] = done

    return progress
