"""`attune listen`: read a platform's timeline into signals until interrupted."""

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.output import AsJson, Home, opened, refuse, show

if TYPE_CHECKING:
    from service.listener import Listener, Turn
    from service.world import World


def command(
    platform: Annotated[str, typer.Argument(help="platform/… with a feed that has an endpoint.")],
    home: Home = None,
    *,
    every: Annotated[float, typer.Option(min=1, help="Seconds between two walks.")] = 60,
    once: Annotated[bool, typer.Option("--once", help="Read up to the newest, then end.")] = False,
    as_json: AsJson = False,
) -> None:
    """Listen to a platform, or to its fallback while its access is lost.

    The key of a platform stands in ATTUNE_TOKEN_ and its name, like ATTUNE_TOKEN_MASTODON.
    """
    from contextlib import closing  # noqa: PLC0415 - light start

    from service.addresses import AddressRefused  # noqa: PLC0415 - light start
    from service.listener import CannotListen  # noqa: PLC0415 - light start

    with opened(home) as world, closing(_listener(world, platform)) as listener:
        try:
            world.perception.warm()  # a cold model would leave the first posts unjudged
            turn = listener.turn()
            _tell(turn, as_json=as_json)
            while not once:
                _rest(turn, every)
                turn = _again(listener, turn, as_json=as_json)
        except (CannotListen, AddressRefused) as error:
            refuse(str(error))
        except KeyboardInterrupt:
            typer.echo("stopped; the next start goes on from here", err=True)


def _again(listener: "Listener", before: "Turn", *, as_json: bool) -> "Turn":
    """The next walk; what is in its way now may be gone at the one after."""
    from knowledge.refusals import LedgerRefused  # noqa: PLC0415 - light start
    from service.listener import CannotListen  # noqa: PLC0415 - light start

    try:
        turn = listener.turn()
    except (CannotListen, LedgerRefused) as error:
        typer.echo(str(error), err=True)
        return before
    _tell(turn, as_json=as_json)
    return turn


def _listener(world: "World", platform: str) -> "Listener":
    import os  # noqa: PLC0415 - light start
    import secrets  # noqa: PLC0415 - light start
    import threading  # noqa: PLC0415 - light start

    import httpx  # noqa: PLC0415 - light start

    from loaders.platform_client import Time  # noqa: PLC0415 - light start
    from ontology.identity import IdentityInvalid, ThingId, thing_id  # noqa: PLC0415 - light start
    from service.addresses import Guard  # noqa: PLC0415 - light start
    from service.clock import LiveClock, pause  # noqa: PLC0415 - light start
    from service.fetching import GuardedTransport  # noqa: PLC0415 - light start
    from service.listener import Listener  # noqa: PLC0415 - light start

    try:
        name = thing_id(platform)
    except IdentityInvalid as error:
        refuse(str(error))

    def connect(one: ThingId, address: str) -> httpx.Client:
        local = one.partition("/")[2].upper().replace("-", "_")
        token = os.environ.get(f"ATTUNE_TOKEN_{local}")
        headers = {"User-Agent": "attune"} | (
            {"Authorization": f"Bearer {token}"} if token else {}
        )
        guarded = GuardedTransport(Guard(world.settings.platform_allow))
        return httpx.Client(base_url=address, headers=headers, transport=guarded)

    never = threading.Event()

    def rest(seconds: float) -> None:
        pause(seconds, never)

    time = Time(now=LiveClock().now, pause=rest, random=secrets.SystemRandom().random)
    return Listener(world, name, connect, time)


def _rest(turn: "Turn", every: float) -> None:
    """Wait until the next walk, longer where the platform is left alone."""
    import threading  # noqa: PLC0415 - light start

    from service.clock import LiveClock, pause  # noqa: PLC0415 - light start

    wait = every
    if turn.again_at is not None:
        wait = max(wait, (turn.again_at - LiveClock().now()).total_seconds())
    pause(wait, threading.Event())


def _tell(turn: "Turn", *, as_json: bool) -> None:
    figures = {"new": turn.new, "known": turn.known, "rejected": turn.rejected}
    if as_json:
        show(
            {
                "platform": turn.channel.platform,
                "feed": turn.channel.feed,
                **figures,
                "why": turn.why,
            }
        )
        return
    counts = ", ".join(f"{name} {value}" for name, value in figures.items())
    typer.echo(f"{turn.channel.feed}: {counts}" + (f"; {turn.why}" if turn.why else ""))
