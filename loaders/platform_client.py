"""A client of a platform that limits, fails, drips, lies about the time, and shuts people out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

import httpx
import orjson

from loaders.breaker import Breaker, State
from loaders.limit_headers import LONGEST_WAIT, Told, told
from loaders.pacing import Bucket, Quota

MOST_BYTES: Final = 4 * 1024 * 1024
TOTAL: Final = timedelta(seconds=30)
"""How long one answer may take, however slowly its bytes drip."""

_BASE_S: Final = 1.0
_CEILING_S: Final = 300.0
_MOST_LIMITED: Final = 10
"""How often in a row one request may be told to come later."""


class AccessLost(Exception):
    """The platform shuts us out; `status` is what its record should say."""

    def __init__(self, status: str, why: str) -> None:
        """Keep both."""
        super().__init__(why)
        self.status = status


class CursorRefused(Exception):
    """The platform does not know a place in its timeline any more."""


class CircuitOpen(Exception):
    """Too much failed lately; ask again at `until`."""

    def __init__(self, until: datetime, why: str) -> None:
        """Keep when, and what failed last."""
        super().__init__(f"closed to us until {until.isoformat()}: {why}")
        self.until = until


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """What a client asks the world for: the time, a pause in seconds, a number from 0 to 1."""

    now: Callable[[], datetime]
    pause: Callable[[float], None]
    random: Callable[[], float]


@dataclass(slots=True, kw_only=True)
class Usage:
    """What was asked since counting began; `throttled_s` is how long the quota made us wait."""

    requests: int = 0
    limited: int = 0
    failures: int = 0
    throttled_s: float = 0.0
    remaining: int | None = None
    resets_in: timedelta | None = None
    skew: timedelta = timedelta()


class _Failed(Exception):
    """One attempt failed; another one may not."""


class _Later(Exception):
    """The platform says when to come again, or only that it is too early."""

    def __init__(self, wait: timedelta | None) -> None:
        super().__init__("limited")
        self.wait = wait


class PlatformClient:
    """Asks one platform, never faster than its quota; use it from one thread.

    `spend` is called with the bucket before each request goes out: keep it, and not even a kill
    makes the next process ask too much.
    """

    def __init__(
        self,
        http: httpx.Client,
        quota: Quota,
        *,
        time: Time,
        bucket: Bucket | None = None,
        spend: Callable[[Bucket], None] = lambda _: None,
        total: timedelta = TOTAL,
    ) -> None:
        """Take what it works with; nothing is asked yet."""
        self.usage = Usage()
        self.breaker = Breaker()
        self._http: Final = http
        self._quota: Final = quota
        self._time: Final = time
        self._bucket = bucket or Bucket.full(quota, time.now())
        self._spend: Final = spend
        self._total: Final = total

    def get(self, path: str, params: Mapping[str, str]) -> object:
        """The JSON at a path; limits and failures are waited out, until the breaker opens.

        Raises:
            AccessLost: 401 or 403.
            CursorRefused: 400, 404 or 410.
            CircuitOpen: it failed too often in a row.
        """
        attempt = 0
        while True:
            if self.breaker.state(self._time.now()) is State.OPEN and self.breaker.until:
                raise CircuitOpen(self.breaker.until, "it failed too often")
            self._take_turn()
            try:
                found = self._asked(path, params)
            except _Later as later:
                self._wait_out(self._waits(later.wait, attempt), attempt)
            except _Failed as failed:
                self._note_failure(failed)
                self._time.pause(self._waits(None, attempt))
            else:
                self.breaker = self.breaker.succeeded()
                return found
            attempt += 1

    def _take_turn(self) -> None:
        """Wait for a token, keep that it is spent."""
        while (wait := self._bucket.wait(self._quota, self._time.now())) > 0:
            self.usage.throttled_s += wait
            self._time.pause(wait)
        self._bucket = self._bucket.spent(self._quota, self._time.now())
        self._spend(self._bucket)
        self.usage.requests += 1

    def _asked(self, path: str, params: Mapping[str, str]) -> object:
        started = self._time.now()
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        try:
            with self._http.stream("GET", path, params=dict(params), headers=headers) as answer:
                self._judge(answer)
                return orjson.loads(self._body(answer, started + self._total))
        except (httpx.TransportError, httpx.InvalidURL, orjson.JSONDecodeError) as error:
            raise _Failed(type(error).__name__) from error

    def _judge(self, answer: httpx.Response) -> None:
        """Go on with a good answer only."""
        heard = told({k.lower(): v for k, v in answer.headers.items()}, self._time.now())
        self._learn(heard)
        status = answer.status_code
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            raise _Later(heard.retry_after or heard.resets_in)
        if status == HTTPStatus.SERVICE_UNAVAILABLE and heard.retry_after is not None:
            raise _Later(heard.retry_after)
        if status == HTTPStatus.UNAUTHORIZED:
            raise AccessLost("revoked", "the platform answers 401: it does not know our key")
        if status == HTTPStatus.FORBIDDEN:
            raise AccessLost("suspended", "the platform answers 403: it has shut us out")
        if status in {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
            raise CursorRefused(f"the platform answers {status}")
        if status != HTTPStatus.OK:
            raise _Failed(f"status {status}")
        if answer.headers.get("content-encoding", "identity") != "identity":
            raise _Failed("packed although we asked for plain")

    def _learn(self, heard: Told) -> None:
        self.usage.skew = heard.skew
        self.usage.resets_in = heard.resets_in or self.usage.resets_in
        if heard.remaining is not None:
            self.usage.remaining = heard.remaining
            self._bucket = self._bucket.capped(heard.remaining)
            if heard.remaining == 0 and heard.resets_in is not None:
                self._bucket = Bucket(tokens=1.0, at=self._time.now() + heard.resets_in)

    def _body(self, answer: httpx.Response, until: datetime) -> bytes:
        """The bytes of an answer, not too many and not too late."""
        parts, size = list[bytes](), 0
        for part in answer.iter_raw():
            parts.append(part)
            size += len(part)
            if size > MOST_BYTES:
                raise _Failed(f"more than {MOST_BYTES} bytes")
            if self._time.now() > until:
                raise _Failed(f"took more than {self._total}")
        return b"".join(parts)

    def _wait_out(self, seconds: float, attempt: int) -> None:
        """Wait as long as the platform asks; where it asks again and again, leave it alone."""
        self.usage.limited += 1
        if attempt >= _MOST_LIMITED:
            until = self._time.now() + timedelta(seconds=seconds)
            raise CircuitOpen(until, "it limits us again and again")
        self._time.pause(seconds)

    def _note_failure(self, failed: _Failed) -> None:
        self.usage.failures += 1
        self.breaker = self.breaker.failed(self._time.now())
        if self.breaker.until is not None:
            raise CircuitOpen(self.breaker.until, str(failed)) from failed

    def _waits(self, asked: timedelta | None, attempt: int) -> float:
        """Seconds to wait: what the platform asks for and a little more, or backing off."""
        backoff = min(_CEILING_S, _BASE_S * 2.0 ** min(attempt, 20))
        jittered = backoff * (0.5 + 0.5 * self._time.random())
        if asked is None:
            return jittered
        return min(asked, LONGEST_WAIT).total_seconds() + min(jittered, _BASE_S)
