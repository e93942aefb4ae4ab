"""`attune fallback`: the signed card for when attune is down: fetched, checked, read offline."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.calling import URL, Key, Url, asked
from service.cli.output import AsJson, refuse, show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ontology.events import Json

app = typer.Typer(help="The signed routing card that callers keep for when attune is down.")

File = Annotated[Path, typer.Argument(help="The file that `fetch` wrote.")]
Trust = Annotated[str, typer.Option(help="The signer's public key in hex, from `fallback key`.")]


@app.command("fetch")
def fetch(
    out: Annotated[Path, typer.Option(help="The file to write.")] = Path("fallback.jws"),
    *,
    url: Url = URL,
    key: Key = "",
) -> None:
    """Write the card that holds now into a file; run it every hour."""
    found = asked(url, key, lambda client: client.get("/v1/fallback"))
    card = found["card"]
    draft = out.with_name(f".{out.name}.new")
    try:
        draft.write_text(f"{found['jws']}\n", encoding="ascii")
        draft.replace(out)  # who reads it meanwhile reads the old one whole
    except OSError as error:
        refuse(f"{out}: {error.strerror}")
    typer.echo(f"{out}: until {card['valid_until'] if isinstance(card, dict) else '?'}")


@app.command("key")
def public_key(*, url: Url = URL, key: Key = "", as_json: AsJson = False) -> None:
    """The public key by which cards are checked; keep it apart from them."""
    found = asked(url, key, lambda client: client.get("/v1/fallback/key"))
    if as_json:
        show(found["jwk"])
    else:
        typer.echo(str(found["hex"]))


@app.command("verify")
def verify(file: File, *, trust: Trust) -> None:
    """Check a card without asking anybody: 0 it holds, 1 it is stale, 2 it is to be refused."""
    card = _read(file, trust)
    old = _stale(card)
    typer.echo(f"{file}: signed by {trust[:16]}, policy {str(card['policy'])[:16]}")
    if old is not None:
        typer.echo(f"{file}: {old}; go to {card['duty_officer']}", err=True)
        raise typer.Exit(1)
    typer.echo(f"holds until {card['valid_until']}")


@app.command("show")
def show_(  # noqa: PLR0913 - what a caller may know
    file: File,
    *,
    trust: Trust,
    cluster: Annotated[
        str, typer.Option(help="none, victim, accidental, preventable, unknown.")
    ] = "none",
    volume: Annotated[str, typer.Option(help="usual, or surging, also in doubt.")] = "surging",
    audience: Annotated[str, typer.Option(help="customer, public, press …")] = "*",
    touchpoint: Annotated[str, typer.Option(help="touchpoint/…")] = "*",
    region: Annotated[str, typer.Option(help="region/…")] = "*",
    as_json: AsJson = False,
) -> None:
    """Who answers, by the card, given what one knows."""
    from service.fallback_reading import cells, lines, looked_up  # noqa: PLC0415 - light start

    card = _read(file, trust)
    rows = cells(card)
    place = looked_up(rows, cluster, volume, audience, touchpoint, region)
    if place is None:
        known = [", ".join(sorted({cell[column] for cell in rows})) for column in range(3)]
        asked_for = (cluster[:80], volume[:80], audience[:80])
        refuse(
            f"the card has no row for {asked_for}; clusters are {known[0]}; volumes {known[1]};"
            f" audiences {known[2]}"
        )
    old = _stale(card)
    if old is not None:
        typer.echo(f"{old}; go to {card['duty_officer']}", err=True)
    if as_json:
        outcomes = card["outcomes"]
        show(outcomes[place] if isinstance(outcomes, list) else None)
    else:
        _print(lines(card, place))
    if old is not None:
        raise typer.Exit(1)


def _read(file: Path, trust: str) -> "dict[str, Json]":
    from service.fallback_reading import CardRefused, read  # noqa: PLC0415 - light start

    try:
        return read(file.read_text(encoding="ascii"), trust)
    except (OSError, UnicodeDecodeError) as error:
        refuse(f"{file}: {getattr(error, 'strerror', None) or 'is no card'}")
    except CardRefused as error:
        refuse(f"{file}: {error}")


def _stale(card: "Mapping[str, Json]") -> str | None:
    from service.clock import LiveClock  # noqa: PLC0415 - light start
    from service.fallback_reading import stale  # noqa: PLC0415 - light start

    return stale(card, LiveClock().now())


def _print(lines: "Iterator[str]") -> None:
    for line in lines:
        typer.echo(line)
