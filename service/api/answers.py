"""What every view needs: the world it serves, who asks, and how an answer is written."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import cast

import orjson
from flask import Response, current_app, g, request

from ontology.events import Json
from service.problems import ProblemError, bad_request, quoted
from service.security import Principal
from service.world import World

_LONGEST_KEY = 200


def world() -> World:
    """The world that this application serves."""
    return cast(World, current_app.config["WORLD"])


def principal() -> Principal:
    """Who asks, as `before_request` found it."""
    return cast(Principal, g.principal)


def answer(
    body: Mapping[str, object],
    status: HTTPStatus = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A JSON answer."""
    return Response(
        orjson.dumps(body),
        status=int(status),
        headers=dict(headers or {}),
        content_type="application/json",
    )


def idempotency() -> str | None:
    """The caller's `Idempotency-Key`, bound to the caller and the endpoint.

    Raises:
        ProblemError: it is longer than 200 characters or not printable ASCII (400).
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not 0 < len(key) <= _LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise bad_request(
            f"Idempotency-Key {quoted(key)} must have 1 to {_LONGEST_KEY} printable ASCII "
            "characters, for example 8e03978e-40d5-43e8-bc93-6894a57f9324."
        )
    return f"{principal().key}|{request.endpoint}|{key}"


def page(items: list[dict[str, Json]], after: int | None) -> Response:
    """One page of a list and the cursor of the next one, if there is more."""
    return answer({"items": items, "cursor": None if after is None else str(after)})


def conflict(detail: str) -> ProblemError:
    """Something that moved under the caller (409)."""
    return ProblemError(HTTPStatus.CONFLICT, "conflict", detail)
