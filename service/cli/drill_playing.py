"""`attune drills`: taking part: say what you do, read what reached you."""

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.calling import URL, Key, Url, asked, path_of, rows, tell
from service.cli.drill_words import event
from service.cli.output import AsJson

if TYPE_CHECKING:
    from ontology.events import Json

app = typer.Typer()

Named = Annotated[str, typer.Argument(help="drill/…")]


@app.command()
def say(  # noqa: PLR0913 - what people say has that many sides
    drill: Named,
    act: Annotated[str, typer.Argument(help="detect, decide, approve, publish, stop, care, …")],
    *,
    text: Annotated[str | None, typer.Option(help="The words, where there are some.")] = None,
    tier: Annotated[str | None, typer.Option(help="How far up it goes.")] = None,
    route: Annotated[list[str] | None, typer.Option(help="team/… who answers.")] = None,
    strategy: Annotated[list[str] | None, typer.Option(help="instruct, adjust, …")] = None,
    why: Annotated[str | None, typer.Option(help="Why.")] = None,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Say what you do that no tool records; all else you do through the drill's own doors."""
    given: dict[str, Json] = {"act": act, "text": text, "tier": tier, "why": why}
    body = {field: value for field, value in given.items() if value is not None}
    body |= {"routes": [*(route or [])], "strategy": [*(strategy or [])]}
    path = f"{path_of(drill, 'drill')}/said"
    found = asked(url, key, lambda client: client.post(path, body))
    tell(found, [f"minute {found['minute']}: {found['by']} {act}"], as_json=as_json)


@app.command()
def story(
    drill: Named,
    *,
    after: Annotated[int, typer.Option(min=0, help="A sequence.")] = 0,
    wait: Annotated[int, typer.Option(min=0, max=25, help="Seconds, if nothing is new.")] = 0,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """What reached you and what people did, after a sequence."""
    path = f"{path_of(drill, 'drill')}/events"
    found = asked(url, key, lambda client: client.get(path, after=after, wait=wait))
    lines = (event(one) for one in rows(found["items"]))
    tell(found, [*lines, f"{found['local_time']}, {found['state']}"], as_json=as_json)
