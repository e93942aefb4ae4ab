"""Serving: granian's workers over one home, on loopback unless told otherwise."""

import ipaddress
import os
import socket
import threading
from typing import Final

import httpx
import typer
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from ontology.events import Json
from service.cli.output import decided
from service.client import Client, RequestRefused, ServiceUnreachable
from service.clock import pause
from service.founding import KEY_FILE
from service.settings import Settings

READY_WITHIN_S: Final = 120
_FIRST: Final[dict[str, Json]] = {
    "incident": "incident/2013-ny-train",
    "customer": {"system": "zendesk", "key": "1001"},
    "text": "My son was on that train. Third call today, and nobody tells us anything.",
    "facts": {"request": {"kind": "reply", "audience": "customer", "public": False}},
}


class CannotServe(Exception):
    """The service can't start here; the message says why and what to do."""


def serve(settings: Settings, *, welcome: bool) -> None:
    """Serve until interrupted.

    Raises:
        CannotServe: no home, an address beyond loopback that was not allowed, a port in use.
    """
    _check(settings)
    for name, value in (("HOME", settings.home), ("DATABASE", settings.database)):
        os.environ[f"ATTUNE_{name}"] = str(value)  # the workers read their settings there
    if welcome:
        threading.Thread(target=_welcome, args=(settings,), daemon=True).start()
    Granian(
        "service.app:create",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=settings.workers,
        blocking_threads=settings.threads,
        log_access=False,
        log_level=LogLevels.warning,
    ).serve()


def _check(settings: Settings) -> None:
    if not settings.keys_path.exists():
        raise CannotServe(f"{str(settings.home)!r} is no attune home; run: attune init --sample")
    if not settings.allow_remote and not _loopback(settings.host):
        raise CannotServe(
            f"{settings.host!r} is not loopback. Put a TLS proxy before 127.0.0.1, or say that you"
            " mean it: ATTUNE_ALLOW_REMOTE=true"
        )
    try:
        with socket.create_server((settings.host, settings.port)):
            pass
    except OSError as error:
        raise CannotServe(
            f"{settings.host}:{settings.port} can't be used ({error.strerror}); choose another"
            " port: attune serve --port 8090"
        ) from error


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _welcome(settings: Settings) -> None:
    """Wait until ready, ask one decision, print it with its reasons and how to go on."""
    url = f"http://{settings.host}:{settings.port}"
    if not _ready(url):
        typer.echo(f"{url} was not ready within {READY_WITHIN_S} s; ask {url}/readyz", err=True)
        return
    key = (settings.home / KEY_FILE).read_text().strip()
    try:
        with Client(url, key) as client:
            answer = client.post("/v1/decisions", _FIRST)
            reasons = client.get(f"{answer['links']['explanation']}")  # type: ignore[index,call-overload] # as the API answers
    except (RequestRefused, ServiceUnreachable) as error:
        typer.echo(f"The first decision failed: {error}", err=True)
        return
    typer.echo("\n".join(["", "A first decision:", *decided(answer), "", str(reasons["text"])]))
    typer.echo(_how(url, settings))


def _how(url: str, settings: Settings) -> str:
    return f"""
Ask the next one:
  curl -s {url}/v1/decisions -H "Authorization: Bearer $(cat {settings.home / KEY_FILE})" \\
    -H 'Content-Type: application/json' \\
    -d '{{"incident": "incident/2013-ny-train", "text": "Still no news. Great job."}}'
  attune decide --text "Still no news. Great job." --incident incident/2013-ny-train
The interface: {url}/docs    Stop: Ctrl-C
"""


def _ready(url: str) -> bool:
    never = threading.Event()
    for _ in range(READY_WITHIN_S * 5):
        try:
            if httpx.get(f"{url}/readyz", timeout=5).is_success:
                return True
        except httpx.TransportError:
            pass  # not listening yet
        pause(0.2, never)
    return False
