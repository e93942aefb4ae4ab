"""`attune tone`: an answer to one's own figures, in the name of a key."""

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.calling import URL, Key, Url, asked
from service.cli.output import AsJson, show

if TYPE_CHECKING:
    from ontology.events import Json

app = typer.Typer(help="How one sounds; figures: attune report tone-own.", no_args_is_help=True)


@app.command("answer")
def answer(
    month: Annotated[str, typer.Argument(help="Of which month: 2026-10.")],
    text: Annotated[str, typer.Option(help="Your words; they stand beside the month's audit.")],
    *,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Answer to your own figures of tone of a month; a later answer takes its place."""
    body: dict[str, Json] = {"month": month, "text": text}
    found = asked(url, key, lambda client: client.post("/v1/tone/answers", body))
    if as_json:
        show(found)
    else:
        typer.echo(f"{found['by']} answered to {found['month']} at {found['at']}")
