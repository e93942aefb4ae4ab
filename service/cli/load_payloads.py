"""`attune load zendesk` and its like: recorded payloads of other systems."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from service.cli.output import AsJson, Home, opened, refuse, show

Payload = Annotated[Path, typer.Argument(help="JSON as the interface answered it, or JSON Lines.")]
Mentions = Annotated[Path, typer.Argument(help="Mentions as CSV, as Brandwatch or Meltwater do.")]
Rejected = Annotated[Path, typer.Option("--rejects", help="Where bad items go.")]
Agreement = Annotated[
    str | None, typer.Option(help="agreement/… under which the data came; bounds what is shown.")
]
Via = Annotated[
    list[str] | None,
    typer.Option("--via", metavar="CHANNEL=TOUCHPOINT", help="Like chat=touchpoint/website-chat."),
]
Accounts = Annotated[
    bool, typer.Option("--accounts", help="Also keep authors' handles and names, to link them.")
]
Feed = Annotated[str, typer.Option(help="feed/…")]
Platform = Annotated[str, typer.Option(help="platform/…")]
_REJECTS = Path("rejects.jsonl")


def zendesk(
    file: Payload,
    home: Home = None,
    *,
    agreement: Agreement = None,
    via: Via = None,
    rejects: Rejected = _REJECTS,
    as_json: AsJson = False,
) -> None:
    """Load users as customers and tickets as cases; loading twice changes nothing."""
    named = {"agreement": agreement}
    _load("zendesk", file, home, rejects, as_json=as_json, via=via, named=named)


def salesforce(
    file: Payload,
    home: Home = None,
    *,
    agreement: Agreement = None,
    via: Via = None,
    rejects: Rejected = _REJECTS,
    as_json: AsJson = False,
) -> None:
    """Load contacts as customers and cases as cases; loading twice changes nothing."""
    _load(
        "salesforce", file, home, rejects, as_json=as_json, via=via, named={"agreement": agreement}
    )


def mastodon(
    file: Payload,
    home: Home = None,
    *,
    feed: Feed = "feed/mastodon",
    accounts: Accounts = False,
    rejects: Rejected = _REJECTS,
    as_json: AsJson = False,
) -> None:
    """Load public statuses; loading twice changes nothing."""
    where = {"feed": feed, "platform": "platform/mastodon"}
    _load("mastodon", file, home, rejects, as_json=as_json, accounts=accounts, named=where)


def bluesky(
    file: Payload,
    home: Home = None,
    *,
    feed: Feed = "feed/bluesky",
    accounts: Accounts = False,
    rejects: Rejected = _REJECTS,
    as_json: AsJson = False,
) -> None:
    """Load posts; loading twice changes nothing."""
    where = {"feed": feed, "platform": "platform/bluesky"}
    _load("bluesky", file, home, rejects, as_json=as_json, accounts=accounts, named=where)


def listening(  # noqa: PLR0913 - each is an option
    file: Mentions,
    home: Home = None,
    *,
    feed: Feed = "feed/listening",
    platform: Platform = "platform/twitter",
    zone: Annotated[
        str | None, typer.Option(help="Where times without offset were written: America/New_York.")
    ] = None,
    rejects: Rejected = _REJECTS,
    as_json: AsJson = False,
) -> None:
    """Load the mentions of a listening tool; loading twice changes nothing."""
    where = {"feed": feed, "platform": platform}
    _load("listening", file, home, rejects, as_json=as_json, zone=zone, named=where)


def _load(  # noqa: PLR0913 - each is an option
    system: str,
    file: Path,
    home: Path | None,
    rejects: Path,
    *,
    as_json: bool,
    via: list[str] | None = None,
    zone: str | None = None,
    accounts: bool = False,
    named: Mapping[str, str | None],
) -> None:
    from service.adapting import Import, load  # noqa: PLC0415 - light start
    from service.founding import OPERATOR  # noqa: PLC0415 - light start
    from service.registering import FileRefused  # noqa: PLC0415 - light start

    given = Import(
        file=file,
        rejects=rejects,
        actor=OPERATOR,
        touchpoints=_mapped(via or []),
        zone=_zone(zone),
        accounts=accounts,
        **{name: value for name, value in named.items() if value is not None},
    )
    with opened(home) as world:
        try:
            done = load(world, system, given)
        except FileRefused as error:
            refuse(str(error))
    figures = {
        "records": done.records,
        "signals": done.signals,
        "known": done.known,
        "rejected": done.rejected,
        "rejects": str(rejects),
    }
    if as_json:
        show(figures | {"ignored": dict(done.ignored)})
        return
    typer.echo(", ".join(f"{name} {value}" for name, value in figures.items()))
    typer.echo(f"fields that nobody reads: {', '.join(done.ignored) or 'none'}")


def _mapped(pairs: list[str]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        channel, equals, touchpoint = pair.partition("=")
        if not equals or not channel or not touchpoint.startswith("touchpoint/"):
            refuse(f"--via {pair[:80]!r} names no touchpoint; write chat=touchpoint/website-chat")
        found[channel] = touchpoint
    return found


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name is not None else None
    except (ZoneInfoNotFoundError, ValueError):
        refuse(f"--zone {str(name)[:80]!r} is no time zone; write one like America/New_York")
