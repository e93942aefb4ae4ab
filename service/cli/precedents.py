"""`attune precedents`: load archives of past cases, search them, rank a corpus for evaluation."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.output import AsJson, Home, configured, refuse, show

if TYPE_CHECKING:
    from knowledge.precedents import Hit
    from service.archiving import Watch

app = typer.Typer(help="Past cases: load archives, search them by meaning.", no_args_is_help=True)


@app.command()
def load(
    home: Home = None,
    *,
    archive: Annotated[
        list[str] | None,
        typer.Option(
            help="own, genai-incidents or a JSON Lines file; several may be given. Default: own."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Load archives; twice changes nothing, and after a kill it goes on where it stopped."""
    from rich.console import Console  # noqa: PLC0415 - light start
    from rich.progress import Progress, TaskID  # noqa: PLC0415 - light start

    from knowledge.precedents import IndexBusy, IndexInvalid  # noqa: PLC0415 - light start
    from loaders.archive import ArchiveMissing  # noqa: PLC0415 - light start
    from service.archiving import load_archive  # noqa: PLC0415 - light start

    settings, done = configured(home=home), []
    with Progress(console=Console(stderr=True), disable=as_json) as bar:

        def watcher(task: TaskID) -> "Watch":
            return lambda seen, total: bar.update(task, completed=seen, total=total)

        for name in archive or ["own"]:
            task = bar.add_task(f"precedents of {name}", total=None)
            try:
                loaded = load_archive(settings, name, watcher(task))
                bar.update(task, completed=loaded.tally.seen, total=loaded.tally.seen)
            except OSError as error:
                refuse(
                    f"--archive {name[:200]!r} cannot be read ({error.strerror}); valid are own, "
                    "genai-incidents or a file like cases.jsonl"
                )
            except (ArchiveMissing, IndexBusy, IndexInvalid) as error:
                refuse(str(error))
            done.append(loaded)
    if as_json:
        show([loaded.to_json() for loaded in done])
        return
    for loaded in done:
        tally = loaded.tally
        typer.echo(f"{loaded.archive}: {tally.stored} stored, {tally.unchanged} as before")
        if loaded.rejected:
            typer.echo(f"  {loaded.rejected} rejected, listed in {loaded.reject_file}")


@app.command()
def search(  # noqa: PLR0913 - one option a filter
    text: Annotated[str, typer.Argument(help="What happened, in your own words.")],
    home: Home = None,
    *,
    top: Annotated[int, typer.Option(min=1, max=100, help="How many cases.")] = 5,
    cluster: Annotated[list[str] | None, typer.Option(help="victim, accidental, …")] = None,
    source: Annotated[list[str] | None, typer.Option(help="own, genai-incidents, …")] = None,
    language: Annotated[list[str] | None, typer.Option(help="en, de, …")] = None,
    region: Annotated[list[str] | None, typer.Option(help="region/us-ny, …")] = None,
    year: Annotated[list[int] | None, typer.Option(help="2013, …")] = None,
    as_json: AsJson = False,
) -> None:
    """The cases nearest in meaning, and what became of them."""
    from knowledge.precedents import Filters, IndexInvalid  # noqa: PLC0415 - light start
    from service.archiving import search as find  # noqa: PLC0415 - light start

    if not text.strip():
        refuse("TEXT is empty; write what happened, like 'train derailed, families ask where'")
    filters = Filters(
        cluster=frozenset(cluster or ()),
        source=frozenset(source or ()),
        language=frozenset(language or ()),
        region=frozenset(region or ()),
        year=frozenset(year or ()),
    )
    try:
        hits, searched = find(configured(home=home), text, top, filters)
    except IndexInvalid as error:
        refuse(str(error))
    if as_json:
        items = [
            {
                "score": hit.score,
                "meaning": hit.meaning,
                "words": hit.words,
                **hit.precedent.to_json(),
            }
            for hit in hits
        ]
        show({"items": items, "searched": searched})
    else:
        typer.echo("\n".join(_told(hits, searched)))


@app.command()
def rank(
    corpus: Annotated[Path, typer.Option(help='Documents, a line each: {"id": …, "text": …}')],
    queries: Annotated[Path, typer.Option(help="Queries, a line each: id<TAB>text")],
    out: Annotated[Path, typer.Option(help="Where the TREC run goes.")],
    *,
    top: Annotated[int, typer.Option(min=1, max=1000, help="Documents a query.")] = 10,
    cache: Annotated[
        Path | None, typer.Option(help="Where vectors are kept; by default the user's cache.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Rank a corpus for queries: a line a document, `qid Q0 docid rank score tag`."""
    from rich.console import Console  # noqa: PLC0415 - light start
    from rich.progress import Progress  # noqa: PLC0415 - light start

    from loaders.corpora import CorpusInvalid  # noqa: PLC0415 - light start
    from service.ranking_runs import default_cache  # noqa: PLC0415 - light start
    from service.ranking_runs import rank as run  # noqa: PLC0415 - light start

    with Progress(console=Console(stderr=True), disable=as_json, transient=True) as bar:
        task = bar.add_task("vectors", total=None)
        try:
            ran = run(
                (corpus, queries, out),
                top,
                cache or default_cache(),
                lambda done, total: bar.update(task, completed=done, total=total),
            )
        except CorpusInvalid as error:
            refuse(str(error))
        except OSError as error:
            refuse(
                f"{error.filename}: {error.strerror}; give files that can be read and written, "
                "like --corpus docs.jsonl --queries queries.tsv --out run.txt"
            )
    if as_json:
        counts = {"documents": ran.documents, "queries": ran.queries, "embedded": ran.embedded}
        show({**counts, "run": str(ran.run)})
    else:
        typer.echo(f"{ran.queries} queries over {ran.documents} documents in {ran.run}")


def _told(hits: "list[Hit]", searched: int) -> list[str]:
    if not searched:
        return ["No precedents are loaded yet; run: attune precedents load"]
    lines = [f"{len(hits)} of {searched} cases"]
    for hit in hits:
        case = hit.precedent
        invented = ", invented" if case.invented else ""
        facts = ", ".join(filter(None, [case.date, case.severity, case.cluster, case.source]))
        lines.append(f"{hit.score:.2f}  {case.title}  ({case.id}; {facts}{invented})")
        lines += [
            f"      {name:<9}{value}"
            for name, value in (
                ("strategy", ", ".join(case.strategy)),
                ("outcome", case.outcome),
                ("lesson", case.lesson),
                ("see", case.reference),
            )
            if value
        ]
    return lines
