"""`attune language disclosure` and `… claims`: self-labelled figures of what messages say."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from service.cli.output import AsJson, show

if TYPE_CHECKING:  # light start
    from knowledge.language.disclosure_evaluation import Judge
    from knowledge.language.labelled_evaluation import Row


def disclosure(
    split: Annotated[
        Literal["development", "test", "fresh"],
        typer.Option(help="The half to improve on, the one to quote, or what was written last."),
    ] = "test",
    fit: Annotated[
        Path | None,
        typer.Option(help="Refit the screen to the development sentences, into this .npz file."),
    ] = None,
    *,
    screen: Annotated[
        bool, typer.Option("--screen", help="Count what the screen suspects as found, too.")
    ] = False,
    misses: Annotated[
        bool, typer.Option("--misses", help="List what is judged wrongly, not the figures.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure harm, fault and non-apology on sentences that the authors labelled.

    Precision and recall with Wilson's interval, beside the same figure of a list of keywords.
    """
    from dataclasses import asdict  # noqa: PLC0415 - light start

    from knowledge.language import disclosure_evaluation, disclosure_labels  # noqa: PLC0415

    given = disclosure_labels.sentences()
    if fit is not None:
        _refitted(fit)
    judge = _judge(screen=screen)
    if misses:
        for what, text in disclosure_evaluation.missed(judge, given, split):
            typer.echo(f"{what}: {text}")
        return
    rows = disclosure_evaluation.evaluate(judge, given, split)
    if as_json:
        show([asdict(row) for row in rows])
        return
    _lines(rows)


def claims(
    split: Annotated[
        Literal["development", "test"], typer.Option(help="Which half of the sentences.")
    ] = "test",
    *,
    as_json: AsJson = False,
) -> None:
    """Measure claims and promises on sentences that the authors labelled."""
    from dataclasses import asdict  # noqa: PLC0415 - light start

    from knowledge.language import claims_evaluation, disclosure_labels  # noqa: PLC0415

    rows = claims_evaluation.evaluate(disclosure_labels.stated(), split)
    if as_json:
        show([asdict(row) for row in rows])
        return
    _lines(rows)


def line(row: "Row") -> str:
    """One figure as a line: what of, how much, how sure, beside which baseline."""
    beside = "" if row.baseline is None else f", keywords {row.baseline:.3f}"
    interval = f"{row.value:.3f} [{row.low:.3f}, {row.high:.3f}]"
    counted = f"{row.positives} of {row.texts}"
    return f"{row.data} · {row.split} · {row.part} ({counted}) · {row.figure} {interval}{beside}"


def _lines(rows: "Sequence[Row]") -> None:
    for row in rows:
        typer.echo(line(row))


def _judge(*, screen: bool) -> "Judge":
    from knowledge.language import disclosure_evaluation  # noqa: PLC0415 - light start

    if not screen:
        return disclosure_evaluation.by_rules
    from knowledge.language import suspicion  # noqa: PLC0415 - light start

    return disclosure_evaluation.by_screen(suspicion.load())


def _refitted(file: Path) -> None:
    from knowledge.language import disclosure_labels, suspicion_fitting  # noqa: PLC0415
    from knowledge.language.embedding import Embedder  # noqa: PLC0415 - light start

    fitted = suspicion_fitting.fit(disclosure_labels.sentences(), Embedder.load())
    suspicion_fitting.write(fitted, file)
    typer.echo(f"the screen is in {file}")
