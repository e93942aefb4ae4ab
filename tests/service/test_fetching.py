"""The way out to platforms: checked addresses, an end to what drips, errors that httpx knows."""

from collections import deque

import httpx
import pytest

from service.addresses import AddressRefused, Guard
from service.fetching import GuardedTransport
from tests.platform_simulation import Clock, Platform, simulated

PATH = "/api/v1/timelines/tag/train?limit=5"


def client(url: str, *allow: str) -> httpx.Client:
    return httpx.Client(base_url=url, transport=GuardedTransport(Guard(allow)))


def test_a_page_comes_through() -> None:
    platform = Platform(clock=Clock())
    platform.publish([-1.0, -2.0])
    with simulated(platform) as url, client(url, "127.0.0.1") as http:
        assert len(http.get(PATH).json()) == 2
        assert len(http.get(PATH).json()) == 2


def test_an_address_that_nobody_allowed_is_not_called() -> None:
    platform = Platform(clock=Clock())
    with simulated(platform) as url, client(url) as http, pytest.raises(AddressRefused):
        http.get(PATH)
    assert platform.asked == []


def test_an_answer_that_breaks_off_is_an_error_that_a_client_waits_out() -> None:
    platform = Platform(clock=Clock(), faults=deque(["cut off"]))
    with (
        simulated(platform) as url,
        client(url, "127.0.0.1") as http,
        pytest.raises(httpx.TransportError),
    ):
        http.get(PATH)


def test_nobody_there_is_an_error_that_a_client_waits_out() -> None:
    with client("http://127.0.0.1:1", "127.0.0.1") as http, pytest.raises(httpx.TransportError):
        http.get(PATH)
