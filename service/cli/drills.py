"""`attune drills`: scenarios, and drills of a running service: lead, take part, score, compare."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli import drill_playing, drill_scenarios
from service.cli import drill_words as in_words
from service.cli.calling import URL, Key, Url, acted, asked, path_of, rows, tell
from service.cli.output import AsJson, Home, opened, refuse, show

if TYPE_CHECKING:
    from ontology.events import Json

app = typer.Typer(
    help="Practise a crisis in a world of its own, which reaches nobody.", no_args_is_help=True
)

app.add_typer(drill_scenarios.app)
app.add_typer(drill_playing.app)

Named = Annotated[str, typer.Argument(help="drill/…")]
Reason = Annotated[str, typer.Option(help="Why; it stays in the ledger.")]
Speed = Annotated[int, typer.Option(min=0, max=3600, help="1, 60, …; 0 is as fast as possible.")]


@app.command()
def new(  # noqa: PLR0913 - what a drill needs to know
    scenario: Annotated[str, typer.Argument(help="A scenario's name, or a file of one.")],
    *,
    team: Annotated[str, typer.Option(help="team/… that practises.")],
    person: Annotated[
        list[str], typer.Option(help="person/ada=responder+reviewer, @team/legal behind it if so.")
    ],
    within: Annotated[str, typer.Option(help="By when it has to begin.")] = "P7D",
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Plan a drill."""
    body: dict[str, Json] = {"team": team, "people": [*map(_part, person)], "within": within}
    file = Path(scenario)
    body |= {"text": _text(file)} if file.suffix == ".yaml" else {"scenario": scenario}
    found = asked(url, key, lambda client: client.post("/v1/drills", body))
    tell(found, in_words.standing(found), as_json=as_json)


@app.command("list")
def index(*, url: Url = URL, key: Key = "", as_json: AsJson = False) -> None:
    """Every drill, the newest first."""
    found = asked(url, key, lambda client: client.get("/v1/drills"))
    if as_json:
        show(found)
        return
    for one in rows(found["items"]):
        typer.echo(f"{one['id']}  {one['state']}  {one['team']}  {one['scenario']}")


@app.command()
def status(drill: Named, *, url: Url = URL, key: Key = "", as_json: AsJson = False) -> None:
    """One drill: what time it is there, who takes part, what may follow."""
    found = asked(url, key, lambda client: client.get(path_of(drill, "drill")))
    tell(found, in_words.standing(found), as_json=as_json)


@app.command()
def start(
    drill: Named, *, speed: Speed = 1, url: Url = URL, key: Key = "", as_json: AsJson = False
) -> None:
    """Let its clock run."""
    _act(url, key, drill, "start", {"speed": speed}, as_json=as_json)


