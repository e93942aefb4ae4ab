"""`attune drills`: scenarios, and drills of a running service: lead, take part, score, compare."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.calling import URL, Key, Url, acted, asked, path_of, rows, tell
from service.cli.output import AsJson, Home, configured, opened, refuse, show

if TYPE_CHECKING:
    from ontology.events import Json

app = typer.Typer(
    help="Practise a crisis in a world of its own, which reaches nobody.", no_args_is_help=True
)

Named = Annotated[str, typer.Argument(help="drill/…")]
Reason = Annotated[str, typer.Option(help="Why; it stays in the ledger.")]
Speed = Annotated[int, typer.Option(min=0, max=3600, help="1, 60, …; 0 is as fast as possible.")]


@app.command()
def scenarios(home: Home = None, *, as_json: AsJson = False) -> None:
    """What can be practised: what attune ships, and HOME/scenarios."""
    from service.drill_files import known  # noqa: PLC0415 - light start
    from service.drill_view import scenario_line  # noqa: PLC0415 - light start
    from service.drills import scenarios_of  # noqa: PLC0415 - light start

    found = known(scenarios_of(configured(home=home).home))
    items = [scenario_line(found[name]) for name in sorted(found)]
    if as_json:
        show({"items": items})
        return
    for one in items:
        typer.echo(f"{one['scenario']}  ({one['starts_from']}, {one['length']})  {one['title']}")


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Scenario files.")],
) -> None:
    """Check scenario files; every mistake with line and column."""
    from ontology.marked_reader import FileInvalid  # noqa: PLC0415 - light start
    from service.drill_files import read  # noqa: PLC0415 - light start

    wrong = list[str]()
    for file in files:
        try:
            read(file.read_text("utf-8"), str(file))
        except FileInvalid as error:
            wrong += error.errors
        except (OSError, UnicodeDecodeError) as error:
            wrong.append(f"{file}: {error}")
    if wrong:
        refuse("\n".join(wrong))
    typer.echo(f"{len(files)} scenarios read well")


@app.command()
def schema() -> None:
    """The JSON Schema of a scenario, for editors."""
    from service.drill_files import schema as made  # noqa: PLC0415 - light start

    show(made())


@app.command("from-feed")
def from_feed(
    file: Annotated[Path, typer.Argument(help="Signals as CSV or JSONL, or a CrisisLex CSV.")],
    *,
    rejects: Annotated[Path, typer.Option(help="Where bad rows go.")] = Path("rejects.jsonl"),
) -> None:
    """A scenario from a recorded feed, on standard output."""
    from service.drill_making import FeedUnsuited  # noqa: PLC0415 - light start
    from service.drill_making import from_feed as made  # noqa: PLC0415 - light start
    from service.hearing import FeedRefused, heard  # noqa: PLC0415 - light start

    try:
        signals = heard(file, feed="feed/listening", platform="platform/twitter", rejects=rejects)
        typer.echo(made(file.stem, signals), nl=False)
    except (FeedRefused, FeedUnsuited) as error:
        refuse(str(error))


@app.command("from-precedent")
def from_precedent(
    precedent: Annotated[str, typer.Argument(help="precedent/…")], home: Home = None
) -> None:
    """A scenario from a past case, on standard output."""
    from knowledge.precedents import PrecedentIndex  # noqa: PLC0415 - light start
    from service.drill_making import from_precedent as made  # noqa: PLC0415 - light start

    with opened(home) as world:
        case = PrecedentIndex.open(world.settings.precedents_path).get(precedent)
    if case is None:
        refuse(f"{precedent[:140]!r} is no case here; `attune precedents search` finds them")
    typer.echo(made(case), nl=False)


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
    _tell(found, as_json=as_json)


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
    _tell(asked(url, key, lambda client: client.get(path_of(drill, "drill"))), as_json=as_json)


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
    path = f"{path_of(drill, 'drill')}/step"
    _tell(asked(url, key, lambda client: client.post(path, body)), as_json=as_json)


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
    lines = (_event(one) for one in rows(found["items"]))
    tell(found, [*lines, f"{found['local_time']}, {found['state']}"], as_json=as_json)


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
    tell(found, _score(found), as_json=as_json)


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


def _act(
    url: str, key: str, drill: str, act: str, data: "Mapping[str, Json]", *, as_json: bool
) -> None:
    path = f"{path_of(drill, 'drill')}/acts"
    body: dict[str, Json] = {"act": act, "data": dict(data)}
    found = asked(url, key, lambda client: client.post(path, body))
    tell(found, [f"{drill}: {found['to']}"], as_json=as_json)


def _tell(found: "Mapping[str, Json]", *, as_json: bool) -> None:
    lines = [f"{found['id']}  {found['state']}  {found['title']}"]
    if "local_time" in found:
        lines.append(f"    {found['local_time']}, minute {found['minute']}")
    people = (f"    {one['person']}: {one['roles']}" for one in rows(found["people"]))
    tell(found, [*lines, *people], as_json=as_json)


def _event(one: "Mapping[str, Json]") -> str:
    said = one.get("title") or one.get("text") or one.get("act") or one.get("tier") or ""
    who = one.get("from") if one["what"] == "told" else one["by"]
    return f"{one['sequence']:>6}  {one['minute']:>7}  {one['what']:<8} {who}: {said}"


def _score(found: "Mapping[str, Json]") -> "Iterator[str]":
    for one in rows(found["acts"]):
        took = f"{one['act']} within {one['within']}, {one['minutes']} minutes"
        yield f"{one['outcome']:<10} {one['id']}: {took}"
    answers = found["answers"]
    for one in rows(answers.get("points") if isinstance(answers, dict) else []):
        said = f"people {one['people']}, reference {one['reference']}, rules {one['rules']}"
        yield f"{one['point']}: {said}"
    figures = found["figures"]
    for name, figure in figures.items() if isinstance(figures, dict) else ():
        yield f"{name}: {figure}"
    told = found["next"]
    yield from (f"next: {words}" for words in (told if isinstance(told, list) else []))


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
