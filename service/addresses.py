"""Which addresses attune may call: public ones over TLS, and those that the settings name."""

import ipaddress
import socket
from collections.abc import Iterable
from typing import Final, TypeAlias
from urllib.parse import SplitResult, urlsplit

LONGEST_URL: Final = 2_000
_SCHEMES: Final = frozenset({"http", "https"})
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefused(Exception):
    """A URL, or the address behind its name, is not one that attune calls."""


class Guard:
    """Which addresses may be called: public ones over TLS, and what `allow` names.

    `allow` has host names, addresses and networks (`10.0.0.0/8`); what it names may be private
    and may be called without TLS.
    """

    def __init__(self, allow: Iterable[str] = ()) -> None:
        """Read the allowed names and networks."""
        self._names: Final[set[str]] = set()
        self._networks: Final[list[ipaddress.IPv4Network | ipaddress.IPv6Network]] = []
        for entry in allow:
            try:
                self._networks.append(ipaddress.ip_network(entry, strict=False))
            except ValueError:
                self._names.add(entry.lower().rstrip("."))

    def check(self, url: str) -> SplitResult:
        """The parts of a URL that may be called, as far as its text tells.

        Raises:
            AddressRefused: the message quotes it and shows a valid one.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise _refused(url, str(error)) from error
        host = parts.hostname or ""
        if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
            raise _refused(url, f"has more than {LONGEST_URL} characters or not only plain ones")
        if parts.scheme not in _SCHEMES or not host or port == 0:
            raise _refused(url, "is no http or https address")
        if parts.username is not None or parts.password is not None or parts.fragment:
            raise _refused(url, "has a user, a password or a fragment")
        literal = _literal(host)
        if literal is not None and not self._may(host, literal):
            raise _refused(url, "is not a public address; name it in ATTUNE_WEBHOOK_ALLOW")
        if parts.scheme == "http" and not self._named(host, literal):
            raise _refused(url, "is not encrypted")
        return parts

    def resolve(self, host: str, port: int) -> str:
        """The address to call for a name: resolved once, every answer checked, the first taken.

        Raises:
            AddressRefused: it has no address, or one of them is private.
        """
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise AddressRefused(f"{host[:200]!r} has no address: {error}") from error
        found = [ipaddress.ip_address(str(answer[4][0]).partition("%")[0]) for answer in answers]
        for address in found:
            if not self._may(host, address):
                raise AddressRefused(f"{host[:200]!r} is at {address}, which is not public")
        return str(found[0])

    def _may(self, host: str, address: Address) -> bool:
        return _public(address) or self._named(host, address)

    def _named(self, host: str, address: Address | None) -> bool:
        """Whether the allowed names or networks have it."""
        if host.lower().rstrip(".") in self._names:
            return True
        return address is not None and any(address in network for network in self._networks)


def _public(address: Address) -> bool:
    """Whether an address, and any that hides in it, is one of the open internet."""
    if isinstance(address, ipaddress.IPv6Address):
        hidden = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            hidden = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if address.teredo is not None:
            return False
        if hidden is not None:
            return _public(hidden)
    return address.is_global and not address.is_multicast and not address.is_reserved


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _refused(url: str, why: str) -> AddressRefused:
    return AddressRefused(
        f"{url[:200]!r} {why}; write an address like https://hooks.example.com/attune"
    )
