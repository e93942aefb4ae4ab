"""How a partner signs what it sends: Standard Webhooks, by that project's own library."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook
from werkzeug.test import TestResponse

from ontology.identity import ThingId
from service import enrolling
from service.app import create
from service.founding import OPERATOR
from service.settings import Settings
from service.world import World
from tests.conftest import Door

SINGLE = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
PARTNER, AGREEMENT = ThingId("system/listening-co"), ThingId("agreement/twitter-data")
PATH = "/v1/intake/listening-co"
NUMBERS = count(1)


def event(local: str, at: str, **more: object) -> dict[str, object]:
    """One post as a structured CloudEvent."""
    data = {"text": f"Post {local} about the derailment", "language": "en"}
    data |= more.pop("data", {})  # type: ignore[call-overload]  # a dict of the caller's
    return {
        "specversion": "1.0",
        "id": local,
        "source": "https://listening.example/7",
        "type": "example.post.heard",
        "time": at,
        "data": data,
        **more,
    }


def signed(
    body: object, at: datetime, *secrets: str, name: str = "msg-1", media: str = SINGLE
) -> tuple[bytes, dict[str, str]]:
    """The bytes of a body and the headers that sign them."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    signatures = [Webhook(one).sign(name, at, content.decode()) for one in secrets]
    return content, {
        "content-type": media,
        "webhook-id": name,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


class Partner:
    """A partner with its secret, at the world's door."""

    def __init__(self, door: Door, world: World) -> None:
        self.door, self.world = door, world
        self.secret = enrolling.add(world, PARTNER, AGREEMENT, actor=OPERATOR).secret

    def send(self, body: object, **how: Any) -> TestResponse:
        at = self.world.clock.now() + how.pop("off", timedelta())
        secrets = how.pop("secrets", (self.secret,))
        name = how.pop("name", f"msg-{next(NUMBERS)}")
        more, path = how.pop("headers", {}), how.pop("path", PATH)
        content, headers = signed(body, at, *secrets, name=name, **how)
        return self.door.http.post(path, data=content, headers=headers | more)

    def post(self, local: str, **more: object) -> dict[str, object]:
        return event(local, self.world.clock.now().isoformat(), **more)

    def account(self) -> dict[str, Any]:
        found: dict[str, Any] = self.door.get(PATH).get_json()
        return found

    def agree(self, **properties: object) -> None:
        body = {
            "topic": "listening-data",
            "partner": PARTNER,
            "permitsField": ["text"],
            "permitsPurpose": ["crisis-response"],
            **properties,
        }
        answer = self.door.post(
            "/v1/records", {"type": "Agreement", "id": AGREEMENT, "properties": body}
        )
        assert answer.status_code == 201, answer.text


@contextmanager
def sending(home: Path) -> Iterator[Partner]:
    """A partner at the door of a world of its own."""
    with closing(World.open(Settings(home=home, language=False))) as world:
        key = world.settings.operator_key.read_text().strip()
        door = Door(http=create(world.settings, world=world).test_client(), key=key)
        yield Partner(door, world)
