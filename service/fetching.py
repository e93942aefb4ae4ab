"""Fetching: an httpx transport that calls only addresses that were checked and pinned."""

import ssl
from collections.abc import Iterator
from typing import Final

import httpcore
import httpx

from service.addresses import Guard
from service.clock import monotonic_ms
from service.outward import Deadline, Pinned

TOTAL_SECONDS: Final = 30.0
_BROKEN: Final = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    OSError,
)


class GuardedTransport(httpx.BaseTransport):
    """One connection a request; no proxy, no redirect of its own, an end to every exchange."""

    def __init__(self, guard: Guard, *, tls: ssl.SSLContext | None = None) -> None:
        """Trust the certificates of the machine, unless told which ones."""
        self._guard: Final = guard
        self._tls: Final = tls or ssl.create_default_context()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request.

        Raises:
            AddressRefused: the address is not one that may be called.
            httpx.TransportError: it can't be reached, or breaks off.
        """
        url = str(request.url)
        self._guard.check(url)
        deadline = Deadline(monotonic_ms(), TOTAL_SECONDS)
        pool = httpcore.ConnectionPool(
            ssl_context=self._tls, network_backend=Pinned(self._guard, deadline)
        )
        try:
            answer = pool.handle_request(
                httpcore.Request(
                    method=request.method,
                    url=url,
                    headers=request.headers.raw,
                    content=request.read(),
                    extensions={"timeout": dict.fromkeys(_TIMEOUTS, TOTAL_SECONDS)},
                )
            )
        except _BROKEN as error:
            pool.close()
            raise httpx.TransportError(str(error) or type(error).__name__) from error
        except BaseException:
            pool.close()
            raise
        return httpx.Response(
            status_code=answer.status, headers=answer.headers, stream=_Stream(pool, answer)
        )


_TIMEOUTS: Final = ("connect", "read", "write", "pool")


class _Stream(httpx.SyncByteStream):
    """The body of an answer; closing it closes the connection."""

    def __init__(self, pool: httpcore.ConnectionPool, answer: httpcore.Response) -> None:
        self._pool = pool
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._answer.iter_stream()
        except _BROKEN as error:
            raise httpx.TransportError(str(error) or type(error).__name__) from error

    def close(self) -> None:
        self._answer.close()
        self._pool.close()
