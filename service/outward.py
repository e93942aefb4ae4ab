"""The way out: one POST to an address that was checked and pinned, bounded in time and bytes."""

import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import httpcore

from service.addresses import AddressRefused, Guard
from service.clock import elapsed_ms, monotonic_ms

TOTAL_SECONDS: Final = 15.0
MOST_BYTES: Final = 64 * 1024
_LONGEST_RETRY: Final = 3_600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What came of a POST: a status, or the reason why there is none; `retry_after` in seconds."""

    status: int | None
    error: str | None
    milliseconds: float
    retry_after: float | None = None

    @property
    def taken(self) -> bool:
        """Whether the other side took it (2xx)."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - success


class Courier:
    """Carries messages out; it follows no redirect, uses no proxy and keeps no connection."""

    def __init__(
        self,
        guard: Guard,
        *,
        total_seconds: float = TOTAL_SECONDS,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Trust the certificates of the machine, unless told which ones."""
        self._guard: Final = guard
        self._total: Final = total_seconds
        self._tls: Final = tls or ssl.create_default_context()

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Receipt:
        """POST a body; whatever goes wrong is in the receipt."""
        started = monotonic_ms()
        try:
            self._guard.check(url)
            status, answered = self._posted(url, headers, body, started)
        except (AddressRefused, httpcore.NetworkError, httpcore.ProtocolError) as error:
            return Receipt(status=None, error=_told(error), milliseconds=elapsed_ms(started))
        except (httpcore.TimeoutException, OSError) as error:
            return Receipt(status=None, error=_told(error), milliseconds=elapsed_ms(started))
        return Receipt(
            status=status,
            error=None,
            milliseconds=elapsed_ms(started),
            retry_after=_seconds(answered.get("retry-after")),
        )

    def _posted(
        self, url: str, headers: Mapping[str, str], body: bytes, started: float
    ) -> tuple[int, Mapping[str, str]]:
        backend = Pinned(self._guard, Deadline(started, self._total))
        timeout = dict.fromkeys(("connect", "read", "write", "pool"), self._total)
        with (
            httpcore.ConnectionPool(ssl_context=self._tls, network_backend=backend) as pool,
            pool.stream(
                "POST",
                url,
                headers=list(headers.items()),
                content=body,
                extensions={"timeout": timeout},
            ) as response,
        ):
            read = 0
            for chunk in response.iter_stream():
                read += len(chunk)
                if read > MOST_BYTES:  # the status is what counts; the rest is left unread
                    break
            names = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in response.headers}
            return response.status, names


class Deadline:
    """The moment by which a whole exchange must be over, however slowly its bytes drip."""

    def __init__(self, started: float, seconds: float) -> None:
        """Give so many seconds from a `monotonic_ms` reading on."""
        self._started = started
        self._seconds = seconds

    def left(self, timeout: float | None) -> float:
        """Seconds that one operation may take."""
        left = self._seconds - elapsed_ms(self._started) / 1000.0
        if left <= 0:
            raise httpcore.ReadTimeout(f"it took more than {self._seconds:g} s")
        return left if timeout is None else min(left, timeout)


class Pinned(httpcore.SyncBackend):
    """Connects to the address that the guard checked; TLS still checks the name."""

    def __init__(self, guard: Guard, deadline: Deadline) -> None:
        """Check names by the guard, and let nothing take longer than the deadline."""
        super().__init__()
        self._guard = guard
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to what the name was resolved to."""
        address = self._guard.resolve(host, port)
        left = self._deadline.left(timeout)
        stream = super().connect_tcp(address, port, left, local_address, socket_options)
        return _Timed(stream, self._deadline)


class _Timed(httpcore.NetworkStream):
    """A stream whose every operation is bounded by one deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(timeout)
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


def _seconds(value: str | None) -> float | None:
    """A `Retry-After` in seconds, at most an hour; dates are left alone."""
    plain = value is not None and value.isdecimal() and len(value) < 10  # noqa: PLR2004 - digits
    return min(float(value), _LONGEST_RETRY) if plain and value is not None else None


def _told(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:300]
