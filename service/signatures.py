"""Signatures: who sent a message, by Standard Webhooks, within five minutes, in constant time."""

import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from standardwebhooks import Webhook as Signer

WINDOW: Final = timedelta(minutes=5)
"""How far a message's time may lie from now, before and after."""

_MOST_SIGNATURES: Final = 8
# No dot: the signed text is `id.timestamp.body`, and a dot in the id could move its borders.
_ID: Final = re.compile(r"[!-\-/-~]{1,200}", re.ASCII)
_SECONDS: Final = re.compile(r"[0-9]{1,11}", re.ASCII)


class Unsigned(Exception):
    """Nobody known signed this now; `why` is for metrics, never for the answer."""

    def __init__(self, why: str) -> None:
        """Keep the short reason."""
        super().__init__(why)
        self.why = why


def verified(
    headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime
) -> tuple[str, datetime]:
    """The id and time of a message that one of the secrets signed.

    Every secret is tried against every signature, so the time tells nothing about any of them.

    Raises:
        Unsigned: a header lacks or is malformed, the time is off by more than five minutes, or no
            secret fits.
    """
    name, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not _ID.fullmatch(name) or not _SECONDS.fullmatch(stamp):
        raise Unsigned("malformed")
    at, text = datetime.fromtimestamp(int(stamp), tz=UTC), _text(body)
    given = _signatures(headers.get("webhook-signature", ""))
    fits = False
    for secret in secrets:
        wanted = Signer(secret).sign(name, at, text).partition(",")[2].encode()
        for signature in given:
            fits |= hmac.compare_digest(wanted, signature)
    if not fits:
        raise Unsigned("signature")
    if abs(now - at) > WINDOW:
        raise Unsigned("time")
    return name, at


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise Unsigned("malformed") from error


def _signatures(header: str) -> list[bytes]:
    """The signatures of version 1, as they were written; others mean nothing here."""
    found = header[:2_000].split(" ")[:_MOST_SIGNATURES]
    return [one[3:].encode("ascii", "replace") for one in found if one.startswith("v1,")]
