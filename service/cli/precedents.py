"""`attune precedents`: load archives of past cases, search them, rank a corpus for evaluation."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.output import AsJson, Home, configured, refuse, show
from service.cli.precedent_cases import act, cases, check, one, write

if TYPE_CHECKING:
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
    crisis_type: Annotated[
        list[str] | None, typer.Option("--type", help="rumour, misdeed-injuries, …")
    ] = None,
    strategy: Annotated[list[str] | None, typer.Option(help="rebuild, deny, …")] = None,
    region: Annotated[list[str] | None, typer.Option(help="region/us-ny, …")] = None,
    severity: Annotated[list[str] | None, typer.Option(help="minor, severe, …")] = None,
    year: Annotated[list[int] | None, typer.Option(help="2013, …")] = None,
    channel: Annotated[list[str] | None, typer.Option(help="platform/mastodon, press, …")] = None,
    tier: Annotated[list[str] | None, typer.Option(help="executive, board, …")] = None,
    result: Annotated[list[str] | None, typer.Option(help="recovered, mixed, worsened")] = None,
    source: Annotated[list[str] | None, typer.Option(help="ledger, own, genai-incidents")] = None,
    language: Annotated[list[str] | None, typer.Option(help="en, de, …")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Weak matches, and cases that tell no answer, too.")
    ] = False,
    facets: Annotated[bool, typer.Option("--facets", help="Counts by field and value.")] = False,
    cursor: Annotated[str | None, typer.Option(help="Where the page before ended.")] = None,
    as_json: AsJson = False,
) -> None:
    """The cases nearest in meaning, why each is similar, and what became of them."""
    from pydantic import ValidationError  # noqa: PLC0415 - light start

    from knowledge.precedents import Filters, IndexInvalid, PrecedentIndex  # noqa: PLC0415 - light start
    from service.bodies import Search  # noqa: PLC0415 - light start
    from service.case_lines import page_json, page_lines  # noqa: PLC0415 - light start
    from service.case_search import Asked, beside  # noqa: PLC0415 - light start
    from service.case_search import search as find  # noqa: PLC0415 - light start

    if not text.strip():
        refuse("TEXT is empty; write what happened, like 'train derailed, families ask where'")
    filters = Filters(
        cluster=frozenset(cluster or ()),
        type=frozenset(crisis_type or ()),
        strategy=frozenset(strategy or ()),
        region=frozenset(region or ()),
        severity=frozenset(severity or ()),
        year=frozenset(year or ()),
        channel=frozenset(channel or ()),
        tier=frozenset(tier or ()),
        result=frozenset(result or ()),
        source=frozenset(source or ()),
        language=frozenset(language or ()),
    )
    asked = Asked(text=text, top=top, filters=filters, everything=everything, cursor=cursor)
    try:
        Search(q="text", cursor=cursor)
        with beside(configured(home=home)) as may:
            page = find(PrecedentIndex.open(configured(home=home).precedents_path), asked, may)
    except ValidationError:
        refuse(f"--cursor {str(cursor)[:80]!r} is none; give what the page before ended with")
    except IndexInvalid as error:
        refuse(str(error))
    if as_json:
        show(page_json(page))
    else:
        typer.echo("\n".join(page_lines(page, facets=facets)))


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


app.command()(cases)
app.command("show")(one)
app.command()(write)
app.command()(check)
app.command()(act)
