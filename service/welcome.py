"""A welcome: wait until the service is ready, show a first decision, its words, how to go on."""

import os
import sys
import threading
from pathlib import Path
from typing import Final

import httpx
import typer

from ontology.events import Json
from service.cli.compose import lines
from service.cli.output import decided
from service.client import Client, RequestRefused, ServiceUnreachable
from service.clock import pause
from service.settings import Settings

READY_WITHIN_S: Final = 120
_FIRST: Final[dict[str, Json]] = {
    "incident": "incident/2013-ny-train",
    "customer": {"system": "zendesk", "key": "1001"},
    "text": "My son was on that train. Third call today, and nobody tells us anything.",
    "facts": {"request": {"kind": "reply", "audience": "customer", "public": False}},
}

_WORDS: Final[dict[str, Json]] = {
    "channels": ["email"],
    "slots": {
        "agent": "Maria",
        "situation": "your son was on that train and three calls brought you no answer",
        "next_step": "I am asking the hospitals and our people on the platform for him",
    },
    "answers": _FIRST["text"],
}


def welcome(settings: Settings) -> None:
    """Wait until ready, ask one decision, print it with its reasons and how to go on."""
    url = f"http://{settings.host}:{settings.port}"
    if not _ready(url):
        typer.echo(f"{url} was not ready within {READY_WITHIN_S} s; ask {url}/readyz", err=True)
        return
    key = (settings.operator_key).read_text().strip()
    try:
        with Client(url, key) as client:
            answer = client.post("/v1/decisions", _FIRST)
            words = client.post("/v1/compose", {"decision": answer["id"], **_WORDS})
            reasons = client.get(f"{answer['links']['explanation']}")  # type: ignore[index,call-overload] # as the API answers
    except (RequestRefused, ServiceUnreachable) as error:
        typer.echo(f"The first decision failed: {error}", err=True)
        return
    typer.echo("\n".join(["", "A first decision:", *decided(answer), "", str(reasons["text"])]))
    typer.echo("\n".join(["", "Words for it, a preview:", *lines(words)]))
    typer.echo(_how(url, settings))


def _how(url: str, settings: Settings) -> str:
    return f"""
Ask the next one:
  curl -s {url}/v1/decisions -H "Authorization: Bearer $(cat {settings.operator_key})" \\
    -H 'Content-Type: application/json' \\
    -d '{{"incident": "incident/2013-ny-train", "text": "Still no news. Great job."}}'
  {_command()} decide --home {settings.home} --incident incident/2013-ny-train \\
    --text "Still no news. Great job."
The pages: {url}/ (sign in with the first key, in {settings.operator_key})
The interface: {url}/docs    Stop: Ctrl-C
"""


def _command() -> str:
    """How `attune` is called from here."""
    return os.path.relpath(Path(sys.executable).with_name("attune"))


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


if __name__ == "__main__":
    welcome(Settings())
