"""CloudEvents 1.0 over HTTP: structured, batched and binary messages, read with limits."""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, cast
from urllib.parse import unquote

from cloudevents.core.exceptions import CloudEventValidationError
from cloudevents.core.v1.event import CloudEvent

from ontology.events import Json
from service.problems import Fault, ProblemError, bad_request, quoted

SINGLE: Final = "application/cloudevents+json"
BATCH: Final = "application/cloudevents-batch+json"
MOST_EVENTS: Final = 1_000
MOST_MEMBERS: Final = 80
"""Members of one event, and of its data."""

EXAMPLE: Final[dict[str, Json]] = {
    "specversion": "1.0",
    "id": "407129710162759680",
    "source": "https://listening.example/streams/7",
    "type": "example.post.heard",
    "time": "2026-11-23T14:58:00Z",
    "purpose": "crisis-response",
    "data": {"text": "Possible train derailment in the Bronx", "language": "en"},
}
_JSON: Final = ("application/json", "text/json")
_OWN: Final = frozenset({"data", "data_base64"})

Loads = Callable[[bytes], Any]
"""Reads JSON, and refuses with ValueError what is none or is nested too deep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One event: what it says of itself and what it carries.

    `purpose` is None where the event names none. `time` is None where nothing signed says it.
    """

    id: str
    type: str
    purpose: str | None
    time: datetime | None
    data: Mapping[str, object]


def read(headers: Mapping[str, str], body: bytes, loads: Loads) -> list[Heard | Fault]:
    """The events of a message, each read or with what is wrong with it; header names are lower.

    Raises:
        ProblemError: the message as a whole is none: of another media type (415), no JSON (400),
            or of too many events (413).
    """
    media = headers.get("content-type", "").partition(";")[0].strip().lower()
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise _unsupported("Compressed bodies are not taken; leave Content-Encoding out.")
    if media == SINGLE:
        return [_event(_json(body, loads), "", loads)]
    if media == BATCH:
        return _batch(_json(body, loads), loads)
    if "ce-specversion" in headers and (media in _JSON or media.endswith("+json")):
        return [_binary(headers, _json(body, loads))]
    raise _unsupported(
        f"{quoted(media)} is no CloudEvent; send {SINGLE}, {BATCH}, or application/json with"
        " ce- headers."
    )


def _unsupported(detail: str) -> ProblemError:
    return ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", detail)


def _json(body: bytes, loads: Loads) -> object:
    try:
        return loads(body)
    except ValueError as error:
        raise bad_request(f"The body is no JSON that can be read: {str(error)[:120]}") from error


def _batch(rows: object, loads: Loads) -> list[Heard | Fault]:
    if not isinstance(rows, list) or not rows:
        raise bad_request("A batch is a list of 1 to 1,000 events.")
    if len(rows) > MOST_EVENTS:
        raise ProblemError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "request-entity-too-large",
            f"{len(rows)} events at once; send at most {MOST_EVENTS}.",
        )
    return [_event(row, f"/{place}", loads) for place, row in enumerate(rows)]


def _event(row: object, where: str, loads: Loads) -> Heard | Fault:
    """An event in the JSON format."""
    if not isinstance(row, dict) or len(row) > MOST_MEMBERS:
        return _fault(where, f"is no object of at most {MOST_MEMBERS} members", row)
    given = {name: value for name, value in row.items() if name not in _OWN}
    data = row.get("data")
    if data is None and "data_base64" in row:
        data = _decoded(row["data_base64"], loads)
    return _checked(given, data, where)


def _binary(headers: Mapping[str, str], data: object) -> Heard | Fault:
    """An event in the binary mode. Nothing signs its headers: they can refuse, never add.

    So its id has to be the signed `webhook-id`, and its time is not believed.
    """
    given: dict[str, object] = {
        name[3:]: unquote(value) for name, value in headers.items() if name.startswith("ce-")
    }
    if given.get("id") != headers.get("webhook-id"):
        return _fault("/id", "in binary mode ce-id has to be the webhook-id", given.get("id"))
    given.pop("time", None)
    return _checked(given, data, "")


def _decoded(given: object, loads: Loads) -> object:
    try:
        return loads(base64.b64decode(str(given), validate=True))
    except (binascii.Error, ValueError):
        return None


def _checked(given: dict[str, object], data: object, where: str) -> Heard | Fault:
    """The event, once CloudEvents' own rules and ours have looked at it."""
    if not isinstance(given.get("id"), str) or not isinstance(data, dict):
        at = "/data" if isinstance(given.get("id"), str) else "/id"
        return _fault(where + at, "is missing or of the wrong type", None)
    if len(data) > MOST_MEMBERS:
        return _fault(f"{where}/data", f"has more than {MOST_MEMBERS} members", len(data))
    if _foreign(given.get("datacontenttype")):
        return _fault(f"{where}/datacontenttype", "has to be JSON", given["datacontenttype"])
    try:
        time = _time(given.get("time"))
        stated = {name: value for name, value in given.items() if name != "time"}
        event = CloudEvent({**stated, **({"time": time} if time is not None else {})})
    except ValueError:
        return _fault(f"{where}/time", "is no time with offset", given.get("time"))
    except CloudEventValidationError as error:
        wrong = sorted(error.errors)
        return _fault(where, f"breaks CloudEvents 1.0 in {', '.join(wrong)[:120]}", None)
    purpose = event.get_extension("purpose")
    return Heard(
        id=event.get_id(),
        type=event.get_type(),
        purpose=None if purpose is None else str(purpose),
        time=time,
        data=cast("Mapping[str, object]", data),
    )


def _foreign(media: object) -> bool:
    if media is None:
        return False
    plain = str(media).partition(";")[0].strip().lower()
    return plain not in _JSON and not plain.endswith("+json")


def _time(given: object) -> datetime | None:
    if given is None:
        return None
    time = datetime.fromisoformat(given) if isinstance(given, str) else None
    if time is None or time.tzinfo is None:
        raise ValueError("no time with offset")
    return time


def _fault(where: str, detail: str, value: object) -> Fault:
    shown = None if value is None else quoted(value)
    return Fault(pointer=where, detail=detail, value=shown, example=EXAMPLE)
