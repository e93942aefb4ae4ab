"""`attune language`: judge texts of a file, and refit the coefficients of the judge."""

import functools
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from service.cli.labelled_wording import claims, disclosure, line
from service.cli.output import AsJson, Home, opened, refuse, show
from service.cli.tuning import empathy, export, tune

if TYPE_CHECKING:
    from knowledge.language.labelled import Labelled
    from knowledge.language.labelled_evaluation import Scorer

app = typer.Typer(
    help="What texts say of their writers: judge a file, refit the judge.", no_args_is_help=True
)
app.command()(disclosure)
app.command()(claims)
app.command()(tune)
app.command()(export)
app.command()(empathy)
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
    replies: Annotated[
        bool, typer.Option(help="Judge the empathy of all: they were said to somebody.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Judge every text of a file; the result is there whole or not at all.

    Sentiment runs from -1 to 1; the others are probabilities; empathy has levels 0 to 2, is judged
    of texts with a context (of all with --replies), and quotes the words that carry it.
    Null means not judged: an empty text, or a language that attune does not judge.
    """
    from knowledge.language import indicators  # noqa: PLC0415 - light start
    from knowledge.language.heads import CoefficientsInvalid  # noqa: PLC0415 - light start
    from knowledge.language.packaged import EncoderInvalid  # noqa: PLC0415 - light start
    from service.judging import FileJudge, LineInvalid, check  # noqa: PLC0415 - light start

    try:
        total = check(texts)
        judge = FileJudge(indicators.load() if total else None, replies=replies)
        with _progress("texts judged", total, hidden=as_json) as advance:
            tally = judge.run(texts, out, batch=BATCH, advance=advance)
    except (LineInvalid, CoefficientsInvalid, EncoderInvalid) as error:
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
        Path | None, typer.Option(help="A folder that keeps what was read between refits.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Refit the coefficients from public corpora; prints figures on rows kept from fitting.

    Takes ten minutes on one core and 2 GB; the old file stays until the new one is whole.
    """
    from knowledge.language import heads, training  # noqa: PLC0415 - light start
    from knowledge.language.corpora import CorpusInvalid  # noqa: PLC0415 - light start
    from knowledge.language.packaged import EncoderInvalid  # noqa: PLC0415 - light start

    file = out or Path(str(heads.stored()))
    try:
        with _progress("texts read", None, hidden=as_json) as advance:
            fitted = training.refit(data, cache=cache, progress=_counted(advance))
        training.write(fitted, file)
    except (CorpusInvalid, EncoderInvalid) as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"{str(error.filename)[:300]!r} cannot be used: {error.strerror}")
    if as_json:
        show({"out": str(file), **fitted.about})
        return
    typer.echo(json.dumps(fitted.about["figures"], indent=2))
    typer.echo(f"coefficients are in {file}")


@app.command()
def labelled(
    data: Annotated[
        Path | None,
        typer.Option(help="A folder that holds the public corpora; without it, own texts only."),
    ] = None,
    split: Annotated[
        Literal["development", "test"],
        typer.Option(help="Which half: the one to improve on, or the one to quote."),
    ] = "test",
    *,
    proposal: Annotated[
        bool, typer.Option("--proposal", help="Measure heads fitted to the development half.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure urgency and betrayal on texts that the authors labelled: self-labelled figures.

    Each figure with its 95 % interval, and the same figure of a plain list of keywords.
    """
    from dataclasses import asdict  # noqa: PLC0415 - light start

    from knowledge.language import labelled, labelled_evaluation  # noqa: PLC0415 - light start

    texts = labelled.read(data)
    rows = labelled_evaluation.evaluate(_scorer(texts, proposal=proposal), texts, split)
    if as_json:
        show([asdict(row) for row in rows])
        return
    for row in rows:
        typer.echo(line(row))
    missing = sum(one.text is None for one in texts)
    typer.echo(f"{len(texts) - missing} texts at hand, {missing} of public corpora are not")


@app.command()
def screen(
    texts: Annotated[Path, typer.Option("--in", help="The texts, as `score` takes them.")],
    scores: Annotated[Path, typer.Option(help="What `score` wrote of them.")],
    out: Annotated[Path, typer.Option("--out", help="The screen's weights, screen.npz.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Fit the screen to what the full models found in texts; tell how good it is on a fifth.

    It says which posts are judged first in a flood, and judges nothing itself.
    """
    from dataclasses import asdict  # noqa: PLC0415 - light start

    from knowledge.language.screen_fitting import fit  # noqa: PLC0415 - light start
    from service.judging import LineInvalid, paired  # noqa: PLC0415 - light start

    try:
        fitted = fit(*paired(texts, scores))
    except (LineInvalid, ValueError) as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"{str(error.filename)[:300]!r} cannot be used: {error.strerror}")
    out.write_bytes(fitted.file)
    told = {name: value for name, value in asdict(fitted).items() if name != "file"}
    if as_json:
        show({"out": str(out), **told})
        return
    auroc = fitted.auroc
    interval = f"[{auroc['low']:.3f}, {auroc['high']:.3f}]"
    typer.echo(f"{fitted.texts} texts; on every fifth AUROC {auroc['value']:.3f} {interval}")
    typer.echo(f"{fitted.marked:.0%} are marked, and {fitted.recall:.0%} of those with a finding")


@app.command()
def coverage(
    data: Annotated[Path, typer.Option(help="The folder that holds language/.")],
    out: Annotated[Path, typer.Option(help="The picture, as SVG.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Draw how often irony and frustration are judged wrongly, by the share judged by machine."""
    from dataclasses import asdict  # noqa: PLC0415 - light start

    from service.coverage import curves, drawn, rows  # noqa: PLC0415 - light start

    with _progress("texts embedded", None, hidden=as_json) as advance:
        found = curves(data, _counted(advance))
    out.write_text(drawn(found), encoding="utf-8")
    if as_json:
        show([asdict(row) for row in rows(found)])
        return
    for row in rows(found):
        typer.echo(f"{row.data} · {row.figure} {row.value:.3f}")


@app.command()
def recalibrate(
    out: Annotated[
        Path, typer.Option(help="A new folder: the policy with recalibrated heads, to be pushed.")
    ],
    home: Home = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Fit the irony head to what people said; shows before and after, and applies nothing.

    Push the folder with `attune policy push`, so that a second person looks at it first.
    """
    from dataclasses import asdict  # noqa: PLC0415 - light start

    from knowledge.language.recalibration import TooFewVerdicts  # noqa: PLC0415 - light start
    from service.recalibrating import recalibrate, working_copy  # noqa: PLC0415 - light start

    with opened(home) as world:
        try:
            found = recalibrate(world)
            name = working_copy(world, found.report, out)
        except (TooFewVerdicts, FileExistsError) as error:
            refuse(str(error))
    if as_json:
        show({**asdict(found), "coefficients": name, "out": str(out)})
        return
    before, after = found.report.before, found.report.after
    typer.echo(f"{found.report.verdicts} verdicts, {found.report.yes} ironic")
    for when, one in (("before", before), ("after", after)):
        interval = f"[{one['low']:.3f}, {one['high']:.3f}]"
        typer.echo(f"calibration error {when}: {one['value']:.3f} {interval}")
    typer.echo(f"today's threshold becomes what now scores {found.threshold:.3f}")
    asked = found.asked
    typer.echo(f"of {asked.posts} posts {asked.before} are asked about, then {asked.after}")
    typer.echo(f"nothing is applied yet; propose it: attune policy push {out}")


def _scorer(texts: "Sequence[Labelled]", *, proposal: bool) -> "Scorer":
    from knowledge.language import indicators, labelled_evaluation  # noqa: PLC0415 - light start

    if not proposal:
        return labelled_evaluation.from_judge(indicators.load())
    from knowledge.language import labelled_heads  # noqa: PLC0415 - light start
    from knowledge.language.embedding import Embedder  # noqa: PLC0415 - light start

    return labelled_heads.propose(texts, Embedder.load())


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