@app.command()
def pause(
    drill: Named,
    *,
    reason: Reason = "The room needs a moment.",
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Stop its clock."""
    _act(url, key, drill, "pause", {"reason": reason}, as_json=as_json)


@app.command()
def resume(
    drill: Named, *, speed: Speed = 1, url: Url = URL, key: Key = "", as_json: AsJson = False
) -> None:
    """Let its clock run on."""
    _act(url, key, drill, "resume", {"speed": speed}, as_json=as_json)


@app.command()
def step(
    drill: Named,
    *,
    by: Annotated[str | None, typer.Option(help="PT10M; by default to what arrives next.")] = None,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Move the clock of a paused drill."""
    body: dict[str, Json] = {"by": by} if by is not None else {}
    path = path_of(drill, "drill")
    before = asked(url, key, lambda client: client.get(path)).get("minute", -1.0)
    found = asked(url, key, lambda client: client.post(f"{path}/step", body))
    since = float(str(before))
    lines = [*in_words.standing(found), *_arrived(url, key, path, since)]
    tell(found, lines, as_json=as_json)


@app.command()
def inject(  # noqa: PLR0913 - an inject has that many sides
    drill: Named,
    name: Annotated[str, typer.Argument(help="The scenario's inject, or a name for a new one.")],
    *,
    kind: Annotated[str | None, typer.Option(help="Of a new one: press-enquiry, …")] = None,
    title: Annotated[str | None, typer.Option(help="Of a new one.")] = None,
    text: Annotated[str | None, typer.Option(help="Of a new one.")] = None,
    heard: Annotated[bool, typer.Option("--heard", help="The public reads it, too.")] = False,
    url: Url = URL,
    key: Key = "",
) -> None:
    """Bring an inject now."""
    given: dict[str, Json] = {"id": name, "kind": kind, "title": title, "text": text}
    body = {field: value for field, value in given.items() if value is not None}
    path = f"{path_of(drill, 'drill')}/injects"
    found = asked(url, key, lambda client: client.post(path, body | {"heard": heard}))
    typer.echo(f"{found['inject']} arrived at {found['at']}")


@app.command()
def finish(
    drill: Named,
    *,
    reason: Reason = "Enough was practised.",
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """End it before its scenario does."""
    _act(url, key, drill, "finish", {"reason": reason}, as_json=as_json)


@app.command()
def cancel(
    drill: Named, *, reason: Reason, url: Url = URL, key: Key = "", as_json: AsJson = False
) -> None:
    """Call it off."""
    _act(url, key, drill, "cancel", {"reason": reason}, as_json=as_json)


@app.command()
def score(drill: Named, *, url: Url = URL, key: Key = "", as_json: AsJson = False) -> None:
    """Hold what people did against what was expected of them."""
    path = f"{path_of(drill, 'drill')}/score"
    found = asked(url, key, lambda client: client.post(path))
    tell(found, in_words.score(found), as_json=as_json)


@app.command()
def debrief(
    drill: Named,
    *,
    lesson: Annotated[str, typer.Option(help="What people take from it.")],
    url: Url = URL,
    key: Key = "",
) -> None:
    """Close it with what was learned."""
    found = acted(url, key, drill, "debrief", [f"lesson={lesson}"], kinds=("drill",))
    typer.echo(f"{drill}: {found['to']}")


@app.command()
def propose(
    drill: Named,
    point: Annotated[str, typer.Argument(help="tier, routes or strategy")],
    *,
    reason: Reason,
    url: Url = URL,
    key: Key = "",
) -> None:
    """Make a policy draft, with a finished rule, of a point in which people and rules differ."""
    path = f"{path_of(drill, 'drill')}/proposals"
    body: dict[str, Json] = {"point": point, "reason": reason}
    made = asked(url, key, lambda client: client.post(path, body))
    typer.echo(f"{made['draft']}  {made['rule'] or made['without_rule']}")


@app.command()
def compare(
    home: Home = None,
    *,
    team: Annotated[str | None, typer.Option(help="team/…")] = None,
    year: Annotated[int | None, typer.Option(min=2000, max=2199)] = None,
    as_json: AsJson = False,
) -> None:
    """Drills over the quarters, with intervals; `attune report drills` has the picture."""
    from service.drill_comparing import compare as compared  # noqa: PLC0415 - light start

    with opened(home) as world:
        found = compared(world, team, year, lambda *_: None)
    tell(found.to_json(), found.lines(), as_json=as_json)


def _arrived(url: str, key: str, path: str, since: float) -> "Iterator[str]":
    """What reached the participants after a minute."""
    items = _events(url, key, path, 0)
    while items:
        yield from (
            in_words.event(one)
            for one in items
            if one["what"] == "told" and float(str(one["minute"])) > since
        )
        after = int(str(items[-1]["sequence"]))
        items = _events(url, key, path, after)


def _events(url: str, key: str, path: str, after: int) -> "list[dict[str, Json]]":
    found = asked(url, key, lambda client: client.get(f"{path}/events", after=after, limit=500))
    return rows(found["items"])


def _act(
    url: str, key: str, drill: str, act: str, data: "Mapping[str, Json]", *, as_json: bool
) -> None:
    path = f"{path_of(drill, 'drill')}/acts"
    body: dict[str, Json] = {"act": act, "data": dict(data)}
    found = asked(url, key, lambda client: client.post(path, body))
    tell(found, [f"{drill}: {found['to']}"], as_json=as_json)


def _part(text: str) -> "Json":
    """Somebody who takes part, as `person/ada=responder+reviewer@team/legal` says it."""
    who, _, rest = text.partition("=")
    roles, _, team = rest.partition("@")
    if not rest:
        refuse(f"{text[:140]!r} names no role; write person/ada=responder+reviewer")
    part: dict[str, Json] = {"person": who, "roles": [*roles.split("+")]}
    return part | ({"team": team} if team else {})


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        refuse(f"{file}: {error}")
