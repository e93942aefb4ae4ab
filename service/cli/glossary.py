"""`attune glossary`: what things are called in a place, and what a text calls them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.calling import URL, Key, Url, asked, rows, texts
from service.cli.output import AsJson, refuse, show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ontology.events import Json

app = typer.Typer(
    help="Terms with their approved and forbidden wordings, by language and region.",
    no_args_is_help=True,
)

Language = Annotated[str, typer.Option(help="en, de, fr-CA …")]
Region = Annotated[str | None, typer.Option(help="region/…; else everywhere.")]


@app.command("list")
def index(
    *,
    language: Language,
    region: Region = None,
    term: Annotated[str | None, typer.Option(help="Only this one, like delay.")] = None,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """What things are called there, and what nobody calls them."""
    query = {"language": language, "region": region, "term": term}
    found = asked(url, key, lambda client: client.get("/v1/glossary", **query))
    if as_json:
        show(found)
        return
    for row in rows(found["items"]):
        say = ", ".join(texts(row["say"])) or "(no wording is approved)"
        typer.echo(f"{row['glossary']}/{row['term']}  {say}")
        for bad in rows(row["never"]):
            typer.echo(f"  never {bad['wording']}{_because(bad)}")


@app.command("read")
def reading(
    file: Annotated[Path, typer.Argument(help="A text.")],
    *,
    language: Language,
    region: Region = None,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """What a text says that nobody says there; exit code 1 where it says any."""
    try:
        text = file.read_text("utf-8")
    except OSError as error:
        refuse(f"{file}: {error.strerror}")
    except UnicodeDecodeError as error:
        refuse(f"{file}: byte {error.start} is no UTF-8")
    body: dict[str, Json] = {"text": text, "language": language}
    body |= {"region": region} if region is not None else {}
    found = asked(url, key, lambda client: client.post("/v1/glossary/reading", body))
    if as_json:
        show(found)
    else:
        typer.echo("\n".join(lines(found)) or "nothing stands there that nobody says")
    if found["forbidden"]:
        raise typer.Exit(1)


def lines(found: "Mapping[str, Json]") -> "Iterator[str]":
    """What a reading found, as people read it."""
    for row in rows(found["forbidden"]):
        say = ", ".join(texts(row["say"])) or "something else"
        yield f"never     {row['says']} in {row['sentence']!r}: say {say}{_because(row)}"
    for row in rows(found.get("missing")):
        say = ", ".join(texts(row["say"]))
        cure = f"say {say}" if say else f"no wording is approved; ask {row['owner']}"
        yield f"missing   {row['term']}: {cure}"


def _because(row: "Mapping[str, Json]") -> str:
    return f" ({row['why']})" if row.get("why") else ""
