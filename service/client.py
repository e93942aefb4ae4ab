"""A client of the service's HTTP interface, for the command line and for replays."""

import threading
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final, Self, cast

import httpx

from ontology.events import Json
from service.clock import pause

TIMEOUT_S: Final = 120.0
MOST_TRIES: Final = 60
"""How often something is sent to a service that is behind."""


class RequestRefused(Exception):
    """The service answered with a problem; `problem` is the document."""

    def __init__(self, status: int, problem: Mapping[str, Json]) -> None:
        """Join its detail and its errors."""
        errors = problem.get("errors")
        rows = [row for row in errors if isinstance(row, dict)] if isinstance(errors, list) else []
        told = [f"{row.get('pointer')}: {row.get('detail')}" for row in rows]
        super().__init__("\n".join([f"{status} {problem.get('detail')}", *told]))
        self.status = status
        self.problem = problem


class ServiceUnreachable(Exception):
    """Nobody answers at the address."""


class Client:
    """One connection to one service, with one key."""

    def __init__(self, url: str, key: str) -> None:
        """Name the service and the key; nothing is sent yet."""
        self._http: Final = httpx.Client(
            base_url=url, timeout=TIMEOUT_S, headers={"Authorization": f"Bearer {key}"}
        )

    def __enter__(self) -> Self:
        """Use the client."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self._http.close()

    def get(self, path: str, **query: str | int | None) -> dict[str, Json]:
        """Ask for a resource; what is None is not asked for.

        Raises:
            RequestRefused: the service answers with a problem.
            ServiceUnreachable: it does not answer.
        """
        asked = {name: value for name, value in query.items() if value is not None}
        return self._send("GET", path, params=asked)

    def post(self, path: str, body: Mapping[str, Json] | None = None) -> dict[str, Json]:
        """Send a body.

        Raises:
            RequestRefused: the service answers with a problem.
            ServiceUnreachable: it does not answer.
        """
        return self._send("POST", path, json=dict(body) if body is not None else None)

    def replace(self, path: str, body: Mapping[str, Json]) -> dict[str, Json]:
        """Put a body in the place of what is there; raises as `post` does."""
        return self._send("PUT", path, json=dict(body))

    def remove(self, path: str) -> dict[str, Json]:
        """Remove what is there; raises as `get` does."""
        return self._send("DELETE", path)

    def content(self, path: str) -> bytes:
        """Ask for a file; raises as `get` does."""
        return self._answer("GET", path).content

    def document(self, path: str, body: Mapping[str, Json]) -> bytes:
        """Ask for a file by a body; raises as `post` does."""
        return self._answer("POST", path, json=dict(body)).content

    def put(self, path: str, content: bytes) -> None:
        """Send a file; raises as `post` does."""
        self._answer("PUT", path, content=content)

    def send(self, method: str, path: str, **parts: object) -> dict[str, Json]:
        """Send with headers, for example conditions; raises as `post` does."""
        return self._send(method, path, **parts)

    def _send(self, method: str, path: str, **parts: object) -> dict[str, Json]:
        response = self._answer(method, path, **parts)
        return cast(dict[str, Json], response.json() if response.content else {})

    def _answer(self, method: str, path: str, **parts: object) -> httpx.Response:
        """The answer; one that says later is asked for again when it says."""
        for _ in range(MOST_TRIES):
            response = self._once(method, path, **parts)
            if response.status_code != HTTPStatus.TOO_MANY_REQUESTS:
                break
            pause(float(response.headers.get("Retry-After", 1)), threading.Event())
        if response.is_error:
            raise RequestRefused(response.status_code, response.json() if response.content else {})
        return response

    def _once(self, method: str, path: str, **parts: object) -> httpx.Response:
        try:
            return self._http.request(method, path, **parts)  # type: ignore[arg-type] # one of params, json, content
        except httpx.TransportError as error:
            raise ServiceUnreachable(f"{self._http.base_url} does not answer: {error}") from error
