"""How a partner signs what it sends: Standard Webhooks, by that project's own library."""

import json
from datetime import datetime

from standardwebhooks import Webhook

SINGLE = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"


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
